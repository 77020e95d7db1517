"""The blueprints that come along: one without a fault, one with each of them."""

from __future__ import annotations

from pathlib import Path

from fangcun.blueprint.checking import check
from fangcun.blueprint.reading import read
from fangcun.blueprint.rules import RULES

BLUEPRINTS = Path(__file__).resolve().parents[3] / "blueprints"
SNAPSHOT = Path(__file__).parent / "broken.txt"
FORM = {"yaml-syntax", "wrong-type", "unknown-key", "missing-key", "duplicate-id", "unknown-reference"}


def test_the_broken_sample_has_one_of_each_mistake():
    found = [one.rule for one in check(read((BLUEPRINTS / "broken.yaml").read_bytes()))]
    assert sorted(found) == sorted({one.name for one in RULES} | FORM)


def test_the_broken_sample_is_told_what_the_snapshot_says():
    findings = check(read((BLUEPRINTS / "broken.yaml").read_bytes()))
    told = "".join(
        f"{one.line}:{one.column} {one.severity} {one.rule} {one.path}\n  {one.message}\n  → {one.fix}\n"
        for one in findings
    )
    assert told == SNAPSHOT.read_text()


def test_each_mistake_of_the_broken_sample_is_on_the_line_whose_comment_names_it():
    text = (BLUEPRINTS / "broken.yaml").read_text()
    lines = text.splitlines()
    unnamed = [
        (one.rule, one.line)
        for one in check(read(text))
        if not any(one.rule in line for line in lines[one.line - 1 : one.line + 6])
    ]
    assert unnamed == []


def test_the_shop_that_we_ship_has_a_plan_without_a_fault():
    assert check(read((BLUEPRINTS / "fresh-grocery.yaml").read_bytes())) == []
