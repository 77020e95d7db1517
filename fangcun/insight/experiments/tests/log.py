"""A log of events for these tests, and an experiment counted on it the plain and slow way."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from fangcun.insight.analytics.tests.log import DAY, SHANGHAI, T0, ZERO
from fangcun.insight.experiments.design import CONVERSION, FIXED, MetricSpec
from fangcun.insight.experiments.measuring import Added, Counts, ExperimentQuestion, Shown
from fangcun.insight.tracking.models import Batch

START = dt.datetime.combine(ZERO, dt.time.min, tzinfo=SHANGHAI)
EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class Event:
    """One event; `at` is ms after the midnight that begins ZERO, `who` a member or nobody."""

    who: int | None
    name: str
    at: int
    props: dict[str, Any] = field(default_factory=dict)
    id: str = "x"


def exposure(who: int | None, variant: str, at: int = 0, *, key: str = "layout", id_: str = "x") -> Event:
    return Event(who, "experiment_exposed", at, {"experiment": key, "variant": variant}, id_)


def paid(who: int | None, at: int, amount: int = 1_000, **props: Any) -> Event:
    return Event(who, "order_paid", at, {"amount": amount, **props})


def store(events: Iterable[Event]) -> None:
    """Write them down, a batch for each person; an earlier log is forgotten."""
    Batch.objects.all().delete()
    batches: dict[int | None, list[Event]] = defaultdict(list)
    for event in events:
        batches[event.who].append(event)
    Batch.objects.bulk_create(
        Batch(
            payload=orjson.dumps(
                [
                    {
                        "id": event.id,
                        "name": event.name,
                        "ts": T0 + event.at,
                        "session": "",
                        "page": "",
                        "props": event.props,
                    }
                    for event in batch
                ]
            ).decode(),
            count=len(batch),
            first_ts=T0 + min(event.at for event in batch),
            last_ts=T0 + max(event.at for event in batch),
            member_id=who,
            program_id=1,
        )
        for who, batch in batches.items()
    )


def day_of(ts: int) -> int:
    """The number of the shop's day."""
    return (dt.datetime.fromtimestamp(ts / 1000, SHANGHAI).date() - EPOCH).days


def counted(question: ExperimentQuestion, events: Sequence[Event]) -> Counts:
    """What the question's answer should be, by its definition in `measuring`."""
    spec, names = question.spec, [name for name, _weight in question.spec.weights]
    seen: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
    for event in events:
        variant, ts = event.props.get("variant"), T0 + event.at
        mine = event.name == "experiment_exposed" and event.props.get("experiment") == spec.key
        if mine and event.who and variant in names and question.since_ms <= ts < question.until_ms:
            seen[event.who].append((ts, event.id, variant))
    first = {who: min(exposures) for who, exposures in seen.items()}
    crossed = {who for who, exposures in seen.items() if len({variant for *_, variant in exposures}) > 1}
    horizon = None
    if spec.method == FIXED:
        moments = [
            sorted(ts for who, (ts, _, variant) in first.items() if variant == name and who not in crossed)
            for name in names
        ]
        if all(len(found) >= need for found, (_, need) in zip(moments, question.needed, strict=True)):
            horizon = max(found[need - 1] for found, (_, need) in zip(moments, question.needed, strict=True))
    cut = question.until_ms if horizon is None else horizon
    window = spec.window_days * DAY
    shown: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for who, (ts, _, variant) in first.items():
        row = shown[day_of(ts), variant]
        clean = who not in crossed
        row[0] += clean and ts <= cut
        row[1] += clean and ts <= cut and ts + window >= question.at_ms
        row[2] += not clean
        row[3] += clean and ts > cut
    people = {
        who: (ts, variant) for who, (ts, _, variant) in first.items() if who not in crossed and ts <= cut
    }
    return Counts(
        exposed={place: Shown(*row) for place, row in shown.items()},
        done=tuple(_done(question, metric, people, events) for metric in spec.ordered),
        horizon_ms=horizon,
    )


def _done(
    question: ExperimentQuestion,
    metric: MetricSpec,
    people: dict[int, tuple[int, str]],
    events: Sequence[Event],
) -> dict[tuple[int, str], Added]:
    window = question.spec.window_days * DAY
    found: dict[tuple[int, str], list[float]] = defaultdict(lambda: [0, 0.0, 0.0])
    for who, (first, variant) in people.items():
        days: dict[int, float] = defaultdict(float)
        for event in events:
            ts = T0 + event.at
            fits = event.name == metric.event and (
                not metric.where or str(event.props.get("source")) == metric.where.split("=")[1]
            )
            if event.who == who and fits and first <= ts <= first + window and ts < question.at_ms:
                value = event.props.get("amount")
                days[day_of(ts)] += float(value) if isinstance(value, int) else 0.0
        total = was = 0.0
        for nth, day in enumerate(sorted(days)):
            row = found[day, variant]
            row[0] += nth == 0
            if metric.kind == CONVERSION:
                row[1] += nth == 0
                row[2] += nth == 0
            else:
                total += days[day]
                now = total if metric.cap is None else min(total, metric.cap)
                row[1] += now - was
                row[2] += now * now - was * was
                was = now
    return {place: Added(int(n), x, xx) for place, (n, x, xx) in found.items()}
