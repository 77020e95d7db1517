from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fangcun.gateways.wechat.answers import Session
from fangcun.identity.members.services import Login, admit
from fangcun.identity.programs.models import Program
from fangcun.identity.programs.services import register_program
from fangcun.kernel.actors import SYSTEM

ADDRESS: dict[str, Any] = {
    "name": "方小寸",
    "phone": "13800000000",
    "region_code": "330106",
    "detail": "文三路 1 号 2 单元",
}


@pytest.fixture
def program(db) -> Program:
    return register_program(appid="wx0000000000000001", name="方寸鲜生", app_secret="s", by=SYSTEM)


@pytest.fixture
def second(db) -> Program:
    return register_program(
        appid="wx0000000000000002", name="方寸会员", app_secret="s", role="members", by=SYSTEM
    )


@pytest.fixture
def enter() -> Callable[..., Login]:
    """Log somebody in as if WeChat had just told who he is."""

    def enter(program: Program, openid: str = "o-fang", unionid: str | None = None) -> Login:
        session = Session(openid=openid, unionid=unionid, session_key="a2V5LW9mLXNlc3Npb24=")
        return admit(program=program, session=session, ip="127.0.0.1")

    return enter
