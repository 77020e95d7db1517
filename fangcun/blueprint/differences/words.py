"""How the keys of a blueprint are called when a change is told."""

from __future__ import annotations

from typing import Final

LABELS: Final[dict[str, str]] = {
    "subject": "主体类型", "pains": "痛点", "text": "内容", "role": "角色", "jumps_to": "可跳转到",
    "pain": "痛点", "statement": "说法", "metric": "指标", "baseline": "现状", "target": "目标值",
    "direction": "方向", "due": "到期日", "kind": "类别", "event": "事件", "prop": "求和属性", "of": "分子",
    "to": "分母", "where": "筛选", "per": "周期", "program": "小程序", "window_days": "天数", "day": "第几天",
    "scenario": "场景", "criteria": "比较项", "side": "方面", "entries": "竞品", "business_model": "商业模式",
    "scores": "评分", "evidence": "依据", "openings": "机会", "criterion": "比较项", "feature": "功能",
    "waived": "不做的理由", "priority": "优先级", "scenarios": "场景", "name": "名称", "title": "标题",
    "path": "路径", "package": "分包", "tab": "标签位置", "leads_to": "去向", "key": "关键页标记",
    "uses": "用到的能力", "start": "起点", "max_taps": "最多点击次数", "serves": "服务的目标",
    "closes_with": "收尾步骤", "window_hours": "时限（小时）", "steps": "步骤", "otherwise": "分支",
    "actor": "谁来做", "page": "页面", "props": "属性", "ask_consent": "询问的授权", "message": "消息",
    "when": "情形", "after": "之后", "then": "处理", "channel": "渠道", "template": "模板", "videos": "视频",
    "ugc": "用户内容", "owner": "负责人", "shoot_on": "拍摄日", "upload_on": "上传日", "publish_page": "发布页",
    "show_page": "展示页", "review": "审核", "machine": "机审", "human": "人审",
    "within_hours": "处理时限（小时）", "driver": "主导", "members": "成员", "stages": "阶段",
    "holidays": "假日", "days": "工作日", "deliverables": "交付物", "acceptance": "验收标准", "plan": "做法",
    "slack_days": "预留工作日", "covers": "覆盖", "status": "状态", "expires": "有效期", "color": "主色",
    "on_color": "主色上的文字色", "logo": "标志", "corner_px": "圆角", "categories": "类目",
    "privacy": "隐私说明", "content_declaration": "内容声明", "ugc_measures": "审核措施",
    "order_path": "订单路径", "main_kb": "主包上限（KB）", "package_kb": "分包上限（KB）",
    "api_ms": "接口上限（毫秒）",
}  # fmt: skip

# Where a key means something else than elsewhere.
SPECIAL: Final[dict[str, str]] = {
    "scenarios.key": "计数单位",
    "scenarios.to": "收件人",
    "schedule.start": "开工日",
    "schedule.after": "前置阶段",
    "launch.ugc": "有用户内容",
    "content.page": "所在页面",
}


def label(area: str, key: str) -> str:
    """A key in words; one that has none stands for itself."""
    return SPECIAL.get(f"{area}.{key}") or LABELS.get(key, key)
