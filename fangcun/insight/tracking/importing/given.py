"""What a file gives for each field of an event, as SQL: one relation of the same form for every kind of file.

given(line, broken, user_, name, ts, id, session, page, props, program, more) holds texts, NULL where there is nothing.
`ts` is as it was written, `props` the text of the column of that name, `more` the other columns as a JSON object;
`broken` is what is known to be wrong with the row already.
"""

# ruff: noqa: S608 - names of columns are quoted, and nothing else of a file gets into the text

from __future__ import annotations

from collections.abc import Sequence

import orjson

from fangcun.insight.tracking.filing import quoted
from fangcun.insight.tracking.importing.mapping import FIELDS, PROGRAM, Mapping
from fangcun.insight.tracking.importing.pieces import JSON_COLUMN

# More digits than a number keeps, or zeros in front, are a name such as an order's or a telephone's.
_NUMBER = r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?"
_NAMES = {"user": "user_", "session_id": "session", PROGRAM: "program"}


def named(column: str) -> str:
    """The name of a column as SQL writes it."""
    return '"' + column.replace('"', '""') + '"'


def from_csv(header: Sequence[str], mapping: Mapping) -> str:
    """Rows of texts, columns c0, c1 and so on, in the relation `piece`."""
    places = {name: f"c{n}" for n, name in enumerate(header) if name}
    fields = []
    for field in FIELDS:
        place = places.get(mapping.column(field))
        text = f"nullif({place}, '')" if place else "NULL"
        fields.append(f"{text}::VARCHAR AS {_name(field)}")
    more = [
        (
            prop,
            f"CASE WHEN {place} = '' THEN NULL WHEN regexp_full_match({place}, '{_NUMBER}') "
            f"OR {place} IN ('true', 'false') THEN {place} ELSE to_json({place})::VARCHAR END",
        )
        for column, place in places.items()
        if (prop := mapping.prop(column)) is not None
    ]
    return f"SELECT line, NULL::VARCHAR AS broken, {', '.join(fields)}, {_object(more)} AS more FROM piece"


def from_json(mapping: Mapping) -> str:
    """One JSON object in each row of the relation `piece`, as text."""
    columns = {field: mapping.column(field) for field in FIELDS}
    renamed = {prop: column for prop, column in mapping.columns.items() if prop not in FIELDS}
    wanted = [*columns.values(), *renamed.values()]
    places = {name: f"x[{n}]" for n, name in enumerate([*columns, *renamed], start=1)}
    user, props = places["user"], places["props"]
    texts = [
        # A number that went through a table of floating-point numbers is still the same number.
        rf"nullif(regexp_replace({user} ->> '$', '^(-?[0-9]+)\.0$', '\1'), '') AS user_",
        f"CASE json_type({props}) WHEN 'VARCHAR' THEN nullif({props} ->> '$', '') WHEN 'NULL' THEN NULL "
        f"ELSE {props}::VARCHAR END AS props",
        *(
            f"nullif({places[field]} ->> '$', '') AS {_name(field)}"
            for field in FIELDS
            if field not in ("user", "props")
        ),
    ]
    more = f"json_merge_patch(raw, {quoted(orjson.dumps(dict.fromkeys(wanted)).decode())})"
    if renamed:
        more = (
            f"json_merge_patch({more}, {_object([(prop, f'{places[prop]}::VARCHAR') for prop in renamed])})"
        )
    pointers = ", ".join(quoted(_pointer(column)) for column in wanted)
    return f"""
        SELECT line, CASE WHEN raw IS NULL THEN 'line_broken'
               WHEN json_type({user}) IN ('OBJECT', 'ARRAY', 'BOOLEAN') THEN 'user_invalid' END AS broken,
               {", ".join(texts)}, {more}::VARCHAR AS more
        FROM (SELECT line, raw, json_extract(raw, [{pointers}]) AS x
              FROM (SELECT line, CASE WHEN json_valid({JSON_COLUMN}) AND json_type({JSON_COLUMN}) = 'OBJECT'
                                 THEN {JSON_COLUMN} END AS raw FROM piece))"""


def from_parquet(source: str, types: dict[str, str], mapping: Mapping) -> str:
    """Typed columns of a relation that has `file_row_number`; lines are numbers of rows, from 1."""

    def text(field: str) -> str:
        column = mapping.column(field)
        kind, place = types.get(column, ""), named(column)
        if not kind:
            return "NULL::VARCHAR"
        if kind in ("DOUBLE", "FLOAT") and field != "props":
            whole = f"{place} = trunc({place}) AND abs({place}) < 1e15"
            place = f"CASE WHEN {whole} THEN {place}::BIGINT::VARCHAR ELSE {place}::VARCHAR END"
        elif field == "props" and kind not in ("VARCHAR", "JSON"):
            place = f"to_json({place})"
        return f"nullif({place}::VARCHAR, '')"

    def value(column: str) -> str:
        kind, place = types[column], named(column)
        if kind in ("DOUBLE", "FLOAT"):
            return f"CASE WHEN isfinite({place}) THEN to_json({place})::VARCHAR END"
        if kind.startswith("DECIMAL"):
            return f"{place}::VARCHAR"
        if kind.startswith(("TIMESTAMP", "DATE", "TIME", "UUID", "ENUM", "BLOB")):
            return f"to_json({place}::VARCHAR)::VARCHAR"
        if kind == "VARCHAR":
            return f"CASE WHEN {place} <> '' THEN to_json({place})::VARCHAR END"
        return f"CASE WHEN {place} IS NOT NULL THEN to_json({place})::VARCHAR END"

    more = [(prop, value(column)) for column in types if (prop := mapping.prop(column)) is not None]
    fields = ", ".join(f"{text(field)} AS {_name(field)}" for field in FIELDS)
    return (
        f"SELECT file_row_number + 1 AS line, NULL::VARCHAR AS broken, {fields}, {_object(more)} AS more "
        f"FROM {source}"
    )


def _name(field: str) -> str:
    return _NAMES.get(field, field)


def _pointer(column: str) -> str:
    return "/" + column.replace("~", "~0").replace("/", "~1")


def _object(members: Sequence[tuple[str, str]]) -> str:
    """A JSON object of expressions that give JSON text, or NULL for a member that isn't there."""
    if not members:
        return "NULL::VARCHAR"
    parts = ", ".join(f"{quoted(orjson.dumps(name).decode() + ':')} || {value}" for name, value in members)
    return f"'{{' || concat_ws(',', {parts}) || '}}'"
