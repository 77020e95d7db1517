"""Segments are made, changed, frozen and deleted; who is in them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from fangcun.identity.members.models import Member
from fangcun.insight.segments.errors import (
    RuleInvalid,
    SegmentInUse,
    SegmentLoops,
    SegmentNameWrong,
    SegmentUnknown,
    SnapshotFixed,
)
from fangcun.insight.segments.models import Kind, Segment
from fangcun.insight.segments.queries import (
    members_of,
    persons_of,
    segment_of,
    segments,
    segments_of,
    sentence_of,
    size_of,
)
from fangcun.insight.segments.services import (
    change_segment,
    delete_segment,
    freeze_segment,
    make_segment,
    make_snapshot,
    note_size,
)
from fangcun.insight.segments.tests.log import Happening, store
from fangcun.insight.tracking.models import Device, Identity
from fangcun.kernel.actors import Actor
from fangcun.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db(databases="__all__")
ME = Actor.staff(1, "小方")
PAID = {"all": [{"kind": "event", "event": "order_paid", "days": 30}]}


def today(hours: float = 0) -> int:
    """A moment of today, so many hours before now."""
    return int((timezone.now() - dt.timedelta(hours=hours)).timestamp() * 1000)


def test_a_live_segment_follows_what_people_do():
    segment = make_segment(name=" 买过 的人 ", rule=PAID, by=ME)
    assert (segment.name, segment.kind) == ("买过 的人", Kind.LIVE)
    assert persons_of(segment.pk) == ()
    store(Happening(6, "order_paid", today()), Happening(9, "goods_viewed", today()))
    assert persons_of(segment.pk) == (6,)
    store(Happening(4, "order_paid", today()))
    assert persons_of(segment.pk) == (4, 6)
    assert (size_of(segment.pk), members_of(segment.pk)) == (2, (2, 3))


def test_a_frozen_segment_stays_as_it_was_and_the_live_one_goes_on():
    store(Happening(6, "order_paid", today()))
    live = make_segment(name="买过", rule=PAID, by=ME)
    frozen = freeze_segment(segment_id=live.pk, by=ME)
    store(Happening(8, "order_paid", today()))
    assert persons_of(frozen.pk) == (6,)
    assert persons_of(live.pk) == (6, 8)
    assert (frozen.kind, frozen.size, frozen.source, frozen.rule) == (Kind.SNAPSHOT, 1, live, PAID)
    assert frozen.name == f"买过 {timezone.localdate().isoformat()}"
    with pytest.raises(SnapshotFixed):
        change_segment(segment_id=frozen.pk, rule=PAID, by=ME)
    assert change_segment(segment_id=frozen.pk, name="老名单", by=ME).name == "老名单"


def test_somebody_in_a_snapshot_is_still_in_it_under_his_new_number():
    kept = Member.objects.create()
    gone = Member.objects.create(merged_into=kept)
    phone = Device.objects.create(key="phone")
    other = Device.objects.create(key="other")
    snapshot = make_snapshot(
        name="名单", persons=[2 * gone.pk, 2 * phone.pk + 1, 2 * other.pk + 1], note="第 2 步流失", by=ME
    )
    assert persons_of(snapshot.pk) == tuple(sorted([2 * kept.pk, 2 * phone.pk + 1, 2 * other.pk + 1]))
    Identity.objects.create(device=phone, member_id=gone.pk)
    assert persons_of(snapshot.pk) == tuple(sorted([2 * kept.pk, 2 * other.pk + 1]))
    assert members_of(snapshot.pk) == (kept.pk,)


def test_segments_stand_in_the_rules_of_others():
    store(
        Happening(2, "order_paid", today()),
        Happening(4, "order_paid", today()),
        Happening(2, "cart_added", today()),
    )
    buyers = make_segment(name="买过", rule=PAID, by=ME)
    rule = {
        "all": [
            {"kind": "segment", "segment": buyers.pk},
            {"none": [{"kind": "event", "event": "cart_added"}]},
        ]
    }
    quick = make_segment(name="直接买", rule=rule, by=ME)
    assert persons_of(quick.pk) == (4,)
    assert [one.name for one in segments_of(4)] == ["买过", "直接买"]
    assert [one.name for one in segments_of(2)] == ["买过"]
    with pytest.raises(SegmentInUse) as refused:
        delete_segment(segment_id=buyers.pk, by=ME)
    assert str(refused.value) == "人群“直接买”的规则用到了它，请先修改那里的规则"
    with pytest.raises(SegmentLoops) as looped:
        change_segment(segment_id=buyers.pk, rule={"any": [{"kind": "segment", "segment": quick.pk}]}, by=ME)
    assert str(looped.value) == "人群的规则绕回了自己：买过 → 直接买 → 买过"
    assert segment_of(buyers.pk).rule == PAID
    delete_segment(segment_id=quick.pk, by=ME)
    delete_segment(segment_id=buyers.pk, by=ME)
    assert segments() == []


@pytest.mark.parametrize("name", ["", "  ", "长" * 61])
def test_a_segment_needs_a_name(name):
    with pytest.raises(SegmentNameWrong):
        make_segment(name=name, rule=PAID, by=ME)
    assert not Segment.objects.exists()


def test_a_rule_that_asks_for_nothing_known_makes_no_segment():
    with pytest.raises(SegmentUnknown):
        make_segment(name="x", rule={"all": [{"kind": "segment", "segment": 99}]}, by=ME)
    with pytest.raises(RuleInvalid):
        make_segment(name="x", rule={"all": []}, by=ME)
    assert not Segment.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("number", [0, -1, 99, 2**63])
def test_a_segment_that_is_not_there_is_said_to_be_unknown(number):
    for ask in (segment_of, persons_of, size_of, members_of):
        with pytest.raises(SegmentUnknown):
            ask(number)
    for verb in (delete_segment, freeze_segment, change_segment):
        with pytest.raises(SegmentUnknown):
            verb(segment_id=number, by=ME)


def test_every_change_is_in_the_audit_log_in_words():
    store(Happening(6, "order_paid", today()))
    segment = make_segment(name="买过", rule=PAID, by=ME)
    change_segment(
        segment_id=segment.pk, rule={"all": [{"kind": "event", "event": "order_paid", "n": 2}]}, by=ME
    )
    freeze_segment(segment_id=segment.pk, name="九月", by=ME)
    delete_segment(segment_id=segment.pk, by=ME)
    assert list(AuditEntry.objects.order_by("id").values_list("action", "before", "after")) == [
        ("segments.make_segment", None, {"rule": "最近 30 天有过支付成功"}),
        ("segments.change_segment", {"rule": "最近 30 天有过支付成功"}, {"rule": "支付成功至少 2 次"}),
        ("segments.make_snapshot", None, {"size": 0, "note": "", "source": "买过"}),
        ("segments.delete_segment", {"kind": "live", "size": None, "rule": "支付成功至少 2 次"}, None),
    ]
    assert [one.name for one in segments()] == ["九月"]


def test_the_size_of_a_day_is_kept_once():
    segment = make_segment(name="买过", rule=PAID, by=ME)
    note_size(segment_id=segment.pk, size=3)
    note_size(segment_id=segment.pk, size=5)
    note_size(segment_id=segment.pk + 1, size=7)
    assert list(segment.sizes.values_list("day", "size")) == [(timezone.localdate(), 5)]
    assert segment_of(segment.pk).size == 5


def test_a_rule_reads_as_a_sentence():
    rule = {
        "all": [
            {
                "kind": "event", "event": "goods_viewed", "where": "category=水果,蔬菜;price>=10",
                "op": ">=", "n": 3, "days": 7,
            },
            {
                "any": [
                    {"kind": "sum", "event": "order_paid", "prop": "amount", "value": 9950, "from": "2026-01-01"},
                    {"kind": "last", "event": "order_paid", "over": 30},
                    {"kind": "member", "fact": "province", "values": ["浙江省", "上海市"]},
                ]
            },
            {"none": [{"kind": "member", "fact": "phone"}, {"kind": "rfm", "r": [5], "groups": ["key_value"]}]},
            {"kind": "stage", "stages": ["newcomer", "active"]},
            {"kind": "event", "event": "order_paid", "op": "==", "n": 0, "days": 1},
        ]
    }  # fmt: skip
    assert sentence_of(rule) == (
        "最近 7 天浏览商品（category 为 水果或蔬菜，price ≥ 10）至少 3 次，且"
        "（2026-01-01 以来支付成功的 amount 合计至少 99.50 元，"
        "或最近一次支付成功在 30 天以前，或收货地址在浙江省或上海市），且"
        "不符合（留有手机号，或最近购买（R）得分为 5、是重要价值客户），且"
        "处于新客或活跃阶段，且今天没有支付成功"
    )
