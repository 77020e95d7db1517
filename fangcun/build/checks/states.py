"""What an inspection goes through."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RunStatus(models.TextChoices):
    """Only a running inspection can be cancelled; what ended stays as it is."""

    RUNNING = "running", _("检查中")
    DONE = "done", _("已完成")
    FAILED = "failed", _("没能检查")
    CANCELLED = "cancelled", _("已取消")


RUN_TRANSITIONS = {
    RunStatus.RUNNING: (RunStatus.DONE, RunStatus.FAILED, RunStatus.CANCELLED),
    RunStatus.DONE: (),
    RunStatus.FAILED: (),
    RunStatus.CANCELLED: (),
}
