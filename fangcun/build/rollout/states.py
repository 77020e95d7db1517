"""The life of a rollout."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RolloutStatus(models.TextChoices):
    RUNNING = "running", _("放量中")
    HELD = "held", _("已暂停")
    FINISHED = "finished", _("已全量")
    TURNED_BACK = "turned_back", _("已回退")


# A version that was turned back is not taken up again: what was mended is another version.
ROLLOUT_TRANSITIONS = {
    RolloutStatus.RUNNING: {RolloutStatus.HELD, RolloutStatus.FINISHED, RolloutStatus.TURNED_BACK},
    RolloutStatus.HELD: {RolloutStatus.RUNNING, RolloutStatus.FINISHED, RolloutStatus.TURNED_BACK},
    RolloutStatus.FINISHED: set[RolloutStatus](),
    RolloutStatus.TURNED_BACK: set[RolloutStatus](),
}
OPEN = (RolloutStatus.RUNNING, RolloutStatus.HELD)
