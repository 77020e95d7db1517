"""Whether pictures can be kept right now."""

from __future__ import annotations

import secrets

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from fangcun.kernel.errors import GatewayError


def storage_ready() -> bool:
    """Write a few bytes, read them back and take them away. True, or GatewayError saying what failed."""
    content = secrets.token_bytes(16)
    try:
        path = default_storage.save(f"probes/{secrets.token_hex(8)}", ContentFile(content))
        try:
            with default_storage.open(path) as probe:
                found = probe.read()
        finally:
            default_storage.delete(path)
    # Each storage backend has errors of its own.
    except Exception as failure:
        raise GatewayError(f"storage failed: {failure}", permanent=False, code="storage") from failure
    if found != content:
        raise GatewayError("storage gave back other bytes than it got", permanent=False, code="storage")
    return True
