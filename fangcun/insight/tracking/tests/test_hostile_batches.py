"""Whatever arrives: a reason per event or a refusal of the whole, never a crash, never a half-stored batch."""

from __future__ import annotations

import pytest

from fangcun.insight.tracking.errors import BatchMalformed
from fangcun.insight.tracking.intake import LARGEST_INTEGER
from fangcun.insight.tracking.tests.phone import accept, batch, event, nothing_stored, stored

pytestmark = pytest.mark.django_db(databases="__all__")

BAD = [
    ("just text", "event_invalid", None),
    (None, "event_invalid", None),
    ([["deep"]], "event_invalid", None),
    (event(""), "id_invalid", ""),
    (event("x" * 65), "id_invalid", "x" * 65),
    (event(None), "id_invalid", None),  # type: ignore[arg-type]
    (event("a\0b"), "id_invalid", None),
    (event("a\ud800"), "id_invalid", None),
    (event(name="PageViewed"), "name_invalid", "e1"),
    (event(name="page-viewed"), "name_invalid", "e1"),
    (event(name="page_viewed\n"), "name_invalid", "e1"),
    (event(name="a" * 65), "name_invalid", "e1"),
    (event(name=7), "name_invalid", "e1"),  # type: ignore[arg-type]
    (event(name="order_paid"), "server_fact", "e1"),
    (event(name="cart_added"), "server_fact", "e1"),
    (event(name="user_logged_in"), "server_fact", "e1"),
    (event(ts="2026-01-01"), "ts_invalid", "e1"),
    (event(ts=True), "ts_invalid", "e1"),
    (event(ts=float("nan")), "ts_invalid", "e1"),
    (event(ts=float("inf")), "ts_invalid", "e1"),
    (event(ts=10**400), "ts_invalid", "e1"),
    (event(ts=0), "ts_too_old", "e1"),
    (event(ts=-LARGEST_INTEGER), "ts_too_old", "e1"),
    (event(session_id="s" * 65), "session_invalid", "e1"),
    (event(session_id=5), "session_invalid", "e1"),
    (event(page="p" * 257), "page_invalid", "e1"),
    (event(page=["p"]), "page_invalid", "e1"),
    (event(props=[]), "props_invalid", "e1"),
    (event(props={"a": {"b": 1}}), "props_invalid", "e1"),
    (event(props={"codes": {"b": 1}}), "props_invalid", "e1"),
    (event(props={"a": [1]}), "props_invalid", "e1"),
    (event(props={"": 1}), "props_invalid", "e1"),
    (event(props={"a\0": 1}), "props_invalid", "e1"),
    (event(props={"\udc00": 1}), "props_invalid", "e1"),
    (event(props={f"k{n}": n for n in range(51)}), "props_invalid", "e1"),
    (event(props={"n": LARGEST_INTEGER + 1}), "props_invalid", "e1"),
    (event(props={"n": float("nan")}), "props_invalid", "e1"),
    (event(props={"n": float("-inf")}), "props_invalid", "e1"),
    (event(props={"n": 10**5000}), "props_invalid", "e1"),
    (event(props={"t": "好" * 342}), "props_too_large", "e1"),
    (event(props={f"k{n}": "x" * 1000 for n in range(9)}), "props_too_large", "e1"),
]


@pytest.mark.parametrize(("bad", "code", "key"), BAD, ids=[f"{n}-{case[1]}" for n, case in enumerate(BAD)])
def test_a_bad_event_gets_its_reason_and_the_others_count(bad, code, key):
    answer = accept(batch(event("good"), bad))
    assert answer.accepted == ["good"]
    assert [(r.id, r.code) for r in answer.rejected] == [(key, code)]
    assert answer.rejected[0].message
    assert [e["id"] for e in stored()] == ["good"]


def test_the_limits_themselves_are_allowed():
    props = {f"k{n:02}": n for n in range(49)} | {
        "t": "好" * 341,
    }
    answer = accept(batch(event("x" * 64, name="a" * 64, page="p" * 256, session_id="s" * 64, props=props)))
    assert answer.rejected == []
    assert stored()[0]["props"] == props


def test_half_an_emoji_and_a_nul_are_repaired():
    accept(batch(event("a", page="p\0x", props={"query": "车\ud83d", "whole": "\ud83d\ude00"})))
    assert stored()[0]["page"] == "px"
    assert stored()[0]["props"] == {"query": "车\ufffd", "whole": "😀"}


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        7,
        {},
        batch(events=None),
        batch(events={"0": event()}),
        batch(event(), batch_id=""),
        batch(event(), batch_id=5),
        batch(event(), batch_id="b\0"),
        batch(event(), sent_at=None),
        batch(event(), sent_at="now"),
        batch(event(), sent_at=float("nan")),
        batch(event(), sent_at=10**400),
        batch(event(), sent_at=True),
        batch(event(), device_id="d" * 65),
        batch(event(), device_id={"a": 1}),
        batch(event(), device_id="\ud800"),
    ],
)
def test_an_unreadable_envelope_is_refused_and_nothing_is_stored(body):
    with pytest.raises(BatchMalformed) as refusal:
        accept(body)
    assert refusal.value.status == 422
    assert refusal.value.details["fields"][0].keys() == {"loc", "msg"}
    assert nothing_stored()
