"""Segments in the console: rules written in rows, counted, kept, frozen and deleted; what a segment is like."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from fangcun.doors.console.insight.rule_rows import rows_of, rule_of
from fangcun.identity.members.models import Member
from fangcun.identity.staff.permissions import GRANTS, Role
from fangcun.insight.segments.models import Segment
from fangcun.insight.segments.services import make_segment, make_snapshot
from fangcun.insight.tracking.services import record
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(databases="__all__")
HOSTILE = "</script><script>alert(1)</script>"
EVER: dict[str, Any] = {"all": [{"kind": "event", "event": "", "where": "", "op": ">=", "n": 1, "days": 30}]}
ROW = {"kind": "event", "event": "order_paid", "where": "", "op": ">=", "n": "2", "days": "", "choice": ""}


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:insight_{name}", args=args)


def test_rows_and_rules_say_the_same():
    rule = {
        "any": [
            {"kind": "event", "event": "goods_viewed", "where": "source=ads", "op": "==", "n": 0, "days": 7},
            {"kind": "sum", "event": "order_paid", "prop": "amount", "where": "", "op": ">=", "value": 10000},
            {"kind": "last", "event": "app_shown", "where": "", "within": 3},
            {"kind": "member", "fact": "is_member", "is": True},
            {"kind": "member", "fact": "registered", "days": 30},
            {"kind": "stage", "stages": ["loyal"]},
            {"kind": "rfm", "groups": ["key_value"]},
            {"kind": "segment", "segment": 3},
        ]
    }
    said = rows_of(rule)
    assert said is not None
    match, rows = said
    data = QueryDict(mutable=True)
    data["match"] = match
    for row in rows:
        for name, value in row.items():
            data.appendlist(name, value)
    assert rule_of(data) == rule


def test_a_nested_rule_is_left_to_json():
    nested = {"all": [{"any": EVER["all"]}]}
    assert rows_of(nested) is None
    data = QueryDict(mutable=True)
    data["json"] = json.dumps(nested)
    assert rule_of(data) == nested
    assert rows_of({"all": [{"kind": "stage", "stages": ["loyal", "active"]}]}) is None


def test_a_segment_is_made_changed_frozen_and_deleted(enter, audited):
    browser = enter("analyst")
    made = browser.post(address("segment_make"), {"name": "老客", "match": "all", **ROW})
    segment = Segment.objects.get()
    assert (made.status_code, made.url) == (302, address("persona", segment.pk))
    assert segment.rule == {
        "all": [{"kind": "event", "event": "order_paid", "where": "", "op": ">=", "n": 2}]
    }
    browser.post(address("segment_save", segment.pk), {"name": "常客", "match": "none", **ROW})
    segment.refresh_from_db()
    assert (segment.name, list(segment.rule)) == ("常客", ["none"])
    browser.post(address("segment_verb", segment.pk, "freeze"), {"name": "名单"})
    assert Segment.objects.get(kind="snapshot").name == "名单"
    browser.post(address("segment_verb", segment.pk, "delete"))
    assert [one.name for one in Segment.objects.all()] == ["名单"]
    assert audited()[-4:] == [
        "segments.make_segment",
        "segments.change_segment",
        "segments.make_snapshot",
        "segments.delete_segment",
    ]


def test_a_wrong_rule_is_refused_and_the_form_keeps_what_was_written(enter):
    browser = enter("analyst")
    for body in ({**ROW, "n": "x"}, {"json": "{"}, {"json": "[]"}, {"json": '{"all": 3}'}):
        answer = browser.post(address("segment_make"), {"name": "写到一半", "match": "all", **ROW, **body})
        assert answer.status_code == 400
        assert "写到一半" in answer.content.decode()
    assert not Segment.objects.exists()


def test_a_rule_is_counted_before_it_is_kept(enter):
    browser = enter("analyst")
    said = browser.get(address("segment_preview"), {"match": "all", **ROW})
    assert said.status_code == 200
    assert "现在有多少人" in said.content.decode()
    wrong = browser.get(address("segment_preview"), {"json": "{"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "rule_invalid")


@pytest.mark.parametrize("role", Role.values)
def test_a_role_sees_and_changes_segments_as_the_table_grants(role, enter, audited):
    segment = make_segment(name=HOSTILE, rule=EVER, by=SYSTEM)
    browser, before = enter(role), audited()
    args: tuple[Any, ...]
    sees = 200 if "insight.view" in GRANTS[role] else 403
    writes = "insight.change" in GRANTS[role]
    for name, args in (("segments", ()), ("persona", (segment.pk,)), ("persona_answer", (segment.pk,))):
        answer = browser.get(address(name, *args))
        assert answer.status_code == sees
        assert HOSTILE not in answer.content.decode()
    assert browser.get(address("segment_preview"), {"match": "all", **ROW}).status_code == sees
    for name, args in (("segment_new", ()), ("segment_edit", (segment.pk,))):
        assert browser.get(address(name, *args)).status_code == (200 if writes else 403)
    for name, args in (
        ("segment_make", ()),
        ("segment_save", (segment.pk,)),
        ("segment_verb", (segment.pk, "delete")),
    ):
        status = browser.post(address(name, *args), {"name": "x", "match": "all", **ROW}).status_code
        assert (status != 403) == writes
    if not writes:
        assert audited()[: len(before)] == before
        assert Segment.objects.get().name == HOSTILE


def test_a_persona_says_its_numbers(enter, program):
    """Twelve persons came by a code, six of them paid; the segment is who paid."""
    members = [Member.objects.create() for _number in range(12)]
    for number, member in enumerate(members):
        happened: list[tuple[str, dict[str, Any]]] = [("app_shown", {"scene": "1047", "channel": "poster"})]
        if number < 6:
            happened.append(("order_paid", {"order_number": f"o{number}", "amount": 1000 * (number + 1)}))
        for name, props in happened:
            record(
                name, event_id=f"{name}-{number}", member_id=member.pk, program_id=program.pk, props=props,
                at=timezone.now(),
            )  # fmt: skip
    paid = make_segment(name="买过", rule={"all": [EVER["all"][0] | {"event": "order_paid"}]}, by=SYSTEM)
    answer = enter("analyst").get(address("persona_answer", paid.pk)).content.decode()
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer))
    assert "人数 6 占所有人 50.0%" in said
    assert "这个人群 6 6 ¥210.00 ¥35.00 ¥35.00" in said
    assert "扫描小程序码 6 100.0% 100.0%" in said
    assert "poster 6 100.0% 100.0%" in said
    assert "支付成功 6 100.0% 50.0%" in said


def test_a_fixed_list_is_only_renamed_and_an_unknown_one_is_not_found(enter):
    fixed, browser = make_snapshot(name="名单", persons=[2, 4], by=SYSTEM), enter("analyst")
    assert "固定名单只能改名" in browser.get(address("segment_edit", fixed.pk)).content.decode()
    browser.post(address("segment_save", fixed.pk), {"name": "新名"})
    fixed.refresh_from_db()
    assert (fixed.name, fixed.size) == ("新名", 2)
    assert browser.get(address("persona", 999)).status_code == 404
