"""Scans of papers: kept where no public door looks, handed out with an entry in the audit log."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.db import transaction
from django.utils.translation import gettext as _

from fangcun.build.papers.errors import PaperInvalid, PaperUnknown
from fangcun.build.papers.models import Paper, PaperFile
from fangcun.gateways.storage import PRIVATE_PAPERS, read_file, store_file
from fangcun.gateways.storage import remove_file as forget_file
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record

MOST_FILES = 20
MOST_BYTES = 10 * 1024 * 1024


def attach_file(*, paper_id: int, name: str, data: bytes, by: Actor) -> PaperFile:
    """Keep a scan (PDF or picture, at most 10 MB) with a paper; the same one again changes nothing.

    Raises PaperUnknown, PaperInvalid for too many, and FileRefused for what is no such file.
    """
    paper = Paper.objects.filter(pk=paper_id).first()
    if paper is None:
        raise PaperUnknown
    # Into a folder of the paper's own, so that taking it away takes nothing from another.
    stored = store_file(data, folder=f"{PRIVATE_PAPERS}/{paper.pk}", max_bytes=MOST_BYTES)
    with transaction.atomic():
        Paper.objects.select_for_update().get(pk=paper.pk)
        if (known := PaperFile.objects.filter(paper=paper, digest=stored.digest).first()) is not None:
            return known
        if paper.files.count() >= MOST_FILES:
            raise PaperInvalid(_("一份资质最多 {most} 个文件"), most=MOST_FILES)
        suffix = PurePosixPath(stored.path).suffix
        stem = PurePosixPath(name.replace("\\", "/").replace("\0", "")).stem[:100] or _("文件")
        file = PaperFile.objects.create(
            paper=paper, name=f"{stem}{suffix}", path=stored.path, kind=stored.kind, size=stored.size,
            digest=stored.digest, actor_kind=by.kind, actor_id=by.id, actor_name=by.name[:150],
        )  # fmt: skip
        record("papers.attach_file", by=by, object=paper, after={"file": file.name, "sha256": stored.digest})
    return file


def download_file(*, file: PaperFile, by: Actor) -> bytes:
    """The content of a scan, for somebody who may see it; that he did is written down. Raises FileNotFoundError."""
    content = read_file(file.path)
    record("papers.download_file", by=by, object=file.paper, note=file.name)
    return content


@transaction.atomic
def remove_file(*, paper_id: int, file_id: int, by: Actor) -> None:
    """Take a scan away for good. Raises PaperUnknown."""
    file = PaperFile.objects.select_for_update().filter(pk=file_id, paper=paper_id).first()
    if file is None:
        raise PaperUnknown
    path = file.path
    record("papers.remove_file", by=by, object=file.paper, before={"file": file.name, "sha256": file.digest})
    file.delete()
    transaction.on_commit(lambda: forget_file(path))
