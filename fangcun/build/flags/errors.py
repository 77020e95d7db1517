from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError, NotFound


class FlagInvalid(DomainError):
    """A flag that can't be kept so; the message says what is wrong with it."""

    code = "flag_invalid"
    status = 400
    message = _("开关的设置有误")


class FlagUnknown(NotFound):
    code = "flag_unknown"
    message = _("没有标识为“{key}”的开关")


class FlagKeyTaken(DomainError):
    code = "flag_key_taken"
    message = _("标识“{key}”已被另一个开关使用")


class FlagKilled(DomainError):
    """An emergency stop holds until somebody lifts it by name, never by the way."""

    code = "flag_killed"
    message = _("开关已紧急关闭，请先解除")


class FlagInUse(DomainError):
    code = "flag_in_use"
    message = _("有放量用到这个开关，不能删除")
