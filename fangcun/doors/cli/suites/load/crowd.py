"""People and orders from before a load test, so that a statement without an index is as slow as it will be one day.

One member with one order is made as usual, and his rows are copied by SQL: on a platform that is thrown away no verb
has to hear of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection, models

from fangcun.gateways.wechat.answers import Session
from fangcun.identity.members.models import Account
from fangcun.identity.members.services import add_address, admit
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import Transition
from fangcun.shop.catalog.models import Sku
from fangcun.shop.orders.models import OrderLine
from fangcun.shop.orders.services import cancel_order, place_order

MEMBERS, ORDERS = 5_000, 60_000


def gather_crowd(program: Program) -> None:
    """Five thousand members with sixty thousand orders."""
    session = Session(openid="o-crowd-0", unionid=None, session_key="k")
    admit(program=program, session=session, ip=None)
    account = Account.objects.select_related("member").get(openid=session.openid)
    address = add_address(
        member=account.member,
        name="老顾客",
        phone="13800138000",
        region_code="530102",
        detail="翠湖南路 1 号",
    )
    lines = [(Sku.objects.order_by("id").values_list("pk", flat=True)[0], 1)]
    order = place_order(account=account, address=address, idempotency_key="crowd", lines=lines).order
    order = cancel_order(order, by=SYSTEM)  # unpaid ones would all have to be closed while the test runs
    line = OrderLine.objects.get(order=order)
    first = _copies(account.member, MEMBERS)
    of_member = f"{first} + (i %% {MEMBERS})"
    _copies(account, MEMBERS, member_id=f"{first} + i - 1", openid="'o-crowd-' || i")
    _copies(address, MEMBERS, member_id=f"{first} + i - 1")
    key = "'crowd-' || i"
    of_order = _copies(order, ORDERS, number="'C' || i", idempotency_key=key, member_id=of_member)
    _copies(line, ORDERS, order_id=f"{of_order} + i - 1")
    step = Transition.objects.get(subject=order._meta.label_lower, subject_id=order.pk)
    _copies(step, ORDERS, subject_id=f"{of_order} + i - 1")
    if connection.vendor == "postgresql":  # would do so by itself in a minute
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _copies(row: models.Model, count: int, **changed: str) -> int:
    """Copy a row so many times; the id of the first copy. `changed` are SQL expressions of `i`, from 1."""
    quote = connection.ops.quote_name
    columns: Mapping[str, str] = {
        quote(str(field.column)): changed.get(field.attname) or quote(str(field.column))
        for field in row._meta.concrete_fields
        if not field.primary_key
    }
    table = quote(row._meta.db_table)
    into, said = ", ".join(columns), ", ".join(columns.values())
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {int(count)})"  # noqa: S608
    with connection.cursor() as cursor:
        sql = f"INSERT INTO {table} ({into}) {numbers} SELECT {said} FROM {table}, n"  # noqa: S608 - our own names
        cursor.execute(f"{sql} WHERE id = %s ORDER BY i", [row.pk])
    newest = type(row)._default_manager.order_by("-pk").values_list("pk", flat=True)[0]
    return int(newest) - count + 1
