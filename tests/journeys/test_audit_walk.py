"""A stranger walks programs with planted faults: what shows only when a package runs is found, what is near is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from fangcun.build.checks.pack import rules
from fangcun.build.checks.registry import checks
from fangcun.build.checks.walking import Limits
from tests.audit.corpus import BASES, PROGRAMS, Case, plant
from tests.audit.seeds.walked.grounds import GROUNDS
from tests.journeys.strangers import walked_apart

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]
WALKED = [name for name, rule in rules().items() if rule.kind == "walk"]


def found_in(package: Path, pictures: Path) -> list[tuple[str, str]]:
    seen = walked_apart(package, limits=Limits(seconds=60), pictures=pictures)
    return [(one.rule, one.page) for name in WALKED for one in checks()[name](seen)]


@pytest.mark.parametrize("ground", GROUNDS, ids=str)
def test_what_shows_only_when_it_runs_is_found(ground, tmp_path):
    planted = plant(Case("walk", str(ground), ground.base, ground.change, faulty=True), tmp_path)
    found = found_in(planted.root, tmp_path / "pictures")
    for rule, page in ground.expected:
        assert any(name == rule and page in ("", where) for name, where in found), (rule, page, found)
    for near in ground.silent:
        assert near not in found


@pytest.mark.parametrize("base", BASES)
def test_an_unchanged_program_is_walked_without_a_finding(base, tmp_path):
    assert found_in(PROGRAMS / base, tmp_path) == []
