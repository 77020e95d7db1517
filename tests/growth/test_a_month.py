"""A month of a shop with 600 members and every ready automation, against a box that counts consents itself.

The clock is moved step by step through days and nights; what was sent is then added up independently.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db.models import Sum
from django.utils import timezone

from fangcun.gateways.wechat.answers import Session
from fangcun.grow.automations.models import Automation, Run
from fangcun.grow.automations.services import use_ready
from fangcun.grow.automations.tasks import go_on, let_in
from fangcun.grow.loyalty.models import Card, Lot, PointsEntry
from fangcun.grow.messaging.models import Delivery, Grant, Message, Preference, Text, Touch
from fangcun.grow.messaging.services import record_consents, register_template
from fangcun.identity.members.models import Account, Member
from fangcun.identity.members.phones import phone_digests
from fangcun.identity.members.services import admit
from fangcun.identity.programs.clients import miniprogram_api
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import Job
from fangcun.shop.cart.models import CartLine
from fangcun.shop.orders.models import Order

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.timeout(600)]

ZONE = ZoneInfo("Asia/Shanghai")
FIRST_DAY = dt.date(2026, 11, 1)
DAYS = 30
MEMBERS, NEWCOMERS, ON_WECHAT, ON_TEXTS = 600, 40, 120, 300
STEPS = ["02:00", "09:00", "10:00", "12:30", "15:00", "20:30", "22:30"]
QUIET_FROM, QUIET_UNTIL = dt.time(22), dt.time(8)


def moment(day: dt.date, time: str) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.fromisoformat(time), ZONE)


class Month:
    """The shop, its members, and what happens to them by chance (always the same)."""

    def __init__(self, box, program, template, sku, drain) -> None:
        self.box, self.program, self.template, self.sku, self.drain = box, program, template, sku, drain
        self.chance = random.Random(5)
        self.agreed: Counter[int] = Counter()
        self.numbers = iter(range(10_000))
        start = moment(FIRST_DAY, "00:00")
        phones = [f"138{number:08d}" for number in range(MEMBERS)]
        self.members = Member.objects.bulk_create(
            Member(
                nickname=f"客{number}",
                phone=phone if number % 5 else "",
                phone_digest=phone_digests(phone)[0] if number % 5 else "",
                created_at=start - dt.timedelta(days=90),
            )
            for number, phone in enumerate(phones[NEWCOMERS:])
        )
        self.users: dict[int, str] = {}
        wechat = miniprogram_api(program)
        accounts = []
        for number, member in enumerate(self.members):
            openid = f"far-{member.pk}"
            if number < ON_WECHAT:
                user = f"month-{number}"
                self.users[member.pk] = user
                code = box.post("/_box/login", appid=program.appid, user=user)["code"]
                openid = wechat.code2session(code).openid
            accounts.append(Account(program=program, openid=openid, member=member, logged_in_at=start))
        self.accounts = {one.member_id: one for one in Account.objects.bulk_create(accounts)}
        Preference.objects.bulk_create(
            Preference(member=member, marketing_texts=True)
            for member in self.chance.sample(self.members, ON_TEXTS)
        )
        births = [FIRST_DAY + dt.timedelta(days=self.chance.randrange(365)) for _ in self.members]
        Card.objects.bulk_create(
            Card(member=member, birth_month=born.month, birth_day=born.day)
            for member, born in zip(self.members, births, strict=True)
        )
        Order.objects.bulk_create(
            self.order(member, start - dt.timedelta(days=self.chance.randrange(5, 60)))
            for member in self.chance.sample(self.members, 350)
        )

    def agree(self, member: Member, *, honestly: bool = True) -> None:
        """He says yes once; a phone that lies says so to us alone."""
        if honestly:
            self.box.post(
                "/_box/subscribe",
                appid=self.program.appid,
                user=self.users[member.pk],
                template_ids=[self.template.template_id],
                answer="accept",
            )
            self.agreed[member.pk] += 1
        record_consents(
            account=self.accounts[member.pk], moment="check_in", results={self.template.template_id: "accept"}
        )

    def buy(self, member: Member, at: dt.datetime) -> None:
        self.order(member, at).save()
        CartLine.objects.filter(member=member).delete()

    def order(self, member: Member, at: dt.datetime) -> Order:
        """A completed one of that moment."""
        number = f"M{next(self.numbers):06d}"
        return Order(
            number=number, member=member, program=self.program, status="completed", idempotency_key=number,
            request_digest="", items_amount=1280, freight_amount=0, total_amount=1280, paid_amount=1280,
            address={}, created_at=at, expires_at=at, paid_at=at, completed_at=at,
        )  # fmt: skip

    def day(self, day: dt.date, clock) -> None:
        """What people do on one day, and the worker in between."""
        chance = self.chance
        for step in STEPS:
            clock.move_to(moment(day, step))
            now = timezone.now()
            if step == "12:30":
                for member in chance.sample(self.members, 12):
                    CartLine.objects.get_or_create(
                        member=member,
                        sku=self.sku,
                        defaults={"quantity": 1, "price_amount": 1280, "added_at": now},
                    )
            if step in ("15:00", "20:30"):
                for member in chance.sample(self.members, 6):
                    self.buy(member, now)
            if step == "10:00":
                for member in chance.sample(self.members[:ON_WECHAT], 4):
                    self.agree(member, honestly=chance.random() > 0.1)
                if chance.random() < NEWCOMERS / DAYS / 1.2:
                    self.come()
            self.work()

    def come(self) -> None:
        """Somebody logs in for the first time."""
        admit(program=self.program, session=Session(f"new-{next(self.numbers)}", None, "k"), ip=None)

    def work(self) -> None:
        """What a worker does; facts for the numbers are another story."""
        let_in()
        go_on()
        Job.objects.filter(task__endswith="record_fact").delete()
        self.drain()


@pytest.fixture
def month(box, wechat_program, carrot, drain) -> Iterator[Month]:
    demo: SimpleNamespace = box.demo()
    ids = {one["title"]: one["template_id"] for one in demo.templates}
    with time_machine.travel(moment(FIRST_DAY, "00:00"), tick=False) as clock:
        template = register_template(
            program=wechat_program, purpose="member_care", template_id=ids["会员关怀通知"], title="会员关怀通知",
            fields={"thing1": "topic", "thing2": "content", "time3": "time"}, by=SYSTEM,
        )  # fmt: skip
        made = Month(box, wechat_program, template, carrot, drain)
        for key in ("abandoned_cart", "birthday", "win_back", "welcome"):
            use_ready(key=key, by=SYSTEM)
        for member in made.members[:ON_WECHAT]:
            made.agree(member, honestly=member.pk % 10 != 0)
        for number in range(DAYS):
            made.day(FIRST_DAY + dt.timedelta(days=number), clock)
        yield made


def quiet(at: dt.datetime) -> bool:
    time = at.astimezone(ZONE).time()
    return time >= QUIET_FROM or time < QUIET_UNTIL


def test_a_month_with_600_members_and_every_automation_keeps_every_promise(month):
    care = Message.objects.filter(kind="care")
    texts = Text.objects.filter(status="sent")
    sent = Delivery.objects.filter(status="sent", message__kind="care").select_related("grant__account")

    # It was a month in which something happened.
    runs = Counter(Run.objects.values_list("automation__ready", "arm"))
    assert all(runs[name, "acted"] > 20 for name in ("abandoned_cart", "birthday", "win_back")), runs
    assert runs["welcome", "acted"] > 10
    assert (care.count() > 300, texts.count() > 30, sent.count() > 60) == (True, True, True)

    # No message without consent: the box counted what people agreed to, we count what arrived there.
    arrived = 0
    for member_id, user in month.users.items():
        inbox = month.box.get("/_box/inbox", user=user)["messages"]
        mine = [one for one in inbox if one["kind"] == "subscribe"]
        assert len(mine) <= month.agreed[member_id]
        assert len(mine) == sum(one.grant.account.member_id == member_id for one in sent)
        arrived += len(mine)
    assert arrived == sent.count()
    assert len({one.grant_id for one in sent}) == sent.count()
    assert not texts.exclude(
        member_id__in=Preference.objects.filter(marketing_texts=True).values("member_id")
    ).exists()

    # None above its cap, whatever the channel: counted from the messages, not from our own book of them.
    told: list[tuple[int, dt.datetime]] = [
        *care.values_list("member_id", "created_at"),
        *texts.values_list("member_id", "created_at"),
    ]
    by_day = Counter((member, at.astimezone(ZONE).date()) for member, at in told)
    by_week = Counter((member, at.astimezone(ZONE).isocalendar()[:2]) for member, at in told)
    assert max(by_day.values()) == 1
    assert max(by_week.values()) <= 3
    assert Touch.objects.count() == len(told)

    # None at night.
    nights = [at for _member, at in told if quiet(at)]
    nights += [one.sending_at for one in sent if one.sending_at and quiet(one.sending_at)]
    nights += [at for at in texts.values_list("settled_at", flat=True) if at and quiet(at)]
    assert nights == []

    # The control group gets nothing of its automation, and is about a tenth.
    for automation in Automation.objects.all():
        held = set(Run.objects.filter(automation=automation, arm="held").values_list("member_id", flat=True))
        acted = set(
            Run.objects.filter(automation=automation, arm="acted").values_list("member_id", flat=True)
        )
        assert not held & acted
        for run in Run.objects.filter(automation=automation, arm="held"):
            assert not run.acts.exists()
            key = f"automation:{run.pk}:"
            assert not Message.objects.filter(dedupe_key__startswith=key).exists()
            assert not Text.objects.filter(dedupe_key__startswith=key).exists()
            assert not PointsEntry.objects.filter(key__startswith=key).exists()
    total = Counter(Run.objects.values_list("arm", flat=True))
    assert 0.06 < total["held"] / sum(total.values()) < 0.14

    # Ledgers add up.
    grants: dict[int, Counter[str]] = defaultdict(Counter)
    for member_id, answer, status in Grant.objects.values_list("account__member_id", "answer", "status"):
        grants[member_id][status if answer == "accept" else "declined"] += 1
    accepted = Counter(Grant.objects.filter(answer="accept").values_list("account__member_id", flat=True))
    for member_id, counts in grants.items():
        assert counts["open"] + counts["claimed"] + counts["spent"] + counts["void"] == accepted[member_id]
        assert counts["spent"] == sum(one.grant.account.member_id == member_id for one in sent)
    entries = dict(PointsEntry.objects.values_list("member_id").annotate(n=Sum("points")))
    lots = dict(Lot.objects.values_list("member_id").annotate(n=Sum("left")))
    for member_id, points in Card.objects.values_list("member_id", "points"):
        assert points == entries.get(member_id, 0) == lots.get(member_id, 0)
    birthdays = Run.objects.filter(automation__ready="birthday", arm="acted").count()
    assert sum(entries.values()) == 100 * birthdays

    # Nobody is lost: whoever entered is done, skipped, held, or waits for a moment to come.
    assert not Run.objects.filter(status="waiting", due_at__lt=timezone.now()).exists()
    assert not Run.objects.filter(status="stopped").exists()
