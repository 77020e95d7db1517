"""Why a question has no answer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError


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
