"""What happens in the background: self-tests, and reminders before papers run out."""

from __future__ import annotations

from django.utils import timezone

from fangcun.build.papers.models import SelfTest
from fangcun.build.papers.queries import launch_begins
from fangcun.build.papers.reminders import remind
from fangcun.build.papers.testing.carrying import carry_out
from fangcun.kernel.jobs import every, task


@task()
def run_test(*, test_id: int) -> None:
    """Run a self-test that somebody started at the console; one that is gone or done is left."""
    test = SelfTest.objects.select_related("program__merchant").filter(pk=test_id, finished_at=None).first()
    if test is not None:
        carry_out(test)


@every(seconds=3600)
def look_after_papers() -> None:
    """Note which papers run out soon, and which will not be there when the launch begins."""
    remind(today=timezone.localdate(), launch=launch_begins())
