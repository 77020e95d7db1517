"""What a person does in WeChat's console for a self-owned mini program: where to click, what to copy, what to note.

The console's menus are named as in the second half of 2026; WeChat renames them now and then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from fangcun.build.release.models import Errand
from fangcun.build.release.states import ErrandKind

CONSOLE = "https://mp.weixin.qq.com/"


@dataclass(frozen=True, slots=True)
class Copy:
    """A text to be copied into a field of WeChat's console."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Guide:
    """How one errand is done by hand: steps in order, texts to copy, and what to write down as evidence."""

    steps: tuple[str, ...]
    copies: tuple[Copy, ...] = ()
    note: str = ""
    link: str = field(default=CONSOLE)


def guide(errand: Errand) -> Guide:
    """The guide of an errand that waits for a person."""
    return GUIDES[ErrandKind(errand.kind)](errand.payload)


def _privacy(payload: dict[str, Any]) -> Guide:
    return Guide(
        steps=(
            _("登录微信公众平台，打开「设置 → 基本设置 → 服务内容声明 → 用户隐私保护指引」"),
            _("为下面每一项选择对应的信息类型，把用途复制进去；没有列出的类型不要勾选"),
            _("填写联系方式，提交并确认已更新"),
        ),
        copies=tuple(Copy(key, text) for key, text in payload.get("purposes", {}).items()),
        note=_("写下更新的时间，或贴上截图的链接"),
    )


def _submit(payload: dict[str, Any]) -> Guide:
    pages = payload.get("pages", [])
    return Guide(
        steps=(
            _("登录微信公众平台，打开「版本管理」，在开发版本里找到 %(version)s")
            % {"version": payload.get("version")},
            _("点「提交审核」，勾选声明；第一次会要求补全隐私指引和服务类目"),
            _("把下面的文字逐项复制到表单；类目选：%(categories)s")
            % {"categories": "、".join(payload.get("categories", []))},
            _("在「测试账号」里填写审核材料包中的账号说明，上传材料包里的截图"),
            _("提交后，页面会显示“审核中”"),
        ),
        copies=(
            Copy(_("版本描述"), payload.get("value_text", "")),
            *(
                Copy(_("功能页面 %(n)s") % {"n": n}, f"{one['title']}  {one['address']}")
                for n, one in enumerate(pages, 1)
            ),
            *((Copy(_("标签"), pages[0]["tag"]),) if pages else ()),
            Copy(_("订单中心页面"), payload.get("order_path", "")),
            Copy(_("测试账号说明"), payload.get("test_account", "")),
            *((Copy(_("补充说明"), payload["feedback"]),) if payload.get("feedback") else ()),
        ),
        note=_("写下提交的时间和提交人"),
    )


def _withdraw(payload: dict[str, Any]) -> Guide:
    return Guide(
        steps=(
            _("登录微信公众平台，打开「版本管理 → 审核版本」"),
            _("点「撤回审核」并确认；每天最多 5 次，每月最多 10 次"),
        ),
        note=_("写下撤回的时间"),
    )


def _speed_up(payload: dict[str, Any]) -> Guide:
    return Guide(
        steps=(
            _("登录微信公众平台，打开「版本管理 → 审核版本」，点「加急审核」"),
            _("选择加急原因并确认；次数很少，用完当年就没有了"),
        ),
        note=_("写下加急的时间"),
    )


def _gray(payload: dict[str, Any]) -> Guide:
    percent = payload.get("percent")
    return Guide(
        steps=(
            _("登录微信公众平台，打开「版本管理 → 审核版本」，点「提交发布」（已在灰度时点「调整比例」）"),
            _("选择「分阶段发布」，比例填 %(percent)s%%；比例只能调大") % {"percent": percent},
            _("确认后，页面会显示当前的灰度比例"),
            _("如果小程序还没有线上版本，微信不给灰度：选择「全量发布」，并在这里登记为全量"),
        ),
        note=_("写下微信后台显示的比例和时间"),
    )


def _release(payload: dict[str, Any]) -> Guide:
    return Guide(
        steps=(
            _("登录微信公众平台，打开「版本管理」"),
            _("点「提交发布 → 全量发布」（灰度中点「全量发布」）并确认"),
            _("线上版本应显示 %(version)s") % {"version": payload.get("version")},
        ),
        note=_("写下线上版本号和发布时间"),
    )


def _revert_gray(payload: dict[str, Any]) -> Guide:
    return Guide(
        steps=(
            _("立刻用「开关」关掉这个版本的新功能，微信里的用户马上就不再看到它"),
            _("登录微信公众平台，打开「版本管理 → 灰度中的版本」，点「取消灰度」并确认"),
            _("线上版本应回到灰度以前的版本"),
        ),
        note=_("写下取消的时间和线上版本号"),
    )


def _revert_code(payload: dict[str, Any]) -> Guide:
    return Guide(
        steps=(
            _("登录微信公众平台，打开「版本管理 → 线上版本」，点右侧菜单里的「回退」"),
            _("选择 %(version)s 并确认；每个版本只能回退一次")
            % {"version": payload.get("version") or _("上一个版本")},
        ),
        note=_("写下回退后的线上版本号"),
    )


GUIDES: dict[ErrandKind, Callable[[dict[str, Any]], Guide]] = {
    ErrandKind.PRIVACY: _privacy,
    ErrandKind.SUBMIT: _submit,
    ErrandKind.WITHDRAW: _withdraw,
    ErrandKind.SPEED_UP: _speed_up,
    ErrandKind.GRAY: _gray,
    ErrandKind.RELEASE: _release,
    ErrandKind.REVERT_GRAY: _revert_gray,
    ErrandKind.REVERT_CODE: _revert_code,
}
