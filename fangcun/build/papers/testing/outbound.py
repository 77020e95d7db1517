"""The way out: does WeChat accept this mini program, this merchant, this machine and its clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _

from fangcun.build.papers.testing.result import Result, failed, ok, undecided
from fangcun.gateways.probing import NoAnswer, ask
from fangcun.gateways.wechat.connection_test import Check
from fangcun.identity.programs.clients import pay_api, test_connection
from fangcun.identity.programs.models import Merchant, Program
from fangcun.kernel.errors import GatewayError

# WeChat refuses what is five minutes off; a clock that is one minute off is on its way there.
MOST_SKEW = dt.timedelta(seconds=60)
_BLAMES = {
    "mchid": "merchant",
    "serial_no": "serial",
    "wechatpay_key": "pay_key",
}


def outbound(program: Program) -> Iterator[Result]:
    """Every check that goes out to WeChat. Changes nothing there; calls the network."""
    yield _clock()
    seen: set[str] = set()
    for check in test_connection(program):
        found = _told(check)
        # The network is asked by both sides; the second time says nothing new.
        if found.code not in seen or found.state == "failed":
            seen.add(found.code)
            yield found
    if program.merchant is not None:
        yield from _api_v3_key(program.merchant)


def _clock() -> Result:
    try:
        skew = ask("GET", settings.WECHAT_API_BASE + "/", outward=True).skew()
    except NoAnswer as failure:
        return undecided("out.clock", "clock", _("问不到微信的时间：%s") % failure)
    if skew is None:
        return undecided("out.clock", "clock", _("微信的答复里没有时间"))
    return judged_clock("out.clock", skew, _("微信"))


def judged_clock(code: str, skew: dt.timedelta, whom: str) -> Result:
    """What a difference to somebody else's clock means; positive when ours is ahead."""
    seconds = round(skew.total_seconds())
    if abs(skew) < MOST_SKEW:
        return ok(
            code,
            "clock",
            _("服务器时间与%(whom)s相差 %(seconds)s 秒") % {"whom": whom, "seconds": abs(seconds)},
        )
    way = _("快了") if seconds > 0 else _("慢了")
    told = {"whom": whom, "way": way, "seconds": abs(seconds)}
    return failed(
        code,
        "clock",
        _("服务器时间比%(whom)s%(way)s %(seconds)s 秒，相差五分钟以上时微信的签名会全部被拒") % told,
        _("在服务器上打开时间同步，例如 timedatectl set-ntp true 或 chronyd"),
    )


def _told(check: Check) -> Result:
    blame = _BLAMES.get(check.part, check.part)
    code = f"out.{check.part}"
    if check.ok:
        return ok(code, blame, check.message)
    return failed(code, blame, check.message, _fix(blame))


def _fix(blame: str) -> str:
    fixes = {
        "appid": _("从公众平台“开发管理 → 开发设置”复制 AppID，在“设置 → 小程序”里改正"),
        "secret": _("在公众平台重置 AppSecret，填到“设置 → 小程序”；重置后旧的立即失效"),
        "ip_list": _("把上面说明里的 IP 加到公众平台“开发设置 → IP 白名单”，保存后约五分钟生效"),
        "account": _("登录公众平台查看账号是否被冻结或注销"),
        "network": _("确认服务器能访问 %(api)s 和 %(pay)s，没有被防火墙或出口代理拦下")
        % {"api": settings.WECHAT_API_BASE, "pay": settings.WECHAT_PAY_BASE},
        "merchant": _("在“设置 → 商户号”里改正商户号，并在“设置 → 小程序”里关联它"),
        "serial": _("从商户平台“账户中心 → API 安全”复制证书序列号"),
        "private_key": _("填入与证书序列号配对的 apiclient_key.pem"),
        "api_v3_key": _("在商户平台“API 安全”重新设置 APIv3 密钥，并填到“设置 → 商户号”"),
        "pay_key": _("从商户平台“API 安全 → 微信支付公钥”下载公钥，连同公钥 ID 一起填入"),
        "binding": _("在商户平台“产品中心 → AppID 账号管理”关联这个 AppID，再到公众平台确认"),
        "clock": _("在服务器上打开时间同步，例如 timedatectl set-ntp true 或 chronyd"),
    }
    return fixes.get(blame, "")


def _api_v3_key(merchant: Merchant) -> Iterator[Result]:
    """WeChat Pay seals its certificates with the key: who opens them has the right one.

    A merchant that verifies by WeChat Pay's public key may have no certificates; then only a notice can tell.
    """
    if merchant.mode == Merchant.Mode.CERTIFICATE:
        return  # the connection test opened them
    try:
        found = pay_api(merchant).download_certificates()
    except GatewayError as refusal:
        if refusal.code == "api_v3_key":
            message = _("APIv3 密钥解不开微信支付的证书，与商户平台上设置的不一致")
            yield failed("out.api_v3_key.opens", "api_v3_key", message, _fix("api_v3_key"))
        else:
            yield undecided(
                "out.api_v3_key.opens",
                "api_v3_key",
                _("微信支付没有给出平台证书，APIv3 密钥要等第一条支付通知才能验证"),
            )
        return
    if found:
        yield ok("out.api_v3_key.opens", "api_v3_key", _("APIv3 密钥解开了微信支付的证书"))
    else:
        yield undecided(
            "out.api_v3_key.opens",
            "api_v3_key",
            _("没有平台证书可以试，APIv3 密钥要等第一条支付通知才能验证"),
        )
