"""What a phone sends, checked: each event comes out in plain form or with the reason why it can't count."""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass
from typing import Any

import orjson
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fangcun.insight.tracking.errors import BatchMalformed, BatchTooLarge

MAX_EVENTS = 100
MAX_ID = 64
MAX_PAGE = 256
MAX_PROPS = 50
MAX_PROPS_BYTES = 8 * 1024
MAX_TEXT_BYTES = 1024
LARGEST_INTEGER = 2**53  # beyond it a phone's own JSON is no longer exact
TRAVEL_MS = 5_000
DAY_MS = 86_400_000
MAX_AGE_DAYS = 30
MAX_AHEAD_MS = DAY_MS

# Facts that the server records itself. From a phone they would be a claim, not a fact.
SERVER_FACTS = frozenset(
    {
        "user_logged_in",
        "cart_added",
        "goods_bought",
        "order_submitted",
        "order_paid",
        "order_shipped",
        "order_completed",
        "order_cancelled",
        "order_refunded",
        "message_sent",
        "group_opened",
        "group_joined",
        "group_completed",
        "group_expired",
        "coupon_claimed",
        "coupon_used",
        "points_changed",
        "checked_in",
        "tier_changed",
        "invitation_accepted",
        "invitation_rewarded",
        "link_opened",
        "activity_signed_up",
        "automation_entered",
        "automation_acted",
    }
)
# The one property that is a map: how many events a phone could not deliver, by reason.
COUNTS = {("events_dropped", "codes")}

REASONS: dict[str, str | Promise] = {
    "event_invalid": _("事件应为一个对象"),
    "id_invalid": _("id 应为 1–64 个可见字符"),
    "name_invalid": _("name 应为小写字母、数字和下划线，以字母开头，不超过 64 个字符"),
    "server_fact": _("此事件由服务器记录，不接受上报"),
    "ts_invalid": _("ts 应为毫秒时间戳"),
    "ts_ahead": _("ts 在未来"),
    "ts_too_old": _("ts 早于 30 天前"),
    "session_invalid": _("session_id 应为不超过 64 个可见字符"),
    "page_invalid": _("page 应为不超过 256 个字符的文本"),
    "props_invalid": _("props 应为一层对象：最多 50 项，值为文本、数字、布尔或空"),
    "props_too_large": _("props 过大：单个文本不超过 1 KB，合计不超过 8 KB"),
}

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


class Refused(Exception):
    """One event breaks a rule; `code` is a key of REASONS."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A batch whose outside is sound. `skew_ms` is what to add to the phone's times."""

    device_key: str
    skew_ms: int
    events: list[Any]


def open_envelope(batch: Any, *, received_ms: int) -> Envelope:
    """Read the outside of a batch. Raises BatchTooLarge above 100 events, BatchMalformed when unreadable."""
    if not isinstance(batch, dict):
        raise BatchMalformed(body="应为 JSON 对象")
    events: Any = batch.get("events")
    if isinstance(events, list) and len(events) > MAX_EVENTS:
        raise BatchTooLarge(limit=MAX_EVENTS)
    batch_id: Any = batch.get("batch_id")
    sent_at: Any = batch.get("sent_at")
    device_id: Any = batch.get("device_id")
    wrong = {}
    if not isinstance(events, list):
        wrong["events"] = "应为数组"
    if not _visible(batch_id):
        wrong["batch_id"] = "应为 1–64 个可见字符"
    if device_id is not None and not _visible(device_id):
        wrong["device_id"] = "应为 1–64 个可见字符"
    if not _is_time(sent_at):
        wrong["sent_at"] = "应为毫秒时间戳"
    if wrong:
        raise BatchMalformed(**wrong)
    return Envelope(
        device_key=device_id or _stand_in(events, batch_id),
        skew_ms=clock_skew(sent_at_ms=int(sent_at), received_ms=received_ms),
        events=events,
    )


def clock_skew(*, sent_at_ms: int, received_ms: int) -> int:
    """How far a phone's clock is off, to be added to its times.

    A few seconds late is the way through the network, not the clock. Early is always the clock: nothing
    arrives before it was sent, and left alone it would put what a phone saw after what it caused here.
    """
    late = received_ms - sent_at_ms
    return 0 if 0 <= late <= TRAVEL_MS else late


