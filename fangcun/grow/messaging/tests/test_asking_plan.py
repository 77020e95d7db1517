"""Consents are asked where the plan says."""

from __future__ import annotations

import pytest

from fangcun.grow.messaging.models import AskingPlan, Template
from fangcun.grow.messaging.queries import asking_plan, templates_for
from fangcun.grow.messaging.services import plan_consents, register_template
from fangcun.grow.messaging.templates import ASKED_AT
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db(databases="__all__")

BOTH = {"order_paid": ["order_paid", "order_submit"], "order_shipped": ["order_paid"]}


def moments() -> dict[str, list[str]]:
    active = Template.objects.filter(is_active=True)
    return dict(active.values_list("purpose", "moments"))


def planned(revision: int = 1, **moments: list[str]) -> AskingPlan:
    return plan_consents(
        moments=moments or BOTH, unknown=["group_result（group_opened）"], revision=revision, by=SYSTEM
    )


def test_without_a_plan_our_own_habits_hold(paid, shipped):
    assert asking_plan() is None
    assert moments() == {purpose: list(ASKED_AT[purpose]) for purpose in ("order_paid", "order_shipped")}


def test_registered_templates_are_asked_for_where_the_plan_says(program, paid, shipped):
    planned()
    assert moments() == {"order_paid": ["order_submit", "order_paid"], "order_shipped": ["order_paid"]}
    assert templates_for(program, "order_submit") == [paid]
    kept = asking_plan()
    assert kept is not None
    assert (kept.revision, kept.unknown) == (1, ["group_result（group_opened）"])


def test_what_the_plan_does_not_ask_for_is_not_asked(program, paid, shipped):
    planned(order_paid=["order_submit"])
    assert moments() == {"order_paid": ["order_submit"], "order_shipped": []}
    assert templates_for(program, "order_paid") == []


def test_a_template_registered_later_follows_the_plan(program, paid):
    planned()
    register_template(
        program=program,
        purpose="order_shipped",
        template_id="T-9",
        title="发货",
        fields={"thing1": "goods"},
        by=SYSTEM,
    )
    assert moments() == {"order_paid": ["order_submit", "order_paid"], "order_shipped": ["order_paid"]}


def test_the_same_plan_again_or_an_older_one_changes_nothing(paid):
    planned(revision=3)
    entries = AuditEntry.objects.count()
    Template.objects.update(moments=["order_paid"])  # as if an operator had chosen since
    for revision in (3, 2):
        assert planned(revision=revision, order_paid=["order_submit"]).revision == 3
    assert moments() == {"order_paid": ["order_paid"]}
    assert AuditEntry.objects.count() == entries
    assert AskingPlan.objects.count() == 1


def test_a_newer_plan_takes_its_place_and_leaves_an_audit_entry(paid):
    planned(revision=1)
    planned(revision=2, order_paid=["order_submit"])
    assert moments() == {"order_paid": ["order_submit"]}
    entry = AuditEntry.objects.filter(action="messaging.plan_consents").latest("id")
    assert entry.before is not None
    assert entry.after is not None
    assert entry.before["order_paid"] == ["order_submit", "order_paid"]
    assert entry.after["order_paid"] == ["order_submit"]
