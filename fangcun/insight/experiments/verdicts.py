"""What may be concluded of an experiment, and the words for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from fangcun.insight.experiments.courses import Look, better
from fangcun.insight.experiments.design import CONTROL, SEQUENTIAL, ExperimentSpec
from fangcun.insight.experiments.inference.fixed import Comparison
from fangcun.insight.experiments.reporting import GuardrailReport, SampleRatio, Verdict


def percent(share: float) -> str:
    """A share in percent, to one digit."""
    return f"{share * 100:.1f}%"


def title_of(spec: ExperimentSpec, name: str) -> str:
    """What people call a variant."""
    titles = {variant.name: variant.title for variant in spec.variants}
    return titles[name] or (_("对照组") if name == CONTROL else name)


def variant_verdict(spec: ExperimentSpec, look: Look, name: str, phase: str) -> Verdict:
    """What may be said of one variant. `phase` is too_early, ripening, short, split_broken, or open for judging."""
    if phase != "open":
        return Verdict(phase, _PHASES[phase]())
    goal, comparison = spec.primary, look.comparisons[name]
    if name in look.decided:
        good = better(goal, look.decided[name])
        words = _("比对照组好：{lift}") if good else _("比对照组差：{lift}")
        return Verdict("better" if good else "worse", words.format(lift=_lift(comparison)))
    if spec.method == SEQUENTIAL:
        return Verdict("undecided", _("还分不出高下"))
    return Verdict("no_difference", _("没有发现差异"))


def overall(
    spec: ExperimentSpec,
    look: Look,
    verdicts: Mapping[str, Verdict],
    *,
    phase: str,
    split: SampleRatio,
    guardrails: Sequence[GuardrailReport],
) -> Verdict:
    """What may be said of the whole. A split that chance did not make, and nobody to count, come before all else."""
    if split.broken:
        return Verdict("split_broken", split.words, loud=True)
    if not any(standing.sample.n for standing in look.standings.values()):
        return Verdict("nobody", _("还没有人看到这个实验。请确认手机端的页面用了这个实验，并且已经发布"))
    broken = {one.variant: one for one in guardrails if one.status == "broken"}
    ahead = [name for name, verdict in verdicts.items() if verdict.code == "better"]
    winners = [name for name in ahead if name not in broken]
    if winners:
        sign = 1 if better(spec.primary, higher=True) else -1
        winner = max(winners, key=lambda name: sign * look.standings[name].sample.value)
        words = _("“{title}”胜出：{metric}比对照组{lift}").format(
            title=title_of(spec, winner), metric=spec.primary.name, lift=_lift(look.comparisons[winner])
        )
        return Verdict("winner", words, winner=winner)
    if broken:
        one = next(iter(broken.values()))
        return Verdict("guardrail_broken", one.words + _("。不建议采用"), loud=True)
    if phase != "open":
        return Verdict(phase, _PHASES[phase]())
    codes = {verdict.code for verdict in verdicts.values()}
    if codes == {"worse"}:
        return Verdict("worse", _("不如对照组，建议保留原样"))
    if spec.method == SEQUENTIAL:
        return Verdict("undecided", _("还分不出高下，可以继续，也可以结束"))
    return Verdict(
        "no_difference",
        _("人数已够，没有发现不小于 {mde} 的差异，建议保留原样").format(mde=percent(spec.mde)),
    )


def _lift(comparison: Comparison) -> str:
    """ "高 12.3%（4.1% 至 20.9%）", as far as it is known."""
    if comparison.lift is None:
        return _("高") if (comparison.difference or 0) > 0 else _("低")
    words = _("高 {share}") if comparison.lift >= 0 else _("低 {share}")
    told = words.format(share=percent(abs(comparison.lift)))
    if comparison.lift_in is None:
        return told
    return told + _("（提升的区间 {low} 至 {high}）").format(
        low=percent(comparison.lift_in.low), high=percent(comparison.lift_in.high)
    )


_PHASES = {
    "too_early": lambda: _("还没有到计划的样本量，现在的差异可能只是偶然，不下结论"),
    "ripening": lambda: _("样本量已够，正在等最后一批人的观察期结束"),
    "short": lambda: _("在达到计划的样本量之前就结束了，不下结论"),
    "split_broken": lambda: _("分组比例异常，不下结论"),
}
