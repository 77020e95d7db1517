"""The interfaces that WeChat has to open for a mini program, and which of them a plan or a package needs. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fangcun.blueprint.document import Blueprint

LOCATION = (
    "getFuzzyLocation", "getLocation", "onLocationChange", "startLocationUpdate",
    "startLocationUpdateBackground", "chooseLocation", "choosePoi", "chooseAddress",
)  # fmt: skip
_MOST_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Capability:
    """An interface: what people call it, where it is applied for, and whether a call can find out."""

    title: str | Promise
    where: str | Promise
    probed: bool = False


_PLACE = _("公众平台 → 开发管理 → 接口设置 → 地理位置")
CAPABILITIES: Mapping[str, Capability] = {
    "payment": Capability(_("微信支付"), _("公众平台 → 微信支付 → 关联商户号"), probed=True),
    "shipping": Capability(_("发货信息管理"), _("公众平台 → 功能 → 购物订单 → 发货管理")),
    "phone": Capability(_("手机号快速验证"), _("公众平台 → 付费管理 → 手机号快速验证组件"), probed=True),
    "subscribe": Capability(_("订阅消息"), _("公众平台 → 功能 → 订阅消息 → 我的模板"), probed=True),
    "customer_service": Capability(
        _("客服消息"), _("公众平台 → 功能 → 客服；开发管理 → 消息推送"), probed=True
    ),
    "code": Capability(_("小程序码"), _("小程序发布后即可调用"), probed=True),
    "url_link": Capability("URL Link", _("非个人主体的小程序发布后即可调用"), probed=True),
    "content_check": Capability(
        _("内容安全检测"), _("非个人主体即可调用，接口 msgSecCheck、mediaCheckAsync")
    ),
    "getFuzzyLocation": Capability(_("模糊位置"), _PLACE),
    "getLocation": Capability(_("精确位置"), _PLACE),
    "onLocationChange": Capability(_("监听位置变化"), _PLACE),
    "startLocationUpdate": Capability(_("前台持续定位"), _PLACE),
    "startLocationUpdateBackground": Capability(_("后台持续定位"), _PLACE),
    "chooseLocation": Capability(_("打开地图选择位置"), _PLACE),
    "choosePoi": Capability(_("选择附近地点"), _PLACE),
    "chooseAddress": Capability(_("收货地址"), _PLACE),
}

# What in a package's code uses an interface. Names of interfaces stay what they are when code is made small.
_CALLS = {
    "payment": re.compile(r"\.requestPayment\b"),
    "subscribe": re.compile(r"\.requestSubscribeMessage\b"),
    "phone": re.compile(r"""open-type=["']\s*(?:getPhoneNumber|getRealtimePhoneNumber)"""),
    "customer_service": re.compile(r"""open-type=["']\s*contact|\.openCustomerServiceChat\b"""),
}


def needs_of_plan(bp: Blueprint) -> dict[str, str]:
    """Which interfaces a plan needs, and why, by their code."""
    found: dict[str, str] = {}
    uses: dict[str, str] = {}
    for page in bp.pages.values():
        for capability in page.uses:
            uses.setdefault(capability, page.title)
    if "payment" in uses:
        found["payment"] = _t("页面“%s”要付款") % uses["payment"]
        if bp.launch.order_path:
            found["shipping"] = _t("商品要发货，微信要求录入发货信息后才结算")
    if "phone" in uses:
        found["phone"] = _t("页面“%s”用到手机号") % uses["phone"]
    if "address" in uses:
        found["chooseAddress"] = _t("页面“%s”用到收货地址；若只用自己的地址簿，可不申请") % uses["address"]
    if "location" in uses:
        found["getLocation"] = _t("页面“%s”用到位置；构建之后按包里实际用到的接口判断") % uses["location"]
    told = [
        scenario.name
        for scenario in bp.scenarios
        for moment in scenario.moments
        if moment.message is not None and moment.message.needs_consent
    ]
    if told:
        found["subscribe"] = _t("场景“%s”给顾客发订阅消息") % told[0]
    declared = bp.launch.content_declaration is not None and bp.launch.content_declaration.ugc
    if declared or bp.content.ugc:
        found["content_check"] = _t("有用户发布的内容")
    return found


def needs_of_package(folder: Path, app: Mapping[str, object]) -> dict[str, str]:
    """Which interfaces a built package needs, and why: what app.json declares and what its code calls."""
    found: dict[str, str] = {}
    declared = app.get("requiredPrivateInfos")
    for name in declared if isinstance(declared, list) else ():
        if name in LOCATION:
            found[name] = _t("app.json 的 requiredPrivateInfos 声明了它")
    for path, text in _texts(folder):
        for code, called in _CALLS.items():
            if code not in found and called.search(text):
                found[code] = _t("包里的 %s 用到它") % path
    return found


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".js", ".wxml") and path.is_file() and path.stat().st_size <= _MOST_BYTES:
            yield path.relative_to(folder).as_posix(), path.read_text(errors="replace")


def needs(bp: Blueprint | None, package: dict[str, str] | None) -> dict[str, str]:
    """What is needed by plan or package. Where there is a package, it alone says which places are asked for."""
    found = needs_of_plan(bp) if bp is not None else {}
    if package is not None:
        found = {code: why for code, why in found.items() if code not in LOCATION}
    return {**(package or {}), **found}
