"""Rollouts for tests, and the traffic of two versions written down as it would be."""

from __future__ import annotations

import datetime as dt

import orjson
from django.utils import timezone

from fangcun.build.rollout.models import PaymentAttempt, Rollout, VersionMinute
from fangcun.build.rollout.services import start_rollout
from fangcun.identity.programs.models import Program
from fangcun.insight.analytics.moments import ms
from fangcun.insight.tracking.models import Batch
from fangcun.kernel.actors import SYSTEM, Actor

OWNER = Actor.staff(1, "老板")


def program_row(appid: str = "wxrollout") -> Program:
    return Program.objects.get_or_create(appid=appid, defaults={"name": "青禾鲜"})[0]


def begun(*, hours_ago: float = 30, **changes: object) -> Rollout:
    """A rollout of 1.2.0 against 1.1.0 that has been at its first step for so long."""
    usual = {
        "program_id": program_row().pk,
        "version": "1.2.0",
        "against": "1.1.0",
        "steps": [5, 20, 50, 100],
    }
    rollout = start_rollout(**(usual | {"by": SYSTEM} | changes))  # type: ignore[arg-type]
    at = timezone.now() - dt.timedelta(hours=hours_ago)
    moves = [[rollout.steps[0], ms(at)]]
    Rollout.objects.filter(pk=rollout.pk).update(started_at=at, stepped_at=at, patient_since=at, moves=moves)
    rollout.refresh_from_db()
    return rollout


def traffic(
    program: Program,
    version: str,
    *,
    persons: int,
    orders: int,
    paid: int,
    failed: int = 0,
    errors: int = 0,
    first_member: int = 1,
    hours_ago: float = 20,
) -> None:
    """Persons who came some hours ago, each with twelve requests; so many went to pay, and so many of these paid.

    Three in five view goods, and who goes to pay has submitted an order.
    """
    at = timezone.now() - dt.timedelta(hours=hours_ago)
    VersionMinute.objects.create(
        program=program,
        version=version,
        minute=at.replace(second=0, microsecond=0),
        requests=persons * 12,
        errors=errors,
    )
    batches = []
    for number in range(persons):
        events = [_event("app_shown", at, {"scene": 1001, "version": version})]
        if number < failed:
            events.append(
                _event("app_failed", at, {"kind": "TypeError", "digest": "a", "version": version}, 1)
            )
        if number < persons * 3 // 5:
            events.append(_event("goods_viewed", at, {"product_id": 1, "price_amount": 100}, 2_000))
        if number < orders:
            events.append(
                _event("order_submitted", at, {"order_number": "1", "total_amount": 1, "lines": 1}, 3_000)
            )
        batches.append(
            Batch(
                member_id=first_member + number,
                program_id=program.pk,
                payload=orjson.dumps(events).decode(),
                count=len(events),
                first_ts=ms(at),
                last_ts=ms(at) + 3_000,
            )
        )
    Batch.objects.bulk_create(batches)
    PaymentAttempt.objects.bulk_create(
        PaymentAttempt(
            program=program,
            version=version,
            order_number=f"{version}-{number}",
            began_at=at,
            paid_at=at + dt.timedelta(minutes=1) if number < paid else None,
        )
        for number in range(orders)
    )


def _event(name: str, at: dt.datetime, props: dict[str, object], later_ms: int = 0) -> dict[str, object]:
    return {"id": name, "name": name, "ts": ms(at) + later_ms, "session": "", "page": "", "props": props}
