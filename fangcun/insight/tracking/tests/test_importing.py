"""Logs of other systems: what counts, what is set aside and from which line, and nothing twice."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import unicodedata
from collections import Counter
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fangcun.insight.tracking.errors import AlreadyImported, FileUnreadable, MappingInvalid
from fangcun.insight.tracking.exporting import export_events
from fangcun.insight.tracking.importing import importer, mapping, sources, stage
from fangcun.insight.tracking.models import Batch, Device, EventTally, ImportedFile, SealedFile
from fangcun.insight.tracking.services import import_file
from fangcun.insight.tracking.tests.store import readable, send
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(databases="__all__")
TS = 1_511_539_200_000


def brought(folder: Path, text: str | bytes, name: str = "log.csv", columns: str = "", **more):
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return import_file(path=path, mapping=mapping(columns), by=SYSTEM, **more)


def nothing_counted() -> bool:
    return not (SealedFile.objects.exists() or ImportedFile.objects.exists() or EventTally.objects.exists())


def test_further_columns_become_properties_of_the_right_type(tmp_path):
    found = brought(
        tmp_path, f'user,name,ts,price,sku,vip,none,props\nu1,buy,{TS},12.5,007,true,,"{{""a"": 1}}"\n'
    )
    assert (found.rows, found.set_aside) == (1, 0)
    [(props,)] = readable("props")
    assert json.loads(props) == {"a": 1, "price": 12.5, "sku": "007", "vip": True}


def test_bad_rows_are_told_by_reason_with_their_true_lines_and_kept_whole(tmp_path):
    text = (
        'user,name,ts,note\r\n\r\nu1,a,1511539200000,"two\r\nlines"\r\nu2,b\r\nu3,"b"x,1511539200000,\r\n'
        ",c,1511539200000,\r\nu4,,1511539200000,\r\nu5,d,1511539200,\r\nu6,e,soon,\r\nu7,ok,1511539200000,\r\n"
    )
    found = brought(tmp_path, text)
    assert found.rows == 2
    assert {reason: [row.line for row in rows] for reason, rows in found.firsts.items()} == {
        "columns_wrong": [5],
        "line_broken": [6],
        "user_missing": [7],
        "name_missing": [8],
        "ts_seconds": [9],
        "ts_invalid": [10],
    }
    assert found.kept is not None
    kept = [json.loads(line) for line in found.kept.read_text().splitlines()]
    assert [(row["line"], row["raw"]) for row in kept][:2] == [(5, "u2,b"), (6, 'u3,"b"x,1511539200000,')]


def test_tabs_may_separate_and_then_a_comma_is_text(tmp_path):
    assert brought(tmp_path, f"user\tname\tts\tnote\nu1\ta,b\t{TS}\t1,2\n", name="log.tsv").rows == 1
    assert readable("event, props") == [("a,b", '{"note":"1,2"}')]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_plain_table_is_read_as_a_quoted_one_is(ends, tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "BLOCK_BYTES", 20_000)
    rows = [f" 小{n % 7} ,a,{TS + n},#{n},\\N,'q',," for n in range(5_000)]
    rows[3_210], rows[4_999] = ",a,1,,,,,", "u,a,x,,,,,"
    lines = ["user,name,ts,note,null,single,none,void", *rows]
    plain = brought(tmp_path, ends.join(lines), name="plain.csv")
    told = readable("event, ts, props")
    keys = set(Device.objects.values_list("key", flat=True))
    for model in (SealedFile, ImportedFile, Device):
        model.objects.all().delete()
    quoted = brought(tmp_path, re.sub("(#[0-9]+)", r'"\1"', ends.join(lines)), name="quoted.csv")
    assert plain.rows == quoted.rows == 4_998
    assert plain.firsts == quoted.firsts
    assert {reason: [row.line for row in found] for reason, found in plain.firsts.items()} == {
        "user_missing": [3_212],
        "ts_invalid": [5_001],
    }
    assert readable("event, ts, props") == told
    assert set(Device.objects.values_list("key", flat=True)) == keys == {f"import: 小{n} " for n in range(7)}


def test_a_table_of_another_system_keeps_its_types(tmp_path, monkeypatch):
    monkeypatch.setattr(stage, "PARQUET_ROWS", 2)
    path = tmp_path / "log.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"""COPY (SELECT unnest([1.0, 2.0, NULL, 4.0, 5.0])::DOUBLE AS user, 'pv'::ENUM('pv', 'buy') AS name,
                       make_timestamp({TS} * 1000) AS ts, 9.90::DECIMAL(9, 2) AS price, TRUE AS vip, 3::UTINYINT AS n,
                       [1, 2] AS list, {{'a': 1}} AS map, 'NaN'::FLOAT AS none, DATE '2017-11-25' AS day)
                TO '{path}' (FORMAT parquet)"""
        )
    heard: list[float] = []
    found = import_file(path=path, mapping=mapping(), by=SYSTEM, progress=heard.append)
    assert (found.rows, [row.line for row in found.firsts["user_missing"]]) == (4, [3])
    assert heard == sorted(heard)
    assert (len(heard), heard[-1]) == (5, 1)
    assert {json.dumps(json.loads(props)) for (props,) in readable("props")} == {
        '{"price": 9.9, "vip": true, "n": 3, "list": [1, 2], "map": {"a": 1}, "day": "2017-11-25"}'
    }
    assert set(Device.objects.values_list("key", flat=True)) == {f"import:{n}" for n in (1, 2, 4, 5)}


def test_the_same_bytes_count_once(tmp_path):
    text = f"user,name,ts\nu1,a,{TS}\n"
    brought(tmp_path, text)
    with pytest.raises(AlreadyImported):
        brought(tmp_path, text, name="other.csv")
    assert len(readable()) == 1
    assert EventTally.objects.get().count == 1


def test_repeated_ids_count_once_within_a_file_and_against_the_store(tmp_path):
    found = brought(tmp_path, f"user,name,ts,id\nu1,a,{TS},x\nu1,a,{TS},x\nu2,a,{TS},x2\n")
    assert (found.rows, found.repeated, found.held) == (2, 1, 0)
    found = brought(tmp_path, f"user,name,ts,id\nu1,a,{TS},x\nu1,a,{TS + 1},y\n", name="more.csv")
    assert (found.rows, found.repeated, found.held) == (1, 0, 1)
    assert readable() == [("x",), ("x2",), ("y",)]


def test_a_mapping_renames_and_says_how_time_is_written(tmp_path):
    columns = "user=user_id,name=behavior_type,ts=timestamp:s"
    brought(tmp_path, "user_id,item,behavior_type,timestamp\n7,9,pv,1511539200\n", columns=columns)
    assert readable("event, ts, props") == [("pv", TS, '{"item":9}')]
    assert Device.objects.get().key == "import:7"
    brought(tmp_path, "user,name,ts\nu,a,2017-11-25 00:00:00\n", name="iso.csv", columns="ts=ts:iso")
    assert readable("ts") == [(TS,), (TS,)]
    with pytest.raises(MappingInvalid):
        mapping("user")


def test_json_lines_keep_types_and_a_broken_line_costs_no_other(tmp_path):
    lines = [
        {"user": 7.0, "name": "看", "ts": TS, "props": {"a": [1]}, "b": "2", "c": None},
        {"user": "x", "name": "n", "ts": str(TS), "props": '{"q": 1}'},
    ]
    text = "\n".join([json.dumps(lines[0]), "{broken", "", "[1]", json.dumps(lines[1])])
    found = brought(tmp_path, gzip.compress(text.encode()), name="log.jsonl.gz")
    assert found.rows == 2
    assert [row.line for row in found.firsts["line_broken"]] == [2, 4]
    assert [json.loads(props) for (props,) in readable("props")] == [{"a": [1], "b": "2"}, {"q": 1}]
    assert set(Device.objects.values_list("key", flat=True)) == {"import:7", "import:x"}


@pytest.mark.parametrize(
    "content",
    [b"", "user,name,ts\n小方,看,1511539200000\n".encode("gbk"), b"a,b\n1,2\n", b"user,name,ts\n,,\n"],
)
def test_a_file_of_which_nothing_can_be_read_changes_nothing(tmp_path, content):
    with pytest.raises(FileUnreadable):
        brought(tmp_path, content)
    assert nothing_counted()


def test_another_encoding_and_a_byte_order_mark_are_understood(tmp_path):
    brought(tmp_path, "user,name,ts\n小方,看,1511539200000\n".encode("gbk"), encoding="gbk")
    brought(tmp_path, "user,name,ts\n小方,买,1511539200000\n".encode("utf-8-sig"), name="bom.csv")
    assert readable("event") == [("买",), ("看",)]
    assert Device.objects.get().key == "import:小方"


def test_an_import_that_ends_in_the_middle_leaves_nothing_and_can_be_run_again(tmp_path, monkeypatch):
    text = f"user,name,ts\nu1,a,{TS}\n"
    with monkeypatch.context() as broken:
        broken.setattr(importer, "add_to_tallies", lambda *_args, **_more: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            brought(tmp_path, text)
    assert nothing_counted()
    assert brought(tmp_path, text).rows == 1


def visible(user: str) -> bool:
    """A user of spaces only, also wide ones, is none."""
    return any(unicodedata.category(sign) != "Zs" for sign in user)


def as_written(props: str) -> str | None:
    """The note as the file has it: numbers and truths are other values, but not other letters."""
    note = json.loads(props, parse_int=str, parse_float=str).get("note")
    return str(note).lower() if isinstance(note, bool) else note


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters='\n",'), max_size=5)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(WORDS, st.sampled_from(["pv", "买", "a b"]), WORDS), min_size=1, max_size=30))
def test_what_counts_equals_a_plain_count(rows, tmp_path):
    SealedFile.objects.all().delete()
    ImportedFile.objects.all().delete()
    made = io.StringIO(newline="")
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(["user", "name", "ts", "note"])
    writer.writerows((user, name, TS + n, note) for n, (user, name, note) in enumerate(rows))
    expected = Counter((name, note or None) for user, name, note in rows if visible(user))
    if not expected:
        return
    brought(tmp_path, made.getvalue())
    counted = Counter((name, as_written(props)) for name, props in readable("event, props"))
    assert counted == expected


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_what_was_exported_can_be_imported_and_the_store_knows_it(form, tmp_path):
    send("e1", "e2", device="d1", props={"n": 1, "t": "x"})
    send("e3", device="d2", member_id=7)
    path = tmp_path / f"out.{form}"
    assert export_events(path=path, form=form) == 3
    again = import_file(path=path, mapping=mapping(), by=SYSTEM)
    assert (again.rows, again.held) == (0, 3)
    before = readable("event, ts, session, page, props, program, id")
    Batch.objects.all().delete()
    ImportedFile.objects.all().delete()
    assert import_file(path=path, mapping=mapping(), by=SYSTEM).rows == 3
    assert readable("event, ts, session, page, props, program, id") == before
