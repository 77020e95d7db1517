"""Dies before each single statement of a verb, then goes on as life does, and says what the books hold then.

A program of its own, since it forks: `python -m tests.faults.dying` on an empty FANGCUN_HOME. It prints JSON: for
each verb how many statements it has, the books when nothing dies, and the books that differ, by statement.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

django.setup()

from cryptography.hazmat.primitives import serialization  # noqa: E402 - the rooms are wired first
from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from fangcun.doors.cli.main import migrate_all  # noqa: E402
from fangcun.identity.members.models import Account, Address, Member  # noqa: E402
from fangcun.identity.programs.services import register_merchant, register_program  # noqa: E402
from fangcun.kernel.actors import SYSTEM, Actor  # noqa: E402
from fangcun.kernel.errors import DomainError  # noqa: E402
from fangcun.kernel.jobs import drain  # noqa: E402
from fangcun.kernel.models import AuditEntry, Job, Transition  # noqa: E402
from fangcun.shop.catalog.models import Sku, StockChange  # noqa: E402
from fangcun.shop.catalog.services import (  # noqa: E402
    PictureSpec,
    ProductSpec,
    SkuSpec,
    create_category,
    create_product,
)
from fangcun.shop.orders import services  # noqa: E402
from fangcun.shop.orders.models import Order  # noqa: E402
from fangcun.shop.payments.models import Payment  # noqa: E402
from fangcun.shop.payments.services import accept_notice, open_payment  # noqa: E402
from tests.faults.books import books, let_time_pass  # noqa: E402
from tests.faults.forging import Forger  # noqa: E402

HOME = Path(settings.FANGCUN_HOME)
FILES = ("fangcun.sqlite3", "events.sqlite3")
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
API_V3_KEY = "0123456789abcdef0123456789abcdef"
OPENID = "o0000000000000000000000000001"


def pem() -> tuple[str, str]:
    private = KEY.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


def prepare() -> None:
    """A shop with one product, one customer, and whom WeChat Pay's notices are for."""
    migrate_all()
    private, public = pem()
    merchant = register_merchant(
        mchid="1900000001", name="商户", serial_no="AB" * 20, private_key=private, api_v3_key=API_V3_KEY,
        wechatpay_public_key=public, public_key_id="PUB_KEY_ID_01", by=SYSTEM,
    )  # fmt: skip
    program = register_program(
        appid="wx0000000000000001", name="小店", app_secret="s" * 32, merchant=merchant, by=SYSTEM
    )
    spec = ProductSpec(
        category_id=create_category(name="蔬菜", by=SYSTEM).pk,
        title="胡萝卜",
        skus=(SkuSpec(values=(), price_amount=6400, stock=20),),
        pictures=(PictureSpec("images/carrot.webp", 8, 8),),
    )
    create_product(spec, by=SYSTEM, on_sale=True)
    member = Member.objects.create(nickname="买家")
    Account.objects.create(program=program, openid=OPENID, member=member)
    Address.objects.create(
        member=member, name="方", phone="13800138000", region_code="530102",
        province="云南省", city="昆明市", district="五华区", detail="1 号",
    )  # fmt: skip


def place() -> None:
    services.place_order(
        account=Account.objects.select_related("program", "member").get(),
        address=Address.objects.get(),
        idempotency_key="k",
        lines=[(Sku.objects.get().pk, 2)],
    )


def await_payment() -> None:
    place()
    account, order = Account.objects.select_related("program__merchant", "member").get(), Order.objects.get()
    open_payment(
        reference=order.number, program=account.program, member=account.member, openid=account.openid,
        amount=order.total_amount, description="胡萝卜", expires_at=order.expires_at,
    )  # fmt: skip


def hear_of_payment() -> None:
    """The notice, as WeChat sends it again and again until it is taken."""
    payment = Payment.objects.select_related("merchant", "program").get()
    resource = {
        "mchid": payment.merchant.mchid,
        "appid": payment.program.appid,
        "out_trade_no": payment.out_trade_no,
        "transaction_id": "4200000000000000000000000001",
        "trade_type": "JSAPI",
        "trade_state": "SUCCESS",
        "success_time": "2026-11-23T10:00:00+08:00",
        "payer": {"openid": OPENID},
        "amount": {"total": payment.amount, "payer_total": payment.amount, "currency": "CNY"},
    }
    wechat = Forger("", "PUB_KEY_ID_01", KEY, API_V3_KEY)
    headers, body = wechat.notice(resource, notice_id="EV-1")
    accept_notice(payment.merchant, headers, body, now=timezone.now())


