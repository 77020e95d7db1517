"""Conditions on the properties of an event, as people write them and as SQL.

    source = ads, sms ; price >= 100 ; coupon ? ; title ~ 草莓

Conditions are parted by semicolons and must all hold. `=` is one of the values, `!=` none of them (also when the
property is missing), `>`, `>=`, `<`, `<=` compare numbers, `~` looks for a text inside, `?` asks that there be a
value, `!?` that there be none. Values are compared as texts: 7 and "7" are the same id; true is `true`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from fangcun.insight.analytics.engines.dialect import Dialect
from fangcun.insight.analytics.errors import QuestionInvalid

_COMPARING = (">", ">=", "<", "<=")
_PATTERN = re.compile(r"\s*([^\s=<>!~?;,]+)\s*(!\?|\?|!=|>=|<=|=|>|<|~)\s*(.*?)\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Condition:
    """What one property must be."""

    prop: str
    op: str
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.prop}{self.op}{','.join(self.values)}"


def conditions(text: str) -> tuple[Condition, ...]:
    """Read conditions. Raises QuestionInvalid with the part that can't be understood."""
    found = []
    for part in text.split(";"):
        if not part.strip():
            continue
        match = _PATTERN.fullmatch(part)
        if match is None:
            raise QuestionInvalid(
                _("看不懂条件“{part}”。写法：属性=值，多个值用逗号分开，多个条件用分号分开"),
                part=part.strip(),
            )
        prop, op, rest = match.groups()
        values = tuple(value.strip() for value in rest.split(",") if value.strip())
        if op in ("?", "!?"):
            if values:
                raise QuestionInvalid(_("条件“{part}”里，{op} 后面不写值"), part=part.strip(), op=op)
        elif not values:
            raise QuestionInvalid(_("条件“{part}”缺少值"), part=part.strip())
        elif op in _COMPARING:
            try:
                float(rest)
            except ValueError:
                raise QuestionInvalid(_("条件“{part}”要和一个数字比较"), part=part.strip()) from None
        found.append(Condition(prop, op, values))
    return tuple(found)


def text_of(found: Sequence[Condition]) -> str:
    """Conditions as people write them; `conditions` reads the same from it."""
    return ";".join(map(str, found))


def condition_sql(found: Sequence[Condition], dialect: Dialect, prefix: str) -> tuple[str, dict[str, Any]]:
    """A condition on `props` that is true or false (never NULL), and its parameters.

    Their names begin with `prefix`, so that several may stand in one statement.
    """
    parts: list[str] = []
    params: dict[str, Any] = {}
    for number, one in enumerate(found):
        name = f"{prefix}_p{number}"
        params[name] = one.prop
        given = {f"{name}_{n}": value for n, value in enumerate(one.values)}
        listed = ", ".join(f"${key}" for key in given)
        text = dialect.text(name)
        if one.op in ("?", "!?"):
            parts.append(f"{text} IS {'NOT ' if one.op == '?' else ''}NULL")
        elif one.op in _COMPARING:
            params[f"{name}_0"] = float(one.values[0])
            parts.append(f"coalesce({dialect.number(name)} {one.op} ${name}_0, FALSE)")
        elif one.op == "~":
            params |= given
            parts.append(
                "(" + " OR ".join(f"coalesce(position(${key} IN {text}) > 0, FALSE)" for key in given) + ")"
            )
        else:
            params |= given
            parts.append(f"{'NOT ' if one.op == '!=' else ''}coalesce({text} IN ({listed}), FALSE)")
    return " AND ".join(parts) or "TRUE", params
