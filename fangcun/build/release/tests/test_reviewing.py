"""Auditors get a word for a coupon; it ends by hand or with the audit."""

from __future__ import annotations

import pytest

from fangcun.build.release import services
from fangcun.build.release.dossier import fill
from fangcun.build.release.errors import PassAmountWrong
from fangcun.build.release.models import ReviewPass
from fangcun.build.release.tests.conftest import LI
from fangcun.identity.members.models import Account, Member
from fangcun.shop.offers.errors import CodeUnknown
from fangcun.shop.offers.models import Coupon
from fangcun.shop.offers.queries import Claimant
from fangcun.shop.offers.services import redeem_code

pytestmark = pytest.mark.django_db


def redeem(one, word: str) -> Coupon:
    member = Member.objects.create(nickname="审核员")
    Account.objects.create(program=one.release.program, openid=f"o-{member.pk}", member=member)
    return redeem_code(
        code=word, claimant=Claimant(member.pk, is_newcomer=True), program_id=one.release.program_id
    )


def test_an_auditor_gets_a_coupon_for_the_word(way):
    one = way()
    made = services.open_pass(number=one.number, by=LI)
    assert services.open_pass(number=one.number, by=LI).pk == made.pk
    assert (redeem(one, made.word).template_id, made.amount) == (made.template_id, 2000)
    assert f"输入口令 {made.word}，可领取一张 20.00 元审核体验券" in fill(one.release).test_account


def test_a_word_that_is_switched_off_gives_nothing_more(way):
    one = way()
    made = services.open_pass(number=one.number, by=LI)
    redeem(one, made.word)
    for _ in range(2):
        services.close_pass(number=one.number, by=LI)
    with pytest.raises(CodeUnknown):
        redeem(one, made.word)
    assert (made.word in fill(one.release).test_account, Coupon.objects.count()) == (False, 1)
    assert services.open_pass(number=one.number, by=LI).word != made.word


def test_the_word_ends_with_the_audit(way):
    one = way().submitted()
    services.open_pass(number=one.number, by=LI)
    services.record_verdict(number=one.number, result="success", by=LI)
    assert ReviewPass.objects.get().closed_at is not None


@pytest.mark.parametrize("amount", [0, -1, 100_01])
def test_a_coupon_for_auditors_is_worth_little(way, amount):
    with pytest.raises(PassAmountWrong):
        services.open_pass(number=way().number, amount=amount, by=LI)
    assert not ReviewPass.objects.exists()
