"""Rules about inspections and waivers."""

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError, NotFound


class NothingToCheck(DomainError):
    """There is no built package yet."""

    code = "nothing_to_check"
    message = _("还没有构建好的包，先构建一次")


class CheckRunning(DomainError):
    """One inspection at a time is enough for a package."""

    code = "check_running"
    message = _("这个包正在检查，请等它结束")


class CheckUnknown(NotFound):
    code = "check_unknown"
    message = _("没有这次检查")


class FindingUnknown(NotFound):
    """No kept report has a finding with this key."""

    code = "finding_unknown"
    message = _("没有这个问题，可能已经改好了")


class WaiverInvalid(DomainError):
    """`details.fields` names each wrong field of the form and what is wrong with it."""

    code = "waiver_invalid"
    status = 400
    message = _("请检查豁免的理由和日期")


class WaiverUnknown(NotFound):
    code = "waiver_unknown"
    message = _("没有这条豁免，可能已经撤销")
