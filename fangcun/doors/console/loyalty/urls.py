"""The addresses of loyalty, below `/console/`."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponseBase
from django.urls import URLPattern, path

from fangcun.doors.console.loyalty import hands, prices, rules, sign_ups, tiers

View = Callable[..., HttpResponseBase]


def urls(admin_view: Callable[[View], View]) -> list[URLPattern]:
    """Every page of loyalty that is no list of rows."""
    found: list[tuple[str, View, str]] = [
        ("loyalty/rules/", rules.page, "loyalty_rules"),
        ("loyalty/tiers/", tiers.page, "loyalty_tiers"),
        ("loyalty/tiers/<int:pk>/prices/", prices.page, "loyalty_prices"),
        ("loyalty/card/<int:pk>/give/", hands.page, "loyalty_give"),
        ("loyalty/activity/<int:pk>/sign-ups/", sign_ups.page, "loyalty_sign_ups"),
        ("loyalty/activity/<int:pk>/sign-ups/attend/", sign_ups.attend, "loyalty_attend"),
        ("loyalty/activity/<int:pk>/sign-ups/csv/", sign_ups.csv, "loyalty_sign_ups_csv"),
    ]
    return [path(route, admin_view(view), name=name) for route, view, name in found]
