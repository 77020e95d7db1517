"""What follows for a release when something was done at WeChat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.build.release.models import Attempt, Errand, Release
from fangcun.build.release.services.watching import EVERYBODY, begin_watch, tell_step
from fangcun.build.release.states import ErrandKind, ReleaseStatus, Verdict
from fangcun.kernel.actors import Actor

Effect = Callable[[Release, Attempt, Errand, dict[str, Any], Actor], None]


def take_effect(errand: Errand, answer: dict[str, Any], *, by: Actor) -> None:
    """Move the release on, in the caller's transaction."""
    release = Release.objects.select_for_update(of=("self",)).get(pk=errand.release_id)
    attempt = Attempt.objects.get(release=release, number=errand.attempt)
    EFFECTS[ErrandKind(errand.kind)](release, attempt, errand, answer, by)


def _uploaded(release: Release, attempt: Attempt, errand: Errand, answer: dict[str, Any], by: Actor) -> None:
    attempt.uploaded_at = timezone.now()
    attempt.packages = answer.get("packages", {})
    attempt.template_id = answer.get("template_id")
    attempt.privacy = None
    attempt.declared = None
    attempt.declared_at = None
    attempt.save()
    if release.status == ReleaseStatus.CHECKED:
        release.enter(ReleaseStatus.UPLOADED, by=by, reason=_reason(errand))


def _declared(release: Release, attempt: Attempt, errand: Errand, answer: dict[str, Any], by: Actor) -> None:
    attempt.declared = errand.payload.get("purposes", {})
    attempt.declared_at = timezone.now()
    attempt.save(update_fields=["declared", "declared_at"])


def _submitted(release: Release, attempt: Attempt, errand: Errand, answer: dict[str, Any], by: Actor) -> None:
    attempt.submitted_at = errand.created_at
    attempt.auditid = answer.get("auditid")
    attempt.dossier = errand.payload
    attempt.save(update_fields=["submitted_at", "auditid", "dossier"])
    release.enter(ReleaseStatus.SUBMITTED, by=by, reason=_reason(errand))


def _withdrawn(release: Release, attempt: Attempt, errand: Errand, answer: dict[str, Any], by: Actor) -> None:
    attempt.verdict, attempt.ended_at = Verdict.WITHDRAWN, timezone.now()
    attempt.reason = str(errand.payload.get("reason", ""))
    attempt.save(update_fields=["verdict", "ended_at", "reason"])
    if release.status == ReleaseStatus.SUBMITTED:
        release.enter(ReleaseStatus.WITHDRAWN, by=by, reason=attempt.reason)


def _sped_up(release: Release, attempt: Attempt, errand: Errand, answer: dict[str, Any], by: Actor) -> None:
    attempt.sped_up_at = timezone.now()
    attempt.save(update_fields=["sped_up_at"])


def _gray(release: Release, attempt: Attempt, errand: Errand, answer: dict[str, Any], by: Actor) -> None:
    if answer.get("everybody"):
        _live(release, attempt, errand, answer, by)
        return
    percent = int(answer.get("percent", errand.payload["percent"]))
    reason = _("灰度到 %(percent)s%%") % {"percent": percent}
    if release.status == ReleaseStatus.APPROVED:
        release.enter(ReleaseStatus.ROLLING_OUT, by=by, reason=reason, percent=percent)
        begin_watch(release, flag=str(errand.payload.get("flag", "")), by=by)
    elif release.status == ReleaseStatus.ROLLING_OUT:
        Release.objects.filter(pk=release.pk, percent__lt=percent).update(percent=percent)


def _live(release: Release, attempt: Attempt, errand: Errand, answer: dict[str, Any], by: Actor) -> None:
    if release.status not in (ReleaseStatus.APPROVED, ReleaseStatus.ROLLING_OUT):
        return
    release.enter(
        ReleaseStatus.LIVE, by=by, reason=_reason(errand), percent=100, live_at=timezone.now(), held=""
    )
    tell_step(release, EVERYBODY, reason=_reason(errand), by=by)
    earlier = Release.objects.filter(program_id=release.program_id, status=ReleaseStatus.LIVE)
    for one in earlier.exclude(pk=release.pk):
        one.enter(
            ReleaseStatus.SUPERSEDED, by=by, reason=_("%(version)s 已全量") % {"version": release.version}
        )


def _gray_reverted(
    release: Release, attempt: Attempt, errand: Errand, answer: dict[str, Any], by: Actor
) -> None:
    if release.status == ReleaseStatus.ROLLING_OUT:
        release.enter(ReleaseStatus.REVERTED, by=by, reason=_reason(errand), percent=0)


def _code_reverted(
    release: Release, attempt: Attempt, errand: Errand, answer: dict[str, Any], by: Actor
) -> None:
    if release.status != ReleaseStatus.LIVE:
        return
    release.enter(ReleaseStatus.REVERTED, by=by, reason=_reason(errand), percent=0)
    back_to = str(answer.get("version") or errand.payload.get("version") or release.against)
    before = Release.objects.filter(
        program_id=release.program_id, status=ReleaseStatus.SUPERSEDED, version=back_to
    )
    earlier = before.exclude(live_at=None).order_by("-id").first()
    if earlier is not None:
        earlier.enter(
            ReleaseStatus.LIVE, by=by, reason=_("%(version)s 已回退") % {"version": release.version}
        )


def _reason(errand: Errand) -> str:
    return str(errand.payload.get("reason") or errand.evidence or "")


EFFECTS: dict[ErrandKind, Effect] = {
    ErrandKind.UPLOAD: _uploaded,
    ErrandKind.PRIVACY: _declared,
    ErrandKind.SUBMIT: _submitted,
    ErrandKind.WITHDRAW: _withdrawn,
    ErrandKind.SPEED_UP: _sped_up,
    ErrandKind.GRAY: _gray,
    ErrandKind.RELEASE: _live,
    ErrandKind.REVERT_GRAY: _gray_reverted,
    ErrandKind.REVERT_CODE: _code_reverted,
}
