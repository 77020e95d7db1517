"""One finding of the self-tester."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

State = Literal["ok", "failed", "undecided"]

# What can be wrong, as people call it.
BLAMES: Mapping[str, str | Promise] = {
    "appid": "AppID",
    "secret": "AppSecret",
    "ip_list": _("IP 白名单"),
    "account": _("账号状态"),
    "token": _("消息推送 Token"),
    "aes_key": "EncodingAESKey",
    "merchant": _("商户号"),
    "serial": _("商户证书序列号"),
    "private_key": _("商户私钥"),
    "api_v3_key": _("APIv3 密钥"),
    "pay_key": _("微信支付公钥或平台证书"),
    "binding": _("AppID 与商户号的绑定"),
    "certificate": _("HTTPS 证书"),
    "tls": _("TLS 版本"),
    "address": _("公网地址"),
    "proxy": _("反向代理"),
    "clock": _("服务器时间"),
    "network": _("网络"),
    "domain": _("服务器域名"),
    "upload_key": _("代码上传密钥"),
}


@dataclass(frozen=True, slots=True)
class Result:
    """What one check found. `blame` is what is wrong, or what was looked at; `fix` says what to do."""

    code: str
    state: State
    blame: str
    message: str
    fix: str = ""

    @property
    def part(self) -> str:
        """What it is about, as people call it."""
        return str(BLAMES.get(self.blame, self.blame))

    def as_json(self) -> dict[str, Any]:
        """For keeping and for programs."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Result:
        """The other way round."""
        return cls(**{name: str(kept.get(name, "")) for name in ("code", "state", "blame", "message", "fix")})  # type: ignore[arg-type]


def ok(code: str, blame: str, message: str) -> Result:
    """Nothing is wrong here."""
    return Result(code, "ok", blame, message)


def failed(code: str, blame: str, message: str, fix: str) -> Result:
    """This is wrong, and what to do."""
    return Result(code, "failed", blame, message, fix)


def undecided(code: str, blame: str, message: str, fix: str = "") -> Result:
    """Nothing could be said, and why."""
    return Result(code, "undecided", blame, message, fix)
