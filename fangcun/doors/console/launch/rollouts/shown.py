"""A rollout's numbers as the page shows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.build.rollout.health import unpaid_of
from fangcun.build.rollout.judging.judge import BACK, GO, HARM, HOLD, OPEN, SAFE, WAIT, WORSE, Standing
from fangcun.build.rollout.models import Look, Rollout
from fangcun.build.rollout.queries import looks_of
from fangcun.build.rollout.words import (
    METRIC_HINTS,
    METRIC_WORDS,
    STATE_WORDS,
    VERDICT_WORDS,
    percent,
    points,
    said,
)

STATE_TONES = {HARM: "bad", WORSE: "warn", SAFE: "good", OPEN: "info"}
VERDICT_TONES = {GO: "good", WAIT: "info", HOLD: "warn", BACK: "bad", "finish": "good"}
# An interval is drawn in margins: at 1 the loss is as large as may be.
WIDEST = 5.0
MOST_POINTS = 400


def shown(rollout: Rollout, looks: Iterable[Look]) -> dict[str, Any]:
    """What the changing part of the page says: the steps, the newest numbers, the decisions."""
    last = looks_of(rollout).exclude(decision=None).first()
    found = last.found if last else None
    standings = found.standings if found else ()
    return {
        "steps": [_step(rollout, place) for place in range(len(rollout.steps))],
        "last": last,
        "reasons": [said(reason) for reason in found.reasons] if found else [],
        "verdict": (VERDICT_TONES.get(last.verdict, "quiet"), VERDICT_WORDS.get(last.verdict, ""))
        if last
        else None,
        "metrics": [_metric(one, rollout) for one in standings],
        "unpaid": [
            _("{version}：没付成的 {all} 笔，其中收银台没打开的 {failed} 笔").format(
                version=version, **one._asdict()
            )
            for version, one in sorted(unpaid_of(rollout, timezone.now()).items())
        ],
        "intervals": _intervals(standings),
        "looks": [_look(one) for one in looks],
    }


def course(rollout: Rollout) -> dict[str, Any]:
    """How the payment success of both versions went, look by look, and what share of people had the version."""
    looks = list(looks_of(rollout).exclude(decision=None)[:MOST_POINTS])[::-1]
    times, candidate, running, shares = [], [], [], []
    for look in looks:
        found = look.found
        one = found.standings[0] if found else None
        times.append(timezone.localtime(look.at).strftime("%m-%d %H:%M"))
        candidate.append(one and one.candidate_rate)
        running.append(one and one.running_rate)
        shares.append(look.percent)
    return {
        "times": times,
        "lines": [
            {"name": rollout.version, "values": candidate},
            {"name": rollout.against or _("常见水平"), "values": running},
        ],
        "shares": shares,
        "share": _("放量比例"),
    }


def _step(rollout: Rollout, place: int) -> dict[str, Any]:
    began = next((at for number, (_percent, at) in enumerate(rollout.moves) if number == place), None)
    state = "done" if place < rollout.place or rollout.status == "finished" else ""
    if place == rollout.place and rollout.status != "finished":
        state = "bad" if rollout.status == "turned_back" else "now"
    return {
        "percent": rollout.steps[place],
        "state": state,
        "at": began and dt.datetime.fromtimestamp(began / 1000, dt.UTC),
    }


def _metric(one: Standing, rollout: Rollout) -> dict[str, Any]:
    return {
        "name": METRIC_WORDS[one.metric],
        "hint": METRIC_HINTS[one.metric],
        "candidate": _rate(one.candidate_rate, one.candidate_hits, one.candidate_n),
        "running": _rate(one.running_rate, one.running_hits, one.running_n),
        "loss": None
        if one.loss is None
        else _("{low} 到 {high}").format(low=_signed(one.low), high=_signed(one.high)),
        "margin": points(one.margin),
        "allowed": None if one.allowed is None else points(one.allowed),
        "tone": STATE_TONES.get(one.state, "quiet"),
        "state": _("已豁免") if one.metric in rollout.waived else STATE_WORDS[one.state],
    }


def _rate(rate: float | None, hits: float, n: float) -> tuple[str, str] | None:
    if rate is None:
        return None
    return percent(rate), f"{hits:,.0f} / {n:,.0f}" if n else ""


def _signed(loss: float) -> str:
    # What is lost is shown as what the rate changes by for the worse.
    return f"{100 * loss:+.1f}"


def _intervals(standings: Iterable[Standing]) -> list[dict[str, Any]]:
    rows = []
    for one in standings:
        if one.loss is None:
            continue
        low, middle, high = (
            max(-WIDEST, min(WIDEST, number / one.margin)) for number in (one.low, one.loss, one.high)
        )
        rows.append(
            {
                "name": str(METRIC_WORDS[one.metric]),
                "low": low,
                "middle": middle,
                "high": high,
                "state": one.state,
                "words": _("变差 {low} 到 {high} 个百分点，允许 {margin}").format(
                    low=_signed(one.low), high=_signed(one.high), margin=points(one.margin)
                ),
            }
        )
    return rows


def _look(one: Look) -> dict[str, Any]:
    found = one.found
    return {
        "look": one,
        "tone": VERDICT_TONES.get(one.verdict, "quiet"),
        "words": VERDICT_WORDS.get(one.verdict, one.verdict),
        "reasons": [said(reason) for reason in found.reasons] if found else [],
    }
