from __future__ import annotations

import datetime as dt
import logging

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from fangcun.gateways.wechat import errors as wechat
from fangcun.gateways.wechat.miniprogram import MiniProgramApi
from fangcun.identity.members.errors import LoginBlocked, LoginCodeInvalid, NotLoggedIn
from fangcun.identity.members.models import Account, Member, Token
from fangcun.identity.members.queries import account_by_token, account_of, openid_of
from fangcun.identity.members.services import login, logout, revoke_all
from fangcun.identity.members.tasks import forget_ended_logins
from fangcun.identity.programs.models import Program
from fangcun.identity.programs.services import register_program
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.kernel.errors import GatewayError
from fangcun.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(box):
    return box.demo()


@pytest.fixture
def shop(demo) -> Program:
    return register_program(appid=demo.appid, name=demo.name, app_secret=demo.secret, by=SYSTEM)


def code(box, appid, user="小方"):
    return box.post("/_box/login", appid=appid, user=user)["code"]


def test_the_first_login_makes_a_member_and_the_second_finds_him(box, demo, shop):
    first = login(program=shop, code=code(box, demo.appid), ip="127.0.0.1")
    second = login(program=shop, code=code(box, demo.appid), ip="127.0.0.1")
    assert first.member == second.member
    assert first.token != second.token
    assert (Member.objects.count(), Account.objects.count(), Token.objects.count()) == (1, 1, 2)
    assert first.member.unionid is not None
    assert len(first.account.openid) == 28


def test_a_code_works_once(box, demo, shop):
    once = code(box, demo.appid)
    login(program=shop, code=once, ip=None)
    with pytest.raises(LoginCodeInvalid):
        login(program=shop, code=once, ip=None)
    assert Token.objects.count() == 1


@pytest.mark.parametrize("wrong", ["nonsense", "a b&c=d", "\0", "码" * 100])
def test_a_wrong_code_lets_nobody_in(shop, wrong):
    with pytest.raises(LoginCodeInvalid):
        login(program=shop, code=wrong, ip=None)
    assert Member.objects.count() == Token.objects.count() == 0


def test_a_code_of_another_program_lets_nobody_in(box, demo, shop):
    other = box.post("/_box/demo", appid="wxfangcun0000demo2", name="方寸会员")
    with pytest.raises(LoginCodeInvalid):
        login(program=shop, code=code(box, other["appid"]), ip=None)
    assert Member.objects.count() == 0


def test_whom_wechat_blocks_is_not_let_in(shop, monkeypatch):
    def blocked(self, code):
        raise wechat.LoginBlocked("微信判定该用户为高风险，已拦截登录", code="40226")

    monkeypatch.setattr(MiniProgramApi, "code2session", blocked)
    with pytest.raises(LoginBlocked):
        login(program=shop, code="code", ip=None)
    assert Member.objects.count() == 0


def test_while_wechat_is_down_nobody_is_let_in(box, demo, shop):
    mine = code(box, demo.appid)
    box.post("/_box/faults", api_5xx=20)
    with pytest.raises(GatewayError) as failure:
        login(program=shop, code=mine, ip=None)
    assert not failure.value.permanent
    assert Member.objects.count() == 0
    box.http.delete("/_box/faults")
    assert login(program=shop, code=mine, ip=None).member == Member.objects.get()


def test_a_wrong_secret_is_a_failure_of_ours_not_of_the_customer(box, demo, shop):
    register_program(appid=demo.appid, name=demo.name, app_secret="0" * 32, by=SYSTEM)
    with pytest.raises(GatewayError) as failure:
        login(program=Program.objects.get(), code=code(box, demo.appid), ip=None)
    assert failure.value.permanent
    assert Member.objects.count() == 0


