"""What a batch of codes goes through."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BatchStatus(models.TextChoices):
    """Waiting and drawing can be cancelled; what is done, failed or cancelled can be taken up again."""

    DRAWING = "drawing", _("生成中")
    DONE = "done", _("已完成")
    FAILED = "failed", _("部分失败")
    CANCELLED = "cancelled", _("已取消")


BATCH_TRANSITIONS = {
    BatchStatus.DRAWING: (BatchStatus.DONE, BatchStatus.FAILED, BatchStatus.CANCELLED),
    BatchStatus.FAILED: (BatchStatus.DRAWING,),
    BatchStatus.CANCELLED: (BatchStatus.DRAWING,),
    BatchStatus.DONE: (),
}
