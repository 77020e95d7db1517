"""A report for eyes, for programs, and for code scanning."""

from __future__ import annotations

import json

from fangcun.build.checks.report import Report
from fangcun.build.checks.telling.page import as_html
from fangcun.build.checks.telling.scanning import as_sarif

__all__ = ["as_html", "as_json", "as_sarif"]


def as_json(report: Report) -> str:
    """The report as `--against` reads it back."""
    return json.dumps(report.as_json(), ensure_ascii=False, indent=2)
