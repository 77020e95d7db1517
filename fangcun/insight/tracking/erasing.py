"""The right to be forgotten: everything that one member did is taken out of the store, and that is proved."""

# ruff: noqa: S608 - texts hold whole numbers, names of ours and quoted paths

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import orjson
from django.db import router, transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from fangcun.identity.members.models import Member
from fangcun.insight.tracking.counting import QUARTER_MS, add_to_tallies, day_of, tallies_of
from fangcun.insight.tracking.errors import EventsLeft, MemberLeftNothing
from fangcun.insight.tracking.filing import (
    Progress,
    delete_retired,
    drop_files,
    list_files,
    quoted,
    write_day_files,
)
from fangcun.insight.tracking.intake import MAX_AGE_DAYS
from fangcun.insight.tracking.models import Batch, Device, ErasedPhone, Identity, Quarantined, SealedFile
from fangcun.insight.tracking.storage import connected, only_writer, storage
from fangcun.insight.tracking.storing import NOTED_FOR
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record as record_audit

CHUNK = 1_000
FILES = 500
ROUNDS = 5
# As long as an event may still be sent again, its phone must be known again, or it would count anew.
KEEP_PHONES = dt.timedelta(days=MAX_AGE_DAYS + 2)


@dataclass(frozen=True, slots=True)
class Whose:
    """A member under all his numbers (those merged into him too), and the phones that are his."""

    members: tuple[int, ...]
    phones: tuple[int, ...]

    def rows(self) -> Q:
        """His rows in the database: his own, and what his phones sent while nobody was logged in."""
        return Q(member_id__in=self.members) | Q(member_id=None, device_id__in=self.phones)

    def sql(self) -> str:
        """The same for rows of sealed files; true or false, never NULL."""
        members, phones = (", ".join(map(str, some)) or "NULL" for some in (self.members, self.phones))
        return f"coalesce(member IN ({members}), FALSE) OR (member IS NULL AND coalesce(device IN ({phones}), FALSE))"


@dataclass(frozen=True, slots=True)
class Erasure:
    """The proof. `before` and `after` count all events of the store, `left` his ones that a fresh scan found.

    `unreadable` files could not be looked into. `digest` is the SHA-256 of what is in the store afterwards: paths and
    digests of all files, and how many events are not sealed yet.
    """

    before: int
    after: int
    removed: int
    quarantined: int
    files: int
    phones: int
    left: int
    unreadable: int
    digest: str


def erase_member(*, member_id: int, by: Actor, progress: Progress = lambda _done, _total: None) -> Erasure:
    """Take everything out of the events that a member did, also on his phones before he logged in, and prove it.

    What others did on a phone they shared with him stays. Copies that were exported or set aside lie out of reach.
    Killed in the middle, it is run again and goes on. Raises MemberLeftNothing when nobody of that number is known,
    EventsLeft when his events keep arriving.
    """
    with only_writer(wait=True):
        before = _all()
        removed = quarantined = files = 0
        for _round in range(ROUNDS):
            whose = _whose(member_id)
            removed += _erase_hot(whose)
            quarantined += Quarantined.objects.filter(whose.rows()).delete()[0]
            erased, rewritten = _erase_sealed(whose, progress)
            removed, files = removed + erased, files + rewritten
            if not (left := _left(_whose(member_id))):
                break
        else:
            raise EventsLeft(left=left)
        known = removed or quarantined or whose.phones or Member.objects.filter(id=member_id).exists()
        if not known:
            raise MemberLeftNothing(member=member_id)
        delete_retired()
        # Last: without them nobody could tell any more what else was his.
        _forget_phones_of(whose)
        unreadable = SealedFile.objects.exclude(problem="").count()
        proof = Erasure(
            before, _all(), removed, quarantined, files, len(whose.phones), left, unreadable, _digest()
        )
    record_audit(
        "tracking.erase_member",
        by=by,
        after={
            "member": member_id,
            "before": proof.before,
            "after": proof.after,
            "removed": proof.removed,
            "quarantined": proof.quarantined,
            "files": proof.files,
            "phones": proof.phones,
            "left": proof.left,
            "unreadable": proof.unreadable,
            "digest": proof.digest,
        },
    )
    return proof


def forget_phones() -> int:
    """Forget what phones of erased members were called, once nothing can be sent again; how many those were.

    A phone that has been used since is somebody's again, and stays.
    """
    due = ErasedPhone.objects.filter(erased_at__lt=timezone.now() - KEEP_PHONES)
    forgotten = 0
    for row in due.select_related("device").order_by("device_id"):
        with transaction.atomic(using=router.db_for_write(Device)):
            # One statement decides, so that a phone that comes back this moment keeps its name.
            forgotten += Device.objects.filter(id=row.device_id, seen_at__lt=row.erased_at).update(
                key=f"erased:{row.device_id}"
            )
            row.delete()
    return forgotten


