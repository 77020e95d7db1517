"""Papers, permissions, environments, the self-tester and the checklist."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponseBase

from fangcun.doors.console.launch.papers import checklist, environments, papers, permissions, selftest

PAGES: list[tuple[str, Callable[..., HttpResponseBase], str]] = [
    ("papers/", papers.page, "papers"),
    ("papers/new/", papers.new, "paper_new"),
    ("papers/adopt/", papers.adopt, "papers_adopt"),
    ("papers/<int:pk>/", papers.one, "paper"),
    ("papers/<int:pk>/files/", papers.attach, "paper_attach"),
    ("papers/<int:pk>/files/<int:file>/", papers.download, "paper_file"),
    ("papers/<int:pk>/files/<int:file>/remove/", papers.remove, "paper_file_remove"),
    ("papers/reminders/<int:reminder>/", papers.settle, "paper_settle"),
    ("papers/permissions/", permissions.page, "permissions"),
    ("papers/permissions/say/", permissions.say, "permissions_say"),
    ("papers/permissions/probe/", permissions.probe, "permissions_probe"),
    ("papers/environments/", environments.page, "environments"),
    ("papers/environments/key/", environments.key, "environments_key"),
    ("papers/selftest/", selftest.page, "selftest"),
    ("papers/selftest/start/", selftest.start, "selftest_start"),
    ("papers/selftest/<int:pk>/results/", selftest.results, "selftest_results"),
    ("papers/checklist/", checklist.page, "checklist"),
    ("papers/checklist/word/", checklist.word, "checklist_word"),
]
