"""The operators' site: who gets in, what stands in the sidebar, what the front page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fangcun.doors.console import entrance, overview
from fangcun.doors.console.access import BY_NAME
from fangcun.doors.console.care import urls as care_urls
from fangcun.doors.console.conversations import urls as conversation_urls
from fangcun.doors.console.insight import urls as insight_urls
from fangcun.doors.console.insight.pages import PAGES
from fangcun.doors.console.launch import urls as launch_urls
from fangcun.doors.console.loyalty import urls as loyalty_urls
from fangcun.doors.console.model_admin import actor_of
from fangcun.doors.console.plan import edit_urls, pages
from fangcun.identity.staff.queries import may, roles_of
from fangcun.kernel.audit import record

if TYPE_CHECKING:  # the library has no types; its class is Django's with more attributes
    from django.contrib.admin import AdminSite
else:
    from unfold.sites import UnfoldAdminSite as AdminSite


class ConsoleSite(AdminSite):
    """Django's admin under another roof: `/console/`."""

    index_title = _("概览")
    index_template = "console/overview.html"
    permission_of_page = BY_NAME

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(roles_of(request.user))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [
            path("enter/<str:token>", entrance.enter, name="enter"),
            path("overview.json", self.admin_view(overview.numbers), name="overview-numbers"),
            *pages.urls(self.admin_view),
            *edit_urls.urls(self.admin_view),
            *insight_urls.urls(self.admin_view),
            *care_urls.urls(self.admin_view),
            *loyalty_urls.urls(self.admin_view),
            *conversation_urls.urls(self.admin_view),
            *launch_urls.urls(self.admin_view),
            *super().get_urls(),
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().index(request, {**(extra_context or {}), **overview.context(request)})

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The way in by password; every entry stands in the audit log."""
        was_in = request.user.is_authenticated
        answer = super().login(request, extra_context)
        if request.user.is_authenticated and not was_in:
            record("staff.log_in", by=actor_of(request), object=request.user)
        return answer

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """One's own password."""
        return entrance.own_password(request, {**self.each_context(request), **(extra_context or {})})


console: admin.AdminSite = admin.site


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The rooms this person may enter."""
    groups: list[tuple[Any, list[tuple[Any, str, str, str]]]] = [
        (_("经营"), [(_("概览"), "monitoring", "/console/", "insight.view")]),
        (
            pgettext_lazy("sidebar", "分析"),
            [
                (_("看板"), "dashboard", "/console/insight/", "insight.view"),
                *((page.title, page.icon, page.address, "insight.view") for page in PAGES),
                (_("人群"), "group", "/console/insight/segments/", "insight.view"),
                (_("实验"), "science", "/console/insight/experiments/", "insight.view"),
            ],
        ),
        (
            _("规划"),
            [
                (_("蓝图"), "architecture", "/console/plan/", "plan.view"),
                (_("场景"), "route", "/console/plan/scenarios/", "plan.view"),
                (_("排期"), "view_timeline", "/console/plan/schedule/", "plan.view"),
                (_("埋点"), "sensors", "/console/plan/tracking/", "plan.view"),
                (_("编辑蓝图"), "edit_document", "/console/plan/edit/", "plan.change"),
                (_("历次版本"), "history", "/console/plan/revisions/", "plan.view"),
            ],
        ),
        (
            _("交易"),
            [
                (_("订单"), "receipt_long", "/console/orders/order/", "orders.view"),
                (_("支付"), "payments", "/console/payments/payment/", "payments.view"),
                (_("退款"), "currency_exchange", "/console/payments/refund/", "payments.view"),
            ],
        ),
        (
            _("商品"),
            [
                (_("商品"), "nutrition", "/console/catalog/product/", "products.view"),
                (_("分类"), "category", "/console/catalog/category/", "products.view"),
                (_("库存流水"), "inventory", "/console/catalog/stockchange/", "stock.view"),
                (_("首页"), "home_app_logo", "/console/catalog/homesettings/", "products.view"),
                (_("运费规则"), "local_shipping", "/console/shipping/freightrule/", "products.view"),
            ],
        ),
        (
            _("增长"),
            [
                (_("优惠券"), "confirmation_number", "/console/offers/coupontemplate/", "grow.view"),
                (_("会员的券"), "local_activity", "/console/offers/coupon/", "grow.view"),
                (_("秒杀"), "bolt", "/console/offers/flashsale/", "grow.view"),
                (_("限时价"), "timer", "/console/offers/limitedsale/", "grow.view"),
                (_("满减满赠"), "sell", "/console/offers/threshold/", "grow.view"),
                (_("叠加规则"), "layers", "/console/offers/threshold/stacking/", "grow.view"),
                (_("拼团活动"), "groups", "/console/groupbuy/campaign/", "grow.view"),
                (_("团"), "diversity_3", "/console/groupbuy/group/", "grow.view"),
                (_("渠道"), "campaign", "/console/links/channel/numbers/", "grow.view"),
                (_("推广链接"), "link", "/console/links/link/", "grow.view"),
                (_("批量码"), "qr_code_2", "/console/links/batch/", "grow.view"),
                (_("邀请"), "person_add", "/console/referral/invitation/", "grow.view"),
            ],
        ),
        (
            _("客户"),
            [
                (_("会员"), "group", "/console/members/member/", "members.view"),
                (_("会员卡"), "card_membership", "/console/loyalty/card/", "grow.view"),
                (_("积分明细"), "redeem", "/console/loyalty/pointsentry/", "grow.view"),
                (_("会员等级"), "military_tech", "/console/loyalty/tiers/", "grow.view"),
                (_("积分与签到规则"), "rule", "/console/loyalty/rules/", "grow.view"),
                (_("会员活动"), "event", "/console/loyalty/activity/", "grow.view"),
                (_("客服会话"), "forum", "/console/conversations/", "conversations.view"),
                (_("消息"), "mail", "/console/messaging/message/", "messages.view"),
                (_("订阅消息发送"), "forward_to_inbox", "/console/messaging/delivery/", "messages.view"),
                (_("消息模板"), "text_snippet", "/console/messaging/template/", "messages.view"),
                (_("授权账本"), "rule", "/console/care/consents/", "messages.view"),
                (_("授权规划"), "contact_support", "/console/care/planner/", "messages.view"),
                (_("自动化"), "conversion_path", "/console/care/automations/", "messages.view"),
                (_("短信收件箱"), "sms", "/console/messaging/text/", "messages.view"),
                (_("短信模板"), "article", "/console/messaging/texttemplate/", "messages.view"),
                (_("短信与打扰上限"), "do_not_disturb_on", "/console/care/settings/", "messages.view"),
            ],
        ),
        (
            _("上线"),
            [
                (_("上线看板"), "rocket_launch", "/console/launch/", "launch.view"),
                (_("构建"), "package_2", "/console/launch/builds/", "launch.view"),
                (_("检查"), "fact_check", "/console/launch/checks/", "launch.view"),
                (_("测试报告"), "lab_profile", "/console/launch/reports/", "launch.view"),
                (_("资质与环境"), "badge", "/console/launch/papers/", "launch.view"),
                (
                    pgettext_lazy("release", "发布"),
                    "rocket_launch",
                    "/console/launch/releases/",
                    "launch.view",
                ),
                (_("放量"), "stacked_line_chart", "/console/launch/rollouts/", "launch.view"),
                (_("开关"), "toggle_on", "/console/launch/flags/", "launch.view"),
            ],
        ),
        (
            _("设置"),
            [
                (_("小程序"), "phone_android", "/console/programs/program/", "programs.view"),
                (_("商户号"), "account_balance", "/console/programs/merchant/", "programs.view"),
                (_("员工"), "badge", "/console/auth/user/", "staff.view"),
                (_("审计日志"), "history", "/console/kernel/auditentry/", "audit.view"),
                (_("后台任务"), "manufacturing", "/console/kernel/job/", "audit.view"),
            ],
        ),
    ]
    links = [link for _title, entries in groups for _name, _icon, link, _permission in entries]
    nearest = max((link for link in links if request.path.startswith(link)), key=len, default="")
    return [
        {
            "title": title,
            "separator": bool(number),
            "items": [
                {"title": name, "icon": icon, "link": link, "active": link == nearest}
                for name, icon, link, permission in entries
                if may(request.user, permission)
            ],
        }
        for number, (title, entries) in enumerate(groups)
        if any(may(request.user, permission) for *_, permission in entries)
    ]
