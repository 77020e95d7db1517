"""The ledger of consents: one yes, one message."""

from __future__ import annotations

import pytest

from fangcun.grow.messaging.errors import TemplateInvalid
from fangcun.grow.messaging.models import Delivery, Grant, Message, Template
from fangcun.grow.messaging.queries import messages_of, templates_for, unread_count
from fangcun.grow.messaging.services import mark_read, reassign, record_consents, register_template
from fangcun.grow.messaging.states import GrantStatus
from fangcun.grow.messaging.tests.telling import tell
from fangcun.identity.members.models import Account, Member
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.kernel.models import AuditEntry, Job

pytestmark = pytest.mark.django_db(databases="__all__")


def statuses() -> list[str]:
    return list(Grant.objects.order_by("id").values_list("status", flat=True))


def test_every_answer_is_written_down_and_only_a_yes_is_good_for_a_message(account, paid, shipped):
    results = {"T-paid": "accept", "T-ship": "reject", "T-foreign": "accept"}
    assert record_consents(account=account, moment="order_submit", results=results) == 1
    assert list(
        Grant.objects.order_by("template_id").values_list("template__template_id", "answer", "status")
    ) == [
        ("T-paid", "accept", "open"),
        ("T-ship", "reject", "declined"),
    ]


@pytest.mark.parametrize("answer", ["reject", "ban", "filter"])
def test_without_a_yes_the_message_stays_in_the_message_centre(account, paid, answer):
    record_consents(account=account, moment="order_submit", results={"T-paid": answer})
    message = tell(account)
    assert (message.title, message.link) == ("支付成功", "/pages-trade/order/order?number=F1")
    assert (Delivery.objects.count(), Job.objects.count()) == (0, 0)


def test_a_yes_to_another_template_or_of_another_customer_does_not_count(account, paid, shipped):
    other = Account.objects.create(program=account.program, openid="o2", member=Member.objects.create())
    record_consents(account=account, moment="order_submit", results={"T-ship": "accept"})
    record_consents(account=other, moment="order_submit", results={"T-paid": "accept"})
    tell(account)
    assert Delivery.objects.count() == 0
    assert statuses() == [GrantStatus.OPEN, GrantStatus.OPEN]


def test_one_yes_is_taken_by_one_message(account, paid):
    record_consents(account=account, moment="order_submit", results={"T-paid": "accept"})
    first, second = tell(account, "order_paid:F1"), tell(account, "order_paid:F2")
    delivery = Delivery.objects.get()
    assert (delivery.message, delivery.status) == (first, "queued")
    assert delivery.data == {
        "character_string1": "F1",
        "thing2": "云南蓝莓 125g 等 2 件",
        "amount3": "¥39.80",
        "time4": "2026年11月23日 08:05",
    }
    assert delivery.page == "pages-trade/order/order?number=F1"
    assert not Delivery.objects.filter(message=second).exists()
    assert statuses() == [GrantStatus.CLAIMED]
    assert [job.kwargs for job in Job.objects.all()] == [{"delivery_id": delivery.pk}]


def test_news_told_twice_is_one_message_and_one_delivery(account, paid):
    record_consents(account=account, moment="order_submit", results={"T-paid": "accept"})
    record_consents(account=account, moment="order_submit", results={"T-paid": "accept"})
    assert tell(account) == tell(account)
    assert (Message.objects.count(), Delivery.objects.count(), Job.objects.count()) == (1, 1, 1)
    assert statuses() == [GrantStatus.CLAIMED, GrantStatus.OPEN]


def test_an_occasion_without_a_template_is_told_in_the_message_centre(account, paid):
    record_consents(account=account, moment="order_submit", results={"T-paid": "accept"})
    tell(account, "order_refunded:F1", "order_refunded")
    assert Message.objects.count() == 1
    assert statuses() == [GrantStatus.OPEN]


def test_values_that_do_not_fit_are_cut_and_missing_ones_stand_for_nothing(account, paid):
    record_consents(account=account, moment="order_submit", results={"T-paid": "accept"})
    tell(account, values={"order_number": "F1", "goods": "车厘子" * 10, "amount": "1.00"})
    data = Delivery.objects.get().data
    assert data["thing2"] == "车厘子" * 6 + "车…"
    assert data["time4"] == ""


