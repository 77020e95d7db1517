"""Rounds in turn, because a machine is never as fast twice; the median of their ratios counts."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Callable

from ground.load import Outcome


def compare(
    what: str,
    *,
    ours: Callable[[], tuple[float, Outcome | None]],
    floor: Callable[[], tuple[float, Outcome | None]],
    floor_name: str,
    rounds: int,
) -> float:
    """Measure floor and platform in turn, print each round and the ratio; the ratio."""
    print(f"{what}   ({os.cpu_count()} cores, Python {platform.python_version()})", flush=True)
    ratios = []
    for number in range(1, rounds + 1):
        least, _ = floor()
        rate, outcome = ours()
        ratios.append(rate / least)
        times = (
            f"   p50 {outcome.percentile(50):.1f} ms, p99 {outcome.percentile(99):.1f} ms" if outcome else ""
        )
        print(
            f"  round {number}: platform {rate:8.1f}/s   {floor_name} {least:8.1f}/s   "
            f"ratio {ratios[-1]:.3f}{times}",
            flush=True,
        )
    ratio = statistics.median(ratios)
    print(f"ratio platform / {floor_name}: {ratio:.3f}", flush=True)
    return ratio
