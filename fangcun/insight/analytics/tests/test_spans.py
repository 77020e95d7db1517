"""The shop's calendar in SQL, against the calendar of Python."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from fangcun.insight.analytics.moments import midnight
from fangcun.insight.analytics.spans import UNITS, Span, date_of_number, day_sql, number_of_date
from fangcun.insight.analytics.tests.plain import counting, period_of_date

# Clocks that never change, that change by an hour at night, by half an hour, and at midnight itself.
ZONES = ["Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Lord_Howe", "America/Santiago"]


@pytest.mark.parametrize("zone", ZONES)
def test_every_moment_of_a_span_falls_into_its_day_week_and_month(zone: str):
    dates = st.dates(dt.date(2023, 1, 1), dt.date(2028, 1, 1))

    @examples(max_examples=40, deadline=None)
    @given(
        dates,
        st.integers(0, 400),
        st.lists(st.tuples(st.floats(0, 1), st.integers(-2, 2)), min_size=1, max_size=40),
    )
    def check(first: dt.date, days: int, places: list[tuple[float, int]]) -> None:
        span = Span(first, first + dt.timedelta(days=days))
        some = [span.start_ms, span.end_ms - 1]
        for place, shift in places:
            # Around midnights, where numbers change, and around every hour, where clocks do.
            date = first + dt.timedelta(days=int(place * (days + 1)))
            some += [midnight(date) + shift, midnight(date) + shift * 3_600_000 + shift]
            some += [int(span.start_ms + place * (span.end_ms - span.start_ms))]
        some = [moment for moment in some if span.start_ms <= moment < span.end_ms]
        listed = ", ".join(f"({moment})" for moment in some)
        for unit in UNITS:
            number = day_sql("ts", span, engine.dialect, unit=unit)
            found = engine.rows(f"SELECT ts, {number} AS n FROM (VALUES {listed}) e(ts)")
            for moment, numbered in found:
                date = dt.datetime.fromtimestamp(moment / 1000, tz=_zone()).date()
                assert date_of_number(numbered, unit) == period_of_date(date, unit)
                assert number_of_date(date, unit) == numbered

    with override_settings(TIME_ZONE=zone), counting([]) as engine:
        check()


def _zone() -> dt.tzinfo:
    from django.utils import timezone

    return timezone.get_default_timezone()
