"""Where access tokens wait for their next use."""

from __future__ import annotations

import threading
from collections import defaultdict
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token and the moment (epoch seconds) from which WeChat refuses it."""

    value: str = field(repr=False)
    expires_at: float


class TokenStore(Protocol):
    """Keeps one token for each key. An implementation may be shared by threads and processes."""

    def get(self, key: str) -> AccessToken | None: ...

    def put(self, key: str, token: AccessToken) -> None: ...

    def drop(self, key: str, value: str) -> None:
        """Forget the token, but only if it is still this one: somebody may have fetched a better one."""

    def refreshing(self, key: str) -> AbstractContextManager[object]:
        """Held by the one who fetches; the others wait for his token."""


class MemoryTokens:
    """Tokens of this process. Enough for several: stable_token gives all of them the same token."""

    def __init__(self) -> None:
        self._tokens: dict[str, AccessToken] = {}
        self._guard = threading.Lock()
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def get(self, key: str) -> AccessToken | None:
        return self._tokens.get(key)

    def put(self, key: str, token: AccessToken) -> None:
        self._tokens[key] = token

    def drop(self, key: str, value: str) -> None:
        with self._guard:
            if (kept := self._tokens.get(key)) and kept.value == value:
                del self._tokens[key]

    def refreshing(self, key: str) -> AbstractContextManager[object]:
        with self._guard:
            return self._locks[key]


PROCESS_TOKENS = MemoryTokens()
