"""The courier: carries notices to merchants until they are taken, and lets time do its work."""

import asyncio
import json
import logging
import secrets
import sqlite3
from dataclasses import asdict, replace
from functools import partial

import httpx

from wechatbox import keyring, registry, signing
from wechatbox.box import Box
from wechatbox.keyring import Signer
from wechatbox.knocking import TIMEOUT_S, knock
from wechatbox.pay import notices, orders, refunds
from wechatbox.pay.guard import request_id, signature_headers, to_json
from wechatbox.pay.notices import RETRY_AFTER_S

PROBE_PREFIX = "WECHATPAY/SIGNTEST/"
_LOOK_EVERY_S = 0.5
_MOST_AT_ONCE = 64
_STALE_S = 600
_log = logging.getLogger("wechatbox")


async def carry(box: Box) -> None:
    """Run until cancelled: settle what is due on the box's clock and deliver notices."""
    underway: dict[int, asyncio.Task[None]] = {}
    # A kept connection may be closed by the merchant just as it is used again: that is not his fault.
    limits = httpx.Limits(max_connections=_MOST_AT_ONCE, max_keepalive_connections=0)
    async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False, limits=limits) as client:
        try:
            while True:
                box.wake.clear()
                try:
                    _look(box, client, underway)
                except Exception:
                    # One bad moment must not end all deliveries.
                    _log.exception("the courier stumbled")
                await _nap(box)
        finally:
            for task in underway.values():
                task.cancel()


def _look(box: Box, client: httpx.AsyncClient, underway: dict[int, asyncio.Task[None]]) -> None:
    with box.store.transaction():
        orders.close_expired(box)
        refunds.settle_due(box)
    for row in _due(box):
        if row["id"] not in underway and len(underway) < _MOST_AT_ONCE:
            task = asyncio.create_task(_deliver(box, client, row))
            underway[row["id"]] = task
            task.add_done_callback(partial(_finish, box, underway, row["id"]))


async def _nap(box: Box) -> None:
    try:
        async with asyncio.timeout(_LOOK_EVERY_S):
            await box.wake.wait()
    except TimeoutError:
        return


def _finish(box: Box, underway: dict[int, asyncio.Task[None]], number: int, done: asyncio.Task[None]) -> None:
    underway.pop(number, None)
    if not done.cancelled() and (error := done.exception()) is not None:
        _log.error("notice %s could not be handled", number, exc_info=error)
        return
    box.stir()


def _due(box: Box) -> list[sqlite3.Row]:
    now = box.clock.now()
    # A probe goes before the notice it precedes.
    return box.store.all(
        "SELECT * FROM notices AS n WHERE state = 'pending' AND due_at <= ? AND (role = 'probe' OR NOT EXISTS"
        " (SELECT 1 FROM notices AS p WHERE p.event_id = n.event_id AND p.role = 'probe'"
        " AND p.state = 'pending')) ORDER BY due_at, id",
        now,
    )


async def _deliver(box: Box, client: httpx.AsyncClient, row: sqlite3.Row) -> None:
    merchant = registry.merchant_of(box, row["mchid"])
    assert merchant is not None  # noqa: S101
    bent = _bent(box) if row["role"] == "notice" else None
    plaintext = row["resource"].encode()
    original = "refund" if row["out_refund_no"] is not None else "transaction"
    resource = {"original_type": original, **signing.encrypt(merchant.api_v3_key, plaintext, original)}
    body = to_json(
        {
            **notices.envelope(row["event_id"], row["created_at"], row["event_type"], row["summary"]),
            "resource": resource,
        }
    )
    headers = {
        "Content-Type": "application/json",
        "Accept": "*/*",
        "User-Agent": "Mozilla/4.0",
        "Request-ID": request_id(),
        **_signature(keyring.signer_for(box, merchant.mchid, merchant.mode), body, bent),
    }
    if bent == "altered":
        body = body.replace(b"EV-", b"EV-0", 1)
    if row["role"] == "probe":
        headers["Wechatpay-Signature"] = PROBE_PREFIX + secrets.token_urlsafe(256)[:330]
    outcome = await knock(box, client, row["url"], content=body, headers=headers)
    with box.store.transaction():
        # The box may have been reset while the notice was on its way.
        if box.store.one("SELECT 1 FROM notices WHERE id = ?", row["id"]) is None:
            return
        box.store.insert(
            "attempts",
            notice_id=row["id"],
            **asdict(outcome),
            bent=bent,
            headers=json.dumps(headers),
        )
        _record(box, row, taken=outcome.status in (200, 204))
    if row["role"] != "probe":
        notices.release_held(box)


def _bent(box: Box) -> str | None:
    for way in ("forge", "wrong_serial", "stale", "altered"):
        if box.faults.strikes(f"{way}_notices"):
            return way
    return None


def _signature(signer: Signer, body: bytes, bent: str | None) -> dict[str, str]:
    if bent in ("forge", "wrong_serial"):
        signer = replace(signer, private_key_pem=signing.new_key())
    if bent == "wrong_serial":
        signer = replace(signer, serial="PUB_KEY_ID_" + "9" * 28)
    return signature_headers(signer, body, age_s=_STALE_S if bent == "stale" else 0)


def _record(box: Box, row: sqlite3.Row, *, taken: bool) -> None:
    tries = row["tries"] + 1
    state, due_at = "pending", row["due_at"]
    if row["role"] == "probe":
        # A merchant that takes a probe does not check signatures.
        state = "accepted" if taken else "refused"
    elif taken:
        state = "delivered"
    elif row["role"] == "copy" or tries > len(RETRY_AFTER_S):
        state = "given_up"
    else:
        due_at += RETRY_AFTER_S[tries - 1]
    box.store.run(
        "UPDATE notices SET state = ?, tries = ?, due_at = ? WHERE id = ?", state, tries, due_at, row["id"]
    )
