"""What makes a page of the numbers: how its question is read, its form filled, its answer shown and downloaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

from fangcun.doors.console.insight.asked import Asked
from fangcun.doors.console.insight.downloads import Table
from fangcun.doors.console.insight.known import Known
from fangcun.insight.analytics.asking import Question
from fangcun.insight.analytics.spans import Params

Start = Mapping[str, Sequence[str]]


def _nothing(_asked: Asked, _known: Known) -> dict[str, Any]:
    return {}


def _usual(_known: Known) -> Start:
    return {}


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """A page that asks one kind of question. `name` is its part of the address and the question's kind.

    `read` makes the question of an address and raises QuestionInvalid. `form` fills
    `console/insight/<name>_form.html` from what was asked, sound or not. `answer` fills
    `console/insight/<name>_answer.html`; its `empty` says that there was nothing to count. `table` is the same
    answer as rows. `start` is what is asked when the address says nothing. `bar` names the common fields that
    the form has: of days, program, segment and by.
    """

    name: str
    title: str | Promise
    icon: str
    about: str | Promise
    read: Callable[[Params], Question[Any]]
    answer: Callable[[Any, Any], dict[str, Any]]
    table: Callable[[Any, Any], Table]
    form: Callable[[Asked, Known], dict[str, Any]] = _nothing
    start: Callable[[Known], Start] = _usual
    bar: tuple[str, ...] = ("days", "program", "segment", "by")

    @property
    def address(self) -> str:
        return reverse(f"admin:insight_{self.name}")

    @property
    def answer_address(self) -> str:
        return reverse(f"admin:insight_{self.name}_answer")

    @property
    def download_address(self) -> str:
        return reverse(f"admin:insight_{self.name}_csv")
