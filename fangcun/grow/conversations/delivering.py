"""Bringing answers to customers through WeChat, in order and each at most once as far as anybody can tell.

One answer of a conversation is on its way at a time. What surely did not arrive is tried again; what may have
arrived (no answer, or this process died) is left to a person, who sees it as such.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Least
from django.utils import timezone

from fangcun.gateways.storage import jpeg_of
from fangcun.gateways.wechat.customer_service import CustomerServiceApi
from fangcun.gateways.wechat.errors import AnswersUsedUp, MediaGone, WindowClosed
from fangcun.grow.conversations.models import MOST_ANSWERS, Conversation, Entry
from fangcun.grow.conversations.states import EntryStatus
from fangcun.identity.programs.clients import customer_service_api
from fangcun.kernel.actors import SYSTEM, WECHAT, Actor
from fangcun.kernel.errors import GatewayError
from fangcun.kernel.jobs import MAX_ATTEMPTS
from fangcun.kernel.states import StatusChanged

# Fewer than a job has, so that the answer is settled before its job is given up.
MOST_ATTEMPTS = MAX_ATTEMPTS - 4
# Longer than a send takes, shorter than the lease of the job of a process that died.
STUCK = dt.timedelta(seconds=90)
# WeChat keeps an uploaded picture for three days.
MEDIA_FRESH = dt.timedelta(hours=60)


def deliver(conversation_id: int) -> None:
    """Send everything that waits in a conversation. Calls WeChat: never inside a transaction.

    Raises the GatewayError when a later attempt may succeed.
    """
    while (entry := _claim(conversation_id)) is not None:
        _send(entry)


def type_to(conversation_id: int) -> None:
    """Show the customer that somebody is typing, if WeChat likes; nothing comes of a refusal. Calls WeChat."""
    one = Conversation.objects.select_related("program").filter(pk=conversation_id).first()
    if one is not None:
        with suppress(GatewayError):
            customer_service_api(one.program).show_typing(openid=one.openid, typing=True)


def _claim(conversation_id: int) -> Entry | None:
    entries = Entry.objects.select_related("conversation__program").filter(conversation_id=conversation_id)
    now = timezone.now()
    try:
        with transaction.atomic():
            # One that another process sends right now goes on to the next by itself.
            for stuck in entries.filter(status=EntryStatus.SENDING, sending_at__lt=now - STUCK):
                _enter(stuck, EntryStatus.UNKNOWN, code="interrupted", text="发送时进程中断，结果不明")
            entry = entries.filter(status=EntryStatus.QUEUED).order_by("id").first()
            if entry is not None:
                entry.enter(EntryStatus.SENDING, by=SYSTEM, sending_at=now, attempts=entry.attempts + 1)
            return entry
    except (IntegrityError, StatusChanged):
        return None


def _send(entry: Entry) -> None:
    api = customer_service_api(entry.conversation.program)
    try:
        try:
            _tell(api, entry)
        except MediaGone:
            entry.media_id = ""
            _tell(api, entry)
    except GatewayError as error:
        _not_sent(entry, error)
        if entry.status == EntryStatus.QUEUED:
            raise
    except Exception as error:  # the picture is gone from our storage, for example
        _settle(entry, EntryStatus.FAILED, code="internal", text=str(error), give_back=True)
    else:
        _settle(entry, EntryStatus.SENT, by=WECHAT)


def _tell(api: CustomerServiceApi, entry: Entry) -> None:
    openid = entry.conversation.openid
    match entry.kind:
        case Entry.Kind.IMAGE:
            api.send_picture(openid=openid, media_id=_uploaded(api, entry))
        case Entry.Kind.CARD:
            thumb = _uploaded(api, entry)
            api.send_card(openid=openid, title=entry.title, page=entry.page, thumb_media_id=thumb)
        case Entry.Kind.LINK:
            api.send_link(
                openid=openid, title=entry.title, description=entry.text, url=entry.url, thumb_url=""
            )
        case _text:
            api.send_text(openid=openid, content=entry.text)


def _uploaded(api: CustomerServiceApi, entry: Entry) -> str:
    now = timezone.now()
    if not entry.media_id or entry.media_at is None or entry.media_at < now - MEDIA_FRESH:
        entry.media_id, entry.media_at = api.upload_picture(jpeg_of(entry.picture)), now
        Entry.objects.filter(pk=entry.pk).update(media_id=entry.media_id, media_at=now)
    return entry.media_id


def _not_sent(entry: Entry, error: GatewayError) -> None:
    if isinstance(error, WindowClosed | AnswersUsedUp):
        closes = {"window_until": timezone.now()} if isinstance(error, WindowClosed) else {}
        with transaction.atomic():
            # WeChat knows better than we do how much may still be said.
            Conversation.objects.filter(pk=entry.conversation_id).update(answers_left=0, **closes)
            _settle(entry, EntryStatus.FAILED, code=error.code, text=str(error), by=WECHAT)
    elif error.permanent:
        _settle(entry, EntryStatus.FAILED, code=error.code, text=str(error), by=WECHAT, give_back=True)
    elif error.details.get("sent"):
        text = f"{error}；客户可能已经收到"
        _settle(entry, EntryStatus.UNKNOWN, code=error.code, text=text)
    elif entry.attempts >= MOST_ATTEMPTS:
        _settle(entry, EntryStatus.FAILED, code=error.code, text=str(error), give_back=True)
    else:
        with transaction.atomic():
            _enter(entry, EntryStatus.QUEUED, code=error.code, text=str(error))


@transaction.atomic
def _settle(
    entry: Entry,
    status: EntryStatus,
    *,
    code: str = "",
    text: str = "",
    by: Actor = SYSTEM,
    give_back: bool = False,
) -> None:
    back = give_back and entry.counted
    if back:
        Conversation.objects.filter(pk=entry.conversation_id).update(
            answers_left=Least(F("answers_left") + 1, MOST_ANSWERS)
        )
    _enter(entry, status, code=code, text=text, by=by, **({"counted": False} if back else {}))


def _enter(
    entry: Entry, status: EntryStatus, *, code: str = "", text: str = "", by: Actor = SYSTEM, **changes: bool
) -> None:
    # The conversation before its entry, as everybody locks them.
    Conversation.objects.filter(pk=entry.conversation_id).update(touched_at=timezone.now())
    entry.enter(status, by=by, reason=text, error_code=code[:40], error=text[:300], **changes)
