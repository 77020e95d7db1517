"""The manifest: the same files, the same text; any other file, another digest."""

from __future__ import annotations

import json
import os
from pathlib import Path

from fangcun.build.artifacts.manifest import digest_of_folder, manifest_of, manifest_text, zip_package

FILES = {
    "app.json": json.dumps({"pages": ["pages/a/a"], "subPackages": [{"root": "sub", "pages": ["b/b"]}]}),
    "app.js": "App({})",
    "pages/a/a.js": "Page({})",
    "pages/a/a.wxml": "<view>一</view>",
    "sub/b/b.js": "Page({ b: 1 })",
    "project.config.json": "{}",
}


def package(folder: Path, **changes: str) -> Path:
    for name, text in {**FILES, **changes}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_packages_and_pages_are_weighed(tmp_path):
    manifest = manifest_of(package(tmp_path), {"version": "1.0.0"})
    assert manifest["packages"] == {"main": len(FILES["app.json"]) + 7 + 8 + 16, "sub": 14}
    assert manifest["pages"] == {"pages/a/a": 24, "sub/b/b": 14}
    assert list(manifest["files"]) == sorted(FILES)
    assert manifest["version"] == "1.0.0"


def test_the_same_files_give_the_same_bytes_whenever_they_were_written(tmp_path):
    one, other = package(tmp_path / "one"), package(tmp_path / "other")
    for path in other.rglob("*.js"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
        path.chmod(0o600)
    assert manifest_text(manifest_of(one, {})) == manifest_text(manifest_of(other, {}))
    first = zip_package(one, tmp_path / "one.zip").read_bytes()
    assert first == zip_package(other, tmp_path / "other.zip").read_bytes()


def test_another_content_or_name_is_another_digest(tmp_path):
    digests = {
        digest_of_folder(package(tmp_path / "a")),
        digest_of_folder(package(tmp_path / "b", **{"app.js": "App({ })"})),
        digest_of_folder(package(tmp_path / "c", **{"more.js": ""})),
    }
    assert len(digests) == 3


def test_a_web_page_has_one_package_and_no_pages_of_a_mini_program(tmp_path):
    (tmp_path / "index.html").write_text("<p>")
    manifest = manifest_of(tmp_path, {})
    assert (manifest["packages"], manifest["pages"]) == ({"main": 3}, {})
