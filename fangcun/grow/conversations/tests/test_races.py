"""Many at once: colleagues who take, answers beyond five, pushes that repeat."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from fangcun.grow.conversations.errors import AnswersUsed, TakenByOther
from fangcun.grow.conversations.models import Case, Conversation, Entry
from fangcun.grow.conversations.services import receive_message, resolve, say_text, take
from fangcun.kernel.actors import Actor

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def at_once(*tasks: Callable[[], object]) -> list[object]:
    """Run all at the same moment, each in a thread with its own connection; what each returned or raised."""
    start = threading.Barrier(len(tasks))
    results: list[object] = [None] * len(tasks)

    def run(number: int, task: Callable[[], object]) -> None:
        try:
            start.wait()
            results[number] = task()
        except Exception as error:  # the test looks at it
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number, task)) for number, task in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_eight_who_take_at_once_one_gets_it(conversation):
    people = [Actor.staff(number, f"第{number}人") for number in range(1, 9)]
    results = at_once(*[partial(take, conversation_id=conversation.pk, by=one) for one in people])
    refused = [one for one in results if isinstance(one, TakenByOther)]
    row = Conversation.objects.get()
    assert len(refused) == 7
    assert {one.details["name"] for one in refused} == {row.assignee_name}


def test_of_two_colleagues_who_answer_first_one_has_the_customer(conversation):
    people = [Actor.staff(number, f"第{number}人") for number in (1, 2)]
    results = at_once(
        *[partial(say_text, conversation_id=conversation.pk, text="在的", by=one) for one in people]
    )
    assert sorted(type(one).__name__ for one in results) == ["Entry", "TakenByOther"]
    assert Entry.objects.filter(way="out").count() == 1


def test_of_eight_answers_at_once_five_go_out(conversation):
    wang = Actor.staff(1, "小王")
    results = at_once(
        *[partial(say_text, conversation_id=conversation.pk, text=f"{n}", by=wang) for n in range(8)]
    )
    assert sum(isinstance(one, AnswersUsed) for one in results) == 3
    assert Entry.objects.filter(way="out", status="queued").count() == 5
    assert Conversation.objects.get().answers_left == 0


def test_one_key_pressed_twice_is_one_answer(conversation):
    wang = Actor.staff(1, "小王")
    say = partial(say_text, conversation_id=conversation.pk, text="在的", by=wang, key="k")
    results = at_once(*[say] * 6)
    assert len({one.pk for one in results if isinstance(one, Entry)}) == 1
    assert (Entry.objects.filter(way="out").count(), Conversation.objects.get().answers_left) == (1, 4)


def test_a_push_that_comes_eight_times_at_once_is_one_message(account, program):
    receive = partial(
        receive_message,
        program_id=program.pk, openid="o1", key="msg:1", kind="text", at=timezone.now(), text="在吗",
    )  # fmt: skip
    results = at_once(*[receive] * 8)
    assert [one for one in results if isinstance(one, Exception)] == []
    assert (Entry.objects.count(), Case.objects.count()) == (1, 1)
    assert Conversation.objects.get().unread == 1


def test_a_customer_who_writes_while_it_is_resolved_is_never_lost(conversation, program):
    wang, latest = Actor.staff(1, "小王"), Entry.objects.latest("id").pk
    write = partial(
        receive_message,
        program_id=program.pk, openid="o1", key="msg:late", kind="text", at=timezone.now(), text="等等",
    )  # fmt: skip
    at_once(write, partial(resolve, conversation_id=conversation.pk, by=wang, seen_entry_id=latest))
    row = Conversation.objects.get()
    # Whoever was first: there is a request that waits.
    assert (row.status, Case.objects.filter(resolved_at=None).count()) == ("waiting", 1)
    assert row.waiting_since is not None
