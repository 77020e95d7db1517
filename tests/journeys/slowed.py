"""Settings of a platform with one slow door, for a load test that has to find it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from fangcun.settings import *  # noqa: F403
from fangcun.settings import MIDDLEWARE as ITS_OWN

MIDDLEWARE = [*ITS_OWN, "tests.journeys.slowed.slow_quote"]
SLOW_S = 0.4


def slow_quote(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def answered(request: HttpRequest) -> HttpResponse:
        if request.path_info == "/api/v1/quote":
            threading.Event().wait(SLOW_S)
        return answer(request)

    return answered
