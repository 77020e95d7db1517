"""Rules about builds."""

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError


class ArtifactNotFound(DomainError):
    code = "artifact_not_found"
    status = 404
    message = _("没有这个构建")


class NothingPublished(DomainError):
    """There is no published blueprint, so nothing says what to build."""

    code = "nothing_published"
    message = _("还没有发布蓝图；先在「编辑蓝图」里发布一版")


class BuildInvalid(DomainError):
    """`details.fields` names each wrong field and what is wrong with it."""

    code = "build_invalid"
    status = 400
    message = _("请检查构建的设置")


class ArtifactPinned(DomainError):
    """A release needs it."""

    code = "artifact_pinned"
    message = _("有发布用着这个构建，不能删除")


class ArtifactBuilding(DomainError):
    code = "artifact_building"
    message = _("正在构建，先取消或等它完成")
