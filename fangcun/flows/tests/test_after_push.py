"""What WeChat pushes about consents and deliveries, beside what the phone says: one answer is one row."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from fangcun.flows.after_push import (
    forget_what_was_switched_off,
    note_how_it_ended,
    write_the_answer_down,
)
from fangcun.grow.messaging.models import Delivery, Grant, Template
from fangcun.grow.messaging.services import record_consents, register_template
from fangcun.grow.messaging.tests.telling import tell
from fangcun.identity.members.models import Account, Member
from fangcun.identity.programs.events import SubscribeAnswered, SubscribeChanged, SubscribeSent
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    program = Program.objects.create(appid="wx1", name="青禾鲜")
    return Account.objects.create(program=program, openid="o1", member=Member.objects.create())


def template(account: Account, purpose: str) -> Template:
    return register_template(
        program=account.program,
        purpose=purpose,
        template_id=f"T-{purpose}",
        title=purpose,
        fields={"thing1": "goods"},
        by=SYSTEM,
    )


@pytest.fixture
def paid(account) -> Template:
    return template(account, "order_paid")


@pytest.fixture
def shipped(account) -> Template:
    return template(account, "order_shipped")


def answered(account, template, answer="accept", key="1", at=None, openid=None) -> None:
    write_the_answer_down(
        SubscribeAnswered(
            program_id=account.program_id,
            openid=openid or account.openid,
            at=(at or timezone.now()).isoformat(),
            key=key,
            template_id=template.template_id,
            answer=answer,
        )
    )


def said(account, template, answer="accept") -> None:
    record_consents(account=account, moment="order_submit", results={template.template_id: answer})


def rows() -> list[tuple[str, str, str, str]]:
    return list(Grant.objects.order_by("id").values_list("moment", "answer", "status", "told"))


BOTH = [("order_submit", "accept", "open", "both")]


def test_what_both_tell_is_one_consent_whoever_is_first(account, paid):
    said(account, paid)
    answered(account, paid)
    assert rows() == BOTH
    Grant.objects.all().delete()
    answered(account, paid)
    assert rows() == [("", "accept", "open", "wechat")]
    said(account, paid)
    assert rows() == BOTH


def test_a_repeated_push_changes_nothing(account, paid):
    answered(account, paid)
    answered(account, paid)
    assert rows() == [("", "accept", "open", "wechat")]


def test_two_answers_stay_two(account, paid):
    said(account, paid)
    said(account, paid)
    answered(account, paid, key="1")
    answered(account, paid, key="2")
    assert rows() == BOTH * 2


def test_what_the_phone_told_long_ago_is_another_answer(account, paid):
    said(account, paid)
    answered(account, paid, at=timezone.now() + dt.timedelta(minutes=11))
    assert [told for *_, told in rows()] == ["phone", "wechat"]


def test_a_no_and_a_yes_are_not_the_same(account, paid):
    said(account, paid)
    answered(account, paid, "reject")
    assert rows() == [("order_submit", "accept", "open", "phone"), ("", "reject", "declined", "wechat")]


def test_a_stranger_or_an_unknown_template_leaves_no_trace(account, paid, shipped):
    answered(account, paid, openid="nobody")
    shipped.delete()
    answered(account, shipped)
    assert rows() == []


def test_who_switches_it_off_takes_back_what_he_gave(account, paid, shipped):
    said(account, paid)
    said(account, shipped)
    off = SubscribeChanged(
        program_id=account.program_id,
        openid=account.openid,
        at=timezone.now().isoformat(),
        key="9",
        template_id=paid.template_id,
        answer="reject",
    )
    forget_what_was_switched_off(off)
    assert list(Grant.objects.order_by("id").values_list("status", flat=True)) == ["void", "open"]


def receipt(account, template, msgid="M1", code="0", status="success") -> None:
    note_how_it_ended(
        SubscribeSent(
            program_id=account.program_id,
            openid=account.openid,
            at=timezone.now().isoformat(),
            key="s",
            template_id=template.template_id,
            msgid=msgid,
            error_code=code,
            error_status=status,
        )
    )


def delivered(account, template, **facts) -> Delivery:
    said(account, template)
    tell(account)
    Delivery.objects.update(sending_at=timezone.now(), **facts)
    return Delivery.objects.get()


def test_a_receipt_stands_at_its_delivery(account, paid):
    delivered(account, paid, status="sent", msgid="M1")
    receipt(account, paid)
    found = Delivery.objects.get()
    assert (found.status, found.receipt) == ("sent", "success")


def test_what_did_not_arrive_after_all_is_shown_as_failed(account, paid):
    delivered(account, paid, status="sent", msgid="M1")
    receipt(account, paid, code="43101", status="user refuse to accept the msg")
    found = Delivery.objects.get()
    assert (found.status, found.error_code) == ("failed", "43101")


def test_a_receipt_ends_a_doubt(account, paid):
    delivered(account, paid, status="unknown")
    receipt(account, paid)
    found = Delivery.objects.get()
    assert (found.status, found.msgid) == ("sent", "M1")


def test_a_receipt_of_somebody_elses_message_changes_nothing(account, paid):
    delivered(account, paid, status="sent", msgid="M1")
    receipt(account, paid, msgid="M2", code="1", status="x")
    assert Delivery.objects.get().receipt == ""
