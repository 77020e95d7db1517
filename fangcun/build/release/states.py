"""What a release goes through, and what an errand at WeChat goes through."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """Who may do what at WeChat: a self-owned program uploads only, a third-party platform does all of it."""

    CI = "ci", _("自有小程序（上传后在微信后台操作）")
    PLATFORM = "platform", _("第三方平台（接口提审与发布）")


class ReleaseStatus(models.TextChoices):
    """Refused and withdrawn begin another attempt of the same release."""

    DRAFT = "draft", _("草稿")
    CHECKED = "checked", _("已检查")
    UPLOADED = "uploaded", _("已上传")
    SUBMITTED = "submitted", _("审核中")
    APPROVED = "approved", _("审核通过")
    REFUSED = "refused", _("被驳回")
    WITHDRAWN = "withdrawn", _("已撤回")
    ROLLING_OUT = "rolling_out", _("灰度中")
    LIVE = "live", _("已全量")
    REVERTED = "reverted", _("已回退")
    SUPERSEDED = "superseded", _("已被取代")


R = ReleaseStatus
RELEASE_TRANSITIONS = {
    R.DRAFT: (R.CHECKED, R.SUPERSEDED),
    R.CHECKED: (R.DRAFT, R.UPLOADED, R.SUPERSEDED),
    R.UPLOADED: (R.DRAFT, R.SUBMITTED, R.SUPERSEDED),
    R.SUBMITTED: (R.APPROVED, R.REFUSED, R.WITHDRAWN),
    R.REFUSED: (R.DRAFT, R.UPLOADED, R.SUPERSEDED),
    R.WITHDRAWN: (R.DRAFT, R.UPLOADED, R.SUPERSEDED),
    R.APPROVED: (R.ROLLING_OUT, R.LIVE, R.SUPERSEDED),
    R.ROLLING_OUT: (R.LIVE, R.REVERTED),
    R.LIVE: (R.REVERTED, R.SUPERSEDED),
    R.REVERTED: (),
    # The version that everybody has again after a newer one was taken back.
    R.SUPERSEDED: (R.LIVE,),
}
# One release of a program at a time is on its way.
OPEN = (R.DRAFT, R.CHECKED, R.UPLOADED, R.SUBMITTED, R.REFUSED, R.WITHDRAWN, R.APPROVED, R.ROLLING_OUT)


class ErrandKind(models.TextChoices):
    """What is done at WeChat on behalf of a release."""

    UPLOAD = "upload", _("上传代码")
    PRIVACY = "privacy", _("填写隐私保护指引")
    SUBMIT = "submit", _("提交审核")
    WITHDRAW = "withdraw", _("撤回审核")
    SPEED_UP = "speed_up", _("加急审核")
    GRAY = "gray", _("灰度发布")
    RELEASE = "release", _("全量发布")
    REVERT_GRAY = "revert_gray", _("取消灰度")
    REVERT_CODE = "revert_code", _("回退线上版本")


class ErrandStatus(models.TextChoices):
    """By hand: a person does it in WeChat's console and then says so here."""

    WAITING = "waiting", _("排队中")
    RUNNING = "running", _("进行中")
    BY_HAND = "by_hand", _("等人操作")
    DONE = "done", _("已完成")
    FAILED = "failed", _("失败")
    CANCELLED = "cancelled", _("已取消")


E = ErrandStatus
ERRAND_TRANSITIONS = {
    E.WAITING: (E.RUNNING, E.CANCELLED),
    E.RUNNING: (E.DONE, E.FAILED),
    E.BY_HAND: (E.DONE, E.CANCELLED),
    E.FAILED: (E.WAITING, E.CANCELLED),
    E.DONE: (),
    E.CANCELLED: (),
}
UNDER_WAY = (E.WAITING, E.RUNNING, E.BY_HAND)


class Verdict(models.TextChoices):
    """How an audit ended."""

    SUCCESS = "success", _("通过")
    FAIL = "fail", _("驳回")
    WITHDRAWN = "withdrawn", _("撤回")
