"""Who does something: every verb that changes data is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["system", "member", "staff", "wechat"]


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or system behind a change, as the audit log names it."""

    kind: Kind
    id: int | None = None
    name: str = ""
    ip: str | None = None

    @classmethod
    def member(cls, member_id: int, name: str = "", ip: str | None = None) -> Actor:
        return cls("member", member_id, name, ip)

    @classmethod
    def staff(cls, user_id: int | None, name: str = "", ip: str | None = None) -> Actor:
        return cls("staff", user_id, name, ip)


SYSTEM = Actor("system", name="系统")
WECHAT = Actor("wechat", name="微信")
