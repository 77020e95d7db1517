"""The events door, as phones and strangers knock on it."""

from __future__ import annotations

import datetime as dt
import json
import time
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from fangcun.doors.storefront import events
from fangcun.doors.storefront.throttle import Limit
from fangcun.gateways.wechat.answers import Session
from fangcun.identity.members.models import Account
from fangcun.identity.members.services import admit
from fangcun.identity.programs.models import Program
from fangcun.insight.analytics.queries import funnel
from fangcun.insight.tracking.models import Batch, Seen

pytestmark = pytest.mark.django_db(databases="__all__")

URL = "/api/v1/events"


@pytest.fixture(autouse=True)
def _fresh_counts(tmp_path, settings):
    settings.FANGCUN_HOME = tmp_path


@pytest.fixture
def program() -> Program:
    return Program.objects.create(appid="wx1", name="青禾鲜")


@pytest.fixture
def token(program) -> str:
    return admit(program=program, session=Session("o1", None, "k"), ip=None).token


def event(id_: str = "e1", name: str = "page_viewed", **changes: Any) -> dict[str, Any]:
    base = {
        "id": id_,
        "name": name,
        "ts": int(time.time() * 1000),
        "session_id": "s",
        "page": "pages/home/home",
    }
    return {**base, "props": {}, **changes}


def batch(*happened: Any) -> dict[str, Any]:
    return {"batch_id": "b1", "sent_at": int(time.time() * 1000), "device_id": "d1", "events": list(happened)}


def post(client, body: Any, content_type: str = "application/json", **headers: str):
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(URL, data, content_type=content_type, headers={"X-Program": "wx1", **headers})


def test_a_visitors_batch_is_answered_event_by_event(client, program):
    answer = post(client, batch(event("a"), event("b", name="order_paid"), event("c", name="Bad")))
    assert answer.status_code == 200
    body = answer.json()
    assert body["accepted"] == ["a"]
    assert [(r["id"], r["code"]) for r in body["rejected"]] == [("b", "server_fact"), ("c", "name_invalid")]
    assert (body["duplicate"], body["warnings"]) == (False, [])
    row = Batch.objects.get()
    assert (row.member_id, row.program_id) == (None, program.pk)


def test_a_logged_in_phones_events_are_its_members(client, token):
    assert post(client, batch(event("a")), Authorization=f"Bearer {token}").json()["warnings"] == []
    assert Batch.objects.get().member_id == Account.objects.get().member_id


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer ", "Basic abc", "nonsense"])
def test_a_token_that_is_no_good_loses_no_events(client, program, header):
    answer = post(client, batch(event("a")), Authorization=header)
    assert (answer.status_code, answer.json()["accepted"]) == (200, ["a"])
    assert answer.json()["warnings"] == ["token_invalid"]
    assert Batch.objects.get().member_id is None


def test_a_page_that_is_being_closed_may_send_plain_text(client, program):
    assert post(client, batch(event("a")), content_type="text/plain;charset=UTF-8").json()["accepted"] == [
        "a"
    ]


def test_a_resent_batch_counts_once(client, program):
    body = batch(event("a"), event("b"))
    post(client, body)
    answer = post(client, body).json()
    assert (answer["accepted"], answer["duplicate"]) == (["a", "b"], True)
    assert Seen.objects.count() == 2


@pytest.mark.parametrize("appid", ["", "wx-unknown", "wx\0", "'; drop table"])
def test_an_unknown_program_is_refused(client, program, appid):
    answer = client.post(
        URL, json.dumps(batch(event())), content_type="application/json", headers={"X-Program": appid}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "program_unknown")
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "null",
        "[]",
        '"text"',
        "{}",
        b"\xff\xfe\x00",
        b'{"batch_id":"\xed\xa0\x80"}',
        "[" * 200_000,
        '{"a":' * 100_000,
        '{"batch_id":"b","sent_at":NaN,"events":[]}',
        '{"batch_id":"b","sent_at":1e999,"events":[]}',
        '{"batch_id":"b","sent_at":' + "9" * 6000 + ',"events":[]}',
        '{"batch_id":"\\ud800","sent_at":1,"events":[]}',
    ],
    ids=range(14),
)
def test_a_body_that_is_no_batch_is_malformed(client, program, body):
    answer = post(client, body)
    assert answer.status_code == 422
    found = answer.json()
    assert (found["code"], bool(found["message"])) == ("malformed", True)
    assert found["details"]["fields"][0].keys() == {"loc", "msg"}
    assert not Batch.objects.exists()


