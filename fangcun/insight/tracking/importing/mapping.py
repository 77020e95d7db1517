"""Which column of a file is what of an event: `user=user_id,name=behavior_type,ts=timestamp:s`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from fangcun.insight.tracking.errors import MappingInvalid

NEEDED = ("user", "name", "ts")
PROGRAM = "fangcun_program"  # in files that were exported: the number of the mini program
FIELDS = (*NEEDED, "id", "session_id", "page", "props", PROGRAM)
UNITS = ("ms", "s", "us", "iso")


@dataclass(frozen=True, slots=True)
class Mapping:
    """`columns` names the file's column of a field or property, `unit` is how its `ts` is written."""

    columns: dict[str, str] = field(default_factory=dict)
    unit: str = "ms"

    def column(self, name: str) -> str:
        """The file's column of a field of events."""
        return self.columns.get(name, name)

    def prop(self, column: str) -> str | None:
        """The property that a column becomes; None when it is a field."""
        for name, mapped in self.columns.items():
            if mapped == column:
                return None if name in FIELDS else name
        # Somebody's own `user` column, beside the one that was named in its place, is a property like others.
        return None if column in FIELDS and column not in self.columns else column

    def missing(self, columns: Iterable[str]) -> list[str]:
        """The fields that a file with these columns would lack."""
        there = set(columns)
        return [name for name in NEEDED if self.column(name) not in there]


def mapping(text: str = "") -> Mapping:
    """Read a mapping. `ts` may end with its unit: `:s`, `:ms`, `:us` (since 1970) or `:iso`. Raises MappingInvalid."""
    columns: dict[str, str] = {}
    unit = "ms"
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, column = (side.strip() for side in part.partition("="))
        if name == "ts":
            before, colon, after = column.rpartition(":")
            if colon and after in UNITS:
                column, unit = before or "ts", after
        if not (name and equals and column):
            raise MappingInvalid(part=part)
        if name in columns or column in columns.values():
            raise MappingInvalid(_("映射里“{part}”重复了"), part=part)
        columns[name] = column
    return Mapping(columns, unit)
