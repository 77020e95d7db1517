"""Logging in with the code that WeChat gave the phone, and out again."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass, field

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from fangcun.gateways.wechat import errors as wechat
from fangcun.gateways.wechat.answers import Session
from fangcun.identity.members.errors import LoginBlocked, LoginCodeInvalid
from fangcun.identity.members.events import MemberLoggedIn
from fangcun.identity.members.models import Account, Member, Token
from fangcun.identity.members.services.merging import learn_unionid
from fangcun.identity.programs.clients import miniprogram_api
from fangcun.identity.programs.models import Program
from fangcun.kernel import audit
from fangcun.kernel.actors import Actor
from fangcun.kernel.events import announce
from fangcun.kernel.secrets import digest


@dataclass(frozen=True, slots=True)
class Login:
    """A fresh login. The token is shown this once; only its digest is kept."""

    token: str = field(repr=False)
    expires_at: dt.datetime
    member: Member
    account: Account


def login(*, program: Program, code: str, ip: str | None) -> Login:
    """Let in who holds this code, as the member WeChat says he is; a new person becomes a member.

    Raises LoginCodeInvalid, LoginBlocked, and GatewayError when WeChat does not answer. Calls the network,
    so never inside a transaction. Source: auth.code2Session
    (https://developers.weixin.qq.com/miniprogram/dev/server/API/user-login/api_code2session.html).
    """
    try:
        session = miniprogram_api(program).code2session(code)
    except wechat.LoginBlocked as refused:
        raise LoginBlocked from refused
    except wechat.LoginCodeInvalid as refused:
        raise LoginCodeInvalid from refused
    return admit(program=program, session=session, ip=ip)


@transaction.atomic
def admit(*, program: Program, session: Session, ip: str | None) -> Login:
    """Let in the person of a WeChat session: find or make account and member, and issue a token."""
    account = _account(program, session.openid)
    if account is None:
        account = _first_account(program, session)
    if session.unionid and account.member.unionid != session.unionid:
        learn_unionid(account, session.unionid)
    now = timezone.now()
    # From here on the row is ours until commit: a merge that moves the account waits, or has been.
    Account.objects.filter(pk=account.pk).update(session_key=session.session_key, logged_in_at=now)
    account = Account.objects.select_related("member").defer("session_key").get(pk=account.pk)
    account.program = program
    token = secrets.token_urlsafe(32)
    expires_at = now + dt.timedelta(days=settings.LOGIN_TOKEN_DAYS)
    Token.objects.create(digest=digest(token), account=account, created_at=now, expires_at=expires_at, ip=ip)
    announce(MemberLoggedIn(member_id=account.member_id, program_id=program.pk, at=now.isoformat()))
    return Login(token=token, expires_at=expires_at, member=account.member, account=account)


def _account(program: Program, openid: str) -> Account | None:
    return (
        Account.objects.select_related("member")
        .defer("session_key")
        .filter(program=program, openid=openid)
        .first()
    )


def _first_account(program: Program, session: Session) -> Account:
    """Two first logins at once: the constraint lets one in, the other finds what that one made."""
    for last_try in (False, False, True):
        try:
            with transaction.atomic():
                return Account.objects.create(
                    program=program, openid=session.openid, member=_member_for(session.unionid)
                )
        except IntegrityError:
            if (account := _account(program, session.openid)) is not None:
                return account
            if last_try:
                raise
    raise AssertionError("the loop returns or raises")


def _member_for(unionid: str | None) -> Member:
    if unionid is not None:
        # Locked: a merge must not take the member away before the account is his.
        known = Member.objects.select_for_update(no_key=True).filter(unionid=unionid).first()
        if known is not None:
            return known
    return Member.objects.create(unionid=unionid)


def logout(*, token: str) -> None:
    """End one login. A token that is no good any more stays so."""
    Token.objects.filter(digest=digest(token), revoked_at=None).update(revoked_at=timezone.now())


@transaction.atomic
def revoke_all(*, member: Member, by: Actor) -> int:
    """End all logins of a member, on every phone; how many there were."""
    now = timezone.now()
    open_ones = Token.objects.filter(account__member=member, revoked_at=None, expires_at__gt=now)
    ended = open_ones.update(revoked_at=now)
    audit.record("members.revoke_all", by=by, object=member, after={"tokens": ended})
    return ended
