from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScheduleConfig(AppConfig):
    name = "fangcun.plan.schedule"
    label = "schedule"
    verbose_name = _("排期")
