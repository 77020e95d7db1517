from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError, NotFound


class ReportMissing(DomainError):
    code = "report_missing"
    message = _("报告文件夹里没有 report.html 和 report.json")


class ReportTooLarge(DomainError):
    code = "report_too_large"
    message = _("报告有 {megabytes} MB，超过了 {most} MB")


class RunNotFound(NotFound):
    code = "suite_run_not_found"
    message = _("没有这次测试")


class ReportGone(NotFound):
    code = "report_gone"
    message = _("这份报告的文件已经清理，只留下了结论和数字")
