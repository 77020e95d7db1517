from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError, NotFound


class PlanMissing(DomainError):
    code = "plan_missing"
    message = _("还没有发布过规划")


class StageUnknown(NotFound):
    code = "stage_unknown"
    message = _("当前规划里没有这个阶段")


class StageStarted(DomainError):
    code = "stage_started"
    message = _("“{name}”已经登记了开始")


class StageNotStarted(DomainError):
    code = "stage_not_started"
    message = _("“{name}”还没有登记开始")


class StageFinished(DomainError):
    code = "stage_finished"
    message = _("“{name}”已经完成；要改请先重新打开")


class StageNotFinished(DomainError):
    code = "stage_not_finished"
    message = _("“{name}”还没有完成")


class StageDateWrong(DomainError):
    code = "stage_date_wrong"
    status = 400
    message = _("日期不能晚于今天，完成不能早于开始")


class PercentWrong(DomainError):
    code = "percent_wrong"
    status = 400
    message = _("完成百分比是 0 到 100 的整数")


class AcceptanceOpen(DomainError):
    """A stage can't be finished; `details.items` are the acceptance items that do not hold yet, in words."""

    code = "acceptance_open"
    message = _("验收还差：{missing}")


class AcceptanceUnknown(NotFound):
    code = "acceptance_unknown"
    message = _("这个阶段没有这条验收标准，可能刚被改过")


class DecidedByCheck(DomainError):
    code = "decided_by_check"
    message = _("这一条由检查决定，不能手工打勾")


class EvidenceMissing(DomainError):
    code = "evidence_missing"
    status = 400
    message = _("请写明依据")


class LinkWrong(DomainError):
    code = "link_wrong"
    status = 400
    message = _("链接要以 http:// 或 https:// 开头，不超过 500 个字符")


class CheckUnknown(DomainError):
    code = "check_unknown"
    status = 400
    message = _("没有这种可登记的检查")


class ConditionUnknown(DomainError):
    code = "condition_unknown"
    status = 400
    message = _("没有这种情况")


class ConditionNotFound(NotFound):
    code = "condition_not_found"
    message = _("没有这条记录")
