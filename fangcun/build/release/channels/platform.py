"""A third-party platform: the whole way by WeChat's code management."""

from __future__ import annotations

import mimetypes
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from fangcun.build.artifacts.queries import folder_of
from fangcun.build.release.channels import Progress
from fangcun.build.release.dossier import same_category
from fangcun.build.release.kit.keeping import kit_folder
from fangcun.build.release.models import Attempt, Errand
from fangcun.gateways.wechat.errors import RequestRefused
from fangcun.gateways.wechat.publishing import Publisher
from fangcun.gateways.wechat.publishing_answers import AuditItem, Category, Submission, UgcDeclaration
from fangcun.gateways.wechat.uploading_box import add_template
from fangcun.identity.programs.clients import publishing_api
from fangcun.identity.programs.models import Program

MOST_PICTURES = 5
POSTS, COMMENTS = 2, 3
MACHINE, PEOPLE = 1, 3


class PlatformChannel:
    """Does every errand by API. What can't be repeated is asked for first when it may have happened already."""

    def __init__(self, program: Program, publisher: Publisher | None = None) -> None:
        self.program = program
        self.wechat = publisher or publishing_api(program)

    def perform(self, errand: Errand, *, progress: Progress) -> dict[str, Any]:
        doing = getattr(self, f"_{errand.kind}")
        answer: dict[str, Any] = doing(errand, progress)
        return answer

    def happened(self, errand: Errand) -> dict[str, Any] | None:
        asking = getattr(self, f"_{errand.kind}_happened", None)
        answer: dict[str, Any] | None = asking(errand) if asking else None
        return answer

    # --- code and privacy

    def _upload(self, errand: Errand, progress: Progress) -> dict[str, Any]:
        payload = errand.payload
        template_id = payload.get("template_id")
        if template_id is None:  # a box has a library of its own; at WeChat a person names the template
            progress(_("正在放入模板库"))
            folder = folder_of(errand.release.artifact)
            template_id = add_template(_box(), folder, payload["description"])
        progress(_("正在提交代码"))
        self.wechat.commit(
            template_id=int(template_id),
            version=payload["version"],
            description=payload["description"],
            ext=payload.get("ext", {"extEnable": True, "extAppid": self.program.appid}),
        )
        return {
            "template_id": int(template_id),
            "packages": errand.release.artifact.manifest.get("packages", {}),
        }

    def _upload_happened(self, errand: Errand) -> dict[str, Any] | None:
        now = self.wechat.versions()
        # The description names the errand, so that an earlier upload of the same version is not taken for it.
        if (now.trial_version, now.trial_description) != (
            errand.payload["version"],
            errand.payload["description"],
        ):
            return None
        return {
            "template_id": errand.payload.get("template_id"),
            "packages": errand.release.artifact.manifest.get("packages", {}),
        }

    def _privacy(self, errand: Errand, progress: Progress) -> dict[str, Any]:
        self.wechat.set_privacy(purposes=errand.payload["purposes"], contact=errand.payload["contact"])
        return {}

    # --- audit

    def _submit(self, errand: Errand, progress: Progress) -> dict[str, Any]:
        progress(_("正在核对类目"))
        pages = errand.payload["pages"]
        categories = self.wechat.categories()
        items = tuple(
            AuditItem(one["address"], one["tag"], one["title"], _category(one["category"], categories))
            for one in pages
        )
        pictures = []
        for name in errand.payload.get("pictures", [])[:MOST_PICTURES]:
            path = kit_folder(errand.release_id) / name
            if path.is_file():
                progress(_("正在上传预览图 %(name)s") % {"name": path.name})
                kind = mimetypes.guess_type(path.name)[0] or "image/png"
                pictures.append(self.wechat.upload_media(path.name, path.read_bytes(), kind))
        progress(_("正在提交审核"))
        auditid = self.wechat.submit_audit(submission_of(errand.payload, items, tuple(pictures)))
        return {"auditid": auditid}

    def _submit_happened(self, errand: Errand) -> dict[str, Any] | None:
        latest = self.wechat.latest_audit()
        known = Attempt.objects.filter(release__program=self.program).exclude(auditid=None)
        if latest is None or latest.version != errand.payload["version"]:
            return None
        if known.filter(auditid=latest.auditid).exists():
            return None
        return {"auditid": latest.auditid}

    def _withdraw(self, errand: Errand, progress: Progress) -> dict[str, Any]:
        self.wechat.undo_audit()
        return {}

    def _withdraw_happened(self, errand: Errand) -> dict[str, Any] | None:
        latest = self.wechat.latest_audit()
        return {} if latest is not None and latest.state == "withdrawn" else None

    def _speed_up(self, errand: Errand, progress: Progress) -> dict[str, Any]:
        try:
            self.wechat.speed_up(int(errand.payload["auditid"]))
        except RequestRefused as refused:
            if (
                errand.tries > 1 and refused.code == "89402"
            ):  # it was sped up by the try whose answer was lost
                return {}
            raise
        return {}

    # --- rollout

    def _gray(self, errand: Errand, progress: Progress) -> dict[str, Any]:
        percent = int(errand.payload["percent"])
        if errand.payload.get("first") and not self.wechat.versions().online_version:
            progress(_("第一次发布不能灰度，直接全量"))
            self.wechat.release()
            return {"everybody": True}
        self.wechat.gray_release(percent)
        return {"percent": percent}

    def _gray_happened(self, errand: Errand) -> dict[str, Any] | None:
        percent = int(errand.payload["percent"])
        if self.wechat.versions().online_version == errand.payload["version"]:
            return {"everybody": True}
        plan = self.wechat.gray_plan()
        running = plan is not None and plan.state in ("running", "paused") and plan.percent >= percent
        return {"percent": plan.percent} if plan is not None and running else None

    def _release(self, errand: Errand, progress: Progress) -> dict[str, Any]:
        self.wechat.release()
        return {}

    def _release_happened(self, errand: Errand) -> dict[str, Any] | None:
        return {} if self.wechat.versions().online_version == errand.payload["version"] else None

    def _revert_gray(self, errand: Errand, progress: Progress) -> dict[str, Any]:
        self.wechat.revert_gray()
        return {}

    def _revert_gray_happened(self, errand: Errand) -> dict[str, Any] | None:
        plan = self.wechat.gray_plan()
        return {} if plan is None or plan.state in ("deleted", "initial") else None

    def _revert_code(self, errand: Errand, progress: Progress) -> dict[str, Any]:
        self.wechat.revert_code(errand.payload.get("app_version"))
        return {"version": self.wechat.versions().online_version}

    def _revert_code_happened(self, errand: Errand) -> dict[str, Any] | None:
        online = self.wechat.versions().online_version
        return {"version": online} if online and online != errand.release.version else None


