"""Keys in the package: whoever downloads the mini program has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from fangcun.build.checks.finding import Finding
from fangcun.build.checks.package.facts import Text
from fangcun.build.checks.registry import rule
from fangcun.build.checks.subject import Subject

_NEAR_APPID = 3  # lines
_HEX32 = re.compile(r"^[0-9a-fA-F]{32}$")
_KEY32 = re.compile(r"^[0-9A-Za-z]{32}$")
_PATTERNS = (
    (re.compile(r"-----BEGIN (?:RSA |EC |ENCRYPTED )?PRIVATE KEY-----"), "私钥", "a private key"),
    (re.compile(r"\bAKID[0-9A-Za-z]{20,}\b"), "腾讯云 SecretId", "a Tencent Cloud SecretId"),
    (re.compile(r"\bLTAI[0-9A-Za-z]{12,}\b"), "阿里云 AccessKey", "an Alibaba Cloud access key"),
    (re.compile(r"\bAKIA[0-9A-Z]{16}\b"), "AWS AccessKey", "an AWS access key"),
    (
        re.compile(r"\beyJ[0-9A-Za-z_-]{8,}\.eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}"),
        "登录令牌（JWT）",
        "a token (JWT)",
    ),
    (
        re.compile(
            r"\b(?:ghp|gho|ghs)_[0-9A-Za-z]{30,}\b|\bglpat-[0-9A-Za-z_-]{20,}|\bsk-[0-9A-Za-z_-]{32,}"
        ),
        "访问令牌",
        "an access token",
    ),
    (
        re.compile(r"\b(?:mysql|postgres(?:ql)?|mongodb(?:\+srv)?|redis|amqp)://[^\s:/@]+:[^\s@]+@"),
        "数据库账号",
        "a database's password",
    ),
    (re.compile(r"[?&](?:app)?secret=[0-9a-fA-F]{32}\b"), "AppSecret", "an AppSecret"),
)
_SECRET = re.compile(r"secret|app_?key_?secret", re.IGNORECASE)
_APP_SECRET = re.compile(r"^(?:app|wx|weixin|mp)?_?secret$", re.IGNORECASE)  # a bundle may hold own code
_KEY_NAME = re.compile(r"^.?$|key|token|sec", re.IGNORECASE)  # beside an app id, or minified
_PAY_KEY = re.compile(r"mch.*key|(?:api|pay|partner).*v?3?key|key.*(?:v3|mch)|apiclient", re.IGNORECASE)
_CLOUD_SECRET = re.compile(
    r"secret_?(?:access_?)?key|access_?key_?secret|secretid|aes_?key|private_?key|encod(?:ing)?_?aes_?key|sign(?:ing)?_?(?:key|secret)|jwt_?secret|(?:client|api|token)_?secret",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"^(?:password|passwd|pwd|admin_?password|db_?pass(?:word)?)$", re.IGNORECASE)
_TOKEN_LIKE = re.compile(r"^(?=.*\d)(?=.*[A-Za-z])[\w+/=-]{16,}$")
_PASSWORD_LIKE = re.compile(r"^(?=.*\d)(?=.*[A-Za-z])[\x21-\x7e]{8,}$")
_NO_SECRET = re.compile(
    r"md5|hash|digest|etag|checksum|uuid|version|commit|sign$|icon|font|map|gaode|tongji|stat$|umeng|sensors|track",
    re.IGNORECASE,
)
_APPID = re.compile(r"\bwx[0-9a-f]{16}\b")


@rule("secret-in-package")
def secret_in_package(subject: Subject) -> Iterator[Finding]:
    """A key, a secret or a token that belongs on the server lies in the package."""
    for file in subject.facts.files:
        if file.kind == "key":
            yield _found(file.name, 0, "密钥文件", "a key file")
    for name, script in subject.facts.scripts.items():
        appids = [text.line for text in script.texts if _APPID.search(text.text)]
        told = set()
        for text in script.texts:
            what = _pattern(text.text)
            if what is None and (not script.library or _APP_SECRET.match(text.near)):
                what = _named(text, appids)
            if what and what not in told:
                told.add(what)
                yield _found(name, text.line, *what)
    for name, value in subject.facts.json.items():
        if name not in ("project.config.json", "project.private.config.json"):
            for near, said in _texts(value):
                what = _pattern(said) or _named(Text(said, False, 0, near, "", frozenset()), [])
                if what:
                    yield _found(name, 0, *what)
                    break


def _found(file: str, line: int, chinese: str, english: str) -> Finding:
    return Finding("secret-in-package", f"包里有{chinese}", f"The package holds {english}", file, line)


def _pattern(said: str) -> tuple[str, str] | None:
    for wanted, chinese, english in _PATTERNS:
        if wanted.search(said):
            return chinese, english
    return None


def _named(text: Text, appids: list[int]) -> tuple[str, str] | None:
    """What a text is by the name that it is given to, or by an app id close to it."""
    said, near = text.text.strip(), text.near
    if _NO_SECRET.search(near) or text.open:
        return None
    close = any(abs(line - text.line) <= _NEAR_APPID for line in appids)
    if _HEX32.match(said) and (_SECRET.search(near) or (close and _KEY_NAME.search(near))):
        return "AppSecret", "an AppSecret"
    if _KEY32.match(said) and _PAY_KEY.search(near):
        return "商户 API 密钥", "a merchant's API key"
    if _CLOUD_SECRET.search(near) and _TOKEN_LIKE.match(said):
        return "云服务或签名密钥", "a key of a cloud service or for signing"
    if _PASSWORD.match(near) and _PASSWORD_LIKE.match(said) and "." not in said:
        return "密码", "a password"
    return None


def _texts(value: Any, near: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield near, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, near)
