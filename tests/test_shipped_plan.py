"""The sample plan tells the truth about the mini program that we ship: its pages, its taps, its events.

Read from the WeChat package that `make` builds, and from the server's own code.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fangcun.blueprint.checking import check
from fangcun.blueprint.compiling import compile_blueprint
from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.graph import tabs
from fangcun.blueprint.reading import read
from fangcun.blueprint.vocabulary import AUTOMATIC_EVENTS, MAIN_PACKAGE
from fangcun.insight.tracking.intake import SERVER_FACTS

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "blueprints" / "fresh-grocery.yaml"
PACKAGE = ROOT / "miniapp" / "dist" / "build" / "mp-weixin"
# What the tracking client says about itself when events got lost; nobody plans that.
OWN_REPORT = "events_dropped"
# Where the server writes the links that the phone opens as they come: of banners, and of messages.
SENT_LINKS = {"pages/home/home": "fangcun/doors/cli/sample", "pages-user/messages/messages": "fangcun/flows"}

DOCUMENT = read(SAMPLE.read_text())


@pytest.fixture(scope="module")
def bp() -> Blueprint:
    assert DOCUMENT.blueprint is not None
    return DOCUMENT.blueprint


@pytest.fixture(scope="module")
def app() -> dict[str, Any]:
    """The built package's own description of itself."""
    written: dict[str, Any] = json.loads((PACKAGE / "app.json").read_text())
    return written


