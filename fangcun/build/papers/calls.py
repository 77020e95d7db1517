"""Calls at our callback addresses that were not believed: the truest sign of a token or key that differs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import IntegrityError, transaction

from fangcun.build.papers.models import RefusedCall
from fangcun.gateways.wechat.errors import SignatureRefused
from fangcun.gateways.wechat.probes import is_probe
from fangcun.gateways.wechat.push import meant_for_another

EVERY = dt.timedelta(minutes=1)
APPID = "appid"


def note_refused(
    *,
    door: RefusedCall.Door,
    key: str,
    refused: SignatureRefused,
    timestamp: str,
    nonce: str,
    ip: str | None,
    now: dt.datetime,
) -> None:
    """Keep why a call was refused, for the self-tester; our own probes, and what has no nonce, are left out.

    `key` is the appid or mchid of the address; only those that are known may be given. Costs one write a minute for
    each reason at most: anybody may knock.
    """
    if not nonce or is_probe(nonce):
        return
    reason = APPID if meant_for_another(refused) else refused.reason
    rows = RefusedCall.objects.filter(door=door, key=key, reason=reason[:20])
    if rows.filter(at__gt=now - EVERY).exists():
        return
    skew = None
    if timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 11:
        skew = max(-(2**31), min(2**31 - 1, int(now.timestamp()) - int(timestamp)))
    facts = {"skew_s": skew, "ip": ip, "at": now}
    if not rows.update(**facts):
        try:
            with transaction.atomic():
                RefusedCall.objects.create(door=door, key=key, reason=reason[:20], **facts)
        except IntegrityError:
            pass  # somebody else wrote the same just now


def refused_since(door: RefusedCall.Door, key: str, since: dt.datetime | None) -> Mapping[str, RefusedCall]:
    """The last refused call of each reason after a moment, by reason."""
    rows = RefusedCall.objects.filter(door=door, key=key)
    if since is not None:
        rows = rows.filter(at__gt=since)
    return {row.reason: row for row in rows}
