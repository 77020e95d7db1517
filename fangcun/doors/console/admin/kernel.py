"""The audit log and the background work."""

from __future__ import annotations

import json

from django.contrib import admin, messages
from django.contrib.admin import action, display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter

from fangcun.doors.console.audit_words import action_name
from fangcun.doors.console.model_admin import ConsoleAdmin, actor_of
from fangcun.doors.console.words import badge
from fangcun.identity.staff.queries import may
from fangcun.kernel.jobs import retry
from fangcun.kernel.models import AuditEntry, Job


def _pretty(value: object) -> SafeString | str:
    if value is None:
        return "—"
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return format_html('<pre class="fc-pre">{}</pre>', text)


@admin.register(AuditEntry)
class AuditAdmin(ConsoleAdmin[AuditEntry]):
    resource = "audit"
    list_display = ["at", "actor_name", "action_", "object_label", "ip", "note"]
    list_filter = [("at", RangeDateTimeFilter), "actor_kind"]
    list_filter_submit = True
    search_fields = ["actor_name", "action__startswith", "object_label", "object_id__exact"]
    search_help_text = _("操作者、操作或对象")
    ordering = ["-id"]
    facts = [
        "at", "actor_kind", "actor_name", "ip", "action_", "action", "object_type", "object_id", "object_label",
        "before_", "after_", "note",
    ]  # fmt: skip

    @display(description=_("操作"), ordering="action")
    def action_(self, entry: AuditEntry) -> str:
        return action_name(entry.action)

    @display(description=_("变更前"))
    def before_(self, entry: AuditEntry) -> SafeString | str:
        return _pretty(entry.before)

    @display(description=_("变更后"))
    def after_(self, entry: AuditEntry) -> SafeString | str:
        return _pretty(entry.after)


@admin.register(Job)
class JobAdmin(ConsoleAdmin[Job]):
    """What waits to be done, and what was given up and waits for a person."""

    resource = "audit"
    list_display = ["task", "state", "attempts", "run_at", "error_"]
    list_filter = ["dead"]
    search_fields = ["task", "error"]
    ordering = ["-dead", "run_at"]
    facts = ["task", "kwargs_", "state", "attempts", "run_at", "lease_until", "created_at", "error"]
    actions = ["revive"]

    @display(description=_("状态"))
    def state(self, job: Job) -> SafeString:
        if job.dead:
            return badge(_t("已放弃"), "bad")
        return badge(_t("重试中"), "warn") if job.error else badge(_t("等待"), "quiet")

    @display(description=_("参数"))
    def kwargs_(self, job: Job) -> SafeString | str:
        return _pretty(job.kwargs)

    @display(description=_("最近一次错误"))
    def error_(self, job: Job) -> str:
        return job.error[:80]

    @action(description=_("重新执行选中的任务"), permissions=["revive"])
    def revive(self, request: HttpRequest, jobs: QuerySet[Job]) -> None:
        for job in jobs.filter(dead=True):
            retry(job, by=actor_of(request))
        messages.success(request, _t("已重新排队"))

    def has_revive_permission(self, request: HttpRequest) -> bool:
        return may(request.user, "programs.change")
