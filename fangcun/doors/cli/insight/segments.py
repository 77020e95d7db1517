"""`fangcun segments`, `fangcun persona`, `fangcun rfm`: who people are."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fangcun.doors.cli.insight.whole import AsJson, Days, First, Last, asking, span_given

if TYPE_CHECKING:
    from fangcun.insight.segments.models import Segment
    from fangcun.insight.segments.rfm import RfmAnswer


def segments(
    number: Annotated[int | None, typer.Argument(help="number of one segment")] = None,
    rule: Annotated[str, typer.Option(help="a rule (JSON) to try instead of a segment")] = "",
    persons: Annotated[bool, typer.Option(help="list who is in it")] = False,
    as_json: AsJson = False,
) -> None:
    """List the segments, or show one of them, or try a rule: how many persons, and who."""
    with asking():
        from fangcun.insight.segments import queries

        if number is None and not rule:
            rows = [_row(one, queries.size_of(one.pk)) for one in queries.segments()]
            _print({"segments": rows}, as_json, [_line(row) for row in rows] or ["No segments."])
            return
        if number is not None:
            found = queries.persons_of(number)
            told = _row(queries.segment_of(number), len(found))
        else:
            document = _loaded(rule)
            found = queries.persons_by(document)
            told = {"size": len(found), "sentence": queries.sentence_of(document)}
        names = queries.names_of(found) if persons else {}
    if persons:
        told["persons"] = [{"person": person, "name": names.get(person, "")} for person in found]
    _print(told, as_json, [_line(told), *(names.get(person, str(person)) for person in found if persons)])


def persona(
    number: Annotated[int, typer.Argument(help="number of the segment")],
    first: First = "",
    last: Last = "",
    days: Days = None,
    as_json: AsJson = False,
) -> None:
    """Show what a segment is like, and what sets it apart from everybody."""
    with asking():
        from fangcun.insight.segments.persona import persona as asked

        found = asked(number, span_given(first, last, days))
    lines = [f"{found.name}  {found.size} / {found.everybody}  active {found.active} / {found.active_all}"]
    lines += [f"  {one.label}  ×{one.lift:.2f} (> {one.low:.2f})  {one.persons}" for one in found.lifts]
    _print(asdict(found), as_json, lines)


def rfm(
    first: First = "",
    last: Last = "",
    days: Days = None,
    event: Annotated[str, typer.Option(help="the event that is a payment")] = "order_paid",
    amount: Annotated[str, typer.Option(help="its property that says how much, in fen")] = "amount",
    persons: Annotated[bool, typer.Option(help="list every buyer with his scores")] = False,
    as_json: AsJson = False,
) -> None:
    """Score all buyers from 1 to 5 by recency, frequency and money, and show the eight groups."""
    with asking():
        from fangcun.insight.analytics.asking import ask
        from fangcun.insight.segments.queries import names_of
        from fangcun.insight.segments.rfm import RfmQuestion, ScoresQuestion

        whole = not (first or last or days is not None)
        span = None if whole else span_given(first, last, days)
        question = RfmQuestion(span=span, event=event, amount=amount)
        found = ask(question)
        scores = ask(ScoresQuestion(question)) if persons else ()
        names = names_of([person for person, _score in scores])
    told = asdict(found)
    lines = _groups(found)
    if persons:
        told["scores"] = [
            {"person": person, "name": names.get(person, ""), **asdict(score), "group": score.group}
            for person, score in scores
        ]
        lines += [f"{names.get(person, person)}  {score.r}{score.f}{score.m}" for person, score in scores]
    _print(told, as_json, lines)


def _groups(found: RfmAnswer) -> list[str]:
    return [
        f"{one.name}  {one.persons}  {one.share or 0:.1%}  {one.orders}  ¥{one.amount_fen / 100:.2f}"
        for one in found.groups
    ]


def _row(segment: Segment, size: int) -> dict[str, Any]:
    from fangcun.insight.segments.queries import sentence_of

    words = sentence_of(segment.rule) if segment.rule else segment.note
    return {
        "id": segment.pk,
        "name": segment.name,
        "kind": segment.kind,
        "size": size,
        "sentence": words,
        "rule": segment.rule,
    }


def _line(row: dict[str, Any]) -> str:
    told = [
        str(row[name])
        for name in ("id", "name", "kind", "size", "sentence")
        if row.get(name) not in (None, "")
    ]
    return "  ".join(told)


def _loaded(rule: str) -> Any:
    from fangcun.insight.segments.errors import RuleInvalid

    try:
        return json.loads(rule)
    except json.JSONDecodeError as error:
        raise RuleInvalid("Not JSON: {why}", why=str(error)) from None


def _print(told: dict[str, Any], as_json: bool, lines: list[str]) -> None:
    print(json.dumps(told, ensure_ascii=False, default=str) if as_json else "\n".join(lines))
