"""WeChat's access tokens in a table, so that all processes use the same one."""

from __future__ import annotations

import datetime as dt
from contextlib import AbstractContextManager

from fangcun.gateways.wechat.tokens import AccessToken, MemoryTokens
from fangcun.identity.programs import models
from fangcun.kernel.secrets import digest


class SharedTokens:
    """A `TokenStore` for all processes. Nobody waits for another process: the later-lived token wins.

    Two processes that fetch at once get the same token, because stable_token gives one token to all
    (https://developers.weixin.qq.com/miniprogram/dev/server/API/mp-access-token/api_getstableaccesstoken.html).
    """

    def __init__(self) -> None:
        self._in_process = MemoryTokens()

    def get(self, key: str) -> AccessToken | None:
        row = models.AccessToken.objects.filter(pk=key).first()
        return AccessToken(row.token, row.expires_at.timestamp()) if row else None

    def put(self, key: str, token: AccessToken) -> None:
        row = models.AccessToken(
            key=key,
            token=token.value,
            digest=digest(token.value),
            expires_at=dt.datetime.fromtimestamp(token.expires_at, dt.UTC),
        )
        replaced = models.AccessToken.objects.filter(pk=key, expires_at__lt=row.expires_at).update(
            token=row.token, digest=row.digest, expires_at=row.expires_at
        )
        if not replaced:
            models.AccessToken.objects.bulk_create([row], ignore_conflicts=True)

    def drop(self, key: str, value: str) -> None:
        models.AccessToken.objects.filter(pk=key, digest=digest(value)).delete()

    def refreshing(self, key: str) -> AbstractContextManager[object]:
        return self._in_process.refreshing(key)


SHARED_TOKENS = SharedTokens()
