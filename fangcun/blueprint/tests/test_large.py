from __future__ import annotations

import pytest

from fangcun.blueprint.checking import check
from fangcun.blueprint.reading import read
from fangcun.blueprint.tests.large import large_blueprint


@pytest.mark.parametrize(("pages", "scenarios", "events"), [(60, 40, 300), (61, 45, 333), (32, 40, 240)])
def test_the_large_plan_is_as_large_as_asked_and_without_a_fault(pages, scenarios, events):
    document = read(large_blueprint(pages, scenarios, events))
    assert check(document) == []
    bp = document.blueprint
    assert bp is not None
    planned = {one.event for scenario in bp.scenarios for one in scenario.moments}
    assert (len(bp.pages), len(bp.scenarios), len(planned)) == (pages, scenarios, events)
