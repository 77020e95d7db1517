"""Reports for tests, made without a package."""

from __future__ import annotations

import datetime as dt
from typing import Any

from fangcun.build.checks.finding import Finding, Severity
from fangcun.build.checks.report import Report
from fangcun.build.checks.waiving import Excuse

TODAY = dt.date(2026, 11, 26)


def a_finding(rule: str = "left-log", message: str = "日志没有删", **changes: Any) -> Finding:
    plain: dict[str, Any] = {
        "rule": rule,
        "message": message,
        "message_en": "A log was left",
        "file": "app.js",
        "line": 3,
    }
    return Finding(**(plain | changes))


def a_report(*findings: Finding, severities: dict[str, Severity] | None = None, **changes: Any) -> Report:
    known = {"left-log": Severity.WARNING, "privacy-undeclared": Severity.ERROR, **(severities or {})}
    plain: dict[str, Any] = {
        "target": "mp-weixin",
        "digest": "a" * 64,
        "pack_version": "1.0",
        "began": "2026-11-26T08:00:00+00:00",
        "seconds": 1.5,
        "rules_run": tuple(known),
        "severities": known,
        "findings": findings,
        "packages": {"": 1_200_000, "pages-trade": 80_000},
        "appid": "wx0123456789abcdef",
        "pages": 12,
    }
    return Report(**(plain | changes))


def an_excuse(finding: Finding, until: dt.date = TODAY, reason: str = "下个版本改") -> Excuse:
    return Excuse(key=finding.key, reason=reason, until=until, rule=finding.rule)
