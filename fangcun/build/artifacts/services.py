"""The verbs of builds: begin, build, cancel, keep, throw away."""

from __future__ import annotations

import fcntl
import hashlib
import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from fangcun.build.artifacts.errors import (
    ArtifactBuilding,
    ArtifactPinned,
    BuildInvalid,
    NothingPublished,
)
from fangcun.build.artifacts.models import Artifact, Environment, Platform, Status
from fangcun.build.artifacts.queries import artifact as artifact_by
from fangcun.build.artifacts.queries import home, place_of
from fangcun.build.artifacts.workshop import MINIAPP, BuildCancelled, BuildFailed, Job, commit_of, make
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.kernel.audit import record
from fangcun.plan.revisions.models import Revision
from fangcun.plan.revisions.queries import current

KEPT = 10  # ready builds of one platform and environment
FAILURES_KEPT = 10
VERSION = re.compile(r"\d[0-9A-Za-z.+-]{0,31}")

Tell = Callable[[str, int], None]


def begin_build(
    *, platform: str, environment: str, version: str, program: Program | None, api_base: str, by: Actor
) -> Artifact:
    """Note that the published blueprint is to be built; `run_build` does it.

    `api_base` is where phones reach the storefront, such as https://shop.example.com/api/v1; `version` begins with a
    digit and has up to 32 letters, digits, dots, pluses and hyphens. Raises NothingPublished, BuildInvalid.
    """
    wrong = _wrong_fields(platform, environment, version, program, api_base)
    if wrong:
        raise BuildInvalid(fields=wrong)
    revision = current()
    if revision is None:
        raise NothingPublished
    with transaction.atomic():
        newest = Artifact.objects.select_for_update().order_by("-number").first()
        made = Artifact.objects.create(
            number=(newest.number if newest else 0) + 1,
            program=program,
            platform=platform,
            environment=environment,
            version=version,
            api_base=api_base.rstrip("/"),
            revision=revision.number,
            actor_kind=by.kind,
            actor_id=by.id,
            actor_name=by.name[:150],
        )
        record(
            "artifacts.begin",
            by=by,
            object=made,
            after={"version": version, "platform": platform, "environment": environment},
        )
    return made


def run_build(number: int, *, tell: Tell = lambda _step, _percent: None) -> Artifact:
    """Build what was begun; one process at a time, and again after one that died. What is done stays as it is.

    `tell` hears of each step. A build that fails is kept with what the tools said.
    """
    with _alone(number) as mine:
        made = artifact_by(number)
        if not mine or made.status != Status.BUILDING:
            return made
        revision = Revision.objects.get(number=made.revision)

        def say(step: str | Promise, percent: int) -> None:
            Artifact.objects.filter(pk=made.pk).update(step=str(step), percent=percent)
            tell(str(step), percent)

        try:
            if _Asked(made.pk)():
                raise BuildCancelled
            manifest = make(_job(made, revision), place_of(made), say=say, cancelled=_Asked(made.pk))
        except BuildCancelled:
            _end(made, Status.CANCELLED)
        except BuildFailed as failure:
            _end(made, Status.FAILED, error=str(failure))
        except OSError as failure:
            _end(made, Status.FAILED, error=f"{_('文件写不下来')}：{failure}")
        else:
            _end(made, Status.READY, manifest=manifest, digest=manifest["digest"], percent=100)
            prune()
    return made


def cancel_build(*, number: int, by: Actor) -> Artifact:
    """Ask a build to stop; it does within a second or two. One that has ended stays as it ended."""
    made = artifact_by(number)
    if Artifact.objects.filter(pk=made.pk, status=Status.BUILDING, cancel_asked=False).update(
        cancel_asked=True
    ):
        record("artifacts.cancel", by=by, object=made)
    return artifact_by(number)


def pin(artifact: Artifact, *, by: Actor) -> None:
    """Keep a build as long as somebody needs it, however many come after it."""
    if Artifact.objects.filter(pk=artifact.pk, pinned=False).update(pinned=True):
        record("artifacts.pin", by=by, object=artifact)


