"""One member's events are taken out wherever they are, and nobody else's."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.models import Sum
from django.utils import timezone

from fangcun.identity.members.models import Member
from fangcun.insight.tracking import erasing
from fangcun.insight.tracking.erasing import forget_phones
from fangcun.insight.tracking.errors import MemberLeftNothing
from fangcun.insight.tracking.models import (
    Device,
    ErasedPhone,
    EventTally,
    Identity,
    Quarantined,
    RetiredFile,
    SealedFile,
)
from fangcun.insight.tracking.sealing import seal
from fangcun.insight.tracking.services import adopt_plan, erase_member
from fangcun.insight.tracking.tests.phone import accept, batch, event
from fangcun.insight.tracking.tests.planned import plan_of, planned
from fangcun.insight.tracking.tests.store import ids, send
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db(databases="__all__")


def a_shared_phone() -> None:
    """d1 is 7's, and 8 borrows it; d2 is 8's, and 7 borrows that; d3 is nobody's."""
    send("before", device="d1")
    send("his", device="d1", member_id=7)
    send("borrowed", device="d1", member_id=8)
    send("hers", device="d2", member_id=8)
    send("her-phone", device="d2")
    send("his-too", device="d2", member_id=7)
    send("nobody", device="d3")


OTHERS = ["borrowed", "her-phone", "hers", "nobody"]


@pytest.mark.parametrize("sealed", [False, True])
def test_his_events_go_also_from_before_he_logged_in_and_others_keep_theirs(sealed):
    a_shared_phone()
    if sealed:
        seal()
    proof = erase_member(member_id=7, by=SYSTEM)
    assert ids() == OTHERS
    assert (proof.before, proof.removed, proof.after, proof.left, proof.phones) == (7, 3, 4, 0, 1)
    assert (proof.files > 0) is sealed
    assert EventTally.objects.aggregate(n=Sum("count"))["n"] == 4
    assert not Identity.objects.filter(member_id=7).exists()
    assert not RetiredFile.objects.exists()
    entry = AuditEntry.objects.get(action="tracking.erase_member")
    assert (entry.after or {})["digest"] == proof.digest


def test_what_he_has_in_quarantine_goes_too():
    adopt_plan(plan=plan_of(planned("goods_rated", stars="int")), revision=1)
    for member in (7, 8):
        accept(batch(event("x", name="goods_rated"), device_id=f"of-{member}"), member)
    proof = erase_member(member_id=7, by=SYSTEM)
    assert (proof.removed, proof.quarantined, proof.left) == (0, 1, 0)
    assert [row.member_id for row in Quarantined.objects.all()] == [8]


def test_a_phone_that_sends_again_brings_nothing_back():
    body = batch(event("his"), device_id="d1")
    accept(body, 7)
    erase_member(member_id=7, by=SYSTEM)
    assert accept(body).duplicate is True
    assert ids() == []


def test_an_erasure_that_ended_in_the_middle_is_completed_by_the_next(monkeypatch):
    a_shared_phone()
    seal()
    with monkeypatch.context() as broken:
        broken.setattr(erasing, "_forget_phones_of", lambda _whose: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            erase_member(member_id=7, by=SYSTEM)
    assert Identity.objects.filter(member_id=7).exists()
    assert erase_member(member_id=7, by=SYSTEM).left == 0
    assert ids() == OTHERS
    assert not Identity.objects.filter(member_id=7).exists()


def test_members_that_became_one_are_erased_as_one():
    kept = Member.objects.create(id=7)
    Member.objects.create(id=9, merged_into=kept)
    send("old", device="d1", member_id=9)
    send("new", device="d2", member_id=7)
    assert erase_member(member_id=9, by=SYSTEM).removed == 2
    assert ids() == []


def test_nobody_is_erased_when_there_is_no_such_member():
    send("a", device="d1", member_id=8)
    with pytest.raises(MemberLeftNothing):
        erase_member(member_id=7, by=SYSTEM)
    assert ids() == ["a"]
    assert not SealedFile.objects.exists()


def test_what_his_phone_was_called_is_forgotten_when_nothing_can_be_sent_again():
    send("a", device="d1", member_id=7)
    erase_member(member_id=7, by=SYSTEM)
    assert forget_phones() == 0
    ErasedPhone.objects.update(erased_at=timezone.now() - dt.timedelta(days=33))
    Device.objects.update(seen_at=timezone.now() - dt.timedelta(days=34))
    assert forget_phones() == 1
    device = Device.objects.get()
    assert device.key == f"erased:{device.pk}"


def test_a_phone_that_is_used_after_the_erasure_is_noted_at_once():
    send("a", device="d1", member_id=7)
    erase_member(member_id=7, by=SYSTEM)
    send("b", device="d1")
    assert Device.objects.get().seen_at > ErasedPhone.objects.get().erased_at


def test_that_a_phone_was_seen_is_noted_once_a_day():
    send("a", device="d1")
    first = Device.objects.get().seen_at
    send("b", device="d1")
    assert Device.objects.get().seen_at == first
    Device.objects.update(seen_at=first - dt.timedelta(days=1))
    send("c", device="d1")
    assert Device.objects.get().seen_at > first
