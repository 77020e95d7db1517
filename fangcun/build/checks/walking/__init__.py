"""A stranger walks the built package: everything that can be tapped is tapped, and what happens is written down."""

from fangcun.build.checks.walking.limits import Limits
from fangcun.build.checks.walking.record import Walk, WalkImpossible
from fangcun.build.checks.walking.runner import Backend
from fangcun.build.checks.walking.walker import key_pages_of, walk

__all__ = ["Backend", "Limits", "Walk", "WalkImpossible", "key_pages_of", "walk"]
