"""The page of RFM: the groups as they are counted, and the way from one to a segment of it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from fangcun.identity.members.models import Member
from fangcun.identity.staff.permissions import GRANTS, Role
from fangcun.insight.segments.models import Segment
from fangcun.insight.tracking.services import record

pytestmark = pytest.mark.django_db(databases="__all__")


def address(page: str, /, **query: Any) -> str:
    return reverse(f"admin:insight_{page}", query=query)


@pytest.fixture
def buyers(program):
    """Ten buyers: each came later, paid more often and more than the one before."""
    members = [Member.objects.create() for _number in range(10)]
    for number, member in enumerate(members, 1):
        for time in range(number):
            record(
                "order_paid", event_id=f"paid-{number}-{time}", member_id=member.pk, program_id=program.pk,
                props={"order_number": f"o{number}-{time}", "amount": 100 * number},
                at=timezone.now() - dt.timedelta(days=20 - number),
            )  # fmt: skip
    return members


def test_groups_are_counted_with_their_shares(enter, buyers):
    text = enter("analyst").get(address("rfm_csv")).content.decode()
    rows = list(csv.reader(io.StringIO(text[1:])))
    # Scores are 1 1 2 2 3 3 4 4 5 5: the last four are high in everything, the others in nothing.
    assert rows[1] == ["重要价值客户", "4", "0.4", "34", str((7 * 7 + 8 * 8 + 9 * 9 + 10 * 10) * 1.0)]
    assert rows[8] == ["一般挽留客户", "6", "0.6", "21", str(91.0)]
    assert [row[1] for row in rows[2:8]] == ["0"] * 6
    assert rows[10:] == [["R", "F", "M", "人数"], *([str(score)] * 3 + ["2"] for score in range(5, 0, -1))]


def test_a_group_becomes_a_segment_of_the_same_persons(enter, buyers):
    browser = enter("analyst")
    said = browser.get(address("rfm_answer")).content.decode()
    assert "40.0%" in said
    way = address(
        "segment_new",
        name="重要价值客户",
        json=json.dumps({"all": [{"kind": "rfm", "groups": ["key_value"]}]}),
    )
    assert way.replace("&", "&amp;") in said
    form = browser.get(way).content.decode()
    assert 'name="name" value="重要价值客户"' in form
    assert '<option value="key_value" selected>' in form
    browser.post(
        address("segment_make"),
        {"name": "重要价值客户", "match": "all", "kind": "rfm", "choice": "key_value", "event": "", "where": "",
         "op": ">=", "n": "1", "days": ""},
    )  # fmt: skip
    counted = browser.get(
        address("activity_csv", segment=Segment.objects.get().pk, unit="month")
    ).content.decode()
    assert sum(int(line.split(",")[2]) for line in counted.split()[1:]) == 34


@pytest.mark.parametrize("role", [role for role in Role.values if "insight.view" in GRANTS[role]])
def test_who_may_not_make_segments_sees_no_way_to(role, enter, buyers):
    said = enter(role).get(address("rfm_answer")).content.decode()
    assert ("存为人群" in said) == ("insight.change" in GRANTS[role])


def test_a_part_of_the_buyers_is_not_kept_as_a_rule_about_all(enter, buyers):
    said = enter("analyst").get(address("rfm_answer", days="30")).content.decode()
    assert "40.0%" in said
    assert "存为人群" not in said


def test_an_address_that_fills_the_form_wrongly_opens_it_all_the_same(enter, db):
    browser = enter("analyst")
    for wrong in ("{", "[]", '{"all": 3}', "[" * 9000, '{"any": [{"kind": "rfm"}]}'):
        assert browser.get(address("segment_new", json=wrong)).status_code == 200
