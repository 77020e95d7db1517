"""Who may see and do what in the console: one table, read by every page and every test."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person of the staff is; the names of Django's groups. One may be several."""

    OWNER = "owner", _("所有者")
    PLANNER = "planner", _("策划")
    OPERATOR = "operator", _("运营")
    SUPPORT = "support", _("客服")
    ANALYST = "analyst", _("分析")
    DEVELOPER = "developer", _("开发")


PERMISSIONS: Mapping[str, str | Promise] = {
    "products.view": _("查看商品和分类"),
    "products.change": _("修改商品和分类"),
    "stock.view": _("查看库存记录"),
    "stock.change": _("调整库存"),
    "orders.view": _("查看订单"),
    "orders.change": _("取消订单、添加备注"),
    "orders.ship": _("发货"),
    "payments.view": _("查看支付和退款"),
    "payments.refund": _("退款"),
    "members.view": _("查看会员"),
    "members.change": _("修改会员、注销其登录"),
    "members.reveal": _("查看完整手机号"),
    "messages.view": _("查看消息"),
    "messages.change": _("修改消息模板、重发消息"),
    "conversations.view": _("查看客服会话"),
    "conversations.answer": _("回复客户、分配会话"),
    "conversations.change": _("修改客服设置和快捷回复"),
    "grow.view": _("查看积分、等级、活动、优惠和推广"),
    "grow.change": _("修改积分、等级、活动、优惠和推广"),
    "programs.view": _("查看小程序和商户号"),
    "programs.change": _("修改小程序和商户号"),
    "staff.view": _("查看员工"),
    "staff.change": _("邀请、停用员工，修改角色"),
    "audit.view": _("查看操作日志"),
    "insight.view": _("查看数据分析"),
    "insight.change": _("保存问题、看板和人群"),
    "plan.view": _("查看规划"),
    "plan.change": _("修改规划"),
    "plan.publish": _("发布、恢复规划"),
    "launch.view": _("查看构建、检查、资质和发布"),
    "launch.change": _("构建、检查，修改资质、环境和开关"),
    "launch.release": _("提审、发布、回退小程序"),
}

GRANTS: Mapping[str, frozenset[str]] = {
    Role.OWNER: frozenset(PERMISSIONS),
    Role.PLANNER: frozenset(
        {
            "products.view",
            "orders.view",
            "messages.view",
            "grow.view",
            "insight.view",
            "insight.change",
            "plan.view",
            "plan.change",
            "plan.publish",
            "launch.view",
            "launch.change",
            "launch.release",
        }
    ),
    Role.OPERATOR: frozenset(
        {
            "products.view",
            "products.change",
            "stock.view",
            "stock.change",
            "orders.view",
            "orders.change",
            "orders.ship",
            "payments.view",
            "payments.refund",
            "members.view",
            "members.reveal",
            "messages.view",
            "messages.change",
            "conversations.view",
            "conversations.answer",
            "conversations.change",
            "grow.view",
            "grow.change",
            "insight.view",
            "insight.change",
            "plan.view",
            "launch.view",
        }
    ),
    Role.SUPPORT: frozenset(
        {
            "products.view",
            "stock.view",
            "orders.view",
            "orders.change",
            "payments.view",
            "members.view",
            "members.reveal",
            "messages.view",
            "conversations.view",
            "conversations.answer",
            "grow.view",
        }
    ),
    Role.ANALYST: frozenset(
        {
            "products.view",
            "orders.view",
            "grow.view",
            "insight.view",
            "insight.change",
            "plan.view",
            "launch.view",
        }
    ),
    Role.DEVELOPER: frozenset(
        {
            "products.view",
            "messages.view",
            "programs.view",
            "programs.change",
            "audit.view",
            "insight.view",
            "plan.view",
            "launch.view",
            "launch.change",
        }
    ),
}
