"""What is wrong with the certificate of a server, in words that say what to do."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.build.papers.testing.result import Result, failed, ok
from fangcun.gateways.probing import NoAnswer, look_at

SOON_DAYS = 14


def certificate_of(host: str, port: int, *, code: str, public_only: bool) -> Result:
    """Whether phones and WeChat's servers accept the certificate of a server, and for how long still."""
    where = host if port == 443 else f"{host}:{port}"
    try:
        found = look_at(host, port, public_only=public_only)
    except NoAnswer as failure:
        blame = {"dns": "domain", "private": "domain", "tls": "tls"}.get(failure.code, "network")
        return failed(code, blame, str(failure), _fix(failure.code))
    day = timezone.localdate(found.expires_at)
    names = "、".join(found.names[:5]) or _("没有写域名")
    told = {
        "expired": _("%(where)s 的证书已在 %(day)s 过期"),
        "not_yet": _("%(where)s 的证书还没有生效，或服务器时间不对"),
        "self_signed": _("%(where)s 的证书是自签名的，手机不信任"),
        "hostname": _("%(where)s 的证书是给 %(names)s 的，与域名不符"),
        "chain": _("%(where)s 的证书链不完整，或签发者 %(issuer)s 不被信任"),
        "version": _("%(where)s 只支持 %(version)s，微信要求 TLS 1.2 以上"),
    }
    facts = {"where": where, "day": day, "names": names, "issuer": found.issuer, "version": found.version}
    if found.problem:
        blame = "tls" if found.problem == "version" else "certificate"
        return failed(code, blame, told[found.problem] % facts, _fix(found.problem))
    left = found.days_left(timezone.now())
    if left < SOON_DAYS:
        message = _("%(where)s 的证书还有 %(left)s 天到期（%(day)s）") % {**facts, "left": left}
        return failed(code, "certificate", message, _("现在就续期，并打开自动续期"))
    message = _("%(where)s 的证书有效到 %(day)s（%(issuer)s，%(version)s）") % facts
    return ok(code, "certificate", message)


def _fix(problem: str) -> str:
    fixes = {
        "expired": _("续期证书并重新加载反向代理，打开自动续期"),
        "not_yet": _("校准服务器时间；或等证书生效"),
        "self_signed": _("换成受信任机构签发的证书，例如 Let's Encrypt"),
        "hostname": _("申请包含这个域名的证书；或检查反向代理是否按域名（SNI）选错了证书"),
        "chain": _("反向代理要配置完整证书链（fullchain），而不只是域名证书"),
        "version": _("nginx 设 ssl_protocols TLSv1.2 TLSv1.3;"),
        "dns": _("在域名服务商处添加解析，指向服务器的公网 IP"),
        "private": _("域名要解析到公网 IP，手机才能访问"),
        "refused": _("让服务监听这个端口；检查防火墙和安全组"),
        "timeout": _("检查防火墙和安全组是否放行这个端口"),
        "tls": _("这个端口上要有 HTTPS 服务"),
    }
    return fixes.get(problem, _("查看这台服务器的日志"))
