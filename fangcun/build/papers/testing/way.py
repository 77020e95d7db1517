"""The way in: what the proxy, the address and the certificate make of a request from outside."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from fangcun.build.papers.domains import why_not
from fangcun.build.papers.testing.certificate import certificate_of
from fangcun.build.papers.testing.mirror import HEADER, make_pass
from fangcun.build.papers.testing.outbound import judged_clock
from fangcun.build.papers.testing.result import Result, failed, ok, undecided
from fangcun.gateways.probing import Answer, NoAnswer, ask

# What breaks when a proxy decodes, trims or writes anew what it should pass on.
QUERY = "signature=a%2Bb%2Fc%3D&echostr=%E6%96%B9%20%26&empty="
BODY = '{"b": 1, "a": "方寸 \\u65b9 <&>",  "n": 1.0}\r\n '.encode()
LARGE = 128 * 1024
# WeChat waits five seconds for an answer.
SLOW_S = 3.0


def way_in() -> Iterator[Result]:
    """Address, certificate and proxy. Calls our own public address as anybody would."""
    address = address_of(settings.PUBLIC_URL)
    yield address
    parts = urlsplit(settings.PUBLIC_URL)
    if parts.scheme == "https":
        shown = certificate_of(
            parts.hostname or "", parts.port or 443, code="in.certificate", public_only=False
        )
        yield shown
        if shown.state == "failed":
            return
    try:
        answer = _mirrored(BODY)
    except NoAnswer as failure:
        yield unreached(failure)
        return
    if (told := _reflected(answer)) is None:
        yield _not_ours(answer)
        return
    yield from _compared(told, answer)
    yield _size()


def address_of(url: str) -> Result:
    """Whether WeChat could call our public address at all."""
    parts = urlsplit(url)
    fix = _("把 FANGCUN_PUBLIC_URL 设为已备案域名的 https 地址，例如 https://shop.example.com")
    if settings.WECHATBOX_URL and parts.scheme == "http":
        told = _("演示环境的地址是 %s，只有微信沙盒能访问；上线前要换成 https 的公网域名") % url
        return undecided("in.address", "address", told, fix)
    if parts.scheme != "https":
        return failed("in.address", "address", _("公网地址 %s 不是 https，微信不会调用") % url, fix)
    if why := why_not(f"https://{parts.netloc.lower()}"):
        return failed("in.address", "address", _("公网地址 %(url)s：%(why)s") % {"url": url, "why": why}, fix)
    return ok("in.address", "address", _("公网地址 %s 可以填到微信后台") % url)


def unreached(failure: NoAnswer) -> Result:
    """Nobody answers at our public address."""
    fixes = {
        "dns": ("address", _("在域名服务商处添加解析，指向服务器的公网 IP")),
        "refused": ("proxy", _("确认方寸和反向代理都在运行，并监听这个端口；检查防火墙和安全组")),
        "timeout": ("network", _("检查防火墙和安全组是否放行这个端口，以及反向代理后面的服务是否在运行")),
        "tls": ("certificate", _("检查反向代理的证书配置")),
    }
    blame, fix = fixes.get(failure.code, ("proxy", _("查看反向代理的日志")))
    return failed("in.reach", blame, str(failure), fix)


def _mirrored(body: bytes) -> Answer:
    url = f"{settings.PUBLIC_URL}/callbacks/mirror/{make_pass()}?{QUERY}"
    mark = secrets.token_urlsafe(24) + "+/="
    answer = ask("POST", url, content=body, headers={HEADER: mark, "Content-Type": "application/json"})
    if (told := _reflected(answer)) is not None and told.get("header") != mark:
        told["header"] = ""
        return Answer(
            answer.status, answer.headers, json.dumps(told).encode(), answer.seconds, answer.asked_at
        )
    return answer


def _reflected(answer: Answer) -> dict[str, Any] | None:
    try:
        told = json.loads(answer.body)
    except ValueError:
        return None
    return told if isinstance(told, dict) and told.get("fangcun") == "mirror" else None


def _not_ours(answer: Answer) -> Result:
    """Somebody else answered, or we did not recognise the address."""
    status = answer.status
    if 300 <= status < 400:
        target = answer.headers.get("location", "")
        return failed(
            "in.redirect",
            "proxy",
            _("公网地址答复了跳转 %(status)s，指向 %(target)s；微信不跟随跳转，POST 的内容会丢")
            % {"status": status, "target": target[:200]},
            _("让 FANGCUN_PUBLIC_URL 就是跳转之后的地址，或在反向代理里取消 /callbacks/ 的跳转"),
        )
    if status == 400:
        return failed(
            "in.host.refused",
            "proxy",
            _("服务拒绝了请求（400）：到达的 Host 不是 %s，反向代理没有把它传过来")
            % urlsplit(settings.PUBLIC_URL).netloc,
            _("nginx 加上 proxy_set_header Host $host;，或把这个域名加到 FANGCUN_HOSTS"),
        )
    if status in (502, 503, 504):
        return failed(
            "in.upstream",
            "proxy",
            _("反向代理连不上后面的服务（%s）") % status,
            _("确认方寸正在运行，且反向代理指向的端口正确"),
        )
    if status in (401, 403, 405, 413):
        return failed(
            "in.blocked",
            "proxy",
            _("/callbacks/ 被拦下（%s），没有到达方寸") % status,
            _("在反向代理、防火墙（WAF）或 CDN 里放行 /callbacks/ 的 GET 和 POST，不要求登录"),
        )
    return failed(
        "in.path", "proxy", _lost(status), _("检查反向代理的路径：/callbacks/ 要原样转发，不加也不去掉前缀")
    )


def _lost(status: int) -> str:
    try:
        healthy = ask("GET", f"{settings.PUBLIC_URL}/healthz").text == '{"status": "ok"}'
    except NoAnswer:
        healthy = False
    if healthy:
        return (
            _("/healthz 通，/callbacks/ 却答复 %s：反向代理没有转发这个路径，或公网地址通向另一套方寸")
            % status
        )
    return _("%(url)s 答复 %(status)s，不是方寸：路径前缀不对，或地址通向了别的服务") % {
        "url": f"{settings.PUBLIC_URL}/callbacks/",
        "status": status,
    }


def _compared(told: dict[str, Any], answer: Answer) -> Iterator[Result]:
    parts = urlsplit(settings.PUBLIC_URL)
    reached = _("请求到达了方寸，用时 %s 毫秒") % round(answer.seconds * 1000)
    if answer.seconds >= SLOW_S:
        yield failed(
            "in.slow", "network", reached, _("微信只等五秒：检查反向代理的缓冲、排队和后面服务的负载")
        )
    else:
        yield ok("in.reach", "proxy", reached)
    if told["host"] != parts.netloc:
        yield failed(
            "in.host",
            "proxy",
            _("到达的 Host 是 %(found)s，不是 %(wanted)s") % {"found": told["host"], "wanted": parts.netloc},
            _("nginx 加上 proxy_set_header Host $host;"),
        )
    if parts.scheme == "https" and "https" not in (told["scheme"], told["forwarded_proto"]):
        yield failed(
            "in.proto",
            "proxy",
            _("反向代理没有说明外面是 https：X-Forwarded-Proto 是“%s”")
            % (told["forwarded_proto"] or _("空")),
            _("nginx 加上 proxy_set_header X-Forwarded-Proto $scheme;"),
        )
    if told["method"] != "POST":
        yield failed(
            "in.method",
            "proxy",
            _("POST 到达时变成了 %s") % told["method"],
            _("取消反向代理里的跳转和改写"),
        )
    if not str(told["path"]).startswith("/callbacks/mirror/"):
        yield failed("in.path", "proxy", _("到达的路径被改成了 %s") % told["path"], _("路径要原样转发"))
    if told["query"] != QUERY:
        yield failed(
            "in.query",
            "proxy",
            _("网址里的参数被改动了，签名会对不上"),
            _("反向代理不要重写或解码参数；nginx 的 proxy_pass 后面不要带变量拼出的网址"),
        )
    if told["sha256"] != hashlib.sha256(BODY).hexdigest():
        yield failed(
            "in.body",
            "proxy",
            _("请求的内容被改动了，微信支付和消息推送的签名都会对不上"),
            _("关掉反向代理、WAF 或网关里对请求内容的改写、转码和压缩"),
        )
    if not told["header"]:
        yield failed(
            "in.headers",
            "proxy",
            _("请求头 %s 没有原样到达，支付通知会全部被拒") % HEADER,
            _("反向代理要原样传递 Wechatpay- 开头的请求头"),
        )
    yield judged_clock(
        "in.clock", dt.timedelta(seconds=time.time() - float(told["at"])), _("应答的那台服务器")
    )


def _size() -> Result:
    try:
        answer = _mirrored(b'"' + b"x" * LARGE + b'"')
    except NoAnswer as failure:
        return failed(
            "in.size",
            "proxy",
            str(failure),
            _("反向代理要接受至少 256 KB 的请求，例如 client_max_body_size 1m;"),
        )
    if _reflected(answer) is None:
        return failed(
            "in.size",
            "proxy",
            _("%(kb)s KB 的请求被拦下（%(status)s）") % {"kb": LARGE // 1024, "status": answer.status},
            _("反向代理要接受至少 256 KB 的请求，例如 client_max_body_size 1m;"),
        )
    return ok("in.size", "proxy", _("%s KB 的请求也能到达") % (LARGE // 1024))
