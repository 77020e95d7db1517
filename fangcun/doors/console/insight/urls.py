"""The addresses of the numbers, below `/console/`."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from fangcun.doors.console.insight import (
    boards,
    dropped,
    experiments,
    persona,
    segments,
    store,
    timeline,
    views,
)
from fangcun.doors.console.insight.page import QuestionPage
from fangcun.doors.console.insight.pages import PAGES

View = Callable[..., HttpResponseBase]


def _view(show: Callable[[HttpRequest, QuestionPage], HttpResponse], page: QuestionPage) -> View:
    @require_safe
    def view(request: HttpRequest) -> HttpResponse:
        return show(request, page)

    return view


def urls(admin_view: Callable[[View], View]) -> list[URLPattern]:
    """Every page with its answer and its file, and what questions have in common."""
    found: list[tuple[str, View, str]] = [
        ("insight/", boards.home, "insight_boards"),
        ("insight/save", boards.save, "insight_save"),
        ("insight/saved/<int:pk>/<slug:verb>", boards.change_question, "insight_saved_verb"),
        ("insight/dashboards/make", boards.make, "insight_dashboard_make"),
        ("insight/dashboards/<int:pk>/", boards.dashboard, "insight_dashboard"),
        ("insight/dashboards/<int:pk>/<slug:verb>", boards.change_dashboard, "insight_dashboard_verb"),
        ("insight/funnel/dropped/", dropped.show, "insight_dropped"),
        ("insight/funnel/dropped/list", dropped.lost, "insight_dropped_list"),
        ("insight/funnel/dropped/csv", dropped.csv, "insight_dropped_csv"),
        ("insight/funnel/dropped/keep", dropped.keep, "insight_dropped_keep"),
        ("insight/segments/", segments.home, "insight_segments"),
        ("insight/segments/new", segments.write, "insight_segment_new"),
        ("insight/segments/make", segments.save, "insight_segment_make"),
        ("insight/segments/preview", segments.preview, "insight_segment_preview"),
        ("insight/segments/<int:pk>/", persona.show, "insight_persona"),
        ("insight/segments/<int:pk>/answer", persona.answer, "insight_persona_answer"),
        ("insight/segments/<int:pk>/edit", segments.write, "insight_segment_edit"),
        ("insight/segments/<int:pk>/save", segments.save, "insight_segment_save"),
        ("insight/segments/<int:pk>/do/<slug:verb>", segments.verb, "insight_segment_verb"),
        ("insight/experiments/", experiments.home, "insight_experiments"),
        ("insight/experiments/new/", experiments.write, "insight_experiment_new"),
        ("insight/experiments/make/", experiments.save, "insight_experiment_make"),
        ("insight/experiments/usual/", experiments.usual, "insight_experiment_usual"),
        ("insight/experiments/of/<slug:key>/usual", experiments.usual, "insight_experiment_usual_of"),
        ("insight/experiments/of/<slug:key>/", experiments.show, "insight_experiment"),
        ("insight/experiments/of/<slug:key>/answer", experiments.answer, "insight_experiment_answer"),
        ("insight/experiments/of/<slug:key>/edit", experiments.write, "insight_experiment_edit"),
        ("insight/experiments/of/<slug:key>/save", experiments.save, "insight_experiment_save"),
        ("insight/experiments/of/<slug:key>/do/<slug:verb>", experiments.verb, "insight_experiment_verb"),
        ("insight/members/<int:pk>/", timeline.show, "insight_timeline"),
        ("insight/store/", store.show, "insight_store"),
        ("insight/progress/<slug:ticket>", views.progress, "insight_progress"),
        ("insight/cancel/<slug:ticket>", views.cancel, "insight_cancel"),
    ]
    for page in PAGES:
        stem = f"insight/{page.name}/"
        found += [
            (stem, _view(views.show, page), f"insight_{page.name}"),
            (f"{stem}answer", _view(views.answer, page), f"insight_{page.name}_answer"),
            (f"{stem}csv", _view(views.csv, page), f"insight_{page.name}_csv"),
        ]
    return [path(route, admin_view(view), name=name) for route, view, name in found]
