"""Rules about papers and environments."""

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError, NotFound


class PaperUnknown(NotFound):
    code = "paper_unknown"
    message = _("没有这份资质，可能已被删除")


class PaperInvalid(DomainError):
    """What was entered cannot be so; `details.fields` says why."""

    code = "paper_invalid"
    status = 400
    message = _("请检查填写的内容")


class EnvironmentInvalid(DomainError):
    """What was entered cannot be entered in WeChat's console either; `details.fields` says why."""

    code = "environment_invalid"
    status = 400
    message = _("请检查填写的内容")


class EvidenceMissing(DomainError):
    """A person's word needs something that can be looked at later."""

    code = "evidence_missing"
    status = 400
    message = _("请写明依据，例如截图链接、单号或确认人")


class DecidedByTest(DomainError):
    """A test decides this point; nobody's word counts."""

    code = "decided_by_test"
    message = _("这一项由自动检查决定，不能人工确认")
