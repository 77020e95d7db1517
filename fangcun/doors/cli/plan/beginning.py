"""A new blueprint: a sample as it is, or a blank one filled in with what a few questions bring."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from fangcun.blueprint.editing import insert_item, set_value
from fangcun.plan.revisions.samples import BLANK

ROLES = {
    "planning": ("plan", "策划"),
    "design": ("design", "设计"),
    "development": ("dev", "开发"),
    "test": ("test", "测试"),
    "operations": ("ops", "运营"),
}
STAGES = (
    ("req", "requirements", "需求评审", "plan", 5, "蓝图", {"check": "plan_clean"}),
    ("ui", "design", "界面设计", "design", 8, "设计稿", {"text": "设计评审通过"}),
    ("build", "development", "技术开发", "dev", 20, "小程序与后台", {"check": "package_budget"}),
    ("qa", "test", "多轮测试", "test", 8, "测试报告", {"check": "journeys_pass"}),
    ("live", "launch", "上线发布", "ops", 5, "正式版", {"check": "audit_passed"}),
)

PAGES = """\
pages:
  home: {title: 首页, path: pages/home/home, package: main, tab: 1, key: true}
  me: {title: 我的, path: pages/me/me, package: main, tab: 2}
"""
# A goal counts an event of some scenario; before there is one it waits in a comment.
GOAL = """\
goals: []
# 有了场景之后，把这个目标写成能数的数：
#   - id: first_goal
#     statement: {}
#     metric: {{kind: count, event: order_paid, per: day}}
#     baseline: 0
#     target: 50
#     direction: up
#     due: 2027-06-30
"""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a guided start asks for."""

    name: str = "企业名称"
    subject: str = "enterprise"
    pains: tuple[str, ...] = ()
    goal: str = ""
    color: str = "#087F45"
    driver: str = "product"
    start: dt.date = field(default_factory=dt.date.today)
    members: tuple[tuple[str, str], ...] = tuple((role, word) for role, (_id, word) in ROLES.items())


def asked(ask: Callable[[str, str], str], *, valid_color: Callable[[str], bool]) -> Answers:
    """Put the questions one by one; an answer that can't be right is asked for again."""
    usual = Answers()
    name = ask("企业名称", usual.name)
    subject = ask("主体：enterprise 企业、individual_business 个体户、institution 事业单位等", usual.subject)
    while subject not in ("enterprise", "individual_business", "institution"):
        subject = ask("请写 enterprise、individual_business 或 institution", usual.subject)
    pains: list[str] = []
    while len(pains) < 9 and (pain := ask(f"痛点 {len(pains) + 1}（直接回车结束）", "")):
        pains.append(pain)
    goal = ask("最想达到的一个目标，一句话（直接回车跳过）", "")
    color = ask("品牌色", usual.color)
    while not valid_color(color):
        color = ask("请写成 #RRGGBB，例如 #087F45", usual.color)
    driver = ask("由谁主导：product 产品、marketing 营销", usual.driver)
    while driver not in ("product", "marketing"):
        driver = ask("请写 product 或 marketing", usual.driver)
    start = _date(ask("哪一天开始", usual.start.isoformat()))
    while start is None:
        start = _date(ask("请写成 年-月-日", usual.start.isoformat()))
    members = tuple((role, ask(f"谁负责{word}", word)) for role, (_id, word) in ROLES.items())
    return Answers(name, subject, tuple(pains), goal, color, driver, start, members)


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def blank_filled(answers: Answers) -> str:
    """The blank blueprint with the answers, a team, the five stages and a contingency for a refused audit."""
    text = BLANK.replace("pages: {}\n", PAGES, 1)
    if answers.goal:
        text = text.replace("goals: []\n", GOAL.format(" ".join(answers.goal.split())), 1)
    text = set_value(text, "enterprise.name", answers.name)
    text = set_value(text, "enterprise.subject", answers.subject)
    text = set_value(text, "programs[shop].name", answers.name)
    for number, pain in enumerate(answers.pains, 1):
        text = insert_item(text, "enterprise.pains", {"id": f"pain_{number}", "text": pain})
    text = set_value(text, "team.driver", answers.driver)
    for role, name in answers.members:
        text = insert_item(text, "team.members", {"id": ROLES[role][0], "name": name, "role": role})
    text = set_value(text, "schedule.start", answers.start)
    before: str | None = None
    for name, kind, title, owner, days, deliverable, acceptance in STAGES:
        stage = {"id": name, "kind": kind, "name": title, "owner": owner, "days": days}
        stage |= {"after": [before]} if before else {}
        stage |= {"deliverables": [deliverable], "acceptance": [acceptance]}
        text = insert_item(text, "schedule.stages", stage)
        before = name
    refused = {
        "id": "refused",
        "when": "audit_refused",
        "owner": "plan",
        "plan": "按驳回原因修改或补充资质，当天重新提交",
        "slack_days": 5,
    }
    text = insert_item(text, "contingencies", refused)
    return set_value(text, "brand", {"color": answers.color, "on_color": "#FFFFFF"})


def sample(repository: Path) -> str:
    """The fresh-grocery shop's blueprint as it comes along."""
    return (repository / "blueprints" / "fresh-grocery.yaml").read_text()
