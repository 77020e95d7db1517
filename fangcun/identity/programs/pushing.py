"""WeChat's message push of a mini program: its settings, and the taking of what comes."""

from __future__ import annotations

import datetime as dt
import logging
import re
import secrets
import string
from collections.abc import Iterator, Mapping
from typing import Any, cast

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fangcun.gateways.wechat import probes
from fangcun.gateways.wechat.push import SUCCESS, Mode, Pushed, PushSecrets, answer_echo, hand_over, open_push
from fangcun.gateways.wechat.push_crypto import is_aes_key
from fangcun.identity.programs.errors import ProgramInvalid, PushNotSet, PushReplayed
from fangcun.identity.programs.events import (
    AuditEnded,
    CustomerEntered,
    CustomerWrote,
    PushNews,
    SubscribeAnswered,
    SubscribeChanged,
    SubscribeSent,
)
from fangcun.identity.programs.models import Program, PushReceipt, PushSettings
from fangcun.kernel import audit
from fangcun.kernel.actors import Actor
from fangcun.kernel.events import announce

logger = logging.getLogger(__name__)

_TOKEN = re.compile(r"[0-9A-Za-z]{3,32}")
_LETTERS = string.ascii_letters + string.digits
MOST_TEXT = 4000
HEARD_EVERY = dt.timedelta(minutes=1)


def push_address(program: Program) -> str:
    """The address to enter in WeChat's console under 消息推送."""
    return f"{settings.PUBLIC_URL}/callbacks/wechat/push/{program.appid}"


def new_push_secrets() -> tuple[str, str]:
    """A fresh Token and EncodingAESKey, to be entered in both consoles."""

    def letters(count: int) -> str:
        return "".join(secrets.choice(_LETTERS) for _ in range(count))

    return letters(32), letters(43)


@transaction.atomic
def set_push(
    *,
    program: Program,
    token: str = "",
    aes_key: str = "",
    mode: str = PushSettings.Mode.SECURE,
    hands_over: bool = False,
    by: Actor,
) -> PushSettings:
    """Say how WeChat pushes to this mini program. Empty secrets keep those there are.

    With `hands_over` what customers write goes to WeChat's own customer service tool too. Raises ProgramInvalid.
    """
    known = PushSettings.objects.select_for_update().filter(program=program).first()
    row = known or PushSettings(program=program)
    before = {"mode": row.mode, "hands_over": row.hands_over} if known else None
    replaced = bool((token and token != row.token) or (aes_key and aes_key != row.aes_key))
    row.token, row.aes_key = token or row.token, aes_key or row.aes_key
    row.mode, row.hands_over = mode, hands_over
    wrong = {}
    if not _TOKEN.fullmatch(row.token):
        wrong["push_token"] = _("Token 为 3 到 32 位字母或数字")
    if mode not in PushSettings.Mode.values:
        wrong["push_mode"] = _("未知的加密方式")
    if row.aes_key and not is_aes_key(row.aes_key):
        wrong["push_aes_key"] = _("EncodingAESKey 为 43 位字母或数字")
    elif not row.aes_key and mode != PushSettings.Mode.PLAIN:
        wrong["push_aes_key"] = _("兼容模式和安全模式需要 EncodingAESKey")
    if wrong:
        raise ProgramInvalid(fields=wrong)
    row.save()
    after = {"mode": row.mode, "hands_over": row.hands_over}
    if before != after or replaced:
        note = _("更换了密钥") if replaced and known else ""
        audit.record("programs.set_push", by=by, object=program, before=before, after=after, note=note)
    return row


def push_settings(program: Program) -> PushSettings:
    """The push settings of a mini program. Raises PushNotSet."""
    row = PushSettings.objects.filter(program=program).first()
    if row is None:
        raise PushNotSet
    return row


def echo(*, program: Program, query: Mapping[str, str], now: dt.datetime) -> str:
    """The answer to WeChat's question whether the address is ours. Raises PushNotSet, SignatureRefused."""
    return answer_echo(query, token=push_settings(program).token, now=now)


