from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError, NotFound


class RevisionUnknown(NotFound):
    code = "revision_unknown"
    message = _("没有这个版本")


class DraftUnknown(NotFound):
    code = "draft_unknown"
    message = _("草稿不在了，可能已经发布或丢弃")


class DraftChanged(DomainError):
    """Somebody saved the draft meanwhile; `details` hold the newer text, its version and who saved it."""

    code = "draft_changed"
    message = _("{saved_by} 刚刚保存过这份草稿，请对照后再保存")


class BlueprintTooLong(DomainError):
    code = "blueprint_too_long"
    status = 413
    message = _("蓝图不能超过 {limit} 个字符")


class BlueprintHasErrors(DomainError):
    """`details.findings` are the errors, as `fangcun plan check` prints them in JSON."""

    code = "blueprint_has_errors"
    message = _("蓝图还有 {count} 处错误，改好后才能发布")


class BlueprintUnchanged(DomainError):
    code = "blueprint_unchanged"
    message = _("和第 {number} 版一字不差，不用再发布")


class MessageMissing(DomainError):
    code = "message_missing"
    status = 400
    message = _("请写一句说明，不超过 {limit} 个字")


class ConflictingRevision(DomainError):
    """The text was written on an older revision; `details` tell the newest and what changed since."""

    code = "conflicting_revision"
    message = _("{author} 已经发布了第 {number} 版，请先看过变化、合并后再发布")


class DraftUnreadable(DomainError):
    """A draft that is no YAML document can't be merged; `details.findings` tell where it breaks off."""

    code = "draft_unreadable"
    message = _("草稿现在读不成 YAML，请先改好格式再合并")


class MergeConflict(DomainError):
    """Both sides changed the same places; `details.conflicts` show each with what it was and both versions."""

    code = "merge_conflict"
    message = _("有 {count} 处两边都改了，请逐一选择用哪边的")
