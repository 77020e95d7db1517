"""Background work on the application's own database, behind the `django-tasks` API.

A job is a row written in the caller's transaction: it exists if and only if the change does. A worker
leases it, runs it outside any transaction (so it may call the network), and deletes it. When a worker dies
its lease runs out and the job is run again: handlers must be idempotent. Failures back off and end as dead
letters.
"""

from __future__ import annotations

import datetime as dt
import logging
import secrets
import signal
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import OperationalError, close_old_connections, connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import TaskResult, TaskResultStatus, task
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task

from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record
from fangcun.kernel.errors import GatewayError
from fangcun.kernel.models import Heartbeat, Job

__all__ = ["drain", "every", "retry", "run_worker", "task"]

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(seconds=120)
INLINE_LEASE = dt.timedelta(seconds=15)
MAX_ATTEMPTS = 12
BATCH = 5

Handler = Callable[..., None]
Function = TypeVar("Function", bound=Callable[..., Any])

# listener path -> what turns a row's kwargs into an event and hands it over; filled by fangcun.kernel.events
DELIVERIES: dict[str, Handler] = {}
PERIODS: dict[str, dt.timedelta] = {}
# The leases this worker holds. As long as it lives they do not run out, however long a job takes.
HELD: set[str] = set()


class LeasedBackend(BaseTaskBackend):
    """django-tasks on our table; see the module's docstring for what it promises."""

    supports_defer = True

    def enqueue(self, task: Task[Any, Any], args: Any, kwargs: Any) -> TaskResult[Any]:
        if args:
            raise TypeError("Tasks take keyword arguments only.")
        job = Job.objects.create(
            task=task.module_path, kwargs=kwargs, run_at=task.run_after or timezone.now()
        )
        return TaskResult(
            task=task,
            id=str(job.pk),
            status=TaskResultStatus.READY,
            enqueued_at=job.created_at,
            started_at=None,
            finished_at=None,
            last_attempted_at=None,
            args=[],
            kwargs=kwargs,
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )


def every(*, seconds: float) -> Callable[[Function], Function]:
    """Run a function again and again, in one worker at a time, this long after its last run ended."""

    def register(function: Function) -> Function:
        PERIODS[f"{function.__module__}.{function.__qualname__}"] = dt.timedelta(seconds=seconds)
        return function

    return register


def claim(limit: int = BATCH, *, ignore_leases: bool = False) -> list[Job]:
    """Lease up to `limit` due jobs for this process."""
    now = timezone.now()
    due = Job.objects.filter(dead=False, run_at__lte=now).order_by("run_at", "id")
    if not ignore_leases:
        due = due.filter(Q(lease_until=None) | Q(lease_until__lt=now))
    if not due.exists():  # a look without the write lock: idle workers must not stop SQLite's writers
        return []
    lease = secrets.token_hex(16)
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        jobs = list(due[:limit])
        Job.objects.filter(id__in=[job.pk for job in jobs]).update(
            lease_until=now + LEASE, lease_id=lease, attempts=F("attempts") + 1
        )
    for job in jobs:
        job.lease_id = lease
        job.attempts += 1
    return jobs


def _finish(job: Job) -> bool:
    mine = Job.objects.filter(pk=job.pk, lease_id=job.lease_id)
    if (period := PERIODS.get(job.task)) is not None:
        return bool(
            mine.update(run_at=timezone.now() + period, lease_until=None, lease_id="", attempts=0, error="")
        )
    return bool(mine.delete()[0])


def _fail(job: Job, error: Exception) -> None:
    permanent = isinstance(error, GatewayError) and error.permanent
    dead = (permanent or job.attempts >= MAX_ATTEMPTS) and job.task not in PERIODS
    log = logger.error if dead else logger.warning
    log("Job %s %s failed (attempt %s)", job.pk, job.task, job.attempts, exc_info=error)
    Job.objects.filter(pk=job.pk, lease_id=job.lease_id).update(
        error=f"{type(error).__name__}: {error}"[:2000],
        lease_until=None,
        lease_id="",
        run_at=timezone.now() + dt.timedelta(seconds=min(2**job.attempts, 3600)),
        dead=dead,
    )


def perform(job: Job) -> bool:
    """Run one leased job and settle it; False when it failed and will be tried again or is dead."""
    try:
        if (deliver := DELIVERIES.get(job.task)) is not None:
            with transaction.atomic():  # a listener's effects and the end of its row are one change
                deliver(**job.kwargs)
                _finish(job)
            return True
        handler = import_string(job.task)
        run = handler.func if isinstance(handler, Task) else handler
        run(**job.kwargs)
        _finish(job)
    except Exception as error:  # whatever it was: noted on the row, retried, in the end a dead letter
        _fail(job, error)
        return False
    return True


def perform_after_commit(jobs: list[Job]) -> None:
    """Run rows of this transaction as soon as it commits; a worker takes them over if this process dies."""

    def run() -> None:
        for job in jobs:
            perform(job)

    transaction.on_commit(run)


def drain(*, ignore_leases: bool = False, limit: int = 10_000) -> int:
    """Run everything that is due now, periodic work left aside; how many ran."""
    done = 0
    while done < limit and (jobs := claim(1, ignore_leases=ignore_leases)):
        if jobs[0].task in PERIODS:
            Job.objects.filter(pk=jobs[0].pk).update(run_at=timezone.now() + PERIODS[jobs[0].task])
            continue
        perform(jobs[0])
        done += 1
    return done


def retry(job: Job, *, by: Actor) -> None:
    """Give a dead job another dozen tries, from now on."""
    with transaction.atomic():
        Job.objects.filter(pk=job.pk, dead=True).update(dead=False, attempts=0, run_at=timezone.now())
        record("jobs.retry", by=by, object=job)


def beat(name: str = "worker") -> None:
    """Say that this process lives; /readyz looks at it."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})


def keep_leases() -> None:
    """Lengthen the leases of this worker's jobs; those of a worker that died run out."""
    now = timezone.now()
    if HELD:
        held = Job.objects.filter(lease_id__in=tuple(HELD), lease_until__lt=now + LEASE / 2)
        held.update(lease_until=now + LEASE)


def run_worker(*, threads: int = 2, poll_seconds: float = 0.5) -> None:
    """Work until SIGTERM or SIGINT, then finish the jobs at hand and return."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    for path in PERIODS:
        Job.objects.bulk_create([Job(task=path, key=f"every:{path}")], ignore_conflicts=True)
    Job.objects.filter(key__startswith="every:").exclude(task__in=PERIODS).delete()

    def loop() -> None:
        while not stop.is_set():
            jobs: list[Job] = []
            try:
                jobs = claim()
                HELD.update(leases := {job.lease_id for job in jobs})
                try:
                    for job in jobs:
                        perform(job)
                finally:
                    HELD.difference_update(leases)
            except OperationalError:  # the database is busy or restarting: keep going
                logger.warning("The database did not answer; trying again", exc_info=True)
                close_old_connections()
            if not jobs:
                stop.wait(poll_seconds)
        connection.close()

    crew = [threading.Thread(target=loop, name=f"worker-{n}") for n in range(threads)]
    for member in crew:
        member.start()
    while not stop.is_set():
        try:
            beat()
            keep_leases()
        except OperationalError:
            logger.warning("No heartbeat: the database did not answer", exc_info=True)
            close_old_connections()
        stop.wait(3)
    for member in crew:
        member.join()
