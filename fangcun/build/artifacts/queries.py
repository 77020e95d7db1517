"""Builds, found and looked into."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

from fangcun.build.artifacts.errors import ArtifactNotFound
from fangcun.build.artifacts.models import Artifact, Platform, Status

_NUMBERS = re.compile(r"(\d+)\.(\d+)\.(\d+)")
FIRST_VERSION = "1.0.0"


def home() -> Path:
    """Where the files of builds are: FANGCUN_HOME/artifacts."""
    return Path(settings.FANGCUN_HOME) / "artifacts"


def place_of(artifact: Artifact) -> Path:
    """The folder of a build: the package, manifest.json and build.log."""
    return home() / f"{artifact.number:05d}"


def folder_of(artifact: Artifact) -> Path:
    """The package itself; for a mini program the folder that has app.json."""
    return place_of(artifact) / "package"


def artifact(number: int) -> Artifact:
    """The build with this number. Raises ArtifactNotFound."""
    found = Artifact.objects.select_related("program").filter(number=number).first()
    if found is None:
        raise ArtifactNotFound
    return found


def artifacts() -> list[Artifact]:
    """Every build, newest first; without their manifests, which are long."""
    return list(Artifact.objects.select_related("program").defer("manifest", "error"))


def latest_ready(platform: str = Platform.WEIXIN, environment: str | None = None) -> Artifact | None:
    """The newest build that can be used."""
    ready = Artifact.objects.select_related("program").filter(platform=platform, status=Status.READY)
    if environment is not None:
        ready = ready.filter(environment=environment)
    return ready.order_by("-number").first()


def next_version() -> str:
    """The version after the highest one that was built: its last number one higher."""
    built = Artifact.objects.filter(status=Status.READY).values_list("version", flat=True)
    numbers = [tuple(map(int, found.groups())) for one in built if (found := _NUMBERS.fullmatch(one))]
    if not numbers:
        return FIRST_VERSION
    *first, last = max(numbers)
    return ".".join(map(str, [*first, last + 1]))


def log_of(artifact: Artifact) -> str:
    """What the tools said while it was built; "" when nothing is kept."""
    path = place_of(artifact) / "build.log"
    return path.read_text(errors="replace") if path.exists() else ""


def differences(before: Artifact, after: Artifact) -> dict[str, list[str]]:
    """Files of two builds: `added`, `removed`, `changed`, by their places in the package."""
    old, new = before.manifest.get("files", {}), after.manifest.get("files", {})
    return {
        "added": sorted(new.keys() - old.keys()),
        "removed": sorted(old.keys() - new.keys()),
        "changed": sorted(name for name in new.keys() & old.keys() if new[name] != old[name]),
    }
