"""What was said or found about interface permissions and the points of the launch checklist."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.build.papers.states import PermissionState
from fangcun.identity.programs.models import Program
from fangcun.kernel.models import ActorFields


class InterfacePermission(ActorFields):
    """Whether WeChat lets a mini program use one interface: found by a probe, else said by a person."""

    class Source(models.TextChoices):
        PROBE = "probe", _("探测")
        PERSON = "person", _("人工确认")

    program = models.ForeignKey(Program, models.CASCADE, related_name="+", verbose_name=_("小程序"))
    capability = models.CharField(_("接口"), max_length=40)
    state = models.CharField(_("状态"), max_length=10, choices=PermissionState, default=PermissionState.NONE)
    note = models.CharField(_("依据"), max_length=300, blank=True, default="")
    source = models.CharField(_("来源"), max_length=10, choices=Source)
    checked_at = models.DateTimeField(_("确认于"), default=timezone.now)

    class Meta:
        verbose_name = _("接口权限")
        verbose_name_plural = _("接口权限")
        constraints = [models.UniqueConstraint(fields=["program", "capability"], name="permission_once")]

    def __str__(self) -> str:
        return f"{self.capability} {self.state}"


class ChecklistWord(ActorFields):
    """A person's word, with evidence, on a point of the launch checklist that no test can decide."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="+", verbose_name=_("小程序"))
    item = models.CharField(_("检查项"), max_length=40)
    evidence = models.CharField(_("依据"), max_length=300)
    at = models.DateTimeField(_("确认于"), default=timezone.now)

    class Meta:
        verbose_name = _("上线确认")
        verbose_name_plural = _("上线确认")
        constraints = [models.UniqueConstraint(fields=["program", "item"], name="word_once")]

    def __str__(self) -> str:
        return self.item
