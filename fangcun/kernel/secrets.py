"""Secrets at rest: encrypted columns, digests of tokens, keys made on the first run."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


def key_file(path: Path, make: Callable[[], str]) -> str:
    """Read a secret of this installation; make it, readable by its owner alone, when there is none yet."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as out:
            out.write(make())
        try:
            os.link(draft, path)  # the first process to get here wins, no reader sees half a key
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def digest(token: str) -> str:
    """The only form in which a bearer token is stored: its SHA-256, as hex."""
    return hashlib.sha256(token.encode()).hexdigest()


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    """Seal a text with this installation's field key."""
    return _fernet(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode()


def decrypt(sealed: str) -> str:
    """Open what `encrypt` sealed, with any of FIELD_KEYS. Raises cryptography's InvalidToken."""
    return _fernet(tuple(settings.FIELD_KEYS)).decrypt(sealed.encode()).decode()


class EncryptedTextField(models.TextField[str, str]):
    """A text column that the database holds encrypted (Fernet)."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(value) if value else value

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return decrypt(value) if value else value
