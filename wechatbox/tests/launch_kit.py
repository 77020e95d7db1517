"""A package of code, a platform that commits it, and an uploader who signs with nothing of the box's code."""

import base64
import hashlib
import io
import json
import time
import zipfile
from dataclasses import dataclass
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from wechatbox.tests.kit import BoxClient

APP = {
    "pages": ["pages/home/home", "pages/me/me"],
    "subPackages": [{"root": "pages-goods", "pages": ["product/product"]}],
}
ITEM = {
    "address": "pages/home/home",
    "title": "首页",
    "tag": "水果 蔬菜",
    "first_class": "商家自营",
    "second_class": "食品饮料",
    "first_id": 304,
    "second_id": 325,
}


def zipped(files: dict[str, str] | None = None, app: Any = None) -> bytes:
    """A package: app.json, three pages, and ``files``."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {
            "app.json": json.dumps(APP if app is None else app),
            "pages/home/home.js": "Page({})",
            "pages/me/me.js": "Page({})",
            "pages-goods/product/product.js": "Page({ data: 1 })",
            **(files or {}),
        }.items():
            archive.writestr(name, text)
    return out.getvalue()


@dataclass
class Launch:
    """One program's way through code management."""

    box: BoxClient
    given: dict[str, Any]

    @property
    def appid(self) -> str:
        return str(self.given["appid"])

    def token(self) -> str:
        """The program's access_token."""
        body = {"grant_type": "client_credential", "appid": self.appid, "secret": self.given["secret"]}
        return str(self.box.post("/cgi-bin/stable_token", body)["access_token"])

    def post(self, path: str, body: Any = None) -> Any:
        """A POST of code management."""
        return self.box.post(f"{path}?access_token={self.token()}", body)

    def get(self, path: str, **query: Any) -> Any:
        """A GET of code management."""
        return self.box.get(path, access_token=self.token(), **query)

    def set(self, **publishing: Any) -> None:
        """Change what WeChat's console says about the program."""
        assert "error" not in self.box.post("/_box/publishing", {"appid": self.appid, **publishing})

    def template(self, content: bytes) -> int:
        """A package in the library."""
        return int(self.box.http.post("/_box/templates", content=content).json()["template_id"])

    def commit(self, version: str = "1.0.0", content: bytes | None = None, **changes: Any) -> Any:
        """Commit a package as a version."""
        body = {
            "template_id": self.template(zipped() if content is None else content),
            "ext_json": json.dumps({"extEnable": True, "extAppid": self.appid}),
            "user_version": version,
            "user_desc": f"第 {version} 版",
        }
        return self.post("/wxa/commit", {**body, **changes})

    def submit(self, **body: Any) -> Any:
        """Wait for the code check and submit."""
        self.box.advance(30)
        return self.post("/wxa/submit_audit", {"item_list": [ITEM], **body})

    def judge(self, auditid: int, verdict: str, **more: Any) -> Any:
        """The auditor's word."""
        return self.box.post(f"/_box/audits/{auditid}", {"verdict": verdict, **more})

    def pass_audit(self, version: str) -> int:
        """A version committed, submitted and passed; its audit."""
        assert self.commit(version)["errcode"] == 0
        auditid = int(self.submit()["auditid"])
        self.judge(auditid, "approve")
        return auditid

    def online(self, version: str) -> None:
        """A version that everybody has."""
        self.pass_audit(version)
        assert self.post("/wxa/release", {}) == {"errcode": 0, "errmsg": "ok"}

    def gets(self, user: str) -> Any:
        """Which version a person gets."""
        return self.box.get("/_box/version", appid=self.appid, user=user)

    def upload(
        self, content: bytes | None = None, signed: str | None = None, **fields: str
    ) -> httpx.Response:
        """Upload as the ci channel does; ``signed`` is the key, the program's own unless given."""
        package = zipped() if content is None else content
        form = {"appid": self.appid, "version": "1.0.0", "desc": "第一版", "robot": "1"}
        form |= {"timestamp": str(int(time.time())), **fields}
        key: Any = load_pem_private_key((signed or self.given["upload_private_key"]).encode(), None)
        digest = hashlib.sha256(package).hexdigest()
        message = f"{form['appid']}\n{form['version']}\n{form['robot']}\n{form['timestamp']}\n{digest}\n"
        signature = base64.b64encode(key.sign(message.encode(), PKCS1v15(), SHA256())).decode()
        return self.box.http.post(
            "/_box/ci/upload",
            data=form,
            files={"package": ("package.zip", package, "application/zip")},
            headers={"X-Upload-Signature": signature},
        )