def submission_of(
    payload: dict[str, Any], items: tuple[AuditItem, ...], pictures: tuple[str, ...]
) -> Submission:
    """What submit_audit is told, from the frozen dossier of an errand."""
    ugc = payload["ugc"]
    method = tuple(
        number for number, used in ((MACHINE, ugc.get("machine")), (PEOPLE, ugc.get("human"))) if used
    )
    return Submission(
        items=items,
        version_desc=payload["value_text"],
        ugc=UgcDeclaration(
            scene=(POSTS, COMMENTS) if ugc["declared"] else (0,),
            method=method or ((PEOPLE,) if ugc["declared"] else ()),
            has_audit_team=bool(ugc.get("human")),
            description=ugc["measures"],
        ),
        privacy_api_not_use=bool(payload.get("privacy_api_not_use", False)),
        order_path=payload["order_path"],
        pictures=pictures,
        feedback=payload.get("feedback", ""),
    )


def _category(wanted: str, given: list[Category]) -> Category:
    for one in given:
        if same_category(one.name, wanted):
            return one
    names = "、".join(one.name for one in given) or _("还没有类目")
    raise RequestRefused(
        _("小程序没有类目“%(wanted)s”；微信里现有：%(names)s") % {"wanted": wanted, "names": names},
        code="category",
    )


def _box() -> str:
    base: str = settings.WECHAT_CI_BASE or settings.WECHATBOX_URL
    if not base:
        raise RequestRefused(_("请填写第三方平台模板库里的模板编号"), code="template")
    return base
