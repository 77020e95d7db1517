"""What an experiment is before anybody takes part: variants, metrics, and how it will be judged. Plain and checked."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Self

from django.utils.translation import gettext as _

from fangcun.insight.analytics.conditions import conditions
from fangcun.insight.analytics.errors import QuestionInvalid
from fangcun.insight.experiments.assigning import BUCKETS
from fangcun.insight.experiments.errors import ExperimentInvalid

CONTROL = "control"
FIXED, SEQUENTIAL = "fixed", "sequential"
CONVERSION, REVENUE = "conversion", "revenue"
PRIMARY, SECONDARY, GUARDRAIL = "primary", "secondary", "guardrail"
UP, DOWN = "up", "down"

MOST_VARIANTS, MOST_METRICS, MOST_WINDOW_DAYS = 10, 12, 90
_KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_EVENT = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class VariantSpec:
    """One of the things people may see. `weight` is its share of those who take part, in basis points."""

    name: str
    weight: int
    title: str = ""

    def __post_init__(self) -> None:
        _need(
            _KEY.fullmatch(self.name),
            _("分组名“{name}”应为小写字母、数字、_ 和 -，以字母开头，最多 40 个字符"),
            name=self.name,
        )
        _need(self.weight >= 1, _("分组“{name}”的比例应大于 0"), name=self.name)
        _need(len(self.title) <= 60, _("分组的说明最多 60 个字"))


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """What is measured of each person in the window after he first saw his variant.

    A conversion is the event happening at least once, a revenue what its number `prop` adds up to (0 for those who
    did nothing; at most `cap` a person, when given). `baseline` is what control is expected to do: a share of
    persons, or an amount per person in the unit of `prop`, of which `spread` is the standard deviation. `good` says
    which way is better. A guardrail may get worse by the share `tolerance` of control's value.
    """

    name: str
    event: str
    baseline: float
    kind: str = CONVERSION
    role: str = PRIMARY
    where: str = ""
    prop: str = "amount"
    good: str = UP
    spread: float | None = None
    tolerance: float | None = None
    cap: float | None = None

    def __post_init__(self) -> None:
        said = {"name": self.name}
        _need(0 < len(self.name) <= 60, _("每个指标要有名称，最多 60 个字"))
        _need(_EVENT.fullmatch(self.event) and len(self.event) <= 64, _("指标“{name}”要选一个事件"), **said)
        _need(self.kind in (CONVERSION, REVENUE), _("指标“{name}”的类型应为转化或金额"), **said)
        _need(
            self.role in (PRIMARY, SECONDARY, GUARDRAIL), _("指标“{name}”的角色应为主要、参考或护栏"), **said
        )
        _need(self.good in (UP, DOWN), _("指标“{name}”应说明越高越好还是越低越好"), **said)
        try:
            conditions(self.where)
        except QuestionInvalid as wrong:
            raise ExperimentInvalid(str(wrong)) from None
        if self.kind == CONVERSION:
            _need(0 < self.baseline < 1, _("指标“{name}”的预期转化率应在 0 和 1 之间"), **said)
            _need(self.cap is None and self.spread is None, _("转化指标“{name}”没有上限和标准差"), **said)
        else:
            _need(0 < self.baseline < math.inf, _("指标“{name}”的预期人均金额应大于 0"), **said)
            _need(self.prop and len(self.prop) <= 64, _("指标“{name}”要选一个数字属性"), **said)
            _need(_positive(self.cap), _("指标“{name}”的每人上限应大于 0"), **said)
            _need(_positive(self.spread), _("指标“{name}”的标准差应大于 0"), **said)
            if self.role == PRIMARY:
                _need(
                    self.spread, _("金额作主要指标“{name}”时，要填每人金额的标准差，才能算出样本量"), **said
                )
        if self.role == GUARDRAIL:
            _need(
                self.tolerance is not None and 0 < self.tolerance < 1,
                _("护栏指标“{name}”要填最多允许变差多少（0 到 1 之间的比例）"),
                **said,
            )
        else:
            _need(self.tolerance is None, _("只有护栏指标才有允许变差的幅度"))


@dataclass(frozen=True, slots=True)
class ExperimentSpec:
    """A whole experiment as it is planned. Construction raises ExperimentInvalid, which says what to mend.

    The first variant is `control`, what people see today; weights sum to 10,000. `traffic` is the share of phones
    that take part, in basis points. `mde` is the smallest relative change of the primary metric worth knowing of.
    `method` fixed: decide once, when everybody needed has been seen; sequential: look as often as you like.
    """

    key: str
    name: str
    variants: tuple[VariantSpec, ...]
    metrics: tuple[MetricSpec, ...]
    hypothesis: str = ""
    program_id: int | None = None
    segment_id: int | None = None
    traffic: int = BUCKETS
    window_days: int = 7
    method: str = FIXED
    alpha: float = 0.05
    power: float = 0.8
    mde: float = 0.1

    plain: ClassVar[tuple[str, ...]] = (
        "key",
        "name",
        "hypothesis",
        "program_id",
        "segment_id",
        "traffic",
        "window_days",
        "method",
        "alpha",
        "power",
        "mde",
    )

    def __post_init__(self) -> None:
        _need(_KEY.fullmatch(self.key), _("标识应为小写字母、数字、_ 和 -，以字母开头，最多 40 个字符"))
        _need(0 < len(self.name) <= 60, _("请给实验起个名称，最多 60 个字"))
        _need(len(self.hypothesis) <= 500, _("假设最多 500 个字"))
        names = [variant.name for variant in self.variants]
        _need(2 <= len(names) <= MOST_VARIANTS, _("实验要有 2 到 {most} 个分组"), most=MOST_VARIANTS)
        _need(names[0] == CONTROL, _("第一个分组是对照组，名为 control"))
        _need(len(set(names)) == len(names), _("分组不能重名"))
        total = sum(variant.weight for variant in self.variants)
        _need(total == BUCKETS, _("各分组的比例之和应为 100%，现在是 {total}%"), total=f"{total / 100:g}")
        roles = [metric.role for metric in self.metrics]
        _need(1 <= len(roles) <= MOST_METRICS, _("实验要有 1 到 {most} 个指标"), most=MOST_METRICS)
        _need(roles.count(PRIMARY) == 1, _("主要指标要有且只有一个：胜负由它决定"))
        titles = {metric.name for metric in self.metrics}
        _need(len(titles) == len(self.metrics), _("指标不能重名"))
        _need(1 <= self.traffic <= BUCKETS, _("流量应大于 0，不超过 100%"))
        _need(
            1 <= self.window_days <= MOST_WINDOW_DAYS, _("观察期应为 1 到 {most} 天"), most=MOST_WINDOW_DAYS
        )
        _need(self.method in (FIXED, SEQUENTIAL), _("检验方法应为固定样本量或随时可看"))
        _need(0.0001 <= self.alpha <= 0.2, _("显著性水平应在 0.0001 和 0.2 之间，通常为 0.05"))
        _need(0.5 <= self.power <= 0.99, _("检验功效应在 0.5 和 0.99 之间，通常为 0.8"))
        _need(0 < self.mde < math.inf, _("最小可检出提升应大于 0"))
        goal = self.primary
        if goal.kind == CONVERSION and goal.good == UP:
            _need(goal.baseline * (1 + self.mde) < 1, _("预期转化率加上提升超过了 100%，请改小提升"))
        if goal.good == DOWN:
            _need(self.mde < 1, _("指标最多能降低 100%，请改小幅度"))

    @property
    def primary(self) -> MetricSpec:
        """The metric that decides."""
        return next(metric for metric in self.metrics if metric.role == PRIMARY)

    @property
    def ordered(self) -> tuple[MetricSpec, ...]:
        """All metrics, the primary one first, guardrails last."""
        order = (PRIMARY, SECONDARY, GUARDRAIL)
        return tuple(sorted(self.metrics, key=lambda metric: order.index(metric.role)))

    @property
    def weights(self) -> tuple[tuple[str, int], ...]:
        """The variants' names and shares, in basis points."""
        return tuple((variant.name, variant.weight) for variant in self.variants)

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> Self:
        """Read what `as_json` wrote, or a form's values; what is missing has its usual value.

        Raises ExperimentInvalid.
        """
        try:
            return cls(
                **{name: params[name] for name in cls.plain if name in params},
                variants=tuple(VariantSpec(**variant) for variant in params["variants"]),
                metrics=tuple(MetricSpec(**_known(metric)) for metric in params["metrics"]),
            )
        except (KeyError, TypeError, AttributeError):
            raise ExperimentInvalid from None

    def as_json(self) -> dict[str, Any]:
        """The same in plain values, as it is kept."""
        found = asdict(self)
        return found | {"variants": list(found["variants"]), "metrics": list(found["metrics"])}


def _known(metric: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(MetricSpec)}
    return {name: value for name, value in metric.items() if name in names}


def _positive(value: float | None) -> bool:
    return value is None or 0 < value < math.inf


def _need(holds: object, message: str, **details: Any) -> None:
    if not holds:
        raise ExperimentInvalid(message, **details)
