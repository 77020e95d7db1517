"""Findings that somebody decided to live with for a while, and the file in which that is written down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, StringConstraints, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from fangcun.build.checks.finding import Finding

FILE_NAME = "waivers.yaml"  # beside the blueprint


@dataclass(frozen=True, slots=True)
class Excuse:
    """Why the finding with this key does not count, and the last day on which it does not."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    key: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    until: dt.date
    rule: str = ""  # for people who read the file
    by: str = ""

    def as_json(self) -> dict[str, Any]:
        """Its keys as the file has them."""
        return {
            "key": self.key,
            "reason": self.reason,
            "until": self.until.isoformat(),
            "rule": self.rule,
            "by": self.by,
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Excuse:
        """What `as_json` wrote."""
        return cls(**{**plain, "until": dt.date.fromisoformat(plain["until"])})


@dataclass(frozen=True, slots=True)
class Waived:
    """A finding that does not count, and why."""

    finding: Finding
    excuse: Excuse


class WaiversUnreadable(Exception):
    """A file of waivers cannot be read, or does not have their form; the text says where."""


_FORM = TypeAdapter(list[Excuse])


def read_waivers(file: Path) -> list[Excuse]:
    """The waivers in a file: a list of {key, reason, until} with `rule` and `by` for its readers.

    Raises `WaiversUnreadable`.
    """
    try:
        # The form without types: a key such as 12345678e1234567 would be a number to YAML.
        plain = YAML(typ="base", pure=True).load(file.read_text(encoding="utf-8"))
        return _FORM.validate_python(plain or [])
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise WaiversUnreadable(f"{file}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise WaiversUnreadable(f"{file}: {place}: {first['msg']}") from error


def sort_out(
    found: Iterable[Finding], excuses: Iterable[Excuse], *, today: dt.date
) -> tuple[list[Finding], list[Waived], list[Excuse]]:
    """What counts, what is waived, and the waivers that are over although what they waived is still there."""
    holding: dict[str, Excuse] = {}
    over: dict[str, Excuse] = {}
    for excuse in sorted(excuses, key=lambda one: one.until):
        (holding if excuse.until >= today else over)[excuse.key] = excuse
    counting: list[Finding] = []
    waived: list[Waived] = []
    for finding in found:
        excuse_of = holding.get(finding.key)
        if excuse_of is None:
            counting.append(finding)
        else:
            waived.append(Waived(finding, excuse_of))
    keys = {finding.key for finding in counting}
    return counting, waived, [one for key, one in over.items() if key in keys]
