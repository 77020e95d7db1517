"""What people do to a release: one door for all verbs, each a POST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fangcun.build.release import services
from fangcun.build.release.kit.tasks import make_kit
from fangcun.build.release.looking import look_up
from fangcun.build.release.models import Errand, Release
from fangcun.build.release.states import Channel
from fangcun.doors.console.launch.frame import guard
from fangcun.doors.console.launch.releases.pages import found
from fangcun.doors.console.model_admin import actor_of, tell
from fangcun.kernel.actors import Actor
from fangcun.kernel.errors import DomainError, GatewayError

Act = Callable[[int, QueryDict, Actor], Any]


def _number(data: QueryDict, name: str) -> int | None:
    text = data.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _steps(data: QueryDict) -> list[int]:
    parts = data.get("steps", "").replace("，", ",").split(",")
    return [int(one) for one in parts if one.strip().isascii() and one.strip().isdigit()]


def _upload(number: int, data: QueryDict, by: Actor) -> Errand:
    robot = _number(data, "robot") or 1
    return services.upload(number=number, template_id=_number(data, "template"), robot=robot, by=by)


def _privacy(number: int, data: QueryDict, by: Actor) -> Errand:
    contact = {"contact_email": data.get("email", ""), "contact_phone": data.get("phone", "")}
    return services.declare_privacy(number=number, contact=contact, by=by)


def _submit(number: int, data: QueryDict, by: Actor) -> Errand:
    return services.submit(
        number=number,
        pictures="pictures" in data,
        privacy_api_not_use="no_location" in data,
        by=by,
    )


def _verdict(number: int, data: QueryDict, by: Actor) -> Release:
    result = data.get("result", "")
    if result not in ("success", "fail", "delay"):
        raise Http404
    return services.record_verdict(number=number, result=result, reason=data.get("reason", ""), by=by)


def _attempt(number: int, data: QueryDict, by: Actor) -> Release:
    return services.next_attempt(number=number, artifact=_number(data, "artifact"), by=by)


def _confirm(number: int, data: QueryDict, by: Actor) -> Errand:
    answer = {"everybody": True} if "everybody" in data else {}
    return services.confirm(
        errand_id=_number(data, "errand") or 0, evidence=data.get("evidence", ""), answer=answer, by=by
    )


def _cancel(number: int, data: QueryDict, by: Actor) -> Errand:
    return services.cancel(errand_id=_number(data, "errand") or 0, reason=data.get("reason", ""), by=by)


def _change(number: int, data: QueryDict, by: Actor) -> Release:
    return services.change_texts(
        number=number,
        note=data.get("note", ""),
        value_text=data.get("value_text", ""),
        steps=_steps(data),
        by=by,
    )


def _look(number: int, data: QueryDict, by: Actor) -> Release | None:
    return look_up(number) if found(number).channel == Channel.PLATFORM else None


def _kit(number: int, data: QueryDict, by: Actor) -> None:
    make_kit.enqueue(number=number)


def _reason(verb: Callable[..., Any]) -> Act:
    return lambda number, data, by: verb(number=number, reason=data.get("reason", ""), by=by)


ACTS: dict[str, Act] = {
    "check": lambda number, data, by: services.check_release(number=number, by=by),
    "upload": _upload,
    "privacy": _privacy,
    "submit": _submit,
    "withdraw": _reason(services.withdraw),
    "speed-up": lambda number, data, by: services.speed_up(number=number, by=by),
    "verdict": _verdict,
    "attempt": _attempt,
    "settle": lambda number, data, by: services.settle_item(
        item_id=_number(data, "item") or 0, evidence=data.get("evidence", ""), by=by
    ),
    "reopen": lambda number, data, by: services.reopen_item(item_id=_number(data, "item") or 0, by=by),
    "confirm": _confirm,
    "cancel": _cancel,
    "retry": lambda number, data, by: services.try_again(errand_id=_number(data, "errand") or 0, by=by),
    "go": lambda number, data, by: services.go(
        number=number,
        everybody="everybody" in data,
        flag=data.get("flag", ""),
        reason=data.get("reason", ""),
        by=by,
    ),
    "step": lambda number, data, by: services.step(
        number=number, percent=_number(data, "percent"), reason=data.get("reason", ""), by=by
    ),
    "hold": _reason(services.hold),
    "revert": _reason(services.revert),
    "abandon": _reason(services.abandon),
    "change": _change,
    "look": _look,
    "kit": _kit,
    "pass": lambda number, data, by: services.open_pass(number=number, by=by),
    "pass-off": lambda number, data, by: services.close_pass(number=number, by=by),
}


@require_POST
def act(request: HttpRequest, number: int, verb: str) -> HttpResponse:
    """Do one verb to a release and come back to it; a refusal is told there."""
    guard(request, "launch.release")
    found(number)
    if verb not in ACTS:
        raise Http404
    try:
        done = ACTS[verb](number, request.POST, actor_of(request))
    except (DomainError, GatewayError) as refused:
        tell(request, refused)
    else:
        messages.success(request, _said(done))
    return redirect("admin:launch_release", number)


def _said(done: Any) -> str:
    if isinstance(done, Errand):
        return _("%(what)s：%(status)s") % {
            "what": done.get_kind_display(),
            "status": done.get_status_display(),
        }
    if isinstance(done, Release):
        return _("现在：%(status)s") % {"status": done.get_status_display()}
    return _("已记下")
