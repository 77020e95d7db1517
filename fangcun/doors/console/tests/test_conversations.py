"""The workplace of customer service: who may do what, what is shown, what refreshes itself."""

from __future__ import annotations

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from fangcun.gateways.storage import remove_image, store_image
from fangcun.grow.conversations.models import Conversation, Entry, QuickReply, ServiceSettings
from fangcun.grow.conversations.pictures import folder_of
from fangcun.grow.conversations.services import receive_message
from fangcun.identity.programs.models import PushSettings
from fangcun.identity.staff.permissions import GRANTS, Role
from fangcun.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db(databases="__all__")
HX = {"HX-Request": "true"}


@pytest.fixture
def wrote(account):
    """A customer writes."""

    def write(text: str = "草莓坏了两盒", openid: str = "o-1", **facts) -> Entry:
        key = f"msg:{Entry.objects.count() + 1}"
        facts = {"kind": "text", "at": timezone.now(), **facts}
        return receive_message(program_id=account.program_id, openid=openid, key=key, text=text, **facts)

    return write


@pytest.fixture
def conversation(wrote):
    return wrote().conversation


def address(name: str, *args: object, **query: str) -> str:
    return reverse(f"admin:{name}", args=args, query=query or None)


@pytest.mark.parametrize("role", Role.values)
def test_a_role_opens_and_does_exactly_what_the_table_grants(role, enter, conversation, paid):
    browser, pk = enter(role), conversation.pk
    granted = GRANTS[role]
    wrong = []

    def look(permission: str, status: int) -> None:
        if (status != 403) != (permission in granted) or status >= 500:
            wrong.append((permission, status))

    for name, args in (
        ("conversations", ()), ("conversations_list", ()), ("conversations_settings", ()),
        ("conversations_numbers", ()), ("conversation", (pk,)), ("conversation_thread", (pk,)),
        ("conversation_picture", (pk, 1)),
    ):  # fmt: skip
        look("conversations.view", browser.get(address(name, *args)).status_code)
    look("conversations.answer", browser.get(address("conversation_products", pk)).status_code)
    if "conversations.view" in granted:
        look("members.view", browser.get(address("conversation_segments", pk)).status_code)
    look("conversations.answer", browser.post(address("conversation_say", pk), {"text": "在的"}).status_code)
    for verb in ("take", "note", "card", "assign", "again", "resolve", "reopen"):
        look(
            "conversations.answer",
            browser.post(address("conversation_verb", pk, verb), {"text": "x"}).status_code,
        )
    look(
        "conversations.change",
        browser.post(address("conversations_settings"), {"rating_text": "1-5"}).status_code,
    )
    look("members.change", browser.get(address("conversation_export", pk)).status_code)
    look("members.change", browser.post(address("conversation_verb", pk, "erase")).status_code)
    assert wrong == []
    assert Conversation.objects.exists() == ("members.change" not in granted)
    said = Entry.objects.filter(way="out", text="在的").exists()
    assert said == ("conversations.answer" in granted and "members.change" not in granted)


def test_the_workplace_shows_who_waits_what_was_said_and_the_order(enter, conversation, paid):
    Conversation.objects.update(came_from=json.dumps({"order": paid.number}))
    page = enter("support").get(address("conversation", conversation.pk)).content.decode()
    for text in (
        "小方", "草莓坏了两盒", "还可以回复 5 条", paid.number, "¥25.60", "从这里来", "139****1234", "待分配", "接待",
        "发送订单卡片",
    ):  # fmt: skip
        assert text in page, text
    assert "13900001234" not in page
    assert "删除他的全部会话" not in page
    assert AuditEntry.objects.filter(action="conversations.view").count() == 1
    conversation.refresh_from_db()
    assert conversation.unread == 0


