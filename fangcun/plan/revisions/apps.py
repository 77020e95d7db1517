from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RevisionsConfig(AppConfig):
    name = "fangcun.plan.revisions"
    label = "revisions"
    verbose_name = _("规划版本")
