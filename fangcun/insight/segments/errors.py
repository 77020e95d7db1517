"""Why something can't be done with segments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fangcun.insight.analytics.errors import QuestionInvalid
from fangcun.kernel.errors import DomainError, NotFound


class SegmentUnknown(NotFound):
    code = "segment_unknown"
    message = _("这个人群不在了，可能已被删除")


class SegmentNameWrong(DomainError):
    code = "segment_name_wrong"
    status = 400
    message = _("请为人群写一个名称，最多 {most} 个字")


class SegmentInUse(DomainError):
    """Another segment's rule asks for it; `names` says whose."""

    code = "segment_in_use"
    message = _("人群“{names}”的规则用到了它，请先修改那里的规则")


class SegmentLoops(DomainError):
    """A rule would ask for its own segment, perhaps by way of others."""

    code = "segment_loops"
    status = 400
    message = _("人群的规则绕回了自己：{path}")


class SnapshotFixed(DomainError):
    """A snapshot is a list of persons: it has no rule that could be changed."""

    code = "snapshot_fixed"
    message = _("“{name}”是固定名单，不能修改规则；可以新建一个人群")


class RuleInvalid(QuestionInvalid):
    """A rule that can't be understood. `place` says where, such as all[1].any[0]; `part` says it for people."""

    code = "rule_invalid"
    message = _("人群规则有误")
