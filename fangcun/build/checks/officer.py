"""The officer: every rule of the pack against one package, its blueprint and a walk through it."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from fangcun.blueprint.document import Blueprint
from fangcun.build.checks.finding import Finding, Severity, Undecided
from fangcun.build.checks.pack import PACK_VERSION, rules
from fangcun.build.checks.registry import Check, checks
from fangcun.build.checks.report import WEIGHT, Report
from fangcun.build.checks.subject import Declared, Subject, subject_of
from fangcun.build.checks.waiving import Excuse, sort_out
from fangcun.build.checks.walking import Walk

logger = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]  # what is being done, how much is done, of how much
Cancelled = Callable[[], bool]


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
    now: dt.datetime | None = None,
) -> Report:
    """Read a package and run every rule that can be decided with what is given.

    Rules of a walk run when there is one. Raises `PackageUnreadable` when the folder is no mini program, and
    `InspectionCancelled`.
    """
    began, start = now or dt.datetime.now(dt.UTC), time.monotonic()
    chosen = [(name, check) for name, check in checks().items() if walk is not None or _kind(name) != "walk"]
    whole = len(chosen) + 1
    progress("read", 0, whole)
    subject = subject_of(package, blueprint=blueprint, declared=declared)
    found: list[Finding] = []
    undecided: list[Undecided] = []
    for number, (name, check) in enumerate(chosen, 1):
        if cancelled():
            raise InspectionCancelled
        progress(name, number, whole)
        for one in _run(name, check, walk if _kind(name) == "walk" else subject):
            (undecided if isinstance(one, Undecided) else found).append(one)  # type: ignore[arg-type]
    progress("", whole, whole)
    counting, waived, over = sort_out(_in_order(found), waivers, today=began.astimezone().date())
    return _report(
        subject,
        walk,
        began=began.astimezone(dt.UTC).isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - start, 2),
        rules_run=tuple(sorted((name for name, _check in chosen), key=_place)),
        findings=tuple(counting),
        waived=tuple(waived),
        expired=tuple(over),
        undecided=tuple(undecided),
    )


def _run(name: str, check: Check, given: Any) -> list[Finding | Undecided]:
    try:
        return list(check(given))
    except Exception as error:  # one rule that stumbles over a strange package must not silence the others
        logger.exception("The rule %s failed", name)
        why = f"{type(error).__name__}: {error}"
        return [Undecided(name, f"检查时出错：{why}", f"The check itself failed: {why}")]


def _in_order(found: list[Finding]) -> list[Finding]:
    def place(one: Finding) -> tuple[Any, ...]:
        return (WEIGHT[_severity(one.rule)], _place(one.rule), one.page, one.file, one.line, one.message)

    return sorted(found, key=place)


def _severity(name: str) -> Severity:
    return rules()[name].severity


def _kind(name: str) -> str:
    return rules()[name].kind


def _place(name: str) -> int:
    return list(rules()).index(name)


def _report(subject: Subject, walk: Walk | None, **rest: Any) -> Report:
    package = subject.package
    return Report(
        target=package.root.name,
        appid=package.appid,
        digest=package.digest,
        pack_version=PACK_VERSION,
        severities={name: _severity(name) for name in rest["rules_run"]},
        packages=package.sizes,
        pages=len(package.pages),
        walked=None if walk is None else {"pages": len(walk.pages), "taps": len(walk.taps)},
        **rest,
    )
