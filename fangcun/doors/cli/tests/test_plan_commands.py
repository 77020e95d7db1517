"""`fangcun plan …`: what it says, what it writes, and how it ends."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fangcun.blueprint.checking import check, has_errors
from fangcun.blueprint.reading import read
from fangcun.doors.cli.plan.beginning import asked, blank_filled
from fangcun.doors.cli.plan.commands import app
from fangcun.doors.cli.plan.showing import excerpt

ROOT = Path(__file__).resolve().parents[4]
SAMPLE = ROOT / "blueprints" / "fresh-grocery.yaml"
FILES = [
    "tracking.json",
    "funnels.json",
    "consents.json",
    "sitemap.json",
    "pages.json",
    "theme.json",
    "acceptance.json",
    "schedule.json",
    "dossier.json",
    "tracking.d.ts",
]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder in which commands run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.yaml").write_text(SAMPLE.read_text())
    return tmp_path


def run(*words: str, stdin: str | bytes | None = None):
    return CliRunner().invoke(app, list(words), input=stdin, env={"COLUMNS": "200", "NO_COLOR": "1"})


def changed(folder: Path, name: str, *pairs: tuple[str, str]) -> str:
    """A copy of the sample with some of its words replaced."""
    text = SAMPLE.read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / name).write_text(text)
    return name


SLOW = ("target: 0.20", "target: 0.10")  # up from 0.12: the wrong way
COLOUR = ('color: "#087F45"', 'color: "#0A6F80"')


def test_a_clean_blueprint_is_said_to_be_clean(folder):
    result = run("check", "shop.yaml")
    assert (result.stdout, result.exit_code) == ("shop.yaml：没有问题\n", 0)


def test_a_finding_shows_its_line_a_caret_what_is_wrong_and_what_to_write(folder):
    result = run("check", changed(folder, "slow.yaml", SLOW))
    line = next(
        n
        for n, text in enumerate((folder / "slow.yaml").read_text().splitlines(), 1)
        if "target: 0.10" in text
    )
    assert result.stdout == (
        f"slow.yaml:{line}:13 error goal-direction  goals[repeat_30d].target\n"
        f"  {line:>5} │     target: 0.10\n"
        "        │             ^\n"
        "  目标应是提高，但目标值 0.1 相对基线 0.12 并没有提高\n"
        "  → 检查 baseline 和 target；若方向写反了，改 direction: down\n"
        "\n"
        "slow.yaml：1 个错误，0 个提醒\n"
    )
    assert result.exit_code == 1


def test_warnings_alone_end_well(folder):
    result = run("check", changed(folder, "late.yaml", ("due: 2027-05-31", "due: 2026-12-05")))
    assert "warning goal-before-launch" in result.stdout
    assert result.stdout.endswith("late.yaml：0 个错误，1 个提醒\n")
    assert result.exit_code == 0


def test_json_is_the_list_of_findings_and_nothing_else(folder):
    result = run("check", changed(folder, "slow.yaml", SLOW), "--format", "json")
    [finding] = json.loads(result.stdout)
    assert list(finding) == ["rule", "severity", "path", "line", "message", "fix"]
    assert (finding["rule"], finding["severity"], finding["path"]) == (
        "goal-direction",
        "error",
        "goals[repeat_30d].target",
    )
    assert result.exit_code == 1
    assert json.loads(run("check", "shop.yaml", "--format", "json").stdout) == []


def test_sarif_names_rule_level_and_place_relative_to_the_folder(folder):
    name = changed(folder, "计划 one.yaml", SLOW)
    result = run("check", str(folder / name), "--format", "sarif")
    log = json.loads(result.stdout)
    [scan] = log["runs"]
    [found] = scan["results"]
    assert (log["version"], found["ruleId"], found["level"]) == ("2.1.0", "goal-direction", "error")
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "%E8%AE%A1%E5%88%92%20one.yaml"
    assert place["region"]["startColumn"] == 13
    rules = scan["tool"]["driver"]["rules"]
    assert rules[found["ruleIndex"]]["id"] == "goal-direction"
    assert all(rule["shortDescription"]["text"] for rule in rules)
    assert result.exit_code == 1


@pytest.mark.parametrize("form", ["text", "json", "sarif"])
def test_what_cannot_be_read_is_a_finding_and_ends_with_2(folder, form):
    (folder / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    (folder / "huge.yaml").write_bytes(b"#" * 1_100_000)
    for name, words in {
        "none.yaml": "没有文件 none.yaml",
        ".": ". 是文件夹，不是文件",
        "binary.yaml": "文件不是 UTF-8 文本",
        "huge.yaml": "文件超过 1 MB，不像一份蓝图",
    }.items():
        result = run("check", name, "--format", form)
        assert words in result.stdout
        assert result.exit_code == 2
        if form == "json":
            assert [one["rule"] for one in json.loads(result.stdout)] == ["yaml-syntax"]


def test_a_syntax_error_is_a_finding_and_ends_with_1(folder):
    (folder / "odd.yaml").write_text("enterprise: [\n")
    result = run("check", "odd.yaml", "--format", "json")
    assert [one["rule"] for one in json.loads(result.stdout)] == ["yaml-syntax"]
    assert result.exit_code == 1


def test_a_blueprint_is_read_from_standard_input(folder):
    result = run("check", "-", stdin=SAMPLE.read_bytes())
    assert (result.stdout, result.exit_code) == ("-：没有问题\n", 0)


def test_the_caret_stands_under_its_column_also_after_chinese_and_tabs():
    assert excerpt("name: 青禾鲜 x", 11) == ("name: 青禾鲜 x", "             ^")
    assert excerpt("\tname: x", 2) == ("\tname: x", "\t^")
    shown, caret = excerpt("a" * 150 + "X" + "b" * 150, 151)
    assert (shown[caret.index("^")], shown[0], shown[-1]) == ("X", "…", "…")
    assert len(shown) == 102
    assert excerpt("\x1b[31mred", 1) == ("\N{REPLACEMENT CHARACTER}[31mred", "^")


def test_compile_writes_every_file_and_says_what_changed(folder):
    first = run("compile", "shop.yaml", "--out", "plan")
    assert first.stdout == "".join(f"written   plan/{name}\n" for name in FILES)
    assert sorted(path.name for path in (folder / "plan").iterdir()) == sorted(FILES)
    name = changed(folder, "blue.yaml", COLOUR)
    again = run("compile", name, "--out", "plan")
    assert [line for line in again.stdout.splitlines() if line.startswith("written")] == [
        "written   plan/theme.json"
    ]
    assert (first.exit_code, again.exit_code) == (0, 0)


def test_compile_refuses_errors_and_writes_nothing(folder):
    result = run("compile", changed(folder, "slow.yaml", SLOW), "--out", "plan")
    assert "goal-direction" in result.stderr
    assert result.exit_code == 1
    assert not (folder / "plan").exists()


def test_compile_into_a_file_is_refused_in_one_sentence(folder):
    result = run("compile", "shop.yaml", "--out", "shop.yaml")
    assert result.stderr == "写不了 shop.yaml：File exists\n"
    assert result.exit_code == 2


def test_diff_tells_every_effect_by_area_and_marks_what_breaks(folder):
    name = changed(folder, "new.yaml", COLOUR, ("window_hours: 168", "window_hours: 72"))
    result = run("diff", "shop.yaml", name)
    assert result.exit_code == 0
    assert "主题\n" in result.stdout
    assert "  ! “逛着买”的时限从 168 小时 改为 72 小时，改动前后的转化不能比较\n" in result.stdout
    told = json.loads(run("diff", "shop.yaml", name, "--format", "json").stdout)
    assert any(one["breaking"] and one["subject"] == "buy.window_ms" for one in told)
    assert run("diff", "shop.yaml", "shop.yaml").stdout == "没有变化\n"


@pytest.mark.parametrize("form", ["segment", "rudder", "wedata", "markdown"])
def test_export_prints_or_writes_the_same_text(folder, form):
    printed = run("export", "shop.yaml", "--to", form)
    written = run("export", "shop.yaml", "--to", form, "--out", "exported")
    assert "order_paid" in printed.stdout or "wxdata" in printed.stdout
    assert (folder / "exported").read_text() == printed.stdout
    assert (printed.exit_code, written.exit_code) == (0, 0)


def test_new_writes_the_sample_as_it_is(folder):
    result = run("new", "mine.yaml", "--sample", "fresh-grocery")
    assert (folder / "mine.yaml").read_text() == SAMPLE.read_text()
    assert (result.stdout, result.exit_code) == ("Written: mine.yaml\n", 0)


def test_new_without_questions_writes_a_frame_and_says_what_is_left(folder):
    result = run("new", "mine.yaml", "--yes")
    assert result.exit_code == 0
    text = (folder / "mine.yaml").read_text()
    assert text.count("#") > 5
    checked = run("check", "mine.yaml", "--format", "json")
    assert checked.exit_code == 0
    rules = ", ".join(dict.fromkeys(one["rule"] for one in json.loads(checked.stdout)))
    left = (
        f"还有 {len(json.loads(checked.stdout))} 处要补（{rules}）：fangcun plan check mine.yaml\n"
        if rules
        else ""
    )
    assert result.stdout == f"Written: mine.yaml\n{left}"


def test_a_guided_start_asks_again_for_what_cannot_be_and_fills_the_answers_in():
    words = "山里鲜 shop enterprise 老客少 - 每天成交50单 green #0A6F80 marketing 2027-02-30 2027-02-01 李 赵 王 孙 何"
    answers = iter(word.removeprefix("-") for word in words.split())
    told = asked(lambda _question, _usual: next(answers), valid_color=lambda color: color.startswith("#"))
    text = blank_filled(told)
    document = read(text)
    bp = document.blueprint
    assert bp is not None
    assert (bp.enterprise.name, bp.enterprise.subject, bp.team.driver) == (
        "山里鲜",
        "enterprise",
        "marketing",
    )
    assert [pain.text for pain in bp.enterprise.pains] == ["老客少"]
    assert (bp.schedule.start, bp.brand and bp.brand.color) == (dt.date(2027, 2, 1), "#0A6F80")
    assert [member.name for member in bp.team.members] == ["李", "赵", "王", "孙", "何"]
    assert "statement: 每天成交50单" in text
    assert not has_errors(check(document))


def test_new_keeps_a_file_that_is_there(folder):
    before = (folder / "shop.yaml").read_text()
    result = run("new", "shop.yaml", "--yes")
    assert result.stderr == "shop.yaml 已经存在；换一个文件名，或用 --force 覆盖\n"
    assert result.exit_code == 2
    assert (folder / "shop.yaml").read_text() == before
    assert run("new", "shop.yaml", "--yes", "--force").exit_code == 0
    assert (folder / "shop.yaml").read_text() != before


def test_an_unknown_choice_or_option_is_refused(folder):
    assert run("check", "shop.yaml", "--format", "xml").exit_code == 2
    assert run("export", "shop.yaml", "--to", "nobody").exit_code == 2


def test_checking_loads_no_django():
    code = (
        "import sys; from fangcun.doors.cli.plan.commands import app;"
        "sys.argv = ['plan', 'check', sys.argv[1]];"
        "\ntry: app()\nexcept SystemExit as end: assert not end.code\n"
        "assert not [name for name in sys.modules if name.partition('.')[0] in ('django', 'playwright', 'duckdb')]"
    )
    subprocess.run([sys.executable, "-c", code, str(SAMPLE)], check=True, capture_output=True)


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_publish_makes_a_revision_and_refuses_errors_nothing_new_and_an_old_base(folder):
    from fangcun.plan.revisions.models import Revision

    first = run("publish", "shop.yaml", "-m", "第一版")
    assert (first.stdout, first.exit_code) == ("已发布第 1 版\n", 0)
    assert run("publish", changed(folder, "slow.yaml", SLOW)).exit_code == 1
    same = run("publish", "shop.yaml")
    assert (same.stderr, same.exit_code) == ("和第 1 版一字不差，不用再发布\n", 1)
    assert run("publish", changed(folder, "blue.yaml", COLOUR), "-m", "换色").exit_code == 0
    late = run("publish", changed(folder, "late.yaml", ("target: 50", "target: 60")), "--base", "1")
    assert late.exit_code == 1
    assert "已经发布了第 2 版" in late.stderr
    assert "brand" in late.stdout + late.stderr
    assert list(Revision.objects.order_by("number").values_list("number", "message", "actor_kind")) == [
        (1, "第一版", "system"),
        (2, "换色", "system"),
    ]


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_publish_reads_standard_input_once(folder):
    result = run("publish", "-", "-m", "从管道来", stdin=SAMPLE.read_bytes())
    assert (result.stdout, result.exit_code) == ("已发布第 1 版\n", 0)


def package(folder: Path, sizes: dict[str, int]) -> Path:
    """A built WeChat package with files of these sizes and the sub-package `pages-goods`."""
    build = folder / "build"
    for name, size in {**sizes, "app.json": 0}.items():
        (build / name).parent.mkdir(parents=True, exist_ok=True)
        (build / name).write_bytes(b"x" * size)
    (build / "app.json").write_text('{"subPackages":[{"root":"pages-goods","pages":["a/a"]}]}')
    return build


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_weighing_a_package_decides_the_schedules_check(folder, monkeypatch):
    from fangcun.plan.schedule.queries import checks

    monkeypatch.setattr("fangcun.doors.cli.plan.recording._is_installed", lambda: True)
    run("publish", "shop.yaml", "-m", "第一版")
    light = run(
        "weigh",
        "shop.yaml",
        "--build",
        str(package(folder, {"app.js": 599_000, "pages-goods/a/a.js": 1_000_000})),
    )
    assert (light.exit_code, light.stdout.splitlines()) == (
        0,
        [
            "✓ main  599.1 KB / 600 KB",
            "✓ pages-goods  1000.0 KB / 1000 KB",
            "结果已记入第 1 版的验收 package_budget",
        ],
    )
    assert checks()["package_budget"].state == "passed"
    heavy = run("weigh", "shop.yaml", "--build", str(package(folder, {"app.js": 600_001})))
    assert (heavy.exit_code, "✗ main" in heavy.stdout) == (1, True)
    said = checks()["package_budget"]
    assert (said.state, said.detail) == ("failed", "main 超出预算")


def test_weighing_without_a_package_says_how_to_make_one(folder):
    result = run("weigh", "shop.yaml", "--build", str(folder))
    assert result.exit_code == 2
    assert "没有构建好的微信包" in result.stderr
