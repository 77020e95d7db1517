"""Ways into the console: a link that works once, a password that is throttled, forms that prove their origin."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from fangcun.identity.staff.models import LoginLink
from fangcun.identity.staff.services import invite_staff, issue_login_link, set_password
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db(databases="__all__")
PASSWORD = "green-radish-42"


@pytest.fixture
def clerk(db) -> User:
    user = invite_staff(username="clerk", roles=["operator"], by=SYSTEM)
    set_password(user, PASSWORD, by=SYSTEM)
    return user


def entries(action: str) -> int:
    return AuditEntry.objects.filter(action=action).count()


def test_a_link_takes_a_click_and_works_once(client):
    link = issue_login_link(by=SYSTEM)
    for _preview in range(3):
        assert client.get(link).status_code == 200
    assert client.get("/console/").status_code == 302
    answer = client.post(link, follow=True)
    assert answer.status_code == 200
    assert "这个登录链接只能使用一次" in answer.content.decode()
    assert client.get("/console/").status_code == 200
    second = Client().post(link)
    assert second.status_code == 403
    assert "登录链接无效或已过期" in second.content.decode()
    assert entries("staff.enter_by_link") == 1


def test_an_expired_link_and_an_invented_one_let_nobody_in(client):
    link = issue_login_link(by=SYSTEM)
    LoginLink.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    for path in (link, "/console/enter/invented"):
        assert client.post(path).status_code == 403
        assert client.get("/console/").status_code == 302


def test_a_password_lets_in_and_stands_in_the_audit_log(client, clerk):
    answer = client.post(reverse("admin:login"), {"username": "clerk", "password": PASSWORD})
    assert (answer.status_code, answer.url) == (302, "/console/")
    assert AuditEntry.objects.get(action="staff.log_in").actor_name == "clerk"


def test_too_many_wrong_passwords_pause_the_login_and_say_until_when(client, clerk):
    for _ in range(4):
        wrong = client.post(reverse("admin:login"), {"username": "clerk", "password": "wrong"})
        assert wrong.status_code == 200
    paused = client.post(reverse("admin:login"), {"username": "clerk", "password": "wrong"})
    html = paused.content.decode()
    assert paused.status_code == 429
    assert "登录已暂停" in html
    until = timezone.localtime(timezone.now() + dt.timedelta(minutes=15))
    near = {(until - dt.timedelta(minutes=minutes)).strftime("%H:%M") for minutes in (0, 1)}
    assert any(f"请在 {time} 之后再试" in html for time in near)
    assert paused.headers["Retry-After"] == "900"
    right = client.post(reverse("admin:login"), {"username": "clerk", "password": PASSWORD})
    assert right.status_code == 429
    assert client.get("/console/").status_code == 302
    assert entries("staff.log_in") == 0


def test_setting_a_password_keeps_this_session_and_ends_the_others(clerk):
    here, there = Client(), Client()
    for browser in (here, there):
        browser.post(reverse("admin:login"), {"username": "clerk", "password": PASSWORD})
    path = reverse("admin:password_change")
    for body, problem in (
        ({"password": "abc", "again": "abc"}, "密码"),
        ({"password": "white-cabbage-7", "again": "white-cabbage-8"}, "两次输入不一致"),
    ):
        refused = here.post(path, body)
        assert refused.status_code == 200
        assert problem in refused.content.decode()
    assert here.post(path, {"password": "white-cabbage-7", "again": "white-cabbage-7"}).status_code == 302
    assert here.get("/console/").status_code == 200
    assert there.get("/console/").status_code == 302
    assert entries("staff.set_password") == 2  # the fixture's and this one


def test_logging_out_takes_a_post_and_ends_the_session(enter):
    browser = enter("operator")
    assert browser.get(reverse("admin:logout")).status_code == 405
    assert browser.post(reverse("admin:logout")).status_code == 200
    assert browser.get("/console/").status_code == 302


def test_a_deactivated_person_is_out_at_once(enter):
    owner, operator = enter("owner"), enter("operator")
    path = reverse("admin:auth_user_verb", args=[operator.user.pk, "switch_off"])
    assert "已停用" in owner.post(path, follow=True).content.decode()
    assert operator.get("/console/").status_code == 302


def test_the_last_owner_stays(enter):
    owner = enter("owner")
    html = owner.post(
        reverse("admin:auth_user_verb", args=[owner.user.pk, "switch_off"]), follow=True
    ).content.decode()
    assert "至少要保留一位启用的所有者" in html
    form = owner.post(reverse("admin:auth_user_change", args=[owner.user.pk]), {"roles": ["analyst"]})
    assert "至少要保留一位启用的所有者" in form.content.decode()
    owner.user.refresh_from_db()
    assert owner.user.is_active
    assert list(owner.user.groups.values_list("name", flat=True)) == ["owner"]


def test_an_invitation_gives_a_link_that_lets_the_new_colleague_in(enter, client):
    body = {"username": "xiaoya", "name": "小雅", "roles": ["support", "analyst"]}
    html = enter("owner").post(reverse("admin:auth_user_add"), body, follow=True).content.decode()
    link = "/console/enter/" + html.split("/console/enter/")[1].split("<")[0].split('"')[0].strip()
    assert client.post(link, follow=True).status_code == 200
    user = User.objects.get(username="xiaoya")
    assert sorted(user.groups.values_list("name", flat=True)) == ["analyst", "support"]
    assert entries("staff.invite") >= 2


def test_a_refused_invitation_is_marked_and_invites_nobody(enter):
    html = (
        enter("owner")
        .post(reverse("admin:auth_user_add"), {"username": "a b", "name": "小雅"})
        .content.decode()
    )
    assert 'value="小雅"' in html
    assert User.objects.count() == 1


def test_forms_without_their_token_are_refused(enter, paid):
    browser = enter("owner", enforce_csrf_checks=True)
    for path in (
        reverse("admin:orders_order_cancel", args=[paid.pk]),
        reverse("admin:members_member_verb", args=[paid.member_id, "show_phone"]),
        reverse("admin:auth_user_add"),
        reverse("admin:password_change"),
        "/console/enter/x",
    ):
        assert browser.post(path, {"reason": "x"}).status_code == 403
    paid.refresh_from_db()
    assert paid.status == "paid"
    assert entries("members.reveal_phone") == 0


def test_every_page_forbids_foreign_scripts_and_frames(enter, client):
    for answer in (enter("owner").get("/console/"), client.get("/console/login/")):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "object-src 'none'" in policy
        assert "frame-ancestors 'self'" in policy
        scripts = policy.split("script-src")[1].split(";")[0]
        assert "unsafe-inline" not in scripts
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
