"""What a member says of himself: nickname, avatar, phone number, consent."""

from __future__ import annotations

import re

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from fangcun.gateways.wechat.errors import PhoneCodeInvalid as CodeRefused
from fangcun.identity.members.errors import PhoneCodeInvalid, ProfileInvalid
from fangcun.identity.members.models import Member, PrivacyConsent
from fangcun.identity.members.phones import phone_digests
from fangcun.identity.members.text import one_line
from fangcun.identity.programs.clients import miniprogram_api
from fangcun.identity.programs.models import Program
from fangcun.kernel import audit
from fangcun.kernel.actors import Actor

MOST_NICKNAME = 20
_MEDIA_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


def change_profile(*, member: Member, nickname: str | None = None, avatar: str | None = None) -> Member:
    """Take the nickname (≤ 20 characters) and avatar a member chose; None leaves one as it is.

    The avatar must be a picture of our own media storage. Raises ProfileInvalid.
    """
    changes, wrong = {}, {}
    if nickname is not None:
        changes["nickname"] = one_line(nickname)
        if not 1 <= len(changes["nickname"]) <= MOST_NICKNAME:
            wrong["nickname"] = _("昵称为 1 到 20 个字")
    if avatar is not None:
        changes["avatar"] = avatar
        if avatar and not _is_own_picture(avatar):
            wrong["avatar"] = _("请重新上传头像")
    if wrong:
        raise ProfileInvalid(fields=wrong)
    if changes:
        Member.objects.filter(pk=member.pk).update(**changes)
        for name, value in changes.items():
            setattr(member, name, value)
    return member


def _is_own_picture(url: str) -> bool:
    for home in (settings.MEDIA_URL, settings.PUBLIC_URL + settings.MEDIA_URL):
        if url.startswith(home):
            return len(url) <= 500 and _MEDIA_PATH.fullmatch(url.removeprefix(home)) is not None
    return False


def take_phone(*, member: Member, program: Program, code: str) -> Member:
    """Keep the phone number a member handed over with WeChat's button.

    Raises PhoneCodeInvalid, and GatewayError when WeChat does not answer. WeChat charges for each success.
    Calls the network, so never inside a transaction. Source: phonenumber.getPhoneNumber.
    """
    try:
        answer = miniprogram_api(program).phone_number(code)
    except CodeRefused as refused:
        raise PhoneCodeInvalid from refused
    phone = answer.number if answer.country_code == "86" else f"+{answer.country_code}{answer.number}"
    member.phone, member.phone_digest = phone, phone_digests(phone)[0]
    Member.objects.filter(pk=member.pk).update(phone=phone, phone_digest=member.phone_digest)
    return member


@transaction.atomic
def reveal_phone(*, member: Member, by: Actor) -> str:
    """Show a member's whole phone number to a person of the staff, who is noted; "" when there is none."""
    audit.record("members.reveal_phone", by=by, object=member)
    return Member.objects.values_list("phone", flat=True).get(pk=member.pk)


def agree_to_privacy(*, member: Member, program: Program, version: str, ip: str | None) -> None:
    """Keep the proof that a member agreed to this version of the privacy statement, the first time he does.

    Source: 个人信息保护法, articles 13 and 14.
    """
    rows = PrivacyConsent.objects.filter(member=member, program=program, version=version)
    if not rows.exists():
        PrivacyConsent.objects.create(member=member, program=program, version=version, ip=ip)
