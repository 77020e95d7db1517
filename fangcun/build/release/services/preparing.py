"""A release begins, is held against its checks, begins another attempt, or is given up."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fangcun.build.artifacts.models import Artifact, Environment, Platform, Status
from fangcun.build.artifacts.queries import artifact as artifact_by
from fangcun.build.artifacts.services import pin
from fangcun.build.checks.finding import Severity
from fangcun.build.checks.models import CheckRun
from fangcun.build.checks.queries import latest_run, open_report
from fangcun.build.release.errors import (
    ArtifactUnfit,
    CheckMissing,
    ChecksOpen,
    CheckStale,
    ErrandOpen,
    ReasonMissing,
    ReleaseOpen,
    StepsWrong,
    VersionTooLow,
)
from fangcun.build.release.models import USUAL_STEPS, Attempt, Release
from fangcun.build.release.queries import (
    attempt_of,
    errand_under_way,
    last_version,
    live_release,
    open_release,
    release_of,
    version_key,
)
from fangcun.build.release.states import Channel, ReleaseStatus
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record


def new_release(
    *,
    program: Program,
    channel: str,
    artifact: int,
    note: str = "",
    value_text: str = "",
    steps: Sequence[int] = USUAL_STEPS,
    by: Actor,
) -> Release:
    """Begin to release a build; it is kept as long as the release is. `artifact` is its number, `steps` are percents.

    Raises ReleaseOpen while another release of the program is on its way, ArtifactUnfit, VersionTooLow, StepsWrong.
    """
    made_of = artifact_by(artifact)
    _fit(made_of, program)
    _newer(made_of.version, program, None)
    try:
        with transaction.atomic():
            live = live_release(program.pk)
            release = Release.objects.create(
                program=program,
                channel=Channel(channel),
                artifact=made_of,
                version=made_of.version,
                digest=made_of.digest,
                note=note.strip()[:100],
                value_text=value_text.strip()[:500],
                steps=_steps(steps),
                against=live.version if live else "",
                actor_kind=by.kind,
                actor_id=by.id,
                actor_name=by.name[:150],
            )
            _begin(release)
            pin(made_of, by=by)
            after = {
                "version": release.version,
                "channel": channel,
                "artifact": artifact,
                "steps": release.steps,
            }
            record("release.new", by=by, object=release, after=after)
    except IntegrityError as taken:
        other = open_release(program.pk)
        raise ReleaseOpen(number=other.pk if other else 0) from taken
    return release


@transaction.atomic
def check_release(*, number: int, by: Actor) -> Release:
    """Take the newest inspection of exactly this build as good; without an error that counts it may be uploaded.

    Raises CheckMissing, CheckStale, ChecksOpen, IllegalTransition.
    """
    release = locked(number)
    run = good_run(release)
    Attempt.objects.filter(release=release, number=release.attempt).update(check_run_id=run.pk)
    release.enter(ReleaseStatus.CHECKED, by=by, reason=str(run))
    record("release.check", by=by, object=release, after={"run": run.pk})
    return release


def good_run(release: Release) -> CheckRun:
    """The newest inspection of the release's build. Raises CheckMissing, CheckStale, ChecksOpen."""
    run = latest_run(release.artifact)
    report = open_report(run) if run is not None else None
    if run is None or report is None:
        raise CheckMissing
    if run.digest and run.digest != release.digest:
        raise CheckStale
    if not report.good:
        raise ChecksOpen(count=report.counts[Severity.ERROR])
    return run


@transaction.atomic
def change_texts(*, number: int, note: str, value_text: str, steps: Sequence[int], by: Actor) -> Release:
    """Change what is told about a version, before it is submitted, and its steps, before it rolls out.

    Raises StepsWrong; what can't be changed any more stays as it is.
    """
    release = locked(number)
    before = {"note": release.note, "value_text": release.value_text, "steps": release.steps}
    fixed = (ReleaseStatus.SUBMITTED, ReleaseStatus.APPROVED, ReleaseStatus.ROLLING_OUT)
    if release.is_open and release.status not in fixed:
        release.note, release.value_text = note.strip()[:100], value_text.strip()[:500]
    if release.is_open and release.status != ReleaseStatus.ROLLING_OUT:
        release.steps = _steps(steps)
    release.save(update_fields=["note", "value_text", "steps"])
    after = {"note": release.note, "value_text": release.value_text, "steps": release.steps}
    if before != after:
        record("release.change", by=by, object=release, before=before, after=after)
    return release


