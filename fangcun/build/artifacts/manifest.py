"""What a build is, file by file: the same files give the same manifest, whenever and wherever they were made."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fangcun.blueprint.document import Budgets
from fangcun.build.artifacts.weighing import NOT_UPLOADED, NotBuilt, weigh

SCHEMA = 1
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP file can say


def files_of(folder: Path) -> dict[str, dict[str, Any]]:
    """Every file of a package by its place in it: bytes and sha256, in the order of their names."""
    return {
        path.relative_to(folder).as_posix(): {
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def digest_of(files: Mapping[str, Mapping[str, Any]]) -> str:
    """One name for all of them: sha256 over names and contents."""
    lines = "".join(f"{one['sha256']}  {name}\n" for name, one in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def digest_of_folder(folder: Path) -> str:
    """The digest of a package that lies in a folder, as `Artifact.digest` has it."""
    return digest_of(files_of(folder))


def manifest_of(folder: Path, made_from: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest of a built package: files, sizes of packages and pages, and what it was made from.

    A page's size is that of its own files; a KB of a package is a KB that is uploaded. No time stands in it.
    """
    files = files_of(folder)
    return {
        "schema": SCHEMA,
        **made_from,
        "packages": _packages(folder, files),
        "pages": _pages(folder, files),
        "files": files,
        "digest": digest_of(files),
    }


def manifest_text(manifest: Mapping[str, Any]) -> str:
    """The manifest as it is kept in manifest.json."""
    return json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def zip_package(folder: Path, target: Path) -> Path:
    """The package as one ZIP file; the same files give the same bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in files_of(folder):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, (folder / name).read_bytes())
    return target


def _packages(folder: Path, files: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    try:
        return {one.package: one.size for one in weigh(folder, Budgets())}
    except NotBuilt:  # a web page has one package
        return {"main": sum(one["bytes"] for name, one in files.items() if name not in NOT_UPLOADED)}


def _pages(folder: Path, files: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    try:
        app = json.loads((folder / "app.json").read_text())
    except OSError:
        return {}
    subs = app.get("subPackages") or app.get("subpackages") or []
    paths = [*app["pages"], *(f"{one['root'].strip('/')}/{page}" for one in subs for page in one["pages"])]
    return {
        page: sum(one["bytes"] for name, one in files.items() if name.rpartition(".")[0] == page)
        for page in paths
    }
