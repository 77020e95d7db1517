"""Why an upload was refused, in words that say what to do about it."""

from __future__ import annotations

import re

from fangcun.gateways.wechat.errors import BadCredentials, RequestRefused, Unavailable, WechatError

_REFUSED: tuple[tuple[str, type[WechatError], str], ...] = (
    (
        r"-10008|invalid ip",
        BadCredentials,
        "这台服务器的 IP 不在小程序的上传白名单里：微信公众平台→开发管理→开发设置→小程序代码上传，"
        "把 {ip} 加进白名单，或关闭白名单",
    ),
    (
        r"-10007|-10006|private key|privateKey|signature|sign.*(fail|err)|PEM|DECODER",
        BadCredentials,
        "上传密钥不对：请在公众平台「小程序代码上传」重新生成并填入资质与环境",
    ),
    (r"80051|exceed|max limit", RequestRefused, "代码包超过微信的限制：每个分包 2 MB，合计 30 MB"),
    (r"41002|40013|appid", BadCredentials, "AppID 不对，或上传密钥属于别的小程序"),
    (r"85013", RequestRefused, "版本号或描述不合规"),
    (
        r"ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|socket|timeout",
        Unavailable,
        "连不上微信的上传服务器；需要代理时设置 HTTPS_PROXY",
    ),
)


def upload_refusal(said: str) -> WechatError:
    """The error for what miniprogram-ci, or the box, says went wrong."""
    for pattern, kind, words in _REFUSED:
        if re.search(pattern, said, re.IGNORECASE):
            found = re.search(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:]{4,}", said)
            told = words.format(ip=found[0] if found else "本机的出口 IP") if "{ip}" in words else words
            code = re.search(r"-?\d{5}", said)
            return kind(f"{told}（{said[:200]}）", code=code[0] if code else "upload", details={"said": said})
    return RequestRefused(f"微信没有接受上传的代码（{said[:300]}）", code="upload", details={"said": said})
