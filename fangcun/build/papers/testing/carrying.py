"""A self-test that was begun, carried out: each finding is kept as soon as it is there."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from fangcun.build.papers.models import SelfTest
from fangcun.build.papers.testing.result import Result
from fangcun.build.papers.testing.running import checks


def carry_out(test: SelfTest, *, found: Callable[[Result], None] = lambda _result: None) -> SelfTest:
    """Do the checks of a test that was begun. Begun again after a death, it starts anew."""
    test.results, test.failed = [], 0
    for result in checks(test.program, test.environment):
        test.results.append(result.as_json())
        test.failed += result.state == "failed"
        test.save(update_fields=["results", "failed"])
        found(result)
    test.finished_at = timezone.now()
    test.save(update_fields=["results", "failed", "finished_at"])
    return test
