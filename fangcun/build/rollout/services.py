"""The verbs of rollouts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.build.flags.deciding import VERSION
from fangcun.build.flags.models import Flag
from fangcun.build.flags.services import set_percent
from fangcun.build.rollout.errors import ReasonMissing, RolloutInvalid, RolloutOpen
from fangcun.build.rollout.events import RolloutFinished, RolloutStepped, RolloutTurnedBack
from fangcun.build.rollout.judging.judge import BACK, GO, HARM, HOLD, WORSE, Decision
from fangcun.build.rollout.looks import MOST_REASON, keep, note
from fangcun.build.rollout.models import Rollout, cohort_name
from fangcun.build.rollout.states import RolloutStatus
from fangcun.build.rollout.words import said
from fangcun.identity.programs.models import Program
from fangcun.insight.analytics.moments import ms
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.kernel.audit import record
from fangcun.kernel.events import announce
from fangcun.kernel.states import IllegalTransition, StatusChanged

STEPS = (1, 5, 20, 50, 100)
EVERYBODY = 100
MOST_STEPS = 10
STAY, START, RESUME, FINISH = "stay", "start", "resume", "finish"


@transaction.atomic
def start_rollout(
    *,
    program_id: int,
    version: str,
    against: str = "",
    release_number: str = "",
    channel: str = Rollout.Channel.CI,
    steps: Sequence[int] = STEPS,
    flag: Flag | None = None,
    by: Actor,
) -> Rollout:
    """Begin to give a version to more and more people, judged against the one that is running ("" when none is).

    With a `flag` its percentage follows the steps. Where `against` is the version itself, the flag alone is rolled
    out: phones for which it is on are held against those of the same version for which it is off. Raises
    RolloutInvalid, RolloutOpen.
    """
    if flag is not None and version == against:
        version = f"{version}+{cohort_name(flag.key)}"
    _check(program_id, version, against, steps)
    now = timezone.now()
    rollout = Rollout(
        program_id=program_id,
        version=version,
        against=against,
        release_number=release_number,
        channel=channel,
        flag=flag,
        steps=list(steps),
        moves=[[steps[0], ms(now)]],
        started_at=now,
        stepped_at=now,
        patient_since=now,
    )
    try:
        with transaction.atomic():
            rollout.save()
    except IntegrityError:
        raise RolloutOpen from None
    record("rollout.start", by=by, object=rollout, after={"against": against, "steps": list(steps)})
    keep(rollout, START, by=by)
    _tell(rollout, by)
    return rollout


@transaction.atomic
def step_up(rollout: Rollout, *, by: Actor, because: str = "") -> Rollout:
    """Give the version to the next share of people; after the last one everybody has it.

    Raises IllegalTransition when it is not running, StatusChanged when somebody was faster.
    """
    if rollout.status != RolloutStatus.RUNNING:
        raise IllegalTransition(source=rollout.status, target=RolloutStatus.RUNNING)
    record("rollout.step", by=by, object=rollout, after={"percent": rollout.following}, note=because)
    _step(rollout, rollout.place + 1, by=by, because=because)
    return rollout


@transaction.atomic
def finish(rollout: Rollout, *, because: str, by: Actor) -> Rollout:
    """Give the version to everybody at once. Raises ReasonMissing, IllegalTransition, StatusChanged."""
    because = _reason(because)
    record("rollout.finish", by=by, object=rollout, note=because)
    keep(rollout, FINISH, by=by, note=because)
    _step(rollout, len(rollout.steps) - 1, by=by, because=because)
    return rollout


@transaction.atomic
def hold(rollout: Rollout, *, because: str, by: Actor) -> Rollout:
    """Leave the version with whom it is and go no further, until somebody decides. It is still turned back by harm.

    Raises ReasonMissing, IllegalTransition, StatusChanged.
    """
    because = _reason(because)
    keep(rollout, HOLD, by=by, note=because)
    rollout.enter(RolloutStatus.HELD, by=by, reason=because)
    record("rollout.hold", by=by, object=rollout, note=because)
    return rollout


@transaction.atomic
def resume(rollout: Rollout, *, because: str = "", by: Actor) -> Rollout:
    """Go on watching a held rollout, with fresh patience. Raises IllegalTransition, StatusChanged."""
    keep(rollout, RESUME, by=by, note=because)
    rollout.enter(RolloutStatus.RUNNING, by=by, reason=because, patient_since=timezone.now())
    record("rollout.resume", by=by, object=rollout, note=because)
    return rollout


@transaction.atomic
def turn_back(rollout: Rollout, *, because: str, by: Actor) -> Rollout:
    """Take the version away from everybody; its flag is switched off at once.

    Raises ReasonMissing, IllegalTransition, StatusChanged.
    """
    because = _reason(because)
    keep(rollout, BACK, by=by, note=because)
    _turn_back(rollout, because=because, by=by)
    return rollout


@transaction.atomic
def overrule(rollout: Rollout, verdict: str, *, because: str, by: Actor) -> Rollout:
    """Decide otherwise than the numbers say: "go" to the next step, "stay" and watch on, or "back".

    With "go" and "stay" what speaks against the version now turns it back and holds it no more; what shows up later
    does. Raises ReasonMissing, RolloutInvalid, IllegalTransition, StatusChanged.
    """
    because = _reason(because)
    if verdict not in (GO, STAY, BACK):
        raise RolloutInvalid(_("请选择继续、观察或回退"))
    if not rollout.is_open:
        raise IllegalTransition(source=rollout.status, target=RolloutStatus.RUNNING)
    waived = sorted({*rollout.waived, *(_against(rollout) if verdict != BACK else ())})
    record(
        "rollout.overrule",
        by=by,
        object=rollout,
        before={"waived": rollout.waived},
        after={"waived": waived, "verdict": verdict},
        note=because,
    )
    keep(rollout, verdict, by=by, note=because)
    if verdict == BACK:
        _turn_back(rollout, because=because, by=by)
        return rollout
    Rollout.objects.filter(pk=rollout.pk).update(waived=waived)
    rollout.waived = waived
    if rollout.status == RolloutStatus.HELD:
        rollout.enter(RolloutStatus.RUNNING, by=by, reason=because, patient_since=timezone.now())
    if verdict == GO:
        _step(rollout, rollout.place + 1, by=by, because=because)
    return rollout


@transaction.atomic
def follow(rollout: Rollout, decision: Decision, *, now: dt.datetime) -> bool:
    """Do what the numbers say, and keep them; whether anything was done.

    A held rollout is only ever turned back. When somebody has moved the rollout since it was counted, nothing is
    done: the next look counts anew.
    """
    running = rollout.status == RolloutStatus.RUNNING
    acts = decision.verdict == BACK or (running and decision.verdict in (GO, HOLD))
    still = Rollout.objects.select_for_update().filter(
        pk=rollout.pk, status=rollout.status, place=rollout.place, waived=rollout.waived
    )
    if not still.exists():
        return False
    note(rollout, decision, acted=acts, now=now)
    if not acts:
        return False
    because = "；".join(said(reason) for reason in decision.reasons)[:MOST_REASON]
    if decision.verdict == BACK:
        _turn_back(rollout, because=because, by=SYSTEM)
    elif decision.verdict == HOLD:
        rollout.enter(RolloutStatus.HELD, by=SYSTEM, reason=because)
    else:
        _step(rollout, rollout.place + 1, by=SYSTEM, because=because)
    record(f"rollout.{decision.verdict}", by=SYSTEM, object=rollout, note=because)
    return True


def _check(program_id: int, version: str, against: str, steps: Sequence[int]) -> None:
    if not Program.objects.filter(pk=program_id).exists():
        raise RolloutInvalid(_("没有这个小程序"))
    if not VERSION.fullmatch(version) or (against and not VERSION.fullmatch(against)):
        raise RolloutInvalid(_("版本号应形如 1.2.0"))
    if version == against:
        raise RolloutInvalid(_("新版本和现有版本相同，无从比较；只想逐步打开一个功能，请选一个开关"))
    rising = list(steps) == sorted(set(steps))
    if not (rising and 1 < len(steps) <= MOST_STEPS and steps[0] > 0 and steps[-1] == EVERYBODY):
        raise RolloutInvalid(_("步骤应是逐步增大的百分数，最后一步是 100"))


def _step(rollout: Rollout, place: int, *, by: Actor, because: str) -> None:
    now = timezone.now()
    moves = [*rollout.moves, [rollout.steps[place], ms(now)]]
    changes = {"place": place, "moves": moves, "stepped_at": now, "patient_since": now}
    if place == len(rollout.steps) - 1:
        rollout.enter(RolloutStatus.FINISHED, by=by, reason=because, ended_at=now, **changes)
    else:
        mine = Rollout.objects.filter(pk=rollout.pk, status=RolloutStatus.RUNNING, place=rollout.place)
        if not mine.update(**changes):
            raise StatusChanged(source=rollout.status, target=rollout.status)
        for name, value in changes.items():
            setattr(rollout, name, value)
    _tell(rollout, by)


def _turn_back(rollout: Rollout, *, because: str, by: Actor) -> None:
    rollout.enter(RolloutStatus.TURNED_BACK, by=by, reason=because, ended_at=timezone.now())
    if by is not SYSTEM:
        record("rollout.turn_back", by=by, object=rollout, note=because)
    if rollout.flag is not None:
        set_percent(rollout.flag, 0, by=by, because=because)
    announce(
        RolloutTurnedBack(rollout.pk, rollout.program_id, rollout.version, because, rollout.release_number)
    )


def _tell(rollout: Rollout, by: Actor) -> None:
    if rollout.flag is not None:
        set_percent(rollout.flag, rollout.percent, by=by)
    told = (rollout.pk, rollout.program_id, rollout.version)
    if rollout.status == RolloutStatus.FINISHED:
        announce(RolloutFinished(*told, rollout.release_number))
    else:
        announce(RolloutStepped(*told, rollout.percent, rollout.release_number))


def _against(rollout: Rollout) -> set[str]:
    """What the last look held against the version: metrics, and reasons that are about none."""
    look = rollout.looks.exclude(decision=None).order_by("-id").first()
    found = look.found if look else None
    if found is None:
        return set()
    bad = {one.metric for one in found.standings if one.state in (HARM, WORSE)}
    return bad | {one.code for one in found.reasons if found.verdict == HOLD and not one.metric}


def _reason(text: str) -> str:
    text = text.strip()
    if not text:
        raise ReasonMissing
    return text[:MOST_REASON]
