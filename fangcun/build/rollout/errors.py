from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError, NotFound


class RolloutInvalid(DomainError):
    """A rollout that can't be begun so; the message says what is wrong with it."""

    code = "rollout_invalid"
    status = 400
    message = _("放量的设置有误")


class RolloutUnknown(NotFound):
    code = "rollout_unknown"
    message = _("没有这次放量")


class RolloutOpen(DomainError):
    """Two versions on their way at once could not be told apart from the running one."""

    code = "rollout_open"
    message = _("这个小程序还有一次放量在进行，请先结束它")


class ReasonMissing(DomainError):
    code = "rollout_reason_missing"
    status = 400
    message = _("请写明理由")
