"""Numbers of the staff, quick replies, and what is taken away with a member."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from fangcun.gateways.storage import store_image
from fangcun.grow.conversations import pictures
from fangcun.grow.conversations.models import Case, Conversation, Entry, QuickReply
from fangcun.grow.conversations.numbers import tallies, unanswered
from fangcun.grow.conversations.pictures import folder_of
from fangcun.grow.conversations.queries import export_member
from fangcun.grow.conversations.quick_replies import ready_replies
from fangcun.grow.conversations.services import erase_member, say_text, write_note
from fangcun.grow.conversations.tests.conftest import picture
from fangcun.identity.members.models import Account, Member
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db


def case(conversation: Conversation, waited_s: int | None, answerer: int, **facts: object) -> None:
    opened = timezone.now() - dt.timedelta(hours=1)
    first = opened + dt.timedelta(seconds=waited_s) if waited_s is not None else None
    Case.objects.create(
        conversation=conversation, opened_at=opened, first_answer_at=first, resolved_at=first or opened,
        answerer_id=answerer if first else None, answerer_name=f"第{answerer}人" if first else "", **facts,
    )  # fmt: skip


def test_numbers_of_the_staff_are_exact(program, account):
    one = Conversation.objects.create(program=program, openid="o1")
    for waited, answerer, rating in ((10, 1, 5), (20, 1, 4), (90, 1, None), (30, 2, 1)):
        case(one, waited, answerer, resolver_id=answerer, resolver_name=f"第{answerer}人", rating=rating)
    case(one, 40, 2, resolver_id=1, resolver_name="第1人", rating=3)  # 2 answered, 1 resolved
    case(one, None, 0)
    people, whole = tallies(timezone.now() - dt.timedelta(days=1), timezone.now())
    assert [(p.name, p.answered, p.first_answer_s, p.resolved, p.rating) for p in people] == [
        ("第1人", 3, 20, 4, 4.0), ("第2人", 2, 35, 1, 1.0),
    ]  # fmt: skip
    assert (whole.answered, whole.first_answer_s, whole.resolved, whole.rating) == (5, 30, 5, 3.25)
    assert unanswered(timezone.now() - dt.timedelta(days=1), timezone.now()) == 1
    assert tallies(timezone.now() - dt.timedelta(days=9), timezone.now() - dt.timedelta(days=8))[0] == []


def test_a_quick_reply_without_an_order_says_what_is_missing(conversation):
    QuickReply.objects.create(category="a", title="t", text="{昵称}：{订单号}，{物流}，{客服}")
    QuickReply.objects.create(category="a", title="u", text="{昵称}您好")
    first, second = ready_replies(conversation, staff_name="小王")
    assert (first.text, first.missing) == ("小方：，，小王", "订单号")
    assert (second.text, second.missing) == ("小方您好", "")


def test_one_member_is_exported_and_erased_with_his_pictures(
    program, account, wrote, wang, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    elsewhere = store_image(picture()).path  # the same picture as a product's
    mine, other = wrote("我的").conversation, wrote("别人的", openid="o2").conversation
    own = store_image(picture(), folder=folder_of(mine.pk)).path
    Entry.objects.create(conversation=mine, way="in", kind="image", picture=own)
    Entry.objects.create(conversation=mine, way="out", kind="card", picture=elsewhere, status="sent")
    say_text(conversation_id=mine.pk, text="收到", by=wang)
    write_note(conversation_id=mine.pk, text="难缠", by=wang)
    [told] = export_member(account.member_id)
    assert [(entry["from"], entry["kind"], entry["text"]) for entry in told["entries"]] == [
        ("customer", "text", "我的"), ("customer", "image", ""), ("service", "card", ""), ("service", "text", "收到"),
    ]  # fmt: skip
    assert erase_member(member_id=account.member_id, by=SYSTEM) == 1
    assert list(Conversation.objects.all()) == [other]
    assert Entry.objects.count() == 1
    assert (default_storage.exists(own), default_storage.exists(elsewhere)) == (False, True)
    entry = AuditEntry.objects.get(action="conversations.erase_member")
    assert entry.after == {"conversations": 1, "entries": 5, "pictures": 1}
    assert erase_member(member_id=account.member_id, by=SYSTEM) == 0


def test_a_picture_that_arrives_after_the_erasure_is_not_kept(
    account, wrote, settings, tmp_path, monkeypatch
):
    settings.MEDIA_ROOT = tmp_path
    entry = wrote("", kind="image", media_id="m1")

    class SlowWechat:
        def fetch_media(self, media_id: str) -> bytes:
            assert media_id == "m1"
            assert erase_member(member_id=account.member_id, by=SYSTEM) == 1
            return picture()

    monkeypatch.setattr(pictures, "customer_service_api", lambda program: SlowWechat())
    pictures.fetch(entry.pk)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_was_said_before_the_first_login_is_his_too(program, wrote):
    wrote("还没登录", openid="o9")
    member = Member.objects.create()
    Account.objects.create(program=program, openid="o9", member=member)
    assert len(export_member(member.pk)) == 1
    assert erase_member(member_id=member.pk, by=SYSTEM) == 1
    assert Conversation.objects.count() == 0
