"""What the project needs: dates of the schedule, and the papers that are filled in at submission."""

from __future__ import annotations

from typing import Any

from fangcun.blueprint.document import Blueprint, Scenario
from fangcun.blueprint.timetable import timetable
from fangcun.blueprint.vocabulary import PERMITTED, PRIVATE, SYSTEM


def schedule(bp: Blueprint) -> dict[str, Any]:
    """Stages with their dates, the critical path, contingencies, and the dates of the content plan."""
    table = timetable(bp.schedule)
    return {
        "start": table.start.isoformat(),
        "end": table.end.isoformat(),
        "launch_end": table.launch_end.isoformat(),
        "critical": list(table.critical),
        "stages": [
            {
                "id": one.stage.id,
                "kind": one.stage.kind,
                "name": one.stage.name,
                "owner": one.stage.owner,
                "days": one.stage.days,
                "start": one.start.isoformat(),
                "end": one.end.isoformat(),
                "slack_days": one.slack_days,
                "critical": one.is_critical,
                "after": list(one.stage.after),
                "deliverables": list(one.stage.deliverables),
                "acceptance": [
                    {"check": item.check} if item.check else {"text": item.text}
                    for item in one.stage.acceptance
                ],
            }
            for one in table.stages
        ],
        "contingencies": [
            {
                "id": one.id,
                "when": one.when,
                "owner": one.owner,
                "plan": one.plan,
                "slack_days": one.slack_days,
            }
            for one in bp.contingencies
        ],
        "content": [
            {
                "id": video.id,
                "title": video.title,
                "page": video.page,
                "owner": video.owner,
                "shoot_on": video.shoot_on.isoformat(),
                "upload_on": video.upload_on.isoformat(),
            }
            for video in bp.content.videos
        ],
    }


def dossier(bp: Blueprint) -> dict[str, Any]:
    """What is filled in when the mini program is submitted for audit. Days left count from the launch's last day."""
    launch_end = timetable(bp.schedule).launch_end
    declaration = bp.launch.content_declaration
    return {
        "name": bp.enterprise.name,
        "subject": bp.enterprise.subject,
        "launch_end": launch_end.isoformat(),
        "categories": list(bp.launch.categories),
        "privacy": [
            {"capability": capability, "purpose": purpose, "pages": _users(bp, capability)}
            for capability, purpose in bp.launch.privacy.items()
            if capability in PRIVATE
        ],
        "permissions": [
            {
                "capability": capability,
                "pages": _users(bp, capability),
                "papers": [paper.id for paper in bp.qualifications if capability in paper.covers],
            }
            for capability in sorted(PERMITTED)
            if _users(bp, capability)
        ],
        "declarations": {
            "ugc": bool(declaration and declaration.ugc),
            "ugc_measures": declaration.ugc_measures if declaration else "",
            "publishes": [
                {
                    "id": one.id,
                    "name": one.name,
                    "machine": bool(one.review and one.review.machine),
                    "human": bool(one.review and one.review.human),
                    "within_hours": one.review.within_hours if one.review else None,
                }
                for one in bp.content.ugc
            ],
        },
        "qualifications": [
            {
                "id": paper.id,
                "kind": paper.kind,
                "name": paper.name,
                "covers": list(paper.covers),
                "status": paper.status,
                "expires": paper.expires.isoformat() if paper.expires else None,
                "days_left": (paper.expires - launch_end).days if paper.expires else None,
            }
            for paper in bp.qualifications
        ],
        "order_path": bp.launch.order_path,
        "entry": bp.pages[bp.navigation.start].path,
        "key_pages": [
            {"id": name, "title": page.title, "path": page.path}
            for name, page in bp.pages.items()
            if page.key
        ],
        "test_account": _note(bp),
        "walkthroughs": [
            {"scenario": scenario.id, "name": scenario.name, "steps": _walkthrough(bp, scenario)}
            for scenario in bp.scenarios
        ],
    }


def _users(bp: Blueprint, capability: str) -> list[str]:
    return [name for name, page in bp.pages.items() if capability in page.uses]


def _note(bp: Blueprint) -> str:
    pays = any("payment" in page.uses for page in bp.pages.values())
    money = "；下单使用审核员自己的微信支付，可在订单里取消并原路退款" if pays else ""
    first = "、".join(scenario.name for scenario in bp.scenarios[:3])
    return f"无需单独的测试账号：打开后同意隐私说明，用微信登录即可使用全部功能{money}。建议按“{first}”的顺序体验。"


def _walkthrough(bp: Blueprint, scenario: Scenario) -> list[str]:
    return [
        f"{bp.pages[step.page].title}：{step.actor} {step.id}"
        if step.page in bp.pages
        else f"{step.actor}：{step.id}"
        for step in scenario.steps
        if step.actor != SYSTEM
    ]