@transaction.atomic
def delete_artifact(*, number: int, by: Actor) -> None:
    """Throw a build away with its files. Raises ArtifactNotFound, ArtifactPinned, ArtifactBuilding."""
    artifact_by(number)
    made = Artifact.objects.select_for_update().get(number=number)
    if made.pinned:
        raise ArtifactPinned
    if made.status == Status.BUILDING:
        raise ArtifactBuilding
    record("artifacts.delete", by=by, object=made, before={"version": made.version, "digest": made.digest})
    _throw_away(made)


def prune() -> int:
    """Throw away what is old: ready builds beyond the newest ten of a platform and environment, ended ones beyond ten.

    How many went. Pinned ones stay, and the newest build of all, whose number goes on.
    """
    newest = Artifact.objects.aggregate(newest=Max("number"))["newest"]
    gone = 0
    kept: dict[tuple[str, str], int] = {}
    for made in Artifact.objects.exclude(status=Status.BUILDING).order_by("-number"):
        ready = made.status == Status.READY
        group = (made.platform, made.environment) if ready else ("", "")
        kept[group] = kept.get(group, 0) + 1
        most = KEPT if ready else FAILURES_KEPT
        if kept[group] > most and not made.pinned and made.number != newest:
            _throw_away(made)
            gone += 1
    return gone


def _throw_away(made: Artifact) -> None:
    folder = place_of(made)
    made.delete()
    transaction.on_commit(lambda: shutil.rmtree(folder, ignore_errors=True))


def _end(made: Artifact, status: str, **columns: Any) -> None:
    made.enter(status, by=SYSTEM, finished_at=timezone.now(), **columns)


def _job(made: Artifact, revision: Revision) -> Job:
    appid = made.program.appid if made.program else ""
    tracking = revision.compiled["tracking.json"]
    return Job(
        plan=revision.compiled,
        platform=made.platform,
        version=made.version,
        appid=appid,
        api_base=made.api_base,
        made_from=made_from(
            plan_digest=revision.digest,
            revision=revision.number,
            tracking=tracking,
            platform=made.platform,
            environment=made.environment,
            version=made.version,
            appid=appid,
            api_base=made.api_base,
        ),
    )


def made_from(*, plan_digest: str, revision: int | None, tracking: str, **settings: str) -> dict[str, Any]:
    """The part of a manifest that says what a build was made from."""
    return {
        **settings,
        "revision": {"number": revision, "digest": plan_digest},
        "tracking": {
            "digest": hashlib.sha256(tracking.encode()).hexdigest(),
            "events": len(json.loads(tracking)["events"]),
        },
        "commit": commit_of(MINIAPP),
    }


class _Asked:
    """Whether somebody asked a build to stop; the database is looked at once a second."""

    def __init__(self, pk: int) -> None:
        self.pk = pk
        self.looked_at = 0.0
        self.said = False

    def __call__(self) -> bool:
        if not self.said and time.monotonic() - self.looked_at >= 1:
            self.looked_at = time.monotonic()
            self.said = Artifact.objects.filter(pk=self.pk, cancel_asked=True).exists()
        return self.said


@contextmanager
def _alone(number: int) -> Iterator[bool]:
    """Whether this process may build it; a lock that its death gives back."""
    home().mkdir(parents=True, exist_ok=True)
    path = home() / f".{number:05d}.lock"
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
        path.unlink(missing_ok=True)


def _wrong_fields(
    platform: str, environment: str, version: str, program: Program | None, api_base: str
) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if platform not in Platform.values:
        wrong["platform"] = _("没有这个平台")
    if environment not in Environment.values:
        wrong["environment"] = _("没有这个环境")
    if not VERSION.fullmatch(version):
        wrong["version"] = _("版本号以数字开头，只用字母、数字、点、加号和连字符，最多 32 个字符，如 1.2.0")
    if program is None:
        wrong["program"] = _("先登记小程序")
    address = urlsplit(api_base)
    if address.scheme not in {"http", "https"} or not address.hostname:
        wrong["api_base"] = _("服务器地址要写完整，如 https://shop.example.com/api/v1")
    return wrong
