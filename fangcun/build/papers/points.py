"""The launch checklist of one mini program, each point decided now."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.vocabulary import PRIVATE
from fangcun.build.artifacts.workshop import BuildFailed, find_node
from fangcun.build.papers.checklist import ITEMS
from fangcun.build.papers.models import ChecklistWord, Environment, UploadKey
from fangcun.build.papers.states import Stage
from fangcun.grow.messaging.models import Template
from fangcun.identity.programs.models import Program
from fangcun.identity.staff.permissions import Role
from fangcun.identity.staff.queries import owners, those_who_may
from fangcun.plan.revisions.queries import current_blueprint

OLDEST_NODE = 20
Done = Literal["done", "open", "undecided"]


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the checklist now. `detail` is what a test found, or a person's evidence."""

    name: str
    title: str
    where: str
    by_person: bool
    state: Done
    detail: str
    by: str = ""


def points(program: Program) -> list[Point]:
    """Every point in its order."""
    words = {row.item: row for row in ChecklistWord.objects.filter(program=program)}
    bp = current_blueprint()
    found = []
    for name, item in ITEMS.items():
        if item.by_person:
            word = words.get(name)
            state: Done = "done" if word else "open"
            detail, by = (word.evidence, word.actor_name) if word else ("", "")
        else:
            (state, detail), by = _decided(name, program, bp), ""
        found.append(Point(name, str(item.title), str(item.where), item.by_person, state, detail, by))
    return found


def _decided(name: str, program: Program, bp: Blueprint | None) -> tuple[Done, str]:
    match name:
        case "privacy":
            return _privacy(bp)
        case "domains":
            return _domains(program)
        case "icp":
            row = _release(program)
            return ("done", row.filing) if row is not None and row.filing else ("open", _("还没有填写"))
        case "templates":
            return _templates(program, bp)
        case "merchant":
            return ("done", str(program.merchant)) if program.merchant else ("open", _("还没有关联商户号"))
        case "staff":
            return _staff()
        case "node":
            return _lately("tools", _tools)
        case "upload_key":
            kept = UploadKey.objects.filter(program=program).first()
            return ("done", kept.fingerprint) if kept else ("open", _("还没有设置"))
        case _:
            return _lately("repository", lambda: _repository(settings.REPOSITORY))


def _lately(name: str, decide: Callable[[], tuple[Done, str]]) -> tuple[Done, str]:
    """What another program is asked for, once in half a minute."""
    found: tuple[Done, str] | None = cache.get(f"papers.points.{name}")
    if found is None:
        found = decide()
        cache.set(f"papers.points.{name}", found, 30)
    return found


def _release(program: Program) -> Environment | None:
    return Environment.objects.filter(program=program, name=Stage.RELEASE).first()


def _privacy(bp: Blueprint | None) -> tuple[Done, str]:
    if bp is None:
        return "undecided", _("还没有发布蓝图")
    used = {one for page in bp.pages.values() for one in page.uses} & PRIVATE
    missing = sorted(one for one in used if not bp.launch.privacy.get(one))
    if missing:
        return "open", _("没有写用途：%s") % "、".join(missing)
    return "done", _("%s 项隐私都写明了用途") % len(used)


def _domains(program: Program) -> tuple[Done, str]:
    row = _release(program)
    if row is None or not row.request_domains:
        return "open", _("正式版还没有登记 request 合法域名")
    return "done", "、".join(row.request_domains[:3])


def _templates(program: Program, bp: Blueprint | None) -> tuple[Done, str]:
    if bp is None:
        return "undecided", _("还没有发布蓝图")
    needed = {
        moment.message.template
        for scenario in bp.scenarios
        for moment in scenario.moments
        if moment.message is not None and moment.message.needs_consent and moment.message.template
    }
    known = set(Template.objects.filter(program=program, is_active=True).values_list("purpose", flat=True))
    if missing := sorted(needed - known):
        return "open", _("缺少模板：%s") % "、".join(missing)
    return "done", _("%s 个模板都已登记") % len(needed)


def _staff() -> tuple[Done, str]:
    if not owners().exists():
        return "open", _("还没有所有者")
    if not those_who_may("orders.ship").exists():
        return "open", _("没有人能发货：请给一位员工%s的角色") % Role.OPERATOR.label
    return "done", _("%s 位所有者") % owners().count()


def _tools() -> tuple[Done, str]:
    try:
        node = find_node()
    except BuildFailed as missing:
        return "open", str(missing)
    try:
        spoken = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=10, check=True
        ).stdout
        version = spoken.strip().lstrip("v")
        recent = int(version.partition(".")[0]) >= OLDEST_NODE
    except (OSError, ValueError, subprocess.SubprocessError):
        return "open", _("%s 不能运行") % node
    if not recent:
        return "open", _("Node.js %(found)s 太旧，需要 %(wanted)s 以上") % {
            "found": version,
            "wanted": OLDEST_NODE,
        }
    miniapp = Path(settings.REPOSITORY) / "miniapp"
    for place in (miniapp / "tools" / "wx-check", miniapp / "tools" / "wx-upload", miniapp):
        package = place / "node_modules" / "miniprogram-ci" / "package.json"
        if package.is_file():
            return "done", f"Node.js {version}，miniprogram-ci {json.loads(package.read_text())['version']}"
    return "open", _("没有找到 miniprogram-ci；先运行 make setup")


def _repository(folder: Path) -> tuple[Done, str]:
    """Nothing that is built may be missing from version control."""
    command = ["git", "-C", str(folder), "status", "--porcelain", "--untracked-files=no"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return "undecided", _("这里不是 git 仓库，构建用的代码从哪来无从得知")
    changed = [line for line in answer.splitlines() if line.strip()]
    if changed:
        return "open", _("%s 个文件改了还没有提交") % len(changed)
    return "done", _("没有未提交的修改")
