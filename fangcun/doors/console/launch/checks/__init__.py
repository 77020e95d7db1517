"""The audit officer in the console: inspections, findings with their rules, waivers, the rule pack."""

from collections.abc import Callable

from django.http import HttpResponseBase

from fangcun.doors.console.launch.checks import files, pages, verbs

PAGES: list[tuple[str, Callable[..., HttpResponseBase], str]] = [
    ("checks/", pages.latest, "checks"),
    ("checks/start/", verbs.start, "check_start"),
    ("checks/history/", pages.history, "check_history"),
    ("checks/waivers/", pages.waivers, "check_waivers"),
    ("checks/waivers/<int:pk>/lift/", verbs.lift, "check_lift"),
    ("checks/rules/", pages.pack, "check_rules"),
    ("checks/<int:pk>/", pages.one, "check"),
    ("checks/<int:pk>/progress/", pages.progress, "check_progress"),
    ("checks/<int:pk>/cancel/", verbs.cancel, "check_cancel"),
    ("checks/<int:pk>/waive/", verbs.waive, "check_waive"),
    ("checks/<int:pk>/report.<str:kind>", files.report, "check_report"),
    ("checks/<int:pk>/pictures/<path:name>", files.picture, "check_picture"),
]
