from importlib import import_module
from pkgutil import iter_modules

from django.apps import AppConfig


class FlowsConfig(AppConfig):
    name = "fangcun.flows"
    label = "flows"

    def ready(self) -> None:
        package = import_module(self.name)
        for module in iter_modules(package.__path__):
            if module.name.startswith("after_"):
                import_module(f"{self.name}.{module.name}")
