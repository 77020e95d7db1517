"""What people do without any experiment."""

from __future__ import annotations

import math

import pytest

from fangcun.insight.analytics.engines import opened
from fangcun.insight.analytics.spans import Span
from fangcun.insight.analytics.tests.log import DAY, ZERO
from fangcun.insight.experiments.design import MetricSpec
from fangcun.insight.experiments.tests.log import Event, paid, store
from fangcun.insight.experiments.tests.plans import BOUGHT
from fangcun.insight.experiments.usual import Usual, UsualQuestion

pytestmark = pytest.mark.django_db(databases="__all__")
REVENUE = MetricSpec("金额", "order_paid", baseline=100, kind="revenue", role="secondary")


def usual(metric: MetricSpec) -> Usual:
    with opened() as engine:
        return UsualQuestion(metric, Span(ZERO, ZERO), 1, None).answer(engine)


def test_the_usual_is_what_visitors_do_within_the_window_of_their_first_visit():
    visits = [Event(who, "page_viewed", 10) for who in (1, 2, 3, 4)]
    store([*visits, paid(1, 10, 300), paid(1, DAY + 10, 100), paid(2, DAY + 11), paid(3, 9), paid(5, 20)])
    assert usual(BOUGHT) == Usual(4, 0.25, math.sqrt(0.1875))
    assert usual(REVENUE) == Usual(4, 100.0, math.sqrt(30_000))


def test_nobody_has_no_usual():
    store([paid(1, 10)])
    assert usual(BOUGHT) == Usual(0, 0.0, 0.0)
