"""The store kept clean: what nobody lists goes, what is not ours is put aside, what is too old is given up."""

from __future__ import annotations

import datetime as dt
import logging
import re
from contextlib import suppress
from dataclasses import replace

from django.conf import settings
from django.utils import timezone

from fangcun.insight.tracking.checking import ASIDE, problem_of
from fangcun.insight.tracking.filing import SWEEP_AFTER, delete_retired, is_ours, list_files
from fangcun.insight.tracking.models import RetiredFile, SealedFile, StrayFile
from fangcun.insight.tracking.storage import ASKING, DRAFTS, Storage, Stored, only_writer, storage

logger = logging.getLogger(__name__)

GRACE = dt.timedelta(hours=1)
ASKED = dt.timedelta(days=1)
# A store may share a bucket with others: only what lies where our files lie, or looks like one, is our concern.
_AMONG_OURS = re.compile(r"\d{4}-\d\d-\d\d/.*|[^/]*\.parquet")


def sweep() -> None:
    """Delete what is retired or was never listed, put strange files aside, and read again what has come back.

    Nothing happens while another process seals or merges.
    """
    with only_writer(wait=False) as mine:
        if mine:
            delete_retired(before=timezone.now() - GRACE)
            _sweep(storage())


def _sweep(store: Storage) -> None:
    now = timezone.now()
    # First what lies there, then what is listed: a file that is listed in between is seen as listed.
    there = list(store.listed())
    known = set(SealedFile.objects.values_list("path", flat=True))
    known |= set(RetiredFile.objects.values_list("path", flat=True))
    for file in list(there):
        folder = file.path.split("/", 1)[0]
        if file.path in known or folder == ASIDE:
            continue
        if folder in (ASKING, DRAFTS) or is_ours(file.path):
            if file.changed_at and file.changed_at < now - (ASKED if folder == ASKING else SWEEP_AFTER):
                store.remove(file.path)
        elif _AMONG_OURS.fullmatch(file.path):
            logger.error("%s in the store of events is not ours; it is put aside", file.path)
            with suppress(FileNotFoundError):
                store.move(file.path, f"{ASIDE}/{file.path}")
                there.append(replace(file, path=f"{ASIDE}/{file.path}"))
    _look_at_what_is_unsound(store)
    # Rows that an import set aside are ours, and nobody's file.
    _report_strays(
        [file for file in there if file.path.startswith(f"{ASIDE}/") and "/import-" not in file.path]
    )


def _look_at_what_is_unsound(store: Storage) -> None:
    """A file that was missing may be back, or one brought from a backup; what is still wrong stays aside."""
    for file in SealedFile.objects.exclude(problem=""):
        if store.size(file.path) is None:
            continue
        if problem_of(file, store, whole=True):
            with suppress(FileNotFoundError):
                store.move(file.path, f"{ASIDE}/{file.path}")
        else:
            logger.warning("Sealed file %s is back", file.path)
            SealedFile.objects.filter(pk=file.pk).update(problem="")


def _report_strays(aside: list[Stored]) -> None:
    torn = {f"{ASIDE}/{path}" for path in SealedFile.objects.values_list("path", flat=True)}
    strays = {
        file.path: file.bytes
        for file in aside
        if file.path not in torn and _AMONG_OURS.fullmatch(file.path.removeprefix(f"{ASIDE}/"))
    }
    StrayFile.objects.exclude(path__in=strays).delete()
    StrayFile.objects.bulk_create(
        (StrayFile(path=path, bytes=size) for path, size in strays.items()), ignore_conflicts=True
    )


def give_up_old_days() -> int:
    """Give up the files of days older than the settings keep; how many. Tallies of days are kept."""
    if not settings.EVENTS_KEEP_DAYS:
        return 0
    with only_writer(wait=False) as mine:
        if not mine:
            return 0
        first = timezone.now().astimezone(dt.UTC).date() - dt.timedelta(days=settings.EVENTS_KEEP_DAYS)
        old = list(SealedFile.objects.filter(day__lt=first))
        list_files([], instead_of=[file.pk for file in old])
        store = storage()
        for file in old:
            if file.problem:
                store.remove(f"{ASIDE}/{file.path}")
        return len(old)
