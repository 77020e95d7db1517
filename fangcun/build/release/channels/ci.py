"""A self-owned mini program: code goes up by upload key, everything else is done by a person in WeChat's console."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings

from fangcun.build.artifacts.queries import folder_of
from fangcun.build.artifacts.workshop import find_node
from fangcun.build.release.channels import Progress
from fangcun.build.release.errors import WrongChannel
from fangcun.build.release.keys import upload_key
from fangcun.build.release.models import Errand
from fangcun.build.release.states import ErrandKind
from fangcun.gateways.wechat.uploading import Uploader, UploadJob
from fangcun.identity.programs.models import Program

SCRIPT = Path("miniapp") / "tools" / "wx-upload" / "upload.mjs"


class CiChannel:
    """Uploads as one robot; the same upload twice is one development version."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def perform(self, errand: Errand, *, progress: Progress) -> dict[str, Any]:
        if errand.kind != ErrandKind.UPLOAD:
            raise WrongChannel
        done = uploader().upload(self.job(errand), progress=progress)
        return {"packages": done.packages, "robot": errand.payload.get("robot", 1)}

    def happened(self, errand: Errand) -> dict[str, Any] | None:
        return None  # a second upload replaces the first

    def job(self, errand: Errand) -> UploadJob:
        """What an upload errand sends."""
        return UploadJob(
            appid=self.program.appid,
            folder=folder_of(errand.release.artifact),
            version=str(errand.payload["version"]),
            description=str(errand.payload["description"]),
            key=upload_key(self.program),
            robot=int(errand.payload.get("robot", 1)),
        )


def uploader() -> Uploader:
    """The upload tool, or the box in its place when WECHAT_CI_BASE names one."""
    base: str = settings.WECHAT_CI_BASE or settings.WECHATBOX_URL
    if base:
        return Uploader(base_url=base)
    return Uploader(node=find_node(), script=settings.REPOSITORY / SCRIPT)
