"""What an operator asks about the background work."""

from __future__ import annotations

from fangcun.kernel.models import Job


def dead_jobs() -> int:
    """How many jobs were given up and wait for a person."""
    return Job.objects.filter(dead=True).count()
