"""A report as one page that stands alone: styles, script and pictures are inside, both languages too."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from fangcun.build.checks.comparing import Comparison
from fangcun.build.checks.finding import Severity
from fangcun.build.checks.pack import rules
from fangcun.build.checks.report import Report
from fangcun.build.checks.telling.grouping import WORDS, grouped, place_of

PACKAGE_LIMIT = 2 * 1024 * 1024  # of the main package and of each sub-package, in bytes
MOST_PICTURES = 60  # a page with every screenshot of a long walk would not open
_KINDS = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}


@cache
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent)
    shelf = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    shelf.filters["place"] = place_of
    return shelf.get_template("report.html")


def as_html(report: Report, *, pictures: Path | None = None, compared: Comparison | None = None) -> str:
    """The page. `pictures` is the folder that the findings' pictures lie in."""
    shown = _Pictures(pictures)
    groups = [
        {
            "name": group.name,
            "rule": group.rule,
            "severity": group.severity.value,
            "findings": [{"one": one, "picture": shown.data(one.picture)} for one in group.findings],
        }
        for group in grouped(report)
    ]
    return _template().render(
        report=report,
        began=dt.datetime.fromisoformat(report.began).astimezone().strftime("%Y-%m-%d %H:%M"),
        groups=groups,
        counts={severity.value: number for severity, number in report.counts.items()},
        words={severity.value: WORDS[severity] for severity in Severity},
        packages=_packages(report.packages),
        compared=compared,
        new_keys=set() if compared is None else {one.key for one in compared.new},
        rules=rules(),
        ran=[rules()[name] for name in report.rules_run if name in rules()],
    )


def _packages(sizes: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "name": root,
            "kilobytes": f"{size / 1024:,.1f}",
            "percent": min(100, round(100 * size / PACKAGE_LIMIT)),
            "over": size > PACKAGE_LIMIT,
        }
        for root, size in sorted(sizes.items(), key=lambda one: (bool(one[0]), -one[1]))
    ]


class _Pictures:
    """Pictures as data addresses, up to a number."""

    def __init__(self, folder: Path | None) -> None:
        self.folder, self.left = folder, MOST_PICTURES

    def data(self, name: str) -> str:
        """The address of a picture; empty when there is none, or when enough were shown."""
        if self.folder is None or not name or not self.left:
            return ""
        file = (self.folder / name).resolve()
        kind = _KINDS.get(file.suffix.lower())
        if kind is None or not file.is_relative_to(self.folder.resolve()) or not file.is_file():
            return ""
        self.left -= 1
        return f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"