def test_hostile_text_is_shown_as_text(enter, wrote):
    hostile = "<script>alert(1)</script>\"'&"
    one = wrote(hostile, title=hostile, page=hostile).conversation
    Conversation.objects.update(came_from=hostile)
    page = enter("owner").get(address("conversation", one.pk)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_without_conversations_the_page_says_what_to_do(enter, program):
    page = enter("support").get(address("conversations")).content.decode()
    assert "还没有客户写来消息" in page
    assert "这里没有会话" in page


def test_pieces_refresh_only_when_something_changed(enter, conversation, wrote):
    browser = enter("support")
    thread = address("conversation_thread", conversation.pk)
    first = browser.get(thread, headers=HX)
    assert first.status_code == 200
    version = first.content.decode().split("?v=")[1].split('"')[0]
    assert browser.get(f"{thread}?v={version}", headers=HX).status_code == 204
    wrote("还有一件事")
    again = browser.get(f"{thread}?v={version}", headers=HX)
    assert "还有一件事" in again.content.decode()
    listed = browser.get(address("conversations_list"), headers=HX).content.decode()
    query = listed.split("conversations/list?")[1].split('"')[0].replace("&amp;", "&")
    assert browser.get(f"{address('conversations_list')}?{query}", headers=HX).status_code == 204
    wrote("又一位", openid="o-2")
    assert "又一位" in browser.get(f"{address('conversations_list')}?{query}", headers=HX).content.decode()


def test_polling_costs_few_statements_however_many_conversations(
    enter, conversation, wrote, django_assert_max_num_queries
):
    for number in range(30):
        wrote("在吗", openid=f"o-x{number}")
    browser = enter("support")
    thread = address("conversation_thread", conversation.pk)
    version = browser.get(thread).content.decode().split("?v=")[1].split('"')[0]
    with django_assert_max_num_queries(4):  # session, person, roles, version
        assert browser.get(f"{thread}?v={version}").status_code == 204
    with django_assert_max_num_queries(9):
        listed = browser.get(address("conversations_list"))
    query = listed.content.decode().split("conversations/list?")[1].split('"')[0].replace("&amp;", "&")
    with django_assert_max_num_queries(4):
        assert browser.get(f"{address('conversations_list')}?{query}").status_code == 204


def test_a_picture_is_shown_at_the_console_and_nowhere_else(enter, client, conversation, wrote):
    drawn = io.BytesIO()
    Image.new("RGB", (640, 480), "#087f45").save(drawn, "PNG")
    path = store_image(drawn.getvalue(), folder=folder_of(conversation.pk)).path
    public = store_image(drawn.getvalue()).path
    entry = Entry.objects.create(conversation=conversation, way="in", kind="image", picture=path)
    shown = address("conversation_picture", conversation.pk, entry.pk)
    elsewhere = wrote("在吗", openid="o-2").conversation
    browser = enter("support")
    small, whole = browser.get(f"{shown}?small"), browser.get(shown)
    assert (small.status_code, whole.status_code, whole["Content-Type"]) == (200, 200, "image/webp")
    assert Image.open(io.BytesIO(whole.content)).size == (640, 480)
    assert Image.open(io.BytesIO(small.content)).size == (480, 360)
    assert "no-store" in whole["Cache-Control"]
    assert browser.get(address("conversation_picture", elsewhere.pk, entry.pk)).status_code == 404
    assert browser.get(address("conversation_picture", conversation.pk, entry.pk + 1)).status_code == 404
    assert client.get(shown).status_code == 302
    for way in (path, f"/{path}", f"images/../{path}", f"./{path}"):
        assert client.get(f"/media/{way}").status_code == 404, way
    assert client.get(f"/media/{public}").status_code == 200
    remove_image(path)
    assert browser.get(shown).status_code == 404


def test_an_answer_is_sent_and_a_refused_one_says_why(enter, conversation, png):
    browser = enter("support")
    say = address("conversation_say", conversation.pk)
    answer = browser.post(say, {"text": "马上补发", "key": "k1"}, headers=HX)
    assert "马上补发" in answer.content.decode()
    assert "还可以回复 4 条" in answer.content.decode()
    browser.post(say, {"text": "马上补发", "key": "k1"}, headers=HX)
    assert Entry.objects.filter(way="out").count() == 1
    sent = browser.post(
        say, {"text": "", "key": "k2", "picture": SimpleUploadedFile("a.png", png)}, headers=HX
    )
    assert sent.status_code == 200
    picture = Entry.objects.get(way="out", kind="image")
    assert picture.picture.startswith(f"conversations/{conversation.pk}/")
    shown = address("conversation_picture", conversation.pk, picture.pk)
    assert f'src="{shown}?small"' in sent.content.decode()
    for body, words in (
        ({"text": "  "}, "请写点什么再发送"),
        ({"text": "", "picture": SimpleUploadedFile("a.png", b"text")}, "只接受 JPEG、PNG、WebP 和 GIF 图片"),
        ({"text": "看", "url": "http://x"}, "链接须以 https:// 开头"),
    ):
        refused = browser.post(say, body, headers=HX)
        assert (refused.status_code, refused.content.decode()) == (400, words)
    Conversation.objects.update(answers_left=0)
    refused = browser.post(say, {"text": "再说一句"}, headers=HX)
    assert refused.status_code == 409
    assert "最多回复 5 条" in refused.content.decode()
    assert Entry.objects.filter(way="out").count() == 2
    assert browser.post(address("conversation_say", 999), {"text": "x"}).status_code == 404


def test_a_colleague_takes_over_before_he_answers(enter, conversation):
    first, second = enter("support"), enter("operator")
    first.post(address("conversation_verb", conversation.pk, "take"))
    refused = second.post(address("conversation_say", conversation.pk), {"text": "我来"})
    assert (refused.status_code, refused.content.decode()) == (
        409,
        "support 正在接待这位客户；需要时先接手再回复",
    )
    seen = str(first.user.pk)
    taken = second.post(address("conversation_verb", conversation.pk, "take_over"), {"seen": seen})
    assert "operator 接待" in taken.content.decode()
    late = first.post(address("conversation_verb", conversation.pk, "assign"), {"seen": seen, "to": ""})
    assert late.status_code == 409
    conversation.refresh_from_db()
    assert conversation.assignee_id == second.user.pk


def test_cards_of_products_and_orders_are_sent(enter, conversation, paid, carrot):
    browser = enter("support")
    products = browser.get(address("conversation_products", conversation.pk, q="胡萝卜")).content.decode()
    assert "高原胡萝卜" in products
    card = address("conversation_verb", conversation.pk, "card")
    assert browser.post(card, {"product": carrot.product_id}).status_code == 200
    assert browser.post(card, {"order": paid.number}).status_code == 200
    assert list(Entry.objects.filter(kind="card").order_by("id").values_list("title", "page")) == [
        ("高原胡萝卜", f"pages-goods/product/product?id={carrot.product_id}"),
        (f"订单 {paid.number}", f"pages-trade/order/order?number={paid.number}"),
    ]
    assert browser.post(card, {"product": "999"}).status_code == 400
    assert browser.post(card, {"order": "F0"}).status_code == 404


def test_a_long_conversation_is_read_page_by_page(enter, conversation):
    Entry.objects.bulk_create(
        Entry(conversation=conversation, way="in", text=f"第{number:03}句") for number in range(250)
    )
    browser, path = enter("support"), address("conversation", conversation.pk)
    page = browser.get(path).content.decode()
    assert "第249句" in page
    assert "第049句" not in page
    older = page.split("?before=")[1].split('"')[0]
    page = browser.get(path, {"before": older}).content.decode()
    assert "第049句" in page
    assert "第050句" not in page
    assert "回到最新的消息" in page


def test_quick_replies_are_kept_and_filled_in(enter, conversation, paid):
    owner = enter("owner")
    form = {
        "category": "订单",
        "title": "进度",
        "shortcut": "fh",
        "text": "{昵称}，{订单号} {订单状态}",
        "position": "1",
    }
    add = reverse("admin:conversations_quickreply_add")
    assert owner.post(add, form).status_code == 302
    twice = owner.post(add, form)
    assert "已有同样的快捷码" in twice.content.decode()
    assert QuickReply.objects.count() == 1
    page = enter("support").get(address("conversation", conversation.pk)).content.decode()
    assert f"小方，{paid.number} 待发货" in page
    reply = QuickReply.objects.get()
    assert (
        owner.post(
            reverse("admin:conversations_quickreply_delete", args=[reply.pk]), {"post": "yes"}
        ).status_code
        == 302
    )
    assert not QuickReply.objects.exists()
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"conversations.save_quick_reply", "conversations.delete_quick_reply"} <= actions


