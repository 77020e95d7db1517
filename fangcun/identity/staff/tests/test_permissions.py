from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Group, User

from fangcun.identity.staff.permissions import GRANTS, PERMISSIONS, Role
from fangcun.identity.staff.queries import may, roles_of
from fangcun.identity.staff.services import invite_staff
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db


def person(*roles, username="someone"):
    return invite_staff(username=username, roles=roles, by=SYSTEM)


def test_every_role_has_its_line_and_no_line_names_an_unknown_permission():
    assert set(GRANTS) == set(Role.values)
    for granted in GRANTS.values():
        assert granted
        assert granted <= set(PERMISSIONS)


def test_who_may_change_something_may_see_it():
    for role, granted in GRANTS.items():
        for permission in granted:
            resource, _, action = permission.partition(".")
            if action != "view":
                assert f"{resource}.view" in granted, (role, permission)


@pytest.mark.parametrize("role", Role.values)
def test_a_role_may_do_exactly_what_the_table_says(role):
    user = person(role)
    assert {name for name in PERMISSIONS if may(user, name)} == GRANTS[role]


def test_the_duties_are_apart():
    allowed = {role: {name for name in GRANTS[role] if not name.endswith(".view")} for role in Role.values}
    assert allowed[Role.ANALYST] == {"insight.change"}
    assert allowed[Role.DEVELOPER] == {"programs.change", "launch.change"}
    assert [role for role in Role.values if "staff.change" in allowed[role]] == [Role.OWNER]
    assert [role for role in Role.values if "payments.refund" in allowed[role]] == [Role.OWNER, Role.OPERATOR]
    assert [role for role in Role.values if "launch.release" in allowed[role]] == [Role.OWNER, Role.PLANNER]


def test_two_roles_add_up():
    user = person("analyst", "developer")
    assert roles_of(user) == {"analyst", "developer"}
    assert {name for name in PERMISSIONS if may(user, name)} == GRANTS["analyst"] | GRANTS["developer"]


def test_who_is_no_active_staff_may_nothing():
    user = person("owner")
    for change in ({"is_active": False}, {"is_staff": False}):
        User.objects.filter(pk=user.pk).update(**{"is_active": True, "is_staff": True, **change})
        assert roles_of(User.objects.get()) == frozenset()
    customer = User.objects.create(username="customer")
    customer.groups.set(Group.objects.all())
    assert not any(may(who, name) for who in (customer, AnonymousUser()) for name in PERMISSIONS)


def test_a_superuser_made_by_hand_is_an_owner():
    assert roles_of(User.objects.create_superuser("root")) == {"owner"}


def test_an_unknown_permission_is_an_error_not_a_no():
    with pytest.raises(KeyError):
        may(person("owner"), "orders.shpi")


def test_roles_are_asked_once_for_each_user_object(django_assert_num_queries):
    user = User.objects.get(pk=person("operator").pk)
    with django_assert_num_queries(1):
        assert [may(user, "orders.ship"), may(user, "stock.change"), may(user, "staff.view")] == [
            True,
            True,
            False,
        ]
