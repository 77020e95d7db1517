"""What holds for conversations whoever asks: WeChat's window, who answers, when a request is over."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from fangcun.grow.conversations.errors import (
    AnswersUsed,
    ConversationGone,
    CustomerJustWrote,
    EntryInvalid,
    TakenByOther,
    WindowOver,
)
from fangcun.grow.conversations.models import Case, Conversation, Entry
from fangcun.grow.conversations.queries import allowance, conversation_of, counts, listed, member_of
from fangcun.grow.conversations.services import (
    assign,
    mark_read,
    reopen,
    resolve,
    say_card,
    say_link,
    say_picture,
    say_text,
    take,
    write_note,
)
from fangcun.identity.members.models import Account, Member
from fangcun.kernel.models import AuditEntry, Job
from fangcun.kernel.states import IllegalTransition

pytestmark = pytest.mark.django_db


def fresh(conversation: Conversation) -> Conversation:
    return Conversation.objects.get(pk=conversation.pk)


def test_five_answers_to_each_message_and_the_sixth_says_why_not(conversation, wang, wrote):
    for number in range(5):
        say_text(conversation_id=conversation.pk, text=f"{number}", by=wang)
    left = allowance(fresh(conversation))
    assert (left.left, left.reason) == (0, "5 条回复已用完，等客户再发一条消息后继续")
    jobs = Job.objects.count()
    with pytest.raises(AnswersUsed):
        say_text(conversation_id=conversation.pk, text="6", by=wang)
    assert (Entry.objects.filter(way="out").count(), Job.objects.count()) == (5, jobs)
    Entry.objects.filter(way="out").update(status="sent")
    wrote("再问一句")
    assert allowance(fresh(conversation)).left == 5


def test_what_is_still_on_its_way_counts_against_the_new_window(conversation, wang, wrote):
    say_text(conversation_id=conversation.pk, text="1", by=wang)
    say_text(conversation_id=conversation.pk, text="2", by=wang)
    wrote("再问一句")
    assert fresh(conversation).answers_left == 3


def test_after_48_hours_nothing_is_sent(conversation, wang):
    with time_machine.travel(timezone.now() + dt.timedelta(hours=47, minutes=59), tick=False):
        say_text(conversation_id=conversation.pk, text="还来得及", by=wang)
    with time_machine.travel(timezone.now() + dt.timedelta(hours=48, seconds=1), tick=False):
        assert allowance(fresh(conversation)).reason.startswith("客户上次发言已超过 48 小时")
        with pytest.raises(WindowOver):
            say_text(conversation_id=conversation.pk, text="来不及了", by=wang)
    assert Entry.objects.filter(way="out").count() == 1


def test_wechats_own_time_counts_when_a_push_came_late(account, wrote):
    late = timezone.now() - dt.timedelta(minutes=4)
    assert wrote(at=late).conversation.window_until == late + dt.timedelta(hours=48)
    ahead = timezone.now() + dt.timedelta(days=3)
    assert wrote(at=ahead).conversation.window_until < timezone.now() + dt.timedelta(hours=48)


def test_an_answer_with_the_same_key_is_said_once(conversation, wang):
    first = say_text(conversation_id=conversation.pk, text="在的", by=wang, key="k")
    assert say_text(conversation_id=conversation.pk, text="在的", by=wang, key="k") == first
    assert (Entry.objects.filter(way="out").count(), fresh(conversation).answers_left) == (1, 4)


@pytest.mark.parametrize("text", ["", "  \n", "x" * 601, "\0"])
def test_a_text_that_cannot_be_sent_is_refused(conversation, wang, text):
    with pytest.raises(EntryInvalid):
        say_text(conversation_id=conversation.pk, text=text, by=wang)
    assert fresh(conversation).answers_left == 5


def test_what_cannot_be_a_picture_card_or_link_is_refused(conversation, wang):
    for url in ("http://example.com", "javascript:alert(1)", "https://", ""):
        with pytest.raises(EntryInvalid):
            say_link(conversation_id=conversation.pk, title="t", description="", url=url, by=wang)
    with pytest.raises(EntryInvalid):
        say_picture(conversation_id=conversation.pk, picture="", by=wang)
    with pytest.raises(EntryInvalid):
        say_card(conversation_id=conversation.pk, title="t", page="", picture="p", by=wang)
    with pytest.raises(ConversationGone):
        say_text(conversation_id=conversation.pk + 1, text="x", by=wang)
    assert Entry.objects.filter(way="out").count() == 0


def test_who_answers_has_the_conversation_and_colleagues_take_over_first(conversation, wang, li, staff):
    say_text(conversation_id=conversation.pk, text="在的", by=wang)
    row = fresh(conversation)
    assert (row.assignee_id, row.assignee_name, row.status, row.unread) == (wang.id, "小王", "open", 0)
    with pytest.raises(TakenByOther) as refused:
        say_text(conversation_id=conversation.pk, text="我也在", by=li)
    assert str(refused.value) == "小王 正在接待这位客户；需要时先接手再回复"
    with pytest.raises(TakenByOther):
        take(conversation_id=conversation.pk, by=li)
    assert fresh(conversation).answers_left == 4


def test_a_conversation_is_handed_over_with_a_note(conversation, wang, li, staff):
    take(conversation_id=conversation.pk, by=wang)
    colleague = staff("小赵")
    assign(conversation_id=conversation.pk, to=colleague, seen=wang.id, by=wang, note="他要退款")
    note = Entry.objects.get(way="inner")
    assert (note.text, note.staff_name) == ("转交给 小赵：他要退款", "小王")
    with pytest.raises(TakenByOther):
        assign(conversation_id=conversation.pk, to=None, seen=wang.id, by=li)
    assert fresh(conversation).assignee_id == colleague.pk
    assign(conversation_id=conversation.pk, to=None, seen=colleague.pk, by=li)
    assert fresh(conversation).assignee_id is None
    with pytest.raises(EntryInvalid):
        assign(conversation_id=conversation.pk, to=staff("小分", "analyst"), seen=None, by=li)
    assert AuditEntry.objects.filter(action="conversations.assign").count() == 2


def test_a_request_lasts_from_the_first_message_until_it_is_resolved(conversation, wang, wrote):
    case = Case.objects.get()
    assert (case.first_answer_at, case.resolved_at) == (None, None)
    wrote("还有")
    say_text(conversation_id=conversation.pk, text="在的", by=wang)
    say_text(conversation_id=conversation.pk, text="请说", by=wang)
    resolve(conversation_id=conversation.pk, by=wang)
    case.refresh_from_db()
    assert (case.answerer_name, case.resolver_name) == ("小王", "小王")
    assert case.rating_asked_at is not None
    row = fresh(conversation)
    assert (row.status, row.unread, row.waiting_since) == ("resolved", 0, None)
    with pytest.raises(IllegalTransition):
        resolve(conversation_id=conversation.pk, by=wang)
    wrote("又坏了")
    assert fresh(conversation).status == "waiting"
    assert Case.objects.count() == 2
    resolve(conversation_id=conversation.pk, by=wang)
    reopen(conversation_id=conversation.pk, by=wang)
    assert (fresh(conversation).status, Case.objects.filter(resolved_at=None).count()) == ("open", 1)


def test_nothing_is_resolved_over_a_message_that_nobody_saw(conversation, wang, wrote):
    seen = Entry.objects.get().pk
    wrote("等等！")
    with pytest.raises(CustomerJustWrote):
        resolve(conversation_id=conversation.pk, by=wang, seen_entry_id=seen)
    assert fresh(conversation).status == "waiting"
    resolve(conversation_id=conversation.pk, by=wang, seen_entry_id=Entry.objects.latest("id").pk)


def test_who_was_not_answered_is_not_asked_for_a_rating(conversation, wang):
    resolve(conversation_id=conversation.pk, by=wang)
    assert Entry.objects.filter(way="out").count() == 0
    assert Case.objects.get().rating_asked_at is None


@pytest.mark.parametrize(("text", "rating"), [("5", 5), (" 1 ", 1), ("３", 3)])
def test_a_number_after_the_question_is_the_rating_and_opens_nothing(conversation, wang, wrote, text, rating):
    say_text(conversation_id=conversation.pk, text="在的", by=wang)
    resolve(conversation_id=conversation.pk, by=wang)
    wrote(text)
    assert (Case.objects.get().rating, fresh(conversation).status) == (rating, "resolved")
    assert Entry.objects.filter(way="out").latest("id").text == "谢谢您的评价！"
    wrote("2")  # a second number is a message like any other
    assert (Case.objects.earliest("id").rating, fresh(conversation).status) == (rating, "waiting")


@pytest.mark.parametrize("text", ["6", "0", "5 分", "很好"])
def test_what_is_no_number_from_one_to_five_opens_the_conversation_again(conversation, wang, wrote, text):
    say_text(conversation_id=conversation.pk, text="在的", by=wang)
    resolve(conversation_id=conversation.pk, by=wang)
    wrote(text)
    assert (Case.objects.earliest("id").rating, fresh(conversation).status) == (None, "waiting")


def test_a_number_two_days_later_is_no_rating(conversation, wang, wrote, later):
    say_text(conversation_id=conversation.pk, text="在的", by=wang)
    resolve(conversation_id=conversation.pk, by=wang)
    with time_machine.travel(later(hours=49), tick=False):
        wrote("5")
    assert Case.objects.earliest("id").rating is None


def test_boxes_and_search(account, wrote, wang, li):
    mine, theirs, nobodys = (wrote(openid=openid).conversation for openid in ("o1", "o2", "o3"))
    take(conversation_id=mine.pk, by=wang)
    take(conversation_id=theirs.pk, by=li)
    say_text(conversation_id=theirs.pk, text="草莓明天到", by=li)

    def found(box: str, search: str = "") -> list[int]:
        return [row.pk for row in listed(box, staff_id=wang.id, search=search)]

    assert found("mine") == [mine.pk]
    assert found("unassigned") == [nobodys.pk]
    assert found("waiting") == [mine.pk, nobodys.pk]
    assert found("all") == [mine.pk, nobodys.pk, theirs.pk]
    assert found("resolved") == []
    assert found("all", "草莓") == [theirs.pk]
    assert found("all", "小方") == [mine.pk]
    assert found("all", "o3") == [nobodys.pk]
    assert found("all", "50%_\0") == []
    assert counts(staff_id=wang.id) == {"mine": 1, "unassigned": 1, "waiting": 2}


def test_only_who_has_a_conversation_marks_it_as_read(conversation, wang, li):
    take(conversation_id=conversation.pk, by=wang)
    mark_read(conversation_id=conversation.pk, by=li)
    assert fresh(conversation).unread == 1
    mark_read(conversation_id=conversation.pk, by=wang)
    assert fresh(conversation).unread == 0


def test_notes_are_for_colleagues(conversation, wang):
    write_note(conversation_id=conversation.pk, text="老客户", by=wang)
    assert (Entry.objects.latest("id").way, fresh(conversation).answers_left) == ("inner", 5)
    assert Job.objects.filter(task__contains="send_answers").count() == 0


def test_who_logs_in_later_is_known_then(program, wrote):
    conversation = wrote(openid="o9").conversation
    assert member_of(conversation_of(conversation.pk)) is None
    member = Member.objects.create(nickname="新客")
    account = Account.objects.create(program=program, openid="o9", member=member)
    assert member_of(conversation_of(conversation.pk)) == member
    wrote(openid="o9")
    assert fresh(conversation).account == account


def test_after_a_merge_both_conversations_are_of_the_one_who_stays(account, program, wrote):
    conversation = wrote().conversation
    kept = Member.objects.create(nickname="同一人")
    Account.objects.filter(pk=account.pk).update(member=kept)
    assert member_of(conversation_of(conversation.pk)) == kept
