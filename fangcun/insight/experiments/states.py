"""The life of an experiment: it is planned, it runs, and somebody decides."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ExperimentStatus(models.TextChoices):
    DRAFT = "draft", _("草稿")
    RUNNING = "running", _("进行中")
    STOPPED = "stopped", _("已结束")


# There is no way back: a second run of the same question is a new experiment, with new people in each variant.
EXPERIMENT_TRANSITIONS = {
    ExperimentStatus.DRAFT: {ExperimentStatus.RUNNING},
    ExperimentStatus.RUNNING: {ExperimentStatus.STOPPED},
    ExperimentStatus.STOPPED: set[ExperimentStatus](),
}
