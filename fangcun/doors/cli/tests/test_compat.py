"""The parts of a look at many phones that need no phone: the matrix, the base library, what counts as one problem."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from fangcun.build.checks.package.facts import Call, Facts, Script
from fangcun.doors.cli.suites import app
from fangcun.doors.cli.suites.compat.devices import DEVICES, NoSuchDevice, chosen
from fangcun.doors.cli.suites.compat.floor import USUAL_FLOOR, below_floor, floor_of, known, needs, version
from fangcun.doors.cli.suites.compat.problems import KINDS, Sighting, errors, grouped

ROOT = Path(__file__).resolve().parents[4]
LOOK = ROOT / "fangcun" / "doors" / "cli" / "suites" / "compat" / "look.js"


def call(api: str, *, guard: str | None = None, via: str = "direct", line: int = 1) -> Call:
    return Call(api, via, line, guard, frozenset(), False, {})


def facts(
    scripts: dict[str, list[Call]], *, library: tuple[str, ...] = (), project: dict[str, Any] | None = None
):
    def script(file: str, calls: list[Call]) -> Script:
        names = Script.__dataclass_fields__
        values: dict[str, Any] = dict.fromkeys(names, ())
        return Script(**{**values, "library": file in library, "calls": tuple(calls)})

    usual: dict[str, Any] = dict.fromkeys(Facts.__dataclass_fields__, ())
    made = {file: script(file, calls) for file, calls in scripts.items()}
    return Facts(**{**usual, "scripts": made, "project": project or {}})


def test_the_matrix_has_the_hard_phones():
    assert len({one.id for one in DEVICES}) == len(DEVICES)
    sizes = {(one.width, one.height) for one in DEVICES}
    assert {(320, 568), (360, 640), (375, 667), (390, 844), (430, 932), (768, 1024)} <= sizes
    assert {one.network for one in DEVICES} == {"fast", "slow", "offline"}
    assert {one.language for one in DEVICES} == {"zh", "en"}
    assert max(one.text for one in DEVICES) == 1.4
    assert any(one.dark for one in DEVICES)
    assert any(one.bottom for one in DEVICES)


def test_phones_are_chosen_by_their_id():
    assert [one.id for one in chosen(["notch", "small"])] == ["notch", "small"]
    assert list(chosen([])) == list(DEVICES)
    with pytest.raises(NoSuchDevice, match="没有设备 nokia；有：small、android"):
        chosen(["nokia"])
    assert chosen(["text-140"])[0].words == "375×667，字号 1.4 倍"


def test_the_same_on_several_phones_is_one_problem():
    wide = [
        Sighting("overflow", name, "pages/a", "list", "宽", "", f"{name}.jpg") for name in ("small", "plain")
    ]
    found = grouped([Sighting("cut", "small", "pages/a", "title", "长"), *wide, wide[0]])
    assert [(one.kind, one.is_error, one.devices) for one in found] == [
        ("overflow", True, ("small", "plain")),
        ("cut", False, ("small",)),
    ]
    assert found[0].pictures == ("small.jpg", "plain.jpg")
    assert errors(found) == 1


def test_everything_that_is_looked_for_has_a_title():
    import re

    told = set(re.findall(r"found\('(\w+)'", LOOK.read_text()))
    assert told <= KINDS.keys()
    assert {"overflow", "cut", "outside", "covered", "overlap", "unsafe", "invisible", "untranslated"} == told


@pytest.mark.parametrize(
    ("low", "high"),
    [("2.9.4", "2.20.1"), ("2.32.3", "3.0.0"), ("1.0", "1.0.1"), ("", "1.0.0"), ("2.a.1", "2.1.0")],
)
def test_versions_are_compared_by_number(low, high):
    assert version(low) < version(high)


def test_since_when_an_api_exists_is_known():
    assert known()["request"] == "1.0.0"
    assert known()["getWindowInfo"] == "2.20.1"
    assert known()["requirePrivacyAuthorize"] == "2.32.3"
    assert len(known()) > 500


def test_the_floor_is_what_was_said_first():
    said = facts({}, project={"libVersion": "2.25.0"})
    assert floor_of("2.10.0", said)[0] == "2.10.0"
    assert floor_of(None, said) == ("2.25.0", "project.config.json 的 libVersion")
    assert floor_of(None, facts({}, project={"libVersion": "widelyUsed"}))[0] == USUAL_FLOOR
    assert floor_of(None, facts({}))[0] == USUAL_FLOOR


def test_an_api_that_is_too_new_needs_a_question_before():
    package = facts(
        {
            "pages/a.js": [
                call("getWindowInfo", line=7),
                call("chooseMedia", guard="canIUse"),
                call("request"),
            ],
            "pages/b.js": [call("getWindowInfo", guard="test"), call("somethingUnknown")],
            "vendor.js": [call("getDeviceInfo.call", via="alias"), call("getAppBaseInfo", via="value")],
        },
        library=("vendor.js",),
    )
    wanted = needs(package)
    assert [one.api for one in wanted] == ["getDeviceInfo", "getWindowInfo", "chooseMedia", "request"]
    found = list(below_floor(package, wanted, "2.9.0"))
    assert [(one.kind, one.part, one.page) for one in found] == [
        ("library", "wx.getDeviceInfo", "vendor.js"),
        ("floor", "wx.getWindowInfo", "pages/a.js"),
    ]
    assert found[1].detail == "2.20.1 起才有，pages/a.js:7 没有先判断"
    assert list(below_floor(package, wanted, "2.20.1")) == []


def test_a_phone_or_page_that_is_not_there_is_refused():
    plan = ["--plan", str(ROOT / "blueprints" / "fresh-grocery.yaml")]
    ended = CliRunner().invoke(app, ["compat", *plan, "--device", "nokia"])
    assert (ended.exit_code, "没有设备 nokia" in ended.stderr) == (2, True)
    ended = CliRunner().invoke(app, ["compat", *plan, "--page", "pages/x/x"])
    assert (ended.exit_code, "没有页面 pages/x/x" in ended.stderr) == (2, True)
