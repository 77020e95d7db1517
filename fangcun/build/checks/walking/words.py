"""Words by which a walk knows what a control or a page is about."""

from __future__ import annotations

import re

REFUSE = re.compile(
    r"拒绝|不同意|取消|暂不|暂时不|以后再说|下次|跳过|关闭|随便看看|随便逛逛|先逛逛|先去逛|先看看|游客|稍后|不用了|不了|不需要|再想想|返回|放弃"
    r"|^\s*[×✕✖xX╳]\s*$|\b(?:skip|cancel|close|decline|refuse|reject|later|not now|no thanks|browse)\b",
    re.IGNORECASE,
)
AGREE = re.compile(
    r"同意|确定|知道了|允许|继续|进入|开始|登录|\b(?:ok|agree|accept|allow|continue)\b", re.IGNORECASE
)
CLOSE_CLASS = re.compile(r"(?:^|[-_\s])(?:close|cancel|skip|refuse|reject|mask|overlay|shade)", re.IGNORECASE)
PRIVACY = re.compile(r"隐私|用户协议|服务协议|个人信息|privacy", re.IGNORECASE)
LOGIN = re.compile(r"登录|登陆|登入|授权|注册|绑定手机|手机号|log\s?in|sign\s?in|authori[sz]e", re.IGNORECASE)
LOGIN_PAGE = re.compile(
    r"(?:^|/|[-_])(?:login|signin|sign-in|auth|authorize|register|bindphone|bind-phone)(?:$|/|[-_])",
    re.IGNORECASE,
)
LAST = re.compile(r"退出|注销|删除|清空|清除|登出|logout|delete|remove|clear", re.IGNORECASE)
UNSETTLING = re.compile(
    r"^(?:English|语言|切换语言|撤回|退出登录|注销.*|清除缓存|切换账号|Log ?out|Sign ?out)$",
    re.IGNORECASE,
)
SELECTED = re.compile(
    r"(?:^|[-_\s])(?:on|active|selected|current|cur|checked|chosen|actived)(?:$|[-_\s])", re.IGNORECASE
)


def is_about_entering(text: str) -> bool:
    """Whether a sheet or dialog is about privacy, login or authorisation."""
    return bool(PRIVACY.search(text) or LOGIN.search(text))