def test_two_programs_with_one_unionid_have_one_member(box, demo, shop):
    other = box.post("/_box/demo", appid="wxfangcun0000demo2", name="方寸会员")
    members_program = register_program(
        appid=other["appid"], name="方寸会员", app_secret=other["secret"], role="members", by=SYSTEM
    )
    here = login(program=shop, code=code(box, demo.appid), ip=None)
    there = login(program=members_program, code=code(box, other["appid"]), ip=None)
    assert here.member == there.member
    assert here.account.openid != there.account.openid
    assert openid_of(here.member, shop) == here.account.openid
    assert openid_of(here.member, members_program) == there.account.openid
    assert Member.objects.count() == 1


def test_two_people_are_two_members(box, demo, shop):
    one = login(program=shop, code=code(box, demo.appid, "小方"), ip=None)
    two = login(program=shop, code=code(box, demo.appid, "小寸"), ip=None)
    assert one.member != two.member


def test_the_session_key_is_sealed_and_never_shown(box, demo, shop, caplog):
    with caplog.at_level(logging.DEBUG):
        done = login(program=shop, code=code(box, demo.appid), ip=None)
    key = Account.objects.get().session_key
    assert len(key) == 24
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_key FROM members_account")
        assert key not in cursor.fetchone()[0]
    assert key not in repr(done) + str(vars(done.account)) + caplog.text
    assert done.token not in repr(done) + caplog.text


def test_only_the_digest_of_a_token_is_kept(program, enter):
    done = enter(program)
    assert len(done.token) == 43
    assert done.token not in str(list(Token.objects.values()))


def test_a_token_tells_account_member_and_program_in_one_statement(program, enter, django_assert_num_queries):
    done = enter(program)
    with django_assert_num_queries(1):
        account = account_by_token(done.token)
        assert (account, account.member, account.program) == (done.account, done.member, program)
        assert account.openid == "o-fang"


def test_a_token_ends_when_its_time_is_over(program, enter, settings):
    settings.LOGIN_TOKEN_DAYS = 30
    done = enter(program)
    assert done.expires_at - timezone.now() < dt.timedelta(days=30)
    with time_machine.travel(done.expires_at - dt.timedelta(seconds=2)):
        assert account_by_token(done.token) == done.account
    with time_machine.travel(done.expires_at), pytest.raises(NotLoggedIn):
        account_by_token(done.token)


def test_logging_out_ends_this_login_alone(program, enter):
    here, there = enter(program), enter(program)
    logout(token=here.token)
    with pytest.raises(NotLoggedIn):
        account_by_token(here.token)
    assert account_by_token(there.token) == there.account


def test_revoking_ends_all_logins_of_one_member(program, second, enter):
    mine = [enter(program, "o-1", "u"), enter(second, "o-2", "u")]
    other = enter(program, "o-3")
    assert revoke_all(member=mine[0].member, by=Actor.staff(7, "小开")) == 2
    for done in mine:
        with pytest.raises(NotLoggedIn):
            account_by_token(done.token)
    assert account_by_token(other.token) == other.account
    assert AuditEntry.objects.get(action="members.revoke_all").after == {"tokens": 2}


@pytest.mark.parametrize("token", ["", " ", "nonsense", "\0", "令牌", "x" * 10_000])
def test_no_other_text_is_a_token(program, enter, token):
    enter(program)
    with pytest.raises(NotLoggedIn):
        account_by_token(token)


def test_tokens_of_a_program_that_is_switched_off_are_no_good(program, enter):
    done = enter(program)
    Program.objects.update(is_active=False)
    with pytest.raises(NotLoggedIn):
        account_by_token(done.token)


def test_logins_that_ended_a_month_ago_are_forgotten(program, enter):
    old = enter(program)
    with time_machine.travel(old.expires_at + dt.timedelta(days=29)):
        fresh = enter(program)
        forget_ended_logins()
        assert Token.objects.count() == 2
    with time_machine.travel(old.expires_at + dt.timedelta(days=31)):
        forget_ended_logins()
    assert Token.objects.get().expires_at == fresh.expires_at


def test_a_member_who_never_came_has_no_openid(program, second, enter):
    done = enter(program)
    assert openid_of(done.member, second) is None
    assert account_of(done.member, program) == done.account
