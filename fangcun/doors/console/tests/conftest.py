from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from PIL import Image

from fangcun.flows.tests.groupbuy.friends import campaign_of
from fangcun.gateways.wechat.answers import Transaction
from fangcun.grow.conversations.models import QuickReply
from fangcun.grow.conversations.services import save_quick_reply
from fangcun.grow.groupbuy.models import Group
from fangcun.grow.links.batches import make_batch
from fangcun.grow.links.channels import save_channel, save_cost
from fangcun.grow.links.models import Channel, ChannelCost
from fangcun.grow.loyalty.models import Activity
from fangcun.grow.loyalty.services import earn, save_activity
from fangcun.grow.messaging.services import notify, register_template, register_text_template, text
from fangcun.grow.referral.models import Invitation
from fangcun.identity.members.models import Account, Address, Member
from fangcun.identity.members.phones import phone_digests
from fangcun.identity.programs.models import Merchant, Program
from fangcun.identity.staff.services import invite_staff
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import AuditEntry, Job
from fangcun.shop.catalog.services import set_home
from fangcun.shop.offers.tests.makers import coupon_of, flash_of, limited_of, threshold_of
from fangcun.shop.orders.models import Order
from fangcun.shop.orders.services import place_order
from fangcun.shop.payments.services import apply_transaction, open_payment
from fangcun.shop.payments.services.refunding import refund
from fangcun.shop.shipping.models import FreightRule
from fangcun.shop.shipping.services import save_freight_rule

SECRETS = ("app-secret-0123456789", "PRIVATE-KEY-CONTENT", "v3-key-0123456789abcdef012345678")
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def program(db):
    secret, private_key, api_v3_key = SECRETS
    merchant = Merchant.objects.create(
        mchid="1900000001", name="青禾鲜", serial_no="AB", private_key=private_key, api_v3_key=api_v3_key
    )
    return Program.objects.create(
        appid="wx0000000000000001", name="青禾鲜", app_secret=secret, merchant=merchant
    )


@pytest.fixture
def account(program):
    phone = "13900001234"
    member = Member.objects.create(nickname="小方", phone=phone, phone_digest=phone_digests(phone)[0])
    return Account.objects.create(program=program, openid="o-1", member=member)


@pytest.fixture
def address(account):
    return Address.objects.create(
        member=account.member, name="小方", phone="13800138000", region_code="530102",
        province="云南省", city="昆明市", district="五华区", detail="翠湖南路 1 号",
    )  # fmt: skip


@pytest.fixture
def buy(account, address, carrot) -> Callable[..., Order]:
    """Place an order, unpaid."""

    def place(quantity: int = 1, **options: Any) -> Order:
        key = f"key-{Order.objects.count()}"
        order, *_ = place_order(
            account=account, address=address, idempotency_key=key, lines=[(carrot.pk, quantity)], **options
        )
        return order

    return place


@pytest.fixture
def pay(account, drain):
    """Let WeChat say that an order is paid."""

    def settle(order: Order) -> Order:
        payment = open_payment(
            reference=order.number, program=account.program, member=account.member, openid="o-1",
            amount=order.total_amount, description="高原胡萝卜", expires_at=order.expires_at,
        )  # fmt: skip
        told = Transaction(
            state="SUCCESS", out_trade_no=payment.out_trade_no, mchid="1900000001", appid="wx0000000000000001",
            transaction_id=f"42{payment.pk:08}", amount_total=order.total_amount, amount_paid=order.total_amount,
            currency="CNY", payer_openid="o-1", success_at=timezone.now(), trade_type="JSAPI", bank_type="OTHERS",
            attach=None,
        )  # fmt: skip
        apply_transaction(told)
        drain()
        return Order.objects.get(pk=order.pk)

    return settle


@pytest.fixture
def paid(buy, pay):
    """A paid order of two."""
    return pay(buy(2))


def furnish_growth(paid: Order) -> None:
    """A channel with a cost, a link and a batch, and an invitation that waits for a review."""
    channel = save_channel(Channel(name="城西店", code="store-west", kind="store"), by=SYSTEM)
    today = timezone.localdate()
    save_cost(ChannelCost(channel=channel, starts_on=today, ends_on=today, amount=1000), by=SYSTEM)
    batch = make_batch(
        name="桌码", program_id=paid.program_id, channel_id=channel.pk, page="pages/home/home", query={}, count=1,
        by=SYSTEM,
    )  # fmt: skip
    batch.links.update(title="桌码 1")
    Invitation.objects.create(
        inviter=Member.objects.create(nickname="小李"), invitee=paid.member, program=paid.program, status="held",
        touched_at=timezone.now(), order_number=paid.number, inviter_points=10,
        signs=[{"sign": "same_device", "detail": "设备 d1"}],
    )  # fmt: skip


class Browser(Client):
    """Django's test client, and who is logged in with it."""

    user: User


@pytest.fixture
def enter() -> Callable[..., Browser]:
    """A browser in which somebody with these roles is logged in."""

    def log_in(*roles: str, **options: Any) -> Browser:
        user = invite_staff(username="-".join(roles) or "nobody", roles=roles, by=SYSTEM)
        browser = Browser(**options)
        browser.force_login(user, backend=MODEL_BACKEND)
        browser.user = user
        return browser

    return log_in


@pytest.fixture
def furnished(paid, drain):
    """One of everything that the console shows."""
    payment = paid.payment
    register_template(
        program=paid.program, purpose="order_paid", template_id="t" * 43, title="订单支付成功",
        fields={"thing2": "goods"}, by=SYSTEM,
    )  # fmt: skip
    notify(
        member_id=paid.member_id, program_id=paid.program_id, purpose="order_paid", values={}, link="/pages",
        kind="order", title="已支付", body="订单已支付", dedupe_key="k",
    )  # fmt: skip
    register_text_template(code="hello", title="问候", body="您好", by=SYSTEM)
    text(template="hello", values={}, key="k", marketing=False, member_id=paid.member_id)
    save_freight_rule(FreightRule(name="全国"), by=SYSTEM)
    set_home(notice="明日达", by=SYSTEM)
    save_quick_reply(QuickReply(category="常用", title="问候", text="您好"), by=SYSTEM)
    earn(member_id=paid.member_id, points=5, reason="check_in", key="k")
    now = timezone.now()
    save_activity(
        Activity(
            title="品鉴会", place="店里", starts_at=now, ends_at=now + dt.timedelta(hours=1), sign_up_from=now,
            sign_up_until=now + dt.timedelta(hours=1), places=2,
        ),
        by=SYSTEM,
    )  # fmt: skip
    refund(payment, amount=100, reason="少件", by=SYSTEM)
    Job.objects.create(task="x.y", dead=True, error="boom")
    campaign = campaign_of(paid.lines.get().sku)
    Group.objects.create(
        number="abcdefghjkmn", campaign=campaign, program=paid.program, opener=paid.member, size=2, hours=24
    )
    furnish_growth(paid)
    coupon_of(paid.member_id)
    flash_of(paid.lines.get().sku_id)
    limited_of(paid.lines.get().sku_id)
    threshold_of((1000, 100))
    return paid


@pytest.fixture
def png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "#087f45").save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def audited() -> Callable[[], list[str]]:
    """The actions in the audit log since the test began to look."""
    first = AuditEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0

    def since() -> list[str]:
        return list(AuditEntry.objects.filter(id__gt=first).order_by("id").values_list("action", flat=True))

    return since
