from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class KernelConfig(AppConfig):
    name = "fangcun.kernel"
    label = "kernel"
    verbose_name = "系统"

    def ready(self) -> None:
        autodiscover_modules("tasks")
