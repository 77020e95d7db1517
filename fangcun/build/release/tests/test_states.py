"""A release goes along its table only, by verbs that hold their guards."""

from __future__ import annotations

import pytest

from fangcun.build.artifacts.models import Environment, Platform, Status
from fangcun.build.release import services
from fangcun.build.release.errors import (
    ArtifactUnfit,
    CheckMissing,
    ChecksOpen,
    CheckStale,
    ErrandOpen,
    NotYet,
    PercentWrong,
    ReasonMissing,
    ReleaseOpen,
    StepsWrong,
    UndoUsedUp,
    VersionTooLow,
)
from fangcun.build.release.models import Attempt, Errand, Release
from fangcun.build.release.queries import history_of
from fangcun.build.release.states import RELEASE_TRANSITIONS, ReleaseStatus
from fangcun.build.release.tests.conftest import LI, WANG
from fangcun.kernel.models import AuditEntry
from fangcun.kernel.states import IllegalTransition

pytestmark = pytest.mark.django_db


def test_a_version_goes_from_draft_to_everybody(way):
    one = way(steps=(1, 20, 100)).approved()
    one.do(services.go(number=one.number, by=WANG))
    assert (one.status, one.release.percent) == (ReleaseStatus.ROLLING_OUT, 1)
    one.do(services.step(number=one.number, by=WANG))
    assert one.release.percent == 20
    one.do(services.step(number=one.number, by=WANG, reason="一切正常"))
    assert (one.status, one.release.percent) == (ReleaseStatus.LIVE, 100)
    assert [(step.target, step.actor_name) for step in history_of(one.release)] == [
        ("checked", "李策划"),
        ("uploaded", "李策划"),
        ("submitted", "李策划"),
        ("approved", "李策划"),
        ("rolling_out", "王老板"),
        ("live", "王老板"),
    ]
    actions = list(AuditEntry.objects.filter(object_type="release.release").values_list("action", flat=True))
    assert actions == [
        "release.new",
        "release.check",
        "release.upload",
        "release.privacy",
        "release.submit",
        "release.verdict",
        "release.gray",
        "release.gray",
        "release.release",
    ]


def test_the_release_keeps_its_build(way):
    assert way().release.artifact.pinned


@pytest.mark.parametrize(
    "wrong",
    [
        {"platform": Platform.H5},
        {"environment": Environment.TRIAL},
        {"status": Status.FAILED},
    ],
)
def test_only_a_finished_wechat_build_for_everybody_is_released(program, artifact, wrong):
    with pytest.raises(ArtifactUnfit):
        services.new_release(program=program, channel="ci", artifact=artifact(**wrong).number, by=LI)
    assert not Release.objects.exists()


def test_one_release_of_a_program_is_on_its_way(way):
    first = way()
    with pytest.raises(ReleaseOpen) as refused:
        way("1.1.0")
    assert refused.value.details == {"number": first.number}
    services.abandon(number=first.number, reason="先不发", by=LI)
    assert (first.status, way("1.1.0").status) == ("superseded", "draft")


@pytest.mark.parametrize("version", ["1.0.0", "0.9.9", "1.0"])
def test_a_version_must_be_greater_than_the_last_one(way, version):
    way("1.0.0").uploaded()
    services.abandon(number=Release.objects.get().pk, reason="换一个", by=LI)
    with pytest.raises(VersionTooLow):
        way(version)
    assert way("1.0.10").status == "draft"


@pytest.mark.parametrize("steps", [(), (5, 1, 100), (1, 1, 100), (1, 50), (0, 100), (1, 101)])
def test_steps_rise_to_everybody(way, steps):
    with pytest.raises(StepsWrong):
        way(steps=steps)
    assert not Release.objects.exists()


def test_a_build_nobody_inspected_is_not_checked(program, artifact):
    release = services.new_release(program=program, channel="ci", artifact=artifact().number, by=LI)
    with pytest.raises(CheckMissing):
        services.check_release(number=release.pk, by=LI)
    assert Release.objects.get().status == "draft"


def test_errors_that_count_stop_a_release(way):
    one = way(errors=2)
    with pytest.raises(ChecksOpen) as refused:
        services.check_release(number=one.number, by=LI)
    assert str(refused.value) == "检查还有 2 个错误没有解决或豁免"
    assert one.status == "draft"


def test_an_inspection_of_other_files_does_not_count(way, inspected):
    one = way()
    run = inspected(one.release.artifact)
    run.digest = "f" * 64
    run.save()
    with pytest.raises(CheckStale):
        services.check_release(number=one.number, by=LI)


