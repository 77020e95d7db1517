"""The courier of pushes: three tries, five seconds each."""

import asyncio
import json
import logging
import re
import sqlite3
from dataclasses import asdict
from functools import partial

import httpx

from wechatbox.box import Box
from wechatbox.knocking import TIMEOUT_S, knock
from wechatbox.push import sealing
from wechatbox.push.outbox import RETRY_AFTER_S
from wechatbox.push.targets import Target, target_of
from wechatbox.push.writing import written

_LOOK_EVERY_S = 0.25
_MOST_AT_ONCE = 64
_log = logging.getLogger("wechatbox")


async def carry_pushes(box: Box) -> None:
    """Run until cancelled: deliver what is due on the box's clock."""
    underway: dict[str, asyncio.Task[None]] = {}
    limits = httpx.Limits(max_connections=_MOST_AT_ONCE, max_keepalive_connections=0)
    async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False, limits=limits) as client:
        try:
            while True:
                try:
                    _look(box, client, underway)
                except Exception:
                    # One bad moment must not end all deliveries.
                    _log.exception("the courier of pushes stumbled")
                await asyncio.sleep(_LOOK_EVERY_S)
        finally:
            for task in underway.values():
                task.cancel()


def _look(box: Box, client: httpx.AsyncClient, underway: dict[str, asyncio.Task[None]]) -> None:
    due = box.store.all(
        "SELECT * FROM pushes WHERE state = 'pending' AND due_at <= ? ORDER BY id", box.clock.now()
    )
    for row in due:
        # What one person did is told in the order in which he did it.
        if row["openid"] not in underway and len(underway) < _MOST_AT_ONCE:
            task = asyncio.create_task(_deliver(box, client, row))
            underway[row["openid"]] = task
            task.add_done_callback(partial(_finish, underway, row["openid"]))


def _finish(underway: dict[str, asyncio.Task[None]], openid: str, done: asyncio.Task[None]) -> None:
    underway.pop(openid, None)
    if not done.cancelled() and (error := done.exception()) is not None:
        _log.error("a push about %s could not be handled", openid, exc_info=error)


async def _deliver(box: Box, client: httpx.AsyncClient, row: sqlite3.Row) -> None:
    target = target_of(box, row["appid"])
    if target is None:
        box.store.run("UPDATE pushes SET state = 'lost' WHERE id = ?", row["id"])
        return
    bent = next((way for way in ("forge", "stale") if box.faults.strikes(f"{way}_pushes")), None)
    query, body, kind = written(target, json.loads(row["body"]), bent)
    headers = {"Content-Type": kind, "User-Agent": "Mozilla/4.0"}
    outcome = await knock(box, client, target.url, params=query, content=body, headers=headers)
    meaning = understood(target, outcome.answer or "") if outcome.status == 200 else None
    with box.store.transaction():
        # The box may have been reset while the push was on its way.
        if box.store.one("SELECT 1 FROM pushes WHERE id = ?", row["id"]) is None:
            return
        box.store.insert(
            "push_attempts",
            push_id=row["id"],
            **asdict(outcome),
            meaning=meaning,
            bent=bent,
            query=json.dumps(query),
        )
        tries = row["tries"] + 1
        state, due_at = "delivered", row["due_at"]
        if meaning is None:
            state = "pending" if tries <= len(RETRY_AFTER_S) else "given_up"
            due_at = outcome.at + RETRY_AFTER_S[tries - 1] if state == "pending" else due_at
        box.store.run(
            "UPDATE pushes SET state = ?, tries = ?, due_at = ? WHERE id = ?", state, tries, due_at, row["id"]
        )


def understood(target: Target, answer: str) -> str | None:
    """What an answer means: taken, or handed over to WeChat's own customer service; None for what WeChat can't read."""
    if answer in ("", "success"):
        return "taken"
    if target.mode != "plain":
        encrypted, signature = _field(answer, "Encrypt"), _field(answer, "MsgSignature")
        parts = (target.token, _field(answer, "TimeStamp"), _field(answer, "Nonce"), encrypted)
        if not encrypted or sealing.sign(*parts) != signature:
            return None
        try:
            answer = sealing.open_sealed(encrypted, target.aes_key, target.appid)
        except ValueError:
            return None
    return "handed over" if _field(answer, "MsgType") == "transfer_customer_service" else None


def _field(text: str, name: str) -> str:
    if text.startswith("{"):
        try:
            value = json.loads(text).get(name, "")
        except ValueError:
            return ""
        return str(value)
    found = re.search(rf"<{name}>(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?</{name}>", text, re.DOTALL)
    return found[1] if found else ""
