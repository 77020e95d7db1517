"""Code of a self-owned mini program to WeChat, with its upload key: what miniprogram-ci does.

An upload becomes a development version, nothing more: audit and release follow in WeChat's console. miniprogram-ci
speaks to WeChat's own hosts alone; a WeChat in a box has an address of its own for the same, which is used when a
base address is given.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from fangcun.gateways.wechat import uploading_box
from fangcun.gateways.wechat.errors import Unavailable
from fangcun.gateways.wechat.uploading_refusals import upload_refusal

MOST_SECONDS = 600
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class UploadJob:
    """What is uploaded: a folder with app.json, as this version, by this robot (1 to 30), with this PEM key."""

    appid: str
    folder: Path
    version: str
    description: str
    key: str
    robot: int = 1


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What WeChat took: bytes of the whole (`__FULL__`), the main package (`__APP__`) and each sub-package."""

    packages: dict[str, int]


class Uploader:
    """Uploads with miniprogram-ci, or to the box at `base_url`. `node` and `script` say how the first is started."""

    def __init__(self, *, base_url: str = "", node: str = "node", script: Path | None = None) -> None:
        self._base_url = base_url.rstrip("/")
        self._node = node
        self._script = script

    def upload(self, job: UploadJob, *, progress: Progress = lambda _: None) -> Uploaded:
        """Upload; the same version again replaces what this robot uploaded before.

        Raises BadCredentials for key, appid or IP list, RequestRefused for code that WeChat does not take,
        Unavailable when nobody answered.
        """
        if self._base_url:
            return Uploaded(_sizes(uploading_box.send(self._base_url, "upload", job)))
        return Uploaded(_sizes(self._run({"action": "upload"}, job, progress)))

    def preview(self, job: UploadJob, *, picture: Path, progress: Progress = lambda _: None) -> Uploaded:
        """Make a code that opens this package on a developer's phone; the picture is written. Raises as upload."""
        if self._base_url:
            answer = uploading_box.send(self._base_url, "preview", job)
            picture.write_bytes(uploading_box.picture_of(answer))
            return Uploaded(_sizes(answer))
        return Uploaded(_sizes(self._run({"action": "preview", "qrcode": str(picture)}, job, progress)))

    def _run(self, extra: dict[str, str], job: UploadJob, progress: Progress) -> dict[str, Any]:
        if self._script is None:
            raise Unavailable("没有找到上传工具 miniapp/tools/wx-upload", code="tool")
        with _key_file(job.key) as key:
            asked = {
                **extra,
                "appid": job.appid,
                "folder": str(job.folder),
                "key": str(key),
                "version": job.version,
                "desc": job.description,
                "robot": job.robot,
            }
            return self._listen(json.dumps(asked), progress)

    def _listen(self, asked: str, progress: Progress) -> dict[str, Any]:
        command = [self._node, str(self._script)]
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
            )
        except OSError as failure:
            raise Unavailable(f"无法启动上传工具：{failure.strerror}", code="tool") from failure
        timer = threading.Timer(MOST_SECONDS, process.kill)
        timer.start()
        try:
            stdin, stdout = cast(IO[str], process.stdin), cast(IO[str], process.stdout)
            stdin.write(asked)
            stdin.close()
            for line in stdout:
                try:
                    told = json.loads(line)
                except ValueError:
                    continue
                if "progress" in told:
                    progress(str(told["progress"]))
                elif "error" in told:
                    raise upload_refusal(str(told["error"]))
                elif "result" in told:
                    return dict(told["result"])
        except BrokenPipeError:
            pass
        finally:
            timer.cancel()
            process.kill()
            process.wait()
        raise Unavailable("上传工具没有说完就结束了", code="tool", details={"sent": True})


@contextmanager
def _key_file(pem: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fangcun-upload-") as folder:  # readable by its owner alone
        path = Path(folder) / "private.key"
        path.touch(mode=0o600)
        path.write_text(pem)
        yield path


def _sizes(answer: dict[str, Any]) -> dict[str, int]:
    found = answer.get("subPackageInfo")
    return {
        str(one.get("name")): int(one.get("size", 0))
        for one in (found if isinstance(found, list) else [])
        if isinstance(one, dict)
    }
