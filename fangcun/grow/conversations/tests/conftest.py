"""A mini program with a customer and two colleagues; WeChat's side of it at the box."""

from __future__ import annotations

import base64
import datetime as dt
import io
import itertools
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from fangcun.grow.conversations.models import Conversation, Entry
from fangcun.grow.conversations.services import receive_message
from fangcun.identity.members.models import Account, Member
from fangcun.identity.members.services import login
from fangcun.identity.programs.models import Program
from fangcun.identity.programs.pushing import new_push_secrets, set_push
from fangcun.identity.staff.queries import actor_for
from fangcun.identity.staff.services import invite_staff
from fangcun.kernel.actors import SYSTEM, Actor


@pytest.fixture
def program(db) -> Program:
    return Program.objects.create(appid="wx0000000000000001", name="青禾鲜", app_secret="s")


@pytest.fixture
def account(program) -> Account:
    return Account.objects.create(program=program, openid="o1", member=Member.objects.create(nickname="小方"))


@pytest.fixture
def staff(db) -> Callable[..., Any]:
    return lambda name="xiaowang", role="support": invite_staff(username=name, roles=[role], by=SYSTEM)


@pytest.fixture
def wang(staff) -> Actor:
    return actor_for(staff("小王"))


@pytest.fixture
def li(staff) -> Actor:
    return actor_for(staff("小李"))


@pytest.fixture
def wrote(program) -> Callable[..., Entry]:
    """A customer writes."""
    numbers = itertools.count(1)

    def write(text: str = "在吗", *, openid: str = "o1", kind: str = "text", **facts: Any) -> Entry:
        facts = {"key": f"msg:{next(numbers)}", "at": timezone.now(), **facts}
        return receive_message(program_id=program.pk, openid=openid, kind=kind, text=text, **facts)

    return write


@pytest.fixture
def conversation(account, wrote):
    return wrote().conversation


def picture(color: str = "#087f45") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (640, 480), color).save(file, "PNG")
    return file.getvalue()


class AtTheBox:
    """The demo shop at the box with one customer who is logged in, and the platform where pushes arrive."""

    def __init__(self, box: Any, url: str, mode: str = "secure", form: str = "json") -> None:
        self.box, self.user = box, uuid.uuid4().hex
        demo = box.demo()
        self.program, _new = Program.objects.get_or_create(
            appid=demo.appid, defaults={"name": demo.name, "app_secret": demo.secret}
        )
        token, aes_key = new_push_secrets()
        set_push(program=self.program, token=token, aes_key=aes_key, mode=mode, by=SYSTEM)
        answer = box.post(
            "/_box/push", appid=demo.appid, url=f"{url}/callbacks/wechat/push/{demo.appid}", token=token,
            aes_key=aes_key, mode=mode, format=form,
        )  # fmt: skip
        assert answer["mode"] == mode
        code = box.post("/_box/login", appid=demo.appid, user=self.user)["code"]
        self.account = login(program=self.program, code=code, ip=None).account

    def says(self, text: str, user: str | None = None) -> None:
        self.box.post("/_box/talk", appid=self.program.appid, user=user or self.user, text=text)

    def shows(self, data: bytes) -> None:
        content = base64.b64encode(data).decode()
        self.box.post("/_box/talk", appid=self.program.appid, user=self.user, picture=content)

    def enters(self, session_from: str = "") -> None:
        self.box.post("/_box/contact", appid=self.program.appid, user=self.user, session_from=session_from)

    def reads(self) -> list[tuple[str, str, str]]:
        """The chat as the customer sees it: who, kind, text or title."""
        found = self.box.get("/_box/talk", appid=self.program.appid, user=self.user)["lines"]
        return [
            (line["author"], line["kind"], line["content"].get("Content") or line["content"].get("content") or
             line["content"].get("title") or "")
            for line in found
        ]  # fmt: skip

    def pushes(self) -> list[dict[str, Any]]:
        return list(self.box.get("/_box/pushes", user=self.user)["pushes"])

    @property
    def conversation(self) -> Conversation:
        return Conversation.objects.get(program=self.program, openid=self.account.openid)


@pytest.fixture
def shop(box, live_server, settings) -> AtTheBox:
    settings.PUBLIC_URL = live_server.url
    settings.ALLOWED_HOSTS = ["*"]
    return AtTheBox(box, live_server.url)


@pytest.fixture
def later() -> Callable[..., dt.datetime]:
    """A moment after now."""
    return lambda **parts: timezone.now() + dt.timedelta(**parts)
