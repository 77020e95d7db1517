"""The whole way of a version at a WeChat in a box, on both channels."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from fangcun.build.papers.services import set_upload_key
from fangcun.build.release import doing, services
from fangcun.build.release.looking import earlier_versions, gray_plan, look_up, quotas, screenshot
from fangcun.build.release.models import Attempt, Errand
from fangcun.build.release.queries import open_items
from fangcun.build.release.tests.conftest import CONTACT, LI, Way
from fangcun.identity.programs.services import register_program
from fangcun.kernel.actors import SYSTEM
from fangcun.plan.schedule.models import Condition

pytestmark = pytest.mark.django_db

CATEGORIES = [
    {"first_class": "食品", "second_class": "生鲜果蔬", "third_class": "", "first_id": 5, "second_id": 52}
]
REASON = "1. “测试商品”为测试内容，请完善后再提交<br>2. 服务类目“食品”与页面内容不一致"


@pytest.fixture
def program(box, db):
    """A mini program that has been authorised to a third-party platform."""
    demo = SimpleNamespace(**box.demo().third_party_program)
    box.post("/_box/publishing", appid=demo.appid, categories=CATEGORIES)
    for one in box.get("/_box/audits", appid=demo.appid)["audits"]:
        box.post(f"/_box/audits/{one['auditid']}", verdict="refuse", reason="上一个测试留下的")
    return register_program(appid=demo.appid, name=demo.name, app_secret=demo.secret, by=SYSTEM)


@pytest.fixture
def begin(program, artifact, inspected):
    """A function that begins to release a version of its own number."""

    def make(channel: str = "platform", **more) -> Way:
        number = Errand.objects.count() + Attempt.objects.count() + 1
        made = artifact(f"9.{number}.0")
        inspected(made)
        return Way(
            services.new_release(program=program, channel=channel, artifact=made.number, by=LI, **more)
        )

    return make


def passed_privacy(box, one: Way) -> Way:
    box.post("/_box/clock", advance_s=40)
    look_up(one.number)
    one.do(services.declare_privacy(number=one.number, contact=CONTACT, by=LI))
    return one


def test_a_platform_releases_by_steps_after_a_refusal(box, begin):
    one = begin(steps=(5, 100))
    services.check_release(number=one.number, by=LI)
    one.do(services.upload(number=one.number, by=LI))
    look_up(one.number)
    assert Attempt.objects.get().privacy is None  # WeChat still looks through it
    passed_privacy(box, one)
    before = audits_left(one)
    done = one.do(services.submit(number=one.number, by=LI))
    assert (done.status, done.error) == ("done", "")
    assert audits_left(one) == before - 1
    auditid = Attempt.objects.get().auditid
    box.post(f"/_box/audits/{auditid}", verdict="delay", reason="内容较多，延期审核")
    look_up(one.number)
    assert Condition.objects.get().when == "audit_delayed"
    box.post(f"/_box/audits/{auditid}", verdict="refuse", reason=REASON)
    look_up(one.number)
    look_up(one.number)
    assert one.status == "refused"
    assert [item.place for item in open_items(one.release)] == [1, 2]
    assert sorted(Condition.objects.values_list("when", flat=True)) == ["audit_delayed", "audit_refused"]
    services.next_attempt(number=one.number, by=LI)
    for item in open_items(one.release):
        services.settle_item(item_id=item.pk, evidence=f"第 {item.place} 条已改", by=LI)
    one.do(services.submit(number=one.number, by=LI))
    again = Attempt.objects.get(number=2)
    assert (again.auditid != auditid, (again.dossier or {})["feedback"]) == (
        True,
        "1. 第 1 条已改；2. 第 2 条已改",
    )
    box.post(f"/_box/audits/{again.auditid}", verdict="approve")
    look_up(one.number)
    assert one.status == "approved"
    assert not Condition.objects.filter(ended_at=None).exists()
    first = one.do(services.go(number=one.number, by=LI))
    if first.answer.get("everybody"):  # nothing was online before
        assert one.status == "live"
    else:
        assert (one.status, gray(one)) == ("rolling_out", ("running", 5))
        one.do(services.step(number=one.number, by=LI))
        assert one.status == "live"
    assert (
        box.get("/_box/version", appid=one.release.program.appid, user="小方")["version"]
        == one.release.version
    )


def audits_left(one: Way) -> int:
    left = quotas(one.number).wechat
    assert left is not None
    return left.rest


def gray(one: Way) -> tuple[str, int]:
    plan = gray_plan(one.number)
    assert plan is not None
    return plan.state, plan.percent


def brought_to(box, one: Way, status: str) -> Way:
    services.check_release(number=one.number, by=LI)
    one.do(services.upload(number=one.number, by=LI))
    passed_privacy(box, one)
    one.do(services.submit(number=one.number, by=LI))
    if status == "submitted":
        return one
    auditid = Attempt.objects.get(release_id=one.number).auditid
    box.post(f"/_box/audits/{auditid}", verdict="approve")
    look_up(one.number)
    if status == "live":
        one.do(services.go(number=one.number, by=LI, everybody=True))
    return one


def test_the_auditors_pictures_are_fetched_once(box, begin):
    import base64

    one = brought_to(box, begin(), "submitted")
    picture = b"\x89PNG\r\n\x1a\n what the auditor saw"
    shots = [base64.b64encode(picture).decode()]
    attempt = Attempt.objects.get(release_id=one.number)
    box.post(f"/_box/audits/{attempt.auditid}", verdict="refuse", reason="首页空白", screenshots=shots)
    look_up(one.number)
    attempt.refresh_from_db()
    assert (one.status, screenshot(attempt, 0)) == ("refused", picture)
    Attempt.objects.filter(pk=attempt.pk).update(screenshots=["gone"])
    attempt.refresh_from_db()
    assert screenshot(attempt, 0) == picture
    with pytest.raises(KeyError):
        screenshot(attempt, 1)


def test_a_sick_version_goes_back_at_wechat_too(box, begin):
    before = brought_to(box, begin(), "live")
    one = brought_to(box, begin(steps=(1, 20, 100)), "approved")
    one.do(services.go(number=one.number, by=LI))
    one.do(services.step(number=one.number, by=LI))
    assert gray(one) == ("running", 20)
    one.do(services.revert(number=one.number, reason="支付失败", by=LI))
    assert (one.status, before.status) == ("reverted", "live")
    assert gray(one)[0] == "deleted"
    version = box.get("/_box/version", appid=one.release.program.appid, user="小方")["version"]
    assert version == before.release.version


def test_everybody_is_given_the_version_before(box, begin):
    before = brought_to(box, begin(), "live")
    one = brought_to(box, begin(), "live")
    earlier = earlier_versions(one.number)
    assert before.release.version in [version.version for version in earlier]
    one.do(services.revert(number=one.number, reason="首页白屏", by=LI))
    assert (one.status, before.status) == ("reverted", "live")


def test_a_submission_whose_answer_was_lost_is_not_made_twice(box, begin, monkeypatch):
    one = begin()
    services.check_release(number=one.number, by=LI)
    one.do(services.upload(number=one.number, by=LI))
    passed_privacy(box, one)
    errand = services.submit(number=one.number, by=LI)
    with monkeypatch.context() as dying:
        dying.setattr(doing, "settle", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            doing.do(errand.pk)
    appid = one.release.program.appid
    count = len(box.get("/_box/audits", appid=appid)["audits"])
    Errand.objects.filter(pk=errand.pk).update(taken_at=None)  # its lease is over
    one.do(errand)
    assert len(box.get("/_box/audits", appid=appid)["audits"]) == count
    assert (one.status, Attempt.objects.get().auditid is not None) == ("submitted", True)


def test_an_audit_is_sped_up_and_taken_back(box, begin):
    one = brought_to(box, begin(), "submitted")
    box.post("/_box/publishing", appid=one.release.program.appid, speedups_a_month=9)
    sped = one.do(services.speed_up(number=one.number, by=LI))
    assert (sped.status, sped.error) == ("done", "")
    one.do(services.withdraw(number=one.number, reason="还要改", by=LI))
    assert one.status == "withdrawn"


def test_a_self_owned_program_uploads_with_its_key(box, artifact, inspected, monkeypatch):
    demo = box.demo()
    own = register_program(appid=demo.appid, name=demo.name, app_secret=demo.secret, by=SYSTEM)
    set_upload_key(program=own, private_key=demo.upload_private_key, by=SYSTEM)
    made = artifact("3.0.0", program=own)
    inspected(made)
    one = Way(services.new_release(program=own, channel="ci", artifact=made.number, by=LI, note="春季版"))
    services.check_release(number=one.number, by=LI)
    done = one.do(services.upload(number=one.number, by=LI))
    assert (done.status, done.error, one.status) == ("done", "", "uploaded")
    assert Attempt.objects.get().packages["__FULL__"] > 0
    versions = json.dumps(box.get("/_box/versions", appid=demo.appid), ensure_ascii=False)
    assert "3.0.0" in versions


def test_a_self_owned_program_may_not_submit_by_api(box, artifact, inspected):
    demo = box.demo()
    own = register_program(appid=demo.appid, name=demo.name, app_secret=demo.secret, by=SYSTEM)
    made = artifact("3.0.0", program=own)
    inspected(made)
    one = Way(services.new_release(program=own, channel="platform", artifact=made.number, by=LI))
    services.check_release(number=one.number, by=LI)
    refused = one.do(services.upload(number=one.number, by=LI))
    assert (refused.status, refused.code, one.status) == ("failed", "86000", "checked")
    assert "自有小程序请用 ci 渠道" in refused.error
