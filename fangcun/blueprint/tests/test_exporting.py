"""The plan in other systems' words."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from fangcun.blueprint.exporting import TARGETS, export
from fangcun.blueprint.tests.clean import CLEAN, plan, planted
from fangcun.blueprint.tests.large import large_blueprint
from fangcun.blueprint.vocabulary import AUTOMATIC_EVENTS


@pytest.mark.parametrize("to", TARGETS)
def test_an_export_is_the_same_every_time_and_names_every_planned_event(to):
    text = export(plan(CLEAN), to=to)
    assert text == export(plan(CLEAN), to=to)
    for name in ("goods_viewed", "order_paid", "group_expired", "message_sent"):
        assert name in text


def test_segment_gets_a_rule_with_a_schema_for_each_event():
    rules = {one["key"]: one for one in json.loads(export(plan(CLEAN), to="segment"))["rules"]}
    schema = rules["order_paid"]["jsonSchema"]
    Draft7Validator.check_schema(schema)
    check = Draft7Validator(schema)
    good = {"order_number": "a1", "amount": 100, "channel": "friend"}
    assert check.is_valid({"properties": good})
    assert not check.is_valid({"properties": {**good, "amount": "100"}})
    assert not check.is_valid({"properties": {**good, "more": 1}})
    assert not check.is_valid({"properties": {**good, "channel": "link"}})
    assert rules["order_paid"]["type"] == "TRACK"


def test_rudder_gets_three_documents_whose_references_hold():
    events, properties, tracking = YAML(typ="safe", pure=True).load_all(export(plan(CLEAN), to="rudder"))
    assert [one["kind"] for one in (events, properties, tracking)] == [
        "events",
        "properties",
        "tracking-plan",
    ]
    known = {f"#event:{one['id']}" for one in events["spec"]["events"]}
    known |= {f"#property:{one['id']}" for one in properties["spec"]["properties"]}
    for rule in tracking["spec"]["rules"]:
        assert rule["event"] in known
        assert {one["property"] for one in rule["properties"]} <= known
    assert set(AUTOMATIC_EVENTS) < {one["name"] for one in events["spec"]["events"]}


def rudder_properties(text: str) -> list[dict[str, Any]]:
    _events, properties, _tracking = YAML(typ="safe", pure=True).load_all(export(plan(text), to="rudder"))
    found: list[dict[str, Any]] = properties["spec"]["properties"]
    return found


def test_rudder_gets_each_name_and_type_once():
    found = rudder_properties(
        planted(
            ("{product_id: id}", '{product_id: id, amount: int, way: "enum(link, poster)"}'),
            ("channel: \"enum(friend, poster)\"", "way: \"enum(friend, poster)\""),
            ("event: order_cancelled, props: {order_number: id}", "event: order_cancelled, props: {order_number: text}"),
        )
    )  # fmt: skip
    shown = {one["id"]: (one.get("type") or one["types"], one.get("config")) for one in found}
    assert shown["amount"] == ("integer", None)
    assert shown["way"] == ("string", {"enum": ["link", "poster", "friend"]})
    assert shown["order_number"] == (["string", "integer"], None)
    assert shown["order_number_string"] == ("string", None)
    assert len({str((one["name"], one.get("type") or one["types"])) for one in found}) == len(found)
    assert len(shown) == len(found)


def test_rudder_gets_no_list_of_values_where_any_text_may_come():
    [channel] = [one for one in rudder_properties(CLEAN) if one["name"] == "channel"]
    assert channel == {"id": "channel", "name": "channel", "type": "string"}  # page_shared carries one too


@pytest.mark.parametrize("text", [CLEAN, large_blueprint()], ids=["small", "large"])
def test_rudder_gets_words_that_its_own_check_lets_through(text):
    events, _properties, tracking = YAML(typ="safe", pure=True).load_all(export(plan(text), to="rudder"))
    for one in events["spec"]["events"]:
        assert re.match("[a-zA-Z]", one["description"])
        assert 3 <= len(one["description"]) <= 2000
        assert 1 <= len(one["name"]) <= 64
    assert re.fullmatch(r"[A-Z_a-z][ A-Za-z0-9_,.-]{1,63}[A-Za-z0-9_,.-]", tracking["spec"]["display_name"])
    assert re.match("[a-zA-Z]", tracking["spec"]["description"])


def test_wedata_gets_wechats_own_names_where_it_has_one_and_says_what_is_unconfirmed():
    made = json.loads(export(plan(CLEAN), to="wedata"))
    events = {one["event_name"]: one for one in made["events"]}
    assert events["order_paid"]["event_id"] == "wxdata_order_status"
    assert events["goods_viewed"]["event_id"] == "wxdata_browse_goods"
    assert (events["group_opened"]["event_id"], events["group_opened"]["source"]) == (
        "group_opened",
        "custom",
    )
    assert "未经其页面验证" in made["note"]


def test_wedata_calls_properties_as_wechat_does_and_leaves_out_what_it_counts_itself():
    made = json.loads(export(plan(CLEAN), to="wedata"))
    events = {one["event_name"]: one for one in made["events"]}
    paid = events["order_paid"]
    assert [(one["property_name"], one["property_id"], one["type"]) for one in paid["properties"]] == [
        ("order_number", "order_id", "string"),
        ("amount", "pay_amt", "number"),
        ("channel", "channel", "string"),
    ]
    assert paid["fixed"] == {"order_status": 11}
    assert events["page_shared"]["event_id"] == "wxdata_page_share"
    assert "page_viewed" not in events
    assert "page_viewed" in made["built_in"]


def test_the_dictionary_says_when_who_which_properties_and_which_goals():
    text = export(plan(CLEAN), to="markdown")
    section = text[text.index("## `order_paid`") : text.index("## `message_sent`")]
    assert "- 场景“下单”的 `pay`：customer，页面“支付结果”" in section
    assert "- 用于目标：30 天复购率从 12% 到 20%；每单金额" in section
    assert "| `amount` | fen | 是 |" in section
    assert "，当24 小时未成团" in text
