"""What `make` does before anything runs: steps with stamps, and one clear sentence when something is missing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / "tools"


@pytest.fixture
def tools(monkeypatch, tmp_path):
    """The set-up modules, working on an empty folder."""
    monkeypatch.syspath_prepend(str(TOOLS))
    import bootstrap
    import machine

    for module in (bootstrap, machine):
        monkeypatch.setattr(module, "ROOT", tmp_path)
        monkeypatch.setattr(module, "LOGS", tmp_path / ".logs")
    (tmp_path / ".logs").mkdir()
    return bootstrap


def test_a_step_is_done_once_and_again_when_its_inputs_change(tools, tmp_path):
    lock, proof, made = tmp_path / "lock", tmp_path / "proof", []

    def make():
        proof.write_text("made")
        made.append(lock.read_text())

    def go():
        step = tools.Step("packages", make, inputs=[lock], stamp=tmp_path / "stamp", proof=proof)
        tools.do(1, step, tools.Report(1))

    lock.write_text("one")
    go()
    go()
    assert made == ["one"]
    lock.write_text("two")
    go()
    assert made == ["one", "two"]
    proof.unlink()
    go()
    assert made == ["one", "two", "two"]


@pytest.fixture
def phone_source(tools, monkeypatch, tmp_path):
    """A mini program's folder with one source file, one generated file and the sample's plan."""
    monkeypatch.setattr(tools, "MINIAPP", tmp_path / "miniapp")
    monkeypatch.setenv("FANGCUN_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("FANGCUN_PLAN", raising=False)
    for name in ("miniapp/src/App.vue", "miniapp/src/pages.json", "miniapp/plan/theme.json"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("first")
    return tmp_path


def test_a_published_plan_builds_the_phone_anew_and_tests_keep_the_samples(tools, phone_source):
    sample, published = phone_source / "miniapp" / "plan", phone_source / "home" / "plan"
    assert tools.plan_for("run") == sample
    published.mkdir(parents=True)
    (published / "theme.json").write_text("green")
    assert (tools.plan_for("run"), tools.plan_for("test")) == (published, sample)

    def digest():
        return tools.digest_of(tools.build_step("h5", published).inputs)

    before = digest()
    (phone_source / "miniapp" / "src" / "pages.json").write_text("written by the build")
    assert digest() == before
    (published / "theme.json").write_text("red")
    assert digest() != before


def test_a_published_plan_that_can_not_be_built_leaves_the_phone_as_it_was(
    tools, phone_source, monkeypatch, capsys
):
    published, built = phone_source / "home" / "plan", phone_source / "miniapp" / "dist" / "build" / "h5"
    published.mkdir(parents=True)
    monkeypatch.setattr(tools, "LOGS", phone_source)
    plans = []

    def npm(log, *_):
        plans.append(os.environ.get("FANGCUN_PLAN"))
        if log == "build-h5":
            (phone_source / "build-h5.log").write_text(
                "> prebuild\nThe plan has pages that the source lacks: gift\n"
            )
            raise tools.Trouble("npm failed")
        built.mkdir(parents=True)
        (built / "index.html").write_text("the sample's")

    monkeypatch.setattr(tools, "npm", npm)
    monkeypatch.setenv("FANGCUN_PLAN", str(published))
    step = tools.build_step("h5", published, True)
    tools.do(1, step, tools.Report(1))
    assert plans == [str(published), str(phone_source / "miniapp" / "plan")]
    assert (
        "the phone stays as it was. The plan has pages that the source lacks: gift" in capsys.readouterr().out
    )
    assert not step.is_ready()
    tools.do(1, step, tools.Report(1))
    assert len(plans) == 3
    with pytest.raises(tools.Trouble):
        tools.do(1, tools.build_step("h5", published), tools.Report(1))


def test_a_failed_step_is_tried_again(tools, tmp_path):
    def fail():
        raise tools.Trouble("no network")

    step = tools.Step("packages", fail, inputs=["x"], stamp=tmp_path / "stamp", proof=tmp_path)
    with pytest.raises(tools.Trouble):
        tools.do(1, step, tools.Report(1))
    assert not step.is_ready()


def test_a_failing_command_shows_its_last_words_and_where_the_rest_is(tools):
    import machine

    with pytest.raises(tools.Trouble) as trouble:
        machine.call("npm", [sys.executable, "-c", "print('out of space'); raise SystemExit(1)"])
    lines = str(trouble.value).splitlines()
    assert lines[0] == "out of space"
    assert lines[-1].endswith("failed; all it said is in .logs/npm.log.")


def test_a_browser_that_is_no_program_is_named(tools, monkeypatch, tmp_path):
    monkeypatch.setenv("FANGCUN_CHROMIUM", str(tmp_path / "nothing"))
    with pytest.raises(tools.Trouble, match=r"FANGCUN_CHROMIUM is .*nothing, which is not a program"):
        tools.find_chromium()


def test_an_old_node_is_not_used(tools, monkeypatch, tmp_path):
    for name, words in (("node", "echo v18.19.0"), ("npm", "true")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{words}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert tools.machine_node() is None
    (tmp_path / "node").write_text("#!/bin/sh\necho v20.1.0\n")
    assert tools.machine_node() == f"{tmp_path / 'node'} v20.1.0"


def test_a_python_too_old_is_told_in_one_sentence(tools, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(tools.Trouble, match=r"^Fangcun needs Python 3\.11 or newer; this is 3\.\d+\.\d+"):
        tools.use_a_newer_python()


def test_a_python_without_venv_names_the_package_to_install(tools, monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(tools.Trouble, match=r"apt-get install python3\.\d+-venv"):
        tools.make_venv()


def test_make_help_lists_every_command():
    make = shutil.which("make")
    assert make is not None
    shown = subprocess.run([make, "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    declared = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert declared is not None
    assert re.findall(r"^  ([a-z]+) ", shown, re.MULTILINE) == declared[1].split()


def test_continuous_integration_runs_make_test_and_nothing_else():
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == [
        "set -e",
        'cd "$(dirname "$0")/.."',
        "make test",
    ]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
