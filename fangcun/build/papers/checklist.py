"""What WeChat or the law asks for before a launch: decided by a test where one can, else by a person's word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Item:
    """One point: what it is, and where it is done."""

    title: str | Promise
    where: str | Promise
    by_person: bool = False


ITEMS: Mapping[str, Item] = {
    "filing": Item(_("小程序备案"), _("公众平台 → 设置 → 小程序备案"), by_person=True),
    "certified": Item(_("微信认证有效"), _("公众平台 → 设置 → 基本设置 → 微信认证"), by_person=True),
    "category": Item(_("服务类目已添加，资质已上传"), _("公众平台 → 设置 → 服务类目"), by_person=True),
    "profile": Item(_("名称、头像、简介已设置"), _("公众平台 → 设置 → 基本设置"), by_person=True),
    "privacy": Item(_("蓝图里每项隐私都写明了用途"), _("规划 → 上线 → 隐私用途")),
    "privacy_console": Item(
        _("用户隐私保护指引已在公众平台填写"), _("公众平台 → 设置 → 服务内容声明"), by_person=True
    ),
    "domains": Item(_("服务器域名已登记"), _("上线 → 资质与环境 → 环境")),
    "domains_console": Item(
        _("公众平台已配置同样的服务器域名"), _("公众平台 → 开发管理 → 服务器域名"), by_person=True
    ),
    "icp": Item(_("域名的 ICP 备案号已填写"), _("上线 → 资质与环境 → 环境")),
    "templates": Item(_("场景用到的订阅消息都有模板"), _("客户 → 消息模板")),
    "merchant": Item(_("商户号已关联"), _("设置 → 小程序")),
    "tester": Item(_("体验成员和测试账号已准备"), _("公众平台 → 成员管理；发布页的审核材料"), by_person=True),
    "staff": Item(_("有人负责：所有者和运营都在员工里"), _("设置 → 员工")),
    "service": Item(_("客服有人接待"), _("公众平台 → 功能 → 客服"), by_person=True),
    "node": Item(_("构建工具齐全（Node.js 20 以上、miniprogram-ci）"), _("make setup")),
    "upload_key": Item(_("代码上传密钥可用"), _("上线 → 资质与环境 → 环境")),
    "repository": Item(_("代码都已提交"), _("git status")),
}
BY_PERSON = frozenset(name for name, item in ITEMS.items() if item.by_person)
