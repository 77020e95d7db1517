"""A customer in the box and the platform talk to each other, over HTTP both ways."""

from __future__ import annotations

import io

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from fangcun.gateways.storage import store_image
from fangcun.grow.conversations.models import Conversation, Entry
from fangcun.grow.conversations.pictures import folder_of
from fangcun.grow.conversations.services import (
    resolve,
    save_settings,
    say_card,
    say_link,
    say_picture,
    say_text,
    try_again,
)
from fangcun.grow.conversations.tests.conftest import AtTheBox, picture
from fangcun.identity.members.models import Account, Member
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)


def texts(conversation: Conversation) -> list[tuple[str, str, str]]:
    return [(one.way, one.status, one.text) for one in conversation.entries.order_by("id")]


@pytest.mark.parametrize(
    ("mode", "form"), [("secure", "json"), ("secure", "xml"), ("compatible", "xml"), ("plain", "json")]
)
def test_what_is_written_arrives_and_is_answered(box, live_server, settings, until, drain, wang, mode, form):
    settings.ALLOWED_HOSTS = ["*"]
    shop = AtTheBox(box, live_server.url, mode=mode, form=form)
    shop.says("草莓什么时候到？ <&>")
    until(lambda: Entry.objects.filter(text="草莓什么时候到？ <&>").exists())
    conversation = shop.conversation
    assert (conversation.status, conversation.unread, conversation.answers_left) == ("waiting", 1, 5)
    assert conversation.account == shop.account
    say_text(conversation_id=conversation.pk, text="明天一早。", by=wang)
    drain()
    assert shop.reads()[-1] == ("service", "text", "明天一早。")
    assert texts(conversation)[-1] == ("out", "sent", "明天一早。")
    until(lambda: shop.pushes()[-1]["state"] == "delivered")
    assert shop.pushes()[-1]["attempts"][-1]["answer"] == "success"


def test_a_push_that_comes_many_times_is_kept_once(shop, box, until):
    box.post("/_box/faults", duplicate_pushes=7)
    shop.says("只说一次")
    until(lambda: len([one for one in shop.pushes() if one["state"] == "delivered"]) == 8)
    assert Entry.objects.filter(text="只说一次").count() == 1
    assert shop.conversation.unread == 1


def test_forged_and_stale_pushes_are_refused_and_the_honest_repetition_is_taken(shop, box, until):
    for fault in ("forge_pushes", "stale_pushes"):
        box.post("/_box/faults", **{fault: 1})
        shop.says(fault)
        until(lambda: shop.pushes()[0]["tries"] == 1)
        assert shop.pushes()[0]["attempts"][0]["status"] == 403
        assert not Entry.objects.filter(text=fault).exists()
        box.post("/_box/clock", advance_s=5)
        until(lambda: shop.pushes()[0]["state"] == "delivered")
        assert Entry.objects.filter(text=fault).count() == 1


def test_who_never_logged_in_is_heard_and_becomes_no_member(shop, until):
    members, accounts = Member.objects.count(), Account.objects.count()
    shop.says("我还没登录", user="路人")
    until(lambda: Entry.objects.filter(text="我还没登录").exists())
    found = Entry.objects.get(text="我还没登录").conversation
    assert found.account is None
    assert (Member.objects.count(), Account.objects.count()) == (members, accounts)


def test_a_picture_of_a_customer_is_fetched_and_encoded_anew(shop, until, drain):
    shop.shows(picture())
    until(lambda: Entry.objects.filter(kind="image").exists())
    drain()
    entry = Entry.objects.get(kind="image")
    assert entry.picture.startswith(f"{folder_of(entry.conversation_id)}/")
    with default_storage.open(entry.picture) as file, Image.open(file) as kept:
        assert (kept.format, kept.size) == ("WEBP", (640, 480))
    assert shop.conversation.last_text == "[图片]"


def test_a_picture_that_is_none_is_said_so(shop, box, until, drain):
    shop.shows(b"\x89PNG, but not really")
    until(lambda: Entry.objects.filter(kind="image").exists())
    drain()
    entry = Entry.objects.get(kind="image")
    assert entry.picture == ""
    assert entry.error.startswith("图片无法取得：")


