"""What the auditor gets to try the shop with: he comes with his own WeChat, a word gives him a coupon."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.build.release.errors import PassAmountWrong
from fangcun.build.release.models import ReviewPass
from fangcun.build.release.queries import pass_of
from fangcun.build.release.services.preparing import locked
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record
from fangcun.shop.offers.models import CouponTemplate
from fangcun.shop.offers.rules import CouponKind
from fangcun.shop.offers.services import save_template

MOST_REVIEWERS, VALID_DAYS = 20, 30
USUAL_AMOUNT = 2000
MOST_AMOUNT = 100_00
# Without letters and digits that look alike: an auditor types it from a picture.
LETTERS = "ACDEFHJKLMNPQRTUVWXY3479"


@transaction.atomic
def open_pass(*, number: int, amount: int = USUAL_AMOUNT, by: Actor) -> ReviewPass:
    """Give the release's auditors a word for a coupon of so many fen without threshold, once each, for 20 people.

    One that is open stays as it is. Raises PassAmountWrong.
    """
    if not 1 <= amount <= MOST_AMOUNT:
        raise PassAmountWrong
    release = locked(number)
    if (known := pass_of(release)) is not None:
        return known
    word = "SH" + "".join(secrets.choice(LETTERS) for _n in range(8))
    template = save_template(
        CouponTemplate(
            title=_("审核体验券 %(version)s") % {"version": release.version[:12]},
            kind=CouponKind.AMOUNT,
            value_amount=amount,
            valid_days=VALID_DAYS,
            way=CouponTemplate.Way.CODE,
            word=word,
            total=MOST_REVIEWERS,
            per_member=1,
        ),
        by=by,
    )
    made = ReviewPass.objects.create(
        release=release,
        template=template,
        word=template.word or word,
        amount=amount,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=by.name[:150],
    )
    record("release.open_pass", by=by, object=release, after={"amount": amount})
    return made


@transaction.atomic
def close_pass(*, number: int, by: Actor) -> None:
    """Switch the word off; coupons that auditors have stay theirs. None open: nothing changes."""
    release = locked(number)
    known = pass_of(release)
    if known is None:
        return
    ReviewPass.objects.filter(pk=known.pk).update(closed_at=timezone.now())
    template = known.template
    template.is_active = False
    save_template(template, by=by)
    record("release.close_pass", by=by, object=release)
