"""Orders as a CSV file for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.identity.members.phones import masked
from fangcun.kernel.cells import safe
from fangcun.kernel.money import yuan
from fangcun.shop.orders.models import Order


class Echo:
    """A file that gives back what is written, for lines that are sent one by one."""

    def write(self, value: str) -> str:
        return value


def csv_lines(orders: QuerySet[Order], *, whole_phones: bool) -> Iterator[str]:
    """The file, line by line; it starts with the mark by which Excel knows UTF-8."""
    writer: Any = csv.writer(Echo())
    head = [
        _("订单号"), _("状态"), _("下单于"), _("付款于"), _("商品"), _("应付"), _("实付"), _("已退"),
        _("收货人"), _("电话"), _("地址"), _("买家留言"), _("商家备注"),
    ]  # fmt: skip
    yield "\ufeff" + writer.writerow(head)
    for order in orders.iterator(chunk_size=500):
        phone, place = str(order.address.get("phone", "")), order.address
        row = [
            order.number,
            order.get_status_display(),
            moment(order.created_at),
            moment(order.paid_at),
            "；".join(f"{line.title} {line.sku_title} × {line.quantity}" for line in order.lines.all()),
            yuan(order.total_amount),
            yuan(order.paid_amount),
            yuan(order.refunded_amount),
            place.get("name", ""),
            phone if whole_phones else masked(phone) or "",
            "".join(str(place.get(part, "")) for part in ("province", "city", "district", "detail")),
            order.remark,
            order.staff_note,
        ]
        yield writer.writerow([safe(cell) for cell in row])


def moment(at: Any) -> str:
    """A moment by the shop's clock, to the minute; "" for none."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""
