"""The store kept clean: torn and foreign files are set aside and reported, what nobody lists goes."""

from __future__ import annotations

import datetime as dt
import logging
import os

import duckdb
import pytest
from django.utils import timezone

from fangcun.insight.analytics.engines import opened
from fangcun.insight.tracking.checking import examine
from fangcun.insight.tracking.errors import StoreUnreachable
from fangcun.insight.tracking.filing import delete_retired
from fangcun.insight.tracking.merging import merge_files
from fangcun.insight.tracking.models import RetiredFile, SealedFile
from fangcun.insight.tracking.sealing import seal
from fangcun.insight.tracking.stats import store_problems, store_stats
from fangcun.insight.tracking.sweeping import give_up_old_days, sweep
from fangcun.insight.tracking.tests.phone import DAY, now_ms
from fangcun.insight.tracking.tests.store import files, ids, root, send

pytestmark = pytest.mark.django_db(databases="__all__")

TWO_HOURS = 2 * 3600


@pytest.fixture
def sealed():
    """Three files with one event each: a, b, c."""
    for key in "abc":
        send(key)
        seal()
    return list(SealedFile.objects.order_by("id"))


def age(path: str, seconds: int = TWO_HOURS) -> None:
    then = timezone.now().timestamp() - seconds
    os.utime(root() / path, (then, then))


def drop(path: str, body: bytes = b"somebody's") -> None:
    (root() / path).parent.mkdir(parents=True, exist_ok=True)
    (root() / path).write_bytes(body)


def counted() -> list[str]:
    with opened() as engine:
        return [found for (found,) in engine.rows("SELECT id FROM ev ORDER BY id")]


def problems() -> list[tuple[str, str, int | None]]:
    return [(found.path, found.problem, found.count) for found in store_problems()]


def damage(file: SealedFile, how: str) -> None:
    place = root() / file.path
    body = place.read_bytes()
    match how:
        case "gone":
            place.unlink()
        case "cut":
            place.write_bytes(body[:-100])
        case "blank":
            place.write_bytes(bytes(len(body)))
        case "scribbled":
            end = len(body) - 8 - int.from_bytes(body[-8:-4], "little")
            place.write_bytes(body[:4] + body[4:end][::-1] + body[end:])


@pytest.mark.parametrize(
    ("how", "problem"), [("gone", "missing"), ("cut", "torn"), ("blank", "torn"), ("scribbled", "changed")]
)
def test_a_damaged_file_is_set_aside_and_the_rest_is_answered(how, problem, sealed, caplog):
    damage(sealed[1], how)
    with caplog.at_level(logging.ERROR):
        assert counted() == ["a", "c"]
    assert f"is {problem}: 1 events can't be read" in caplog.text
    aside = f"aside/{sealed[1].path}"
    assert problems() == [(sealed[1].path if how == "gone" else aside, problem, 1)]
    assert str(sealed[1].day) in store_problems()[0].words
    assert (aside in files()) == (how != "gone")
    assert sealed[1].path not in files()
    assert counted() == ["a", "c"]


def test_a_file_that_is_damaged_under_a_reader_is_set_aside_too(sealed):
    with opened() as engine:
        assert engine.rows("SELECT count(*) FROM ev") == [(3,)]
        damage(sealed[0], "cut")
        assert engine.rows("SELECT count(*) FROM ev") == [(2,)]
    assert problems() == [(f"aside/{sealed[0].path}", "torn", 1)]


def test_a_reader_goes_on_when_files_were_merged_and_deleted_under_it(sealed):
    with opened() as engine:
        engine.put("among", [1, 2])
        merge_files(sealed)
        delete_retired()
        assert engine.rows("SELECT id FROM ev ORDER BY id") == [("a",), ("b",), ("c",)]
        assert engine.rows("SELECT count(*) FROM among") == [(2,)]
    assert problems() == []


def test_a_wrong_statement_is_not_blamed_on_files(sealed):
    with opened() as engine, pytest.raises(duckdb.Error):
        engine.rows("SELECT nothing FROM ev")
    with opened() as engine, pytest.raises(duckdb.Error):
        engine.rows("SELECT error('no') FROM ev")
    assert problems() == []


