"""What a request body may hold: each field's kind, length and presence; anything else is refused."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wechatbox.pay.errors import PayError, bad_param

_LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Text:
    """A string of at most ``most`` characters."""

    most: int
    required: bool = False
    pattern: str | None = None
    least: int = 0
    among: Sequence[str] = ()

    def check(self, field: str, value: object) -> None:
        """Raises PayError when the value does not fit."""
        if not isinstance(value, str):
            raise bad_param(field, value, "must be a string")
        if self.required and not value:
            raise bad_param(field, value, "must not be empty")
        if not self.least <= len(value) <= self.most:
            raise bad_param(field, value, f"length must be {self.least} to {self.most}")
        if self.pattern is not None and not re.fullmatch(self.pattern, value):
            raise bad_param(field, value, "has characters that are not allowed")
        if self.among and value not in self.among:
            raise bad_param(field, value, f"must be one of {', '.join(self.among)}")


@dataclass(frozen=True)
class Whole:
    """A whole number from ``least`` up."""

    least: int = 0
    required: bool = False

    def check(self, field: str, value: object) -> None:
        """Raises PayError when the value does not fit."""
        if not isinstance(value, int) or isinstance(value, bool):
            raise bad_param(field, value, "must be an integer")
        if not self.least <= value <= _LARGEST:
            raise bad_param(field, value, f"must be {self.least} to {_LARGEST}")


@dataclass(frozen=True)
class Flag:
    """true or false."""

    required: bool = False

    def check(self, field: str, value: object) -> None:
        """Raises PayError when the value does not fit."""
        if not isinstance(value, bool):
            raise bad_param(field, value, "must be a boolean")


@dataclass(frozen=True)
class Group:
    """An object with these fields and no others."""

    fields: Mapping[str, "Field"]
    required: bool = False

    def check(self, field: str, value: object) -> None:
        """Raises PayError when a field is missing, unknown or does not fit."""
        if not isinstance(value, dict):
            raise bad_param(field or "/", value, "must be an object")
        for name, inner in value.items():
            if name not in self.fields:
                detail = {
                    "field": f"{field}/{name}",
                    "value": inner,
                    "issue": "unknown field",
                    "location": "body",
                }
                message = "请求中含有未在 API 文档中定义的参数"
                raise PayError(400, "PARAM_ERROR", message, detail=detail, internal=270924358)
        for name, rule in self.fields.items():
            if name in value:
                rule.check(f"{field}/{name}", value[name])
            elif rule.required:
                raise bad_param(f"{field}/{name}", None, "is required")


@dataclass(frozen=True)
class Several:
    """A list of at most ``most`` entries of one kind."""

    entry: "Field"
    most: int
    required: bool = False

    def check(self, field: str, value: object) -> None:
        """Raises PayError when the list or an entry does not fit."""
        if not isinstance(value, list) or not 1 <= len(value) <= self.most:
            raise bad_param(field, value, f"must be a list of 1 to {self.most}")
        for position, inner in enumerate(value):
            self.entry.check(f"{field}/{position}", inner)


Field = Text | Whole | Flag | Group | Several
