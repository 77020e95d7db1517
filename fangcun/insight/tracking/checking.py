"""Whether sealed files still are what they were when they were sealed; what is not, is not read any more."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from contextlib import suppress

from fangcun.insight.tracking.models import SealedFile
from fangcun.insight.tracking.storage import Storage, storage

logger = logging.getLogger(__name__)

MISSING = "missing"
TORN = "torn"
CHANGED = "changed"
ASIDE = "aside"
_MAGIC = b"PAR1"
_CHUNK = 8 << 20


def problem_of(file: SealedFile, store: Storage, *, whole: bool) -> str:
    """What is wrong with a file, "" when nothing is; `whole` reads all of it. Raises StoreUnreachable."""
    if (size := store.size(file.path)) is None:
        return MISSING
    if size != file.bytes:
        return TORN
    try:
        ends = store.read(file.path, 0, 4), store.read(file.path, size - 4, 4)
        if ends != (_MAGIC, _MAGIC):
            return TORN
        return CHANGED if whole and _digest(file.path, size, store) != file.digest else ""
    except FileNotFoundError:
        return MISSING


def _digest(path: str, size: int, store: Storage) -> str:
    found = hashlib.sha256()
    for start in range(0, size, _CHUNK):
        found.update(store.read(path, start, min(_CHUNK, size - start)))
    return found.hexdigest()


def examine(paths: Iterable[str] | None = None, *, whole: bool = True) -> int:
    """Look at listed files, these or all; what is not sound is set aside and reported. How many that were.

    Raises StoreUnreachable when the store as a whole doesn't answer: then no file is to blame.
    """
    store = storage()
    listed = SealedFile.objects.filter(problem="").order_by("id")
    found = 0
    for file in listed if paths is None else listed.filter(path__in=list(paths)):
        if problem := problem_of(file, store, whole=whole):
            found += set_aside(file, problem, store)
    return found


def set_aside(file: SealedFile, problem: str, store: Storage) -> bool:
    """Don't read a file any more, and keep it apart from the others; False when it was not listed any more."""
    if not SealedFile.objects.filter(pk=file.pk, problem="").update(problem=problem):
        return False
    logger.error("Sealed file %s is %s: %s events can't be read", file.path, problem, file.count)
    with suppress(FileNotFoundError):
        store.move(file.path, f"{ASIDE}/{file.path}")
    return True
