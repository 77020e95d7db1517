"""What WeChat Pay tells a merchant's server, and when it tries again."""

import json
import secrets
from typing import Any

from wechatbox.box import Box
from wechatbox.clock import digits, rfc3339

# 15s/15s/30s/3m/10m/20m/30m/30m/30m/60m/3h/3h/3h/6h/6h after one another, 24 h 4 min in all.
RETRY_AFTER_S = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600)
_SUMMARIES = {
    "TRANSACTION.SUCCESS": "支付成功",
    "REFUND.SUCCESS": "退款成功",
    "REFUND.ABNORMAL": "退款异常",
    "REFUND.CLOSED": "退款关闭",
}


def announce(
    box: Box, *, event_type: str, url: str, resource: dict[str, Any], out_refund_no: str | None = None
) -> None:
    """Queue a notice, bent by the faults that are on. Call inside the transaction that caused it."""
    now = box.clock.now()
    faults = box.faults
    due_at = now + faults.number("delay_notices_s")
    lost = faults.strikes("lose_notices")
    held = not lost and faults.strikes("reorder_notices")
    columns: dict[str, object] = {
        "event_id": f"EV-{digits(now)}{secrets.randbelow(10**16):016d}",
        "mchid": resource["mchid"],
        "out_trade_no": resource["out_trade_no"],
        "out_refund_no": out_refund_no,
        "event_type": event_type,
        "summary": _SUMMARIES[event_type],
        "url": url,
        "resource": json.dumps(resource, ensure_ascii=False),
        "created_at": now,
        "due_at": due_at,
    }
    if _probe_first(box):
        box.store.insert("notices", role="probe", state="pending", **columns)
    state = "lost" if lost else "held" if held else "pending"
    box.store.insert("notices", role="notice", state=state, **columns)
    if not lost:
        for _ in range(int(faults.number("duplicate_notices"))):
            box.store.insert("notices", role="copy", state=state, **columns)
    box.stir()


def send_again(box: Box, number: int) -> bool:
    """Send a notice once more, now, with its old id; whether there is such a notice."""
    if number >= 2**63:
        return False
    known = box.store.run(
        "UPDATE notices SET state = 'pending', due_at = ? WHERE id = ?", box.clock.now(), number
    )
    box.stir()
    return bool(known)


def release_held(box: Box) -> None:
    """Let notices go that were kept back to arrive out of order."""
    box.store.run(
        "UPDATE notices SET state = 'pending', due_at = max(due_at, ?) WHERE state = 'held'", box.clock.now()
    )
    box.stir()


def envelope(event_id: str, created_at: float, event_type: str, summary: str) -> dict[str, Any]:
    """The outer part of a notice, without its encrypted resource."""
    return {
        "id": event_id,
        "create_time": rfc3339(created_at),
        "resource_type": "encrypt-resource",
        "event_type": event_type,
        "summary": summary,
    }


def _probe_first(box: Box) -> bool:
    if box.faults.strikes("signtest"):
        return True
    every = box.settings.signtest_every
    if every <= 0:
        return False
    told = box.store.number("SELECT count(*) FROM notices WHERE role = 'notice'")
    return (told + 1) % every == 0
