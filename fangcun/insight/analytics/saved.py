"""Questions worth keeping, and the dashboards on which they stand."""

from __future__ import annotations

from django.db.models import Count

from fangcun.insight.analytics.errors import DashboardUnknown, SavedQuestionUnknown
from fangcun.insight.analytics.models import Dashboard, SavedQuestion


def saved_questions() -> list[SavedQuestion]:
    """All saved questions by their names."""
    return list(SavedQuestion.objects.all())


def dashboards() -> list[tuple[Dashboard, int]]:
    """All dashboards by their names, each with how many questions are on it."""
    return [(one, one.number) for one in Dashboard.objects.annotate(number=Count("tiles"))]


def on_dashboard(board: Dashboard) -> list[SavedQuestion]:
    """The questions on a dashboard, in their order."""
    return [tile.question for tile in board.tiles.select_related("question")]


def question_of(question_id: int) -> SavedQuestion:
    """One saved question. Raises SavedQuestionUnknown."""
    found = SavedQuestion.objects.filter(pk=question_id).first()
    if found is None:
        raise SavedQuestionUnknown
    return found


def dashboard_of(dashboard_id: int) -> Dashboard:
    """One dashboard. Raises DashboardUnknown."""
    found = Dashboard.objects.filter(pk=dashboard_id).first()
    if found is None:
        raise DashboardUnknown
    return found
