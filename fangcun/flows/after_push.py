"""What follows when WeChat's message push tells of consents, messages and audits."""

from __future__ import annotations

import datetime as dt

from fangcun.build.release.services.hearing import hear_verdict
from fangcun.grow.messaging.services import confirm_answer, note_receipt, withdraw_consents
from fangcun.identity.programs.events import AuditEnded, SubscribeAnswered, SubscribeChanged, SubscribeSent
from fangcun.kernel.events import listens


@listens(SubscribeAnswered)
def write_the_answer_down(event: SubscribeAnswered) -> None:
    confirm_answer(
        program_id=event.program_id,
        openid=event.openid,
        template_id=event.template_id,
        answer=event.answer,
        at=dt.datetime.fromisoformat(event.at),
        key=f"{event.program_id}:{event.key}:{event.template_id}"[:160],
    )


@listens(SubscribeChanged)
def forget_what_was_switched_off(event: SubscribeChanged) -> None:
    if event.answer == "reject":
        withdraw_consents(
            program_id=event.program_id,
            openid=event.openid,
            template_id=event.template_id,
            at=dt.datetime.fromisoformat(event.at),
        )


@listens(SubscribeSent)
def note_how_it_ended(event: SubscribeSent) -> None:
    note_receipt(
        program_id=event.program_id,
        openid=event.openid,
        template_id=event.template_id,
        msgid=event.msgid,
        error_code=event.error_code,
        error_status=event.error_status,
        at=dt.datetime.fromisoformat(event.at),
    )


@listens(AuditEnded)
def take_the_verdict(event: AuditEnded) -> None:
    hear_verdict(
        program_id=event.program_id,
        result=event.result,
        reason=event.reason,
        screenshots=tuple(one for one in event.screenshots.split("|") if one),
        at=dt.datetime.fromisoformat(event.at),
    )