def test_an_error_found_after_the_check_stops_the_upload(way, inspected):
    one = way()
    services.check_release(number=one.number, by=LI)
    inspected(one.release.artifact, 1)
    with pytest.raises(ChecksOpen):
        services.upload(number=one.number, by=LI, template_id=7)
    assert not Errand.objects.exists()


def test_nothing_is_submitted_before_privacy_is_known_and_declared(way):
    one = way().uploaded()
    with pytest.raises(NotYet) as refused:
        services.submit(number=one.number, by=LI)
    assert len(refused.value.details["missing"]) == 2
    assert (one.status, Errand.objects.count()) == ("uploaded", 1)


def test_what_the_code_collects_without_declaring_it_stops_the_submission(way):
    from fangcun.gateways.wechat.publishing_answers import PrivacyInfo

    one = way().uploaded()
    services.note_privacy(number=one.number, found=PrivacyInfo((), ("getLocation",)))
    with pytest.raises(NotYet) as refused:
        services.submit(number=one.number, by=LI)
    assert "getLocation" in str(refused.value)


def test_the_purposes_are_declared_as_wechat_shows_them(way):
    one = way().uploaded().declared()
    assert Attempt.objects.get().declared == {
        "Address": "把商品送到您填写的地址",
        "PhoneNumber": "配送时联系收货人，以及识别您的会员账号",
    }
    assert one.errand.payload["contact"] == {"notice_method": "弹窗", "contact_email": "shop@example.com"}


def test_two_who_submit_at_once_submit_once(way):
    one = way().uploaded().declared()
    services.submit(number=one.number, by=LI)
    with pytest.raises(ErrandOpen):
        services.submit(number=one.number, by=WANG)
    assert Errand.objects.filter(kind="submit").count() == 1


def test_a_rollout_goes_upwards_only(way):
    one = way(steps=(5, 20, 100)).approved()
    one.do(services.go(number=one.number, by=LI))
    for percent in (5, 1, 0, 101):
        with pytest.raises(PercentWrong):
            services.step(number=one.number, percent=percent, by=LI)
    assert one.release.percent == 5
    one.do(services.step(number=one.number, percent=60, by=LI))
    assert (one.release.percent, one.release.next_percent) == (60, 100)


def test_a_held_rollout_says_why_until_it_goes_on(way):
    one = way().approved()
    one.do(services.go(number=one.number, by=LI))
    with pytest.raises(ReasonMissing):
        services.hold(number=one.number, reason=" ", by=LI)
    services.hold(number=one.number, reason="支付成功率在看", by=LI)
    assert one.release.held == "支付成功率在看"
    services.step(number=one.number, by=LI)
    assert one.release.held == ""


def test_a_sick_version_is_taken_back(way):
    one = way().approved()
    one.do(services.go(number=one.number, by=LI))
    one.do(services.revert(number=one.number, reason="支付失败变多", by=LI))
    assert (one.status, one.release.percent) == ("reverted", 0)
    with pytest.raises(IllegalTransition):
        services.step(number=one.number, by=LI)


def test_a_step_that_nobody_began_gives_way_to_the_revert(way, wechat):
    one = way().approved()
    one.do(services.go(number=one.number, by=LI))
    waiting = services.step(number=one.number, by=LI)
    one.do(services.revert(number=one.number, reason="先退", by=WANG))
    assert (Errand.objects.get(pk=waiting.pk).status, one.status) == ("cancelled", "reverted")


def test_the_version_before_is_live_again_after_a_revert(way):
    first = way("1.0.0").approved()
    first.do(services.go(number=first.number, by=LI, everybody=True))
    second = way("1.1.0").approved()
    second.do(services.go(number=second.number, by=LI, everybody=True))
    assert (first.status, second.status, second.release.against) == ("superseded", "live", "1.0.0")
    second.do(services.revert(number=second.number, reason="订单页打不开", by=LI))
    assert (first.status, second.status) == ("live", "reverted")


def test_an_audit_is_taken_back_five_times_a_day(way):
    one = way().submitted()
    for _ in range(5):
        one.do(services.withdraw(number=one.number, reason="写错了", by=LI))
        services.next_attempt(number=one.number, by=LI)
        one.do(services.submit(number=one.number, by=LI))
    with pytest.raises(UndoUsedUp):
        services.withdraw(number=one.number, reason="又错了", by=LI)
    assert (one.status, one.release.attempt) == ("submitted", 6)


def test_every_status_has_its_row():
    assert set(RELEASE_TRANSITIONS) == set(ReleaseStatus)
