"""The small checks say what a JSON Schema validator says, and say it in words."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangcun.blueprint.vocabulary import AUTOMATIC_EVENTS
from fangcun.insight.tracking.fitting import Fit, Flaw
from fangcun.insight.tracking.tests.planned import plan_of, planned

PLAN = plan_of(
    planned(
        "goods_rated",
        optional=("note", "score"),
        sku_id="id",
        note="text",
        stars="int",
        amount="fen",
        score="float",
        again="bool",
        at="time",
        mood="enum(好, 一般)",
    ),
    planned("page_viewed", optional=("from",), automatic=True, **{"from": "text"}),
)
SOUND: dict[str, Any] = {
    "sku_id": 7,
    "stars": 5,
    "amount": -3,
    "again": False,
    "at": 1_790_000_000_000,
    "mood": "好",
}


def flaw(name: str = "goods_rated", **props: Any) -> Flaw | None:
    return Fit(PLAN, revision=1).flaw({"name": name, "props": props})


def test_an_event_as_planned_fits():
    assert flaw(**SOUND) is None
    assert flaw(**SOUND, note="鲜", score=4.5, unplanned=1) is None


def test_an_id_may_be_a_text_or_a_number():
    assert flaw(**{**SOUND, "sku_id": "A-7"}) is None
    assert flaw(**{**SOUND, "sku_id": 7.5}) == Flaw("wrong_type", "sku_id")


def test_an_event_that_the_plan_does_not_know_is_unknown():
    assert flaw("goods_smelled", **SOUND) == Flaw("unknown_event", "")


def test_null_is_absent():
    assert flaw(**SOUND, note=None) is None
    assert flaw(**{**SOUND, "stars": None}) == Flaw("missing_property", "stars")


def test_the_first_missing_property_of_the_plan_is_named():
    assert flaw(mood="坏") == Flaw("missing_property", "sku_id")
    assert flaw(mood="坏", sku_id=1) == Flaw("missing_property", "stars")


@pytest.mark.parametrize(
    ("prop", "value"),
    [
        ("stars", "5"), ("stars", 4.5), ("stars", True), ("amount", "9.90"), ("amount", 9.9), ("score", "4"),
        ("score", False), ("note", 5), ("again", 1), ("again", "true"), ("at", "2026-01-01"), ("mood", 1),
        ("mood", True), ("sku_id", False),
    ],
)  # fmt: skip
def test_a_wrong_type_is_named(prop, value):
    assert flaw(**{**SOUND, prop: value}) == Flaw("wrong_type", prop)


def test_a_value_outside_the_enumeration_is_named():
    assert flaw(**{**SOUND, "mood": "坏"}) == Flaw("not_in_enum", "mood")


def test_a_whole_number_may_be_written_with_a_point():
    assert flaw(**{**SOUND, "stars": 5.0}) is None


def test_what_the_tracking_client_sends_by_itself_is_planned_without_being_written():
    empty = Fit(plan_of(), revision=1)
    for name in [*AUTOMATIC_EVENTS, "events_dropped", "experiment_exposed"]:
        assert empty.flaw({"name": name, "props": {"codes": {"429": 3}}}) is None


def test_the_properties_of_automatic_events_are_not_looked_at():
    assert flaw("page_viewed") is None
    assert flaw("page_viewed", **{"from": 3}) is None


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([1.0, 0.0, "好", "一般", "1", ""]), st.text(max_size=3),
)  # fmt: skip
PROPS = [*PLAN["events"][0]["schema"]["properties"], "unplanned"]


@given(st.one_of(st.just({}), st.just(SOUND)), st.dictionaries(st.sampled_from(PROPS), VALUES, max_size=4))
def test_the_checks_agree_with_a_json_schema_validator(start, changes):
    props = {**start, **changes}
    validator = jsonschema.Draft202012Validator(PLAN["events"][0]["schema"])
    given_props = {prop: value for prop, value in props.items() if value is not None}
    assert (flaw(**props) is None) == validator.is_valid(given_props)
