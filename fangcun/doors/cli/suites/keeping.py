"""A suite's report: where it is written, and how an installation here comes to keep it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from fangcun.blueprint.reading import read
from fangcun.doors.cli.plan.files import Clean, clean, out, refuse
from fangcun.doors.cli.plan.recording import REPOSITORY, not_here

INTERRUPTED = 130
SAMPLE = REPOSITORY / "blueprints" / "fresh-grocery.yaml"


@dataclass(frozen=True, slots=True)
class Result:
    """How a suite ended: what `record_suite` is told besides who and where. `artifact` is the number of a build."""

    suite: str
    passed: bool
    summary: str
    began: datetime
    seconds: float
    facts: Sequence[tuple[str, str]] = ()
    numbers: dict[str, Any] = field(default_factory=dict)
    target: str = ""
    artifact: int | None = None
    decides: bool = True


@contextmanager
def report_folder(named: Path | None) -> Iterator[Path]:
    """The folder that a suite writes report.html, report.json and pictures/ into.

    The named one, made if it is missing; else one that is gone afterwards, for `keep` copies it.
    """
    if named is None:
        with tempfile.TemporaryDirectory(prefix="fangcun-report-") as scratch:
            yield Path(scratch)
        return
    try:
        named.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refuse(f"写不了 {named}：{error.strerror or error}") from None
    yield named


def published_plan() -> str | None:
    """The text of the current revision of an installation here; None without one."""
    if not_here():
        return None
    from django.db import DatabaseError

    from fangcun.plan.revisions.queries import current

    try:
        revision = current()
    except DatabaseError:
        return None
    return revision.text if revision else None


def plan_to_test(named: Path | None) -> Clean:
    """The blueprint in a file, else the published one of an installation here, else the sample; without errors.

    Without any the command ends with one sentence.
    """
    if named is not None:
        return clean(str(named))
    text = published_plan()
    if text is None:
        out.print(f"这里没有已发布的蓝图，用样例 {SAMPLE.relative_to(REPOSITORY)}；--plan 可以另选")
        return clean(str(SAMPLE))
    document = read(text)
    if document.blueprint is None:
        raise refuse("已发布的蓝图读不懂；用 --plan 指明一份")
    return Clean(text, document.blueprint)


def keep(result: Result, folder: Path, *, plan: str | None = None) -> str:
    """Record a run with its report in the installation here, if there is one; a sentence about what was done.

    `plan` is the blueprint's text that was tried: a run of another than the current revision decides nothing.
    """
    if why := not_here():
        return f"{why}，报告没有存入控制台"
    from django.db import DatabaseError

    from fangcun.build.artifacts.queries import artifact as artifact_by
    from fangcun.build.suites.models import Suite
    from fangcun.build.suites.services import record_suite
    from fangcun.kernel.actors import SYSTEM
    from fangcun.kernel.errors import DomainError
    from fangcun.plan.revisions.queries import current
    from fangcun.plan.revisions.text import keepable

    try:
        revision = current()
        is_current = revision is not None and (plan is None or revision.text == keepable(plan))
        run = record_suite(
            suite=Suite(result.suite),
            passed=result.passed,
            summary=result.summary,
            folder=folder,
            began_at=result.began,
            seconds=result.seconds,
            facts=result.facts,
            numbers=result.numbers,
            target=result.target,
            artifact=None if result.artifact is None else artifact_by(result.artifact),
            decides=result.decides and is_current,
            by=SYSTEM,
        )
    except DatabaseError as error:
        return f"数据库没有准备好（{error}），报告没有存入控制台"
    except DomainError as refused:
        return f"{refused}，报告没有存入控制台"
    kept = f"报告已存入控制台（测试报告 #{run.pk}）"
    if run.decides and revision is not None:
        return f"{kept}，计入第 {revision.number} 版的验收"
    return f"{kept}，不计入验收：{'只测了一部分' if is_current else '已发布的不是这份蓝图'}"
