"""What the audit log calls each action."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "catalog.change_stock": _("调整库存"),
    "catalog.create_category": _("新建分类"),
    "catalog.create_product": _("新建商品"),
    "catalog.delete_category": _("删除分类"),
    "catalog.move_category": _("移动分类"),
    "catalog.put_on_sale": _("上架商品"),
    "catalog.set_home": _("修改首页"),
    "catalog.set_prices": _("修改价格"),
    "catalog.take_off_sale": _("下架商品"),
    "catalog.update_category": _("修改分类"),
    "catalog.update_product": _("修改商品"),
    "jobs.retry": _("重新执行后台任务"),
    "members.merge": _("合并会员"),
    "members.reveal_phone": _("查看完整手机号"),
    "members.revoke_all": _("让会员全部退出登录"),
    "members.view": _("查看会员"),
    "messaging.register_template": _("保存消息模板"),
    "orders.annotate": _("修改订单备注"),
    "orders.cancel": _("取消订单"),
    "orders.export": _("导出订单"),
    "orders.ship": _("发货"),
    "orders.view": _("查看订单"),
    "payments.ask_wechat": _("向微信查询支付"),
    "payments.mismatch": _("支付结果与订单不符"),
    "payments.refund": _("退款"),
    "payments.resend_refund": _("重新发起退款"),
    "programs.register_merchant": _("保存商户号"),
    "programs.register_program": _("保存小程序"),
    "programs.renew_certificates": _("更新平台证书"),
    "programs.test_connection": _("测试连接"),
    "revisions.discard_draft": _("放弃规划草稿"),
    "revisions.publish": _("发布规划"),
    "revisions.rebase_draft": _("把规划草稿合并到最新版本"),
    "revisions.start_draft": _("新建规划草稿"),
    "schedule.end_condition": _("登记突发情况结束"),
    "schedule.finish_stage": _("登记阶段完成"),
    "schedule.record_check": _("登记检查结果"),
    "schedule.reopen_stage": _("重新打开阶段"),
    "schedule.report_condition": _("登记突发情况"),
    "schedule.report_percent": _("更新阶段进度"),
    "schedule.start_stage": _("登记阶段开始"),
    "schedule.tick": _("通过验收"),
    "schedule.untick": _("撤销验收"),
    "shipping.delete_freight_rule": _("删除运费规则"),
    "shipping.save_freight_rule": _("保存运费规则"),
    "staff.activate": _("恢复员工"),
    "staff.deactivate": _("停用员工"),
    "staff.enter_by_link": _("用一次性链接登录"),
    "staff.invite": _("邀请员工"),
    "staff.issue_login_link": _("生成登录链接"),
    "staff.log_in": _("用密码登录控制台"),
    "staff.set_password": _("设置密码"),
    "staff.set_roles": _("修改员工角色"),
}


def action_name(action: str) -> str:
    """The action in words; one without words keeps its name."""
    return str(ACTIONS.get(action, action))
