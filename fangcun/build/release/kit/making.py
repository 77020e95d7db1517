"""The kit is made: texts from the dossier, pictures from the newest walk through the mini program."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.build.checks.queries import latest_run, pictures_of
from fangcun.build.release.dossier import Dossier, fill
from fangcun.build.release.kit.keeping import PICTURES, kit_folder, kit_page, kit_zip
from fangcun.build.release.models import Release
from fangcun.build.release.queries import release_of
from fangcun.build.suites.errors import ReportGone
from fangcun.build.suites.models import Suite
from fangcun.build.suites.queries import report_file, runs

Progress = Callable[[str, int, int], None]
MOST_PICTURES = 60
IMAGES = (".png", ".jpg", ".jpeg")


def make(
    number: int, *, walk: Path | None = None, progress: Progress = lambda _words, _done, _all: None
) -> Path:
    """Make the kit of a release anew; where the page is. The zip lies beside its folder.

    `walk` is a folder that `fangcun plan test --out` wrote; the newest journeys of this installation, or else the
    pictures of the build's inspection, are taken without it. Raises ReleaseUnknown.
    """
    release = release_of(number)
    progress(_("填写材料"), 0, 3)
    dossier = fill(release)
    fresh = kit_folder(number).with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / PICTURES).mkdir(parents=True)
    progress(_("收集截图"), 1, 3)
    walks = _walks(release, dossier, walk, fresh / PICTURES)
    progress(_("写成一页并打包"), 2, 3)
    told = {
        "release": release,
        "dossier": dossier,
        "walks": walks,
        "made_at": timezone.localtime(),
        "pictures": sum(bool(step["picture"]) for one in walks for step in one["steps"]),
    }
    (fresh / "index.html").write_text(render_to_string("release/kit.html", told), "utf-8")
    (fresh / "dossier.json").write_text(json.dumps(dossier.as_json(), ensure_ascii=False, indent=2), "utf-8")
    _pack(fresh, fresh.with_suffix(".zip"))
    shutil.rmtree(kit_folder(number), ignore_errors=True)
    fresh.rename(kit_folder(number))
    fresh.with_suffix(".zip").replace(kit_zip(number))
    progress(_("完成"), 3, 3)
    return kit_page(number)


def _pack(folder: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            archive.write(path, path.relative_to(folder))


def _walks(release: Release, dossier: Dossier, given: Path | None, target: Path) -> list[dict[str, Any]]:
    source = given or _newest_journeys()
    if source is not None and (told := _read(source / "report.json")):
        return _from_report(told, dossier, source, target)
    walks = [
        {"name": one["name"], "steps": [{"words": it["words"], "picture": ""} for it in one["steps"]]}
        for one in dossier.walkthroughs
    ]
    return [*walks, *_from_inspection(release, target)]


def _newest_journeys() -> Path | None:
    for run in runs(Suite.JOURNEYS)[:5]:
        try:
            return report_file(run, "report.json").parent
        except ReportGone:
            continue
    return None


def _read(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _from_report(told: dict[str, Any], dossier: Dossier, source: Path, target: Path) -> list[dict[str, Any]]:
    """The ways that were walked to their end, without the unhappy branches and what others than customers do."""
    words = {
        (one["scenario"], step["step"]): step["words"]
        for one in dossier.walkthroughs
        for step in one["steps"]
    }
    walks = []
    for way in told.get("ways", []):
        if way.get("branch") or not way.get("passed"):
            continue
        steps = [
            {"words": said, "picture": _kept(source, step.get("picture"), target)}
            for step in way.get("steps", [])
            if (said := words.get((way.get("scenario"), step.get("step"))))
        ]
        walks.append({"name": way.get("name", ""), "steps": steps})
    return walks


def _from_inspection(release: Release, target: Path) -> list[dict[str, Any]]:
    run = latest_run(release.artifact)
    folder = pictures_of(run) if run is not None else None
    if folder is None or not folder.is_dir():
        return []
    names = sorted(one.name for one in folder.iterdir() if one.suffix in IMAGES)[:MOST_PICTURES]
    steps = [{"words": "", "picture": _kept(folder, name, target)} for name in names]
    return [{"name": _("页面一览"), "steps": steps}] if steps else []


def _kept(source: Path, name: Any, target: Path) -> str:
    """Copy one picture into the kit; its name there, "" when there is none."""
    if not isinstance(name, str) or not name:
        return ""
    path = (source / name).resolve()
    inside = path.is_relative_to(source.resolve()) and path.is_file() and path.suffix in IMAGES
    kept = sum(1 for _one in target.iterdir())
    if not inside or kept >= MOST_PICTURES:
        return ""
    fresh = f"{kept + 1:02d}{path.suffix}"
    shutil.copyfile(path, target / fresh)
    return fresh