def _whose(member_id: int) -> Whose:
    kept = Member.objects.filter(id=member_id).values_list("merged_into_id", flat=True).first() or member_id
    gone = Member.objects.filter(merged_into_id=kept).values_list("id", flat=True)
    members = tuple(sorted({member_id, kept, *gone}))
    phones = Identity.objects.filter(member_id__in=members).order_by("device_id")
    return Whose(members, tuple(phones.values_list("device_id", flat=True)))


def _erase_hot(whose: Whose) -> int:
    erased = 0
    while True:
        with transaction.atomic(using=router.db_for_write(Batch)):
            rows = list(Batch.objects.filter(whose.rows()).order_by("id")[:CHUNK])
            if not rows:
                return erased
            found = tallies_of(event for row in rows for event in orjson.loads(row.payload))
            Batch.objects.filter(id__in=[row.pk for row in rows]).delete()
            add_to_tallies({key: (-number, 0) for key, (number, _last) in found.items()}, lane=0)
        erased += sum(row.count for row in rows)


def _erase_sealed(whose: Whose, progress: Progress) -> tuple[int, int]:
    """How many events were taken out of files, and of how many files."""
    erased = rewritten = 0
    with connected() as connection:
        files = {file.path: file for file in SealedFile.objects.filter(problem="").order_by("day", "id")}
        affected = [path for path, number in _counted(connection, list(files), whose) if number]
        for done, path in enumerate(affected):
            progress(done, len(affected))
            erased += _rewrite(connection, files[path], whose)
            rewritten += 1
        progress(len(affected), len(affected))
    return erased, rewritten


def _rewrite(connection: duckdb.DuckDBPyConnection, file: SealedFile, whose: Whose) -> int:
    source = f"read_parquet({quoted(storage().place(file.path))})"
    rows = connection.execute(
        f"SELECT event, ts // {QUARTER_MS} * {QUARTER_MS}, count(*) FROM {source} WHERE {whose.sql()} GROUP BY 1, 2"
    ).fetchall()
    found: dict[tuple[str, dt.date], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for name, ts, number in rows:
        found[name, day_of(ts)] = found[name, day_of(ts)][0] - number, 0
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW rest AS SELECT * FROM {source} WHERE NOT ({whose.sql()})"
    )
    # Whose events the others are was known when the file was sealed, and is not looked up again.
    written = write_day_files(connection, "rest", known_at=file.sealed_at)
    try:
        with transaction.atomic(using=router.db_for_write(SealedFile)):
            list_files(written, instead_of=[file.pk])
            add_to_tallies(found, lane=0)
    except BaseException:
        drop_files(written)
        raise
    return -sum(number for number, _last in found.values())


def _counted(
    connection: duckdb.DuckDBPyConnection, paths: Sequence[str], whose: Whose
) -> list[tuple[str, int]]:
    """How many of his events there are in each file."""
    places = {storage().place(path): path for path in paths}
    listed = list(places)
    found: list[tuple[str, int]] = []
    for begin in range(0, len(listed), FILES):
        names = ", ".join(quoted(place) for place in listed[begin : begin + FILES])
        rows = connection.execute(
            f"SELECT filename, count(*) FROM read_parquet([{names}], filename = true) WHERE {whose.sql()} GROUP BY 1"
        ).fetchall()
        found += [(places[place], number) for place, number in rows]
    return sorted(found)


def _left(whose: Whose) -> int:
    """His events that can still be found, wherever the store has any; everything is looked at anew."""
    hot = _hot(Batch.objects.filter(whose.rows()))
    aside = Quarantined.objects.filter(whose.rows()).count()
    paths = list(SealedFile.objects.filter(problem="").values_list("path", flat=True))
    with connected() as connection:
        sealed = sum(number for _path, number in _counted(connection, paths, whose))
    return hot + aside + sealed


def _forget_phones_of(whose: Whose) -> None:
    now = timezone.now()
    with transaction.atomic(using=router.db_for_write(Identity)):
        ErasedPhone.objects.bulk_create(
            [ErasedPhone(device_id=phone, erased_at=now) for phone in whose.phones],
            update_conflicts=True,
            unique_fields=["device"],
            update_fields=["erased_at"],
        )
        Identity.objects.filter(device_id__in=whose.phones, member_id__in=whose.members).delete()
        # So that it is noted when they are used again, and not only on the next day.
        Device.objects.filter(id__in=whose.phones).update(seen_at=now - NOTED_FOR)


def _all() -> int:
    sealed = SealedFile.objects.filter(problem="").aggregate(n=Sum("count"))["n"] or 0
    return _hot(Batch.objects.all()) + int(sealed)


def _digest() -> str:
    files = SealedFile.objects.filter(problem="").order_by("path").values_list("path", "digest")
    return hashlib.sha256(orjson.dumps([list(files), _hot(Batch.objects.all())])).hexdigest()


def _hot(rows: QuerySet[Batch]) -> int:
    return int(rows.aggregate(n=Sum("count"))["n"] or 0)
