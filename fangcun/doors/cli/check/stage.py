"""A platform of its own for the walk through our own package, so that its pages have something on them."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fangcun.build.checks.walking import Backend, WalkImpossible
from fangcun.doors.cli.stack import CallFailed, Stack
from fangcun.doors.cli.supervisor import DidNotStart

OWN_SHOP = "sample"  # said instead of an address
FILLING_SECONDS = 600  # tables and a shop; seconds on a machine that has nothing else to do


@contextmanager
def sample_stage() -> Iterator[Backend]:
    """The platform with a small shop and its WeChat in a box, until the end of the block.

    Raises WalkImpossible when it can't be set up.
    """
    with tempfile.TemporaryDirectory(prefix="fangcun-check-") as home:
        stack = Stack(Path(home))
        try:
            try:
                stack.supervisor.start(stack.wechatbox)
                said = stack.call(
                    sys.executable, "-m", "fangcun.doors.cli.check.filling", seconds=FILLING_SECONDS
                )
                stack.supervisor.start(stack.web, stack.worker)
            except (DidNotStart, CallFailed) as error:
                raise WalkImpossible(f"走查用的店没有开起来：{error}") from None
            appid = json.loads(said.splitlines()[-1])["appid"]
            yield Backend(server=stack.url, box=stack.box_url, appid=appid)
        finally:
            stack.stop()
