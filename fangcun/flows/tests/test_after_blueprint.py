"""A published plan reaches tracking, consents and the next build, however often the news comes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fangcun.blueprint.tests.clean import CLEAN, planted
from fangcun.flows.after_blueprint import (
    ask_consents_where_planned,
    hold_events_against_the_plan,
    lay_the_files_out_for_the_next_build,
)
from fangcun.grow.messaging.models import Template
from fangcun.grow.messaging.queries import asking_plan
from fangcun.grow.messaging.services import register_template
from fangcun.identity.programs.models import Program
from fangcun.insight.tracking.queries import current_plan
from fangcun.kernel.actors import SYSTEM
from fangcun.plan.revisions.events import BlueprintPublished
from fangcun.plan.revisions.models import Revision
from fangcun.plan.revisions.samples import sample_text
from fangcun.plan.revisions.services import publish_text

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(autouse=True)
def home(settings, tmp_path: Path) -> Path:
    settings.FANGCUN_HOME = tmp_path
    return tmp_path


def publish(text: str = CLEAN, base: int | None = None) -> Revision:
    return publish_text(text=text, base=base, message="发布", by=SYSTEM)


def news(revision: Revision) -> BlueprintPublished:
    return BlueprintPublished(revision_id=revision.pk, number=revision.number)


def laid_out(home: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (home / "plan").iterdir()}


def test_after_publishing_everything_follows_by_itself(drain, home):
    program = Program.objects.create(appid="wx1", name="青禾鲜")
    register_template(
        program=program,
        purpose="order_paid",
        template_id="T",
        title="支付",
        fields={"thing1": "goods"},
        by=SYSTEM,
    )
    revision = publish(sample_text("fresh-grocery"))
    drain()
    adopted = current_plan()
    assert adopted is not None
    assert (adopted.revision, adopted.plan) == (1, json.loads(revision.compiled["tracking.json"]))
    assert laid_out(home) == revision.compiled
    asked = asking_plan()
    assert asked is not None
    assert asked.moments["order_paid"] == ["order_submit"]
    assert asked.moments["order_shipped"] == ["order_submit", "order_paid"]
    assert asked.moments["group_result"] == ["group_open", "group_join"]
    assert asked.unknown == []
    assert Template.objects.get().moments == ["order_submit"]


def test_consents_that_can_not_be_asked_are_listed(drain):
    publish(planted(("ask_consent: [order_paid]", "ask_consent: [order_paid, rain_warning]")))
    drain()
    asked = asking_plan()
    assert asked is not None
    assert asked.moments == {
        "order_paid": ["order_submit"],
        "order_shipped": [],
        "group_result": ["group_open", "group_join"],
    }
    assert asked.unknown == ["rain_warning（order_submitted）"]


def test_the_same_news_again_changes_nothing(drain, home):
    revision = publish()
    drain()
    before = (current_plan(), asking_plan(), laid_out(home))
    for listener in (
        hold_events_against_the_plan,
        ask_consents_where_planned,
        lay_the_files_out_for_the_next_build,
    ):
        listener(news(revision))
    assert (current_plan(), asking_plan(), laid_out(home)) == before
    assert asking_plan() == before[1]


def test_older_news_that_comes_late_does_not_bring_the_older_plan_back(drain, home):
    first = publish()
    second = publish(
        planted(
            ("title: 首页", "title: 青禾鲜"),
            ("ask_consent: [order_paid]", "ask_consent: [order_paid, order_shipped]"),
        ),
        base=1,
    )
    drain()
    for listener in (
        hold_events_against_the_plan,
        ask_consents_where_planned,
        lay_the_files_out_for_the_next_build,
    ):
        listener(news(first))
    adopted, asked = current_plan(), asking_plan()
    assert adopted is not None
    assert asked is not None
    assert (adopted.revision, asked.revision, asked.moments["order_shipped"]) == (2, 2, ["order_submit"])
    assert laid_out(home) == second.compiled
    assert "青禾鲜" in laid_out(home)["pages.json"]


def test_files_that_a_plan_no_longer_has_are_gone_and_nothing_else_is_left(drain, home):
    (home / "plan").mkdir()
    (home / "plan" / "old.json").write_text("{}")
    revision = publish()
    drain()
    assert set(laid_out(home)) == set(revision.compiled)
    assert {path.name for path in home.iterdir()} == {"plan", "plan.lock"}
