"""The verbs of tracking: take in what phones send, write down what the server knows, hold it against a plan."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import router, transaction
from django.utils import timezone

from fangcun.insight.tracking.erasing import erase_member
from fangcun.insight.tracking.facts import record
from fangcun.insight.tracking.fitting import Fit
from fangcun.insight.tracking.importing.importer import import_file
from fangcun.insight.tracking.intake import MAX_ID, REASONS, Refused, open_envelope, plain_event
from fangcun.insight.tracking.models import Adoption
from fangcun.insight.tracking.plans import forget
from fangcun.insight.tracking.storing import store
from fangcun.insight.tracking.tasks import record_fact, release_quarantined

__all__ = [
    "Accepted",
    "Rejection",
    "accept_batch",
    "adopt_plan",
    "erase_member",
    "import_file",
    "record",
    "record_later",
]


@dataclass(frozen=True, slots=True)
class Rejection:
    """An event that is not counted, and why. `id` is None when the event had none that can be repeated."""

    id: str | None
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a batch. `accepted` names what the phone may forget, counted now or before.

    `duplicate` says that all of it had been counted before.
    """

    accepted: list[str]
    rejected: list[Rejection]
    duplicate: bool


def accept_batch(*, batch: Any, member_id: int | None, program_id: int | None) -> Accepted:
    """Count what a phone reports, each event once however often it is sent.

    `batch` is the parsed JSON body, whatever it is. Events that break a rule are answered one by one; raises
    BatchTooLarge and BatchMalformed for the whole. Durable when it returns. What does not fit the tracking plan
    is accepted too, but kept in quarantine.
    """
    now = timezone.now()
    received_ms = int(now.timestamp() * 1000)
    envelope = open_envelope(batch, received_ms=received_ms)
    events: dict[str, dict[str, Any]] = {}
    rejected = []
    for raw in envelope.events:
        try:
            event = plain_event(raw, skew_ms=envelope.skew_ms, received_ms=received_ms)
        except Refused as refusal:
            rejected.append(Rejection(_id_of(raw), refusal.code, str(REASONS[refusal.code])))
        else:
            events.setdefault(event["id"], event)
    new = 0
    if events:
        new = store(
            list(events.values()),
            device_key=envelope.device_key,
            member_id=member_id,
            program_id=program_id,
            now=now,
        )
    return Accepted(list(events), rejected, duplicate=bool(events) and new == 0)


def record_later(
    name: str,
    *,
    event_id: str,
    member_id: int | None,
    program_id: int | None,
    props: Mapping[str, str | int | float | bool | None],
    at: dt.datetime,
) -> None:
    """Have a fact written down if and only if the caller's transaction commits, surely and once.

    Events may live in another database than the change they tell of, so the fact travels as a job.
    """
    record_fact.enqueue(
        name=name,
        event_id=event_id,
        member_id=member_id,
        program_id=program_id,
        props=dict(props),
        at=at.isoformat(),
    )


def adopt_plan(*, plan: Mapping[str, Any], revision: int) -> bool:
    """From now on hold events against this tracking plan (a compiled `tracking.json`); whether it is in force.

    The highest revision is. Telling it again changes nothing, nor does an older revision that arrives late.
    Quarantined events that fit are released by a job of the caller's transaction. Raises KeyError for a plan that
    no event could be held against.
    """
    Fit(plan, revision=revision)  # fails here, once, and not with every batch
    text = orjson.dumps(plan).decode()
    with transaction.atomic(using=router.db_for_write(Adoption)):
        before = Adoption.objects.filter(revision__lt=revision).order_by("-revision").first()
        since: dict[str, int] = before.since if before else {}
        now = timezone.now()
        now_ms = int(now.timestamp() * 1000)
        Adoption.objects.bulk_create(
            [
                Adoption(
                    revision=revision,
                    adopted_at=now,
                    digest=hashlib.sha256(text.encode()).hexdigest(),
                    plan=text,
                    since={event["name"]: since.get(event["name"], now_ms) for event in plan["events"]},
                )
            ],
            ignore_conflicts=True,
        )
        in_force = not Adoption.objects.filter(revision__gt=revision).exists()
    forget()
    if in_force:
        release_quarantined.enqueue()
    return in_force


def _id_of(raw: Any) -> str | None:
    key = raw.get("id") if isinstance(raw, dict) else None
    return key if isinstance(key, str) and len(key) <= 4 * MAX_ID and key.isprintable() else None
