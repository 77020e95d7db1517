"""Rules about automations."""

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError, NotFound


class AutomationInvalid(DomainError):
    """`details.place` is where in the document: "trigger", "steps[2]" or "name"."""

    code = "automation_invalid"
    status = 400
    message = _("请检查自动化的设置")


class AutomationUnknown(NotFound):
    code = "automation_unknown"
    message = _("没有这个自动化")


class NothingToDo(DomainError):
    code = "nothing_to_do"
    message = _("还没有任何动作，不能启用")
