"""The verbs of analytics: questions worth keeping, and dashboards on which they stand side by side."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from fangcun.insight.analytics.errors import (
    DashboardFull,
    DashboardUnknown,
    NameWrong,
    QueryTooLong,
    SavedQuestionUnknown,
)
from fangcun.insight.analytics.models import Dashboard, SavedQuestion, Tile
from fangcun.insight.analytics.saved import dashboard_of, question_of
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record

LONGEST_NAME = 60
LONGEST_QUERY = 8_000
MOST_TILES = 24


@transaction.atomic
def save_question(*, name: str, kind: str, query: str, by: Actor) -> SavedQuestion:
    """Keep a question under a name. `query` is its address on its page, without the question mark.

    Raises NameWrong, QueryTooLong.
    """
    if len(query) > LONGEST_QUERY:
        raise QueryTooLong
    kept = SavedQuestion.objects.create(
        name=_name(name),
        kind=kind,
        query=query,
        staff_id=by.id if by.kind == "staff" else None,
        saved_at=timezone.now(),
    )
    record("analytics.save_question", by=by, object=kept, after={"kind": kind, "query": query})
    return kept


@transaction.atomic
def rename_question(*, question_id: int, name: str, by: Actor) -> SavedQuestion:
    """Call a saved question something else. Raises SavedQuestionUnknown, NameWrong."""
    kept = _locked_question(question_id)
    before, kept.name = kept.name, _name(name)
    kept.save(update_fields=["name"])
    record(
        "analytics.rename_question", by=by, object=kept, before={"name": before}, after={"name": kept.name}
    )
    return kept


@transaction.atomic
def delete_question(*, question_id: int, by: Actor) -> None:
    """Forget a saved question; it leaves the dashboards too. Raises SavedQuestionUnknown."""
    kept = question_of(question_id)
    record("analytics.delete_question", by=by, object=kept, before={"kind": kept.kind, "query": kept.query})
    kept.delete()


@transaction.atomic
def make_dashboard(*, name: str, by: Actor) -> Dashboard:
    """A new dashboard, with nothing on it. Raises NameWrong."""
    made = Dashboard.objects.create(name=_name(name))
    record("analytics.make_dashboard", by=by, object=made)
    return made


@transaction.atomic
def rename_dashboard(*, dashboard_id: int, name: str, by: Actor) -> Dashboard:
    """Call a dashboard something else. Raises DashboardUnknown, NameWrong."""
    kept = _locked(dashboard_id)
    before, kept.name = kept.name, _name(name)
    kept.save(update_fields=["name"])
    record(
        "analytics.rename_dashboard", by=by, object=kept, before={"name": before}, after={"name": kept.name}
    )
    return kept


@transaction.atomic
def delete_dashboard(*, dashboard_id: int, by: Actor) -> None:
    """Remove a dashboard; the questions on it stay saved. Raises DashboardUnknown."""
    kept = dashboard_of(dashboard_id)
    record("analytics.delete_dashboard", by=by, object=kept, before={"questions": _titles(kept)})
    kept.delete()


@transaction.atomic
def put_on(*, dashboard_id: int, question_id: int, by: Actor) -> None:
    """Put a saved question at the end of a dashboard; one that is on it stays where it is.

    Raises DashboardUnknown, SavedQuestionUnknown, DashboardFull.
    """
    board, kept = _locked(dashboard_id), question_of(question_id)
    places = list(board.tiles.values_list("question_id", "position"))
    if any(there == question_id for there, _position in places):
        return
    if len(places) >= MOST_TILES:
        raise DashboardFull(most=MOST_TILES)
    before = _titles(board)
    position = max((position for _there, position in places), default=-1) + 1
    Tile.objects.create(dashboard=board, question=kept, position=position)
    record("analytics.change_tiles", by=by, object=board, before={"questions": before}, after=_after(board))


@transaction.atomic
def take_off(*, dashboard_id: int, question_id: int, by: Actor) -> None:
    """Take a question off a dashboard; nothing happens when it is not on it. Raises DashboardUnknown."""
    board = _locked(dashboard_id)
    before = _titles(board)
    if board.tiles.filter(question_id=question_id).delete()[0]:
        record(
            "analytics.change_tiles", by=by, object=board, before={"questions": before}, after=_after(board)
        )


@transaction.atomic
def move(*, dashboard_id: int, question_id: int, places: int, by: Actor) -> None:
    """Move a question on its dashboard: so many places back, or forward when `places` is negative.

    It stops at the ends. Raises DashboardUnknown, SavedQuestionUnknown when it is not on it.
    """
    board = _locked(dashboard_id)
    tiles = list(board.tiles.all())
    here = next((number for number, tile in enumerate(tiles) if tile.question_id == question_id), None)
    if here is None:
        raise SavedQuestionUnknown
    before = _titles(board)
    there = min(max(here + places, 0), len(tiles) - 1)
    tiles.insert(there, tiles.pop(here))
    for position, tile in enumerate(tiles):
        tile.position = position
    Tile.objects.bulk_update(tiles, ["position"])
    if there != here:
        record(
            "analytics.change_tiles", by=by, object=board, before={"questions": before}, after=_after(board)
        )


def _name(text: str) -> str:
    name = " ".join(text.replace("\0", "").split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise NameWrong(most=LONGEST_NAME)
    return name


def _locked(dashboard_id: int) -> Dashboard:
    """A dashboard that nobody else changes until the transaction ends."""
    found = Dashboard.objects.select_for_update().filter(pk=dashboard_id).first()
    if found is None:
        raise DashboardUnknown
    return found


def _locked_question(question_id: int) -> SavedQuestion:
    """A saved question that nobody else changes or deletes until the transaction ends."""
    found = SavedQuestion.objects.select_for_update().filter(pk=question_id).first()
    if found is None:
        raise SavedQuestionUnknown
    return found


def _titles(board: Dashboard) -> list[str]:
    return list(board.tiles.values_list("question__name", flat=True))


def _after(board: Dashboard) -> dict[str, list[str]]:
    return {"questions": _titles(board)}
