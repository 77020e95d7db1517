"""`kill -9` of the worker while a batch of codes is drawn: it goes on where it was, to the end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.journeys.stack import Platform, running_platform

pytestmark = [pytest.mark.race, pytest.mark.timeout(300)]

COUNT, KILLS = 40, 2
START = """
from fangcun.grow.links.batches import make_batch
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import SYSTEM
program = Program.objects.get(role="main")
batch = make_batch(name="桌码", program_id=program.pk, page="pages/home/home", query={"table": "T{n}"},
    count={count}, by=SYSTEM)
print(batch.pk)
"""
LOOK = """
import json, zipfile
from django.core.files.storage import default_storage
from fangcun.grow.links.models import Batch
batch = Batch.objects.get()
files = len(zipfile.ZipFile(default_storage.open(batch.zip_path)).namelist()) if batch.zip_path else 0
print(json.dumps({"status": batch.status, "drawn": batch.links.exclude(code_path="").count(), "files": files,
    "error": batch.error}))
"""
# The lease of the job that died runs out.
LATER = """
from django.utils import timezone
from fangcun.kernel.models import Job
Job.objects.filter(dead=False, task__endswith="draw_batch").update(run_at=timezone.now(), lease_until=None)
"""


@pytest.fixture
def platform(tmp_path) -> Iterator[Platform]:
    with running_platform(tmp_path, []) as running:
        yield running


def look(platform: Platform) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(platform.shell(LOOK).splitlines()[-1])
    return found


def test_a_batch_whose_worker_is_killed_again_and_again_is_drawn_to_the_end(platform, until):
    platform.box.post("/faults", api_delay_s=0.1)
    platform.shell(START.replace("{count}", str(COUNT)))
    for kill in range(KILLS):
        least = (kill + 1) * COUNT // (KILLS + 1)
        until(lambda least=least: look(platform)["drawn"] >= least, 60)
        platform.worker.kill()
        assert look(platform)["status"] == "drawing"
        platform.shell(LATER)
        platform.start_again(platform.worker)
    until(lambda: look(platform)["status"] == "done", 90)
    assert look(platform) == {"status": "done", "drawn": COUNT, "files": COUNT + 1, "error": ""}
