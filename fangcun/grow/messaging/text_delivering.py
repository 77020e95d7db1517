"""Bringing one text to a provider, at most once as far as anybody can tell.

No provider has a key by which it knows a repetition, and none counts consents as WeChat does. So what may have
gone out (no answer, or this process died while it asked) is never sent again and ends as `unknown`; what surely
did not go out is tried again until the job's patience ends.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from fangcun.gateways.sms import AliyunSms, Credentials, SmsGateway, TencentSms
from fangcun.grow.messaging.models import Text, TextProvider, TextSettings
from fangcun.grow.messaging.pacing import after_quiet
from fangcun.grow.messaging.queries import text_settings
from fangcun.grow.messaging.reaching import pace, preference_of, quiet_windows
from fangcun.grow.messaging.states import TextStatus
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.errors import GatewayError
from fangcun.kernel.jobs import MAX_ATTEMPTS

# Fewer than a job has, so that the text is settled before its job is given up.
MOST_ATTEMPTS = MAX_ATTEMPTS - 2


@lru_cache(maxsize=8)
def gateway(provider: str, base_url: str, credentials: Credentials) -> SmsGateway:
    """The provider's client; one per credentials and process."""
    if provider == TextProvider.ALIYUN:
        return AliyunSms(credentials, base_url=base_url)
    return TencentSms(credentials, base_url=base_url)


def deliver_text(text_id: int) -> dt.datetime | None:
    """Hand a queued text to the provider and write down the answer. Calls the network: never in a transaction.

    Returns when to come again if it may not go yet. Raises the GatewayError when a later attempt may succeed.
    """
    text = Text.objects.select_related("template").get(pk=text_id)
    if text.status == TextStatus.SENDING:
        _end(text, TextStatus.UNKNOWN, code="interrupted", why="发送时进程中断，结果不明")
    if text.status != TextStatus.QUEUED:
        return None
    if text.marketing:
        # Both may have changed since it was written; a retry may come to lie in the night.
        wants = preference_of(text.member_id or 0)
        if not wants.marketing_texts:
            _end(text, TextStatus.DROPPED, why="会员已退订营销短信")
            return None
        now, zone = timezone.now(), timezone.get_default_timezone()
        if (free := after_quiet(now, quiet_windows(pace(), wants), zone)) > now:
            Text.objects.filter(pk=text_id).update(due_at=free)
            return free
    setup = text_settings()
    with transaction.atomic():
        text.enter(
            TextStatus.SENDING, by=SYSTEM, attempts=text.attempts + 1, provider=setup.provider, error=""
        )
    if setup.provider == TextProvider.INBOX:
        _end(text, TextStatus.SENT)
        return None
    try:
        number = _client(setup).send(
            phone=text.phone,
            sign_name=setup.sign_name,
            template=text.template.provider_code,
            # PostgreSQL keeps no order in a JSON object, and Tencent Cloud fills by order alone.
            values={name: text.values.get(name, "") for name in text.template.places},
            key=text.dedupe_key,
        )
    except GatewayError as error:
        _failed(text, error)
        if text.status == TextStatus.QUEUED:
            raise
    else:
        _end(text, TextStatus.SENT, number=number)
    return None


def _client(setup: TextSettings) -> SmsGateway:
    base = settings.ALIYUN_SMS_BASE if setup.provider == TextProvider.ALIYUN else settings.TENCENT_SMS_BASE
    credentials = Credentials(
        key_id=setup.key_id, secret=setup.secret, application=setup.application, region=setup.region
    )
    return gateway(setup.provider, base, credentials)


def _failed(text: Text, error: GatewayError) -> None:
    if error.details.get("sent"):
        _end(text, TextStatus.UNKNOWN, code=error.code, why=str(error))
    elif error.permanent or text.attempts >= MOST_ATTEMPTS:
        _end(text, TextStatus.FAILED, code=error.code, why=str(error))
    else:
        with transaction.atomic():
            text.enter(
                TextStatus.QUEUED,
                by=SYSTEM,
                reason=str(error),
                error_code=error.code[:60],
                error=str(error)[:300],
            )


@transaction.atomic
def _end(text: Text, status: TextStatus, *, code: str = "", why: str = "", number: str = "") -> None:
    text.enter(
        status,
        by=SYSTEM,
        reason=why,
        settled_at=timezone.now(),
        error_code=code[:60],
        error=why[:300],
        provider_number=number[:64],
    )
