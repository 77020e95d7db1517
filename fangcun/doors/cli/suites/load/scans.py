"""Which statements of the hot doors read a whole table that grows, as the database itself says."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing

from fangcun.doors.cli.suites.load.numbers import Sample

# Tables that stay small by their nature: settings, rules, the catalog's shelves, what campaigns there are.
SMALL = re.compile(
    r"^(programs_|catalog_|shipping_|offers_(coupontemplate|flashsale|limitedsale|threshold|stacking)|"
    r"groupbuy_campaign|loyalty_(tier|rules|settings|activity)|messaging_template|experiments_|referral_rules|"
    r"tracking_plan|revisions_|django_)"
)
_SCAN = re.compile(r"^SCAN (?:TABLE )?(\w+)(?!.*USING (?:COVERING )?INDEX)")
_TABLE = re.compile(r'"(\w+)"(?: (?:AS )?"?(\w+)"?)?')


def statements_in(samples: Iterable[Sample]) -> set[str]:
    """The statements that were slowest or most repeated in any request."""
    return {one.cost[what][0] for one in samples if one.cost for what in ("slow", "most")} - {""}


def scans_of(database: str, statements: Iterable[str]) -> dict[str, str]:
    """The table that a statement reads from end to end, by statement; on SQLite only, {} elsewhere."""
    if not database or "://" in database:
        return {}
    found = {}
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for sql in statements:
            if table := _scanned(connection, sql, tables):
                found[sql] = table
    return found


def _scanned(connection: sqlite3.Connection, sql: str, tables: set[str]) -> str:
    asked = sql.replace("%s", "?")
    try:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {asked}", [None] * asked.count("?")).fetchall()
    except sqlite3.Error:  # one that was cut, or is of the other database
        return ""
    names = {alias or table: table for table, alias in _TABLE.findall(sql)}
    for row in plan:
        if match := _SCAN.match(str(row[-1])):
            table = str(names.get(match[1], match[1]))
            if table in tables and not SMALL.match(table):
                return table
    return ""
