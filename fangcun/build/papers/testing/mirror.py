"""What arrives at our public address, told back to who sent it: the proof of what stands in between.

The door answers only whoever holds a pass of the last minute, so that strangers learn nothing.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Mapping
from typing import Any

from django.core.signing import BadSignature, TimestampSigner

PASS_SECONDS = 60
HEADER = "Wechatpay-Signature"
_signer = TimestampSigner(salt="fangcun.papers.mirror", sep=".")


def make_pass() -> str:
    """A pass that is good for a minute."""
    return _signer.sign(secrets.token_urlsafe(12))


def is_pass(text: str) -> bool:
    """Whether a pass is ours and of the last minute."""
    try:
        _signer.unsign(text, max_age=PASS_SECONDS)
    except BadSignature:
        return False
    return True


def reflection(
    *, method: str, path: str, query: str, body: bytes, headers: Mapping[str, str], scheme: str, host: str
) -> dict[str, Any]:
    """What arrived, as the door tells it. `at` is this machine's time in seconds."""
    return {
        "fangcun": "mirror",
        "method": method,
        "path": path,
        "query": query,
        "sha256": hashlib.sha256(body).hexdigest(),
        "header": headers.get(HEADER, ""),
        "scheme": scheme,
        "forwarded_proto": headers.get("X-Forwarded-Proto", ""),
        "host": host,
        "at": time.time(),
    }
