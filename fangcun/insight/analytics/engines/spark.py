"""Apache Spark over the sealed files: on this machine (`local[2]`) or a cluster, whatever the master's address says.

Needs the extra `spark` (PySpark) and Java. Starting takes seconds, so one application serves a process for good;
each question has a session of its own.
"""

from __future__ import annotations

import functools
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from fangcun.insight.analytics.engines.laying import Laid, events_sql, laid
from fangcun.insight.analytics.errors import EngineMissing, Interrupted
from fangcun.insight.tracking.reading import Snapshot

_NAMED = re.compile(r"\$([a-z_][a-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class SparkDialect:
    """Spark's words."""

    name: str = "spark"
    asof: bool = False

    def text(self, prop: str) -> str:
        return f"nullif(try_element_at(from_json(props, 'map<string,string>'), ${prop}), '')"

    def number(self, prop: str) -> str:
        return f"try_cast({self.text(prop)} AS DOUBLE)"

    def whole(self, dividend: str, divisor: int) -> str:
        return f"(({dividend}) div {divisor})"

    def median(self, value: str) -> str:
        return f"median({value})"

    def quantile(self, value: str, share: float) -> str:
        return f"percentile({value}, {share})"


class SparkEngine:
    """One session with the view `ev`."""

    dialect = SparkDialect()

    def __init__(self, session: Any, folder: Laid) -> None:
        self._session = session
        self._laid = folder
        self._group = f"fangcun-{uuid.uuid4().hex}"

    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        given = {name: (params or {})[name] for name in set(_NAMED.findall(sql))}
        self._session.sparkContext.setJobGroup(self._group, "fangcun", interruptOnCancel=True)
        try:
            return [tuple(row) for row in self._session.sql(_NAMED.sub(r":\1", sql), args=given).collect()]
        except Exception as error:
            if self._group in str(error):
                raise Interrupted from None
            raise

    def put(self, name: str, persons: Iterable[int]) -> None:
        path = self._laid.put(name, {"person": set(persons)})
        self._session.read.parquet(_address(path)).createOrReplaceTempView(name)

    def interrupt(self) -> None:
        self._session.sparkContext.cancelJobGroup(self._group)

    def progress(self) -> float | None:
        tracker = self._session.sparkContext.statusTracker()
        stages = [
            stage
            for job in tracker.getJobIdsForGroup(self._group)
            for number in getattr(tracker.getJobInfo(job), "stageIds", ())
            if (stage := tracker.getStageInfo(number)) is not None
        ]
        tasks = sum(stage.numTasks for stage in stages)
        return sum(stage.numCompletedTasks for stage in stages) / tasks if tasks else None


@contextmanager
def spark(snapshot: Snapshot, root: str, *, program_id: int | None = None) -> Iterator[SparkEngine]:
    """Spark over the files of a snapshot. Raises EngineMissing when PySpark or Java is not there."""
    session = _application().newSession()
    with laid(root, snapshot.filesystem) as folder:
        engine = SparkEngine(session, folder)

        files = (*snapshot.files, *folder.put_hot(snapshot))
        if files:
            session.read.parquet(*map(_address, files)).createOrReplaceTempView("files")
        if snapshot.moved:
            numbers = {"was": list(snapshot.moved), "now": list(snapshot.moved.values())}
            session.read.parquet(_address(folder.put("moved", numbers))).createOrReplaceTempView("moved")
        sql = events_sql(program_id, files="files" if files else "", moved="moved" if snapshot.moved else "")
        session.sql(sql).createOrReplaceTempView("ev")
        yield engine


def _address(path: str) -> str:
    # Spark speaks to S3 through Hadoop, which calls it s3a.
    return path.replace("s3://", "s3a://", 1) if "://" in path else f"file://{path}"


@functools.lru_cache(maxsize=1)
def _application() -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise EngineMissing(_("没有安装 PySpark。请安装附加依赖 spark，并确认机器上有 Java")) from None
    builder = SparkSession.builder.master(settings.SPARK_MASTER).appName("fangcun")
    for name, value in _SETTINGS.items():
        builder = builder.config(name, value)
    if settings.SPARK_MASTER.startswith("local"):
        builder = builder.config("spark.driver.host", "127.0.0.1").config(
            "spark.driver.bindAddress", "127.0.0.1"
        )
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.shuffle.partitions": "16",
}
