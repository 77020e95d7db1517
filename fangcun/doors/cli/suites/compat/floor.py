"""The base library that a package needs: every API of WeChat's that it calls, against the version it exists since.

Since when an API exists comes from WeChat's own type definitions, kept in since.json with their source (written by
tools/base_library.py). Versions of single options and of components stand in no data we may keep, so they are not
looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from fangcun.build.checks.package.facts import Call, Facts
from fangcun.doors.cli.suites.compat.problems import Sighting

# Below it WeChat knows no privacy agreement (wx.requirePrivacyAuthorize), which every mini program has to ask for.
USUAL_FLOOR = "2.32.3"
LIBRARY = "framework"


@dataclass(frozen=True, slots=True)
class Need:
    """One API that a package calls: since when it exists, in which files, and how its absence is taken care of."""

    api: str
    since: str
    files: tuple[str, ...]
    guards: tuple[str, ...]
    unguarded: tuple[str, ...]

    def is_above(self, floor: str) -> bool:
        """Whether a phone with this base library lacks it."""
        return version(self.since) > version(floor)


@lru_cache(maxsize=1)
def known() -> Mapping[str, str]:
    """The version since which each API exists."""
    told: dict[str, Any] = json.loads(Path(__file__).with_name("since.json").read_text("utf-8"))
    apis: dict[str, str] = told["apis"]
    return apis


def version(text: str) -> tuple[int, ...]:
    """`2.32.3` as numbers to compare; what is no number counts as 0."""
    return tuple(int(part) if part.isdigit() else 0 for part in text.strip().split("."))


def floor_of(wanted: str | None, facts: Facts) -> tuple[str, str]:
    """The base library that counts, and where it was said: an option, the package's libVersion, or the usual one."""
    if wanted:
        return wanted, "命令行"
    told = str(facts.project.get("libVersion") or "")
    if version(told) > (0,) and told[:1].isdigit():
        return told, "project.config.json 的 libVersion"
    return USUAL_FLOOR, "默认：隐私授权从这个版本开始有"


def needs(facts: Facts) -> list[Need]:
    """Every known API that the package calls, the newest first."""
    calls: dict[str, list[tuple[str, Call]]] = {}
    for file, call in facts.calls():
        if call.via != "value":  # a look whether it is there
            calls.setdefault(call.api.partition(".")[0], []).append((file, call))
    found = [
        Need(
            api,
            known()[api],
            tuple(dict.fromkeys(file for file, _call in those)),
            tuple(dict.fromkeys(call.guard for _file, call in those if call.guard)),
            tuple(dict.fromkeys(f"{file}:{call.line}" for file, call in those if not call.guard)),
        )
        for api, those in calls.items()
        if api in known()
    ]
    return sorted(found, key=lambda one: (tuple(-part for part in version(one.since)), one.api))


def below_floor(facts: Facts, wanted: Iterable[Need], floor: str) -> Iterator[Sighting]:
    """What phones with this base library lack and the package calls without asking first."""
    for need in wanted:
        if not need.is_above(floor) or not need.unguarded:
            continue
        own = [place for place in need.unguarded if not _is_library(facts, place.rpartition(":")[0])]
        yield Sighting(
            "floor" if own else "library",
            f"基础库 {floor}",
            (own or need.unguarded)[0].rpartition(":")[0],
            f"wx.{need.api}",
            detail=f"{need.since} 起才有，{'、'.join((own or need.unguarded)[:3])} 没有先判断",
        )


def _is_library(facts: Facts, file: str) -> bool:
    script = facts.scripts.get(file)
    return bool(script and script.library)
