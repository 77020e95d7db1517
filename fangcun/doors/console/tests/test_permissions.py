"""Every page and every verb of the console, for every role, against the one table of permissions."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import URLPattern, reverse

from fangcun.doors.console.access import BY_NAME
from fangcun.doors.console.model_admin import ConsoleAdmin
from fangcun.doors.console.site import console
from fangcun.identity.staff.permissions import GRANTS, Role
from fangcun.kernel.models import AuditEntry
from fangcun.shop.catalog.models import Sku
from fangcun.shop.orders.models import Order
from fangcun.shop.payments.models import Refund

pytestmark = pytest.mark.django_db(databases="__all__")
# Pages that Django's admin brings along and that show nothing of ours.
EVERYBODY = {"index", "logout", "password_change", "password_change_done", "jsi18n", "search"}
# Found by the walk, refused inside: no model of ours offers a choice through it.
STRICT = {"autocomplete", "view_on_site", "app_list"}
BEFORE_LOGIN = {"login", "enter"}
ON_AN_ORDER = {"orders_order_ship", "orders_order_cancel", "orders_order_note", "orders_order_refund"}
KINDS = ("changelist", "add", "change", "delete", "history", "verb")


def allowed(role: str, permission: str) -> bool:
    return permission in GRANTS[role]


def admins() -> list[Any]:
    return list(console._registry.values())


def name_of(admin: Any, kind: str) -> str:
    return f"{admin.opts.app_label}_{admin.opts.model_name}_{kind}"


def row_of(admin: Any) -> Any:
    row = admin.model._default_manager.order_by("pk").first()
    assert row is not None or admin.opts.label == "messaging.Delivery"
    return row


def names_below(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern.name
        else:
            yield from names_below(pattern.url_patterns)


def test_the_walk_below_knows_every_address_of_the_console():
    names = set(names_below(console.get_urls()))
    known = {name_of(admin, kind) for admin in admins() for kind in KINDS}
    assert all(isinstance(admin, ConsoleAdmin) for admin in admins())
    unnamed = {None}  # Django's redirect from <id>/ to <id>/change/, and the answer to everything else
    assert names - known - EVERYBODY - STRICT - BEFORE_LOGIN - ON_AN_ORDER - BY_NAME.keys() - unnamed == set()


@pytest.mark.parametrize("role", Role.values)
def test_a_role_opens_exactly_the_pages_that_the_table_grants(role, enter, furnished):
    browser = enter(role)
    wrong = []

    def look(name: str, expected: bool, *args: object) -> None:
        status = browser.get(reverse(f"admin:{name}", args=args)).status_code
        if (status in (200, 302)) != expected or (not expected and status != 403):
            wrong.append((name, status, expected))

    for admin in admins():
        view, change = allowed(role, f"{admin.resource}.view"), False
        if admin.writable:
            change = allowed(role, f"{admin.resource}.change")
        look(name_of(admin, "changelist"), view)
        home = admin.opts.model_name == "homesettings"
        look(name_of(admin, "add"), change and not home)
        if row := row_of(admin):
            look(name_of(admin, "change"), view, row.pk)
            deletable = admin.opts.model_name in ("category", "freightrule", "quickreply", "channelcost")
            look(name_of(admin, "delete"), change and deletable, row.pk)
    look("overview-numbers", allowed(role, "insight.view"))
    look("orders_order_export", allowed(role, "orders.view"))
    look("index", True)
    assert wrong == []


@pytest.mark.parametrize("role", Role.values)
def test_a_role_does_exactly_the_verbs_that_the_table_grants(role, enter, furnished):
    browser = enter(role)
    wrong = []

    def do(name: str, expected: bool, *args: object, **body: object) -> None:
        status = browser.post(reverse(f"admin:{name}", args=args), body).status_code
        if (status != 403) != expected or status >= 500:
            wrong.append((name, args, status, expected))

    for admin in admins():
        row = row_of(admin)
        for verb in admin.verbs:
            if verb.name in (
                "test",
                "ask_now",
            ):  # these call WeChat; see test_a_forbidden_verb_changes_nothing
                if not allowed(role, verb.permission):
                    do(name_of(admin, "verb"), False, row.pk, verb.name)
                continue
            if verb.name == "switch_off":
                continue  # of the only owner; see test_staff
            do(name_of(admin, "verb"), allowed(role, verb.permission), row.pk, verb.name)
        if row:
            may_change = admin.writable and allowed(role, f"{admin.resource}.change")
            do(name_of(admin, "change"), may_change, row.pk)
    sku = Sku.objects.get()
    do("catalog_product_stock", allowed(role, "stock.change"), sku.product_id,
       sku_id=sku.pk, reason="purchase", quantity=1)  # fmt: skip
    do("orders_order_note", allowed(role, "orders.change"), furnished.pk, text="轻放")
    may_refund = allowed(role, "orders.change") and allowed(role, "payments.refund")
    do("orders_order_cancel", may_refund, furnished.pk, reason="缺货")
    assert wrong == []
    furnished.refresh_from_db()
    assert furnished.status == ("cancelled" if may_refund else "paid")
    assert Sku.objects.get().stock == 18 + allowed(role, "stock.change") + 2 * may_refund


@pytest.mark.parametrize("role", Role.values)
def test_only_who_may_ship_ships(role, enter, paid):
    body = {"carrier": "SF", "tracking_number": "SF1234567890"}
    answer = enter(role).post(reverse("admin:orders_order_ship", args=[paid.pk]), body)
    paid.refresh_from_db()
    if allowed(role, "orders.ship"):
        assert (answer.status_code, paid.status) == (302, "shipped")
    else:
        assert (answer.status_code, paid.status) == (403, "paid")


def test_without_a_role_and_without_a_login_nothing_opens(enter, furnished, client):
    nobody = enter("owner")
    nobody.user.groups.clear()
    for browser in (nobody, client):
        for admin in admins():
            answer = browser.get(reverse(f"admin:{name_of(admin, 'changelist')}"))
            assert answer.status_code == 302
            assert answer.url.startswith("/console/login/")
        assert browser.get("/console/overview.json").status_code == 302
        answer = browser.post(reverse("admin:orders_order_cancel", args=[furnished.pk]), {"reason": "x"})
        assert answer.status_code == 302
    assert Order.objects.get().status == "paid"


def test_the_sidebar_shows_only_what_the_role_may_open(enter, furnished):
    html = enter("analyst").get("/console/").content.decode()
    assert "/console/orders/order/" in html
    for closed in ("/console/members/member/", "/console/programs/program/", "/console/auth/user/"):
        assert closed not in html


def test_an_abnormal_refund_is_sent_again_only_by_who_may_refund(enter, furnished):
    Refund.objects.update(status="abnormal")
    path = reverse("admin:payments_refund_verb", args=[Refund.objects.get().pk, "send_again"])
    assert enter("support").post(path).status_code == 403
    assert Refund.objects.get().status == "abnormal"
    assert enter("operator").post(path).status_code == 302
    assert Refund.objects.get().status != "abnormal"


def test_a_verb_is_no_link_and_an_unknown_one_is_not_found(enter, furnished):
    browser, member = enter("owner"), furnished.member_id
    before = AuditEntry.objects.count()
    assert browser.get(reverse("admin:members_member_verb", args=[member, "show_phone"])).status_code == 405
    assert browser.post(reverse("admin:members_member_verb", args=[member, "delete"])).status_code == 404
    assert browser.post(reverse("admin:members_member_verb", args=[999, "show_phone"])).status_code == 404
    assert AuditEntry.objects.count() == before
