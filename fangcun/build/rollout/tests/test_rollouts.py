"""A rollout from its first step to its end: by the numbers, and by the staff against them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from fangcun.build.flags.models import Flag
from fangcun.build.flags.services import FlagSpec, create_flag
from fangcun.build.rollout import services as verbs
from fangcun.build.rollout.attempts import note_attempt, note_payment
from fangcun.build.rollout.errors import ReasonMissing, RolloutInvalid, RolloutOpen
from fangcun.build.rollout.events import RolloutFinished, RolloutStepped, RolloutTurnedBack
from fangcun.build.rollout.health import evidence_of
from fangcun.build.rollout.judging.evidence import Counted, Pair
from fangcun.build.rollout.judging.judge import GO
from fangcun.build.rollout.judging.metrics import API, COMPLAINT, CRASH, ORDER, PAYMENT, VIEW
from fangcun.build.rollout.models import Look, MemberVersion, PaymentAttempt, Rollout
from fangcun.build.rollout.queries import looks_of, rollout_of_release, running_version
from fangcun.build.rollout.tasks import judge_rollouts, look_at
from fangcun.build.rollout.tests.makers import OWNER, begun, program_row, traffic
from fangcun.build.rollout.words import said
from fangcun.grow.conversations.models import Case, Conversation
from fangcun.identity.members.models import Account, Member
from fangcun.kernel import events
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import AuditEntry
from fangcun.kernel.states import IllegalTransition, StatusChanged, transitions_of

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def news(monkeypatch):
    """What rollouts announce."""
    told: list[events.Event] = []
    monkeypatch.setattr(verbs, "announce", told.append)
    return told


def both(*, paid: int = 34, failed: int = 0, errors: int = 0) -> None:
    program = program_row()
    traffic(program, "1.1.0", persons=1_600, orders=256, paid=218)
    traffic(
        program, "1.2.0", persons=250, orders=40, paid=paid, failed=failed, errors=errors, first_member=5_000
    )


def test_the_health_of_both_versions_is_gathered_from_all_who_know(news):
    rollout = begun()
    both(failed=2, errors=3)
    found = evidence_of(rollout, timezone.now())
    assert (found.persons, found.running_persons, found.requests, found.running_requests) == (
        250,
        1_600,
        3_000,
        19_200,
    )
    assert found.pairs == {
        PAYMENT: [Pair(Counted(34, 40), Counted(218, 256))],
        CRASH: [Pair(Counted(2, 250), Counted(0, 1_600))],
        API: [Pair(Counted(3, 3_000), Counted(0, 19_200))],
        VIEW: [Pair(Counted(150, 250), Counted(960, 1_600))],
        ORDER: [Pair(Counted(40, 150), Counted(256, 960))],
        COMPLAINT: [Pair(Counted(0, 250), Counted(0, 1_600))],
    }


def test_who_complains_counts_for_the_version_he_was_here_with_last(news):
    rollout, program, now = begun(), program_row(), timezone.now()
    both()
    member = Member.objects.create()
    account = Account.objects.create(member=member, program=program, openid="o1")
    for version, hours in (("1.1.0", 40), ("1.2.0", 21)):
        at = now - dt.timedelta(hours=hours)
        MemberVersion.objects.create(program=program, member_id=member.pk, version=version, first_at=at)
    talk = Conversation.objects.create(program=program, openid="o1", account=account)
    Case.objects.create(
        conversation=talk,
        opened_at=now - dt.timedelta(hours=20),
        rating=1,
        rated_at=now - dt.timedelta(hours=19.9),
    )
    hits = [sum(one.candidate.hits for one in evidence_of(rollout, now).pairs[COMPLAINT])]
    assert hits == [1]


def test_who_came_a_minute_ago_does_not_look_like_one_who_bought_nothing(news):
    rollout = begun(hours_ago=2)
    traffic(program_row(), "1.2.0", persons=5, orders=3, paid=0, hours_ago=0.05)
    found = evidence_of(rollout, timezone.now())
    assert found.persons == 0
    assert found.pairs[PAYMENT] == []


def test_a_good_version_goes_on_by_itself_and_says_so(news):
    rollout = begun()
    both()
    judge_rollouts()
    kept = Rollout.objects.get()
    assert (kept.percent, kept.status, kept.place, len(kept.moves)) == (20, "running", 1, 2)
    look = looks_of(rollout)[0]
    assert (look.verdict, look.percent, look.acted) == ("go", 5, True)
    assert look.found is not None
    assert said(look.found.reasons[0]) == "看了 250 人，各项都没有变差的迹象"
    assert [type(one) for one in news] == [RolloutStepped, RolloutStepped]
    assert news[-1].percent == 20


def test_a_sick_version_is_turned_back_by_itself_and_its_flag_goes_off(news):
    flag = create_flag(FlagSpec("new_checkout", "新结算页"), by=SYSTEM)
    begun(flag=flag)
    assert (Flag.objects.get().is_on, Flag.objects.get().percent) == (True, 5)
    both(paid=15)
    judge_rollouts()
    kept = Rollout.objects.get()
    assert (kept.status, kept.percent) == ("turned_back", 0)
    assert Flag.objects.get().is_on is False
    assert isinstance(news[-1], RolloutTurnedBack)
    assert news[-1].reason.startswith("支付成功率：新版本 37.5%，现有版本 85.2%，至少差了 ")
    assert transitions_of(kept)[-1].reason == news[-1].reason[:200]
    judge_rollouts()
    assert Look.objects.filter(verdict="back").count() == 1


def test_looks_that_say_the_same_are_kept_as_one(news):
    rollout = begun(hours_ago=2)
    for _ in range(3):
        look_at(rollout, timezone.now())
    assert Look.objects.filter(verdict="wait").count() == 1
    look_at(rollout, timezone.now() + dt.timedelta(hours=2))
    assert Look.objects.filter(verdict="wait").count() == 2


def test_a_held_rollout_goes_no_further_but_is_still_turned_back(news):
    rollout = verbs.hold(begun(), because="周末不放量", by=OWNER)
    both()
    judge_rollouts()
    assert Rollout.objects.get().place == 0
    PaymentAttempt.objects.filter(version="1.2.0").update(paid_at=None)
    judge_rollouts()
    assert Rollout.objects.get(pk=rollout.pk).status == "turned_back"


def test_the_staff_overrule_a_hold_and_what_was_held_against_it_counts_no_more(news):
    rollout = begun(hours_ago=400)
    look_at(rollout, timezone.now())
    rollout.refresh_from_db()
    assert rollout.status == "held"
    verbs.overrule(rollout, "stay", because="灰度刚刚生效", by=OWNER)
    look_at(rollout, timezone.now())
    kept = Rollout.objects.get()
    assert (kept.status, kept.waived) == ("running", ["silent"])


def test_the_staff_may_go_on_against_the_numbers_with_a_reason(news):
    rollout = begun()
    both(failed=60)
    with pytest.raises(ReasonMissing):
        verbs.overrule(rollout, GO, because=" ", by=OWNER)
    verbs.hold(rollout, because="看看", by=OWNER)
    Look.objects.create(rollout=rollout, percent=5, verdict="back", decision=_harmful(rollout))
    verbs.overrule(rollout, GO, because="报错来自测试机", by=OWNER)
    assert (rollout.place, rollout.status, rollout.waived) == (1, "running", ["crash"])
    assert AuditEntry.objects.filter(action="rollout.overrule", note="报错来自测试机").exists()
    look_at(rollout, timezone.now())
    assert Rollout.objects.get().status == "running"


def _harmful(rollout):
    from fangcun.build.rollout.judging.judge import judge
    from fangcun.build.rollout.tasks import CAUTION

    return judge(evidence_of(rollout, timezone.now()), CAUTION, following=20).as_json()


def test_the_last_step_gives_it_to_everybody(news):
    flag = create_flag(FlagSpec("new_checkout", "新结算页"), by=SYSTEM)
    rollout = begun(flag=flag)
    for _ in range(3):
        verbs.step_up(rollout, by=OWNER)
    assert (rollout.status, rollout.percent) == ("finished", 100)
    assert Flag.objects.get().percent == 100
    assert [type(one) for one in news] == [RolloutStepped] * 3 + [RolloutFinished]
    with pytest.raises(IllegalTransition):
        verbs.step_up(rollout, by=OWNER)


def test_of_two_who_step_at_once_one_wins(news):
    rollout = begun()
    other = Rollout.objects.get(pk=rollout.pk)
    verbs.step_up(rollout, by=OWNER)
    with pytest.raises(StatusChanged):
        verbs.step_up(other, by=OWNER)
    assert Rollout.objects.get().place == 1


def test_numbers_that_were_counted_before_somebody_acted_do_nothing(news):
    rollout = begun()
    both(paid=10)
    stale = Rollout.objects.get(pk=rollout.pk)
    verbs.step_up(rollout, by=OWNER)
    look_at(stale, timezone.now())
    assert Rollout.objects.get().status == "running"


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": [5, 20]},
        {"steps": [100]},
        {"steps": [20, 5, 100]},
        {"steps": [0, 100]},
        {"version": "1.1.0"},
        {"version": "新"},
        {"program_id": 999},
    ],
)
def test_what_makes_no_sense_is_refused(wrong, news):
    with pytest.raises(RolloutInvalid):
        begun(**wrong)
    assert not Rollout.objects.exists()
    assert news == []


def test_one_version_of_a_program_is_on_its_way_at_a_time(news):
    rollout = begun(release_number="R1")
    with pytest.raises(RolloutOpen):
        begun(version="1.3.0")
    verbs.turn_back(rollout, because="先不发", by=OWNER)
    assert begun(version="1.3.0").pk != rollout.pk
    assert rollout_of_release("R1") == rollout


def test_an_order_is_one_attempt_and_paid_once(news):
    program = program_row()
    note_attempt("n1", program_id=program.pk, version="1.2.0", failed="SYSTEM_ERROR")
    note_attempt("n1", program_id=program.pk, version="1.3.0")
    note_attempt("n2", program_id=program.pk, version="")
    row = PaymentAttempt.objects.get()
    assert (row.version, row.failed, row.paid_at) == ("1.2.0", "", None)
    first = timezone.now()
    note_payment("n1", paid_at=first)
    note_payment("n1", paid_at=first + dt.timedelta(hours=1))
    assert PaymentAttempt.objects.get().paid_at == first


def test_the_running_version_is_the_one_that_most_requests_come_from():
    both()
    assert running_version(program_row().pk) == "1.1.0"
    assert running_version(0) == ""
