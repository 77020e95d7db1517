"""How one member looks to others."""

from __future__ import annotations

from django.conf import settings

from fangcun.identity.members.models import Member


def masked_name(member: Member) -> str:
    """A name by which friends recognise him and strangers don't: "小**"."""
    return f"{member.nickname[0]}**" if member.nickname else "微信用户"


def avatar_url(member: Member) -> str:
    """The address of his picture, "" without one."""
    return f"{settings.PUBLIC_URL}{member.avatar}" if member.avatar.startswith("/") else member.avatar
