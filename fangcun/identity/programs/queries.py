"""Questions about mini programs and merchants.

Programs are asked for in every request, so each process remembers them for a minute, without their
secrets: those stay in the database until a call to WeChat needs them.
"""

from __future__ import annotations

from django.core.cache import cache
from django.db.models import QuerySet

from fangcun.identity.programs.errors import MerchantUnknown, ProgramUnknown
from fangcun.identity.programs.models import Merchant, Program

REMEMBER_SECONDS = 60
_MAIN = "programs.main"


def _key(appid: str) -> str:
    return f"programs.appid.{appid}"


def _active() -> QuerySet[Program]:
    return Program.objects.filter(is_active=True).defer("app_secret")


def program_by_appid(appid: str) -> Program:
    """The mini program that a phone says it is. Raises ProgramUnknown; a switched-off one is unknown."""
    # No appid is longer or has other characters; what isn't one never becomes a cache key.
    if not (appid.isascii() and appid.isalnum() and len(appid) <= 32):
        raise ProgramUnknown
    program: Program | None = cache.get(_key(appid))
    if program is None:
        program = _active().filter(appid=appid).first()
        if program is None:
            raise ProgramUnknown
        cache.set(_key(appid), program, REMEMBER_SECONDS)
    return program


def main_program() -> Program | None:
    """The enterprise's main mini program: the first one registered with that role."""
    program: Program | None = cache.get(_MAIN)
    if program is None:
        program = _active().filter(role=Program.Role.MAIN).order_by("id").first()
        if program is not None:
            cache.set(_MAIN, program, REMEMBER_SECONDS)
    return program


def merchant_by_mchid(mchid: str) -> Merchant:
    """The merchant with this number. Raises MerchantUnknown."""
    merchant = Merchant.objects.filter(mchid=mchid).first() if "\0" not in mchid else None
    if merchant is None:
        raise MerchantUnknown
    return merchant


def forget(program: Program) -> None:
    """Drop what this process remembers of a program that was changed; other processes forget by themselves."""
    cache.delete_many([_key(program.appid), _MAIN])
