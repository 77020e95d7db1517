"""How far a walk goes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one walk. `seconds` is looked at before each tap; `taps_a_page` counts those tried on one page.

    The defaults end within five minutes for a package of thirty pages, within seconds for a small one.
    """

    pages: int = 80
    taps: int = 600
    taps_a_page: int = 24
    seconds: float = 300.0
    settle_ms: int = 2500  # how long a tap may take to show what it does
    patience_ms: int = 5000  # how long a page may go on loading before it counts as endless
    hurry: float = 4.0  # timers of the package run so many times as fast