def test_a_store_that_is_not_there_is_no_reason_to_give_up_its_files(sealed, settings):
    settings.EVENTS_URL = str(root()) + "-unmounted"
    with pytest.raises(StoreUnreachable):
        examine()
    with pytest.raises(StoreUnreachable), opened():
        pass
    settings.EVENTS_URL = settings.EVENTS_URL.removesuffix("-unmounted")
    assert problems() == []
    assert counted() == ["a", "b", "c"]


@pytest.mark.parametrize("how", ["gone", "scribbled"])
def test_a_file_brought_from_a_backup_counts_again(how, sealed):
    body = (root() / sealed[2].path).read_bytes()
    damage(sealed[2], how)
    assert examine() == 1
    sweep()
    assert counted() == ["a", "b"]
    drop(sealed[2].path, body)
    sweep()
    assert counted() == ["a", "b", "c"]
    assert [found.problem for found in store_problems()] == []


def test_a_damaged_file_put_back_as_it_was_goes_aside_again(sealed):
    damage(sealed[0], "cut")
    body = (root() / sealed[0].path).read_bytes()
    examine()
    drop(sealed[0].path, body)
    sweep()
    assert sealed[0].path not in files()
    assert problems() == [(f"aside/{sealed[0].path}", "torn", 1)]


def test_foreign_files_are_put_aside_and_reported_until_somebody_deletes_them(sealed, caplog):
    day = str(sealed[0].day)
    drop("old.parquet")
    drop(f"{day}/copy of a.parquet")
    drop("notes/readme.txt")
    with caplog.at_level(logging.ERROR):
        sweep()
    assert "old.parquet in the store of events is not ours" in caplog.text
    strange = [f"aside/{day}/copy of a.parquet", "aside/old.parquet"]
    assert problems() == [(path, "strange", None) for path in strange]
    assert files() == sorted([*(file.path for file in sealed), *strange, "notes/readme.txt"])
    assert counted() == ["a", "b", "c"]
    for path in strange:
        (root() / path).unlink()
    sweep()
    assert problems() == []


def test_rows_that_an_import_keeps_aside_are_nobodys_problem(sealed):
    drop("aside/import-1.jsonl")
    sweep()
    assert problems() == []
    assert "aside/import-1.jsonl" in files()


def test_what_nobody_listed_goes_after_an_hour(sealed):
    day = sealed[0].day
    old, young = f"{day}/{'0' * 32}.parquet", f"{day}/{'1' * 32}.parquet"
    unfinished = f"drafts/{'2' * 32}.parquet"
    laid, laid_today = f"asking/{'3' * 32}/hot.parquet", f"asking/{'4' * 32}/hot.parquet"
    for path in (old, young, unfinished, laid, laid_today):
        drop(path)
    for path in (old, unfinished, laid_today, sealed[0].path):
        age(path)
    age(laid, 25 * 3600)
    sweep()
    assert files() == sorted([*(file.path for file in sealed), young, laid_today])
    assert problems() == []


def test_merged_files_are_kept_an_hour(sealed):
    merge_files(sealed)
    for file in sealed:
        age(file.path)
    sweep()
    assert {file.path for file in sealed} < set(files())
    RetiredFile.objects.update(retired_at=timezone.now() - dt.timedelta(minutes=61))
    sweep()
    assert files() == [SealedFile.objects.get().path]
    assert not RetiredFile.objects.exists()
    assert counted() == ["a", "b", "c"]


def test_days_older_than_is_kept_are_given_up(settings):
    send("old", ts=now_ms() - 10 * DAY)
    send("new", ts=now_ms() - 2 * DAY)
    seal()
    assert give_up_old_days() == 0
    settings.EVENTS_KEEP_DAYS = 3
    assert give_up_old_days() == 1
    assert ids() == ["new"]
    assert len(files()) == 2
    delete_retired()
    assert files() == [SealedFile.objects.get().path]


def test_the_store_is_told_in_numbers(sealed):
    moment = now_ms() - DAY
    send("d", "e", ts=moment)
    damage(sealed[0], "cut")
    examine()
    stats = store_stats()
    assert (stats.files, stats.events, stats.days, stats.hot_batches, stats.hot_events) == (2, 2, 1, 1, 2)
    assert stats.bytes == sealed[1].bytes + sealed[2].bytes
    assert (stats.first_ts, stats.last_ts) == (moment, sealed[2].last_ts)
    assert [found.problem for found in stats.problems] == ["torn"]
