from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError, NotFound


class ExperimentInvalid(DomainError):
    """An experiment that can't be planned so; the message says what is wrong with it and how to mend it."""

    code = "experiment_invalid"
    status = 400
    message = _("实验的设置有误")


class ExperimentUnknown(NotFound):
    code = "experiment_unknown"
    message = _("没有标识为“{key}”的实验")


class ExperimentBegun(DomainError):
    """What decides who sees what, and how it is judged, is fixed once people take part."""

    code = "experiment_begun"
    message = _("实验开始后不能再修改或删除，只能扩大流量或结束；要换方案请新建实验")


class ExperimentNotRunning(DomainError):
    code = "experiment_not_running"
    message = _("实验没有在进行")


class KeyTaken(DomainError):
    code = "experiment_key_taken"
    message = _("标识“{key}”已被另一个实验使用")
