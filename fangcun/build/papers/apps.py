from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PapersConfig(AppConfig):
    name = "fangcun.build.papers"
    label = "papers"
    verbose_name = _("资质与环境")
