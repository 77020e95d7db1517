"""What the watch over a version's health decides is done at WeChat; what people do is told to the watch."""

from __future__ import annotations

import pytest

from fangcun.build.release import services
from fangcun.build.release.models import Errand
from fangcun.build.release.services.watching import StepUnderWay, carry_back, carry_step, watch_of
from fangcun.build.release.tests.conftest import LI, Way
from fangcun.build.rollout import services as rollouts
from fangcun.build.rollout.models import Rollout
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def rolling(way):
    """A version at 1 % beside an older one that is live."""
    first = way("1.0.0").approved()
    first.do(services.go(number=first.number, by=LI, everybody=True))
    one = way("1.1.0").approved()
    one.do(services.go(number=one.number, by=LI))
    return one


def watch(one: Way) -> Rollout:
    found = watch_of(one.release)
    assert found is not None
    return found


def test_the_first_step_begins_the_watch(rolling):
    begun = watch(rolling)
    assert (begun.version, begun.against, begun.steps, begun.percent) == (
        "1.1.0",
        "1.0.0",
        [1, 5, 20, 50, 100],
        1,
    )


def test_a_healthy_version_goes_on_by_itself(rolling):
    rollouts.step_up(watch(rolling), by=SYSTEM, because="健康")
    for _ in range(3):  # news comes at least once
        carry_step(release_number=str(rolling.number), percent=5)
    errand = rolling.errand
    assert (errand.kind, errand.status, errand.payload["percent"]) == ("gray", "waiting", 5)
    rolling.do(errand)
    assert carry_step(release_number=str(rolling.number), percent=5) is None
    assert (
        rolling.release.percent,
        Errand.objects.filter(release_id=rolling.number, kind="gray").count(),
    ) == (5, 2)


def test_the_end_of_the_watch_is_the_release_to_everybody(rolling):
    rollouts.finish(watch(rolling), because="都好", by=SYSTEM)
    carry_step(release_number=str(rolling.number), percent=100)
    rolling.do(rolling.errand)
    assert (rolling.status, rolling.errand.kind) == ("live", "release")


def test_a_sick_version_is_taken_back_by_itself(rolling):
    rollouts.turn_back(watch(rolling), because="支付成功率明显变差", by=SYSTEM)
    for _ in range(2):
        carry_back(release_number=str(rolling.number), reason="支付成功率明显变差")
    rolling.do(rolling.errand)
    assert (rolling.status, rolling.errand.kind, rolling.errand.payload["reason"]) == (
        "reverted",
        "revert_gray",
        "支付成功率明显变差",
    )
    assert carry_back(release_number=str(rolling.number), reason="又一次") is None


def test_a_step_being_done_is_waited_for(rolling):
    from fangcun.build.release.services.errands import take

    errand = services.step(number=rolling.number, by=LI)
    take(errand.pk)
    with pytest.raises(StepUnderWay):
        carry_back(release_number=str(rolling.number), reason="变差")
    assert Errand.objects.filter(kind="revert_gray").count() == 0


def test_what_people_do_is_told_to_the_watch(rolling):
    rolling.do(services.step(number=rolling.number, by=LI, reason="数据看着不错"))
    assert watch(rolling).percent == 5
    services.hold(number=rolling.number, reason="等客服的消息", by=LI)
    assert watch(rolling).status == "held"
    rolling.do(services.step(number=rolling.number, by=LI))
    assert (watch(rolling).status, watch(rolling).percent) == ("running", 20)
    rolling.do(services.revert(number=rolling.number, reason="有人投诉", by=LI))
    assert (watch(rolling).status, rolling.status) == ("turned_back", "reverted")


def test_the_flag_follows_the_steps_and_goes_off_with_the_version(way):
    from fangcun.build.flags.models import Flag

    first = way("1.0.0").approved()
    first.do(services.go(number=first.number, by=LI, everybody=True))
    flag = Flag.objects.create(key="new_checkout", name="新结算页", is_on=True, percent=0)
    one = way("1.1.0").approved()
    one.do(services.go(number=one.number, by=LI, flag="new_checkout"))
    flag.refresh_from_db()
    assert flag.percent == 1
    one.do(services.revert(number=one.number, reason="变差", by=LI))
    flag.refresh_from_db()
    assert flag.percent == 0


def test_a_release_that_cannot_be_watched_rolls_out_all_the_same(way, program):
    rollouts.start_rollout(program_id=program.pk, version="0.9.0", against="0.8.0", by=LI)
    one = way("1.0.0").approved()
    one.do(services.go(number=one.number, by=LI))
    assert (one.status, watch_of(one.release)) == ("rolling_out", None)
    assert AuditEntry.objects.filter(action="release.unwatched").count() == 1


def test_news_of_a_rollout_without_a_release_changes_nothing(rolling):
    assert carry_step(release_number="", percent=50) is None
    assert carry_step(release_number="999999", percent=50) is None
    assert rolling.release.percent == 1
