"""Dies before each transaction of a group's life, then goes on as life does, and says what the books hold then.

A program of its own, as `dying` is: `python -m tests.faults.dying_group` on an empty FANGCUN_HOME. It prints JSON,
as of `die_everywhere`.
"""

from __future__ import annotations

import datetime as dt
import json
import sys

from tests.faults import dying  # first: it wires the rooms

# isort: split
from django.utils import timezone

from fangcun.flows.tests.groupbuy.friends import Friend, campaign_of, charge, expire, friend, told
from fangcun.grow.groupbuy.models import Campaign, CampaignSku, Group, Seat
from fangcun.grow.groupbuy.services import dissolve_group, expire_groups, settle_overdue
from fangcun.identity.members.models import Account, Address
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import Actor
from fangcun.kernel.errors import DomainError
from fangcun.kernel.jobs import drain
from fangcun.kernel.models import Job
from fangcun.shop.catalog.models import Sku
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.services import cancel_order, close_unpaid_orders
from fangcun.shop.payments.models import Payment
from tests.faults.books import let_time_pass
from tests.faults.dying_between import Books, Step, die_everywhere


def somebody(number: int) -> Friend:
    account = Account.objects.select_related("program__merchant", "member").get(openid=f"o{number:027d}")
    return Friend(account, Address.objects.get(member=account.member))


def furnish() -> None:
    """The shop of `dying`, a campaign for two, and three friends."""
    dying.prepare()
    for number in (2, 3, 4):
        friend(Program.objects.get(), number)
    campaign_of(Sku.objects.get(), quota=10)


def place_opening() -> Order:
    return somebody(2).order(Campaign.objects.get())


def place_joining() -> Order:
    return somebody(3).order(Campaign.objects.get(), Group.objects.get().number)


def cashier(number: int) -> None:
    charge(somebody(number), Order.objects.get(member_id=somebody(number).pk))


def hear(number: int) -> None:
    told(Payment.objects.select_related("merchant", "program").get(member_id=somebody(number).pk))


def opening() -> None:
    place_opening()
    cashier(2)


def opened() -> None:
    opening()
    hear(2)
    drain()


def joining() -> None:
    opened()
    place_joining()
    cashier(3)


def closed_joining() -> None:
    """His order was closed while his money was on the way."""
    joining()
    late()
    close_unpaid_orders()
    drain()
    Job.objects.filter(task__endswith="close_at_wechat").delete()


def late() -> None:
    Order.objects.filter(status="pending_payment").update(expires_at=timezone.now())


def about_to_close() -> None:
    joining()
    late()


def about_to_expire() -> None:
    joining()
    expire(Group.objects.get())


def cancel() -> None:
    order = Order.objects.get(member_id=somebody(2).pk)
    cancel_order(order, by=Actor.member(order.member_id), reason="不想要了")


def dissolve() -> None:
    dissolve_group(group_id=Group.objects.get().pk, by=Actor.staff(1, "店员"), reason="缺货")


def failed() -> None:
    """Both have seats, one has paid, and the time is over; nothing is settled yet."""
    about_to_expire()
    expire_groups()
    leave_wechat_alone()


# step -> what was before it, and itself
STEPS: dict[str, tuple[Step, Step]] = {
    "place_opening": (lambda: None, place_opening),
    "pay_opening": (opening, lambda: hear(2)),
    "place_joining": (opened, place_joining),
    "pay_the_last_seat": (joining, lambda: hear(3)),
    "close_what_nobody_paid": (about_to_close, close_unpaid_orders),
    "pay_too_late_for_the_order": (closed_joining, lambda: hear(3)),
    "cancel_what_is_paid": (opened, cancel),
    "expire": (about_to_expire, expire_groups),
    "dissolve": (joining, dissolve),
    "settle": (failed, drain),
}


def life_goes_on() -> None:
    """What the worker and its clock do after a crash, until nothing is left to do."""
    for _round in range(2):
        let_time_pass()
        leave_wechat_alone()
        drain()
        expire_groups()
        settle_overdue(now=timezone.now() + dt.timedelta(hours=2))
    Job.objects.filter(task__endswith="close_at_wechat").delete()


def leave_wechat_alone() -> None:
    """WeChat can't be reached here, and trying takes time."""
    asking = Job.objects.filter(task__startswith="fangcun.shop.payments.tasks.")
    asking.update(run_at=timezone.now() + dt.timedelta(days=1))


def summary() -> Books:
    return {
        **dying.summary(),
        "held": list(Order.objects.order_by("pk").values_list("status", "held_for")),
        "groups": list(Group.objects.order_by("pk").values_list("status", "taken", "paid")),
        "seats": list(Seat.objects.order_by("pk").values_list("status", "settle_at")),
        "set_aside": CampaignSku.objects.get().taken,
    }


def in_the_end(step: Step) -> Books:
    try:
        step()
    except DomainError as done_already:
        print(f"refused the second time: {done_already.code}", file=sys.stderr)  # noqa: T201
    life_goes_on()
    return summary()


if __name__ == "__main__":
    furnish()
    dying.keep("shop")
    print(json.dumps(die_everywhere(STEPS, in_the_end)))  # noqa: T201 - the answer
