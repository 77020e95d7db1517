from __future__ import annotations

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User

from fangcun.identity.staff.errors import LastOwner, StaffInvalid
from fangcun.identity.staff.models import LoginLink
from fangcun.identity.staff.queries import actor_for, may, owners, roles_of
from fangcun.identity.staff.services import (
    activate,
    deactivate,
    invite_staff,
    issue_login_link,
    set_password,
    set_roles,
)
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return invite_staff(username="owner", name="老板", roles=["owner"], by=SYSTEM)


@pytest.fixture
def by(owner):
    return actor_for(owner, "127.0.0.9")


def log():
    return list(AuditEntry.objects.order_by("id").values_list("action", "actor_name", "object_label"))


def test_an_invited_person_has_roles_and_no_password(by):
    user = invite_staff(username="xiaoyun", name="小运", roles=["operator", "analyst"], by=by)
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (True, False, False)
    assert roles_of(User.objects.get(pk=user.pk)) == {"operator", "analyst"}
    entry = AuditEntry.objects.get(action="staff.invite", object_id=str(user.pk))
    assert entry.after == {"username": "xiaoyun", "name": "小运", "roles": ["analyst", "operator"]}
    assert (entry.actor_name, entry.ip) == ("老板", "127.0.0.9")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"username": "owner"}, "username"),
        ({"username": ""}, "username"),
        ({"username": "a b"}, "username"),
        ({"username": "a\0"}, "username"),
        ({"username": "x" * 10_000}, "username"),
        ({"name": "x" * 10_000}, "name"),
        ({"roles": []}, "roles"),
        ({"roles": ["boss"]}, "roles"),
    ],
)
def test_a_wrong_invitation_is_refused_by_field(by, given, field):
    with pytest.raises(StaffInvalid) as refusal:
        invite_staff(**{"username": "new", "roles": ["support"], "by": by, **given})
    assert list(refusal.value.details["fields"]) == [field]
    assert User.objects.count() == 1


def test_new_roles_take_the_place_of_the_old(by):
    user = invite_staff(username="xiaoyun", roles=["operator"], by=by)
    assert may(user, "orders.ship")
    set_roles(user, ["analyst"], by=by)
    assert not may(user, "orders.ship")
    assert roles_of(User.objects.get(pk=user.pk)) == {"analyst"}
    entry = AuditEntry.objects.get(action="staff.set_roles")
    assert (entry.before, entry.after) == ({"roles": ["operator"]}, {"roles": ["analyst"]})
    set_roles(user, ["analyst"], by=by)
    assert AuditEntry.objects.filter(action="staff.set_roles").count() == 1


def test_the_last_owner_stays(owner, by):
    for verb in (lambda: deactivate(owner, by=by), lambda: set_roles(owner, ["support"], by=by)):
        with pytest.raises(LastOwner):
            verb()
    assert list(owners()) == [owner]
    assert [action for action, *_ in log()] == ["staff.invite"]


def test_of_two_owners_one_may_go(owner, by):
    second = invite_staff(username="second", roles=["owner"], by=by)
    deactivate(owner, by=by)
    with pytest.raises(LastOwner):
        set_roles(second, ["support"], by=by)
    assert list(owners()) == [second]
    activate(owner, by=by)
    set_roles(second, ["support"], by=by)
    assert list(owners()) == [owner]


def test_a_deactivated_person_may_nothing_and_his_links_die(by):
    user = invite_staff(username="xiaoyun", roles=["operator"], by=by)
    issue_login_link(user=user, by=by)
    deactivate(user, by=by)
    assert roles_of(User.objects.get(pk=user.pk)) == roles_of(user) == frozenset()
    assert LoginLink.objects.count() == 0
    deactivate(user, by=by)
    assert [action for action, *_ in log()].count("staff.deactivate") == 1


def test_a_password_opens_the_console_and_is_not_in_the_log(rf, owner, by):
    set_password(owner, "a-long-passphrase-2026", by=by)
    found = authenticate(rf.post("/"), username="owner", password="a-long-passphrase-2026")
    assert found == owner
    assert log()[-1] == ("staff.set_password", "老板", "owner")
    assert "passphrase" not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize("password", ["short", "1234567890123", "password1234"])
def test_a_weak_password_is_refused(owner, by, password):
    with pytest.raises(StaffInvalid) as refusal:
        set_password(owner, password, by=by)
    assert list(refusal.value.details["fields"]) == ["password"]
    assert not User.objects.get().has_usable_password()
