"""What may be entered as a server domain in WeChat's console. Pure."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

MOST = 200
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
# WeChat says of its own API that phones may not call it.
_FORBIDDEN = {"api.weixin.qq.com"}


def tidy(domain: str) -> str:
    """A domain as it is compared: lower case, without spaces and a slash at the end."""
    return domain.strip().lower().rstrip("/")


def why_not(domain: str, *, scheme: str = "https") -> str:
    """Why a tidied domain can't be registered; "" when it can. `scheme` is https, or wss for sockets.

    Source: 网络, 服务器域名配置 (https://developers.weixin.qq.com/miniprogram/dev/framework/ability/network.html).
    """
    try:
        parts = urlsplit(domain)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return _("不是域名")
    if parts.scheme != scheme:
        return _("要以 %s:// 开头") % scheme
    if parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        return _("只写域名，不要路径、参数和账号")
    if _is_address(host):
        return _("不能用 IP 地址，要用已备案的域名")
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return _("不能用本机或内网的域名")
    if host in _FORBIDDEN:
        return _("微信不允许把它配置为服务器域名，应由自己的服务器调用")
    labels = host.encode("idna").decode().split(".") if _encodes(host) else []
    if len(labels) < 2 or len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return _("不是完整的域名")
    if port == 0:
        return _("端口不对")
    return ""


def oddity(domain: str) -> str:
    """What is allowed and often goes wrong; "" when nothing is odd."""
    if urlsplit(domain).port not in (None, 443):
        return _("带端口的域名只匹配这个端口，请求不带端口时会被微信拦下")
    return ""


def _encodes(host: str) -> bool:
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return True


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        # Also as libraries read numbers: 127.1, 0x7f.1.
        return bool(re.fullmatch(r"[0-9]+|0x[0-9a-f]*", host.rpartition(".")[2]))
    return True
