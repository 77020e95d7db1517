"""The registered domains of an environment, each looked at as a phone would, and the upload key."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from fangcun.build.papers.domains import oddity
from fangcun.build.papers.models import Environment, UploadKey
from fangcun.build.papers.testing.certificate import certificate_of
from fangcun.build.papers.testing.result import Result, failed, ok, undecided
from fangcun.identity.programs.models import Program

MOST_LOOKED_AT = 20


def servers(program: Program, environment: Environment | None) -> Iterator[Result]:
    """Whether phones may and can talk to the servers of one environment. Connects to the registered domains."""
    if environment is None or not environment.request_domains:
        yield failed(
            "domain.none",
            "domain",
            _("没有登记 request 合法域名，手机上的请求会全部被微信拦下"),
            _("在“资质与环境 → 环境”里填写，并在公众平台“开发设置 → 服务器域名”里配置同样的域名"),
        )
        return
    yield _own(environment)
    yield _media(environment)
    for domain in sorted(environment.domains)[:MOST_LOOKED_AT]:
        parts = urlsplit(domain)
        code = f"domain.{domain}"
        if settings.WECHATBOX_URL and (parts.hostname or "").endswith((".example", ".test", ".example.com")):
            yield undecided(code, "domain", _("%s 是演示用的域名，没有真的服务器") % domain)
            continue
        found = certificate_of(parts.hostname or "", parts.port or 443, code=code, public_only=True)
        yield found
        if found.state == "ok" and (odd := oddity(domain)):
            yield undecided(f"{code}.port", "domain", f"{domain}：{odd}")


def _own(environment: Environment) -> Result:
    """The address that phones ask must be among those they may ask."""
    own = urlsplit(settings.PUBLIC_URL)
    origin = f"{own.scheme}://{own.netloc}"
    if origin in environment.request_domains:
        return ok("domain.own", "domain", _("方寸的地址 %s 在 request 合法域名里") % origin)
    if settings.WECHATBOX_URL and own.scheme == "http":
        return undecided("domain.own", "domain", _("演示环境的地址 %s 不能登记为合法域名") % origin)
    return failed(
        "domain.own",
        "domain",
        _("方寸的地址 %s 不在 request 合法域名里，手机上的请求会被微信拦下") % origin,
        _("把它加到 request 合法域名，公众平台里也要加"),
    )


def _media(environment: Environment) -> Result:
    parts = urlsplit(settings.MEDIA_URL if settings.MEDIA_URL.startswith("http") else settings.PUBLIC_URL)
    origin = f"{parts.scheme}://{parts.netloc}"
    if origin in environment.download_domains:
        return ok("domain.media", "domain", _("图片的地址 %s 在 downloadFile 合法域名里") % origin)
    if settings.WECHATBOX_URL and parts.scheme == "http":
        return undecided("domain.media", "domain", _("演示环境的地址 %s 不能登记为合法域名") % origin)
    return failed(
        "domain.media",
        "domain",
        _("图片的地址 %s 不在 downloadFile 合法域名里，保存海报和分享图会失败") % origin,
        _("把它加到 downloadFile 合法域名，公众平台里也要加"),
    )


def upload_key(program: Program) -> Result:
    """Whether code can be uploaded from here."""
    kept = UploadKey.objects.filter(program=program).first()
    if kept is None:
        return undecided(
            "upload.key",
            "upload_key",
            _("没有代码上传密钥，不能从这里上传代码"),
            _(
                "在公众平台“开发设置 → 小程序代码上传”生成密钥，填到“资质与环境”；同一处的 IP 白名单要包含本服务器"
            ),
        )
    return ok("upload.key", "upload_key", _("代码上传密钥已设置，指纹 %s") % kept.fingerprint)
