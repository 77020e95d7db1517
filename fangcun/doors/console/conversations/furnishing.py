"""Service hours and automatic texts; how well customers are taken care of."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from fangcun.doors.console.conversations.pages import guard
from fangcun.doors.console.forms import RefusableForm, WordsField
from fangcun.doors.console.model_admin import actor_of
from fangcun.grow.conversations.numbers import Tally, tallies, unanswered
from fangcun.grow.conversations.queries import service_settings, working_hours
from fangcun.grow.conversations.services import save_settings
from fangcun.identity.staff.queries import may
from fangcun.kernel.errors import DomainError

WEEKDAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
DAYS = (7, 30, 90)
_TEXTS = ("away_text", "welcome_text", "rating_text", "thanks_text")


def _area(rows: int = 2) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class SettingsForm(RefusableForm):
    holidays = forms.CharField(
        label=_("休息日"), required=False, widget=_area(), help_text=_("每行一个，例如 2026-10-01")
    )
    workdays = forms.CharField(
        label=_("调休上班日"), required=False, widget=_area(), help_text=_("这些日子按周一的时间上班")
    )
    away_text = forms.CharField(
        label=_("非服务时间的自动回复"), required=False, max_length=600, widget=_area(),
        help_text=_("每段休息时间对每位客户只发一次，计入 5 条；{上班时间} 会换成下次上班的时间。留空则不发"),
    )  # fmt: skip
    welcome_text = forms.CharField(
        label=_("欢迎语"), required=False, max_length=600, widget=_area(),
        help_text=_("客户点开客服时发送。微信没有写明此时是否允许发送，被拒绝时不影响之后的回复。留空则不发"),
    )  # fmt: skip
    rating_on = forms.BooleanField(label=_("解决后请客户评价"), required=False)
    rating_text = forms.CharField(label=_("请求评价的消息"), required=False, max_length=600, widget=_area())
    thanks_text = forms.CharField(label=_("评价后的感谢"), required=False, max_length=600, widget=_area())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, name in enumerate(WEEKDAYS):
            self.fields[f"day_{number}"] = WordsField(label=name, required=False)

    def days(self) -> list[forms.BoundField]:
        """The seven fields of the week."""
        return [self[f"day_{number}"] for number in range(7)]

    def others(self) -> list[forms.BoundField]:
        """The fields below the week."""
        return [field for field in self if not field.name.startswith("day_")]

    def given(self) -> dict[str, Any]:
        """What was typed, as the verb takes it."""
        data = self.cleaned_data
        hours = {
            str(number): [[part.strip() for part in span.split("-", 1)] for span in data[f"day_{number}"]]
            for number in range(7)
            if data[f"day_{number}"]
        }
        listed = {name: data[name].split() for name in ("holidays", "workdays")}
        return {
            "hours": hours,
            **listed,
            "rating_on": data["rating_on"],
            **{name: data[name] for name in _TEXTS},
        }


@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """When somebody is there, and what is said without anybody."""
    from fangcun.doors.console.site import console

    guard(request)
    may_change = may(request.user, "conversations.change")
    form = SettingsForm(initial=_initial())
    if request.method == "POST":
        guard(request, "conversations.change")
        form = SettingsForm(request.POST)
        if form.is_valid():
            try:
                save_settings(by=actor_of(request), **form.given())
            except DomainError as refused:
                form.refuse(refused)
            else:
                messages.success(request, _t("已保存"))
                return redirect("admin:conversations_settings")
    here, hours = timezone.localtime(), working_hours()
    context = {
        **console.each_context(request),
        "title": _t("客服设置"),
        "form": form,
        "may_change": may_change,
        "is_open": hours.is_open(here),
        "opens_at": hours.next_opening(here),
    }
    return render(request, "console/conversations/settings.html", context)


@require_safe
def numbers_page(request: HttpRequest) -> HttpResponse:
    """First answers, resolutions and ratings, by person."""
    from fangcun.doors.console.site import console

    guard(request)
    asked = request.GET.get("days", "")
    days = int(asked) if asked.isdecimal() and int(asked) in DAYS else DAYS[0]
    until = timezone.now()
    since = timezone.localtime(until).replace(hour=0, minute=0, second=0, microsecond=0) - dt.timedelta(
        days=days - 1
    )
    people, whole = tallies(since, until)
    context = {
        **console.each_context(request),
        "title": _t("客服数据"),
        "days": days,
        "ranges": DAYS,
        "people": [_line(one) for one in people],
        "whole": _line(whole),
        "unanswered": unanswered(since, until),
    }
    return render(request, "console/conversations/numbers.html", context)


def _initial() -> dict[str, Any]:
    row = service_settings()
    spans = {f"day_{day}": [f"{start}-{end}" for start, end in spans] for day, spans in row.hours.items()}
    return {
        **spans,
        "holidays": "\n".join(row.holidays),
        "workdays": "\n".join(row.workdays),
        "rating_on": row.rating_on,
        **{name: getattr(row, name) for name in _TEXTS},
    }


def _line(tally: Tally) -> dict[str, Any]:
    return {
        "tally": tally,
        "first": _span(tally.first_answer_s),
        "rating": f"{tally.rating:.2f}" if tally.rating is not None else "—",
        "ratings": len(tally.ratings),
    }


def _span(seconds: float | None) -> str:
    if seconds is None:
        return "—"
    minutes, rest = divmod(round(seconds), 60)
    return _t("%(m)s 分 %(s)s 秒") % {"m": minutes, "s": rest} if minutes else _t("%s 秒") % rest
