"""The store in a bucket: the same promises through fsspec (here a bucket in memory)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import fsspec  # type: ignore[import-untyped]
import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from fangcun.insight.analytics.engines import opened
from fangcun.insight.tracking.filing import delete_retired
from fangcun.insight.tracking.merging import merge_files
from fangcun.insight.tracking.models import SealedFile
from fangcun.insight.tracking.reading import snapshot
from fangcun.insight.tracking.sealing import seal
from fangcun.insight.tracking.stats import store_problems
from fangcun.insight.tracking.storage import storage
from fangcun.insight.tracking.sweeping import sweep
from fangcun.insight.tracking.tests.store import files, send

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(autouse=True)
def bucket(settings):
    settings.EVENTS_URL = "memory://shop/events"
    found = fsspec.filesystem("memory")
    yield found
    found.store.clear()


def counted() -> list[str]:
    with opened() as engine:
        return [found for (found,) in engine.rows("SELECT id FROM ev ORDER BY id")]


def sealed(*keys: str) -> list[SealedFile]:
    for key in keys:
        send(key)
        seal()
    return list(SealedFile.objects.order_by("id"))


def test_events_are_sealed_merged_and_read_in_a_bucket():
    found = sealed("a", "b")
    assert files() == sorted(file.path for file in found)
    assert snapshot().files == tuple(sorted(f"memory://shop/events/{file.path}" for file in found))
    assert storage().size(found[0].path) == found[0].bytes
    send("c", member_id=7)
    assert counted() == ["a", "b", "c"]
    assert merge_files(found) == 2
    delete_retired()
    assert files() == [SealedFile.objects.get().path]
    assert counted() == ["a", "b", "c"]
    assert not list(Path(django_settings.FANGCUN_HOME, "tmp").glob("*.parquet"))


def test_damaged_and_missing_files_of_a_bucket_are_set_aside(bucket):
    cut, gone, _ = sealed("a", "b", "c")
    body = bucket.cat_file(f"/shop/events/{cut.path}")
    bucket.pipe_file(f"/shop/events/{cut.path}", body[: len(body) // 2])
    bucket.rm_file(f"/shop/events/{gone.path}")
    assert counted() == ["c"]
    assert {(found.path, found.problem) for found in store_problems()} == {
        (f"aside/{cut.path}", "torn"),
        (gone.path, "missing"),
    }
    bucket.pipe_file(f"/shop/events/{cut.path}", body)
    sweep()
    assert counted() == ["a", "c"]


def test_a_reader_goes_on_when_a_bucket_s_files_were_merged_and_deleted_under_it():
    found = sealed("a", "b")
    with opened() as engine:
        merge_files(found)
        delete_retired()
        assert engine.rows("SELECT id FROM ev ORDER BY id") == [("a",), ("b",)]


def test_others_may_use_the_same_bucket(bucket):
    (file,) = sealed("a")
    bucket.pipe_file("/shop/images/carrot.webp", b"...")
    bucket.pipe_file("/shop/events/notes/readme.txt", b"...")
    bucket.pipe_file("/shop/events/strange.parquet", b"...")
    bucket.pipe_file(f"/shop/events/{file.day}/{'0' * 32}.parquet", b"...")
    for info in bucket.store.values():
        info.created = timezone.now() - dt.timedelta(hours=2)
    sweep()
    assert files() == sorted([file.path, "notes/readme.txt", "aside/strange.parquet"])
    assert bucket.exists("/shop/images/carrot.webp")
    assert counted() == ["a"]
