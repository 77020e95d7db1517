"""The engines understand the same: properties, conditions, days, quantiles, persons who became somebody else."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pytest
from pytest_django import Settings

from fangcun.insight.analytics.conditions import condition_sql, conditions
from fangcun.insight.analytics.engines import Engine, opened
from fangcun.insight.analytics.engines.clickhouse import clickhouse
from fangcun.insight.analytics.engines.duck import duck
from fangcun.insight.analytics.engines.spark import spark
from fangcun.insight.analytics.spans import Span, day_sql
from fangcun.insight.analytics.tests.log import DAY, T0, ZERO, Event, store
from fangcun.insight.tracking.reading import Snapshot
from fangcun.insight.tracking.sealing import seal

OTHERS = [
    pytest.param("spark", marks=pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java")),
    "clickhouse",
]
VALUES: list[Any] = ["ads", "sms", "7", 7, 7.5, True, False, None, "", "草莓", "it's", "a\\b", 0, -3]


def sealed(folder: Path, rows: list[dict[str, Any]]) -> tuple[str, ...]:
    """The rows as two sealed files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, some in enumerate((rows[::2], rows[1::2])):
        lines, path = folder / f"{number}.jsonl", folder / f"{number}.parquet"
        lines.write_bytes(b"\n".join(orjson.dumps(row) for row in some))
        with duckdb.connect() as connection:
            connection.execute(
                f"""COPY (SELECT event, person, ts, program, session, page, props, id
                FROM read_json('{lines}', columns = {{event: 'VARCHAR', person: 'BIGINT', ts: 'BIGINT',
                    program: 'BIGINT', session: 'VARCHAR', page: 'VARCHAR', props: 'VARCHAR', id: 'VARCHAR'}})
                ORDER BY event, person, ts) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"""
            )
        paths.append(str(path))
    return tuple(paths)


def random_rows(seed: int, number: int = 400) -> list[dict[str, Any]]:
    chance = random.Random(seed)
    return [
        {
            "event": chance.choice(["pv", "cart", "buy", "page_viewed", "app_shown"]),
            "person": chance.choice([None, 2, 3, 4, 5, 6, 8, 10, 11]),
            "ts": T0 + chance.randrange(0, 40 * DAY, 1_000),
            "program": chance.choice([1, 2]),
            "session": chance.choice(["", "s1", "s2", "s3"]),
            "page": chance.choice(["", "/pages/home", "/pages/cart"]),
            "props": orjson.dumps(
                {
                    "source": chance.choice(VALUES),
                    "price": chance.choice([None, 1, 20, 3.5, "x"]),
                    "o'k": 1,
                }
            ).decode(),
            "id": f"e{n}",
        }
        for n in range(number)
    ]


@contextmanager
def engine(name: str, snapshot: Snapshot, root: Path, *, program_id: int | None = None) -> Iterator[Engine]:
    """An engine by its name over a snapshot of files; skips when it is not installed."""
    if name == "duckdb":
        with duck(snapshot, program_id=program_id) as one:
            yield one
    elif name == "spark":
        pytest.importorskip("pyspark")
        with spark(snapshot, str(root), program_id=program_id) as other:
            yield other
    else:
        pytest.importorskip("chdb")
        with clickhouse(snapshot, str(root), program_id=program_id) as third:
            yield third


@pytest.fixture
def _two_cores(settings: Settings) -> None:
    settings.SPARK_MASTER = "local[2]"


def _asked(one: Engine) -> dict[str, list[tuple[Any, ...]]]:
    span = Span(ZERO.replace(day=1), ZERO.replace(month=12, day=20))
    d = one.dialect
    answers = {}
    for text in (
        "source=ads,7",
        "source!=ads",
        "source?",
        "source!?",
        "price>=3.5",
        "price<20;source=true",
        "source~a",
        "source=it's,a\\b,草莓",
        "o'k=1",
    ):
        sql, params = condition_sql(conditions(text), d, "c")
        answers[text] = one.rows(f"SELECT count(*), sum(ts) FROM ev WHERE {sql}", params)
    answers["text"] = one.rows(
        f"SELECT id, {d.text('a')} AS v, {d.number('b')} AS n, {d.text('c')} AS o FROM ev ORDER BY id",
        {"a": "source", "b": "price", "c": "o'k"},
    )
    for unit in ("day", "week", "month"):
        day = day_sql("ts", span, d, unit=unit)
        answers[unit] = one.rows(
            f"SELECT {day} AS d, count(*), count(DISTINCT person) FROM ev GROUP BY {day} ORDER BY 1"
        )
    answers["quantile"] = one.rows(
        f"SELECT event, {d.median('ts')} AS m, {d.quantile('ts', 0.9)} AS q FROM ev GROUP BY event ORDER BY event"
    )
    one.put("among", [4, 6, 11, 4])
    answers["among"] = one.rows(
        "WITH a AS (SELECT person FROM among) SELECT count(*) FROM ev WHERE person IN (SELECT person FROM a)"
    )
    answers["nothing"] = one.rows(
        "SELECT count(*), max(ts), sum(ts) FROM ev WHERE event = $name", {"name": "no'ne"}
    )
    return answers


@pytest.mark.usefixtures("_two_cores")
@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("program_id", [None, 2])
def test_engines_read_the_same_from_the_same_files(name: str, program_id: int | None, tmp_path: Path) -> None:
    files = sealed(tmp_path / "days", random_rows(1))
    snapshot = Snapshot(files, (), (), {3: 4, 5: 12})
    with engine("duckdb", snapshot, tmp_path, program_id=program_id) as one:
        expected = _asked(one)
    with engine(name, snapshot, tmp_path, program_id=program_id) as other:
        found = _asked(other)
    assert found == expected
    assert not list((tmp_path / "asking").iterdir())


@pytest.mark.usefixtures("_two_cores")
@pytest.mark.parametrize("name", ["duckdb", *OTHERS])
def test_without_any_event_there_is_nothing(name: str, tmp_path: Path) -> None:
    with engine(name, Snapshot((), (), (), {}), tmp_path) as one:
        assert one.rows("SELECT count(*), count(DISTINCT person), max(ts) FROM ev") == [(0, 0, None)]


@pytest.mark.usefixtures("_two_cores")
@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.django_db(databases="__all__")
def test_an_installation_names_its_engine_and_misses_nothing_that_is_hot(
    name: str, settings: Settings, tmp_path: Path
) -> None:
    pytest.importorskip({"spark": "pyspark", "clickhouse": "chdb"}[name])
    settings.EVENTS_URL = str(tmp_path)
    store(Event(1, "pv", 5, {"source": "ads"}), Event(2, "pv", 9, {"source": 7}))
    seal()
    store(Event(2, "buy", 11, {"source": "热"}), Event(None, "pv", 12))
    sql = "SELECT person, event, ts FROM ev ORDER BY ts"
    with opened() as usual:
        expected = usual.rows(sql)
    settings.ANALYTICS_ENGINE = name
    with opened() as other:
        assert other.dialect.name == name
        found = other.rows(sql)
    assert expected == [(2, "pv", T0 + 5), (4, "pv", T0 + 9), (4, "buy", T0 + 11), (None, "pv", T0 + 12)]
    assert found == expected
