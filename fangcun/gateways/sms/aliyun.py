"""Aliyun's short message service: SendSms of 2017-05-25, signed by ACS3-HMAC-SHA256.

Sources: help.aliyun.com, "V3版本请求体&签名机制" and "SendSms"; codes from "API错误码".
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from fangcun.gateways.sms.errors import SmsRefused
from fangcun.gateways.sms.port import Credentials
from fangcun.gateways.sms.transport import post

BASE = "https://dysmsapi.aliyuncs.com"
ALGORITHM = "ACS3-HMAC-SHA256"
VERSION = "2017-05-25"

# Later it works. Everything else is a setting, a number or a text that somebody has to correct.
PASSING = (
    "isv.BUSINESS_LIMIT_CONTROL",
    "isp.SYSTEM_ERROR",
    "isp.GATEWAY_ERROR",
    "isv.OUT_OF_SERVICE",
    "isv.AMOUNT_NOT_ENOUGH",
    "Throttling",
    "ServiceUnavailable",
    "InternalError",
)


def canonical_query(params: Mapping[str, str]) -> str:
    """The query string as it is signed and sent: sorted, with RFC 3986 escapes."""
    return "&".join(f"{_escaped(name)}={_escaped(value)}" for name, value in sorted(params.items()))


def authorization(*, key_id: str, secret: str, query: str, headers: Mapping[str, str]) -> str:
    """The Authorization header of a POST to "/". `headers` are all that is signed, by their lower-case names."""
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{value.strip()}\n" for name, value in sorted(headers.items()))
    request = "\n".join(["POST", "/", query, lines, names, headers["x-acs-content-sha256"]])
    digest = hashlib.sha256(request.encode()).hexdigest()
    signature = hmac.new(secret.encode(), f"{ALGORITHM}\n{digest}".encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}"


class AliyunSms:
    """Aliyun as an SmsGateway."""

    def __init__(self, credentials: Credentials, *, base_url: str = BASE) -> None:
        self._credentials = credentials
        self._base_url = base_url.rstrip("/")

    def send(self, *, phone: str, sign_name: str, template: str, values: Mapping[str, str], key: str) -> str:
        """See SmsGateway; `key` is Aliyun's OutId."""
        params = {
            "PhoneNumbers": phone,
            "SignName": sign_name,
            "TemplateCode": template,
            "OutId": key[:256],
        }
        if values:
            params["TemplateParam"] = json.dumps(dict(values), ensure_ascii=False)
        query = canonical_query(params)
        now = dt.datetime.now(dt.UTC)
        headers = {
            "host": urlsplit(self._base_url).netloc,
            "x-acs-action": "SendSms",
            "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
            "x-acs-date": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": secrets.token_hex(16),
            "x-acs-version": VERSION,
        }
        signed = authorization(
            key_id=self._credentials.key_id, secret=self._credentials.secret, query=query, headers=headers
        )
        answer = post(
            f"{self._base_url}/?{query}",
            content=b"",
            headers={**headers, "accept": "application/json", "authorization": signed},
        )
        code = str(answer.get("Code", ""))
        if code != "OK":
            raise SmsRefused(
                str(answer.get("Message", "")) or "阿里云没有发送这条短信",
                permanent=not code.startswith(PASSING),
                code=code or "unknown",
            )
        return str(answer.get("BizId", ""))


def _escaped(text: str) -> str:
    return quote(text, safe="-_.~")
