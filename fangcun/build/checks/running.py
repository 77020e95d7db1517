"""An inspection as a job: its steps stand on the row, and a person may stop it there."""

from __future__ import annotations

import logging
import time

from fangcun.build.artifacts.queries import folder_of
from fangcun.build.checks.declaring import declared_of
from fangcun.build.checks.models import CheckRun
from fangcun.build.checks.officer import InspectionCancelled, inspect
from fangcun.build.checks.pack import rules
from fangcun.build.checks.package import PackageUnreadable
from fangcun.build.checks.queries import excuses, pictures_of
from fangcun.build.checks.report import Report
from fangcun.build.checks.services import fail_run, finish_run
from fangcun.build.checks.states import RunStatus
from fangcun.build.checks.walking import Limits, Walk, WalkImpossible, walk
from fangcun.kernel.actors import Actor
from fangcun.kernel.states import IllegalTransition, StatusChanged
from fangcun.plan.revisions.models import Revision
from fangcun.plan.revisions.queries import blueprint_of

logger = logging.getLogger(__name__)


def inspect_kept(run_id: int) -> None:
    """Do the inspection that a row asks for; one that has ended is left alone, one that was broken off begins anew."""
    run = CheckRun.objects.select_related("artifact__program").filter(pk=run_id, status=RunStatus.RUNNING).first()
    if run is None:
        return
    by = Actor(run.actor_kind, run.actor_id, run.actor_name)  # type: ignore[arg-type]
    watched = _Watched(run)
    try:
        report, planned = _inspect(run, watched)
        finish_run(run=run, report=report, planned=planned, by=by)
    except (InspectionCancelled, IllegalTransition, StatusChanged):
        return
    except (PackageUnreadable, WalkImpossible) as error:
        _fail(run, str(error), by)
    except Exception as error:  # whatever a strange package did: said on the row, where the person looks
        logger.exception("Inspection %s failed", run.pk)
        _fail(run, f"{type(error).__name__}: {error}", by)
