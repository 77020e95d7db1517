"""Looking into the properties of events with SQL: where they are, whether they have a value, what they add up to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

Scalar: TypeAlias = str | int | float | bool

_WHOLE_NUMBERS = "('BIGINT', 'UBIGINT')"
_WRITTEN_NUMBER = re.compile(r"-?[1-9][0-9]{0,15}|0")


def pointer(prop: str) -> str:
    """The JSON pointer of a property."""
    return "/" + prop.replace("~", "~0").replace("/", "~1")


def where_sql(
    filters: Iterable[Mapping[str, Scalar | Sequence[Scalar]]], *, if_carried: bool = False
) -> tuple[str, dict[str, Any]]:
    """A condition on `props` and its parameters: every property of every filter has one of its values.

    With `if_carried` an event that has no value of the property passes.

    Numbers are equal as numbers, texts as texts, and true is only true; a whole number equals its own writing,
    since an id may be either. A property that is missing or null has no value; one of no values never has.
    """
    conditions = ["TRUE"]
    params: dict[str, Any] = {}
    for prop, wanted in (pair for one in filters for pair in one.items()):
        values = wanted if isinstance(wanted, list | tuple) else (wanted,)
        name = f"prop{len(conditions)}"
        choices = []
        if values:
            params[name] = pointer(prop)
        for n, value in enumerate(values):
            sql, params[f"{name}_{n}"] = _equal(name, f"{name}_{n}", value)
            choices.append(sql)
        if values and if_carried:
            choices.append(f"coalesce(json_type(props, ${name}), 'NULL') = 'NULL'")
        conditions.append(f"({' OR '.join(choices) or 'FALSE'})")
    return " AND ".join(conditions), params


def _equal(prop: str, param: str, value: Any) -> tuple[str, str | float]:
    kind, text = f"json_type(props, ${prop})", f"props ->> ${prop}"
    if isinstance(value, bool):
        return f"({kind} = 'BOOLEAN' AND {text} = ${param})", str(value).lower()
    if isinstance(value, float) and not value.is_integer():
        return f"({kind} = 'DOUBLE' AND TRY_CAST({text} AS DOUBLE) = ${param})", value
    if isinstance(value, int | float) or _WRITTEN_NUMBER.fullmatch(value):
        exact = f"({kind} IN ('VARCHAR', 'BIGINT', 'UBIGINT') AND {text} = ${param})"
        as_float = f"({kind} = 'DOUBLE' AND TRY_CAST({text} AS DOUBLE) = TRY_CAST(${param} AS DOUBLE))"
        return f"({exact} OR {as_float})", str(int(value))
    return f"({kind} = 'VARCHAR' AND {text} = ${param})", value


def number_sql(prop: str) -> tuple[str, str]:
    """A property as a whole number and as one with a fraction; at most one of them is not NULL.

    `prop` names the parameter that holds the property's pointer. Whole numbers stay exact however many are added.
    What is no number is neither.
    """
    kind, value = f"json_type(props, ${prop})", f"TRY_CAST(props ->> ${prop} AS DOUBLE)"
    whole = f"{kind} = 'DOUBLE' AND {value} = floor({value}) AND abs({value}) <= 9007199254740992"
    return (
        f"CASE WHEN {kind} IN {_WHOLE_NUMBERS} THEN TRY_CAST(props ->> ${prop} AS HUGEINT)"
        f" WHEN {whole} THEN CAST({value} AS HUGEINT) END",
        f"CASE WHEN {kind} = 'DOUBLE' AND NOT ({whole}) THEN {value} END",
    )
