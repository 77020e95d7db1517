"""What was found on the phones, and how bad it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

# Kind: (title, whether the mini program can't go out like this).
KINDS: dict[str, tuple[str, bool]] = {
    "error": ("脚本出错", True),
    "blank": ("空白页面", True),
    "overflow": ("横向出界", True),
    "outside": ("控件在屏幕外", True),
    "covered": ("控件被固定的条挡住", True),
    "unsafe": ("伸进安全区", True),
    "overlap": ("控件重叠", True),
    "invisible": ("文字看不见", True),
    "slow": ("弱网时一秒内没有骨架屏", True),
    "stuck": ("断网时一直在转圈", True),
    "untranslated": ("露出文案的键", True),
    "floor": ("接口比最低基础库新，又没有判断", True),
    "cut": ("文字被截断", False),
    "library": ("框架代码里的接口比最低基础库新", False),
}


@dataclass(frozen=True, slots=True)
class Sighting:
    """One thing that is wrong, on one phone and one page. `part` and `words` tell where on the page."""

    kind: str
    device: str
    page: str
    part: str = ""
    words: str = ""
    detail: str = ""
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """The same thing on several phones. `is_error` when the mini program should not go out like this."""

    kind: str
    title: str
    is_error: bool
    page: str
    part: str
    words: str
    detail: str
    devices: tuple[str, ...]
    pictures: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def grouped(sightings: Iterable[Sighting]) -> list[Problem]:
    """The same on several phones becomes one problem; errors come first, then what is seen on most phones."""
    found: dict[tuple[str, str, str, str], list[Sighting]] = {}
    for one in sightings:
        words = one.words if one.kind != "blank" else ""
        found.setdefault((one.kind, one.page, one.part, words), []).append(one)
    problems = [_problem(those) for those in found.values()]
    return sorted(
        problems, key=lambda one: (not one.is_error, -len(one.devices), one.kind, one.page, one.part)
    )


def errors(problems: Sequence[Problem]) -> int:
    """How many of them keep the mini program from going out."""
    return sum(one.is_error for one in problems)


def _problem(those: Sequence[Sighting]) -> Problem:
    first = those[0]
    title, is_error = KINDS[first.kind]
    return Problem(
        first.kind,
        title,
        is_error,
        first.page,
        first.part,
        first.words,
        first.detail,
        tuple(dict.fromkeys(one.device for one in those)),
        tuple(dict.fromkeys(one.picture for one in those if one.picture)),
    )
