"""Everything that happened, into one file that other systems read, and that can be imported again."""

# ruff: noqa: S608 - texts hold whole numbers, names of ours and quoted paths; what people write travels as parameters

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import duckdb

from fangcun.insight.tracking.errors import FileThere
from fangcun.insight.tracking.filing import quoted
from fangcun.insight.tracking.hot import everything
from fangcun.insight.tracking.importing.checking import NOBODY
from fangcun.insight.tracking.importing.mapping import PROGRAM
from fangcun.insight.tracking.models import Device
from fangcun.insight.tracking.reading import Snapshot, retaken, snapshot
from fangcun.insight.tracking.storage import connected

Form = Literal["csv", "jsonl", "parquet"]

DEVICES = 20_000
_FORMS = {
    "csv": "FORMAT csv, HEADER",
    "jsonl": "FORMAT json",
    "parquet": "FORMAT parquet, COMPRESSION zstd",
}
_COLUMNS = "person, program, event, ts, session, page, props, id"


def export_events(
    *,
    path: Path,
    form: Form,
    since_ms: int | None = None,
    until_ms: int | None = None,
    names: Sequence[str] = (),
) -> int:
    """Write the events of a span (epoch ms, `until_ms` not included) into a new file; how many they are.

    Columns: user, name, ts, id, session_id, page, props, and the number of the mini program. A user is `member:` with
    his number, the key of a phone, or `nobody:`; who a phone belongs to by now counts. Only events of these `names`, if
    any are given. A name that ends with .gz is compressed. Raises FileThere when the file exists.
    """
    if path.exists():
        raise FileThere(file=str(path))
    # Made first: where nothing can be written, no file of the store is to blame.
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    draft.touch()
    compression = ", COMPRESSION gzip" if path.name.endswith(".gz") and form != "parquet" else ""
    taken = snapshot(since_ms=since_ms, until_ms=until_ms)
    try:
        while True:
            try:
                number = _export(taken, draft, form, compression, _limited(since_ms, until_ms, names))
                draft.replace(path)
                return number
            except (duckdb.Error, OSError):
                # A file may have been merged into another since; or it is not sound, and left out from now on.
                newer = retaken(taken)
                if newer is None:
                    raise
                taken = newer
    finally:
        draft.unlink(missing_ok=True)


def _limited(since_ms: int | None, until_ms: int | None, names: Sequence[str]) -> str:
    limits = [
        *([] if since_ms is None else [f"ts >= {since_ms}"]),
        *([] if until_ms is None else [f"ts < {until_ms}"]),
        *([f"event IN ({', '.join(map(quoted, names))})"] if names else []),
    ]
    return f" WHERE {' AND '.join(limits)}" if limits else ""


def _export(taken: Snapshot, draft: Path, form: Form, compression: str, where: str) -> int:
    props = "props::JSON" if form == "jsonl" else "props"
    with connected() as connection:
        connection.execute(f"CREATE VIEW wanted AS {everything(connection, taken, _COLUMNS, where)}")
        _name_phones(connection)
        rows = connection.execute(
            f"""COPY (
                SELECT CASE WHEN person IS NULL THEN '{NOBODY}'
                            WHEN person % 2 = 0 THEN 'member:' || person // 2
                            ELSE coalesce(key, 'device:' || person // 2) END AS "user",
                       event AS name, ts, id, session AS session_id, page, {props} AS props, program AS {PROGRAM}
                FROM wanted LEFT JOIN phones USING (person)
            ) TO {quoted(str(draft))} ({_FORMS[form]}{compression})"""
        ).fetchall()
    return int(rows[0][0])


def _name_phones(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE TABLE phones (person BIGINT, key VARCHAR)")
    connection.execute("CREATE TABLE nameless AS SELECT DISTINCT person FROM wanted WHERE person % 2 = 1")
    asked = connection.cursor()
    asked.execute("SELECT person // 2 FROM nameless ORDER BY 1")
    while rows := asked.fetchmany(DEVICES):
        numbers = [number for (number,) in rows]
        found = list(
            Device.objects.filter(id__gte=numbers[0], id__lte=numbers[-1], id__in=numbers).values_list(
                "id", "key"
            )
        )
        connection.execute(
            "INSERT INTO phones SELECT 2 * unnest($ids::BIGINT[]) + 1, unnest($keys::VARCHAR[])",
            {"ids": [number for number, _key in found], "keys": [key for _number, key in found]},
        )
