"""The addresses of care, below `/console/`."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponseBase
from django.urls import URLPattern, path

from fangcun.doors.console.care import automations, consents, settings, templates

View = Callable[..., HttpResponseBase]


def urls(admin_view: Callable[[View], View]) -> list[URLPattern]:
    """Every page of it."""
    found: list[tuple[str, View, str]] = [
        ("care/consents/", consents.ledger, "care_consents"),
        ("care/planner/", consents.planner, "care_planner"),
        ("care/planner/ask/<int:pk>", consents.ask_there, "care_ask"),
        ("care/templates/<int:pk>/", templates.show, "care_template"),
        ("care/templates/preview", templates.preview, "care_template_preview"),
        ("care/templates/<int:pk>/test", templates.test, "care_template_test"),
        ("care/settings/", settings.show, "care_settings"),
        ("care/automations/", automations.home, "care_automations"),
        ("care/automations/new/", automations.write, "care_automation_new"),
        ("care/automations/make", automations.save, "care_automation_make"),
        ("care/automations/who", automations.who, "care_automation_who"),
        ("care/automations/ready/<slug:key>", automations.use, "care_automation_use"),
        ("care/automations/<int:pk>/", automations.show, "care_automation"),
        ("care/automations/<int:pk>/edit", automations.write, "care_automation_edit"),
        ("care/automations/<int:pk>/save", automations.save, "care_automation_save"),
        ("care/automations/<int:pk>/who", automations.who, "care_automation_who_of"),
        ("care/automations/<int:pk>/do/<slug:verb>", automations.verb, "care_automation_verb"),
    ]
    return [path(route, admin_view(view), name=name) for route, view, name in found]
