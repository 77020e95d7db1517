"""Code goes up, and what it collects is declared."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from fangcun.build.release.dossier import fill
from fangcun.build.release.errors import KeyMissing, NotYet, TemplateMissing, WrongChannel
from fangcun.build.release.guards import upload_gaps
from fangcun.build.release.keys import has_upload_key
from fangcun.build.release.models import Attempt, Errand
from fangcun.build.release.queries import release_of
from fangcun.build.release.services.errands import write_down
from fangcun.build.release.services.preparing import good_run, locked
from fangcun.build.release.states import Channel, ErrandKind, ReleaseStatus
from fangcun.gateways.wechat.publishing_answers import PrivacyInfo
from fangcun.kernel.actors import Actor
from fangcun.kernel.states import IllegalTransition


@transaction.atomic
def upload(*, number: int, by: Actor, template_id: int | None = None, robot: int = 1) -> Errand:
    """Send the build to WeChat: a development version on the ci channel, the trial version on the platform's.

    `template_id` is the template in the third-party platform's library that was made of this build; a box makes one
    itself. Raises CheckMissing, CheckStale, ChecksOpen, KeyMissing, TemplateMissing, ErrandOpen, IllegalTransition.
    """
    release = locked(number)
    if release.status != ReleaseStatus.CHECKED:
        raise IllegalTransition(source=release.status, target=ReleaseStatus.UPLOADED)
    good_run(release)  # a waiver may have ended since
    if release.channel == Channel.CI and not has_upload_key(release.program):
        raise KeyMissing
    if gaps := upload_gaps(release, template_id=template_id):
        raise TemplateMissing if release.channel == Channel.PLATFORM else NotYet(what="、".join(gaps))
    payload: dict[str, Any] = {
        "version": release.version,
        # Names this very upload, so that after a lost answer it is found again.
        "description": f"{release.note or release.value_text or release.version}"[:80]
        + f" [{release.pk}.{release.attempt}.{timezone.now():%H%M%S}]",
        "robot": robot,
    }
    if template_id is not None:
        payload["template_id"] = template_id
    return write_down(release, ErrandKind.UPLOAD, by=by, payload=payload)


@transaction.atomic
def declare_privacy(*, number: int, contact: dict[str, str], by: Actor) -> Errand:
    """Declare what the uploaded code collects and what for (privacy_ver 2), from the blueprint's purposes.

    `contact` has one of contact_email, contact_phone, contact_qq, contact_weixin; on the ci channel a person copies
    the texts. Raises NotYet, ErrandOpen, IllegalTransition.
    """
    release = locked(number)
    if release.status != ReleaseStatus.UPLOADED:
        raise IllegalTransition(source=release.status, target=ReleaseStatus.UPLOADED)
    dossier = fill(release)
    if release.channel == Channel.PLATFORM and not any(contact.values()):
        raise NotYet(what="联系方式（邮箱、电话、QQ 或微信之一）")
    payload = {
        "purposes": dossier.purposes,
        "contact": {"notice_method": "弹窗", **{key: value for key, value in contact.items() if value}},
    }
    return write_down(release, ErrandKind.PRIVACY, by=by, payload=payload)


@transaction.atomic
def note_privacy(*, number: int, found: PrivacyInfo) -> None:
    """Write down what WeChat found in the uploaded code."""
    release = release_of(number)
    if release.channel != Channel.PLATFORM:
        raise WrongChannel
    Attempt.objects.filter(release=release, number=release.attempt, privacy__isnull=True).update(
        privacy={"without_auth": list(found.without_auth), "without_conf": list(found.without_conf)}
    )
