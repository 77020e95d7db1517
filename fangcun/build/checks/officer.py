"""The officer: every rule of the pack against one package, its blueprint and a walk through it."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fangcun.blueprint.document import Blueprint
from fangcun.build.checks.finding import Finding, Undecided
from fangcun.build.checks.pack import PACK_VERSION, rules
from fangcun.build.checks.registry import Check, checks
from fangcun.build.checks.report import WEIGHT, Report
from fangcun.build.checks.subject import Declared, Subject, subject_of
from fangcun.build.checks.waiving import Excuse, sort_out

if TYPE_CHECKING:  # a browser, for those who walk
    from fangcun.build.checks.walking import Walk

logger = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]  # what is being done, how much is done, of how much
Cancelled = Callable[[], bool]
READING = "read"  # the step before the rules; the others are called by their rule


class InspectionCancelled(Exception):
    """Somebody said stop."""


def inspect(
    package: Path,
    *,
    blueprint: Blueprint | None = None,
    declared: Declared | None = None,
    walk: Walk | None = None,
    waivers: Iterable[Excuse] = (),
    progress: Progress = lambda _step, _done, _whole: None,
    cancelled: Cancelled = lambda: False,
    target: str = "",
    now: dt.datetime | None = None,
) -> Report:
    """Read a package, ask the official compiler, and run every rule that can be decided with what is given.

    `target` is what the report calls it, else its folder's name. Rules of a walk run when there is one. Raises
    `PackageUnreadable` when the folder is no mini program, and `InspectionCancelled`.
    """
    began, start = now or dt.datetime.now(dt.UTC), time.monotonic()
    progress(READING, 0, len(rules()) + 1)
    subject = subject_of(package, blueprint=blueprint, declared=declared)
    return judge(
        subject,
        walk=walk,
        waivers=waivers,
        progress=progress,
        cancelled=cancelled,
        target=target,
        now=began,
        since=start,
    )


def judge(
    subject: Subject,
    *,
    walk: Walk | None = None,
    waivers: Iterable[Excuse] = (),
    progress: Progress = lambda _step, _done, _whole: None,
    cancelled: Cancelled = lambda: False,
    target: str = "",
    now: dt.datetime | None = None,
    since: float | None = None,
) -> Report:
    """`inspect` for a package that was read already; `since` is the monotonic second at which that began.

    Raises `InspectionCancelled`.
    """
    began, start = now or dt.datetime.now(dt.UTC), time.monotonic() if since is None else since
    chosen = [name for name, rule in rules().items() if rule.kind != "walk" or walk is not None]
    known = checks()
    found: list[Finding] = []
    undecided: list[Undecided] = []
    for number, name in enumerate(chosen, 1):
        if cancelled():
            raise InspectionCancelled
        progress(name, number, len(chosen) + 1)
        given = walk if rules()[name].kind == "walk" else subject
        for one in _run(name, known[name], given):
            if isinstance(one, Undecided):
                undecided.append(one)
            else:
                found.append(one)
    if walk is not None and walk.stopped:
        undecided.append(_cut_short(walk))
    progress("", len(chosen) + 1, len(chosen) + 1)
    counting, waived, over = sort_out(_in_order(found), waivers, today=began.astimezone().date())
    package = subject.package
    return Report(
        target=target or package.root.name,
        appid=package.appid,
        digest=package.digest,
        pack_version=PACK_VERSION,
        began=began.astimezone(dt.UTC).isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - start, 2),
        rules_run=tuple(chosen),
        severities={name: rules()[name].severity for name in chosen},
        findings=tuple(counting),
        waived=tuple(waived),
        expired=tuple(over),
        undecided=tuple(undecided),
        packages=package.sizes,
        pages=len(package.pages),
        walked=None if walk is None else {"pages": len(walk.pages), "taps": len(walk.taps)},
    )


def _run(name: str, check: Check, given: Any) -> list[Finding | Undecided]:
    try:
        return list(check(given))
    except Exception as error:  # one rule that stumbles over a strange package must not silence the others
        logger.exception("The rule %s failed", name)
        why = f"{type(error).__name__}: {error}"
        return [Undecided(name, f"检查时出错：{why}", f"The check itself failed: {why}")]


def _cut_short(walk: Walk) -> Undecided:
    """What a walk that reached a limit leaves open: silence about the other pages is no praise."""
    seen, whole = len({page.path for page in walk.pages}), len(walk.all_pages)
    return Undecided(
        "walk",
        f"走查没有走完（{walk.stopped}）：看了 {whole} 个页面中的 {seen} 个，其余页面没有结论",
        f"The walk ended early ({walk.stopped}): it saw {seen} of {whole} pages and tells nothing of the others",
    )


def _in_order(found: list[Finding]) -> list[Finding]:
    order = {name: place for place, name in enumerate(rules())}

    def place(one: Finding) -> tuple[Any, ...]:
        weight = WEIGHT[rules()[one.rule].severity]
        return (weight, order[one.rule], one.page, one.file, one.line, one.message)

    return sorted(found, key=place)
