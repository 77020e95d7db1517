"""Rules of releasing."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError, NotFound


class ReleaseUnknown(NotFound):
    code = "release_unknown"
    message = _("没有这次发布")


class ErrandUnknown(NotFound):
    code = "errand_unknown"
    message = _("没有这项操作，可能已经结束")


class ReleaseOpen(DomainError):
    """Another release of the program is on its way; `details.number` is its number."""

    code = "release_open"
    message = _("这个小程序的第 {number} 次发布还没有结束；先完成它，或放弃它")


class ArtifactUnfit(DomainError):
    """The build can't be released; the text says why."""

    code = "artifact_unfit"
    message = _("要发布的必须是正式环境的微信构建，并且已经构建完成")


class VersionTooLow(DomainError):
    code = "version_too_low"
    message = _("版本号 {version} 必须大于上一次发布的 {last}")


class StepsWrong(DomainError):
    code = "steps_wrong"
    status = 400
    message = _("灰度步骤是从小到大、以 100 结尾的百分比，例如 1,5,20,50,100")


class CheckMissing(DomainError):
    code = "check_missing"
    message = _("这个构建还没有检查过，请先运行检查")


class CheckStale(DomainError):
    code = "check_stale"
    message = _("检查的内容与这个构建不一致，请重新检查")


class ChecksOpen(DomainError):
    code = "checks_open"
    message = _("检查还有 {count} 个错误没有解决或豁免")


class ErrandOpen(DomainError):
    """Something is being done at WeChat for this release already."""

    code = "errand_open"
    message = _("“{what}”正在进行，请等它结束")


class NotYet(DomainError):
    """A guard of the next step does not hold; `details.missing` are what is missing, in words."""

    code = "not_yet"
    message = _("还差：{what}")


class WrongChannel(DomainError):
    code = "wrong_channel"
    message = _("这个渠道没有这项操作")


class UndoUsedUp(DomainError):
    code = "undo_used_up"
    message = _("撤回次数用完了：每天最多 5 次，每月最多 10 次")


class PercentWrong(DomainError):
    code = "release_percent_wrong"
    status = 400
    message = _("灰度比例只能是比现在（{now}%）更大的 1 到 100 的整数")


class ReasonMissing(DomainError):
    code = "reason_missing"
    status = 400
    message = _("请写明原因")


class EvidenceMissing(DomainError):
    code = "release_evidence_missing"
    status = 400
    message = _("请写明依据：做了什么，在哪里可以看到")


class KeyMissing(DomainError):
    code = "upload_key_missing"
    message = _("还没有填写代码上传密钥：在“资质与环境”里填入公众平台下载的密钥")


class TemplateMissing(DomainError):
    code = "template_missing"
    status = 400
    message = _("请填写第三方平台模板库里的模板编号")


class PassAmountWrong(DomainError):
    code = "pass_amount_wrong"
    status = 400
    message = _("审核体验券的面额在 0.01 元到 100 元之间")
