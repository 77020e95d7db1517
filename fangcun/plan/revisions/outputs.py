"""The compiled files of the plan, where the next build of the mini program finds them."""

from __future__ import annotations

import fcntl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from fangcun.plan.revisions.queries import current


def folder() -> Path:
    """Where the files are: FANGCUN_HOME/plan."""
    return Path(settings.FANGCUN_HOME) / "plan"


def lay_out() -> None:
    """Put the files of the revision that holds there, all at once; again, or late, it ends the same.

    A reader finds the files of one revision, old or new, never a mixture.
    """
    with _alone():
        revision = current()
        if revision is None:
            return
        target = folder()
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".plan-") as scratch:
            fresh, old = Path(scratch, "new"), Path(scratch, "old")
            fresh.mkdir()
            for name, text in revision.compiled.items():
                (fresh / name).write_text(text)
            if target.exists():
                target.rename(old)
            fresh.rename(target)


@contextmanager
def _alone() -> Iterator[None]:
    """Two processes that lay out at once do it one after the other, so that the newest revision stays."""
    path = Path(settings.FANGCUN_HOME, "plan.lock")
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
