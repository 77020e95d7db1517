"""The consent ledger adds up, and the planner says where to ask next."""

from __future__ import annotations

import pytest

from fangcun.grow.messaging.errors import NoAccount, NoConsent
from fangcun.grow.messaging.ledger import balance_of, by_template, members_asked
from fangcun.grow.messaging.models import Grant, Message
from fangcun.grow.messaging.planning import advise, usually_told
from fangcun.grow.messaging.services import ask_at, record_consents
from fangcun.grow.messaging.tests.telling import tell
from fangcun.grow.messaging.trying import preview, send_test
from fangcun.identity.members.models import Account, Member
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db


def said(account: Account, *answers: str, moment: str = "order_submit", template_id: str = "T-paid") -> None:
    for answer in answers:
        record_consents(account=account, moment=moment, results={template_id: answer})


@pytest.fixture
def others(program) -> list[Account]:
    return [
        Account.objects.create(
            program=program, openid=f"x{n}", member=Member.objects.create(nickname=f"客人{chr(97 + n)}")
        )
        for n in range(4)
    ]


def test_every_yes_is_somewhere(account, paid):
    said(account, "accept", "accept", "accept", "reject", "ban")
    tell(account)
    lost = Grant.objects.filter(status="open").order_by("id").values("id")[:1]
    Grant.objects.filter(pk__in=list(lost.values_list("id", flat=True))).update(status="void")
    (line,) = by_template()
    total = line.total
    assert (total.asked, total.accepted, total.rejected, total.other) == (5, 3, 1, 1)
    assert (total.open, total.claimed, total.spent, total.void) == (1, 1, 0, 1)
    assert total.rate == 0.75
    assert list(line.moments) == ["order_submit"]
    mine = balance_of(account.member_id)
    assert mine is not None
    assert mine.by_template[paid.pk] == total


def test_members_are_found_by_number_and_name_a_page_at_a_time(account, paid, others):
    for one in others:
        said(one, "accept")
    lines, count = members_asked(size=3)
    assert (count, [line.member.nickname for line in lines]) == (4, ["客人d", "客人c", "客人b"])
    lines, count = members_asked(page=2, size=3)
    assert [line.member.nickname for line in lines] == ["客人a"]
    assert [line.member for line in members_asked(search="客人c")[0]] == [others[2].member]
    (found,), _count = members_asked(search=str(others[1].member_id))
    assert found.member == others[1].member
    assert balance_of(account.member_id) is None


def test_the_planner_counts_who_can_be_told(program, paid, others):
    said(others[0], "accept")
    said(others[1], "reject")
    advice = advise(program, "order_paid", {one.member_id for one in others})
    assert (advice.tell, advice.able, advice.missing, advice.is_enough) == (4, 1, 3, False)
    assert advise(program, "order_paid", {others[0].member_id}).is_enough


def test_the_planner_names_the_moment_that_promises_most(program, paid, others):
    for one in others:
        said(one, "accept", moment="order_submit")
    said(others[0], "accept", moment="check_in")
    said(others[1], "reject", moment="check_in")
    advice = advise(program, "order_paid", {others[3].member_id})
    chances = {chance.moment: (chance.people, chance.rate, chance.borrowed) for chance in advice.chances}
    assert chances["order_submit"] == (1.0, 1.0, False)
    assert chances["check_in"] == (0.5, 0.5, False)
    assert chances["coupon_claim"] == (0.0, None, True)
    assert advice.best is not None
    assert (advice.best.moment, advice.best.expected) == ("order_submit", 1.0)


def test_without_a_template_nobody_can_be_told_and_it_says_so(program, others):
    advice = advise(program, "member_care", {others[0].member_id})
    assert (advice.template, advice.able, advice.is_enough) == (None, 0, False)


def test_whom_a_purpose_tells_is_whom_it_told_lately(program, account, paid, others):
    assert usually_told(program, "order_paid") == {account.member_id, *(one.member_id for one in others)}
    tell(account)
    assert usually_told(program, "order_paid") == {account.member_id}


def test_where_it_is_asked_can_be_changed_with_a_trace(paid):
    ask_at(template=paid, moments=["check_in", "order_submit"], by=SYSTEM)
    paid.refresh_from_db()
    assert paid.moments == ["order_submit", "check_in"]
    assert AuditEntry.objects.get(action="messaging.ask_at").before == {"moments": ["order_submit"]}


def test_a_preview_shows_what_the_phone_shows_and_what_does_not_fit():
    rows = preview({"thing1": "goods", "amount2": "amount", "phrase3": "order_number", "car1x": "goods"})
    assert [(row.shown, bool(row.problem)) for row in rows] == [
        ("云南蓝莓 125g 等 3 件", False),
        ("¥39.80", False),
        ("无", False),
        ("云南蓝莓 125g 等 3 件", True),
    ]
    assert "无" in rows[2].cut
    (long,) = preview({"thing1": "content"}, {"content": "很" * 30})
    assert long.shown == "很" * 19 + "…"
    assert long.cut
    (wrong,) = preview({"number1": "goods"}, {"goods": "没有数字"})
    assert (wrong.shown, bool(wrong.problem)) == ("0", False)


def test_a_test_message_needs_a_consent_and_uses_it(program, account, paid, drain):
    with pytest.raises(NoConsent):
        send_test(template=paid, member_id=account.member_id, by=SYSTEM)
    with pytest.raises(NoAccount):
        send_test(template=paid, member_id=Member.objects.create().pk, by=SYSTEM)
    assert not Message.objects.exists()
    said(account, "accept")
    message = send_test(template=paid, member_id=account.member_id, by=SYSTEM)
    assert (Grant.objects.get().status, message.kind) == ("claimed", "test")
