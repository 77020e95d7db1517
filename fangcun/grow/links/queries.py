"""Questions about links."""

from __future__ import annotations

from fangcun.grow.links.errors import LinkNotFound
from fangcun.grow.links.models import Link


def resolve(*, short: str, program_id: int) -> Link:
    """What a short id stands for in this mini program, with its channel at hand. Raises LinkNotFound."""
    link = (
        Link.objects.select_related("channel")
        .filter(short=short, program_id=program_id, is_active=True)
        .first()
    )
    if link is None:
        raise LinkNotFound
    return link