def cancelled() -> None:
    """Cancelled by the customer while the cashier was open; WeChat, which cannot be reached here, was to close it."""
    await_payment()
    cancel()
    Job.objects.filter(task__endswith="close_at_wechat").delete()


def cancel() -> None:
    order = Order.objects.get()
    services.cancel_order(order, by=Actor.member(order.member_id), reason="不想要了")


def late() -> None:
    place()
    Order.objects.update(expires_at=timezone.now())


def paid() -> None:
    await_payment()
    hear_of_payment()


def ship() -> None:
    services.ship_order(
        Order.objects.get(), carrier="SF", tracking_number="SF1000001", by=Actor.staff(1, "店员")
    )


# verb -> what was before it, and itself
VERBS: dict[str, tuple[Callable[[], None], Callable[[], Any]]] = {
    "place": (lambda: None, place),
    "cancel": (place, cancel),
    "close": (late, services.close_unpaid_orders),
    "pay": (await_payment, hear_of_payment),
    "pay_what_was_cancelled": (cancelled, hear_of_payment),
    "ship": (paid, ship),
}


def summary() -> dict[str, Any]:
    """The books without what differs from one run to the next."""
    held = books()
    varying = ("number", "payment")
    return {
        "orders": [{key: row[key] for key in row if key not in varying} for row in held["orders"]],
        "payments": [
            {key: row[key] for key in row if key not in ("number", "out_trade_no")}
            for row in held["payments"]
        ],
        "stock": held["stock"],
        "ledger": held["ledger"],
        "jobs": sorted(job["task"] for job in held["jobs"]),
        "messages": sorted(key.split(":")[0] for key in held["messages"]),
        "facts": sorted(fact.split(":")[0] for fact in held["facts"]),
        "steps": dict(Counter(f"{one.subject} {one.target}" for one in Transition.objects.all())),
        "stock_changes": StockChange.objects.count(),
        "audited": dict(Counter(AuditEntry.objects.values_list("action", flat=True))),
    }


def keep(name: str) -> None:
    """Put the databases as they are aside under a name."""
    connections.close_all()
    (HOME / name).mkdir()
    for file in FILES:
        shutil.copy(HOME / file, HOME / name / file)


def restore(name: str) -> None:
    connections.close_all()
    for file in FILES:
        for rest in ("-wal", "-shm"):
            (HOME / f"{file}{rest}").unlink(missing_ok=True)
        shutil.copy(HOME / name / file, HOME / file)


def in_child(run: Callable[[], None]) -> int:
    """Run in a forked process with connections of its own; its exit code."""
    if (pid := os.fork()) == 0:
        code = 1
        try:
            run()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def dying_at(step: int, verb: Callable[[], Any]) -> Callable[[], None]:
    left = step

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0:
            os._exit(9)
        return execute(sql, params, many, context)

    def run() -> None:
        for connection in connections.all():
            connection.execute_wrappers.append(count)
        verb()

    return run


def go_on(verb: Callable[[], Any]) -> Callable[[], None]:
    """What the outside world and the worker do after a crash: once more, and all that is due."""

    def run() -> None:
        try:
            verb()
        except DomainError as done_already:
            print(f"refused the second time: {done_already.code}", file=sys.stderr)  # noqa: T201
        let_time_pass()
        drain()
        (HOME / "summary.json").write_text(json.dumps(summary()))

    return run


def outcome(verb: Callable[[], Any]) -> dict[str, Any]:
    assert in_child(go_on(verb)) == 0
    found: dict[str, Any] = json.loads((HOME / "summary.json").read_text())
    return found


def die_everywhere(name: str) -> dict[str, Any]:
    """Let one verb die before each of its statements."""
    before, verb = VERBS[name]
    restore("shop")
    before()
    drain()
    keep(name)
    undisturbed = outcome(verb)
    differing: dict[int, dict[str, Any]] = {}
    step = 0
    while True:
        step += 1
        restore(name)
        code = in_child(dying_at(step, verb))
        assert code in (0, 9), f"{name}, statement {step}: exit code {code}"
        if (found := outcome(verb)) != undisturbed:
            differing[step] = found
        if code == 0:
            return {"statements": step - 1, "undisturbed": undisturbed, "differing": differing}


if __name__ == "__main__":
    prepare()
    keep("shop")
    print(json.dumps({name: die_everywhere(name) for name in VERBS}))  # noqa: T201 - the answer
