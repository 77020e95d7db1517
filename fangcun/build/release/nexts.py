"""What is to be done next with a release, in words: one answer for the console and the command line."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from fangcun.build.release.guards import Guard, submit_guards
from fangcun.build.release.models import Attempt, Release
from fangcun.build.release.queries import errand_under_way, failed_errand
from fangcun.build.release.states import Channel, ErrandStatus, ReleaseStatus


@dataclass(frozen=True, slots=True)
class Next:
    """The next step: what it is, which verb does it ("" when one only waits), and what has to hold before."""

    words: str
    verb: str = ""
    guards: tuple[Guard, ...] = ()


def next_of(release: Release) -> Next:
    """What a person should do now."""
    errand = errand_under_way(release)
    if errand is not None and errand.status == ErrandStatus.BY_HAND:
        return Next(
            _("在微信后台完成“%(what)s”，再回来登记") % {"what": errand.get_kind_display()}, "confirm"
        )
    if errand is not None:
        return Next(_("正在进行：%(what)s") % {"what": errand.get_kind_display()})
    failed = failed_errand(release)
    if failed is not None and release.is_open:
        return Next(_("“%(what)s”失败了：看原因，改好后重试") % {"what": failed.get_kind_display()}, "retry")
    return _of_status(release)


def _of_status(release: Release) -> Next:
    status = release.status
    if status == ReleaseStatus.DRAFT:
        return Next(_("确认这个构建的检查没有错误"), "check")
    if status == ReleaseStatus.CHECKED:
        return Next(_("上传代码到微信"), "upload")
    if status == ReleaseStatus.UPLOADED:
        return _uploaded(release)
    if status == ReleaseStatus.SUBMITTED:
        waits = (
            _("等微信审核，结果会自动回来")
            if release.channel == Channel.PLATFORM
            else _("等微信审核，有结果后在这里登记")
        )
        return Next(waits, "verdict" if release.channel == Channel.CI else "")
    if status == ReleaseStatus.REFUSED:
        return Next(_("逐条整改驳回意见，再开始下一次提审"), "attempt")
    if status == ReleaseStatus.WITHDRAWN:
        return Next(_("改好后开始下一次提审"), "attempt")
    if status == ReleaseStatus.APPROVED:
        return Next(_("开始灰度，第一步 %(percent)s%%") % {"percent": release.steps[0]}, "go")
    if status == ReleaseStatus.ROLLING_OUT:
        if release.held:
            return Next(_("已暂停：%(why)s。决定继续还是回退") % {"why": release.held}, "step")
        following = release.next_percent
        if following == 100:
            return Next(_("健康就全量发布"), "step")
        return Next(_("健康就放到 %(percent)s%%") % {"percent": following}, "step")
    if status == ReleaseStatus.LIVE:
        return Next(_("所有人都在用这个版本"))
    return Next(_("这次发布已经结束"))


def _uploaded(release: Release) -> Next:
    guards = tuple(submit_guards(release))
    attempt = Attempt.objects.get(release=release, number=release.attempt)
    if release.channel == Channel.PLATFORM and attempt.privacy is None:
        return Next(_("等微信检测隐私接口，约半分钟"), "", guards)
    if release.channel == Channel.PLATFORM and attempt.declared_at is None:
        return Next(_("填写隐私保护指引"), "privacy", guards)
    return Next(_("提交审核"), "submit", guards)