def code_of(package: Path) -> dict[str, Any]:
    """What the code of a built package opens and records, page by page."""
    node = shutil.which("node") or str(Path(sys.executable).parent / "node")
    command = [node, "build/navigation.mjs", str(package)]
    ended = subprocess.run(command, cwd=ROOT / "miniapp", capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


@pytest.fixture(scope="module")
def code() -> dict[str, Any]:
    return code_of(PACKAGE)


def taps_in(code: dict[str, Any]) -> dict[str, set[str]]:
    """The pages that each page opens by a tap; going back opens home when there is nothing to go back to."""
    taps = {}
    for page, one in code["pages"].items():
        links = sent_links(ROOT / SENT_LINKS[page]) if one["links"] else set()
        taps[page] = {*one["opens"], *links, *(["pages/home/home"] if one["back"] else [])} - {page}
    return taps


def sent_links(folder: Path) -> set[str]:
    texts = "\n".join(path.read_text() for path in sorted(folder.glob("*.py")))
    return set(re.findall(r"""\blink["']?\s*[:=]\s*f?["']/(pages[\w/-]*)""", texts))


def taps_planned(bp: Blueprint) -> dict[str, set[str]]:
    return {page.path: {bp.pages[name].path for name in page.leads_to} for page in bp.pages.values()}


def without_tabs(bp: Blueprint, taps: dict[str, set[str]]) -> dict[str, list[str]]:
    """Taps but for those from tab to tab, which every plan has without writing them."""
    row = {bp.pages[name].path for name in tabs(bp)}
    return {page: sorted(ends - row if page in row else ends) for page, ends in taps.items()}


def planned_events(bp: Blueprint) -> dict[str, set[str]]:
    """The names of the properties of every planned event."""
    events: dict[str, set[str]] = {}
    for scenario in bp.scenarios:
        for moment in scenario.moments:
            if moment.event:
                events.setdefault(moment.event, set()).update(moment.props)
    return events


def server_events() -> dict[str, set[str]]:
    """Every event that the server records, with the names of the properties it gives it."""
    events: dict[str, set[str]] = {}
    for path in sorted((ROOT / "fangcun").rglob("*.py")):
        if "tests" not in path.parts and "record_later" in (text := path.read_text()):
            for name, props in recorded_in(ast.parse(text)):
                events.setdefault(name, set()).update(props)
    return events


def recorded_in(tree: ast.Module) -> Iterator[tuple[str, set[str]]]:
    """Events named in calls of `record_later`, or of a function of the same file that hands its first argument on."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    handed_on: dict[str, set[str]] = {}
    for function in functions:
        for call in calls_of(function, {"record_later"}):
            first = call.args[0]
            if isinstance(first, ast.Constant):
                yield str(first.value), props_of(call)
            else:
                assert isinstance(first, ast.Name)
                assert first.id == function.args.args[0].arg
                handed_on[function.name] = props_of(call)
    for function in functions:
        for call in calls_of(function, handed_on.keys()):
            assert isinstance(call.args[0], ast.Constant)
            assert isinstance(call.func, ast.Name)
            yield str(call.args[0].value), handed_on[call.func.id]


def calls_of(function: ast.FunctionDef, names: Any) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names
    ]


def props_of(call: ast.Call) -> set[str]:
    given = next(word.value for word in call.keywords if word.arg == "props")
    assert isinstance(given, ast.Dict)
    return {str(key.value) for key in given.keys if isinstance(key, ast.Constant)}


def test_the_sample_plan_is_clean():
    assert [(found.line, found.rule, found.message) for found in check(DOCUMENT)] == []


def test_the_compiled_plan_that_the_phone_is_built_from_is_the_samples(bp):
    kept = {path.name: path.read_text() for path in (ROOT / "miniapp" / "plan").iterdir()}
    made = compile_blueprint(bp)
    stale = sorted(name for name in kept.keys() | made.keys() if kept.get(name) != made.get(name))
    assert not stale, (
        "run `.venv/bin/fangcun plan compile blueprints/fresh-grocery.yaml --out miniapp/plan` "
        f"and commit what it writes: {stale}"
    )


def test_the_built_app_has_the_pages_of_the_plan_in_the_planned_packages(bp, app):
    roots = {page.path.partition("/")[0]: page.package for page in bp.pages.values()}
    built = [(path, MAIN_PACKAGE) for path in app["pages"]]
    for package in app["subPackages"]:
        built += [(f"{package['root']}/{path}", roots[package["root"]]) for path in package["pages"]]
    assert sorted(built) == sorted((page.path, page.package) for page in bp.pages.values())


def test_the_built_app_has_the_tabs_and_titles_of_the_plan(bp, app):
    planned = [(bp.pages[name].path, bp.pages[name].title) for name in tabs(bp)]
    assert [(tab["pagePath"], tab["text"]) for tab in app["tabBar"]["list"]] == planned
    titles = {
        page.path: json.loads((PACKAGE / f"{page.path}.json").read_text())["navigationBarTitleText"]
        for page in bp.pages.values()
    }
    start = bp.pages[bp.navigation.start].path
    named = {page.path: page.title for page in bp.pages.values()}
    assert titles == {**named, start: bp.enterprise.name}


def test_the_built_app_wears_the_colour_of_the_plan(bp, app):
    assert bp.brand is not None
    assert app["tabBar"]["selectedColor"].upper() == bp.brand.color
    assert f"--td-brand-color:{bp.brand.color.lower()};" in re.sub(
        r"\s", "", (PACKAGE / "app.wxss").read_text().lower()
    )


def test_all_navigation_and_tracking_can_be_read_from_the_built_code(code):
    assert code["opaque"] == []


def test_the_taps_of_the_built_app_are_the_taps_of_the_plan(bp, code):
    assert without_tabs(bp, taps_in(code)) == without_tabs(bp, taps_planned(bp))


def test_a_tap_that_no_plan_knows_is_found(bp, tmp_path):
    package = tmp_path / "mp-weixin"
    shutil.copytree(PACKAGE, package)
    settings = package / "pages-user" / "settings" / "settings.js"
    changed = re.sub(r"\.agreement\([\"']terms[\"']\)", ".messages()", settings.read_text())
    changed += 'require("../../common/vendor.js").index.navigateTo({url:location.hash});'
    settings.write_text(changed)
    code = code_of(package)
    more = (
        set(taps_in(code)["pages-user/settings/settings"]) - taps_planned(bp)["pages-user/settings/settings"]
    )
    assert more == {"pages-user/messages/messages"}
    assert code["opaque"] == ["pages-user/settings/settings.js: navigateTo()"]


def test_every_planned_event_is_recorded_and_every_recorded_event_is_planned(bp, code):
    tracked = {event for page in code["pages"].values() for event in page["tracks"]} | set(
        code["app"]["tracks"]
    )
    assert not tracked & SERVER_FACTS
    recorded = (tracked | server_events().keys()) - AUTOMATIC_EVENTS.keys() - {OWN_REPORT}
    assert sorted(recorded) == sorted(planned_events(bp).keys() - AUTOMATIC_EVENTS.keys())


def test_what_the_platform_records_unplanned_has_the_properties_that_the_vocabulary_says():
    own = {name: props for name, props in server_events().items() if name in AUTOMATIC_EVENTS}
    assert own == {name: set(AUTOMATIC_EVENTS[name]) for name in own}
    assert own


def test_a_page_that_the_plan_gives_an_event_records_it_or_the_server_does(bp, code):
    elsewhere = [
        (scenario.id, moment.id)
        for scenario in bp.scenarios
        for moment in scenario.moments
        if moment.page and moment.event and moment.event not in SERVER_FACTS
        if moment.event not in code["pages"][bp.pages[moment.page].path]["tracks"]
    ]
    assert elsewhere == []


def test_the_server_records_its_events_with_the_planned_properties(bp):
    recorded, planned = server_events(), planned_events(bp)
    own = recorded.keys() - AUTOMATIC_EVENTS.keys()
    assert {name: planned[name] for name in own & planned.keys()} == {name: recorded[name] for name in own}


def test_the_phone_leaves_to_the_server_what_only_the_server_may_record():
    source = (ROOT / "miniapp" / "src" / "tracking" / "events.ts").read_text()
    facts = re.search(r"type ServerFact\s+=([^\n]*\n(?:\s+\|.*\n)*)", source)
    assert facts is not None
    assert set(re.findall(r"'(\w+)'", facts[1])) == SERVER_FACTS
