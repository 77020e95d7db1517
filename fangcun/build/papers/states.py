"""How far papers and permissions are. A person says so, or a probe finds it: any state may follow any other."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PaperKind(models.TextChoices):
    SUBJECT = "subject", _("主体")
    CATEGORY = "category", _("类目")
    PERMISSION = "permission", _("权限")
    CONTRACT = "contract", _("合同与协议")


class PaperStatus(models.TextChoices):
    HAVE = "have", _("已取得")
    APPLIED = "applied", _("办理中")
    MISSING = "missing", _("还没有")
    REFUSED = "refused", _("被驳回")


class PermissionState(models.TextChoices):
    NONE = "none", _("未申请")
    APPLIED = "applied", _("申请中")
    GRANTED = "granted", _("已开通")
    REFUSED = "refused", _("被拒绝")


class Stage(models.TextChoices):
    """The three versions of a mini program, each with servers of its own."""

    DEVELOP = "develop", _("开发版")
    TRIAL = "trial", _("体验版")
    RELEASE = "release", _("正式版")
