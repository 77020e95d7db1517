"""From what was counted to what may be said: the whole report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.insight.analytics.asking import ask
from fangcun.insight.analytics.moments import DAY_MS, date_of, ms
from fangcun.insight.experiments.courses import Look, course
from fangcun.insight.experiments.design import (
    CONTROL,
    FIXED,
    GUARDRAIL,
    ExperimentSpec,
    MetricSpec,
)
from fangcun.insight.experiments.guarding import guardrails_of, progress_of, split_of
from fangcun.insight.experiments.inference.fixed import Comparison, mean_interval
from fangcun.insight.experiments.inference.samples import wilson
from fangcun.insight.experiments.measuring import Counts, ExperimentQuestion
from fangcun.insight.experiments.models import Experiment
from fangcun.insight.experiments.reporting import (
    Day,
    ExperimentReport,
    MetricReport,
    Point,
    SampleRatio,
    VariantResult,
    Verdict,
)
from fangcun.insight.experiments.states import ExperimentStatus
from fangcun.insight.experiments.verdicts import overall, title_of, variant_verdict

MANY_CROSSOVERS = 0.02


def report_on(
    experiment: Experiment, now: dt.datetime | None = None, *, ticket: str = ""
) -> ExperimentReport:
    """Count and judge, as of now or of a moment. Raises Interrupted."""
    at = now or timezone.now()
    if experiment.started_at is None:
        return judged(experiment, None, at=at, since_ms=ms(at), at_ms=ms(at))
    question = ExperimentQuestion.about(experiment, at)
    counts = ask(question, ticket=ticket)
    return judged(experiment, counts, at=at, since_ms=question.since_ms, at_ms=question.at_ms)


def judged(
    experiment: Experiment, counts: Counts | None, *, at: dt.datetime, since_ms: int, at_ms: int
) -> ExperimentReport:
    """The report on what was counted from one moment to the other; None when the experiment has not begun."""
    spec = experiment.spec
    found = counts or Counts({}, tuple({} for _metric in spec.metrics), None)
    end_ms = at_ms
    if found.horizon_ms is not None:
        end_ms = min(at_ms, found.horizon_ms + spec.window_days * DAY_MS + 1)
    first, last = date_of(since_ms), date_of(max(since_ms, end_ms - 1))
    courses = [
        course(spec, found, place, first=first, last=last) for place, _metric in enumerate(spec.ordered)
    ]
    split = split_of(spec, found)
    phase = _phase(experiment, spec, found, split, at_ms)
    looks = courses[0]
    verdicts = {name: variant_verdict(spec, looks[-1], name, phase) for name in looks[-1].comparisons}
    guardrails = tuple(
        one
        for metric, days in zip(spec.ordered, courses, strict=True)
        if metric.role == GUARDRAIL
        for one in guardrails_of(spec, metric, days[-1])
    )
    shown = found.exposed.values()
    crossovers, young = sum(one.crossovers for one in shown), sum(one.young for one in shown)
    exposed, late = sum(one.persons for one in shown), sum(one.late for one in shown)
    return ExperimentReport(
        key=experiment.key,
        name=experiment.name,
        status=experiment.status,
        method=spec.method,
        at=at,
        started_at=experiment.started_at,
        stopped_at=experiment.stopped_at,
        verdict=Verdict("draft", _("还没有开始"))
        if counts is None
        else overall(spec, looks[-1], verdicts, phase=phase, split=split, guardrails=guardrails),
        metrics=tuple(
            _metric_report(spec, metric, days[-1], verdicts if days is looks else {})
            for metric, days in zip(spec.ordered, courses, strict=True)
        ),
        guardrails=guardrails,
        split=split,
        crossovers=crossovers,
        exposed=exposed,
        young=young,
        progress=progress_of(
            spec,
            experiment.planned,
            looks[-1],
            started_at=experiment.started_at,
            stopped=experiment.status == ExperimentStatus.STOPPED,
            at=at,
        ),
        series=() if counts is None else tuple(_day(spec, look) for look in looks),
        counted_until=None
        if found.horizon_ms is None
        else dt.datetime.fromtimestamp(found.horizon_ms / 1000, dt.UTC),
        late=late,
        shipped=experiment.shipped,
        because=experiment.because,
        notes=_notes(exposed, young, crossovers, late),
    )


def _phase(
    experiment: Experiment, spec: ExperimentSpec, counts: Counts, split: SampleRatio, at_ms: int
) -> str:
    """Whether anything may be concluded ("open"), or why not."""
    if split.broken:
        return "split_broken"
    if spec.method != FIXED:
        return "open"
    if counts.horizon_ms is None:
        return "short" if experiment.status == ExperimentStatus.STOPPED else "too_early"
    return "open" if at_ms > counts.horizon_ms + spec.window_days * DAY_MS else "ripening"


def _metric_report(
    spec: ExperimentSpec, metric: MetricSpec, look: Look, verdicts: Mapping[str, Verdict]
) -> MetricReport:
    results = tuple(_result(spec, look, name, verdicts.get(name)) for name, _weight in spec.weights)
    return MetricReport(metric.name, metric.event, metric.kind, metric.role, metric.good, results)


def _result(spec: ExperimentSpec, look: Look, name: str, verdict: Verdict | None) -> VariantResult:
    standing = look.standings[name]
    sample, doers = standing.sample, standing.doers
    rate_in = wilson(doers, sample.n, alpha=spec.alpha) if sample.n else None
    mean_in = rate_in if sample.binary else mean_interval(sample, alpha=spec.alpha)
    one = look.comparisons.get(name, Comparison())
    return VariantResult(
        variant=name,
        title=title_of(spec, name),
        control=name == CONTROL,
        exposed=sample.n,
        conversions=doers,
        rate=doers / sample.n if sample.n else None,
        rate_low=rate_in and rate_in.low,
        rate_high=rate_in and rate_in.high,
        total=sample.total,
        mean=sample.value if sample.n else None,
        mean_low=mean_in and mean_in.low,
        mean_high=mean_in and mean_in.high,
        difference=one.difference,
        difference_low=one.difference_in and one.difference_in.low,
        difference_high=one.difference_in and one.difference_in.high,
        lift=one.lift,
        lift_low=one.lift_in and one.lift_in.low,
        lift_high=one.lift_in and one.lift_in.high,
        p=look.ps.get(name),
        verdict=verdict,
    )


def _day(spec: ExperimentSpec, look: Look) -> Day:
    points = []
    for name, _weight in spec.weights:
        standing = look.standings[name]
        one = look.comparisons.get(name, Comparison())
        points.append(
            Point(
                variant=name,
                exposed=standing.sample.n,
                conversions=standing.doers,
                total=standing.sample.total,
                value=standing.sample.value if standing.sample.n else None,
                lift=one.lift,
                lift_low=one.lift_in and one.lift_in.low,
                lift_high=one.lift_in and one.lift_in.high,
                p=None if spec.method == FIXED else look.ps.get(name),
            )
        )
    return Day(look.date, tuple(points))


def _notes(exposed: int, young: int, crossovers: int, late: int) -> tuple[str, ...]:
    notes = []
    if young:
        notes.append(_("有 {people} 人的观察期还没结束，他们的数字还会变").format(people=young))
    if crossovers:
        notes.append(
            _("有 {people} 人看到过不止一个分组（比如用两部手机），没有计入").format(people=crossovers)
        )
    if crossovers > MANY_CROSSOVERS * (exposed + crossovers):
        notes.append(_("这样的人太多了，请检查手机端是否每次都用同一个分组"))
    if late:
        notes.append(
            _("达到计划样本量之后又来了 {people} 人，没有计入：多看几次再下结论，会把偶然当成差异").format(
                people=late
            )
        )
    return tuple(notes)
