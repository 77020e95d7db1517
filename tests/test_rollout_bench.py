"""The simulation of rollouts still runs, and a few of its rollouts end as thousands do."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

PATH = Path(__file__).resolve().parent.parent / "bench" / "rollout.py"


def test_a_sick_version_is_turned_back_and_a_good_one_goes_live():
    spec = importlib.util.spec_from_file_location("bench_rollout", PATH)
    assert spec is not None
    assert spec.loader is not None
    bench = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = bench
    spec.loader.exec_module(bench)
    large = bench.SHOPS[1]
    good = bench.courses(large, bench.GOOD[0], 1, 10)
    sick = bench.courses(large, bench.SICK[0], 1, 10)
    assert {one.end for one in good} == {"live"}
    assert {(one.end, one.metric) for one in sick} == {("back", "payment")}
    assert max(one.reached for one in sick) <= 5
