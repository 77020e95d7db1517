"""Which refusal of WeChat means what, and which may pass by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fangcun.gateways.wechat.errors import (
    AlreadyPaid,
    AnswersUsedUp,
    BadCredentials,
    BalanceTooLow,
    CodeInvalid,
    LoginBlocked,
    MediaGone,
    NotSubscribed,
    NumberTaken,
    OrderClosed,
    OrderUnknown,
    RateLimited,
    RecipientInvalid,
    RefundImpossible,
    RefundUnknown,
    RequestRefused,
    TemplateDataInvalid,
    TokenRefused,
    Unavailable,
    WechatError,
    WindowClosed,
)

TOKEN_CODES = frozenset({40001, 40014, 41001, 42001})
_CODE_CODES = frozenset({40029, 40163})

_MINIPROGRAM: Mapping[int, tuple[type[WechatError], str]] = {
    -1: (Unavailable, "微信系统繁忙"),
    40001: (BadCredentials, "AppSecret 不正确"),
    40003: (RecipientInvalid, "这个用户不属于该小程序"),
    40004: (RequestRefused, "媒体文件的类型不正确"),
    40007: (MediaGone, "媒体文件不存在或已过期"),
    40013: (BadCredentials, "AppID 无效"),
    40037: (RequestRefused, "订阅消息的模板 ID 不正确"),
    40066: (RequestRefused, "短链接的页面路径不正确"),
    40097: (RequestRefused, "参数不正确"),
    40125: (BadCredentials, "AppSecret 不正确"),
    40129: (RequestRefused, "小程序码的 scene 不合规"),
    40164: (BadCredentials, "服务器的 IP 不在公众平台的白名单里"),
    40165: (RequestRefused, "链接的页面路径不正确"),
    40169: (RequestRefused, "小程序码的 scene 过长"),
    40212: (RequestRefused, "链接的页面参数不正确"),
    40225: (RequestRefused, "短链接的标题不正确"),
    40226: (LoginBlocked, "微信判定该用户为高风险，已拦截登录"),
    40243: (BadCredentials, "AppSecret 已被冻结"),
    41002: (BadCredentials, "缺少 AppID"),
    41004: (BadCredentials, "缺少 AppSecret"),
    41030: (RequestRefused, "页面不存在或未发布"),
    43101: (NotSubscribed, "用户没有同意接收这条消息，或同意的次数已用完"),
    43104: (RequestRefused, "该小程序的类目没有短链接的权限"),
    43107: (RequestRefused, "订阅消息能力已被封禁"),
    43108: (RateLimited, "同时向同一用户发送了多条消息"),
    44990: (RateLimited, "调用过于频繁（每秒）"),
    44991: (RateLimited, "调用过于频繁（每分钟）"),
    44993: (RateLimited, "今日调用次数已用完"),
    45009: (RateLimited, "调用次数已用完"),
    45011: (RateLimited, "调用过于频繁（每分钟）"),
    45015: (WindowClosed, "客户超过 48 小时没有发消息，不能再回复"),
    45047: (AnswersUsedUp, "客户发一条消息后最多回复 5 条，已用完"),
    45072: (RequestRefused, "输入状态的命令不正确"),
    45080: (RequestRefused, "发送输入状态前客户 30 秒内没有互动"),
    45081: (RateLimited, "正在显示输入状态，不必重复发送"),
    45168: (RequestRefused, "消息含有敏感词"),
    47003: (TemplateDataInvalid, "模板字段不符合规则"),
    48001: (RequestRefused, "该小程序没有客服消息的接口权限"),
    50004: (BadCredentials, "该小程序被禁止调用 token 接口"),
    50007: (BadCredentials, "小程序账号已冻结"),
    85079: (RequestRefused, "小程序还没有发布"),
    85088: (RequestRefused, "该小程序没有开通云开发"),
    85400: (RequestRefused, "永久短链接的数量已用完"),
    85401: (RequestRefused, "链接的有效期应在 1 分钟到 30 天之间"),
    85402: (RequestRefused, "链接的版本参数不正确"),
    85407: (RequestRefused, "只有企业等非个人主体可以生成链接"),
    85408: (RequestRefused, "该小程序已被禁止生成链接"),
    70000: (RequestRefused, "该用户开启了未成年人保护，不能发送"),
    89503: (BadCredentials, "此 IP 调用需要管理员确认"),
    89506: (BadCredentials, "管理员已拒绝此 IP 调用，24 小时后再试"),
    89507: (BadCredentials, "管理员已拒绝此 IP 调用，1 小时后再试"),
}

_PAY: Mapping[str, tuple[type[WechatError], str]] = {
    "ACCOUNT_ERROR": (RefundImpossible, "用户账户异常"),
    "APPID_MCHID_NOT_MATCH": (BadCredentials, "AppID 与商户号没有绑定"),
    "BANK_ERROR": (Unavailable, "银行系统异常"),
    "FREQUENCY_LIMITED": (RateLimited, "请求过于频繁"),
    "MCH_NOT_EXISTS": (BadCredentials, "商户号不存在"),
    "NOT_ENOUGH": (BalanceTooLow, "商户账户余额不足"),
    "NO_AUTH": (BadCredentials, "商户号没有此权限"),
    "OPENID_MISMATCH": (RecipientInvalid, "openid 与 AppID 不匹配"),
    "ORDERPAID": (AlreadyPaid, "订单已支付"),
    "ORDER_CLOSED": (OrderClosed, "订单已关闭"),
    "ORDER_NOT_EXIST": (OrderUnknown, "微信支付没有这笔订单"),
    "ORDERNOTEXIST": (OrderUnknown, "微信支付没有这笔订单"),
    "OUT_TRADE_NO_USED": (NumberTaken, "商户订单号已用过"),
    "RATELIMIT_EXCEED": (RateLimited, "请求过于频繁"),
    "RATELIMIT_EXCEEDED": (RateLimited, "请求过于频繁"),
    "RESOURCE_NOT_EXISTS": (RefundUnknown, "微信支付没有这笔退款或订单"),
    "SIGN_ERROR": (BadCredentials, "请求签名未通过"),
    "SYSTEM_ERROR": (Unavailable, "微信支付系统异常"),
    "USERPAYING": (Unavailable, "用户正在支付"),
    "USER_ACCOUNT_ABNORMAL": (RefundImpossible, "用户账户异常，需线下退款"),
    "USER_PAYING": (Unavailable, "用户正在支付"),
}

# The last part of Request-ID tells apart what `code` lumps together.
_PAY_INTERNAL: Mapping[str, tuple[type[WechatError], str]] = {
    "268445527": (BadCredentials, "AppID 与商户号没有绑定"),
    "268447840": (RateLimited, "请求过于频繁"),
    "268447914": (OrderClosed, "订单已过期或已关闭"),
    "268449538": (AlreadyPaid, "订单已支付"),
    "268498688": (NumberTaken, "商户订单号已用过，内容与首次请求不同"),
    "268498689": (AlreadyPaid, "订单已支付"),
    "268512771": (OrderUnknown, "微信支付没有这笔订单"),
}

# A refusal that says how an order stands: believed only with WeChat Pay's signature.
SAYS_HOW_IT_STANDS = (OrderUnknown, OrderClosed, AlreadyPaid, RefundUnknown)


def errcode_of(answer: Mapping[str, Any]) -> int:
    """The vendor's number; 0 is success, and so is its absence."""
    try:
        return int(answer.get("errcode") or 0)
    except (TypeError, ValueError):
        return -1