@transaction.atomic
def next_attempt(*, number: int, artifact: int | None = None, by: Actor) -> Release:
    """Begin again after a refusal or a withdrawal: with another build from the draft, with the same code as uploaded.

    A build that was made after the upload may replace an open one in the same way. Raises ArtifactUnfit,
    VersionTooLow, ErrandOpen, IllegalTransition.
    """
    release = locked(number)
    _idle(release)
    ended = release.status in (ReleaseStatus.REFUSED, ReleaseStatus.WITHDRAWN)
    made_of = artifact_by(artifact) if artifact is not None else release.artifact
    changed = made_of.pk != release.artifact_id
    before = attempt_of(release)
    if changed:
        _fit(made_of, release.program)
        _newer(made_of.version, release.program, release.pk)
        pin(made_of, by=by)
    target = ReleaseStatus.DRAFT if changed or before.uploaded_at is None else ReleaseStatus.UPLOADED
    release.enter(
        target,
        by=by,
        reason=str(made_of) if changed else "",
        artifact=made_of,
        version=made_of.version,
        digest=made_of.digest,
        attempt=release.attempt + 1 if ended else release.attempt,
    )
    if ended:
        attempt = _begin(release)
        if not changed:
            for name in (
                "check_run_id",
                "uploaded_at",
                "packages",
                "template_id",
                "privacy",
                "declared",
                "declared_at",
            ):
                setattr(attempt, name, getattr(before, name))
            attempt.save()
    else:
        Attempt.objects.filter(pk=before.pk).update(
            version=made_of.version, digest=made_of.digest, uploaded_at=None, privacy=None, declared_at=None
        )
    after = {"attempt": release.attempt, "artifact": made_of.number, "version": release.version}
    record("release.next_attempt", by=by, object=release, after=after)
    return release


@transaction.atomic
def abandon(*, number: int, reason: str, by: Actor) -> Release:
    """Give a release up before it rolls out; the program is free for another. Raises ReasonMissing, ErrandOpen."""
    if not reason.strip():
        raise ReasonMissing
    release = locked(number)
    _idle(release)
    release.enter(ReleaseStatus.SUPERSEDED, by=by, reason=reason)
    record("release.abandon", by=by, object=release, note=reason)
    return release


def locked(number: int) -> Release:
    """A release, held for this transaction. Raises ReleaseUnknown."""
    release_of(number)
    return (
        Release.objects.select_for_update(of=("self",)).select_related("program", "artifact").get(pk=number)
    )


def _idle(release: Release) -> None:
    errand = errand_under_way(release)
    if errand is not None:
        raise ErrandOpen(what=errand.get_kind_display())


def _begin(release: Release) -> Attempt:
    return Attempt.objects.create(
        release=release, number=release.attempt, version=release.version, digest=release.digest
    )


def _fit(artifact: Artifact, program: Program) -> None:
    fits = (
        artifact.status == Status.READY
        and artifact.platform == Platform.WEIXIN
        and artifact.environment == Environment.RELEASE
    )
    if not fits:
        raise ArtifactUnfit
    if artifact.program_id not in (None, program.pk):
        raise ArtifactUnfit(_("构建属于另一个小程序"))


def _newer(version: str, program: Program, release_id: int | None) -> None:
    last = last_version(program.pk, other_than=release_id)
    if last and version_key(version) <= version_key(last):
        raise VersionTooLow(version=version, last=last)


def _steps(steps: Sequence[int]) -> list[int]:
    wanted = list(steps)
    sound = wanted and all(isinstance(one, int) and 1 <= one <= 100 for one in wanted)
    if not sound or sorted(set(wanted)) != wanted or wanted[-1] != 100:
        raise StepsWrong
    return wanted
