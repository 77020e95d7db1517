"""`fangcun events`: what its commands end with, and what they say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from fangcun.doors.cli.main import app
from fangcun.identity.members.models import Member
from fangcun.insight.tracking import checking
from fangcun.insight.tracking.models import Batch, Device, SealedFile
from fangcun.insight.tracking.tests.store import readable, root, send

pytestmark = pytest.mark.django_db(databases="__all__")
TS = 1_511_539_200_000


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path) -> None:
    settings.EVENTS_URL = str(tmp_path / "events")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["events", *arguments])


def log(folder: Path, text: str, name: str = "log.csv") -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def test_an_import_of_sound_rows_ends_with_zero(tmp_path):
    result = run("import", log(tmp_path, f"user,name,ts\nu1,a,{TS}\n"))
    assert (result.exit_code, result.stderr) == (0, "")
    assert "log.csv：导入 1 条\n" in result.stdout
    assert readable("event, ts") == [("a", TS)]


def test_an_import_that_sets_rows_aside_ends_with_one_and_names_their_lines(tmp_path):
    result = run("import", log(tmp_path, f"user,name,ts\nu1,a,{TS}\n,b,{TS}\nu1,c\n,d,{TS}\n"))
    assert result.exit_code == 1
    assert "没有用户（user）：2 行，第 3、5 行\n" in result.stderr
    assert "列数和表头不一样：1 行，第 4 行\n" in result.stderr
    assert readable("event") == [("a",)]


@pytest.mark.parametrize("text", ["", "user,name\nu1,a\n", "user,name,ts\nu1,a,soon\n"])
def test_an_import_of_which_nothing_can_be_read_ends_with_two_and_one_sentence(tmp_path, text):
    result = run("import", log(tmp_path, text))
    assert result.exit_code == 2
    assert "log.csv" in result.stderr
    assert "Traceback" not in result.stderr
    assert not SealedFile.objects.exists()


def test_a_known_file_is_no_failure_and_counts_no_more(tmp_path):
    path = log(tmp_path, f"user,name,ts\nu1,a,{TS}\n")
    run("import", path)
    result = run("import", path)
    assert result.exit_code == 0
    assert "已经导入过" in result.stderr
    assert len(readable()) == 1


def test_of_a_folder_the_files_that_can_be_read_count_and_the_end_is_one(tmp_path):
    logs = tmp_path / "logs"
    logs.mkdir()
    log(logs, f"user,name,ts\nu1,a,{TS}\n", "a.csv")
    log(logs, "", "b.csv")
    result = run("import", str(logs))
    assert result.exit_code == 1
    assert "共 2 个文件：导入 1 条，搁置 0 行，1 个文件读不了" in result.stdout


def test_users_may_be_members_and_who_is_none_is_set_aside(tmp_path):
    kept = Member.objects.create()
    gone = Member.objects.create(merged_into=kept)
    rows = "".join(f"{user},a,{TS + n}\n" for n, user in enumerate([kept.pk, gone.pk, gone.pk + 1, "x"]))
    result = run("import", "--member", log(tmp_path, f"user,name,ts\n{rows}"))
    assert result.exit_code == 1
    assert "用户（user）不是本店会员的编号：2 行，第 4、5 行\n" in result.stderr
    assert readable("ts, person, member") == [(TS, 2 * kept.pk, kept.pk), (TS + 1, 2 * kept.pk, gone.pk)]
    assert not Device.objects.exists()


def test_sealing_may_merge_what_a_day_has_in_many_files(monkeypatch):
    monkeypatch.setattr("fangcun.insight.tracking.merging.MANY", 1)
    monkeypatch.setattr("fangcun.insight.tracking.merging.LARGER_BY_DAY", 1_000)
    send("a")
    assert run("seal").stdout == "已封存 1 条事件\n"
    send("b")
    assert run("seal", "--merge").stdout == "已封存 1 条事件\n已合并 2 个文件\n"
    assert (Batch.objects.count(), SealedFile.objects.count()) == (0, 1)
    assert readable() == [("a",), ("b",)]


def test_a_changed_byte_is_found_only_by_who_reads_all():
    send("a")
    run("seal")
    path = root() / SealedFile.objects.get().path
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert checking.examine(whole=False) == 0
    result = run("stats", "--json", "--verify")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert [one["problem"] for one in told["problems"]] == ["changed"]
    assert (told["events"], told["files"]) == (0, 0)


def test_a_sound_store_is_weighed_and_ends_with_zero():
    send("a", "b")
    run("seal")
    result = run("stats", "--json", "--verify")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert (told["events"], told["sealed"], told["hot"], told["users"], told["problems"]) == (2, 2, 0, 1, [])
    assert told["top"] == [{"event": "page_viewed", "events": 2}]


def test_an_export_that_can_not_be_written_is_said_and_blames_no_file(tmp_path):
    send("a")
    run("seal")
    result = run("export", str(tmp_path / "no" / "out.csv"))
    assert result.exit_code == 2
    assert "写不了" in result.stderr
    there = tmp_path / "out.csv"
    there.touch()
    assert run("export", str(there)).exit_code == 2
    assert there.read_bytes() == b""
    assert run("export", str(tmp_path / "out.jsonl.gz")).exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["events", "out.csv", "out.jsonl.gz"]
