"""Running the box: registrations, clock, faults, and what happened to orders and notices."""

import json
import sqlite3
from typing import Any

from starlette.requests import Request

from wechatbox import demo, keyring, registry
from wechatbox.box import Box
from wechatbox.clock import rfc3339
from wechatbox.faults import KNOWN, UnknownFault
from wechatbox.launch.publishing import publishing_of, set_publishing
from wechatbox.pay import notices, orders
from wechatbox.person.answers import Refused

_MOST_LISTED = 500


def register_program(box: Box, _: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Register a mini program, or change it."""
    program = registry.register_program(box, body)
    set_publishing(box, program.appid, body)
    publishing = publishing_of(box, program.appid)
    return {
        "appid": program.appid,
        "name": program.name,
        "open_platform": program.open_platform,
        "templates": list(registry.templates_of(box, program.appid)),
        "third_party": publishing is not None and publishing.third_party,
    }


def register_merchant(box: Box, _: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Register a merchant, or change it; answers WeChat Pay's keys."""
    return {**registry.register_merchant(box, body)}


def rotate_certificate(box: Box, request: Request, _: dict[str, Any]) -> dict[str, Any]:
    """A new platform certificate, used from now on; the old ones stay listed."""
    mchid = request.path_params["mchid"]
    if registry.merchant_of(box, mchid) is None:
        raise Refused({"error": "no such merchant"}, 404)
    return {"platform_certificate_serial": keyring.add_certificate(box, mchid)}


def make_demo(box: Box, _: Request, body: dict[str, Any]) -> dict[str, Any]:
    """The demo program and merchant with every secret; the same values each time."""
    return demo.demo_set(box, body)


def show_clock(box: Box, _: Request, __: dict[str, Any]) -> dict[str, Any]:
    """The box's time and how far ahead it is."""
    return {"now": rfc3339(box.clock.now()), "offset_s": box.clock.offset}


def advance_clock(box: Box, request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Move the clock forward; what falls due happens at once."""
    step = body.get("advance_s")
    if isinstance(step, bool) or not isinstance(step, int | float):
        raise Refused({"error": "advance_s must be a number of seconds"})
    try:
        box.clock.advance(step)
    except (ValueError, OverflowError) as error:
        raise Refused({"error": str(error)}) from error
    box.stir()
    return show_clock(box, request, body)


def show_faults(box: Box, _: Request, __: dict[str, Any]) -> dict[str, Any]:
    """Every fault switch with its present value."""
    return box.faults.all()


def set_faults(box: Box, _: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Turn fault switches on or off."""
    try:
        box.faults.set(body)
    except UnknownFault as error:
        raise Refused({"error": f"no such fault: {error}", "known": sorted(KNOWN)}) from error
    except ValueError as error:
        raise Refused({"error": str(error)}) from error
    return box.faults.all()


def clear_faults(box: Box, _: Request, __: dict[str, Any]) -> dict[str, Any]:
    """Turn every fault off; notices held back for reordering go out."""
    box.faults.clear()
    notices.release_held(box)
    return box.faults.all()


def list_orders(box: Box, request: Request, _: dict[str, Any]) -> dict[str, Any]:
    """Orders, newest first; ``?out_trade_no=`` for one, ``?state=`` for some."""
    return {"orders": orders_like(box, request.query_params.get("out_trade_no"))}


def orders_like(box: Box, out_trade_no: str | None = None) -> list[dict[str, Any]]:
    """Orders as the box knows them, with their refunds, newest first."""
    orders.close_expired(box)
    rows = box.store.all(
        "SELECT orders.*, people.user FROM orders LEFT JOIN people USING (openid)"
        " WHERE ?1 IS NULL OR out_trade_no = ?1 ORDER BY orders.rowid DESC LIMIT ?2",
        out_trade_no,
        _MOST_LISTED,
    )
    return [_order(box, row) for row in rows]


def list_notices(box: Box, request: Request, _: dict[str, Any]) -> dict[str, Any]:
    """Notices, newest first, with every attempt; ``?out_trade_no=`` for one order."""
    return {"notices": notices_like(box, request.query_params.get("out_trade_no"))}


def notices_like(box: Box, out_trade_no: str | None = None) -> list[dict[str, Any]]:
    """Notices with what they say and every attempt, newest first."""
    rows = box.store.all(
        "SELECT * FROM notices WHERE ?1 IS NULL OR out_trade_no = ?1 ORDER BY id DESC LIMIT ?2",
        out_trade_no,
        _MOST_LISTED,
    )
    return [_notice(box, row) for row in rows]


def resend_notice(box: Box, request: Request, _: dict[str, Any]) -> dict[str, Any]:
    """Send a notice once more, now, with its old id; a lost one goes out after all."""
    number = request.path_params["number"]
    if not notices.send_again(box, number):
        raise Refused({"error": "no such notice"}, 404)
    return {"id": number, "state": "pending"}


def reset(box: Box, _: Request, __: dict[str, Any]) -> dict[str, Any]:
    """Forget all that happened and set the clock right; registrations and keys stay."""
    box.store.forget_happenings()
    box.stir()
    return {"programs": len(registry.programs(box)), "merchants": len(registry.merchants(box))}


def _order(box: Box, row: sqlite3.Row) -> dict[str, Any]:
    body = json.loads(row["body"])
    refunds = box.store.all(
        "SELECT * FROM refunds WHERE mchid = ? AND out_trade_no = ? ORDER BY rowid",
        row["mchid"],
        row["out_trade_no"],
    )
    return {
        "mchid": row["mchid"],
        "out_trade_no": row["out_trade_no"],
        "appid": row["appid"],
        "openid": row["openid"],
        "user": row["user"],
        "description": body["description"],
        "total": row["total"],
        "notify_url": body["notify_url"],
        "trade_state": orders.trade_state(box, row),
        "transaction_id": row["transaction_id"],
        "created_at": rfc3339(row["created_at"]),
        "expires_at": rfc3339(row["expires_at"]),
        "success_at": _when(row["success_at"]),
        "closed_at": _when(row["closed_at"]),
        "refunds": [
            {
                "out_refund_no": refund["out_refund_no"],
                "refund_id": refund["refund_id"],
                "amount": refund["amount"],
                "status": refund["status"],
                "created_at": rfc3339(refund["created_at"]),
            }
            for refund in refunds
        ],
    }


def _notice(box: Box, row: sqlite3.Row) -> dict[str, Any]:
    attempts = box.store.all("SELECT * FROM attempts WHERE notice_id = ? ORDER BY id", row["id"])
    return {
        "id": row["id"],
        "event_id": row["event_id"],
        "event_type": row["event_type"],
        "mchid": row["mchid"],
        "out_trade_no": row["out_trade_no"],
        "out_refund_no": row["out_refund_no"],
        "url": row["url"],
        "role": row["role"],
        "state": row["state"],
        "tries": row["tries"],
        "created_at": rfc3339(row["created_at"]),
        "due_at": rfc3339(row["due_at"]) if row["state"] == "pending" else None,
        "resource": json.loads(row["resource"]),
        "attempts": [
            {
                "at": rfc3339(attempt["at"]),
                "status": attempt["status"],
                "error": attempt["error"],
                "answer": attempt["answer"],
                "bent": attempt["bent"],
                "forged": attempt["bent"] == "forge",
                "duration_ms": attempt["duration_ms"],
                "headers": json.loads(attempt["headers"]),
            }
            for attempt in attempts
        ],
    }


def _when(at: float | None) -> str | None:
    return None if at is None else rfc3339(at)
