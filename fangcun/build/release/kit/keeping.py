"""Where the kits of releases are kept: FANGCUN_HOME/kits, a folder for each, and a zip of it."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

PICTURES = "pictures"
MOST_PREVIEWS = 5


def kit_folder(release_id: int) -> Path:
    """The folder with the kit of a release; it need not exist."""
    return Path(settings.FANGCUN_HOME) / "kits" / str(release_id)


def kit_page(release_id: int) -> Path:
    """The kit as a page; it need not exist."""
    return kit_folder(release_id) / "index.html"


def kit_zip(release_id: int) -> Path:
    """The kit as one file to hand in; it need not exist."""
    return kit_folder(release_id).with_suffix(".zip")


def preview_pictures(release_id: int) -> list[str]:
    """The first pictures of the kit, relative to its folder, as the audit takes them; nothing without a kit."""
    folder = kit_folder(release_id) / PICTURES
    if not folder.is_dir():
        return []
    names = sorted(one.name for one in folder.iterdir() if one.suffix in (".png", ".jpg"))
    return [f"{PICTURES}/{name}" for name in names[:MOST_PREVIEWS]]
