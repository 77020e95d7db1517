"""The parts of `fangcun test security` that judge, against answers made by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fangcun.doors.cli.suites.load.ground import NoGround
from fangcun.doors.cli.suites.security import fuzz, manners, markup, owners, supplies
from fangcun.doors.cli.suites.security.asking import Answer
from fangcun.doors.cli.suites.security.crawl import Crawl, Reader, fill_in
from fangcun.doors.cli.suites.security.document import Operation, contract, operations, rights
from fangcun.doors.cli.suites.security.finding import MOST_ALIKE, Finding, Part, Severity
from fangcun.doors.cli.suites.security.ground import Ground, check_target


def answer(status: int = 200, body: str = "", **headers: str) -> Answer:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer("GET", "/x", "GET /x", status, {"content-type": "text/html", **names}, [], body.encode())


def operation(**raw: Any) -> Operation:
    return Operation("GET", "/api/v1/x", {"responses": {"200": {}}, **raw}, {})


def rules(part: Part) -> list[str]:
    return [one.rule for one in part.findings]


def test_every_operation_is_either_locked_or_named_as_open_with_a_reason():
    known = {one.label: one for one in operations(contract() or {"paths": {}})}
    open_ones = rights()["strangers"]
    assert open_ones.keys() <= known.keys()
    assert all(open_ones.values())
    assert {label for label, one in known.items() if not one.needs_login} == set(open_ones)


def test_every_path_parameter_is_somebodys_or_known_as_nobodys():
    named = {
        one.path.removeprefix("/api/v1") for one in operations(contract() or {"paths": {}}) if "{" in one.path
    }
    own = {path for path in named if not any(path.startswith(prefix) for prefix in rights()["shared"])}
    assert own == {
        "/addresses/{id}",
        "/addresses/{id}/default",
        "/orders/{number}",
        "/orders/{number}/pay",
        "/orders/{number}/pay/check",
        "/orders/{number}/cancel",
        "/orders/{number}/confirm",
    }


def test_a_failure_an_undeclared_status_and_a_wrong_type_are_told_apart():
    part = Part("odd", "")
    fuzz.judge(operation(), answer(500), part)
    fuzz.judge(operation(), answer(418, content_type="application/json"), part)
    fuzz.judge(operation(responses={"400": {}}), answer(400), part)
    assert rules(part) == ["server-error", "undeclared-status", "wrong-type"]
    assert [one.severity for one in part.findings] == [Severity.HIGH, Severity.MEDIUM, Severity.LOW]


def test_good_answers_are_no_findings():
    part = Part("odd", "")
    fuzz.judge(operation(), answer(200), part)
    fuzz.judge(operation(responses={"502": {}}), answer(502, content_type="application/json"), part)
    assert part.findings == []
    assert not part.is_broken


@pytest.mark.parametrize("page", ["<p><fc-7></p>", '<a href="javascript:fc(7)">x</a>'])
def test_a_payload_that_became_markup_is_found_with_its_origin(page):
    ground = Ground("http://x", "", "", True, planted={"7": "API PATCH /me nickname"})
    part = Part("markup", "")
    markup.look_for({"/x": answer(200, page)}, ground, part)
    assert rules(part) == ["markup"]
    assert "API PATCH /me nickname" in part.findings[0].title


@pytest.mark.parametrize(("kind", "body"), [("text/html", "&lt;fc-7&gt;"), ("application/json", "<fc-7>")])
def test_a_payload_that_stayed_text_is_none(kind, body):
    part = Part("markup", "")
    markup.look_for({"/x": answer(200, body, content_type=kind)}, Ground("http://x", "", "", True), part)
    assert part.findings == []


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("", ["header-missing"]),
        (
            "default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; script-src *",
            ["weak-policy"],
        ),
        ("default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'", []),
    ],
)
def test_a_policy_is_read(policy, expected):
    part = Part("manners", "")
    headers = {"x_frame_options": "SAMEORIGIN", "referrer_policy": "same-origin"}
    manners._policy(answer(200, "", content_security_policy=policy, **headers), part)
    assert rules(part) == expected


def test_private_words_are_seen_wherever_they_stand():
    assert owners.leaks(answer(200, json.dumps({"a": ["私密收货人"]}, ensure_ascii=False)))
    assert not owners.leaks(answer(200, "收货人"))


def test_one_place_is_told_once_and_many_alike_are_counted():
    part = Part("x", "")
    for number in [0, *range(MOST_ALIKE + 3)]:
        part.report(Finding("rule", Severity.HIGH, "t", f"place {number}", "fix"))
    assert len(part.findings) == MOST_ALIKE
    assert part.more == {"rule": 3}
    assert part.is_broken


def test_only_hints_do_not_fail_a_part():
    part = Part("x", "")
    part.report(Finding("rule", Severity.LOW, "t", "place", "fix"))
    assert not part.is_broken


def test_a_page_gives_its_links_and_forms():
    reader = Reader("/console/a/")
    reader.feed(
        '<a href="b/?q=1#top">b</a><form method="post" action="save/"><input name="title" value="x">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="t"><textarea name="note">\nhello</textarea>'
        '<select name="kind"><option value="1"><option value="2" selected></select></form>'
        '<button hx-post="/console/a/stop/">stop</button>'
    )
    assert reader.links == ["/console/a/b/?q=1"]
    form, button = reader.forms
    assert (form.action, form.method, form.texts) == ("/console/a/save/", "post", ["title", "note"])
    assert form.values == [("title", "x"), ("csrfmiddlewaretoken", "t"), ("note", "hello"), ("kind", "2")]
    assert (button.action, button.method) == ("/console/a/stop/", "post")


def test_addresses_with_numbers_in_them_are_filled_from_what_was_seen():
    atlas = [
        {"path": None, "pattern": r"^/console/builds/\d+/$"},
        {"path": None, "pattern": r"^/console/none/$"},
    ]
    fill_in(atlas, ["/console/builds/12/?tab=1", "/console/builds/"])
    assert [entry["path"] for entry in atlas] == ["/console/builds/12/", None]


def test_parameters_of_a_page_come_from_its_links_and_forms():
    seen = Crawl(pages={"/a/?x=1&y=2": answer(), "/b/?z=1": answer()})
    assert seen.parameters("/a/") == {"x", "y"}


@pytest.mark.parametrize(
    ("words", "is_bad"),
    [
        ("AGPL-3.0", True),
        ("GPL-3.0-only", True),
        ("LGPL-3.0", False),
        ("MIT", False),
        ("(MIT OR GPL-3.0)", False),
    ],
)
def test_a_licence_that_binds_is_found(words, is_bad):
    part = Part("supplies", "")
    supplies._judge(part, "thing", words, "base.txt")
    assert bool(part.findings) is is_bad


def test_a_hole_that_nobody_could_look_up_is_said_not_passed(tmp_path, monkeypatch):
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "base.txt").write_text("thing==1.0\n")
    (tmp_path / "miniapp").mkdir()
    (tmp_path / "miniapp" / "package-lock.json").write_text("{}")
    monkeypatch.setattr(supplies, "_json_of", lambda *_: None)
    part = Part("supplies", "")
    supplies.holes(part, tmp_path)
    assert len(part.undecided) == 2
    assert all("没有定论" in line or "没有查" in line for line in part.undecided)


def test_only_ones_own_machine_or_one_named_twice_is_attacked():
    check_target("http://127.0.0.1:8000", "")
    check_target("https://shop.example.com", "shop.example.com")
    for url, allowed in (
        ("https://shop.example.com", ""),
        ("https://shop.example.com", "example.com"),
        ("ftp://x", "x"),
    ):
        with pytest.raises(NoGround):
            check_target(url, allowed)
