"""What a rule may say, what identity knows of members, and how a wrong rule is refused."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from fangcun.identity.members.models import Account, Address, Member, PrivacyConsent
from fangcun.identity.members.services import tag_member
from fangcun.identity.programs.models import Program
from fangcun.insight.segments.errors import RuleInvalid
from fangcun.insight.segments.queries import persons_by, sentence_of
from fangcun.insight.segments.tests.log import Happening, store
from fangcun.kernel.actors import SYSTEM

DID = {"kind": "event", "event": "x"}


@pytest.mark.parametrize(
    ("rule", "place", "words"),
    [
        (None, "", "规则：应为一个对象"),
        ({}, "", "规则：kind 应为 event, sum, first, last, member, rfm, stage, segment 之一"),
        (DID, "", "规则：最外层应为一组条件：all（全部满足）、any（满足任一）或 none（都不满足）"),
        ({"all": []}, "", "规则：all 里至少要有一个条件"),
        ({"all": [DID], "any": [DID]}, "", "规则：一组条件只能有 all、any、none 之一，不能再写别的"),
        ({"all": [DID, {"any": [{"kind": "x"}]}]}, "all[1].any[0]",
         "条件 2.1：kind 应为 event, sum, first, last, member, rfm, stage, segment 之一"),
        ({"all": [{"any": [{"none": [{"all": [DID]}]}]}]}, "all[0].any[0].none[0]", "条件 1.1.1：条件最多嵌套 3 层"),
        ({"all": [DID] * 51}, "", "规则：最多 50 个条件，现在有 51 个"),
        ({"all": [{**DID, "days": 0}]}, "all[0]", "条件 1：days 应为 1 到 3660 的整数"),
        ({"all": [{**DID, "days": 3, "from": "2026-01-01"}]}, "all[0]", "条件 1：days 和 from/to 只能写一种"),
        ({"all": [{**DID, "from": "1.1.2026"}]}, "all[0]", "条件 1：日期应写作 2026-01-31"),
        ({"all": [{**DID, "from": "2026-02-01", "to": "2026-01-01"}]}, "all[0]", "条件 1：结束日期应在开始日期之后"),
        ({"all": [{**DID, "op": "="}]}, "all[0]", "条件 1：op 应为 >= > == < <= 之一"),
        ({"all": [{**DID, "n": True}]}, "all[0]", "条件 1：n 应为 0 到 9007199254740992 的整数"),
        ({"all": [{**DID, "where": "a>x"}]}, "all[0]", "条件 1：条件“a>x”要和一个数字比较"),
        ({"all": [{**DID, "wher": ""}]}, "all[0]",
         "条件 1：不认识 wher；这里可以写 event, where, op, n, days, from, to"),
        ({"all": [{"kind": "sum", "event": "x", "prop": "a", "value": "1"}]}, "all[0]", "条件 1：value 应为数字"),
        ({"all": [{"kind": "sum", "event": "x", "value": 1}]}, "all[0]", "条件 1：缺少 prop"),
        ({"all": [{"kind": "last", "event": "x"}]}, "all[0]",
         "条件 1：请在 within（多少天之内）、over（多少天以前）、from/to（日期）里选一种"),
        ({"all": [{"kind": "member", "fact": "age"}]}, "all[0]",
         "条件 1：fact 应为 is_member, phone, consent, registered, program, province, city, tag 之一"),
        ({"all": [{"kind": "rfm"}]}, "all[0]", "条件 1：请至少选一个分数或一个分组"),
        ({"all": [{"kind": "rfm", "r": [6]}]}, "all[0]", "条件 1：r 应为 1 到 5 的整数列表"),
        ({"all": [{"kind": "stage", "stages": ["old"]}]}, "all[0]",
         "条件 1：stages 里没有“old”，可以写 returned, loyal, newcomer, active, at_risk, lost"),
    ],
)  # fmt: skip
def test_a_rule_that_can_not_be_understood_is_refused_with_its_place(rule, place, words, monkeypatch):
    monkeypatch.setattr("fangcun.insight.segments.rules.reading.LISTS", {})
    with pytest.raises(RuleInvalid) as refused:
        sentence_of(rule)
    assert (refused.value.details["place"], str(refused.value)) == (place, words)


@pytest.mark.django_db(databases="__all__")
def test_what_identity_knows_of_members_decides_too():
    program = Program.objects.create(appid="wx0000000000000001", name="青禾鲜")
    old, new, gone = (
        Member.objects.create(created_at=dt.datetime(2026, 1, day, 23, tzinfo=dt.UTC)) for day in (1, 5, 5)
    )
    Member.objects.filter(pk=gone.pk).update(merged_into=old)
    Member.objects.filter(pk=old.pk).update(phone_digest="d")
    Account.objects.create(program=program, openid="o", member=old)
    PrivacyConsent.objects.create(member=new, program=program, version="1")
    Address.objects.create(
        member=new, name="x", phone="1", region_code="330106", province="浙江省", city="杭州市", district="西湖区",
        detail="1",
    )  # fmt: skip
    store(Happening(10**6 + 1, "x", 0))

    def found(**fact: Any) -> tuple[int, ...]:
        return persons_by({"all": [{"kind": "member", **fact}]})

    his, hers, phone = 2 * old.pk, 2 * new.pk, 10**6 + 1
    assert found(fact="is_member") == (his, hers)
    assert found(fact="is_member", **{"is": False}) == (phone,)
    assert found(fact="phone") == (his,)
    assert found(fact="phone", **{"is": False}) == (hers, phone)
    assert found(fact="consent") == (hers,)
    assert found(fact="program", program=program.pk) == (his,)
    assert found(fact="program", program=program.pk + 1) == ()
    assert found(fact="province", values=["浙江省", "云南省"]) == (hers,)
    tag_member(member_id=new.pk, tag="送礼", by=SYSTEM)
    assert found(fact="tag", values=["沉睡", "送礼"]) == (hers,)
    assert found(fact="tag", values=["沉睡"]) == ()
    assert found(fact="city", values=["昆明市"]) == ()
    # 23:00 UTC is the next day in the shop.
    assert found(fact="registered", **{"from": "2026-01-02", "to": "2026-01-02"}) == (his,)
    assert found(fact="registered", **{"from": "2026-01-03"}) == (hers,)
    # What changes in identity changes the answer, though no event came.
    PrivacyConsent.objects.create(member=old, program=program, version="1")
    assert found(fact="consent") == (his, hers)


@pytest.mark.django_db(databases="__all__")
def test_those_whom_a_funnel_lost_may_stand_in_a_rule():
    now = int(timezone.now().timestamp() * 1000)
    store(
        Happening(6, "x", now),
        Happening(8, "x", now),
        Happening(10, "x", now),
        Happening(10, "y", now + 1),
        Happening(8, "z", now),
    )
    lost = {"kind": "dropped", "question": "?step=x&step=y&days=7&dropped=2"}
    assert persons_by({"all": [lost]}) == (6, 8)
    assert persons_by({"all": [lost, {"none": [{"kind": "event", "event": "z"}]}]}) == (6,)
    with pytest.raises(RuleInvalid) as refused:
        persons_by({"all": [{"kind": "dropped", "question": "step=x&dropped=2"}]})
    assert str(refused.value) == "条件 1：漏斗要有 2 到 20 个步骤"
