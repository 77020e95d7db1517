"""Self-tests and probes: what they find is kept, so that the launch board can say what blocks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.build.papers.capabilities import CAPABILITIES
from fangcun.build.papers.models import InterfacePermission, SelfTest
from fangcun.build.papers.services.words import note_permission
from fangcun.build.papers.states import PermissionState, Stage
from fangcun.build.papers.tasks import run_test
from fangcun.build.papers.testing.carrying import carry_out
from fangcun.build.papers.testing.permissions import probe
from fangcun.build.papers.testing.result import Result
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.kernel.audit import record

KEPT = 20
TAKES_AT_MOST = dt.timedelta(minutes=5)


@transaction.atomic
def start_self_test(*, program: Program, environment: str = Stage.RELEASE, by: Actor) -> SelfTest:
    """Have a worker run the self-test; its findings appear one by one. The one that is running already, if any."""
    lately = timezone.now() - TAKES_AT_MOST
    running = SelfTest.objects.filter(
        program=program, environment=environment, finished_at=None, at__gt=lately
    ).first()
    if running is not None:
        return running
    test = _begin(program, environment, by)
    run_test.enqueue(test_id=test.pk)
    return test


def run_self_test(
    *,
    program: Program,
    environment: str = Stage.RELEASE,
    found: Callable[[Result], None] = lambda _result: None,
    by: Actor,
) -> SelfTest:
    """Run the self-test here and now; `found` hears of each finding. Calls the network: never in a transaction."""
    with transaction.atomic():
        test = _begin(program, environment, by)
    return carry_out(test, found=found)


def _begin(program: Program, environment: str, by: Actor) -> SelfTest:
    test = SelfTest.objects.create(
        program=program, environment=environment, actor_kind=by.kind, actor_id=by.id, actor_name=by.name[:150]
    )
    record("papers.self_test", by=by, object=program, note=str(test.get_environment_display()))
    old = SelfTest.objects.filter(program=program, environment=environment).order_by("-id")[KEPT:]
    SelfTest.objects.filter(pk__in=[one.pk for one in old]).delete()
    return test


def probe_permissions(*, program: Program, by: Actor) -> list[InterfacePermission]:
    """Ask WeChat about each interface that a call can decide, and keep what it says. Calls the network.

    A probe that can't decide leaves what a person said.
    """
    kept = []
    for code, capability in CAPABILITIES.items():
        if not capability.probed or (answer := probe(program, code)).state is None:
            continue
        found = note_permission(
            program=program, capability=code, state=answer.state, note=answer.note,
            source=InterfacePermission.Source.PROBE, by=SYSTEM,
        )  # fmt: skip
        kept.append(found)
    granted = sum(one.state == PermissionState.GRANTED for one in kept)
    record(
        "papers.probe_permissions", by=by, object=program,
        note=_("探测了 {all} 项，{granted} 项已开通").format(all=len(kept), granted=granted),
    )  # fmt: skip
    return kept
