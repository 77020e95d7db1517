"""What code management refuses, in words that say what to do about it.

Source: the error codes of 代码管理 for third-party platforms (commit, submit_audit, release, grayrelease …).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from fangcun.gateways.wechat.errors import BadCredentials, RequestRefused, Unavailable, WechatError

_Answer = TypeVar("_Answer")


class NotReady(Unavailable):
    """WeChat still looks through the code that was committed; ask again in a moment."""


class PrivacyIncomplete(RequestRefused):
    """The code uses private interfaces that have no permission or are not declared."""


class ThirdPartyOnly(RequestRefused):
    """Only a third-party platform may call this; a mini program may not with its own token."""


class QuotaUsedUp(RequestRefused):
    """The month's or day's number of this action is used up."""


class NothingOnline(RequestRefused):
    """The mini program was never released."""


class NotApproved(RequestRefused):
    """There is no version that passed the audit and waits to be released."""


class AuditRunning(RequestRefused):
    """Another version is in the audit."""


class OnlyUpwards(RequestRefused):
    """A grey release goes up only."""


class GrayRunning(RequestRefused):
    """Not while a grey release runs."""


class CannotGoBack(RequestRefused):
    """There is no earlier version to go back to."""


REFUSALS: Mapping[int, tuple[type[WechatError], str]] = {
    61039: (NotReady, "微信还在检测代码用到的隐私接口，通常几十秒；请稍后再试"),
    61040: (PrivacyIncomplete, "代码用到的隐私接口没有权限，或没有写进 app.json 的 requiredPrivateInfos"),
    80066: (RequestRefused, "代码里引用的插件不存在"),
    80067: (RequestRefused, "没有使用代码里那个插件的权限"),
    80082: (RequestRefused, "没有添加代码里的插件，请先在微信后台添加"),
    85006: (RequestRefused, "提审页面的标签格式不对：最多 10 个，每个不超过 20 字，空格隔开"),
    85007: (RequestRefused, "提审页面的路径不存在于代码里"),
    85008: (RequestRefused, "提审的类目没有审核通过，或不属于这个小程序"),
    85009: (AuditRunning, "已经有一个版本正在审核；等它结束，或先撤回"),
    85010: (RequestRefused, "提审页面列表有误，最多 5 个页面"),
    85011: (RequestRefused, "提审页面的标题要填，不超过 32 字"),
    85012: (RequestRefused, "审核编号不存在"),
    85013: (RequestRefused, "自定义版本号或描述无效"),
    85014: (RequestRefused, "模板编号不存在"),
    85015: (RequestRefused, "该账号不是小程序"),
    85019: (NotApproved, "没有审核中的或已通过的版本"),
    85020: (NotApproved, "这个版本还没有通过审核，不能发布"),
    85023: (RequestRefused, "提审的页面数要在 1 到 5 之间"),
    85043: (RequestRefused, "模板有误，请在模板库里重新添加"),
    85044: (RequestRefused, "代码包太大：每个分包 2 MB，服务商开发的小程序合计 20 MB 以内"),
    85045: (RequestRefused, "ext.json 里的页面在代码里不存在"),
    85046: (RequestRefused, "ext.json 缺少 tabBar 的页面"),
    85047: (RequestRefused, "ext.json 的 pages 为空"),
    85048: (RequestRefused, "ext.json 解析失败"),
    85051: (RequestRefused, "版本说明过长"),
    85077: (RequestRefused, "小程序的类目已被微信下线或失效，请在微信后台更换类目"),
    85079: (NothingOnline, "小程序还没有线上版本，第一次发布不能灰度，请直接全量发布"),
    85080: (NotApproved, "没有通过审核、等待发布的版本，不能灰度"),
    85081: (RequestRefused, "灰度比例不对：1 到 100 的整数；为 0 时要选体验者或开发者优先"),
    85082: (OnlyUpwards, "灰度比例只能比现在更大；要往回走，请取消灰度"),
    85085: (QuotaUsedUp, "本月的提审次数已用完，下月再提或购买次数"),
    85086: (RequestRefused, "还没有上传代码，不能提审"),
    85087: (RequestRefused, "小程序使用了跳转其他小程序的接口，要先声明跳转列表"),
    85092: (RequestRefused, "预览视频或图片的素材无效，请重新上传"),
    85093: (RequestRefused, "预览视频的内容不合规"),
    85094: (RequestRefused, "社区、论坛、笔记、问答等类目第一次提审必须填写用户内容安全声明"),
    86000: (
        ThirdPartyOnly,
        "微信只允许第三方平台代调用这个接口；自有小程序请用 ci 渠道，在微信后台提审和发布",
    ),
    86001: (RequestRefused, "不存在第三方平台的已授权小程序代码"),
    86002: (RequestRefused, "小程序还没有设置名称、头像、简介或服务类目，请先在微信后台补全"),
    86007: (BadCredentials, "小程序被禁止提交审核，请在微信后台查看违规通知"),
    86009: (BadCredentials, "这个服务商被限制提交审核"),
    86010: (BadCredentials, "这个服务商的迭代能力受限"),
    87006: (AuditRunning, "小程序正在被微信复核，暂时不能提审"),
    87011: (GrayRunning, "灰度发布进行中，请先取消灰度再回退"),
    87012: (CannotGoBack, "没有可以回退到的版本：它可能已回退过，或是第一个版本"),
    87013: (QuotaUsedUp, "撤回次数用完了：每天最多 5 次，每月最多 10 次"),
    89401: (RequestRefused, "系统不稳定，加急没有成功，请稍后再试"),
    89402: (RequestRefused, "这个审核单不能加急：请确认它在待审核，并且没有加急过"),
    89403: (RequestRefused, "这个审核单不在待审核队列里，无法加急"),
    89404: (RequestRefused, "这个审核单没有加急的资格"),
    89405: (QuotaUsedUp, "本月的加急次数已用完"),
    9402202: (Unavailable, "提交太频繁，上一次还在处理，请稍后再试"),
}


def explained(refused: WechatError) -> WechatError:
    """The same refusal, named and worded as code management means it; unchanged when it is none of its codes."""
    code = refused.code
    known = REFUSALS.get(int(code)) if code.lstrip("-").isdigit() else None
    if known is None:
        return refused
    kind, words = known
    if isinstance(refused, kind) and type(refused) is not RequestRefused:
        return refused
    return kind(f"{words}（{code}）", code=code, details={**refused.details, "words": words})


def named(call: Callable[[], _Answer]) -> _Answer:
    """Call, and let a refusal be named and worded as code management means it."""
    try:
        return call()
    except WechatError as refused:
        raise explained(refused) from refused
