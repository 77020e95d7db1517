"""Whether WeChat's calls are believed: the address is called as WeChat calls it, and as WeChat never would.

Only WeChat knows what was entered in its console. So besides the loop, which proves that the way and our own keys
work, the last calls that were refused are looked at: their signature, their seal and their time tell what differs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.build.papers.calls import APPID, refused_since
from fangcun.build.papers.models import RefusedCall
from fangcun.build.papers.testing.result import Result, failed, ok, undecided
from fangcun.gateways.probing import Answer, NoAnswer, ask
from fangcun.gateways.wechat.probes import Probe, echo_probe, notice_probe, push_probe
from fangcun.gateways.wechat.push import SUCCESS
from fangcun.identity.programs.models import Merchant, Program, PushSettings
from fangcun.identity.programs.pushing import new_push_secrets, push_address

RECENT = dt.timedelta(days=7)


def pay_address(merchant: Merchant) -> str:
    """The address that WeChat Pay calls about this merchant's payments."""
    return f"{settings.PUBLIC_URL}/callbacks/wechat/pay/{merchant.mchid}"


def pushes(program: Program, *, way_is_clear: bool) -> Iterator[Result]:
    """The message push: our keys, the loop, and what WeChat itself sent lately. Calls our own address."""
    push = PushSettings.objects.filter(program=program).first()
    if push is None:
        yield failed(
            "push.set",
            "token",
            _("还没有配置消息推送，收不到客服消息、订阅消息结果和审核结果"),
            _("在“设置 → 小程序”里生成消息推送密钥，把地址、Token 和 EncodingAESKey 填到公众平台"),
        )
        return
    if way_is_clear:
        yield from _loop(program, push)
    yield from _heard(program, push)


def _loop(program: Program, push: PushSettings) -> Iterator[Result]:
    address, now = push_address(program), timezone.now()
    token, aes_key = push.token, push.aes_key if push.mode != PushSettings.Mode.PLAIN else ""
    other_token, other_key = new_push_secrets()
    try:
        question = echo_probe(token=token, now=now)
        yield _believed("push.echo", _knock(address, question), question.query["echostr"], "token")
        yield _doubted("push.echo.forged", _knock(address, echo_probe(token=other_token, now=now)), "token")
        right = push_probe(token=token, aes_key=aes_key, appid=program.appid, now=now)
        yield _believed("push.sealed", _knock(address, right), SUCCESS, "aes_key" if aes_key else "token")
        if aes_key:
            wrong = push_probe(token=token, aes_key=other_key, appid=program.appid, now=now)
            yield _doubted("push.sealed.forged", _knock(address, wrong), "aes_key")
            foreign = push_probe(token=token, aes_key=aes_key, appid="wxnotthisprogram", now=now)
            yield _doubted("push.foreign", _knock(address, foreign), "appid")
        late = push_probe(
            token=token, aes_key=aes_key, appid=program.appid, now=now - dt.timedelta(minutes=10)
        )
        yield _doubted("push.stale", _knock(address, late), "clock")
    except NoAnswer as failure:
        yield failed("push.reach", "proxy", str(failure), _("查看反向代理和方寸的日志"))


def notices(merchant: Merchant, *, way_is_clear: bool) -> Iterator[Result]:
    """WeChat Pay's notices: a forged one must be refused, and those refused lately are explained."""
    if way_is_clear:
        serial = merchant.public_key_id or next(iter(merchant.platform_certificates), "PUB_KEY_ID_0")
        try:
            answer = _knock(pay_address(merchant), notice_probe(serial=serial, now=timezone.now()))
        except NoAnswer as failure:
            yield failed("pay.reach", "proxy", str(failure), _("查看反向代理和方寸的日志"))
        else:
            yield _forged_notice(answer)
    yield from _refused_notices(merchant)


def _knock(address: str, probe: Probe) -> Answer:
    if probe.query:
        address += "?" + urlencode(probe.query)
    method = "POST" if probe.body else "GET"
    return ask(method, address, headers=probe.headers, content=probe.body)


def _believed(code: str, answer: Answer, wanted: str, blame: str) -> Result:
    if answer.status == 200 and answer.text == wanted:
        told = _("按公众平台的方式验证回调地址，通过") if code == "push.echo" else _("签名正确的推送被接受")
        return ok(code, blame, told)
    reason = answer.text[:60]
    if answer.status == 200:
        message = _("答复的内容被改动了：应是 %(wanted)s，收到 %(found)s") % {
            "wanted": wanted,
            "found": reason,
        }
        return failed(code, "proxy", message, _("反向代理、CDN 不要改写或缓存 /callbacks/ 的答复"))
    said = {
        "signature": ("proxy", _("我们自己签的名到达时对不上：参数在路上被改动")),
        "missing": ("proxy", _("签名参数在路上丢了")),
        "stale": ("clock", _("应答的服务器时间与这里相差五分钟以上")),
        "decrypt": ("aes_key", _("应答的服务器用另一个 EncodingAESKey，可能通向另一套方寸")),
        "malformed": ("proxy", _("内容到达时已不完整")),
        "unknown": ("appid", _("应答的服务器不认识这个 AppID，或它已停用")),
        "push_not_set": ("token", _("应答的服务器没有配置消息推送")),
    }
    blame, message = said.get(
        reason, ("proxy", _("答复了 %(status)s：%(text)s") % {"status": answer.status, "text": reason})
    )
    return failed(code, blame, message, _("公网地址要通向这一套方寸，/callbacks/ 要原样转发"))


