from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SuitesConfig(AppConfig):
    name = "fangcun.build.suites"
    label = "suites"
    verbose_name = _("测试报告")
