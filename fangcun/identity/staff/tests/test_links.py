from __future__ import annotations

import datetime as dt
import threading

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from fangcun.identity.staff.errors import LastOwner, LoginLinkInvalid
from fangcun.identity.staff.models import LoginLink
from fangcun.identity.staff.queries import owners, roles_of
from fangcun.identity.staff.services import (
    deactivate,
    invite_staff,
    issue_login_link,
    redeem_login_link,
    set_roles,
)
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db


def token_of(link):
    prefix = "/console/enter/"
    assert link.startswith(prefix)
    return link.removeprefix(prefix)


def test_the_first_link_makes_the_owner(settings):
    token = token_of(issue_login_link(by=SYSTEM))
    owner = User.objects.get()
    assert (owner.username, owner.has_usable_password()) == ("owner", False)
    assert roles_of(owner) == {"owner"}
    assert redeem_login_link(token=token, ip="127.0.0.9") == owner
    issue_login_link(by=SYSTEM)
    assert list(owners()) == [owner]


def test_a_link_works_once():
    token = token_of(issue_login_link(by=SYSTEM))
    redeem_login_link(token=token, ip=None)
    with pytest.raises(LoginLinkInvalid):
        redeem_login_link(token=token, ip=None)
    assert AuditEntry.objects.filter(action="staff.enter_by_link").count() == 1


def test_the_first_link_of_a_person_lives_a_day_and_the_next_a_quarter_of_an_hour():
    first = token_of(issue_login_link(by=SYSTEM))
    with time_machine.travel(timezone.now() + dt.timedelta(hours=23, minutes=59)):
        owner = redeem_login_link(token=first, ip=None)
    User.objects.update(last_login=timezone.now())
    owner.refresh_from_db()
    second = token_of(issue_login_link(user=owner, by=SYSTEM))
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=15)), pytest.raises(LoginLinkInvalid):
        redeem_login_link(token=second, ip=None)
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=14)):
        assert redeem_login_link(token=second, ip=None) == owner


def test_a_day_later_the_first_link_is_dead():
    token = token_of(issue_login_link(by=SYSTEM))
    with time_machine.travel(timezone.now() + dt.timedelta(hours=24)), pytest.raises(LoginLinkInvalid):
        redeem_login_link(token=token, ip=None)


def test_a_new_link_kills_the_old_one():
    old, new = token_of(issue_login_link(by=SYSTEM)), token_of(issue_login_link(by=SYSTEM))
    with pytest.raises(LoginLinkInvalid):
        redeem_login_link(token=old, ip=None)
    assert redeem_login_link(token=new, ip=None).username == "owner"


def test_the_token_is_in_no_table():
    token = token_of(issue_login_link(by=SYSTEM))
    redeem_login_link(token=token, ip="127.0.0.9")
    assert token not in str(list(LoginLink.objects.values())) + str(list(AuditEntry.objects.values()))
    assert list(AuditEntry.objects.order_by("id").values_list("action", "actor_name", "ip")) == [
        ("staff.invite", "系统", None),
        ("staff.issue_login_link", "系统", None),
        ("staff.enter_by_link", "owner", "127.0.0.9"),
    ]


@pytest.mark.parametrize("token", ["", "nonsense", "\0", "令牌", "x" * 10_000])
def test_another_text_is_no_link(token):
    issue_login_link(by=SYSTEM)
    with pytest.raises(LoginLinkInvalid):
        redeem_login_link(token=token, ip=None)
    assert LoginLink.objects.get().used_at is None


def test_whoever_was_deactivated_gets_in_by_no_link():
    issue_login_link(by=SYSTEM)
    user = invite_staff(username="xiaoyun", roles=["operator"], by=SYSTEM)
    token = token_of(issue_login_link(user=user, by=SYSTEM))
    User.objects.filter(pk=user.pk).update(is_active=False)
    with pytest.raises(LoginLinkInvalid):
        redeem_login_link(token=token, ip=None)


def test_a_taken_name_does_not_hinder_the_first_owner():
    invite_staff(username="owner", roles=["support"], by=SYSTEM)
    redeemed = redeem_login_link(token=token_of(issue_login_link(by=SYSTEM)), ip=None)
    assert redeemed.username.startswith("owner-")
    assert roles_of(redeemed) == {"owner"}


def at_once(*tasks):
    start = threading.Barrier(len(tasks))
    results = []

    def run(task):
        try:
            start.wait()
            results.append(task())
        except Exception as error:  # the test looks at it
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_many_who_hold_a_link_one_gets_in():
    token = token_of(issue_login_link(by=SYSTEM))
    results = at_once(*[lambda: redeem_login_link(token=token, ip=None)] * 8)
    assert sum(isinstance(result, User) for result in results) == 1
    assert sum(isinstance(result, LoginLinkInvalid) for result in results) == 7


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_owners_who_step_down_at_once_leave_one():
    one, two = (invite_staff(username=name, roles=["owner"], by=SYSTEM) for name in ("one", "two"))
    results = at_once(lambda: deactivate(one, by=SYSTEM), lambda: set_roles(two, ["support"], by=SYSTEM))
    assert sum(isinstance(result, LastOwner) for result in results) == 1
    assert owners().count() == 1
