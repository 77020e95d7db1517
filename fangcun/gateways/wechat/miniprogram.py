"""The mini program's server API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

from fangcun.gateways.wechat.answers import PhoneNumber, Session
from fangcun.gateways.wechat.errors import LoginCodeInvalid, PhoneCodeInvalid
from fangcun.gateways.wechat.miniprogram_channel import MiniProgramChannel, text, unreadable
from fangcun.gateways.wechat.tokens import PROCESS_TOKENS, TokenStore
from fangcun.gateways.wechat.transport import DEFAULT_TIMEOUT, Timeout

State = Literal["formal", "trial", "developer"]
Version = Literal["release", "trial", "develop"]


class MiniProgram(Protocol):
    """What the platform asks of WeChat on behalf of one mini program."""

    def code2session(self, code: str) -> Session: ...

    def phone_number(self, code: str) -> PhoneNumber: ...

    def send_subscribe_message(
        self,
        *,
        openid: str,
        template_id: str,
        data: Mapping[str, str],
        page: str = "",
        state: State = "formal",
    ) -> str: ...

    def wxacode_unlimited(
        self,
        *,
        scene: str,
        page: str = "",
        width: int = 430,
        check_path: bool = True,
        env_version: Version = "release",
    ) -> bytes: ...

    def url_link(
        self, *, path: str, query: str = "", expire_days: int = 30, env_version: Version = "release"
    ) -> str: ...

    def short_link(self, *, page_url: str, title: str = "", permanent: bool = False) -> str: ...


class MiniProgramApi:
    """One mini program, known by AppID and secret, at WeChat or at anything that speaks like it.

    Every method may raise BadCredentials, RateLimited, Unavailable, RequestRefused, and what its text names.
    """

    def __init__(
        self,
        base_url: str,
        appid: str,
        secret: str,
        *,
        tokens: TokenStore = PROCESS_TOKENS,
        timeout: Timeout = DEFAULT_TIMEOUT,
    ) -> None:
        self._channel = MiniProgramChannel(base_url, appid, secret, tokens=tokens, timeout=timeout)

    def code2session(self, code: str) -> Session:
        """Learn who is logging in, from the code wx.login gave the phone; it works once, for five minutes.

        Raises LoginCodeInvalid (the phone should call wx.login again) and LoginBlocked.
        Source: auth.code2Session.
        """
        answer = self._channel.ask(
            "GET",
            "/sns/jscode2session",
            params={
                "appid": self._channel.appid,
                "secret": self._channel.secret,
                "js_code": code,
                "grant_type": "authorization_code",
            },
            code_refusal=LoginCodeInvalid,
        )
        return Session(
            openid=text(answer, "openid"),
            unionid=answer.get("unionid") or None,
            session_key=text(answer, "session_key"),
        )

    def phone_number(self, code: str) -> PhoneNumber:
        """Learn the phone number a customer handed over, from the button's code.

        WeChat charges for each success. Raises PhoneCodeInvalid. Source: phonenumber.getPhoneNumber.
        """
        answer = self._channel.post(
            "/wxa/business/getuserphonenumber", {"code": code}, code_refusal=PhoneCodeInvalid
        )
        info = answer.get("phone_info")
        if not isinstance(info, dict):
            raise unreadable("phone_info")
        return PhoneNumber(number=text(info, "purePhoneNumber"), country_code=text(info, "countryCode"))

    def send_subscribe_message(
        self,
        *,
        openid: str,
        template_id: str,
        data: Mapping[str, str],
        page: str = "",
        state: State = "formal",
    ) -> str:
        """Send one message the customer agreed to; it uses up one consent. Answers WeChat's id of it, or "".

        Never repeated after the request has left, as the customer might be told twice.
        Raises NotSubscribed (43101), TemplateDataInvalid (47003, with `field`), RecipientInvalid (40003).
        Source: subscribeMessage.send.
        """
        answer = self._channel.post(
            "/cgi-bin/message/subscribe/send",
            {
                "touser": openid,
                "template_id": template_id,
                "page": page,
                "data": {key: {"value": value} for key, value in data.items()},
                "miniprogram_state": state,
                "lang": "zh_CN",
            },
            repeatable=False,
        )
        return str(answer.get("msgid") or "")

    def wxacode_unlimited(
        self,
        *,
        scene: str,
        page: str = "",
        width: int = 430,
        check_path: bool = True,
        env_version: Version = "release",
    ) -> bytes:
        """Draw a mini program code (PNG or JPEG) that opens a page with a scene of at most 32 characters.

        `width` in pixels, 280 to 1280; `page` without leading slash, "" is the home page.
        Raises RequestRefused for a scene or page WeChat does not take. Source: wxacode.getUnlimited.
        """
        body: dict[str, Any] = {
            "scene": scene,
            "width": width,
            "check_path": check_path,
            "env_version": env_version,
        }
        return self._channel.picture("/wxa/getwxacodeunlimit", {**body, **({"page": page} if page else {})})

    def url_link(
        self, *, path: str, query: str = "", expire_days: int = 30, env_version: Version = "release"
    ) -> str:
        """Make an https address that opens a page from outside WeChat, for 1 to 30 days.

        `path` has no leading slash, `query` at most 1,024 characters. Raises RequestRefused for a page, query or
        life WeChat does not take. Source: urllink.generate.
        """
        answer = self._channel.post(
            "/wxa/generate_urllink",
            {
                "path": path,
                "query": query,
                "is_expire": True,
                "expire_type": 1,
                "expire_interval": expire_days,
                "env_version": env_version,
            },
        )
        return text(answer, "url_link")

    def short_link(self, *, page_url: str, title: str = "", permanent: bool = False) -> str:
        """Make a link such as `#小程序://…` that opens a page inside WeChat.

        `page_url` is page and query, `title` at most 20 characters. WeChat allows it to shops of some categories
        only (43104) and counts permanent ones. Raises RequestRefused. Source: shortlink.generate.
        """
        answer = self._channel.post(
            "/wxa/genwxashortlink", {"page_url": page_url, "page_title": title, "is_permanent": permanent}
        )
        return text(answer, "link")

    def check_credentials(self) -> None:
        """Make sure AppID and secret belong together, by fetching an access token. Raises BadCredentials."""
        self._channel.fetch_token()
