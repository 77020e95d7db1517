"""Environments as they are entered in WeChat's console, and the key that signs uploads of code."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
from collections.abc import Iterable

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.build.papers import domains
from fangcun.build.papers.errors import EnvironmentInvalid
from fangcun.build.papers.models import Environment, UploadKey
from fangcun.build.papers.states import Stage
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record

FIELDS = (
    "request_domains", "upload_domains", "download_domains", "socket_domains", "ip_allow_list", "filing",
)  # fmt: skip
MOST_ADDRESSES = 50


@transaction.atomic
def save_environment(
    *,
    program: Program,
    name: str,
    request_domains: Iterable[str] = (),
    upload_domains: Iterable[str] = (),
    download_domains: Iterable[str] = (),
    socket_domains: Iterable[str] = (),
    ip_allow_list: Iterable[str] = (),
    filing: str = "",
    by: Actor,
) -> Environment:
    """Say which servers one version of a mini program may talk to, as in WeChat's console under 服务器域名.

    Domains are written with their scheme: https://api.example.com, wss:// for sockets. `filing` is the ICP number.
    Raises EnvironmentInvalid.
    """
    given = {
        "request_domains": request_domains,
        "upload_domains": upload_domains,
        "download_domains": download_domains,
        "socket_domains": socket_domains,
    }
    lists = {field: list(dict.fromkeys(map(domains.tidy, typed))) for field, typed in given.items()}
    lists = {field: [domain for domain in kept if domain] for field, kept in lists.items()}
    wrong = {field: why for field, kept in lists.items() if (why := _wrong(field, kept))}
    addresses = list(dict.fromkeys(one.strip() for one in ip_allow_list if one.strip()))
    if problem := _wrong_addresses(addresses):
        wrong["ip_allow_list"] = problem
    if name not in Stage.values:
        wrong["name"] = _("未知的环境")
    if len(filing) > 60 or "\0" in filing:
        wrong["filing"] = _("不超过 %s 个字") % 60
    if wrong:
        raise EnvironmentInvalid(fields=wrong)
    known = Environment.objects.select_for_update().filter(program=program, name=name).first()
    row = known or Environment(program=program, name=name)
    before = {field: getattr(row, field) for field in FIELDS} if known else None
    after = {**lists, "ip_allow_list": addresses, "filing": filing.strip()}
    for field, value in after.items():
        setattr(row, field, value)
    row.save()
    if before != after:
        note = f"{program.name} {row.get_name_display()}"
        record("papers.save_environment", by=by, object=row, before=before, after=after, note=note)
    return row


def _wrong(field: str, kept: list[str]) -> str:
    if len(kept) > domains.MOST:
        return _("最多 %s 个域名") % domains.MOST
    scheme = "wss" if field == "socket_domains" else "https"
    told = [f"{domain[:80]}：{why}" for domain in kept if (why := domains.why_not(domain, scheme=scheme))]
    return "；".join(told[:5])


def _wrong_addresses(addresses: list[str]) -> str:
    if len(addresses) > MOST_ADDRESSES:
        return _("最多 %s 个 IP 地址") % MOST_ADDRESSES
    for address in addresses:
        try:
            ipaddress.ip_network(address, strict=False)
        except ValueError:
            return _("%s 不是 IP 地址") % address[:60]
    return ""


@transaction.atomic
def set_upload_key(*, program: Program, private_key: str, by: Actor) -> UploadKey:
    """Keep the key that signs uploads of code (代码上传密钥, a file private.wx….key). Raises EnvironmentInvalid."""
    try:
        key = load_pem_private_key(private_key.strip().encode(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise EnvironmentInvalid(
            fields={"upload_key": _("不是有效的代码上传密钥，需要公众平台下载的 private.wx….key 的全部内容")}
        )
    shown = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    mark = "SHA256:" + base64.b64encode(hashlib.sha256(shown).digest()).decode().rstrip("=")
    known = UploadKey.objects.select_for_update().filter(program=program).first()
    row = known or UploadKey(program=program)
    before = known.fingerprint if known else ""
    row.private_key, row.fingerprint, row.at = private_key.strip(), mark, timezone.now()
    row.actor_kind, row.actor_id, row.actor_name = by.kind, by.id, by.name[:150]
    row.save()
    if before != mark:
        record(
            "papers.set_upload_key", by=by, object=program, before={"key": before} if before else None,
            after={"key": mark},
        )  # fmt: skip
    return row
