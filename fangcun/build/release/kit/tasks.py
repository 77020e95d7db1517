"""The kit is made in the background when the console asks for it."""

from __future__ import annotations

from fangcun.build.release.kit.making import make
from fangcun.kernel.jobs import task


@task()
def make_kit(*, number: int) -> None:
    """Make the kit of a release anew."""
    make(number)
