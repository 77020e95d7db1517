"""Why a question has no answer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError, NotFound


class QuestionInvalid(DomainError):
    """A question that can't be asked so; the message says what is wrong with it and how to mend it."""

    code = "question_invalid"
    status = 400
    message = _("这个问题不能这样问")


class Interrupted(DomainError):
    """The question was cancelled, or took longer than it may."""

    code = "question_interrupted"
    status = 409
    message = _("查询已停止")


class SavedQuestionUnknown(NotFound):
    code = "saved_question_unknown"
    message = _("这个问题不在了，可能已被删除")


class DashboardUnknown(NotFound):
    code = "dashboard_unknown"
    message = _("这个看板不在了，可能已被删除")


class NameWrong(DomainError):
    code = "name_wrong"
    status = 400
    message = _("请写一个名称，最多 {most} 个字")


class QueryTooLong(DomainError):
    code = "query_too_long"
    status = 413
    message = _("这个问题太长，存不下")


class DashboardFull(DomainError):
    code = "dashboard_full"
    message = _("一个看板最多放 {most} 个问题")


class QuestionTooLarge(DomainError):
    """The engine has too little memory for the question."""

    code = "question_too_large"
    status = 409
    message = _("这个问题需要的内存超过了上限。请缩短日期范围，或调大 FANGCUN_ANALYTICS_MEMORY")


class EngineMissing(DomainError):
    """The engine that the settings name is not installed or not told where it is."""

    code = "engine_missing"
    status = 503
    message = _("没有可用的分析引擎")
