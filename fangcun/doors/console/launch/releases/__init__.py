"""Releases in the console: the way of a version, what is done at WeChat for it, and what the auditor said."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponseBase

from fangcun.doors.console.launch.releases import acts, pages, papers

PAGES: list[tuple[str, Callable[..., HttpResponseBase], str]] = [
    ("releases/", pages.page, "releases"),
    ("releases/<int:number>/", pages.one, "release"),
    ("releases/<int:number>/live", pages.live, "release_live"),
    ("releases/<int:number>/quota", pages.quota, "release_quota"),
    ("releases/<int:number>/shots/<int:attempt>/<int:place>", papers.shot, "release_shot"),
    ("releases/<int:number>/do/<slug:verb>", acts.act, "release_act"),
    ("releases/<int:number>/dossier", papers.dossier, "release_dossier"),
    ("releases/<int:number>/kit", papers.kit, "release_kit"),
    ("releases/<int:number>/kit.zip", papers.kit_file, "release_kit_file"),
    ("releases/<int:number>/kit/<str:name>", papers.kit_picture, "release_kit_picture"),
]
