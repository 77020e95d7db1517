"""What people call events."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

TITLES: dict[str, str | Promise] = {
    "app_launched": gettext_lazy("启动小程序"),
    "app_shown": gettext_lazy("进入小程序"),
    "app_hidden": gettext_lazy("离开小程序"),
    "app_failed": gettext_lazy("小程序报错"),
    "page_viewed": gettext_lazy("浏览页面"),
    "page_left": gettext_lazy("离开页面"),
    "page_shared": gettext_lazy("分享页面"),
    "page_favorited": gettext_lazy("收藏页面"),
    "element_tapped": gettext_lazy("点击"),
    "user_logged_in": gettext_lazy("登录"),
    "goods_tapped": gettext_lazy("点开商品"),
    "goods_viewed": gettext_lazy("浏览商品"),
    "goods_searched": gettext_lazy("搜索商品"),
    "goods_bought": gettext_lazy("买到商品"),
    "cart_added": gettext_lazy("加入购物车"),
    "checkout_viewed": gettext_lazy("进入结算"),
    "order_submitted": gettext_lazy("提交订单"),
    "payment_requested": gettext_lazy("发起支付"),
    "payment_dismissed": gettext_lazy("放弃支付"),
    "order_paid": gettext_lazy("支付成功"),
    "order_shipped": gettext_lazy("订单发货"),
    "order_completed": gettext_lazy("订单完成"),
    "order_cancelled": gettext_lazy("订单取消"),
    "order_refunded": gettext_lazy("订单退款"),
    "group_opened": gettext_lazy("开团"),
    "group_joined": gettext_lazy("参团"),
    "group_result_sent": gettext_lazy("告知拼团结果"),
    "message_sent": gettext_lazy("收到消息"),
    "consent_answered": gettext_lazy("答复消息授权"),
    "events_dropped": gettext_lazy("手机丢弃了事件"),
    "experiment_exposed": gettext_lazy("进入实验"),
}


def title_of(event: str) -> str:
    """An event in people's words; its own name when nobody gave it another, "any event" for ""."""
    if not event:
        return _("任意事件")
    return str(TITLES.get(event, event))
