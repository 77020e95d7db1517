"""Building in the background."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from fangcun.build.artifacts.models import Artifact, Status
from fangcun.build.artifacts.services import run_build
from fangcun.kernel.jobs import every, task

UNATTENDED = dt.timedelta(minutes=3)


@task()
def build(*, number: int) -> None:
    """Build what was begun in the console."""
    run_build(number)


@every(seconds=180)
def resume_builds() -> None:
    """Build again what a process that died left half done; where one is at work, nothing happens."""
    left = Artifact.objects.filter(status=Status.BUILDING, created_at__lt=timezone.now() - UNATTENDED)
    for number in left.values_list("number", flat=True):
        build.enqueue(number=number)