def _doubted(code: str, answer: Answer, blame: str) -> Result:
    if answer.status == 403:
        told = {
            "push.echo.forged": _("Token 不对的请求被拒绝"),
            "push.sealed.forged": _("EncodingAESKey 不对的推送被拒绝"),
            "push.foreign": _("发给别的小程序的推送被拒绝"),
            "push.stale": _("十分钟前的推送被拒绝"),
        }
        return ok(code, blame, told[code])
    message = _("伪造的推送没有被拒绝（答复 %s）") % answer.status
    return failed(
        code, "proxy", message, _("/callbacks/ 的答复不是方寸给的：检查反向代理、CDN 缓存和模拟答复")
    )


def _forged_notice(answer: Answer) -> Result:
    code, reason = "pay.forged", answer.text
    if answer.status == 401 and ("signature" in reason or "unknown_serial" in reason):
        return ok(code, "pay_key", _("伪造的支付通知被拒绝"))
    if answer.status == 401 and "missing_header" in reason:
        message = _("Wechatpay- 开头的请求头没有到达，真的支付通知也会被拒")
        return failed(code, "proxy", message, _("反向代理要原样传递请求头"))
    if answer.status == 401 and "stale" in reason:
        message = _("应答的服务器时间与这里相差五分钟以上，支付通知会全部被拒")
        return failed(code, "clock", message, _("在服务器上打开时间同步"))
    if answer.status == 404:
        message = _("应答的服务器不认识这个商户号")
        return failed(code, "merchant", message, _("公网地址要通向这一套方寸，/callbacks/ 要原样转发"))
    message = _("伪造的支付通知没有被拒绝（答复 %s）") % answer.status
    return failed(
        code, "proxy", message, _("/callbacks/ 的答复不是方寸给的：检查反向代理、CDN 缓存和模拟答复")
    )


def _heard(program: Program, push: PushSettings) -> Iterator[Result]:
    since = max(filter(None, [push.heard_at, timezone.now() - RECENT, push.updated_at]))
    refused = refused_since(RefusedCall.Door.PUSH, program.appid, since)
    found = [
        failed(f"push.refused.{reason}", blame, _told(message, row), fix)
        for reason, (blame, message, fix) in _push_reasons().items()
        if (row := refused.get(reason)) is not None
    ]
    yield from found
    if found:
        return
    if push.heard_at is not None:
        when = timezone.localtime(push.heard_at)
        yield ok("push.heard", "token", _("最近一次收到微信的推送：%s") % f"{when:%Y-%m-%d %H:%M}")
    else:
        yield undecided(
            "push.heard",
            "token",
            _("还没有收到过微信的推送，公众平台里填的 Token 和 EncodingAESKey 是否一致还不知道"),
            _("在公众平台“开发管理 → 消息推送”点提交，再在小程序里给客服发一句话，然后再测一次"),
        )


def _push_reasons() -> Mapping[str, tuple[str, str, str]]:
    console = _("在公众平台“开发管理 → 消息推送”里按“设置 → 小程序”的内容重新填写并提交")
    return {
        "signature": (
            "token",
            _("微信的推送签名不符：公众平台里填的 Token 与这里的不一致"),
            console,
        ),
        "decrypt": (
            "aes_key",
            _("微信的推送签名正确却解不开：公众平台里填的 EncodingAESKey 与这里的不一致"),
            console,
        ),
        APPID: (
            "appid",
            _("推送是发给另一个小程序的：公众平台里填的地址末尾不是这个小程序的 AppID"),
            console,
        ),
        "stale": ("clock", _("推送的时间与服务器时间相差五分钟以上"), _("在服务器上打开时间同步")),
        "missing": (
            "token",
            _("推送没有签名或没有加密：公众平台里选的消息加密方式与这里的不一致"),
            console,
        ),
        "malformed": ("proxy", _("推送的内容不完整"), _("检查反向代理是否改动了请求内容")),
    }


def _refused_notices(merchant: Merchant) -> Iterator[Result]:
    since = max(timezone.now() - RECENT, merchant.updated_at)
    refused = refused_since(RefusedCall.Door.NOTICE, merchant.mchid, since)
    reasons = {
        "unknown_serial": (
            "pay_key",
            _("支付通知用一个没有登记的公钥签名：公钥 ID 或平台证书不是现在用的"),
            _("从商户平台“API 安全”核对微信支付公钥和公钥 ID"),
        ),
        "signature": (
            "pay_key",
            _("支付通知验签失败：登记的微信支付公钥内容不对，或内容在路上被改动"),
            _("重新下载微信支付公钥填入；仍不行就检查反向代理"),
        ),
        "decrypt": (
            "api_v3_key",
            _("支付通知验签通过却解不开：APIv3 密钥与商户平台的不一致"),
            _("在商户平台“API 安全”重新设置 APIv3 密钥，并填到“设置 → 商户号”"),
        ),
        "stale": ("clock", _("支付通知的时间与服务器时间相差五分钟以上"), _("在服务器上打开时间同步")),
    }
    for reason, (blame, message, fix) in reasons.items():
        if (row := refused.get(reason)) is not None:
            yield failed(f"pay.refused.{reason}", blame, _told(message, row), fix)


def _told(message: str, row: RefusedCall) -> str:
    facts = {"message": message, "at": f"{timezone.localtime(row.at):%m-%d %H:%M}", "ip": row.ip or "—"}
    told = _("%(message)s（最近一次 %(at)s，来自 %(ip)s）") % facts
    if row.reason == "stale" and row.skew_s is not None:
        told += _("，差 %s 秒") % abs(row.skew_s)
    return told