def test_hours_and_texts_are_saved_and_wrong_ones_keep_what_was_typed(enter, program):
    browser, path = enter("operator"), address("conversations_settings")
    good = {"day_0": "09:00-12:00，13:30-18:00", "holidays": "2026-10-01\n2026-10-02", "rating_on": "on",
            "rating_text": "请打分", "away_text": "稍后回来"}  # fmt: skip
    assert browser.post(path, good).status_code == 302
    row = ServiceSettings.objects.get()
    assert row.hours == {"0": [["09:00", "12:00"], ["13:30", "18:00"]]}
    assert (row.holidays, row.away_text) == (["2026-10-01", "2026-10-02"], "稍后回来")
    for change in ({"day_1": "9点到6点"}, {"day_1": "18:00-09:00"}, {"day_1": "09:00-12:00，11:00-13:00"},
                   {"holidays": "十一"}, {"rating_text": ""}):  # fmt: skip
        answer = browser.post(path, {**good, **change})
        assert answer.status_code == 200, change
        assert "fc-errors" in answer.content.decode() or "fc-alert" in answer.content.decode(), change
        assert next(iter(change.values())) in answer.content.decode()
    assert ServiceSettings.objects.get().hours == row.hours
    page = browser.get(path).content.decode()
    assert "09:00-12:00，13:30-18:00" in page


