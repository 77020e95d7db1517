"""A member's timeline: who may look, and that a look is noted."""

from __future__ import annotations

import pytest
from django.urls import reverse

from fangcun.identity.staff.permissions import GRANTS, Role

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.mark.parametrize("role", Role.values)
def test_who_may_see_members_and_numbers_sees_a_timeline_and_the_look_is_noted(role, enter, account, audited):
    browser, before = enter(role), audited().count("members.view")
    may = {"members.view", "insight.view"} <= set(GRANTS[role])
    answer = browser.get(reverse("admin:insight_timeline", args=[account.member_id]))
    assert answer.status_code == (200 if may else 403)
    assert audited().count("members.view") - before == may
    gone = browser.get(reverse("admin:insight_timeline", args=[999_999]))
    assert gone.status_code == (404 if may else 403)
