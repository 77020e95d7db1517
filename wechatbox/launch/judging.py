"""The auditors: what they decide by hand or by rule, and who is told."""

import asyncio
import base64
import binascii
import json
import logging
import secrets
import sqlite3
from typing import Any

from wechatbox.box import Box
from wechatbox.push.outbox import tell_program

VERDICTS = {"approve": 0, "refuse": 1, "delay": 4}
DEFAULT_REASON = {
    "approve": "",
    "refuse": "1:小程序内容不符合规则:<br>(1):小程序页面内容不完整，存在测试数据，请补充完整后再提交审核。<br>",
    "delay": "小程序的审核正在进一步确认，请耐心等待。",
}
MOST_PICTURE = 10 * 1024 * 1024
_LOOK_EVERY_S = 0.25
MIMES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"GIF8": "image/gif"}
_log = logging.getLogger("wechatbox")


class BadVerdict(ValueError):
    """What the auditor said cannot be; the text says why."""


async def judge_audits(box: Box) -> None:
    """Run until cancelled: rules answer audits when their time on the box's clock has come."""
    while True:
        try:
            settle(box)
        except Exception:
            # One bad moment must not end all answers.
            _log.exception("the auditors stumbled")
        await asyncio.sleep(_LOOK_EVERY_S)


def settle(box: Box) -> None:
    """Answer every audit for which a rule's time has come, as if the time between had passed."""
    now = box.clock.now()
    with box.store.transaction():
        for audit in box.store.all("SELECT * FROM audits WHERE status = 2 ORDER BY auditid"):
            rule = box.store.one(
                "SELECT * FROM audit_rules WHERE (appid = ? OR appid IS NULL) AND (times IS NULL OR times > 0)"
                " ORDER BY appid IS NULL, id LIMIT 1",
                audit["appid"],
            )
            if rule is None or audit["submitted_at"] + rule["after_s"] > now:
                continue
            if rule["times"] is not None:
                box.store.run("UPDATE audit_rules SET times = times - 1 WHERE id = ?", rule["id"])
            shots = json.loads(rule["screenshots"])
            at = audit["submitted_at"] + rule["after_s"]
            decide(box, audit, rule["verdict"], rule["reason"], shots, at)


def decide(
    box: Box, audit: sqlite3.Row, verdict: str, reason: str, screenshots: list[str], at: float | None = None
) -> None:
    """Answer an audit that waits or is delayed, and tell the program. Raises BadVerdict.

    ``screenshots`` are pictures in base64; ``at`` is the moment on the box's clock, now unless given.
    """
    if verdict not in VERDICTS:
        raise BadVerdict("verdict is approve, refuse or delay")
    if audit["status"] not in (2, 4):
        raise BadVerdict("this audit has ended")
    reason = (reason or DEFAULT_REASON[verdict]) if verdict != "approve" else ""
    kept = [] if verdict == "approve" else [_keep(box, audit["appid"], picture) for picture in screenshots]
    moment = box.clock.now() if at is None else at
    box.store.run(
        "UPDATE audits SET status = ?, reason = ?, screenshots = ?, decided_at = ? WHERE auditid = ?",
        VERDICTS[verdict],
        reason,
        json.dumps(kept),
        moment,
        audit["auditid"],
    )
    told: dict[str, Any] = {"SuccTime": int(moment)}
    if verdict == "refuse":
        told = {"Reason": reason, "FailTime": int(moment), "ScreenShot": "|".join(kept)}
    elif verdict == "delay":
        told = {"Reason": reason, "DelayTime": int(moment)}
    event = {"approve": "success", "refuse": "fail", "delay": "delay"}[verdict]
    tell_program(box, audit["appid"], f"weapp_audit_{event}", **told)


def add_rule(box: Box, given: dict[str, Any]) -> int:
    """Answer audits by itself from now on; the rule's number. Raises BadVerdict."""
    after_s, times, appid = given.get("after_s", 0), given.get("times"), given.get("appid")
    if given.get("verdict") not in VERDICTS:
        raise BadVerdict("verdict is approve, refuse or delay")
    if isinstance(after_s, bool) or not isinstance(after_s, int | float) or not 0 <= after_s <= 366 * 86400:
        raise BadVerdict("after_s must be a number of seconds from 0 up")
    if times is not None and (isinstance(times, bool) or not isinstance(times, int) or times < 1):
        raise BadVerdict("times must be a number from 1 up; leave it out for every audit")
    if appid is not None and not isinstance(appid, str):
        raise BadVerdict("appid must be a text")
    pictures = given.get("screenshots") or []
    if not isinstance(pictures, list):
        raise BadVerdict("screenshots must be a list of pictures in base64")
    for picture in pictures:
        read_picture(picture)
    return box.store.insert(
        "audit_rules",
        appid=appid,
        verdict=given["verdict"],
        reason=str(given.get("reason") or ""),
        screenshots=json.dumps(pictures),
        after_s=after_s,
        times=times,
    )


def read_picture(given: object) -> tuple[str, bytes]:
    """Type and bytes of a picture in base64. Raises BadVerdict."""
    try:
        content = base64.b64decode(given if isinstance(given, str) else "!", validate=True)
    except binascii.Error as error:
        raise BadVerdict("screenshots must be pictures in base64") from error
    mime = next((mime for start, mime in MIMES.items() if content.startswith(start)), None)
    if mime is None or len(content) > MOST_PICTURE:
        raise BadVerdict("a screenshot must be a JPEG, PNG or GIF of at most 10 MB")
    return mime, content


def keep_media(box: Box, appid: str, mime: str, content: bytes) -> str:
    """Keep a picture or video about an audit; its media_id."""
    media_id = secrets.token_urlsafe(48)
    box.store.insert("audit_media", media_id=media_id, appid=appid, mime=mime, content=content)
    return media_id


def _keep(box: Box, appid: str, picture: str) -> str:
    mime, content = read_picture(picture)
    return keep_media(box, appid, mime, content)
