"""The key with which code of a self-owned mini program is uploaded."""

from __future__ import annotations

from fangcun.build.papers.models import UploadKey
from fangcun.build.release.errors import KeyMissing
from fangcun.identity.programs.models import Program


def upload_key(program: Program) -> str:
    """The PEM text of the program's upload key. Raises KeyMissing."""
    kept = UploadKey.objects.filter(program=program).first()
    if kept is None or not kept.private_key:
        raise KeyMissing
    return kept.private_key


def has_upload_key(program: Program) -> bool:
    """Whether code of this program can be uploaded."""
    return UploadKey.objects.filter(program=program).exists()
