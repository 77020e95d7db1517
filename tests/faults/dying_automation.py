"""Dies before each transaction of letting a member in, of his way, and of a text, then goes on as life does.

A program of its own, as `dying` is: `python -m tests.faults.dying_automation` on an empty FANGCUN_HOME. It prints
JSON, as of `die_everywhere`.
"""

from __future__ import annotations

import datetime as dt
import json

from tests.faults import dying  # first: it wires the rooms

# isort: split
from django.utils import timezone

from fangcun.grow.automations.advancing import advance_due
from fangcun.grow.automations.entering import look_around
from fangcun.grow.automations.models import Act, Automation, Run
from fangcun.grow.automations.services import make_automation, start_automation
from fangcun.grow.loyalty.models import Card, PointsEntry
from fangcun.grow.messaging.models import Message, Text, Touch
from fangcun.grow.messaging.services import register_text_template, set_pace, set_preference
from fangcun.identity.members.models import Member, MemberTag
from fangcun.identity.members.phones import phone_digests
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.jobs import drain
from fangcun.shop.cart.models import CartLine
from fangcun.shop.catalog.models import Sku
from tests.faults.books import let_time_pass
from tests.faults.dying_between import Books, Step, die_everywhere

PHONE = "13800000001"
STEPS_OF_A_WAY = [
    {"do": "points", "points": 5},
    {"do": "tell", "channel": "in_app", "title": "你好", "body": "来看看"},
    {"do": "tag", "tag": "老客"},
    {"do": "text", "template": "hi"},
]


def furnish() -> None:
    """The shop of `dying`, one member with a cart that waits, and an automation that waits for him."""
    dying.prepare()
    member = Member.objects.order_by("id").first()
    assert member is not None
    Member.objects.filter(pk=member.pk).update(phone=PHONE, phone_digest=phone_digests(PHONE)[0])
    set_preference(member_id=member.pk, marketing_texts=True, by=SYSTEM)
    set_pace(quiet_from=dt.time(3), quiet_until=dt.time(3), a_day=1, a_week=3, by=SYSTEM)
    register_text_template(code="hi", title="你好", body="你好", marketing=True, by=SYSTEM)
    CartLine.objects.all().delete()
    long_ago = timezone.now() - dt.timedelta(hours=3)
    CartLine.objects.create(
        member=member, sku=Sku.objects.all()[0], quantity=1, price_amount=1, added_at=long_ago
    )
    document = {"trigger": {"kind": "cart", "hours": 2}, "steps": STEPS_OF_A_WAY, "again_days": 7}
    made = make_automation(name="试", document=document, held_out=0, by=SYSTEM)
    start_automation(automation_id=made.pk, by=SYSTEM)


def let_in() -> None:
    look_around(Automation.objects.get().pk, timezone.now())


def go_on() -> None:
    advance_due(timezone.now())


def go_on_tomorrow() -> None:
    # Two days on even a Sunday has a Monday behind it, so there is a turn again.
    advance_due(timezone.now() + dt.timedelta(days=2))


def told() -> None:
    let_in()
    go_on()
    drain()


def texted() -> None:
    told()
    go_on_tomorrow()


# step -> what was before it, and itself
STEPS: dict[str, tuple[Step, Step]] = {
    "let_in": (lambda: None, let_in),
    "go_on": (let_in, go_on),
    "go_on_tomorrow": (told, go_on_tomorrow),
    "send": (texted, drain),
}


def life_goes_on() -> None:
    """What the worker does after a crash, until nothing is left to do."""
    for _round in range(2):
        let_in()
        go_on()
        let_time_pass()
        drain()
    go_on_tomorrow()
    let_time_pass()
    drain()


def summary() -> Books:
    return {
        "runs": list(Run.objects.values_list("status", "step")),
        "acts": list(Act.objects.order_by("step").values_list("do", "outcome")),
        "messages": Message.objects.filter(kind="care").count(),
        "texts": Text.objects.count(),
        "text": list(Text.objects.values_list("status", flat=True)),
        "points": [Card.objects.get().points, PointsEntry.objects.count()],
        "tags": list(MemberTag.objects.values_list("tag", flat=True)),
        "turns": list(Touch.objects.order_by("id").values_list("channel", flat=True)),
    }


def in_the_end(step: Step) -> Books:
    step()
    life_goes_on()
    return summary()


if __name__ == "__main__":
    furnish()
    dying.keep("shop")
    print(json.dumps(die_everywhere(STEPS, in_the_end)))  # noqa: T201 - the answer
