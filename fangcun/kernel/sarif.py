"""SARIF 2.1.0, the form in which code scanning services read findings."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote


def sarif_log(
    *, tool: str, version: str = "", rules: Sequence[Mapping[str, Any]], results: Sequence[Mapping[str, Any]]
) -> str:
    """A log of one run. `rules` are reportingDescriptors; a result names its rule by `ruleId`."""
    places = {rule["id"]: place for place, rule in enumerate(rules)}
    driver = {"name": tool, **({"version": version} if version else {}), "rules": list(rules)}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [
            {"ruleId": one["ruleId"], "ruleIndex": places[one["ruleId"]]} | dict(one) for one in results
        ],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2)


def uri_of(path: Path) -> str:
    """The place of a file as code scanning wants it: relative to where the command runs, if it lies there."""
    path, here = path.absolute(), Path.cwd()
    return quote(path.relative_to(here).as_posix()) if path.is_relative_to(here) else path.as_uri()
