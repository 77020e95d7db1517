"""What WeChat tells of an audit by itself."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from fangcun.build.release.models import Release
from fangcun.build.release.queries import errand_under_way, open_release
from fangcun.build.release.services.auditing import record_verdict
from fangcun.build.release.services.errands import confirm
from fangcun.build.release.states import Channel, ErrandKind, ErrandStatus, ReleaseStatus
from fangcun.kernel.actors import WECHAT


@transaction.atomic
def hear_verdict(
    *, program_id: int, result: str, reason: str, screenshots: tuple[str, ...], at: dt.datetime
) -> Release | None:
    """Take WeChat's news of an audit; None when nothing here waits for it. Told again, it changes nothing.

    The news names no audit. A platform therefore asks WeChat about its own; on the ci channel the news counts when it
    is younger than the submission, and shows that a submission which nobody confirmed was made.
    """
    from fangcun.build.release.tasks import look_again

    release = open_release(program_id)
    if release is None:
        return None
    if release.channel == Channel.PLATFORM:
        look_again.enqueue(number=release.pk)
        return release
    errand = errand_under_way(release)
    unsaid = (
        release.status == ReleaseStatus.UPLOADED
        and errand is not None
        and (errand.kind, errand.status) == (ErrandKind.SUBMIT, ErrandStatus.BY_HAND)
    )
    if unsaid and errand is not None and at >= errand.created_at:
        confirm(errand_id=errand.pk, evidence=_("微信通知了审核结果"), by=WECHAT)
    return record_verdict(
        number=release.pk, result=result, reason=reason, screenshots=screenshots, at=at, by=WECHAT
    )
