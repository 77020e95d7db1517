"""The store in numbers, and what is wrong with it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Max, Min, Sum
from django.utils.translation import gettext as _

from fangcun.insight.tracking.checking import ASIDE, CHANGED, MISSING, TORN
from fangcun.insight.tracking.models import Batch, SealedFile, StrayFile
from fangcun.insight.tracking.reading import version

STRANGE = "strange"


@dataclass(frozen=True, slots=True)
class StoreProblem:
    """A file that is not read. `problem` is missing, torn, changed or strange; `path` is where it lies now, or
    where it should; `count` and `day` are of the events it held, None when it never was ours.
    """

    path: str
    problem: str
    count: int | None
    day: dt.date | None

    @property
    def words(self) -> str:
        """What is wrong and what to do, for people."""
        said = {
            MISSING: _(
                "%(day)s 的封存文件 %(path)s 不见了，其中 %(count)s 个事件没有计入。把它从备份放回原处后会自动恢复"
            ),
            TORN: _(
                "%(day)s 的封存文件已损坏，移到了 %(path)s，其中 %(count)s 个事件没有计入。从备份放回原处后会自动恢复"
            ),
            CHANGED: _(
                "%(day)s 的封存文件被改动过，移到了 %(path)s，其中 %(count)s 个事件没有计入。从备份放回原处后会自动恢复"
            ),
            STRANGE: _("%(path)s 不是平台写的文件，已移到一旁，没有计入。确认不需要后可以删除"),
        }[self.problem]
        return said % {"path": self.path, "count": self.count, "day": self.day}


def store_problems() -> list[StoreProblem]:
    """What is not read though it lies in the store, or should."""
    unsound = SealedFile.objects.exclude(problem="").order_by("day", "path")
    return [
        *(
            StoreProblem(
                file.path if file.problem == MISSING else f"{ASIDE}/{file.path}",
                file.problem,
                file.count,
                file.day,
            )
            for file in unsound
        ),
        *(
            StoreProblem(path, STRANGE, None, None)
            for path in StrayFile.objects.order_by("path").values_list("path", flat=True)
        ),
    ]


@dataclass(frozen=True, slots=True)
class StoreStats:
    """`files`, `events`, `bytes` and `days` are of sealed files that are read; hot ones are still rows. Moments of
    the first and last event are epoch ms, None when there is none.
    """

    files: int
    events: int
    bytes: int
    days: int
    hot_batches: int
    hot_events: int
    first_ts: int | None
    last_ts: int | None
    problems: tuple[StoreProblem, ...]
    version: str


def store_stats() -> StoreStats:
    """How much there is."""
    sealed = SealedFile.objects.filter(problem="").aggregate(
        files=Count("id"),
        events=Sum("count"),
        size=Sum("bytes"),
        days=Count("day", distinct=True),
        first=Min("first_ts"),
        last=Max("last_ts"),
    )
    hot = Batch.objects.aggregate(
        batches=Count("id"), events=Sum("count"), first=Min("first_ts"), last=Max("last_ts")
    )
    firsts = [moment for moment in (sealed["first"], hot["first"]) if moment is not None]
    lasts = [moment for moment in (sealed["last"], hot["last"]) if moment is not None]
    return StoreStats(
        files=sealed["files"],
        events=sealed["events"] or 0,
        bytes=sealed["size"] or 0,
        days=sealed["days"],
        hot_batches=hot["batches"],
        hot_events=hot["events"] or 0,
        first_ts=min(firsts, default=None),
        last_ts=max(lasts, default=None),
        problems=tuple(store_problems()),
        version=version(),
    )
