"""What stands on the pages: no secret, no foreign markup, numbers that the events bear out, both languages."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from fangcun.doors.console.site import console
from fangcun.doors.console.tests.conftest import SECRETS
from fangcun.identity.members.models import Account, Member
from fangcun.identity.programs.models import Merchant, Program
from fangcun.insight.tracking.services import record
from fangcun.kernel.models import AuditEntry
from fangcun.shop.catalog.models import Product
from fangcun.shop.orders.models import Order

pytestmark = pytest.mark.django_db(databases="__all__")
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert()>\u202e"
HOSTILE_NICKNAME = "<img src=x onload=>"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def every_page() -> list[str]:
    paths = [reverse("admin:index")]
    for admin in console._registry.values():
        stem = f"admin:{admin.opts.app_label}_{admin.opts.model_name}"
        paths.append(reverse(f"{stem}_changelist"))
        row = admin.model._default_manager.order_by("pk").first()
        if row is not None:
            paths.append(reverse(f"{stem}_change", args=[row.pk]))
    return paths


def test_secrets_are_on_no_page(enter, furnished):
    owner = enter("owner")
    for path in every_page():
        html = owner.get(path, follow=True).content.decode()
        for secret in SECRETS:
            assert secret not in html, path


def test_secrets_are_replaced_when_given_and_kept_when_not(enter, program):
    owner, path = enter("owner"), reverse("admin:programs_program_change", args=[program.pk])
    body = {
        "name": "青禾",
        "role": "main",
        "merchant": program.merchant_id,
        "is_active": "on",
        "app_secret": "",
    }
    role = Program.Role.values[0]
    assert owner.post(path, {**body, "role": role}).status_code == 302
    assert Program.objects.get().app_secret == SECRETS[0]
    assert owner.post(path, {**body, "role": role, "app_secret": "f" * 32}).status_code == 302
    assert Program.objects.get().app_secret == "f" * 32
    for entry in AuditEntry.objects.all():
        assert "f" * 32 not in f"{entry.before} {entry.after} {entry.note}"


def test_a_refused_merchant_marks_the_field_and_shows_no_secret(enter, program):
    path = reverse("admin:programs_merchant_change", args=[program.merchant_id])
    body = {"name": "青禾", "serial_no": "AB", "mode": "public_key", "private_key": "not a key at all"}
    html = enter("owner").post(path, body).content.decode()
    assert "不是有效的 PEM 私钥" in html
    assert "not a key at all" not in html
    assert Merchant.objects.get().private_key == SECRETS[1]


def test_the_connection_test_names_the_wrong_part(enter, wechat_program, audited):
    owner = enter("owner")
    path = reverse("admin:programs_program_verb", args=[wechat_program.pk, "test"])
    right = owner.post(path).content.decode()
    assert 'data-ok="false"' not in right
    assert "全部正常" in right
    wechat_program.app_secret = "0" * 32
    wechat_program.save()
    wrong = owner.post(path).content.decode()
    assert 'data-part="secret" data-ok="false"' in wrong
    assert wrong.count('data-ok="false"') == 1
    assert "AppSecret" in wrong
    assert audited().count("programs.test_connection") == 2


def test_hostile_text_is_shown_as_text(enter, furnished):
    Product.objects.update(title=HOSTILE, subtitle=HOSTILE)
    Member.objects.update(nickname=HOSTILE_NICKNAME)
    order = Order.objects.get()
    order.lines.update(title=HOSTILE, sku_title=HOSTILE)
    order.address = {**order.address, "name": HOSTILE, "detail": HOSTILE}
    order.remark = order.staff_note = HOSTILE
    order.save()
    owner = enter("owner")
    for path in every_page():
        html = owner.get(path, follow=True).content.decode()
        assert "<script>alert(1)" not in html, path
        assert "<img src=x" not in html, path
    html = owner.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 5


def test_a_members_phone_is_masked_until_somebody_asks_and_that_is_noted(enter, furnished, audited):
    operator = enter("operator")
    path = reverse("admin:members_member_change", args=[furnished.member_id])
    for page in (reverse("admin:members_member_changelist"), path):
        html = operator.get(page).content.decode()
        assert "139****1234" in html
        assert "13900001234" not in html
    verb = reverse("admin:members_member_verb", args=[furnished.member_id, "show_phone"])
    assert "13900001234" in operator.post(verb, follow=True).content.decode()
    assert "members.reveal_phone" in audited()
    found = operator.get(reverse("admin:members_member_changelist"), {"q": "13900001234"}).content.decode()
    assert "139****1234" in found
    none = operator.get(reverse("admin:members_member_changelist"), {"q": "13900009999"}).content.decode()
    assert "139****1234" not in none


def test_the_overview_says_what_the_events_say(enter, furnished, drain):
    program = furnished.program
    others = [
        Account.objects.create(program=program, openid=f"v-{n}", member=Member.objects.create()).member_id
        for n in range(3)
    ]
    now = timezone.now()
    for n, member in enumerate(others):
        record("goods_viewed", member_id=member, program_id=program.pk, props={}, event_id=f"v{n}", at=now)
    record("cart_added", member_id=others[0], program_id=program.pk, props={}, event_id="c0", at=now)
    numbers = enter("analyst").get("/console/overview.json", {"days": "7"}).json()
    assert [(step["name"], step["persons"]) for step in numbers["funnel"]] == [
        ("浏览商品", 3),
        ("加入购物车", 1),
        ("提交订单", 0),
        ("支付成功", 0),
    ]
    assert len(numbers["days"]) == 7
    assert (numbers["orders"][-1], numbers["amount"][-1]) == (1, 2560)
    assert numbers["orders"][:-1] == [0] * 6


def test_what_needs_attention_leads_to_where_it_is_settled(enter, furnished):
    owner = enter("owner")
    html = owner.get("/console/").content.decode()
    links = re.findall(r'<a href="([^"]+)"><span class="fc-count', html)
    assert "/console/orders/order/?status__exact=paid" in links
    assert "/console/kernel/job/?dead__exact=1" in links
    for link in links:
        assert owner.get(link.replace("&amp;", "&")).status_code == 200


def test_an_empty_list_says_what_will_fill_it_and_a_search_that_finds_nothing_does_not(enter, db):
    owner = enter("owner")
    groups = reverse("admin:groupbuy_group_changelist")
    hint = "顾客在手机上开的团会出现在这里"
    assert hint in owner.get(groups).content.decode()
    assert hint not in owner.get(groups, {"q": "nobody"}).content.decode()


def test_an_empty_shop_says_so(enter, db):
    html = enter("owner").get("/console/").content.decode()
    assert "都处理好了，没有待办。" in html


@pytest.mark.parametrize(
    "page", ["index", "orders_order_changelist", "catalog_product_changelist", "members_member_changelist",
             "payments_payment_changelist", "kernel_auditentry_changelist"],
)  # fmt: skip
def test_in_english_the_console_speaks_english(enter, db, page):
    owner = enter("owner", headers={"accept-language": "en"})
    html = owner.get(reverse(f"admin:{page}")).content.decode()
    # What stays is the language's own name, and the name of an actor in the log.
    html = html.replace("简体中文", "").replace("系统", "")
    assert not CHINESE.findall(html), CHINESE.findall(html)


def test_in_english_an_order_is_english_around_the_customers_words(enter, furnished):
    owner = enter("owner", headers={"accept-language": "en"})
    html = owner.get(reverse("admin:orders_order_change", args=[furnished.pk])).content.decode()
    for words in (
        "简体中文",
        "高原胡萝卜",
        "小方",
        "云南省昆明市五华区",
        "翠湖南路 1 号",
        "青禾鲜",
        "微信",
        "系统",
        "少件",
    ):
        html = html.replace(words, "")
    html = re.sub(r'<option value="[A-Z]+"[^>]*>[^<]*</option>', "", html)  # carriers are names
    assert not CHINESE.findall(html), sorted(set(CHINESE.findall(html)))


def test_in_chinese_nothing_is_left_in_english(enter, furnished):
    html = enter("owner").get(reverse("admin:orders_order_changelist")).content.decode()
    for english in ("Filters", "Type to search", "Select all", "Apply", "No results", "Light", "Dark"):
        assert f">{english}<" not in re.sub(r"\s*([<>])\s*", r"\1", html)


@pytest.mark.parametrize(
    "model",
    sorted({admin.opts.label_lower for admin in console._registry.values()} - {"catalog.homesettings"}),
)
def test_a_list_costs_the_same_however_long_it_is(enter, furnished, django_assert_max_num_queries, model):
    for n in range(12):
        member = Member.objects.create(nickname=f"会员{n}", phone=f"1370000{n:04}")
        Account.objects.create(program=furnished.program, openid=f"m-{n}", member=member)
    owner = enter("owner")
    for row in list(type(furnished).objects.all()):
        for n in range(10):
            row.pk, row.number, row.idempotency_key, row.payment = None, f"2026112300000{n}", f"k{n}", None
            row.save(force_insert=True)
    with django_assert_max_num_queries(9):
        assert owner.get(reverse(f"admin:{model.replace('.', '_')}_changelist")).status_code == 200
