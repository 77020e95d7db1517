"""Papers that come from outside, kept as files that nobody but the console hands out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from fangcun.gateways.storage.images import ImageRefused, remove_image, store_image
from fangcun.gateways.storage.keeping import keep
from fangcun.kernel.errors import DomainError

# The folder that the media door never serves: only the console hands out what is in it.
PRIVATE_PAPERS = "papers"
PDF = "application/pdf"
PICTURE = "image/webp"
_TAIL = 2048


class FileRefused(DomainError):
    """What was uploaded is not kept; the message says why."""

    code = "file_refused"
    status = 400
    message = _("文件无法使用")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A kept file: where, of which type, how large in bytes, and the SHA-256 of what was uploaded."""

    path: str
    kind: str
    size: int
    digest: str


def store_file(data: bytes, *, folder: str, max_bytes: int = 10 * 1024 * 1024) -> StoredFile:
    """Keep a PDF or a picture, whatever its name or its sender says it is.

    A picture is encoded anew and loses everything but its pixels. A PDF is kept byte for byte, as it may be signed:
    hand it out as a download only. `folder` must be one that the media door does not serve.
    Raises FileRefused for anything else, for more than `max_bytes`, and for files that break off.
    """
    if len(data) > max_bytes:
        raise FileRefused(_("文件不能超过 {megabytes} MB"), megabytes=max_bytes // (1024 * 1024))
    digest = hashlib.sha256(data).hexdigest()
    if data.startswith(b"%PDF-"):
        if b"%%EOF" not in data[-_TAIL:]:
            raise FileRefused(_("PDF 不完整，请重新导出后再上传"))
        path = f"{folder}/{digest[:2]}/{digest}.pdf"
        keep(path, data)
        return StoredFile(path, PDF, len(data), digest)
    try:
        stored = store_image(data, max_bytes=max_bytes, folder=folder)
    except ImageRefused as refused:
        raise FileRefused(_("只接受 PDF 和 JPEG、PNG、WebP、GIF 图片，内容要与扩展名一致")) from refused
    return StoredFile(stored.path, PICTURE, default_storage.size(stored.path), digest)


def read_file(path: str) -> bytes:
    """A kept file, for those who may see it. Raises FileNotFoundError when it is gone."""
    with default_storage.open(path) as file:
        content: bytes = file.read()
    return content


def remove_file(path: str) -> None:
    """Take a kept file away for good, a picture in all its sizes."""
    if path.endswith(".pdf"):
        default_storage.delete(path)
    else:
        remove_image(path)
