"""The verbs of automations: make one, change it, switch it on and off, let somebody in by news."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.grow.automations.document import Document, GiveCoupon, SendText, read_document
from fangcun.grow.automations.entering import enter, latest
from fangcun.grow.automations.errors import AutomationInvalid, AutomationUnknown, NothingToDo
from fangcun.grow.automations.models import HELD_OUT, Automation, Run, Version
from fangcun.grow.automations.ready import READY
from fangcun.grow.automations.states import AutomationStatus, RunStatus
from fangcun.grow.automations.watching import Entrant
from fangcun.grow.automations.wording import sentence
from fangcun.grow.messaging.models import TextTemplate
from fangcun.grow.messaging.services import register_text_template
from fangcun.insight.experiments.assigning import BUCKETS
from fangcun.kernel import audit
from fangcun.kernel.actors import Actor
from fangcun.kernel.states import IllegalTransition
from fangcun.shop.offers.models import CouponTemplate

LONGEST_NAME = 60
MOST_HELD_OUT = BUCKETS // 2


@transaction.atomic
def make_automation(
    *, name: str, document: Mapping[str, Any], by: Actor, held_out: int = HELD_OUT, ready: str = ""
) -> Automation:
    """Write a new automation down; it does nothing yet. `held_out` is in basis points.

    Raises AutomationInvalid.
    """
    read = read_document(document)
    made = Automation.objects.create(
        name=_name(name), held_out=_share(held_out), ready=ready, news=read.trigger.news
    )
    Version.objects.create(automation=made, number=1, document=dict(document))
    audit.record("automations.make", by=by, object=made, after={"content": sentence(read)})
    return made


@transaction.atomic
def change_automation(
    *, automation_id: int, name: str, document: Mapping[str, Any], held_out: int, by: Actor
) -> Automation:
    """Give it another name or content. Whoever is under way goes on as he began; who enters from now on gets this.

    The share of the control group can't change once somebody entered, as those who are told would no longer
    be like those who are not. Raises AutomationUnknown, AutomationInvalid.
    """
    read = read_document(document)
    automation = _locked(automation_id)
    old = latest(automation)
    assert old is not None  # noqa: S101 - an automation is made with its first version
    before = _content(automation, read_document(old.document))
    if held_out != automation.held_out and Run.objects.filter(automation=automation).exists():
        raise AutomationInvalid(_("已有会员进入，不能再改变对照组的比例"), place="held_out")
    automation.name, automation.held_out, automation.news = _name(name), _share(held_out), read.trigger.news
    automation.save(update_fields=["name", "held_out", "news"])
    if dict(document) != old.document:
        Version.objects.create(automation=automation, number=old.number + 1, document=dict(document))
    after = _content(automation, read)
    if before != after:
        audit.record("automations.change", by=by, object=automation, before=before, after=after)
    return automation


def start_automation(*, automation_id: int, by: Actor) -> Automation:
    """Switch it on, for the first time or again. Raises NothingToDo, AutomationInvalid, IllegalTransition."""
    with transaction.atomic():
        automation = _locked(automation_id)
        version = latest(automation)
        document = read_document(version.document if version else None)
        if not document.steps:
            raise NothingToDo
        _refuse_missing(document)
        started = automation.started_at or timezone.now()
        automation.enter(AutomationStatus.RUNNING, by=by, started_at=started, trouble="")
        audit.record("automations.start", by=by, object=automation)
    return automation


def pause_automation(*, automation_id: int, by: Actor) -> Automation:
    """Hold it: nobody enters, and whoever is under way waits until it goes on. Raises IllegalTransition."""
    return _move(automation_id, AutomationStatus.PAUSED, "automations.pause", by)


@transaction.atomic
def end_automation(*, automation_id: int, by: Actor) -> Automation:
    """Switch it off for good; whoever is under way stops there. Raises IllegalTransition."""
    automation = _move(automation_id, AutomationStatus.ENDED, "automations.end", by)
    Run.objects.filter(automation=automation, status=RunStatus.WAITING).update(
        status=RunStatus.STOPPED, reason=_("自动化已结束"), ended_at=timezone.now()
    )
    return automation


def use_ready(*, key: str, by: Actor) -> Automation:
    """Switch on one of the ready automations; the one that is there already is switched on again.

    Raises AutomationUnknown, NothingToDo.
    """
    ready = READY.get(key)
    if ready is None:
        raise AutomationUnknown
    try:
        with transaction.atomic():
            kept = _of_ready(key)
            if kept is None:
                for code, title, body in ready.texts:
                    if not TextTemplate.objects.filter(code=code).exists():
                        register_text_template(code=code, title=title, body=body, marketing=True, by=by)
                kept = make_automation(name=str(ready.name), document=ready.document, ready=key, by=by)
    except IntegrityError:  # a second click at the same moment
        kept = _of_ready(key)
        assert kept is not None  # noqa: S101 - its unique key was just taken
    with suppress(IllegalTransition):  # it runs already
        start_automation(automation_id=kept.pk, by=by)
    return Automation.objects.get(pk=kept.pk)


def let_in_by_news(
    *, news: str, member_id: int, program_id: int | None, key: str, facts: Mapping[str, Any]
) -> int:
    """Something happened to a member: he enters what waits for it, once per `key`; into how many."""
    count = 0
    waiting = Automation.objects.filter(status=AutomationStatus.RUNNING, news=news).order_by("id")
    for automation in waiting:
        version = latest(automation)
        if version is None:
            continue
        count += enter(
            automation=automation,
            version=version,
            document=read_document(version.document),
            entrants=[Entrant(member_id, key, dict(facts))],
            now=timezone.now(),
            program_id=program_id,
        )
    return count


@transaction.atomic
def reassign_runs(*, kept_id: int, gone_id: int) -> None:
    """Two members turned out to be one person: what the gone one was under way with stops, the rest is his."""
    Run.objects.filter(member_id=gone_id, status=RunStatus.WAITING).update(
        status=RunStatus.STOPPED, reason=_("会员已合并"), ended_at=timezone.now()
    )
    taken = set(Run.objects.filter(member_id=kept_id).values_list("automation_id", "key"))
    for run in Run.objects.filter(member_id=gone_id).only("id", "automation_id", "key"):
        if (run.automation_id, run.key) not in taken:
            Run.objects.filter(pk=run.pk).update(member_id=kept_id)


def _move(automation_id: int, status: AutomationStatus, action: str, by: Actor) -> Automation:
    with transaction.atomic():
        automation = _locked(automation_id)
        automation.enter(status, by=by)
        audit.record(action, by=by, object=automation)
    return automation


def _of_ready(key: str) -> Automation | None:
    return Automation.objects.filter(ready=key).exclude(status=AutomationStatus.ENDED).first()


def _locked(automation_id: int) -> Automation:
    found = None
    if 0 < automation_id < 2**63:
        found = Automation.objects.select_for_update().filter(pk=automation_id).first()
    if found is None:
        raise AutomationUnknown
    return found


def _refuse_missing(document: Document) -> None:
    for number, step in enumerate(document.steps):
        place = f"steps[{number}]"
        if isinstance(step, SendText):
            wording = TextTemplate.objects.filter(code=step.template, is_active=True)
            if not wording.exists():
                raise AutomationInvalid(_("短信模板不存在或已停用"), place=place)
        if isinstance(step, GiveCoupon) and not CouponTemplate.objects.filter(pk=step.template_id).exists():
            raise AutomationInvalid(_("没有这个券模板"), place=place)


def _name(text: str) -> str:
    name = " ".join(text.replace("\0", "").split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise AutomationInvalid(_("名称为 1–{most} 个字").format(most=LONGEST_NAME), place="name")
    return name


def _share(held_out: int) -> int:
    if not 0 <= held_out <= MOST_HELD_OUT:
        raise AutomationInvalid(_("对照组为 0–50%"), place="held_out")
    return held_out


def _content(automation: Automation, document: Document) -> dict[str, Any]:
    return {"name": automation.name, "held_out": automation.held_out, "content": sentence(document)}
