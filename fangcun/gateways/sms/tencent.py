"""Tencent Cloud's short message service: SendSms of 2021-01-11, signed by TC3-HMAC-SHA256.

Sources: cloud.tencent.com/document/api/382/52071 (signature) and /382/55981 (SendSms and its codes).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from fangcun.gateways.sms.errors import SmsRefused
from fangcun.gateways.sms.port import Credentials
from fangcun.gateways.sms.transport import post

BASE = "https://sms.tencentcloudapi.com"
ALGORITHM = "TC3-HMAC-SHA256"
SERVICE = "sms"
VERSION = "2021-01-11"
CONTENT_TYPE = "application/json; charset=utf-8"
REGION = "ap-guangzhou"

# Later it works. Everything else is a setting, a number or a text that somebody has to correct.
PASSING = ("InternalError", "LimitExceeded", "RequestLimitExceeded")
PASSING_TOO = ("FailedOperation.InsufficientBalanceInSmsPackage",)


def authorization(
    *, key_id: str, secret: str, service: str, host: str, content_type: str, payload: bytes, at: dt.datetime
) -> str:
    """The Authorization header of a POST of `payload` to "/" at a moment (to the second)."""
    names = "content-type;host"
    body = hashlib.sha256(payload).hexdigest()
    request = "\n".join(["POST", "/", "", f"content-type:{content_type}\nhost:{host}\n", names, body])
    digest = hashlib.sha256(request.encode()).hexdigest()
    day = at.astimezone(dt.UTC).strftime("%Y-%m-%d")
    scope = f"{day}/{service}/tc3_request"
    told = "\n".join([ALGORITHM, str(int(at.timestamp())), scope, digest])
    key = f"TC3{secret}".encode()
    for part in (day, service, "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, told.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={key_id}/{scope}, SignedHeaders={names}, Signature={signature}"


class TencentSms:
    """Tencent Cloud as an SmsGateway."""

    def __init__(self, credentials: Credentials, *, base_url: str = BASE) -> None:
        self._credentials = credentials
        self._base_url = base_url.rstrip("/")

    def send(self, *, phone: str, sign_name: str, template: str, values: Mapping[str, str], key: str) -> str:
        """See SmsGateway; `key` is Tencent's SessionContext."""
        payload = json.dumps(
            {
                "PhoneNumberSet": [f"+86{phone}"],
                "SmsSdkAppId": self._credentials.application,
                "SignName": sign_name,
                "TemplateId": template,
                "TemplateParamSet": list(values.values()),
                "SessionContext": key[:512],
            },
            ensure_ascii=False,
        ).encode()
        now = dt.datetime.now(dt.UTC)
        host = urlsplit(self._base_url).netloc
        signed = authorization(
            key_id=self._credentials.key_id,
            secret=self._credentials.secret,
            service=SERVICE,
            host=host,
            content_type=CONTENT_TYPE,
            payload=payload,
            at=now,
        )
        answer = post(
            f"{self._base_url}/",
            content=payload,
            headers={
                "host": host,
                "content-type": CONTENT_TYPE,
                "authorization": signed,
                "x-tc-action": "SendSms",
                "x-tc-version": VERSION,
                "x-tc-timestamp": str(int(now.timestamp())),
                "x-tc-region": self._credentials.region or REGION,
            },
        ).get("Response")
        response = answer if isinstance(answer, dict) else {}
        if isinstance(error := response.get("Error"), dict):
            _refuse(str(error.get("Code", "")), str(error.get("Message", "")))
        statuses = response.get("SendStatusSet")
        status = statuses[0] if isinstance(statuses, list) and statuses else {}
        if not isinstance(status, dict) or status.get("Code") != "Ok":
            found = status if isinstance(status, dict) else {}
            _refuse(str(found.get("Code", "")), str(found.get("Message", "")))
        return str(status.get("SerialNo", ""))


def _refuse(code: str, message: str) -> None:
    passing = code.startswith(PASSING) or code in PASSING_TOO
    raise SmsRefused(message or "腾讯云没有发送这条短信", permanent=not passing, code=code or "unknown")
