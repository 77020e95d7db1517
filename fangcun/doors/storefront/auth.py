"""Who asks: the mini program by its header, the member by his token."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from ninja.security import HttpBearer

from fangcun.build.flags.deciding import VERSION
from fangcun.identity.members.errors import NotLoggedIn
from fangcun.identity.members.models import Account, Member
from fangcun.identity.members.queries import account_by_token
from fangcun.identity.programs.models import Program
from fangcun.identity.programs.queries import program_by_appid
from fangcun.kernel.actors import Actor


class MemberRequest(HttpRequest):
    """A request that MemberAuth let in."""

    account: Account
    member: Member


def program_of(request: HttpRequest) -> Program:
    """The mini program that asks, named by `X-Program`. Raises ProgramUnknown."""
    return program_by_appid(request.headers.get("X-Program", ""))


def version_of(request: HttpRequest) -> str:
    """The version of the mini program that asks, named by `X-Version`; "" when it says none, or nothing that is one."""
    version: str = request.headers.get("X-Version", "")
    return version if VERSION.fullmatch(version) else ""


def ip_of(request: HttpRequest) -> str:
    """The address the request came from. Behind a proxy the server in front of Django has to restore it."""
    return str(request.META.get("REMOTE_ADDR") or "127.0.0.1")


def token_of(request: HttpRequest) -> str:
    """The token of `Authorization: Bearer …`, or ""."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


class MemberAuth(HttpBearer):
    """Lets members in. A token is good in the mini program that it was issued in, and nowhere else."""

    def __call__(self, request: HttpRequest) -> Any:
        return self.authenticate(request, token_of(request))

    def authenticate(self, request: HttpRequest, token: str) -> Account:
        try:
            account = account_by_token(token) if token else None
        except NotLoggedIn:
            account = None
        # The token brings its program along, so a good request asks for it no second time.
        if account is None or account.program.appid != request.headers.get("X-Program", ""):
            program_of(request)  # an unknown program is the first thing to tell
            raise NotLoggedIn
        member_request = cast(MemberRequest, request)
        member_request.account = account
        member_request.member = account.member
        return account


def account_if_any(request: HttpRequest) -> Account | None:
    """Who asks, where a visitor may ask too: None without `Authorization`; NotLoggedIn when it is no good."""
    return MemberAuth()(request) if request.headers.get("Authorization") else None


def account_of(request: HttpRequest) -> Account:
    """The account that MemberAuth let in."""
    return cast(MemberRequest, request).account


def member_of(request: HttpRequest) -> Member:
    """The member that MemberAuth let in."""
    return cast(MemberRequest, request).member


def actor_of(request: HttpRequest) -> Actor:
    """The member as the author of a change."""
    member = member_of(request)
    return Actor.member(member.pk, member.nickname, ip_of(request))
