"""The verbs of links: make them, switch them off, and count who opened them."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from fangcun.grow.links.codes import code_image, short_link, url_link
from fangcun.grow.links.errors import LinkInvalid
from fangcun.grow.links.models import Link, Opening
from fangcun.insight.tracking.services import record_later
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record

__all__ = [
    "change_link",
    "code_image",
    "make_link",
    "note_opening",
    "reassign",
    "short_link",
    "switch_link",
    "url_link",
]

# Without 0 and o, 1, l and i: people read short ids from paper.
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_LENGTH = 10
_PAGE = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")
MOST_QUERY = 512
_TRIES = 5


def make_link(
    *,
    page: str,
    query: Mapping[str, str | int],
    program_id: int,
    channel_id: int | None = None,
    key: str | None = None,
    title: str = "",
    by: Actor | None = None,
) -> Link:
    """A link to a page of the mini program; the same one again for the same `key`.

    `page` has no leading slash and no query, such as "pages-goods/goods/goods"; `query` are its parameters.
    The link's `short` is the scene of its code, so the target may be of any length. A link belongs to one channel
    or to none. Made by somebody of the staff (`by`), it stands in the audit log. Raises LinkInvalid.
    """
    page, plain = checked_target(page, query)
    if key is not None and (known := Link.objects.filter(program_id=program_id, key=key).first()):
        return known
    for _attempt in range(_TRIES):
        link = Link(
            short=new_short(),
            program_id=program_id,
            channel_id=channel_id,
            title=title[:60],
            page=page,
            query=plain,
            key=key or "",
        )
        # Of two who make the link of one key at once, both get the one that was written.
        Link.objects.bulk_create([link], ignore_conflicts=True)
        found = Link.objects.filter(program_id=program_id)
        made = (
            found.filter(key=key) if key is not None else found.filter(short=link.short, page=page)
        ).first()
        if made is not None:
            if by is not None:
                record("links.make_link", by=by, object=made, after={**_facts(made), "channel": channel_id})
            return made
    raise LinkInvalid


def checked_target(page: str, query: Mapping[str, str | int]) -> tuple[str, dict[str, str]]:
    """Page and query as they are kept. Raises LinkInvalid."""
    page = page.strip().lstrip("/")
    plain = {str(name): str(value) for name, value in query.items()}
    if not _PAGE.fullmatch(page) or len(page) > 128:
        raise LinkInvalid(_("页面路径应为字母、数字、横线和斜杠，如 pages/home/home"))
    if not all(plain) or sum(len(name) + len(value) + 2 for name, value in plain.items()) > MOST_QUERY:
        raise LinkInvalid(_("页面参数过长，合计不超过 {most} 个字符"), most=MOST_QUERY)
    return page, plain


def new_short() -> str:
    """A short id that nobody guesses."""
    return get_random_string(_LENGTH, _LETTERS)


def note_opening(
    *, link: Link, visit: str = "", device: str = "", member_id: int | None = None, click_id: str = ""
) -> bool:
    """Count that a link was opened, once per `visit`; whether it was new.

    A visit that is told again with a `member_id` becomes that member's: this is how somebody who logs in after
    scanning is known to have come by the link. Without a `visit` each opening counts. `click_id` is what an ad
    platform handed on, kept as it came.
    """
    opening = Opening(
        link=link,
        channel_id=link.channel_id,
        visit=visit or f"-{secrets.token_hex(12)}",
        device=device,
        member_id=member_id,
        click_id=click_id[:128],
        at=timezone.now(),
    )
    same = Opening.objects.filter(link=link, visit=opening.visit)
    before = same.values_list("member_id").first()
    if before is not None:
        if before[0] is None and member_id is not None:
            same.filter(member=None).update(member_id=member_id)
        return False
    with transaction.atomic():
        Opening.objects.bulk_create([opening], ignore_conflicts=True)
        if member_id is not None:  # somebody may have written it a moment ago, without knowing whose it is
            same.filter(member=None).update(member_id=member_id)
        # The same event id in a race: the fact counts once, whoever comes second.
        record_later(
            "link_opened",
            event_id=f"link_opened:{link.pk}:{hashlib.sha256(opening.visit.encode()).hexdigest()[:24]}",
            member_id=member_id,
            program_id=link.program_id,
            props={"channel": link.channel.code if link.channel else "", "link": link.short},
            at=opening.at,
        )
    return True


@transaction.atomic
def change_link(*, link: Link, title: str, page: str, query: Mapping[str, str | int], by: Actor) -> None:
    """Lead a link elsewhere, or call it something else; its printed codes go along. Raises LinkInvalid.

    URL links and short links name their page themselves, so they are asked for anew.
    """
    page, plain = checked_target(page, query)
    before = _facts(Link.objects.select_for_update().get(pk=link.pk))
    link.title, link.page, link.query = title.strip()[:60], page, plain
    if (after := _facts(link)) == before:
        return
    link.url, link.url_expires_at, link.short_link = "", None, ""
    link.save(update_fields=["title", "page", "query", "url", "url_expires_at", "short_link"])
    record("links.change_link", by=by, object=link, before=before, after=after)


@transaction.atomic
def switch_link(*, link: Link, on: bool, by: Actor) -> None:
    """Let a link work, or not any more; printed codes of it then lead to the home page."""
    if Link.objects.filter(pk=link.pk, is_active=not on).update(is_active=on):
        link.is_active = on
        record("links.switch_link", by=by, object=link, before={"is_active": not on}, after={"is_active": on})


def _facts(link: Link) -> dict[str, Any]:
    return {"title": link.title, "page": link.page, "query": link.query}


def reassign(*, kept_id: int, gone_id: int) -> None:
    """Two members turned out to be one person: what either opened, he opened."""
    Opening.objects.filter(member_id=gone_id).update(member_id=kept_id)
