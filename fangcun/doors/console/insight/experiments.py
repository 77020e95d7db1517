"""Experiments in the console: planning, starting, reading and deciding them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fangcun.doors.console.insight import experiment_form
from fangcun.doors.console.insight.asked import asked
from fangcun.doors.console.insight.experiment_report import shown
from fangcun.doors.console.insight.known import known
from fangcun.doors.console.insight.views import frame, guard, or_404, refusal, ticket_of
from fangcun.doors.console.model_admin import actor_of, tell
from fangcun.insight.experiments import services
from fangcun.insight.experiments.design import MOST_METRICS, MOST_VARIANTS
from fangcun.insight.experiments.errors import ExperimentInvalid
from fangcun.insight.experiments.models import Experiment
from fangcun.insight.experiments.queries import experiment_of, experiments, report
from fangcun.insight.experiments.queries import usual as usually
from fangcun.kernel.errors import DomainError


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """All experiments."""
    context = frame(request) | {"title": _("实验"), "experiments": experiments()}
    return render(request, "console/insight/experiments.html", context)


@require_safe
def write(request: HttpRequest, key: str = "") -> HttpResponse:
    """The form of a new experiment, or of a draft."""
    guard(request, "insight.change")
    experiment = _found(key) if key else None
    filled = experiment_form.of_spec(experiment.spec) if experiment else experiment_form.start()
    return _form(request, experiment, filled)


@require_POST
def save(request: HttpRequest, key: str = "") -> HttpResponse:
    """Plan an experiment or change its draft; a refusal leaves the form as it was filled."""
    guard(request, "insight.change")
    experiment, by = (_found(key) if key else None), actor_of(request)
    try:
        spec = experiment_form.spec_of(request.POST)
        if experiment is None:
            kept = services.draft_experiment(spec=spec, by=by)
        else:
            kept = services.change_experiment(experiment=experiment, spec=spec, by=by)
    except DomainError as refused:
        tell(request, refused)
        return _form(request, experiment, experiment_form.of_data(request.POST), status=refused.status)
    return redirect("admin:insight_experiment", kept.key)


@require_POST
def usual(request: HttpRequest, key: str = "") -> HttpResponse:
    """The form again, its metrics filled with what they have been lately."""
    guard(request, "insight.change")
    filled = experiment_form.of_data(request.POST)
    try:
        reach = experiment_form.reach_of(request.POST)
        filled["metrics"] = [_expected(row, reach) for row in filled["metrics"]]
    except DomainError as refused:
        tell(request, refused)
    return _form(request, _found(key) if key else None, filled)


@require_safe
def show(request: HttpRequest, key: str) -> HttpResponse:
    """One experiment; its report is fetched."""
    context = frame(request)
    experiment = _found(key)
    from fangcun.insight.experiments.verdicts import title_of  # loads scipy, which phones needn't wait for

    spec = experiment.spec
    titles = [(one.name, title_of(spec, one.name)) for one in spec.variants]
    context |= {
        "title": experiment.name,
        "experiment": experiment,
        "variants": titles,
        "planned": [(title, experiment.planned[name]) for name, title in titles],
        "people": sum(experiment.planned.values()),
        "traffic": experiment_form.written(spec.traffic, 0.01),
    }
    return render(request, "console/insight/experiment.html", context)


@require_safe
def answer(request: HttpRequest, key: str) -> HttpResponse:
    """The report as a piece of the page."""
    guard(request)
    experiment = _found(key)
    try:
        found = report(experiment, ticket=ticket_of(request))
    except DomainError as refused:
        return refusal(refused, asked(request))
    return render(request, "console/insight/experiment_report.html", shown(found, experiment.spec))


@require_POST
def verb(request: HttpRequest, key: str, verb: str) -> HttpResponse:
    """Start an experiment, let more phones in, decide it, or throw a draft away."""
    guard(request, "insight.change")
    experiment, by, data = _found(key), actor_of(request), request.POST
    try:
        match verb:
            case "start":
                services.start_experiment(experiment=experiment, by=by)
            case "traffic":
                traffic = experiment_form.basis_points(data.get("traffic", ""))
                services.raise_traffic(experiment=experiment, traffic=traffic, by=by)
            case "stop":
                ship, because = data.get("ship", ""), data.get("because", "")
                services.stop_experiment(experiment=experiment, ship=ship, because=because, by=by)
            case "delete":
                services.delete_experiment(experiment=experiment, by=by)
                messages.success(request, _("已删除"))
                return redirect("admin:insight_experiments")
            case _unknown:
                raise Http404
    except DomainError as refused:
        tell(request, refused)
    return redirect("admin:insight_experiment", key)


def _found(key: str) -> Experiment:
    with or_404():
        return experiment_of(key)


def _expected(row: dict[str, str], reach: dict[str, Any]) -> dict[str, str]:
    if not row["event"]:
        return row
    found = usually(experiment_form.measured(row), **reach)
    if not found.persons:
        raise ExperimentInvalid(_("最近没有人来过，还不知道这些指标平时是多少"))
    return experiment_form.expected(row, found)


def _form(
    request: HttpRequest, experiment: Experiment | None, filled: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    context = frame(request) | {
        "title": experiment.name if experiment else _("新建实验"),
        "experiment": experiment,
        "known": known(),
        "roles": [("primary", _("主要")), ("secondary", _("参考")), ("guardrail", _("护栏"))],
        "metric_kinds": [("conversion", _("转化")), ("revenue", _("金额"))],
        "goods": [("up", _("越高越好")), ("down", _("越低越好"))],
        "blank_variant": experiment_form.BLANK_VARIANT,
        "blank_metric": experiment_form.BLANK_METRIC,
        "most_variants": MOST_VARIANTS,
        "most_metrics": MOST_METRICS,
        "methods": [("fixed", _("固定样本量")), ("sequential", _("随时可看"))],
        **filled,
    }
    return render(request, "console/insight/experiment_form.html", context, status=status)
