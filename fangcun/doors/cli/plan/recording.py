"""How a check of a blueprint ended goes to the schedule, where stages wait for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import typer

REPOSITORY = Path(__file__).resolve().parents[4]


def record_result(check: str, text: str, *, passed: bool, detail: str, evidence: dict[str, Any]) -> str:
    """Record how a check of a blueprint's text ended, if that text is the current revision of an installation here.

    The answer is a sentence about what was done; nothing is made where there is no installation.
    """
    if why := not_here():
        return f"{why}，结果没有记入排期"
    from django.db import DatabaseError

    from fangcun.kernel.actors import SYSTEM
    from fangcun.plan.revisions.queries import current
    from fangcun.plan.revisions.text import keepable
    from fangcun.plan.schedule.services import record_check

    try:
        revision = current()
        if revision is None or revision.text != keepable(text):
            return "已发布的不是这份蓝图，结果没有记入排期"
        record_check(check=check, passed=passed, by=SYSTEM, detail=detail, evidence=evidence)
    except DatabaseError as error:
        return f"数据库没有准备好（{error}），结果没有记入排期"
    return f"结果已记入第 {revision.number} 版的验收 {check}"


def not_here() -> str:
    """Why nothing can be recorded in an installation here; empty when it is wired and ready."""
    if not _is_installed():
        return "这里没有安装好的平台"
    from fangcun.doors.cli.main import wire

    try:
        wire()
    except typer.Exit:
        return "平台的设置有误"
    return ""


def _is_installed() -> bool:
    """Whether there is a database; asking Django would make an empty one."""
    home = Path(os.environ.get("FANGCUN_HOME") or REPOSITORY / "var").expanduser()
    return bool(os.environ.get("DATABASE_URL")) or (home / "fangcun.sqlite3").exists()
