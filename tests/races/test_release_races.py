"""Exact end states when several people lead the same release at the same moment."""

from __future__ import annotations

from functools import partial

import pytest

from fangcun.build.release import doing, services
from fangcun.build.release.errors import ErrandOpen, ReleaseOpen
from fangcun.build.release.models import Errand, RefusalItem, Release
from fangcun.build.release.tests.conftest import (  # noqa: F401 - fixtures
    LI,
    WANG,
    _a_home,
    artifact,
    inspected,
    plan,
    program,
    way,
    wechat,
)
from fangcun.kernel.actors import WECHAT
from fangcun.kernel.states import IllegalTransition, StatusChanged
from fangcun.plan.schedule.models import CheckResult, Condition

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True, databases="__all__")]
REFUSED = (ErrandOpen, IllegalTransition, StatusChanged)


def test_many_who_submit_at_once_submit_once(way, at_once):  # noqa: F811
    one = way().uploaded().declared()
    results = at_once(*(partial(services.submit, number=one.number, by=by) for by in (LI, WANG) * 3))
    assert sum(isinstance(result, Errand) for result in results) == 1
    assert all(isinstance(result, (Errand, *REFUSED)) for result in results), results
    assert Errand.objects.filter(kind="submit").count() == 1


def test_many_who_do_an_errand_at_once_do_it_once(way, wechat, at_once):  # noqa: F811
    one = way().uploaded().declared()
    errand = services.submit(number=one.number, by=LI)
    wechat.asked.clear()
    at_once(*(partial(doing.do, errand.pk) for _ in range(6)))
    assert (wechat.asked, one.status) == (["submit"], "submitted")


def test_a_verdict_that_comes_by_push_and_by_question_at_once_counts_once(way, at_once):  # noqa: F811
    one = way().submitted()
    told = partial(
        services.record_verdict, number=one.number, result="fail", reason="1.甲<br>2.乙", by=WECHAT
    )
    results = at_once(*(told for _ in range(6)))
    assert all(isinstance(result, (Release, *REFUSED)) for result in results), results
    assert (one.status, RefusalItem.objects.count()) == ("refused", 2)
    assert (Condition.objects.count(), CheckResult.objects.count()) == (1, 1)


def test_many_who_begin_a_release_at_once_begin_one(program, artifact, at_once):  # noqa: F811
    made = artifact()
    begin = partial(services.new_release, program=program, channel="ci", artifact=made.number, by=LI)
    results = at_once(*(begin for _ in range(6)))
    assert sum(isinstance(result, Release) for result in results) == 1
    assert all(isinstance(result, (Release, ReleaseOpen)) for result in results), results
    assert Release.objects.count() == 1


def test_a_step_and_a_revert_at_once_end_in_the_revert_or_leave_it_to_be_asked_again(way, at_once):  # noqa: F811
    one = way().approved()
    one.do(services.go(number=one.number, by=LI))
    results = at_once(
        partial(services.step, number=one.number, by=LI),
        partial(services.revert, number=one.number, reason="变差", by=WANG),
    )
    assert all(isinstance(result, (Errand, *REFUSED)) for result in results), results
    open_now = Errand.objects.get(release_id=one.number, status="waiting")
    assert open_now.kind == "revert_gray"
    one.do(open_now)
    assert one.status == "reverted"
