"""What follows when a plan is published: events are held against it, consents asked where it says, files laid out."""

from __future__ import annotations

import json

from fangcun.build.papers.services import adopt_plan as adopt_papers
from fangcun.grow.messaging.models import Moment, Purpose
from fangcun.grow.messaging.services import plan_consents
from fangcun.insight.tracking.services import adopt_plan
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.events import listens
from fangcun.plan.revisions.events import BlueprintPublished
from fangcun.plan.revisions.outputs import lay_out
from fangcun.plan.revisions.queries import revision

# The event with which a consent is planned -> when the phone can ask for it.
MOMENTS = {
    "order_submitted": Moment.ORDER_SUBMIT,
    "order_paid": Moment.ORDER_PAID,
    "group_opened": Moment.GROUP_OPEN,
    "group_joined": Moment.GROUP_JOIN,
    "checked_in": Moment.CHECK_IN,
    "coupon_claimed": Moment.COUPON_CLAIM,
    "activity_signed_up": Moment.ACTIVITY_SIGN_UP,
}


@listens(BlueprintPublished)
def hold_events_against_the_plan(event: BlueprintPublished) -> None:
    plan = json.loads(revision(event.number).compiled["tracking.json"])
    adopt_plan(plan=plan, revision=event.number)


@listens(BlueprintPublished)
def ask_consents_where_planned(event: BlueprintPublished) -> None:
    moments: dict[str, set[str]] = {}
    unknown: dict[str, None] = {}
    for one in json.loads(revision(event.number).compiled["consents.json"]):
        template, moment = one["template"], MOMENTS.get(one["event"])
        if template in Purpose.values and moment is not None:
            moments.setdefault(template, set()).add(moment)
        else:
            unknown[f"{template}（{one['event'] or one['step']}）"] = None
    plan_consents(
        moments={purpose: sorted(asked) for purpose, asked in moments.items()},
        unknown=list(unknown),
        revision=event.number,
        by=SYSTEM,
    )


@listens(BlueprintPublished)
def lay_the_files_out_for_the_next_build(_event: BlueprintPublished) -> None:
    lay_out()


@listens(BlueprintPublished)
def keep_a_paper_for_each_qualification(_event: BlueprintPublished) -> None:
    adopt_papers(by=SYSTEM)
