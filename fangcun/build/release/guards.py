"""What has to hold before the next step: facts that tests decide, each with a way to mend it."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.build.papers.queries import lacking
from fangcun.build.release.dossier import Dossier, fill
from fangcun.build.release.models import Attempt, Release
from fangcun.build.release.queries import attempt_of, open_items
from fangcun.build.release.states import Channel

PLAN = "/console/plan/launch/"


@dataclass(frozen=True, slots=True)
class Guard:
    """One thing that has to hold. `text` says what it is, `hint` what to do while it does not."""

    text: str
    ok: bool
    hint: str = ""
    link: str = ""


def upload_gaps(release: Release, *, template_id: int | None) -> list[str]:
    """What an upload lacks, in words."""
    boxed = bool(settings.WECHAT_CI_BASE or settings.WECHATBOX_URL)
    if release.channel == Channel.PLATFORM and template_id is None and not boxed:
        return [_("模板库里的模板编号")]
    return []


def submit_guards(release: Release, dossier: Dossier | None = None) -> list[Guard]:
    """What has to hold before a version is submitted."""
    told = dossier or fill(release)
    attempt = attempt_of(release)
    left = open_items(release)
    guards = [
        Guard(_("代码已上传"), attempt.uploaded_at is not None, _("先上传这个构建")),
        Guard(
            _("提审材料齐全"),
            not told.missing,
            _("蓝图里还缺：%(what)s") % {"what": "、".join(told.missing)},
            PLAN,
        ),
        Guard(
            _("类目所需资质已取得"),
            not (missing := lacking(told.categories, today=timezone.localdate())),
            "、".join(missing),
            "/console/launch/papers/",
        ),
    ]
    if release.channel == Channel.PLATFORM:
        guards += _privacy(attempt, told)
    if release.attempt > 1 or left:
        guards.append(
            Guard(
                _("驳回意见逐条整改"),
                not left,
                _("还有 %(count)s 条没有整改") % {"count": len(left)},
                "#refusal",
            )
        )
    return guards


def _privacy(attempt: Attempt, told: Dossier) -> list[Guard]:
    found = attempt.privacy
    unsaid = [*found["without_auth"], *found["without_conf"]] if found else []
    return [
        Guard(
            _("微信的隐私接口检测已完成"),
            found is not None,
            _("上传后约半分钟出结果，会自动查询"),
        ),
        Guard(
            _("隐私接口都有权限，并且都已声明"),
            found is None or not unsaid,
            _("代码用了但没有权限或没有声明：%(what)s") % {"what": "、".join(unsaid)},
        ),
        Guard(
            _("用户隐私保护指引已填写，与蓝图一致"),
            attempt.declared_at is not None and attempt.declared == told.purposes,
            _("用“填写隐私保护指引”提交蓝图里的用途说明"),
        ),
    ]


def gaps(guards: list[Guard]) -> list[str]:
    """What does not hold, in words."""
    return [f"{one.text}（{one.hint}）" if one.hint else one.text for one in guards if not one.ok]