def miniprogram_refusal(
    answer: Mapping[str, Any], *, with_token: bool = False, code_refusal: type[CodeInvalid] = CodeInvalid
) -> WechatError:
    """The error for an `errcode` that is not 0. Errcodes: the table "返回码" of each interface."""
    errcode, errmsg = errcode_of(answer), str(answer.get("errmsg", ""))
    details: dict[str, Any] = {"errcode": errcode, "errmsg": errmsg}
    if rid := re.search(r"rid:\s*([0-9A-Za-z-]+)", errmsg):
        details["rid"] = rid[1]
    kind, what = _MINIPROGRAM.get(errcode, (RequestRefused, "微信拒绝了请求"))
    if errcode in _CODE_CODES:
        kind, what = code_refusal, "凭证无效、已过期或已用过"
    elif with_token and errcode in TOKEN_CODES:
        kind, what = TokenRefused, "access_token 无效或已过期"
    elif kind is TemplateDataInvalid and (named := re.search(r"data\.(\w+)\.value", errmsg)):
        details["field"] = named[1]
        what = f"模板字段 {named[1]} 不符合规则"
    return kind(f"{what}（{errcode} {errmsg}）", code=str(errcode), details=details)


def pay_refusal(status: int, answer: Mapping[str, Any], *, request_id: str, signed: bool) -> WechatError:
    """The error for an answer of WeChat Pay that is no success."""
    code, said = str(answer.get("code", "")), str(answer.get("message", ""))
    details = {
        "status": status,
        "message": said,
        "detail": answer.get("detail"),
        "request_id": request_id,
        "signed": signed,
    }
    named = _PAY_INTERNAL.get(request_id.rpartition("-")[2]) or _PAY.get(code)
    if named is None:
        if status == 429:
            named = (RateLimited, "请求过于频繁")
        elif status >= 500:
            named = (Unavailable, "微信支付没有正常答复")
        else:
            named = (RequestRefused, "微信支付拒绝了请求")
    kind, what = named
    return kind(f"{what}（{status} {code} {said}）", code=code or str(status), details=details)
