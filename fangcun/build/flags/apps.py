from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FlagsConfig(AppConfig):
    name = "fangcun.build.flags"
    label = "flags"
    verbose_name = _("功能开关")
