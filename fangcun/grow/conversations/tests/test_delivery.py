"""Answers on their way: in order, once, and what becomes of them when a process dies."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from fangcun.gateways.wechat.errors import MediaGone, RateLimited, Unavailable
from fangcun.grow.conversations import delivering
from fangcun.grow.conversations.delivering import MOST_ATTEMPTS, deliver
from fangcun.grow.conversations.models import Conversation, Entry
from fangcun.grow.conversations.services import say_picture, say_text, try_again
from fangcun.kernel.states import IllegalTransition

pytestmark = pytest.mark.django_db


class FakeService:
    """WeChat's side of a send; fails as told, once for each failure."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.failures: list[Exception] = []

    def send_text(self, *, openid: str, content: str) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(content)

    def send_picture(self, *, openid: str, media_id: str) -> None:
        self.send_text(openid=openid, content=media_id)

    def upload_picture(self, data: bytes, *, kind: str = "image/jpeg") -> str:
        return f"media-{len(data)}"


@pytest.fixture
def service(monkeypatch) -> FakeService:
    fake = FakeService()
    monkeypatch.setattr(delivering, "customer_service_api", lambda _program: fake)
    monkeypatch.setattr(delivering, "jpeg_of", lambda path: path.encode())
    return fake


def say(conversation: Conversation, wang, *texts: str) -> list[Entry]:
    return [say_text(conversation_id=conversation.pk, text=text, by=wang) for text in texts]


def statuses() -> list[str]:
    return list(Entry.objects.filter(way="out").order_by("id").values_list("status", flat=True))


def test_answers_go_out_in_the_order_in_which_they_were_written(conversation, wang, service):
    say(conversation, wang, "一", "二", "三")
    deliver(conversation.pk)
    deliver(conversation.pk)
    assert (service.sent, statuses()) == (["一", "二", "三"], ["sent"] * 3)


def test_what_surely_did_not_arrive_is_tried_again_before_what_came_later(conversation, wang, service):
    say(conversation, wang, "一", "二")
    service.failures = [Unavailable("没连上", code="connect", details={"sent": False})]
    with pytest.raises(Unavailable):
        deliver(conversation.pk)
    assert (service.sent, statuses()) == ([], ["queued", "queued"])
    deliver(conversation.pk)
    assert (service.sent, statuses()) == (["一", "二"], ["sent", "sent"])


def test_after_many_vain_tries_an_answer_fails_and_is_given_back(conversation, wang, service):
    say(conversation, wang, "一")
    service.failures = [RateLimited("太快", code="45009") for _ in range(MOST_ATTEMPTS)]
    for _ in range(MOST_ATTEMPTS - 1):
        with pytest.raises(RateLimited):
            deliver(conversation.pk)
    deliver(conversation.pk)
    entry = Entry.objects.get(way="out")
    assert (entry.status, entry.error, entry.counted) == ("failed", "太快", False)
    assert Conversation.objects.get().answers_left == 5


def test_what_may_have_arrived_is_left_to_a_person(conversation, wang, service):
    say(conversation, wang, "一", "二")
    service.failures = [Unavailable("没有按时答复", code="timeout", details={"sent": True})]
    deliver(conversation.pk)
    assert (service.sent, statuses()) == (["二"], ["unknown", "sent"])
    assert Entry.objects.filter(status="unknown").get().error == "没有按时答复；客户可能已经收到"
    assert Conversation.objects.get().answers_left == 3


def test_a_process_that_died_while_sending_holds_nobody_up(conversation, wang, service):
    first, _second = say(conversation, wang, "一", "二")
    Entry.objects.filter(pk=first.pk).update(status="sending", sending_at=timezone.now())
    deliver(conversation.pk)  # somebody may be sending it right now
    assert (service.sent, statuses()) == ([], ["sending", "queued"])
    Entry.objects.filter(pk=first.pk).update(sending_at=timezone.now() - dt.timedelta(minutes=2))
    deliver(conversation.pk)
    assert (service.sent, statuses()) == (["二"], ["unknown", "sent"])


def test_a_picture_that_wechat_forgot_is_uploaded_anew(conversation, wang, service):
    entry = say_picture(conversation_id=conversation.pk, picture="p.webp", by=wang)
    Entry.objects.filter(pk=entry.pk).update(media_id="old", media_at=timezone.now())
    service.failures = [MediaGone("过期", code="40007")]
    deliver(conversation.pk)
    entry.refresh_from_db()
    assert (service.sent, entry.status, entry.media_id) == (["media-6"], "sent", "media-6")


def test_a_picture_that_is_gone_from_our_storage_fails_by_itself(conversation, wang, service, monkeypatch):
    def gone(path: str) -> bytes:
        raise FileNotFoundError(path)

    monkeypatch.setattr(delivering, "jpeg_of", gone)
    say_picture(conversation_id=conversation.pk, picture="p.webp", by=wang)
    say(conversation, wang, "二")
    deliver(conversation.pk)
    assert (service.sent, statuses()) == (["二"], ["failed", "sent"])
    assert Conversation.objects.get().answers_left == 4


def test_only_what_failed_is_sent_again_and_it_counts(conversation, wang, service):
    entry = say(conversation, wang, "一")[0]
    deliver(conversation.pk)
    with pytest.raises(IllegalTransition):
        try_again(conversation_id=conversation.pk, entry_id=entry.pk, by=wang)
    assert Conversation.objects.get().answers_left == 4
    Entry.objects.filter(pk=entry.pk).update(status="failed")
    try_again(conversation_id=conversation.pk, entry_id=entry.pk, by=wang)
    deliver(conversation.pk)
    assert (service.sent, Conversation.objects.get().answers_left) == (["一", "一"], 3)
