"""What follows from scenarios: funnels, where consents are asked, and how each way is walked and accepted."""

from __future__ import annotations

from collections import Counter
from typing import Any

from fangcun.blueprint.document import Blueprint, Branch, Message, Scenario, Step
from fangcun.blueprint.vocabulary import SYSTEM

HOUR_MS = 3_600_000
USUAL_WINDOW_HOURS = 7 * 24

CHANNELS = {
    "subscribe": "订阅消息",
    "in_app": "站内消息",
    "sms": "短信",
    "customer_service": "客服消息",
    "wecom": "企业微信消息",
    "official_account": "公众号消息",
}


def funnels(bp: Blueprint) -> list[dict[str, Any]]:
    """A funnel for each scenario: its steps in order, counted per person or per value of its `key`."""
    return [
        {
            "id": scenario.id,
            "name": scenario.name,
            "key": scenario.key,
            "window_ms": round((scenario.window_hours or USUAL_WINDOW_HOURS) * HOUR_MS),
            "steps": [{"step": step.id, "event": step.event} for step in scenario.steps],
        }
        for scenario in bp.scenarios
    ]


def consents(bp: Blueprint) -> list[dict[str, Any]]:
    """Where each message template is asked for: page, moment (the event at which it is asked), how many times."""
    return [
        {
            "scenario": scenario.id,
            "step": moment.id,
            "branch": isinstance(moment, Branch),
            "actor": moment.actor,
            "page": moment.page,
            "page_path": _path(bp, moment.page),
            "template": template,
            "event": moment.event,
            "times": times,
        }
        for scenario in bp.scenarios
        for moment in scenario.moments
        for template, times in Counter(moment.ask_consent).items()
    ]


def acceptance(bp: Blueprint) -> list[dict[str, Any]]:
    """Each way through each scenario, as given, when and then: the main way first, then one for each branch."""
    found = []
    for scenario in bp.scenarios:
        for way in scenario.ways():
            last = way[-1] if way else None
            branch = last if isinstance(last, Branch) else None
            found.append(
                {
                    "scenario": scenario.id,
                    "branch": branch.id if branch else None,
                    "name": f"{scenario.name}：{branch.when}" if branch else scenario.name,
                    "serves": list(scenario.serves),
                    "key": scenario.key,
                    "window_hours": scenario.window_hours or USUAL_WINDOW_HOURS,
                    "then": list(branch.then) if branch else [],
                    "steps": [_walked(bp, scenario, moment) for moment in way],
                }
            )
    return found


def _walked(bp: Blueprint, scenario: Scenario, moment: Step | Branch) -> dict[str, Any]:
    title = bp.pages[moment.page].title if moment.page in bp.pages else ""
    return {
        "step": moment.id,
        "branch": isinstance(moment, Branch),
        "actor": moment.actor,
        "page": moment.page,
        "page_path": _path(bp, moment.page),
        "given": f"{moment.actor} 在“{title}”"
        if title
        else "平台收到前一步的结果"
        if moment.actor == SYSTEM
        else f"{moment.actor} 不在手机上操作",
        "when": moment.when if isinstance(moment, Branch) else f"{scenario.name}：{moment.id}",
        "then": _then(moment),
        "event": {"name": moment.event, "props": dict(moment.props)} if moment.event else None,
        "asks": list(moment.ask_consent),
        "message": _message(moment.message),
    }


def _then(moment: Step | Branch) -> str:
    parts = []
    if moment.event:
        parts.append(f"收到事件 {moment.event}")
    if moment.ask_consent:
        parts.append(f"询问授权 {'、'.join(dict.fromkeys(moment.ask_consent))}")
    if moment.message:
        channel = CHANNELS.get(moment.message.channel, moment.message.channel)
        parts.append(f"{'、'.join(moment.message.to)} 收到{channel}")
    return "，".join(parts)


def _message(message: Message | None) -> dict[str, Any] | None:
    if message is None:
        return None
    return {"channel": message.channel, "template": message.template, "to": list(message.to)}


def _path(bp: Blueprint, page: str | None) -> str | None:
    return bp.pages[page].path if page in bp.pages else None