def accept_push(*, program: Program, query: Mapping[str, str], body: bytes, now: dt.datetime) -> str:
    """Take one push of WeChat's, once however often it comes, and announce what it tells; the answer to give.

    Who it is about need not be known. Raises PushNotSet, SignatureRefused, and PushReplayed when a nonce comes
    back with other content.
    """
    row = push_settings(program)
    agreed = PushSecrets(token=row.token, aes_key=row.aes_key, mode=cast(Mode, row.mode))
    pushed = open_push(query, body, appid=program.appid, agreed=agreed, now=now)
    if pushed.event == probes.EVENT:
        return SUCCESS  # our own self-test: nothing was heard from WeChat
    # The moment is for people to read: a row that every push wrote would make them wait for each other.
    heard = row.heard_at is None or row.heard_at < now - HEARD_EVERY
    _take(program, pushed, nonce=f"{query['timestamp']}:{query['nonce']}", heard_at=now if heard else None)
    if row.hands_over and pushed.kind != "event":
        return hand_over(pushed, appid=program.appid, agreed=agreed, now=now)
    return SUCCESS


def _take(program: Program, pushed: Pushed, *, nonce: str, heard_at: dt.datetime | None) -> None:
    receipts = PushReceipt.objects.filter(program=program)
    if receipts.filter(key=pushed.key).exists():
        return
    try:
        with transaction.atomic():
            PushReceipt.objects.create(program=program, key=pushed.key, nonce=nonce)
            if heard_at is not None:
                PushSettings.objects.filter(program=program).update(heard_at=heard_at)
            news = list(_news(program, pushed))
            announce(*news)
    except IntegrityError:
        if not receipts.filter(key=pushed.key).exists():
            raise PushReplayed from None
        return
    if not news:
        logger.info("A push about %s %s tells nothing that we use", pushed.kind, pushed.event)


def _news(program: Program, pushed: Pushed) -> Iterator[PushNews]:
    about: dict[str, Any] = {"program_id": program.pk, "openid": pushed.openid, "at": pushed.at.isoformat()}
    if pushed.kind != "event":
        yield CustomerWrote(
            **about,
            key=pushed.key,
            kind=pushed.kind[:30],
            text=pushed.text("Content")[:MOST_TEXT],
            media_id=pushed.text("MediaId")[:200],
            title=pushed.text("Title")[:200],
            page=pushed.text("PagePath")[:1000],
        )
    elif pushed.event == "user_enter_tempsession":
        yield CustomerEntered(**about, key=pushed.key, session_from=pushed.text("SessionFrom")[:1000])
    elif pushed.event in _SUBSCRIBE:
        yield from _subscribed(about, pushed)
    elif pushed.event in _AUDITS:
        yield AuditEnded(
            **about,
            key=pushed.key,
            result=_AUDITS[pushed.event],
            reason=pushed.text("Reason")[:MOST_TEXT],
            screenshots=pushed.text("ScreenShot")[:1000],
        )


_AUDITS = {
    "weapp_audit_success": "success",
    "weapp_audit_fail": "fail",
    "weapp_audit_delay": "delay",
}
_SUBSCRIBE = frozenset(
    {"subscribe_msg_popup_event", "subscribe_msg_change_event", "subscribe_msg_sent_event"}
)


def _subscribed(about: dict[str, Any], pushed: Pushed) -> Iterator[PushNews]:
    for number, entry in enumerate(pushed.entries()):
        told = {name: str(value).replace("\0", "")[:100] for name, value in entry.items()}
        facts = {**about, "key": f"{pushed.key}:{number}", "template_id": told.get("TemplateId", "")}
        if pushed.event == "subscribe_msg_sent_event":
            yield SubscribeSent(
                **facts,
                msgid=told.get("MsgID", ""),
                error_code=told.get("ErrorCode", ""),
                error_status=told.get("ErrorStatus", ""),
            )
        elif pushed.event == "subscribe_msg_change_event":
            yield SubscribeChanged(**facts, answer=told.get("SubscribeStatusString", ""))
        else:
            yield SubscribeAnswered(**facts, answer=told.get("SubscribeStatusString", ""))