def test_pictures_cards_and_links_reach_the_customer(shop, until, drain, wang):
    shop.says("在吗")
    until(lambda: Conversation.objects.filter(openid=shop.account.openid).exists())
    conversation = shop.conversation
    kept = store_image(picture("#c2410c"), folder=folder_of(conversation.pk)).path
    say_picture(conversation_id=conversation.pk, picture=kept, by=wang)
    say_card(
        conversation_id=conversation.pk,
        title="高原胡萝卜",
        page="/pages-goods/detail/detail?id=1",
        picture=kept,
        by=wang,
    )
    say_link(
        conversation_id=conversation.pk,
        title="怎样保存",
        description="胡萝卜",
        url="https://example.com/a",
        by=wang,
    )
    drain()
    assert shop.reads()[1:] == [
        ("service", "image", ""), ("service", "miniprogrampage", "高原胡萝卜"), ("service", "link", "怎样保存"),
    ]  # fmt: skip
    line = shop.box.get("/_box/talk", appid=shop.program.appid, user=shop.user)["lines"][1]
    sent = shop.box.http.get(f"/chat/picture/{line['content']['media_id']}").content
    with Image.open(io.BytesIO(sent)) as arrived:
        assert (arrived.format, arrived.size) == ("JPEG", (640, 480))


def test_wechat_knows_better_when_its_window_is_over(shop, box, until, drain, wang):
    shop.says("在吗")
    until(lambda: Conversation.objects.filter(openid=shop.account.openid).exists())
    box.post("/_box/clock", advance_s=48 * 3600 + 1)
    say_text(conversation_id=shop.conversation.pk, text="在的", by=wang)
    drain()
    entry = Entry.objects.get(text="在的")
    assert (entry.status, entry.error_code) == ("failed", "45015")
    assert entry.error.startswith("客户超过 48 小时没有发消息")
    assert shop.conversation.answers_left == 0
    box.post("/_box/reset")


def test_a_send_whose_answer_is_lost_is_not_repeated_by_itself(shop, box, until, drain, wang):
    shop.says("在吗")
    until(lambda: Conversation.objects.filter(openid=shop.account.openid).exists())
    conversation = shop.conversation
    box.post("/_box/faults", api_lost_answers={"times": 1, "path": "/cgi-bin/message/custom/send"})
    say_text(conversation_id=conversation.pk, text="在的", by=wang)
    drain()
    entry = Entry.objects.get(text="在的")
    assert (entry.status, shop.reads()[-1]) == ("unknown", ("service", "text", "在的"))
    try_again(conversation_id=conversation.pk, entry_id=entry.pk, by=wang)
    drain()
    entry.refresh_from_db()
    assert (entry.status, shop.conversation.answers_left) == ("sent", 3)
    assert len(shop.reads()) == 3


def test_what_wechat_refuses_for_good_gives_the_answer_back(shop, box, until, drain, wang):
    shop.says("在吗")
    until(lambda: Conversation.objects.filter(openid=shop.account.openid).exists())
    conversation = shop.conversation
    Conversation.objects.filter(pk=conversation.pk).update(openid="nobody")
    say_text(conversation_id=conversation.pk, text="在的", by=wang)
    drain()
    entry = Entry.objects.get(text="在的")
    assert (entry.status, entry.error_code, entry.counted) == ("failed", "40003", False)
    assert Conversation.objects.get(pk=conversation.pk).answers_left == 5


def test_a_customer_is_welcomed_asked_and_thanked(shop, until, drain, wang):
    save_settings(welcome_text="您好，请说", rating_text="请打 1 到 5 分", thanks_text="谢谢", by=SYSTEM)
    shop.enters('{"order":"F1"}')
    until(lambda: Entry.objects.filter(kind="entered").exists())
    drain()
    assert shop.reads() == [("service", "text", "您好，请说")]
    shop.says("坏了一个")
    until(lambda: shop.conversation.status == "waiting")
    conversation = shop.conversation
    assert conversation.came_from == '{"order":"F1"}'
    say_text(conversation_id=conversation.pk, text="马上补发", by=wang)
    resolve(conversation_id=conversation.pk, by=wang)
    drain()
    shop.says("5")
    until(lambda: conversation.cases.get().rating == 5)
    drain()
    assert [text for _who, _kind, text in shop.reads()] == [
        "您好，请说", "坏了一个", "马上补发", "请打 1 到 5 分", "5", "谢谢",
    ]  # fmt: skip
    assert shop.conversation.status == "resolved"
    assert conversation.cases.get().rating == 5


def test_a_welcome_that_wechat_refuses_changes_nothing(shop, box, until, drain, wang):
    save_settings(welcome_text="您好", by=SYSTEM)
    box.post("/_box/faults", refuse_welcome=1)
    shop.enters()
    until(lambda: Entry.objects.filter(kind="entered").exists())
    drain()
    assert Entry.objects.get(text="您好").status == "failed"
    shop.says("在吗")
    until(lambda: shop.conversation.status == "waiting")
    assert shop.conversation.answers_left == 5