def test_a_very_long_text_is_cut_instead_of_losing_the_message(account):
    message = tell(account, title="长" * 80, body="文" * 900)
    assert (len(message.title), len(message.body)) == (60, 500)


def test_submitting_an_order_asks_for_both_paying_only_for_what_is_missing(account, paid, shipped):
    program = account.program
    assert templates_for(program, "order_submit", account=account) == [paid, shipped]
    assert templates_for(program, "order_paid", account=account) == [shipped]
    record_consents(account=account, moment="order_submit", results={"T-ship": "accept"})
    assert templates_for(program, "order_paid", account=account) == []
    assert templates_for(program, "order_submit", account=account) == [paid, shipped]


def test_a_program_asks_only_for_its_own_templates(account, paid):
    other = Program.objects.create(appid="wx2", name="会员中心")
    assert templates_for(other, "order_submit") == []


def test_registering_again_changes_nothing_and_leaves_one_audit_row(program, paid):
    again = register_template(
        program=program,
        purpose="order_paid",
        template_id="T-paid",
        title=paid.title,
        fields=paid.fields,
        by=SYSTEM,
    )
    assert again == paid
    assert AuditEntry.objects.filter(action="messaging.register_template").count() == 1


def test_a_new_template_asks_for_new_consents(account, paid):
    record_consents(account=account, moment="order_submit", results={"T-paid": "accept"})
    by = Actor.staff(1, "运营")
    new = register_template(
        program=account.program,
        purpose="order_paid",
        template_id="T-2",
        title="新",
        fields={"thing1": "goods"},
        by=by,
    )
    assert templates_for(account.program, "order_submit") == [new]
    tell(account)
    assert Delivery.objects.count() == 0
    entry = AuditEntry.objects.latest("id")
    assert entry.before is not None
    assert entry.after is not None
    assert (entry.before["template_id"], entry.after["template_id"], entry.actor_name) == (
        "T-paid",
        "T-2",
        "运营",
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"purpose": "birthday"}, "purpose"),
        ({"template_id": ""}, "template_id"),
        ({"template_id": "T-ship"}, "template_id"),
        ({"title": " "}, "title"),
        ({"fields": {}}, "fields"),
        ({"fields": {"thing": "goods"}}, "fields"),
        ({"fields": {"poem1": "goods"}}, "fields"),
        ({"fields": {"thing1": "weather"}}, "fields"),
        ({"moments": ["always"]}, "moments"),
    ],
)
def test_a_template_that_can_not_work_is_refused(program, shipped, changes, field):
    wanted = {
        "purpose": "order_paid",
        "template_id": "T-9",
        "title": "通知",
        "fields": {"thing1": "goods"},
        **changes,
    }
    with pytest.raises(TemplateInvalid) as refusal:
        register_template(program=program, by=SYSTEM, **wanted)
    assert field in refusal.value.details["fields"]
    assert list(Template.objects.all()) == [shipped]


def test_messages_come_newest_first_and_are_read_by_their_owner_only(account):
    other = Account.objects.create(program=account.program, openid="o2", member=Member.objects.create())
    mine = [tell(account, f"k{n}") for n in range(3)]
    foreign = tell(other, "k9")
    assert messages_of(account.member_id) == mine[::-1]
    assert messages_of(account.member_id, before_id=mine[1].pk, limit=5) == [mine[0]]
    assert mark_read(member_id=account.member_id, ids=[mine[0].pk, foreign.pk]) == 1
    assert (unread_count(account.member_id), unread_count(other.member_id)) == (2, 1)
    assert mark_read(member_id=account.member_id) == 2
    assert (unread_count(account.member_id), unread_count(other.member_id)) == (0, 1)


def test_a_merged_members_messages_and_consents_are_the_kept_ones(account, paid):
    kept = Member.objects.create()
    record_consents(account=account, moment="order_submit", results={"T-paid": "accept"})
    old = tell(account, "old", "other")
    gone_id = account.member_id
    Account.objects.filter(pk=account.pk).update(member=kept)
    reassign(kept_id=kept.pk, gone_id=gone_id)
    reassign(kept_id=kept.pk, gone_id=gone_id)
    assert messages_of(kept.pk) == [old]
    account.refresh_from_db()
    tell(account)
    assert Delivery.objects.get().grant.account == account
