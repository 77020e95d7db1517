from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from fangcun.identity.members.errors import AddressLimit
from fangcun.identity.members.models import Account, Address, Member, Token
from fangcun.identity.members.services import MOST_ADDRESSES, add_address, make_default
from fangcun.identity.members.tests.conftest import ADDRESS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def at_once(*tasks: Callable[[], object]) -> list[object]:
    """Run all at the same moment, each in a thread with its own connection; what each returned or raised."""
    start = threading.Barrier(len(tasks))
    results: list[object] = [None] * len(tasks)

    def run(n: int, task: Callable[[], object]) -> None:
        try:
            start.wait()
            results[n] = task()
        except Exception as error:  # the test looks at it
            results[n] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n, task)) for n, task in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def members_of(results):
    assert [r for r in results if isinstance(r, Exception)] == []
    return {done.member.pk for done in results}


def test_simultaneous_first_logins_make_one_member(program, enter):
    results = at_once(*[lambda: enter(program, "o-1")] * 8)
    assert len(members_of(results)) == 1
    assert (Member.objects.count(), Account.objects.count(), Token.objects.count()) == (1, 1, 8)


def test_simultaneous_first_logins_in_two_programs_make_one_member(program, second, enter):
    results = at_once(*[lambda: enter(program, "o-1", "u-1")] * 4, *[lambda: enter(second, "o-2", "u-1")] * 4)
    assert len(members_of(results)) == 1
    assert (Member.objects.count(), Account.objects.count()) == (1, 2)


def test_simultaneous_discoveries_merge_once(program, second, enter):
    first = enter(program, "o-1").member
    other = enter(second, "o-2").member
    results = at_once(*[lambda: enter(program, "o-1", "u-1")] * 4, *[lambda: enter(second, "o-2", "u-1")] * 4)
    assert [r for r in results if isinstance(r, Exception)] == []
    kept = Member.objects.get(merged_into=None)
    assert kept.unionid == "u-1"
    assert {kept.pk, Member.objects.exclude(merged_into=None).get().pk} == {first.pk, other.pk}
    assert set(Account.objects.values_list("member_id", flat=True)) == {kept.pk}


def test_the_limit_of_addresses_holds_for_hasty_fingers(program, enter):
    member = enter(program).member
    for _ in range(MOST_ADDRESSES - 2):
        add_address(member=member, **ADDRESS)
    results = at_once(*[lambda: add_address(member=member, **ADDRESS)] * 6)
    assert sum(isinstance(r, AddressLimit) for r in results) == 4
    assert Address.objects.count() == MOST_ADDRESSES


def test_simultaneous_choices_leave_one_default(program, enter):
    member = enter(program).member
    rows = [add_address(member=member, **ADDRESS) for _ in range(6)]
    results = at_once(*[lambda row=row: make_default(row) for row in rows])
    assert [r for r in results if isinstance(r, Exception)] == []
    assert Address.objects.filter(is_default=True).count() == 1
