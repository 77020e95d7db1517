"""Requests by version, counted in this process's memory and written down together every few seconds.

A request costs no statement for it. What a process has not written when it is killed is lost: a few seconds of
counts, and nothing that anybody paid. Who brings made-up versions fills one row a minute: each process tells apart at
most so many versions at a time and leaves the others out.
"""

# ruff: noqa: S608 - the text holds names of ours

from __future__ import annotations

import atexit
import datetime as dt
import logging
import threading
from typing import NamedTuple

from django.db import DatabaseError, close_old_connections, connection, transaction
from django.utils import timezone

from fangcun.build.rollout.models import MemberVersion, VersionMinute
from fangcun.identity.programs.models import Program

logger = logging.getLogger(__name__)

FLUSH_SECONDS = 3.0
MOST_VERSIONS = 200
MOST_MEMBERS = 20_000
# Answers that say that the phone and the server did not understand each other.
MISUNDERSTOOD = frozenset({405, 413, 422})


class _Key(NamedTuple):
    appid: str
    version: str
    minute: dt.datetime


_lock = threading.Lock()
_answers: dict[_Key, list[int]] = {}
_versions: set[tuple[str, str]] = set()
_members: dict[tuple[str, int, str], dt.datetime] = {}
# Members of today whose version is written down already.
_written: set[tuple[str, int, str, dt.date]] = set()


def note_answer(
    *, appid: str, version: str, status: int, member_id: int | None, now: dt.datetime | None = None
) -> None:
    """Count one answered request of a phone; in memory alone, so that no request waits for it."""
    if not version or not appid:
        return
    at = now or timezone.now()
    failed = status >= 500 or status in MISUNDERSTOOD
    key = _Key(appid, version, at.replace(second=0, microsecond=0))
    with _lock:
        if (appid, version) not in _versions:
            if len(_versions) >= MOST_VERSIONS:
                return
            _versions.add((appid, version))
        count = _answers.setdefault(key, [0, 0])
        count[0] += 1
        count[1] += failed
        if member_id is not None and len(_members) < MOST_MEMBERS:
            person = (appid, member_id, version)
            if (*person, at.date()) not in _written:
                _members.setdefault(person, at)


def flush() -> int:
    """Write down what was counted since the last time; how many requests that were. Raises DatabaseError.

    When it can't be written it is counted on and written the next time.
    """
    with _lock:
        answers, members = dict(_answers), dict(_members)
        _answers.clear()
        _members.clear()
        _versions.clear()
    if not answers:
        return 0
    try:
        with transaction.atomic():
            programs = dict(
                Program.objects.filter(appid__in={key.appid for key in answers}).values_list("appid", "id")
            )
            _add({key: count for key, count in answers.items() if key.appid in programs}, programs)
            _see({key: at for key, at in members.items() if key[0] in programs}, programs)
    except DatabaseError:
        with _lock:
            for key, (requests, errors) in answers.items():
                count = _answers.setdefault(key, [0, 0])
                count[0] += requests
                count[1] += errors
            for person, at in members.items():
                _members.setdefault(person, at)
        raise
    with _lock:
        today = timezone.now().date()
        _written.difference_update({one for one in _written if one[3] != today})
        if len(_written) < MOST_MEMBERS:
            _written.update((*person, at.date()) for person, at in members.items())
    return sum(requests for requests, _errors in answers.values())


_TABLE = VersionMinute._meta.db_table
_ADD = f"""
INSERT INTO {_TABLE} (program_id, version, minute, requests, errors) VALUES {{rows}}
ON CONFLICT (program_id, version, minute) DO UPDATE SET
    requests = {_TABLE}.requests + excluded.requests, errors = {_TABLE}.errors + excluded.errors
"""


def _add(answers: dict[_Key, list[int]], programs: dict[str, int]) -> None:
    if not answers:
        return
    adapt = connection.ops.adapt_datetimefield_value
    values: list[str | int | None] = []
    # Always in the same order, so that two processes never wait for each other's rows crosswise.
    for key, (requests, errors) in sorted(answers.items()):
        values += [programs[key.appid], key.version, adapt(key.minute), requests, errors]
    with connection.cursor() as cursor:
        cursor.execute(_ADD.format(rows=", ".join(["(%s, %s, %s, %s, %s)"] * len(answers))), values)


def _see(members: dict[tuple[str, int, str], dt.datetime], programs: dict[str, int]) -> None:
    rows = [
        MemberVersion(program_id=programs[appid], member_id=member, version=version, first_at=at, last_at=at)
        for (appid, member, version), at in sorted(members.items())
    ]
    MemberVersion.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["member_id", "program", "version"],
        update_fields=["last_at"],
    )


def keep_flushing(stop: threading.Event | None = None) -> threading.Thread:
    """Have this process write down every few seconds what it counts, and once more when it ends."""
    ended = stop or threading.Event()

    def loop() -> None:
        while not ended.wait(FLUSH_SECONDS):
            _try()
        _try()
        connection.close()

    thread = threading.Thread(target=loop, name="version-counts", daemon=True)
    thread.start()

    def last() -> None:
        ended.set()
        thread.join(5)

    atexit.register(last)
    return thread


def _try() -> None:
    try:
        close_old_connections()
        flush()
    except DatabaseError:
        logger.warning("Requests by version could not be written; trying again", exc_info=True)
