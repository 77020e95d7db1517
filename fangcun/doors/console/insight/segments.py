"""Segments in the console: listing them, writing their rules, counting, freezing and deleting them."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fangcun.doors.console.insight.asked import asked
from fangcun.doors.console.insight.known import known
from fangcun.doors.console.insight.rule_rows import BLANK, KINDS, MATCHES, OPS, rows_of, rule_of
from fangcun.doors.console.insight.views import frame, guard, or_404, refusal, ticket_of
from fangcun.doors.console.insight.words import count
from fangcun.doors.console.model_admin import actor_of, tell
from fangcun.insight.segments import services
from fangcun.insight.segments.lifecycle import STAGES
from fangcun.insight.segments.models import Segment
from fangcun.insight.segments.queries import persons_by, segment_of, segments, sentence_of
from fangcun.insight.segments.rfm import GROUPS
from fangcun.kernel.errors import DomainError

MOST_ROWS = 50
START: dict[str, Any] = {"all": [{"kind": "event", "event": "", "where": "", "op": ">=", "n": 1, "days": 30}]}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """All segments."""
    context = frame(request) | {
        "title": _("人群"),
        "lines": [(one, words_of(one)) for one in segments()],
    }
    return render(request, "console/insight/segments.html", context)


@require_safe
def write(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """The form of a new segment, empty or as an address fills it, or of one to change."""
    guard(request, "insight.change")
    return _form(request, found(pk) if pk else None, request.GET)


@require_POST
def save(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """Make a segment or change it; a refusal leaves the form as it was filled."""
    guard(request, "insight.change")
    name, by = request.POST.get("name", ""), actor_of(request)
    segment = found(pk) if pk else None
    try:
        if segment is None:
            segment = services.make_segment(name=name, rule=rule_of(request.POST), by=by)
        else:
            rule = None if segment.kind == "snapshot" else rule_of(request.POST)
            services.change_segment(segment_id=pk, name=name, rule=rule, by=by)
    except DomainError as refused:
        tell(request, refused)
        return _form(request, segment, request.POST, status=refused.status)
    messages.success(request, _("已保存“%(name)s”") % {"name": segment.name if not pk else name})
    return redirect("admin:insight_persona", segment.pk)


@require_safe
def preview(request: HttpRequest) -> HttpResponse:
    """How many a rule describes that is not saved yet, and the rule in words."""
    guard(request)
    try:
        rule = rule_of(request.GET)
        words = sentence_of(rule)
        persons = persons_by(rule, ticket=ticket_of(request))
    except DomainError as refused:
        return refusal(refused, asked(request))
    members = sum(person % 2 == 0 for person in persons)
    context = {"words": words, "size": len(persons), "members": members}
    return render(request, "console/insight/segment_preview.html", context)


@require_POST
def verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Freeze a segment into a fixed list, or delete it."""
    guard(request, "insight.change")
    by = actor_of(request)
    try:
        match verb:
            case "freeze":
                kept = services.freeze_segment(segment_id=pk, name=request.POST.get("name", ""), by=by)
                said = _("已存为固定名单“%(name)s”，共 %(n)s 人")
                messages.success(request, said % {"name": kept.name, "n": count(kept.size)})
            case "delete":
                services.delete_segment(segment_id=pk, by=by)
                messages.success(request, _("已删除"))
            case _unknown:
                raise Http404
    except DomainError as refused:
        tell(request, refused)
    return redirect("admin:insight_segments")


def found(pk: int) -> Segment:
    """The segment of an address. Raises Http404."""
    with or_404():
        return segment_of(pk)


def words_of(segment: Segment) -> str:
    """What a segment is, in words."""
    if segment.note:
        return segment.note
    try:
        return sentence_of(segment.rule) if segment.rule else ""
    except DomainError as broken:
        return str(broken)


def _form(
    request: HttpRequest, segment: Segment | None, data: QueryDict, *, status: int = 200
) -> HttpResponse:
    """The form as it was filled; what was not is as the segment has it."""
    rule = segment.rule if segment is not None and segment.rule else START
    written = ""
    if "kind" in data or "json" in data:
        try:
            rule = rule_of(data)
        except DomainError:
            written = data.get("json", "")
    said = rows_of(rule)
    match, rows = said or ("all", [BLANK])
    context = frame(request) | {
        "title": segment.name if segment else _("新建人群"),
        "segment": segment,
        "name": data.get("name", segment.name if segment else ""),
        "fixed": segment is not None and segment.kind == "snapshot",
        "match": match,
        "rows": rows,
        "json": written or ("" if said else _json(rule)),
        "blank": BLANK,
        "most": MOST_ROWS,
        "matches": MATCHES.items(),
        "kinds": KINDS.items(),
        "ops": OPS.items(),
        "stages": [(key, stage.name) for key, stage in STAGES.items()],
        "groups": [(key, name) for key, (_high, name) in GROUPS.items()],
        "others": [(str(one.pk), one.name) for one in segments() if one != segment],
        "known": known(),
    }
    return render(request, "console/insight/segment_form.html", context, status=status)


def _json(rule: Any) -> str:
    return json.dumps(rule, ensure_ascii=False, indent=2)
