"""What `make run` says when something is in the way."""

import io
import socket
import sqlite3
import tarfile
from pathlib import Path

import pytest
from rich.console import Console

from fangcun.doors.cli.backup import make_backup
from fangcun.doors.cli.run import CannotRun, environment_of, lock, port_of, programs_of, show_addresses
from fangcun.doors.cli.stack import free_port


def test_a_busy_port_is_named_with_the_way_out(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("FANGCUN_PORT", str(port))
        with pytest.raises(CannotRun) as refused:
            port_of("FANGCUN_PORT", 8000)
    assert str(refused.value) == (
        f"Port {port} is in use by another program; choose another: make run FANGCUN_PORT={port + 1}"
    )


@pytest.mark.parametrize("text", ["http", "0", "70000", "-1"])
def test_what_is_no_port_is_refused(monkeypatch, text):
    monkeypatch.setenv("BOX_PORT", text)
    with pytest.raises(CannotRun, match="BOX_PORT must be a port number between 1 and 65535"):
        port_of("BOX_PORT", 9700)


def test_a_free_port_is_taken_from_the_environment(monkeypatch):
    port = free_port()
    monkeypatch.setenv("BOX_PORT", str(port))
    assert port_of("BOX_PORT", 9700) == port


def test_one_data_folder_belongs_to_one_run(tmp_path):
    with lock(tmp_path), pytest.raises(CannotRun, match="already runs on the data"):
        lock(tmp_path)
    with lock(tmp_path):
        pass


def test_all_programs_talk_to_the_box_and_not_to_wechat(tmp_path, monkeypatch):
    monkeypatch.delenv("FANGCUN_PUBLIC_URL", raising=False)
    environment = environment_of(tmp_path, 9000, 9701)
    assert {environment[name] for name in ("WECHATBOX_URL", "WECHAT_API_BASE", "WECHAT_PAY_BASE")} == {
        "http://127.0.0.1:9701"
    }
    assert environment["FANGCUN_PUBLIC_URL"] == "http://127.0.0.1:9000"
    programs = programs_of(tmp_path, 9000, 9701, environment)
    assert [program.name for program in programs] == ["wechatbox", "web", "worker"]
    assert [program.health for program in programs] == [
        "http://127.0.0.1:9701/healthz",
        "http://127.0.0.1:9000/healthz",
        "http://127.0.0.1:9000/readyz",
    ]


def test_every_address_is_shown_unbroken_on_a_narrow_terminal():
    out = io.StringIO()
    link = "/console/enter/" + "x" * 43
    show_addresses(Console(file=out, width=60), "http://127.0.0.1:9000", "http://127.0.0.1:9701", link)
    lines = [line.strip() for line in out.getvalue().splitlines()]
    for address in (
        "http://127.0.0.1:9000/phone/",
        "http://127.0.0.1:9000/console/",
        f"http://127.0.0.1:9000{link}",
        "http://127.0.0.1:9701/",
    ):
        assert address in lines


@pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
def test_a_backup_holds_databases_media_and_keys_and_only_its_owner_reads_it(tmp_path, settings):
    home, target = tmp_path / "home", tmp_path / "backups"
    (home / "media").mkdir(parents=True)
    (home / "keys").mkdir()
    (home / "media" / "a.webp").write_bytes(b"picture")
    (home / "keys" / "field_key").write_text("key")
    with sqlite3.connect(home / "fangcun.sqlite3") as live:
        live.execute("CREATE TABLE fact (word TEXT)")
        live.execute("INSERT INTO fact VALUES ('kept')")
    (home / "events" / "2026-11-26").mkdir(parents=True)
    (home / "events" / "2026-11-26" / "a.parquet").write_bytes(b"events")
    (home / "events" / "drafts").mkdir()
    (home / "events" / "drafts" / "b.parquet").write_bytes(b"half")
    settings.FANGCUN_HOME, settings.EVENTS_URL = home, str(home / "events")
    settings.DATABASES = {
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(home / "fangcun.sqlite3")}
    }

    archive = make_backup(target, with_keys=True)

    assert archive.stat().st_mode & 0o777 == 0o600
    with tarfile.open(archive) as held:
        assert {name for name in held.getnames() if "." in name or "key" in name} == {
            "fangcun.sqlite3",
            "events/2026-11-26/a.parquet",
            "media/a.webp",
            "keys",
            "keys/field_key",
        }
        held.extract("fangcun.sqlite3", tmp_path, filter="data")
    with sqlite3.connect(tmp_path / "fangcun.sqlite3") as copy:
        assert copy.execute("SELECT word FROM fact").fetchall() == [("kept",)]
    assert [Path(path).suffixes for path in target.iterdir()] == [[".tar", ".gz"]]


@pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
def test_a_backup_can_leave_the_keys_out(tmp_path, settings):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "field_key").write_text("key")
    settings.FANGCUN_HOME, settings.DATABASES = tmp_path, {}
    settings.EVENTS_URL = str(tmp_path / "events")
    with tarfile.open(make_backup(tmp_path / "backups", with_keys=False)) as held:
        assert held.getnames() == []