def test_a_hostile_event_costs_only_itself(client, program):
    good = json.dumps(event("good"))
    now = int(time.time() * 1000)
    bad = (
        '{"id":"\\ud800","name":"a","ts":1}',
        '{"id":"n","name":"a","ts":NaN}',
        '{"id":"h","name":"a","ts":' + "9" * 400 + "}",
        '{"id":"d","name":"a","ts":%d,"props":%s}' % (now, '{"a":' * 300 + "1" + "}" * 300),  # noqa: UP031
        '{"id":"z\\u0000","name":"a","ts":1}',
    )
    body = '{"batch_id":"b","sent_at":%d,"events":[%s]}' % (now, ",".join([good, *bad]))  # noqa: UP031
    answer = post(client, body)
    assert answer.status_code == 200
    assert answer.json()["accepted"] == ["good"]
    assert [(r["id"], r["code"]) for r in answer.json()["rejected"]] == [
        (None, "id_invalid"),
        ("n", "ts_invalid"),
        ("h", "ts_invalid"),
        ("d", "props_invalid"),
        (None, "id_invalid"),
    ]


def test_half_an_emoji_in_a_search_is_kept_as_far_as_it_goes(client, program):
    body = json.dumps(batch(event("a", name="goods_searched", props={"query": "车\ud83d", "results": 0})))
    assert post(client, body).json()["accepted"] == ["a"]
    assert json.loads(Batch.objects.get().payload)[0]["props"] == {"query": "车\ufffd", "results": 0}


def test_more_than_a_hundred_events_are_too_many(client, program):
    answer = post(client, batch(*(event(f"e{n}") for n in range(101))))
    assert (answer.status_code, answer.json()["code"]) == (413, "batch_too_large")
    assert not Batch.objects.exists()


def test_more_than_two_megabytes_are_too_many(client, program):
    answer = post(client, batch(event("a", props={"t": "x" * (2 * 1024 * 1024)})))
    assert (answer.status_code, answer.json()["code"]) == (413, "batch_too_large")


def test_a_flood_from_one_address_is_stopped_and_told_for_how_long(client, program, monkeypatch):
    monkeypatch.setattr(events, "LIMIT", Limit("events-test", most=2, seconds=60))
    statuses = [post(client, batch(event(f"e{n}"))).status_code for n in range(3)]
    assert statuses == [200, 200, 429]
    assert Batch.objects.count() == 2


def test_a_batch_costs_seven_statements_at_most(client, token):
    post(client, batch(event("first")))  # the program is remembered from here on
    total = 0
    with CaptureQueriesContext(connections["default"]) as shop:
        if "events" in connections:
            with CaptureQueriesContext(connections["events"]) as own:
                post(client, batch(*(event(f"e{n}") for n in range(50))), Authorization=f"Bearer {token}")
            total = len(
                [q for q in own if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]
            )
        else:
            post(client, batch(*(event(f"e{n}") for n in range(50))), Authorization=f"Bearer {token}")
    total += len([q for q in shop if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))])
    assert total <= 7


def test_what_a_phone_reports_is_in_the_next_funnel(client, program):
    since = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    assert funnel(since=since)[0].persons == 0
    post(client, batch(event("a", name="goods_viewed", props={"product_id": 1, "price_amount": 990})))
    assert funnel(since=since)[0].persons == 1
