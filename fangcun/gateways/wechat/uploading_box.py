"""The upload as a WeChat in a box takes it: a zip, signed with the upload key."""

from __future__ import annotations

import base64
import hashlib
import io
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from fangcun.gateways.wechat.errors import BadCredentials, Unavailable
from fangcun.gateways.wechat.uploading_refusals import upload_refusal

if TYPE_CHECKING:
    from fangcun.gateways.wechat.uploading import UploadJob

_MIDNIGHT = (2020, 1, 1, 0, 0, 0)


def zipped(folder: Path) -> bytes:
    """A folder as a zip: the same content gives the same bytes."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _MIDNIGHT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    return kept.getvalue()


def send(base_url: str, action: str, job: UploadJob) -> dict[str, Any]:
    """Post a package to the box. Raises what `upload_refusal` makes of its answer, Unavailable for none."""
    package, timestamp = zipped(job.folder), str(int(time.time()))
    digest = hashlib.sha256(package).hexdigest()
    signed = "".join(f"{one}\n" for one in (job.appid, job.version, job.robot, timestamp, digest))
    fields = {
        "appid": job.appid,
        "version": job.version,
        "desc": job.description,
        "robot": str(job.robot),
        "timestamp": timestamp,
    }
    try:
        answer = httpx.post(
            f"{base_url}/_box/ci/{action}",
            data=fields,
            files={"package": ("package.zip", package, "application/zip")},
            headers={"X-Upload-Signature": _signature(job.key, signed)},
            timeout=60,
            trust_env=False,
        )
        told = answer.json()
    except (httpx.HTTPError, ValueError) as failure:
        raise Unavailable(
            f"上传没有得到答复：{type(failure).__name__}", code="transport", details={"sent": True}
        ) from failure
    if answer.status_code != 200 or not isinstance(told, dict):
        said = told if isinstance(told, dict) else {}
        raise upload_refusal(f"{said.get('errCode', '')} {said.get('errMsg', '')}")
    return told


def add_template(base_url: str, folder: Path, description: str) -> int:
    """Put a package into the box's library of templates; its number."""
    try:
        answer = httpx.post(
            f"{base_url}/_box/templates",
            params={"desc": description},
            content=zipped(folder),
            headers={"Content-Type": "application/zip"},
            timeout=60,
            trust_env=False,
        )
        return int(answer.json()["template_id"])
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as failure:
        raise Unavailable(f"模板库没有收下代码：{type(failure).__name__}", code="template") from failure


def picture_of(answer: dict[str, Any]) -> bytes:
    """The preview's code as a picture; empty when there is none."""
    return base64.b64decode(str(answer.get("qrcode", "")).partition(",")[2])


def _signature(pem: str, text: str) -> str:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise BadCredentials("上传密钥读不出来：需要公众平台下载的 private.*.key 的全部内容", code="key")
    return base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
