"""What a step does to one member: inside the caller's transaction, once, by verbs of lower rooms."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.grow.automations.document import (
    GiveCoupon,
    GivePoints,
    SendText,
    Step,
    Tag,
    Tell,
)
from fangcun.grow.automations.models import Run
from fangcun.grow.loyalty.services import earn
from fangcun.grow.messaging.models import Text, Touch
from fangcun.grow.messaging.queries import open_grants, text_template
from fangcun.grow.messaging.reaching import preference_of
from fangcun.grow.messaging.services import notify, take_turn, text
from fangcun.grow.messaging.states import TextStatus
from fangcun.identity.members.models import Member
from fangcun.identity.members.services import tag_member
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.errors import DomainError
from fangcun.shop.offers.services import give_coupon


@dataclass(frozen=True, slots=True)
class Did:
    """It is done."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """It is not done and will not be, for a reason; the way goes on."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """Not now; at this moment it is asked again."""

    at: dt.datetime
    reason: str


Result = Did | Skipped | Later


def act(run: Run, step: Step, key: str, now: dt.datetime) -> Result:
    """Do one step. `key` is that of the run and the step: whatever happens is done at most once for it.

    What a rule of a lower room forbids is skipped with that rule's words.
    """
    try:
        with transaction.atomic():
            return _act(run, step, key, now)
    except DomainError as refused:
        return Skipped(str(refused))


def _act(run: Run, step: Step, key: str, now: dt.datetime) -> Result:
    if isinstance(step, Tell):
        return _tell(run, step, key, now)
    if isinstance(step, SendText):
        return _text(run, step, key, now)
    if isinstance(step, GiveCoupon):
        given = give_coupon(
            template_id=step.template_id, member_id=run.member_id, by=SYSTEM, key=key, source="automation"
        )
        return Did() if given is not None else Skipped(_("这张券领不到了"))
    if isinstance(step, GivePoints):
        earn(
            member_id=run.member_id,
            points=step.points,
            reason="automation",
            key=key,
            program_id=run.program_id,
            note=step.note,
        )
        return Did()
    if isinstance(step, Tag):
        tag_member(member_id=run.member_id, tag=step.tag, by=SYSTEM)
        return Did()
    raise TypeError(step)


def _tell(run: Run, step: Tell, key: str, now: dt.datetime) -> Result:
    if not preference_of(run.member_id).care:
        return Skipped(_("会员不接收关怀消息"))
    purpose = ""
    if step.channel == Touch.Channel.SUBSCRIBE:
        if open_grants(run.member_id, run.program_id, step.purpose):
            purpose = step.purpose
        elif not step.fallback:
            return Skipped(_("没有可用的订阅消息授权"))
    channel = Touch.Channel.SUBSCRIBE if purpose else Touch.Channel.IN_APP
    if (later := take_turn(member_id=run.member_id, channel=channel, key=key, now=now)) is not None:
        return Later(later, _("免打扰或已达上限，顺延"))
    words = _words(run)
    title, body = _filled(step.title, words)[:60], _filled(step.body, words)[:500]
    notify(
        member_id=run.member_id,
        program_id=run.program_id,
        purpose=purpose,
        values=_values(title, body, words, now),
        link=step.link,
        kind="care",
        title=title,
        body=body,
        dedupe_key=key,
    )
    return Did()


def _text(run: Run, step: SendText, key: str, now: dt.datetime) -> Result:
    # Asked before a turn is taken, so that nobody loses one to a text that does not go.
    wording = text_template(step.template)
    if wording is None:
        return Skipped(_("短信模板 {code} 不存在或已停用").format(code=step.template))
    if not preference_of(run.member_id).marketing_texts:
        return Skipped(_("会员没有同意接收营销短信"))
    if not Member.objects.filter(pk=run.member_id).exclude(phone_digest="").exists():
        return Skipped(_("没有可用的手机号"))
    if (later := take_turn(member_id=run.member_id, channel=Touch.Channel.SMS, key=key, now=now)) is not None:
        return Later(later, _("免打扰或已达上限，顺延"))
    words = _words(run)
    values = {**words, **{name: _filled(value, words) for name, value in step.values.items()}}
    sent: Text = text(member_id=run.member_id, template=step.template, values=values, key=key, marketing=True)
    return Skipped(sent.error) if sent.status == TextStatus.DROPPED else Did()


def _words(run: Run) -> dict[str, str]:
    """What titles and bodies may name in braces."""
    nickname = Member.objects.values_list("nickname", flat=True).get(pk=run.member_id)
    told = {name: str(value) for name, value in run.facts.items()}
    return {"nickname": nickname or _("您"), "goods": _("您挑选的商品"), "shop": run.program.name} | told


def _filled(words: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        words = words.replace(f"{{{name}}}", value)
    return words


def _values(title: str, body: str, words: dict[str, str], now: dt.datetime) -> dict[str, str]:
    when = timezone.localtime(now, timezone.get_default_timezone()).isoformat()
    return {
        **words,
        "topic": title,
        "content": body,
        "note": words["shop"],
        "time": when,
        "coupon": title,
        "condition": body,
        "reason": title,
        "expires_at": when,
    }