def plain_event(event: Any, *, skew_ms: int, received_ms: int) -> dict[str, Any]:
    """One event as it is stored, by the server's clock. Raises Refused.

    A half emoji (a text cut in the middle of a surrogate pair) is repaired, a NUL character dropped: no
    database or engine would take them, and the event is worth more than they are.
    """
    if not isinstance(event, dict):
        raise Refused("event_invalid")
    get = event.get
    key = get("id")
    if key.__class__ is not str or not 0 < len(key) <= MAX_ID or not key.isprintable():
        raise Refused("id_invalid")
    name = get("name")
    if name.__class__ is not str or len(name) > MAX_ID or not _is_name(name):
        raise Refused("name_invalid")
    if name in SERVER_FACTS:
        raise Refused("server_fact")
    session, page = get("session_id") or "", get("page") or ""
    if session != "" and not _visible(session):
        raise Refused("session_invalid")
    if page.__class__ is not str or len(page) > MAX_PAGE:
        raise Refused("page_invalid")
    props = get("props")
    return {
        "id": key,
        "name": name,
        "ts": _moment(get("ts"), skew_ms, received_ms),
        "session": session,
        "page": _sound(page),
        "props": _plain_props(name, props) if props is not None else {},
    }


@functools.lru_cache(maxsize=1024)
def _is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def _moment(ts: Any, skew_ms: int, received_ms: int) -> int:
    if (ts.__class__ is not int or abs(ts) > LARGEST_INTEGER) and not _is_time(ts):
        raise Refused("ts_invalid")
    moment = int(ts) + skew_ms
    if moment > received_ms + MAX_AHEAD_MS:
        raise Refused("ts_ahead")
    if moment < received_ms - MAX_AGE_DAYS * DAY_MS:
        raise Refused("ts_too_old")
    return moment


def _plain_props(name: str, props: Any) -> dict[str, Any]:
    if not isinstance(props, dict) or len(props) > MAX_PROPS:
        raise Refused("props_invalid")
    plain: dict[str, Any] = {}
    # Bytes that it may be at most: only where that is too much it is looked at exactly.
    most = len(props) * (6 * MAX_ID + 32)
    for key, value in props.items():
        if key.__class__ is not str or not 0 < len(key) <= MAX_ID or not key.isprintable():
            raise Refused("props_invalid")
        if value.__class__ is int and -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
            plain[key] = value
        elif value.__class__ is dict and (name, key) in COUNTS and len(value) <= MAX_PROPS:
            plain[key] = {_sound(str(code))[:MAX_ID]: _plain_value(n) for code, n in value.items()}
            most += MAX_PROPS_BYTES
        else:
            plain[key] = value = _plain_value(value)
            if value.__class__ is str:
                most += 6 * len(value)
    if most > MAX_PROPS_BYTES and len(orjson.dumps(plain)) > MAX_PROPS_BYTES:
        raise Refused("props_too_large")
    return plain


def _plain_value(value: Any) -> str | int | float | bool | None:
    if value.__class__ is str:
        if len(value) > MAX_TEXT_BYTES:
            raise Refused("props_too_large")
        text = _sound(value)
        if 4 * len(text) > MAX_TEXT_BYTES and len(text.encode()) > MAX_TEXT_BYTES:
            raise Refused("props_too_large")
        return text
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) <= LARGEST_INTEGER:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise Refused("props_invalid")


def _visible(text: Any) -> bool:
    # Lone surrogates and control characters are not printable.
    return isinstance(text, str) and 0 < len(text) <= MAX_ID and text.isprintable()


def _is_time(value: Any) -> bool:
    # NaN and infinity fail the comparison.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST_INTEGER


def _sound(text: str) -> str:
    if "\0" not in text:
        if text.isascii():
            return text
        try:
            text.encode()
        except UnicodeEncodeError:
            pass
        else:
            return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "")


def _stand_in(events: list[Any], batch_id: str) -> str:
    """A phone that gives no id of its own is known by its session, as long as that lasts."""
    first = events[0] if events else None
    session = first.get("session_id") if isinstance(first, dict) else None
    return f"session:{session}" if _visible(session) else f"batch:{batch_id}"
