"""Text messages: setting them up, sending one, and hearing that somebody wants no more."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.grow.messaging.errors import TextInvalid, TextTemplateUnknown
from fangcun.grow.messaging.models import Text, TextProvider, TextSettings, TextTemplate
from fangcun.grow.messaging.models.texts import PLACE, new_token
from fangcun.grow.messaging.pacing import after_quiet
from fangcun.grow.messaging.queries import text_settings
from fangcun.grow.messaging.reaching import pace, preference_of, quiet_windows, set_preference
from fangcun.grow.messaging.states import TextStatus
from fangcun.grow.messaging.tasks import send_text
from fangcun.identity.members.models import Member
from fangcun.identity.members.phones import phone_digests, readable_phone
from fangcun.kernel import audit
from fangcun.kernel.actors import SYSTEM, Actor

LONGEST_VALUE, LONGEST_BODY = 60, 600
MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
UNSUBSCRIBE = "unsubscribe"
# What people answer to a marketing text when they want no more of them.
NO_MORE = frozenset({"R", "T", "TD", "N", "0000", "退订", "拒收"})


@transaction.atomic
def set_texting(
    *,
    provider: str,
    sign_name: str,
    key_id: str,
    secret: str,
    application: str,
    region: str,
    by: Actor,
) -> TextSettings:
    """Choose by whom texts are sent; an empty secret keeps the one that is there. Raises TextInvalid."""
    kept = text_settings()
    before = _setup(kept)
    kept.provider, kept.sign_name = provider, sign_name.strip()
    kept.key_id, kept.secret = key_id.strip(), secret.strip() or kept.secret
    kept.application, kept.region = application.strip(), region.strip()
    wrong = {}
    if provider not in TextProvider.values:
        wrong["provider"] = _("没有这个服务商")
    if provider in (TextProvider.ALIYUN, TextProvider.TENCENT):
        for name in ("sign_name", "key_id", "secret"):
            if not getattr(kept, name):
                wrong[name] = _("必填")
    if provider == TextProvider.TENCENT and not kept.application:
        wrong["application"] = _("腾讯云需要 SdkAppId")
    if wrong:
        raise TextInvalid(fields=wrong)
    kept.save()
    after = _setup(kept) | ({"secret": _("已更换")} if secret.strip() else {})
    audit.record("messaging.set_texting", by=by, object=kept, before=before, after=after)
    return kept


@transaction.atomic
def register_text_template(
    *,
    code: str,
    title: str,
    body: str,
    by: Actor,
    provider_code: str = "",
    marketing: bool = False,
    is_active: bool = True,
) -> TextTemplate:
    """Say what a text says; the same code again replaces it. Raises TextInvalid."""
    wrong = {}
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", code):
        wrong["code"] = _("编号由小写字母、数字、_ 和 - 组成，以字母开头")
    if not 0 < len(title.strip()) <= 60:
        wrong["title"] = _("请填写名称，不超过 60 个字")
    if not 0 < len(body.strip()) <= 300:
        wrong["body"] = _("请填写内容，不超过 300 个字")
    elif "{" in (rest := PLACE.sub("", body)) or "}" in rest:
        wrong["body"] = _("变量写作 {name}，只用小写字母、数字和 _")
    if wrong:
        raise TextInvalid(fields=wrong)
    old = TextTemplate.objects.select_for_update().filter(code=code).first()
    before = _wording(old) if old else None
    kept, _new = TextTemplate.objects.update_or_create(
        code=code,
        defaults={
            "title": title.strip(),
            "body": body.strip(),
            "provider_code": provider_code.strip(),
            "marketing": marketing,
            "is_active": is_active,
        },
    )
    if before != (after := _wording(kept)):
        audit.record("messaging.register_text_template", by=by, object=kept, before=before, after=after)
    return kept


@transaction.atomic
def text(
    *,
    template: str,
    values: Mapping[str, str],
    key: str,
    marketing: bool,
    member_id: int | None = None,
    phone: str = "",
) -> Text:
    """Send a text once per `key`, to a member's number or to one that is given.

    Marketing goes to members who said yes to it and waits for the end of the quiet hours; a template made for
    marketing is marketing whatever is said here. Whoever can't be reached is written down as `dropped`, with the
    reason. The provider is called after the commit. Raises TextTemplateUnknown.
    """
    wording = TextTemplate.objects.filter(code=template, is_active=True).first()
    if wording is None:
        raise TextTemplateUnknown(template=template)
    kept = Text.objects.filter(dedupe_key=key).first()
    if kept is not None:
        return kept
    if member_id is not None and not phone:
        phone = Member.objects.values_list("phone", flat=True).get(pk=member_id)
    token = new_token()
    # Read before it is counted, so that a value can't name another.
    filled = {name: _value(name, values, token) for name in wording.places}
    now, is_marketing = timezone.now(), marketing or wording.marketing
    why, due_at = ("", now) if not is_marketing else _may_market(member_id)
    number = readable_phone(phone) or ""
    if not why and not MOBILE.fullmatch(number):
        why = _("没有可用的手机号")
    kept, new = Text.objects.get_or_create(
        dedupe_key=key,
        defaults={
            "template": wording,
            "member_id": member_id,
            "phone": number,
            "phone_digest": phone_digests(number)[0] if number else "",
            "values": filled,
            "body": PLACE.sub(lambda found: filled[found[1]], wording.body)[:LONGEST_BODY],
            "marketing": is_marketing,
            "token": token,
            "due_at": due_at,
        },
    )
    if new and why:
        kept.enter(TextStatus.DROPPED, by=SYSTEM, reason=why, error=why, settled_at=now)
    elif new:
        send_text.using(run_after=due_at).enqueue(text_id=kept.pk)
    return kept


def unsubscribe(*, token: str) -> bool:
    """The address in a marketing text was used: no more of them for whoever got it. False for a wrong token."""
    found = Text.objects.filter(token=token).only("member_id", "phone_digest").first()
    if found is None:
        return False
    _no_more(found.member_id, [found.phone_digest])
    return True


def reply_secret(provider: str) -> str:
    """The end of the address at which a provider tells replies: it signs nothing, so nobody else may know it."""
    told = hmac.new(settings.SECRET_KEY.encode(), f"sms-reply:{provider}".encode(), hashlib.sha256)
    return told.hexdigest()[:32]


def take_reply(*, phone: str, content: str) -> bool:
    """Somebody answered a text; whether he wants no more, which then holds for every member with that number."""
    number = readable_phone(phone)
    if number is None or content.strip().upper() not in NO_MORE:
        return False
    _no_more(None, phone_digests(number))
    return True


@transaction.atomic
def _no_more(member_id: int | None, digests: list[str]) -> None:
    wanted = set() if member_id is None else {member_id}
    known = [digest for digest in digests if digest]
    wanted |= set(
        Member.objects.filter(phone_digest__in=known, merged_into=None).values_list("id", flat=True)
    )
    for one in sorted(wanted):
        set_preference(member_id=one, marketing_texts=False, by=Actor.member(one))


def _may_market(member_id: int | None) -> tuple[str, Any]:
    now = timezone.now()
    if member_id is None:
        return _("营销短信只发给会员"), now
    wants = preference_of(member_id)
    if not wants.marketing_texts:
        return _("会员没有同意接收营销短信"), now
    return "", after_quiet(now, quiet_windows(pace(), wants), timezone.get_default_timezone())


def _value(name: str, values: Mapping[str, str], token: str) -> str:
    if name == UNSUBSCRIBE:
        return f"{settings.PUBLIC_URL}/u/{token}"
    return " ".join(str(values.get(name, "")).split())[:LONGEST_VALUE]


def _setup(one: TextSettings) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("provider", "sign_name", "key_id", "application", "region")}


def _wording(one: TextTemplate) -> dict[str, Any]:
    names = ("title", "body", "provider_code", "marketing", "is_active")
    return {name: getattr(one, name) for name in names}
