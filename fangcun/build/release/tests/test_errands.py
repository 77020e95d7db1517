"""What is done at WeChat is written down first, done once, and its answer written down, whoever dies in between."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from fangcun.build.release import doing, services
from fangcun.build.release.errors import ErrandOpen, ErrandUnknown, EvidenceMissing
from fangcun.build.release.models import Attempt, Errand
from fangcun.build.release.services.errands import LEASE, MOST_TRIES, take
from fangcun.build.release.tests.conftest import LI, WANG
from fangcun.gateways.wechat.errors import RequestRefused, Unavailable
from fangcun.kernel.models import AuditEntry, Job
from fangcun.kernel.states import IllegalTransition

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(way):
    return way().uploaded().declared()


def expire(errand: Errand) -> None:
    Errand.objects.filter(pk=errand.pk).update(taken_at=timezone.now() - LEASE - dt.timedelta(seconds=1))


def test_the_intent_is_a_row_and_a_job_before_anybody_calls(ready, wechat):
    wechat.asked.clear()
    errand = services.submit(number=ready.number, by=LI)
    assert (errand.status, errand.payload["version"], wechat.asked) == ("waiting", "1.0.0", [])
    assert Job.objects.filter(kwargs={"errand_id": errand.pk}).count() == 1
    assert ready.status == "uploaded"


def test_an_errand_that_is_done_is_not_done_again(ready, wechat):
    errand = services.submit(number=ready.number, by=LI)
    wechat.asked.clear()
    for _ in range(3):
        assert doing.do(errand.pk).status == "done"
    assert wechat.asked == ["submit"]


def test_who_died_after_the_call_asks_wechat_before_calling_again(ready, wechat):
    errand = services.submit(number=ready.number, by=LI)
    assert take(errand.pk) is not None  # and here the process dies
    with pytest.raises(doing.ErrandTaken):
        doing.do(errand.pk)
    expire(errand)
    wechat.asked.clear()
    wechat.done["submit"] = {"auditid": 4711}
    doing.do(errand.pk)
    assert (wechat.asked, ready.status, Attempt.objects.get().auditid) == (["submit?"], "submitted", 4711)


def test_who_died_before_the_call_has_it_made(ready, wechat):
    errand = services.submit(number=ready.number, by=LI)
    take(errand.pk)
    expire(errand)
    wechat.asked.clear()
    doing.do(errand.pk)
    assert (wechat.asked, ready.status) == (["submit?", "submit"], "submitted")


def test_an_answer_that_comes_twice_moves_the_release_once(ready):
    from fangcun.build.release.services.errands import settle

    errand = services.submit(number=ready.number, by=LI)
    taken = take(errand.pk)
    assert taken is not None
    settle(taken, {"auditid": 1})
    settle(taken, {"auditid": 2})
    assert Attempt.objects.get().auditid == 1


def test_a_lost_answer_is_tried_again_and_shown_meanwhile(ready, wechat):
    errand = services.submit(number=ready.number, by=LI)
    wechat.answers["submit"] = Unavailable("微信没有按时答复", code="timeout", details={"sent": True})
    with pytest.raises(Unavailable):
        doing.do(errand.pk)
    errand.refresh_from_db()
    assert (errand.status, errand.error, errand.taken_at) == ("running", "微信没有按时答复", None)
    wechat.answers["submit"] = {"auditid": 5}
    assert doing.do(errand.pk).status == "done"


def test_after_many_tries_a_person_is_asked(ready, wechat):
    errand = services.submit(number=ready.number, by=LI)
    wechat.answers["submit"] = Unavailable("连不上微信", code="connect")
    for _ in range(MOST_TRIES - 1):
        with pytest.raises(Unavailable):
            doing.do(errand.pk)
    assert doing.do(errand.pk).status == "failed"
    assert ready.status == "uploaded"


def test_a_refusal_is_kept_and_tried_again_by_a_person(ready, wechat):
    errand = services.submit(number=ready.number, by=LI)
    wechat.answers["submit"] = RequestRefused("本月的提审次数已用完（85085）", code="85085")
    assert (doing.do(errand.pk).code, ready.status) == ("85085", "uploaded")
    wechat.answers["submit"] = {"auditid": 6}
    services.try_again(errand_id=errand.pk, by=WANG)
    wechat.asked.clear()
    assert doing.do(errand.pk).status == "done"
    assert wechat.asked == ["submit?", "submit"]
    assert AuditEntry.objects.filter(action="release.try_again", actor_name="王老板").count() == 1


def test_only_the_newest_failure_is_tried_again(ready, wechat):
    first = services.submit(number=ready.number, by=LI)
    wechat.answers["submit"] = RequestRefused("类目不对", code="85008")
    doing.do(first.pk)
    with pytest.raises(IllegalTransition):
        services.confirm(errand_id=first.pk, evidence="x", by=LI)
    second = services.submit(number=ready.number, by=LI)
    with pytest.raises(ErrandUnknown):
        services.try_again(errand_id=first.pk, by=LI)
    assert Errand.objects.get(pk=second.pk).status == "waiting"


def test_on_the_ci_channel_a_person_does_it_and_says_so(way):
    one = way(channel="ci")
    services.check_release(number=one.number, by=LI)
    from fangcun.build.papers.models import UploadKey

    UploadKey.objects.create(
        program=one.release.program, private_key="key", fingerprint="f", actor_kind="staff"
    )
    one.do(services.upload(number=one.number, by=LI))
    errand = services.submit(number=one.number, by=LI)
    assert (errand.status, one.status) == ("by_hand", "uploaded")
    assert not Job.objects.filter(kwargs={"errand_id": errand.pk}).exists()
    with pytest.raises(EvidenceMissing):
        services.confirm(errand_id=errand.pk, evidence=" ", by=LI)
    with pytest.raises(ErrandOpen):
        services.submit(number=one.number, by=WANG)
    services.confirm(errand_id=errand.pk, evidence="14:20 已提交，截图在群里", by=WANG)
    assert one.status == "submitted"
    with pytest.raises(IllegalTransition):
        services.confirm(errand_id=errand.pk, evidence="又一次", by=LI)
    services.record_verdict(number=one.number, result="success", by=WANG)
    first = services.go(number=one.number, by=LI)
    services.confirm(errand_id=first.pk, evidence="后台显示 1%", by=LI)
    assert (one.status, one.release.percent) == ("rolling_out", 1)
    following = services.step(number=one.number, by=LI)
    assert (following.status, following.payload["percent"]) == ("by_hand", 5)
    services.cancel(errand_id=following.pk, reason="再看看", by=LI)
    assert one.release.percent == 1


def test_every_errand_by_hand_has_its_guide():
    from fangcun.build.release.guidance import GUIDES
    from fangcun.build.release.states import ErrandKind

    assert set(GUIDES) == set(ErrandKind) - {ErrandKind.UPLOAD}
    for kind, guide in GUIDES.items():
        told = guide({"percent": 5, "version": "1.0.0", "pages": [], "categories": []})
        assert (bool(told.steps), bool(told.note)) == (True, True), kind


def test_the_guide_holds_the_texts_to_copy(ready):
    from fangcun.build.release.guidance import guide

    errand = services.submit(number=ready.number, by=LI)
    told = {one.field: one.text for one in guide(errand).copies}
    assert told["订单中心页面"] == "pages-trade/orders/orders"
    assert told["版本描述"] == errand.payload["value_text"] != ""
