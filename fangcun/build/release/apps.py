from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReleaseConfig(AppConfig):
    name = "fangcun.build.release"
    label = "release"
    verbose_name = _("发布")
