"""Reports of suites: `report.json` for programs, `report.html` for people, with nothing to fetch and no script."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from markupsafe import Markup

HERE = Path(__file__).parent


def write_report(folder: Path, template: str, told: dict[str, Any], **shown: Any) -> Path:
    """Write both reports; the page for people. `told` is JSON-able, `shown` is for the page alone, such as charts.

    `template` lies beside this file, with its folder, e.g. "load/report.html".
    """
    from jinja2 import Environment, FileSystemLoader

    (folder / "report.json").write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", "utf-8")
    pages = Environment(loader=FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    style = Markup((HERE / "report.css").read_text("utf-8"))  # noqa: S704 - our own file
    page = folder / "report.html"
    page.write_text(pages.get_template(template).render(told, style=style, **shown) + "\n", "utf-8")
    return page
