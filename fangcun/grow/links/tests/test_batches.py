"""A batch of codes comes to its end whatever happens on the way, and no code is drawn twice."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from fangcun.grow.links import codes
from fangcun.grow.links.batches import cancel_batch, make_batch, resume_batch
from fangcun.grow.links.drawing import draw_some
from fangcun.grow.links.errors import BatchInvalid
from fangcun.grow.links.models import Batch, Link
from fangcun.kernel.actors import Actor
from fangcun.kernel.models import AuditEntry, Job

HOST = Actor.staff(1, "阿方")
pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def due(drain):
    """Run jobs to the end, those that wait for a later minute too."""

    def run() -> None:
        for _ in range(60):
            Job.objects.filter(dead=False).update(run_at="2026-01-01T00:00:00Z")
            if not drain():
                return

    return run


def batch_of(program, count: int, **more) -> Batch:
    facts = {"name": "桌码", "page": "pages/home/home", "query": {"table": "T{n}"}, "by": HOST, **more}
    return make_batch(program_id=program.pk, count=count, **facts)


def progress(batch: Batch) -> tuple[int, int]:
    return batch.links.exclude(code_path="").count(), batch.count


def drawn(box) -> int:
    return int(box.http.get("/codes").text.count('class="tile"'))


def test_codes_come_as_a_zip_with_an_index_and_as_sheets(wechat_program, box, store, due):
    batch = batch_of(wechat_program, 25, channel_id=store.pk)
    assert progress(batch) == (0, 25)
    due()
    batch.refresh_from_db()
    assert (batch.status, progress(batch)) == ("done", (25, 25))
    with default_storage.open(batch.zip_path) as file, zipfile.ZipFile(io.BytesIO(file.read())) as packed:
        names = packed.namelist()
        [head, first, *_rest] = csv.reader(io.StringIO(packed.read("index.csv").decode("utf-8-sig")))
        assert Image.open(io.BytesIO(packed.read(names[0]))).size == (430, 430)
    link = Link.objects.get(position=1)
    assert (len(names), names[0]) == (26, f"001-{link.short}.png")
    assert head == ["序号", "短码", "文件", "名称", "渠道", "打开的页面"]
    assert first == ["1", link.short, names[0], "桌码 1", "城西店门口", "/pages/home/home?table=T1"]
    with default_storage.open(batch.pdf_path) as file:
        sheets = file.read()
    assert sheets.startswith(b"%PDF")
    assert b"/Count 2" in sheets


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"count": 0}, "count"), ({"count": 501}, "count"), ({"name": " "}, "name"), ({"page": "x?y"}, "page"),
     ({"width": 279}, "width")],
)  # fmt: skip
def test_a_batch_that_can_not_be_made_makes_nothing(program, changed, field):
    with pytest.raises(BatchInvalid) as refused:
        batch_of(program, **{"count": 3, **changed})
    assert list(refused.value.details["fields"]) == [field]
    assert (Batch.objects.count(), Link.objects.count(), Job.objects.count()) == (0, 0, 0)


def test_a_batch_of_five_hundred_is_made_at_once(program, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        batch_of(program, 500)
    assert Link.objects.values("short").distinct().count() == 500


def test_who_is_killed_on_the_way_goes_on_where_he_was(wechat_program, box, due, monkeypatch):
    batch = batch_of(wechat_program, 6)
    Job.objects.all().delete()  # the process that had the job is gone, and so is what it would have arranged
    real, calls = codes.code_image, list[int]()
    lives = [3, 99]  # how many codes each of two processes draws before it is killed

    def dying(link, **more):
        if lives[0] == 0:
            raise KeyboardInterrupt
        lives[0] -= 1
        calls.append(link.position)
        return real(link, **more)

    monkeypatch.setattr("fangcun.grow.links.drawing.code_image", dying)
    with pytest.raises(KeyboardInterrupt):
        draw_some(batch.pk)
    assert progress(batch) == (3, 6)
    lives.pop(0)
    assert draw_some(batch.pk) is None
    batch.refresh_from_db()
    assert (batch.status, calls) == ("done", [1, 2, 3, 4, 5, 6])
    assert draw_some(batch.pk) is None  # the lease ran out and a twin does it once more
    assert calls == [1, 2, 3, 4, 5, 6]


def test_what_wechat_does_not_draw_now_is_drawn_later(wechat_program, box, due):
    box.post("/_box/faults", api_system_error={"times": 2, "path": "/wxa/getwxacodeunlimit"})
    batch = batch_of(wechat_program, 3)
    due()
    batch.refresh_from_db()
    assert (batch.status, progress(batch)) == ("done", (3, 3))


def test_the_minutes_limit_is_kept(wechat_program, box, due, monkeypatch):
    monkeypatch.setattr(codes, "CODES_A_MINUTE", 2)
    batch = batch_of(wechat_program, 5)
    assert draw_some(batch.pk) is not None
    assert (progress(batch), drawn(box) >= 2) == ((2, 5), True)
    assert set(Link.objects.values_list("attempts", flat=True)) == {0}
    monkeypatch.setattr(codes, "CODES_A_MINUTE", 5000)
    assert draw_some(batch.pk) is None
    assert Batch.objects.get().status == "done"


def test_a_limit_of_wechats_own_is_waited_for(wechat_program, box):
    box.post("/_box/faults", codes_a_minute=1)
    batch = batch_of(wechat_program, 2)
    later = draw_some(batch.pk)
    assert later is not None
    assert set(Link.objects.values_list("attempts", flat=True)) == {0}


def test_what_wechat_never_draws_ends_the_batch_and_it_can_be_resumed(wechat_program, box, due):
    secret = wechat_program.app_secret
    batch = batch_of(wechat_program, 3)
    wechat_program.app_secret = "0" * 32
    wechat_program.save()
    due()
    batch.refresh_from_db()
    assert (batch.status, "AppSecret" in batch.error, batch.zip_path) == ("failed", True, "")
    wechat_program.app_secret = secret
    wechat_program.save()
    resume_batch(batch=batch, by=HOST)
    due()
    batch.refresh_from_db()
    assert (batch.status, batch.error, progress(batch)) == ("done", "", (3, 3))


def test_a_cancelled_batch_draws_no_more_until_it_is_resumed(wechat_program, box, due):
    batch = batch_of(wechat_program, 3)
    cancel_batch(batch=batch, by=HOST)
    due()
    assert (Batch.objects.get().status, progress(batch)) == ("cancelled", (0, 3))
    resume_batch(batch=Batch.objects.get(), by=HOST)
    due()
    assert (Batch.objects.get().status, progress(batch)) == ("done", (3, 3))
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions[-3:] == ["links.make_batch", "links.cancel_batch", "links.resume_batch"]