def test_numbers_are_shown_by_person(enter, conversation):
    browser = enter("support")
    browser.post(address("conversation_say", conversation.pk), {"text": "在的"})
    browser.post(address("conversation_verb", conversation.pk, "resolve"), {})
    page = browser.get(address("conversations_numbers", days="30")).content.decode()
    assert '<td class="fc-strong">support</td>' in page
    assert browser.get(address("conversations_numbers", days="x")).status_code == 200


def test_the_owner_exports_and_erases_one_member(enter, conversation, wrote, account):
    other = wrote("别人的", openid="o-2").conversation
    owner = enter("owner")
    exported = json.loads(owner.get(address("conversation_export", conversation.pk)).content)
    assert [entry["text"] for one in exported for entry in one["entries"]] == ["草莓坏了两盒"]
    assert owner.post(address("conversation_verb", conversation.pk, "erase")).status_code == 302
    assert list(Conversation.objects.all()) == [other]
    assert owner.get(address("conversation_export", other.pk)).status_code == 404
    actions = list(
        AuditEntry.objects.filter(
            action__in=["conversations.export_member", "conversations.erase_member"]
        ).values_list("action", flat=True)
    )
    assert sorted(actions) == ["conversations.erase_member", "conversations.export_member"]


def test_the_push_of_a_program_is_set_at_the_console(enter, program):
    browser = enter("developer")
    path = reverse("admin:programs_program_change", args=[program.pk])
    page = browser.get(path).content.decode()
    assert "http://testserver/callbacks/wechat/push/wx0000000000000001" in page
    assert "未配置" in page
    form = {"name": "青禾鲜", "role": "main", "merchant": program.merchant_id, "is_active": "on"}
    wrong = browser.post(path, {**form, "push_token": "a b", "push_mode": "secure"})
    assert "Token 为 3 到 32 位字母或数字" in wrong.content.decode()
    assert not PushSettings.objects.exists()
    secrets = {"push_token": "Token123", "push_aes_key": "a" * 43, "push_mode": "secure"}
    assert browser.post(path, {**form, **secrets}).status_code == 302
    saved = PushSettings.objects.get()
    assert (saved.token, saved.aes_key, saved.mode, saved.hands_over) == (
        "Token123",
        "a" * 43,
        "secure",
        False,
    )
    kept = browser.post(path, {**form, "push_mode": "compatible", "push_hands_over": "on"})
    assert kept.status_code == 302
    saved.refresh_from_db()
    assert (saved.token, saved.mode, saved.hands_over) == ("Token123", "compatible", True)
    page = browser.get(path).content.decode()
    assert "Token123" not in page
    assert "a" * 43 not in page
    assert "还没有收到过推送" in page
    browser.post(reverse("admin:programs_program_verb", args=[program.pk, "new_push_secrets"]))
    shown = browser.get(path).content.decode()
    saved.refresh_from_db()
    assert saved.token != "Token123"
    assert saved.token in shown
    assert saved.aes_key in shown
    assert saved.token not in browser.get(path).content.decode()
    for entry in AuditEntry.objects.all():
        assert saved.token not in json.dumps([entry.before, entry.after, entry.note])
