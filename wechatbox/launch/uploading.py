"""The upload endpoint that stands in for miniprogram-ci, and the template library of a third-party platform."""

import base64
import hashlib
import time
from collections.abc import Callable
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from wechatbox import signing
from wechatbox.box import Box, box_of
from wechatbox.launch import packages, versions
from wechatbox.launch.publishing import Publishing, publishing_of
from wechatbox.miniprogram.answers import ApiError
from wechatbox.person.answers import to_response

_FRESH_S = 300
_ROBOTS = range(1, 31)
_BAD_KEY, _BAD_IP = -10007, -10008


def handled(call: Callable[[Box, Request, dict[str, str], bytes], dict[str, Any]]) -> Any:
    """An endpoint around a function from form fields and the package's bytes to a JSON answer."""

    async def endpoint(request: Request) -> Response:
        box = box_of(request)
        fields, content = await _read(request)
        try:
            with box.store.transaction():
                return to_response(call(box, request, fields, content))
        except packages.BadPackage as error:
            return _refusal(40097, str(error))
        except ApiError as error:
            return _refusal(error.errcode, error.errmsg)

    return endpoint


def upload(box: Box, request: Request, fields: dict[str, str], content: bytes) -> dict[str, Any]:
    """``POST /_box/ci/upload``: a robot's development version; the sizes of its packages."""
    publishing, digest, facts = _accepted(box, request, fields, content)
    number = versions.add(
        box,
        publishing,
        channel="ci",
        robot=int(fields.get("robot", "1")),
        version=fields["version"],
        desc=fields["desc"],
        digest=digest,
        ext={},
    )
    return {**_sizes(facts), "id": number}


def preview(box: Box, request: Request, fields: dict[str, str], content: bytes) -> dict[str, Any]:
    """``POST /_box/ci/preview``: a code that opens the package on a phone; nothing is kept as a version."""
    publishing, _, facts = _accepted(box, request, fields, content)
    path = fields.get("page_path", "").lstrip("/") or facts["pages"][0]
    picture = base64.b64encode(versions.picture(publishing, path)).decode()
    return {**_sizes(facts), "qrcode": f"data:image/png;base64,{picture}"}


def add_template(box: Box, request: Request, fields: dict[str, str], content: bytes) -> dict[str, Any]:
    """``POST /_box/templates``: one more package in the template library."""
    digest, facts = packages.keep(box, content)
    number = box.store.insert(
        "code_templates",
        digest=digest,
        desc=fields.get("desc") or request.query_params.get("desc", ""),
        made_at=box.clock.now(),
    )
    return {"template_id": number, "error": facts["error"], **_sizes(facts)}


def _accepted(
    box: Box, request: Request, fields: dict[str, str], content: bytes
) -> tuple[Publishing, str, dict[str, Any]]:
    publishing = publishing_of(box, fields.get("appid", ""))
    if publishing is None:
        raise ApiError(41002, "appid is not registered in this box")
    address = request.client.host if request.client else ""
    allowed = publishing.settings["upload_ips"]
    if allowed is not None and address not in allowed:
        raise ApiError(_BAD_IP, f"invalid ip: {address}, it is not in the IP allow list for code uploads")
    version, desc, robot = (fields.get(name, "") for name in ("version", "desc", "robot"))
    versions.check_name(version, desc)
    if not (robot or "1").isdigit() or int(robot or "1") not in _ROBOTS:
        raise ApiError(40097, "robot must be a number from 1 to 30")
    fields["robot"] = robot or "1"
    _check_signature(publishing, request, fields, content)
    digest, facts = packages.keep(box, content)
    if facts["error"]:
        raise ApiError(40097, facts["error"])
    if problem := packages.too_large(facts, packages.MOST_BYTES):
        raise ApiError(80051, problem)
    return publishing, digest, facts


def _check_signature(
    publishing: Publishing, request: Request, fields: dict[str, str], content: bytes
) -> None:
    if publishing.upload_public_key is None:
        raise ApiError(_BAD_KEY, "no upload key has been made for this mini program")
    stamp = fields.get("timestamp", "")
    if not (stamp.isascii() and stamp.isdigit() and abs(int(stamp[:12]) - time.time()) <= _FRESH_S):
        raise ApiError(_BAD_KEY, "timestamp is missing or more than five minutes off")
    parts = (fields["appid"], fields["version"], fields["robot"], stamp, hashlib.sha256(content).hexdigest())
    message = "".join(f"{part}\n" for part in parts).encode()
    signature = request.headers.get("x-upload-signature", "")
    if not signing.verifies(publishing.upload_public_key, message, signature):
        raise ApiError(_BAD_KEY, "the signature is not by the upload key of this mini program")


def _sizes(facts: dict[str, Any]) -> dict[str, Any]:
    listed = [{"name": name, "size": size} for name, size in facts["packages"].items()]
    return {"subPackageInfo": listed, "pluginInfo": [], "devPluginId": ""}


def _refusal(errcode: int, errmsg: str) -> Response:
    return to_response({"errCode": errcode, "errMsg": errmsg, "error": errmsg}, 400)


async def _read(request: Request) -> tuple[dict[str, str], bytes]:
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        return {}, await request.body()
    async with request.form(max_files=1, max_fields=12) as form:
        return _texts(form), await _file(form)


def _texts(form: FormData) -> dict[str, str]:
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}


async def _file(form: FormData) -> bytes:
    found = form.get("package")
    return await found.read() if isinstance(found, UploadFile) else b""
