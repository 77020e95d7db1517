"""An inspection as a job: its steps stand on the row, and a person may stop it there."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor, wait

from django.conf import settings
from django.utils.translation import gettext as _

from fangcun.build.artifacts.queries import folder_of
from fangcun.build.checks.declaring import declared_from_json
from fangcun.build.checks.models import CheckRun
from fangcun.build.checks.officer import READING, InspectionCancelled, inspect
from fangcun.build.checks.pack import rules
from fangcun.build.checks.package import PackageUnreadable
from fangcun.build.checks.queries import excuses, pictures_of
from fangcun.build.checks.report import Report
from fangcun.build.checks.services import drop_old_pictures, fail_run, finish_run
from fangcun.build.checks.states import RunStatus
from fangcun.build.checks.walking import Backend, Limits, Walk, WalkImpossible, key_pages_of, walk
from fangcun.kernel.actors import Actor
from fangcun.kernel.states import IllegalTransition, StatusChanged
from fangcun.plan.revisions.queries import current_blueprint

logger = logging.getLogger(__name__)
LOOK_SECONDS = 1.0  # between two looks at whether somebody said stop


def inspect_kept(run_id: int) -> None:
    """Do the inspection that a row asks for.

    One that has ended is left alone; one that was broken off with its worker begins anew.
    """
    rows = CheckRun.objects.select_related("artifact__program")
    run = rows.filter(pk=run_id, status=RunStatus.RUNNING).first()
    if run is None or run.artifact is None:
        return
    by = Actor(run.actor_kind, run.actor_id, run.actor_name)  # type: ignore[arg-type]
    try:
        finish_run(run=run, report=_inspected(run), planned=True, by=by)
        drop_old_pictures()
    except (InspectionCancelled, IllegalTransition, StatusChanged):
        return
    except (PackageUnreadable, WalkImpossible) as error:
        _fail(run, str(error), by)
    except Exception as error:  # whatever a strange package did: said on the row, where the person looks
        logger.exception("Inspection %s failed", run.pk)
        _fail(run, f"{type(error).__name__}: {error}", by)


def _inspected(run: CheckRun) -> Report:
    """Walk and inspect in a thread of their own: the browser's may not touch the database, which this one watches."""
    artifact, blueprint, waivers, watch = run.artifact, current_blueprint(), excuses(), _Watch(run)
    assert artifact is not None  # noqa: S101 - `inspect_kept` has looked
    package, pictures = folder_of(artifact), pictures_of(run)
    appid = artifact.program.appid if artifact.program else ""

    def walked() -> Walk:
        pictures.mkdir(mode=0o700, parents=True, exist_ok=True)
        return walk(
            package,
            limits=Limits(),
            pictures=pictures,
            progress=watch.progress,
            cancelled=watch.cancelled,
            backend=Backend(server=settings.PUBLIC_URL, appid=appid),
            key_pages=key_pages_of(blueprint),
        )

    def inspected() -> Report:
        return inspect(
            package,
            blueprint=blueprint,
            declared=declared_from_json(run.declared),
            walk=walked() if run.walks else None,
            waivers=waivers,
            progress=watch.progress,
            cancelled=watch.cancelled,
            target=run.target,
        )

    with ThreadPoolExecutor(1, thread_name_prefix="inspection") as pool:
        said = pool.submit(inspected)
        while not wait([said], timeout=LOOK_SECONDS).done:
            watch.settle()
        return said.result()


def _fail(run: CheckRun, error: str, by: Actor) -> None:
    try:
        fail_run(run=run, error=error, by=by)
    except (IllegalTransition, StatusChanged):  # it was cancelled meanwhile
        return


class _Watch:
    """Carries steps to the row, and a stop from there to the one who works."""

    def __init__(self, run: CheckRun) -> None:
        self.rows = CheckRun.objects.filter(pk=run.pk, status=RunStatus.RUNNING)
        self.at: tuple[str, int, int] | None = None
        self.stopped = False

    def progress(self, step: str, done: int, whole: int) -> None:
        """Hear what is being done; any thread may tell it."""
        self.at = (step, done, whole)

    def cancelled(self) -> bool:
        """Whether nobody waits for this any more; any thread may ask."""
        return self.stopped

    def settle(self) -> None:
        """Write the step on the row; a row that no longer runs says stop."""
        step, done, whole = self.at or (READING, 0, 0)
        self.stopped = not self.rows.update(step=step_words(step)[:120], done=done, whole=whole)


def step_words(step: str) -> str:
    """A step of the officer in words: the title of the rule that it looks for."""
    if step == READING:
        return _("读取代码包")
    rule = rules().get(step)
    return rule.title if rule else step
