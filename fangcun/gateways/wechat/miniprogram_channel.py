"""The way to the mini program's server API and back: tokens, errcodes, trying again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import httpx

from fangcun.gateways.wechat import transport
from fangcun.gateways.wechat.errors import CodeInvalid, RequestRefused, TokenRefused, Unavailable
from fangcun.gateways.wechat.refusals import errcode_of, miniprogram_refusal
from fangcun.gateways.wechat.tokens import AccessToken, TokenStore
from fangcun.gateways.wechat.transport import Timeout

_REFRESH_BEFORE_S = 300
_Answer = TypeVar("_Answer")


class MiniProgramChannel:
    """Carries one mini program's requests."""

    def __init__(
        self, base_url: str, appid: str, secret: str, *, tokens: TokenStore, timeout: Timeout
    ) -> None:
        self.appid = appid
        self.secret = secret
        self._base_url = base_url.rstrip("/")
        self._tokens = tokens
        self._timeout = timeout
        self._token_key = f"{self._base_url} {appid}"

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
        code_refusal: type[CodeInvalid] = CodeInvalid,
        repeatable: bool = True,
    ) -> dict[str, Any]:
        """Ask without a token. With `repeatable` off, nothing is sent again once it may have arrived."""
        return transport.patiently(
            lambda: _success(self._send(method, path, params, body), code_refusal),
            again=_may_pass if repeatable else _never_left,
        )

    def post(
        self,
        path: str,
        body: dict[str, Any],
        *,
        code_refusal: type[CodeInvalid] = CodeInvalid,
        repeatable: bool = True,
    ) -> dict[str, Any]:
        """Ask for something that needs an access token. Raises TokenRefused when a fresh one is refused too."""
        return self._with_token(
            lambda token: transport.patiently(
                lambda: _success(self._send("POST", path, token, body), code_refusal, with_token=True),
                again=_may_pass if repeatable else _never_left,
            )
        )

    def get(
        self, path: str, params: dict[str, str] | None = None, *, repeatable: bool = True
    ) -> dict[str, Any]:
        """Like `post`, for what WeChat answers to a GET; some of those change something: they are not repeatable."""
        return self._with_token(
            lambda token: transport.patiently(
                lambda: _success(
                    self._send("GET", path, {**(params or {}), **token}, None), CodeInvalid, with_token=True
                ),
                again=_may_pass if repeatable else _never_left,
            )
        )

    def picture(self, path: str, body: dict[str, Any]) -> bytes:
        """Like `post`, for an answer that is a picture."""

        def once(token: dict[str, str]) -> bytes:
            response = self._send("POST", path, token, body)
            if response.headers.get("Content-Type", "").startswith("image/"):
                return response.content
            _success(response, CodeInvalid, with_token=True)
            raise unreadable("image")

        return self._with_token(lambda token: transport.patiently(lambda: once(token), again=_may_pass))

    def upload(
        self, path: str, params: dict[str, str], *, name: str, data: bytes, kind: str
    ) -> dict[str, Any]:
        """Send a file as the form field `media`; doing it again harms nobody."""

        def once(token: dict[str, str]) -> dict[str, Any]:
            request = transport.build(
                "POST",
                self._base_url + path,
                timeout=self._timeout,
                params={**params, **token},
                file=("media", (name, data, kind)),
            )
            return _success(_answered(transport.send(request)), CodeInvalid, with_token=True)

        return self._with_token(lambda token: transport.patiently(lambda: once(token), again=_may_pass))

    def download(self, path: str, params: dict[str, str], *, most_bytes: int) -> bytes:
        """Fetch a file. Raises RequestRefused for one that is larger."""

        def once(token: dict[str, str]) -> bytes:
            response = self._send("GET", path, {**params, **token}, None)
            if "json" in response.headers.get("Content-Type", "") or response.content[:1] == b"{":
                _success(response, CodeInvalid, with_token=True)
                raise unreadable("file")
            if len(response.content) > most_bytes:
                raise RequestRefused("微信给的文件过大", code="too_large")
            return response.content

        return self._with_token(lambda token: transport.patiently(lambda: once(token), again=_may_pass))

    def fetch_token(self) -> AccessToken:
        """Ask for an access token. The same one comes back while it is good. Source: getStableAccessToken."""
        asked_at = time.time()
        body = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        answer = self.ask("POST", "/cgi-bin/stable_token", body={**body, "force_refresh": False})
        seconds = answer.get("expires_in")
        if not isinstance(seconds, int):
            raise unreadable("expires_in")
        return AccessToken(text(answer, "access_token"), asked_at + seconds)

    def _with_token(self, call: Callable[[dict[str, str]], _Answer]) -> _Answer:
        token = self._token()
        try:
            return call({"access_token": token})
        except TokenRefused:
            self._tokens.drop(self._token_key, token)
            return call({"access_token": self._token()})

    def _token(self) -> str:
        if (kept := self._tokens.get(self._token_key)) and _is_fresh(kept):
            return kept.value
        with self._tokens.refreshing(self._token_key):
            if (kept := self._tokens.get(self._token_key)) and _is_fresh(kept):
                return kept.value
            token = self.fetch_token()
            self._tokens.put(self._token_key, token)
            return token.value

    def _send(
        self, method: str, path: str, params: dict[str, str] | None, body: dict[str, Any] | None
    ) -> httpx.Response:
        # WeChat reads \u escapes in some fields as text, so Chinese goes out as UTF-8.
        content = json.dumps(body, ensure_ascii=False).encode() if body is not None else b""
        request = transport.build(
            method,
            self._base_url + path,
            timeout=self._timeout,
            params=params,
            content=content,
            headers={"Content-Type": "application/json"} if content else None,
        )
        return _answered(transport.send(request))


def text(answer: Mapping[str, Any], key: str) -> str:
    """A text that must be in the answer. Raises Unavailable."""
    value = answer.get(key)
    if not isinstance(value, str) or not value:
        raise unreadable(key)
    return value


def unreadable(what: str) -> Unavailable:
    """The error for an answer that lacks what it should hold."""
    return Unavailable(f"微信的答复里没有可用的 {what}", code="unreadable", details={"sent": True})


def _answered(response: httpx.Response) -> httpx.Response:
    if response.status_code != 200:
        raise Unavailable(
            f"微信答复了 HTTP {response.status_code}",
            code=str(response.status_code),
            details={"sent": True},
        )
    return response


def _success(
    response: httpx.Response, code_refusal: type[CodeInvalid], *, with_token: bool = False
) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        raise unreadable("JSON") from None
    if not isinstance(answer, dict):
        raise unreadable("JSON")
    if errcode_of(answer):
        raise miniprogram_refusal(answer, with_token=with_token, code_refusal=code_refusal)
    return answer


def _is_fresh(token: AccessToken) -> bool:
    return time.time() < token.expires_at - _REFRESH_BEFORE_S


def _may_pass(failure: BaseException) -> bool:
    # A read that took its full time is not repeated: somebody is waiting in front of a phone.
    return isinstance(failure, Unavailable) and failure.code != "timeout"


def _never_left(failure: BaseException) -> bool:
    return isinstance(failure, Unavailable) and failure.details.get("sent") is False
