from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class OfferBook(models.Model):
    """One row. Its `token` is another one whenever any offer changes, so that processes keep what they have read.

    `stacking`: {"order": [kind, …], "apart": [[kind, kind], …]}.
    """

    token = models.CharField(max_length=32, default="")
    stacking = models.JSONField(_("叠加规则"), default=dict, blank=True)

    class Meta:
        verbose_name = _("叠加规则")
        verbose_name_plural = _("叠加规则")

    def __str__(self) -> str:
        return str(_("叠加规则"))
