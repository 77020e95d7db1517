"""The only writers of mini programs and merchants. Secrets go in and never come out; each change is audited."""

from __future__ import annotations

import re
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate
from django.db import models, transaction
from django.utils.translation import gettext as _

from fangcun.identity.programs.errors import ProgramInvalid
from fangcun.identity.programs.models import Merchant, Program
from fangcun.identity.programs.queries import forget
from fangcun.identity.programs.tasks import fetch_certificates
from fangcun.kernel import audit
from fangcun.kernel.actors import Actor

_APPID = re.compile(r"[0-9A-Za-z]{6,32}")
_MCHID = re.compile(r"[0-9]{1,32}")
_PROGRAM_FIELDS = ("appid", "name", "role", "merchant_id", "is_active")
_MERCHANT_FIELDS = ("mchid", "name", "serial_no", "mode", "public_key_id")


def _facts(row: models.Model, fields: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in fields}


def _key(text: str, shape: re.Pattern[str]) -> str:
    # PostgreSQL breaks off at a NUL; what is out of shape is refused below and matches nothing here.
    return text if shape.fullmatch(text) else ""


def _refuse(fields: dict[str, str]) -> None:
    if fields:
        raise ProgramInvalid(fields=fields)


def _check_program(program: Program) -> None:
    wrong = {}
    if not _APPID.fullmatch(program.appid):
        wrong["appid"] = _("AppID 由字母和数字组成，例如 wx 开头的 18 位")
    if not program.name.strip() or len(program.name) > 60:
        wrong["name"] = _("请填写名称，不超过 60 个字")
    if program.role not in Program.Role.values:
        wrong["role"] = _("未知的角色")
    _refuse(wrong)


def _private_key_problem(pem: str) -> str | None:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        return _("不是有效的 PEM 私钥（apiclient_key.pem）")
    return None if isinstance(key, RSAPrivateKey) else _("必须是 RSA 私钥")


def _public_key_problem(pem: str) -> str | None:
    try:
        key = load_pem_public_key(pem.encode())
    except ValueError:
        return _("不是有效的 PEM 公钥（pub_key.pem）")
    return None if isinstance(key, RSAPublicKey) else _("必须是 RSA 公钥")


def _certificates_problem(certificates: dict[str, str]) -> str | None:
    for serial, pem in certificates.items():
        try:
            actual = f"{load_pem_x509_certificate(pem.encode()).serial_number:X}"
        except ValueError:
            return _("{serial} 不是有效的 PEM 证书").format(serial=serial)
        if actual != serial.upper().lstrip("0"):
            return _("证书序列号与 {serial} 不符").format(serial=serial)
    return None


def _check_merchant(merchant: Merchant) -> None:
    wrong: dict[str, str | None] = {
        "private_key": _private_key_problem(merchant.private_key),
        "platform_certificates": _certificates_problem(merchant.platform_certificates),
    }
    if not _MCHID.fullmatch(merchant.mchid):
        wrong["mchid"] = _("商户号由数字组成")
    if not merchant.name.strip() or len(merchant.name) > 60:
        wrong["name"] = _("请填写名称，不超过 60 个字")
    if not (merchant.serial_no.isascii() and merchant.serial_no.isalnum() and len(merchant.serial_no) <= 64):
        wrong["serial_no"] = _("请填写商户 API 证书的序列号")
    if len(merchant.api_v3_key.encode()) != 32:
        wrong["api_v3_key"] = _("APIv3 密钥必须是 32 个字节")
    if merchant.mode not in Merchant.Mode.values:
        wrong["mode"] = _("未知的验签方式")
    if merchant.wechatpay_public_key:
        wrong["wechatpay_public_key"] = _public_key_problem(merchant.wechatpay_public_key)
    if merchant.mode == Merchant.Mode.PUBLIC_KEY:
        if not merchant.wechatpay_public_key:
            wrong["wechatpay_public_key"] = _("公钥模式需要微信支付公钥")
        if not merchant.public_key_id.startswith("PUB_KEY_ID_") or len(merchant.public_key_id) > 64:
            wrong["public_key_id"] = _("公钥 ID 以 PUB_KEY_ID_ 开头")
    _refuse({field: problem for field, problem in wrong.items() if problem})


def _apply(row: models.Model, changes: dict[str, Any], secret: tuple[str, ...]) -> list[str]:
    """Set what was given, an empty secret meaning "as it was"; the names of the secrets that changed."""
    replaced = []
    for name, value in changes.items():
        if value is None or (name in secret and not value):
            continue
        if name in secret and value != getattr(row, name):
            replaced.append(name)
        setattr(row, name, value)
    return replaced


def _note(
    action: str,
    row: models.Model,
    before: dict[str, Any] | None,
    after: dict[str, Any],
    replaced: list[str],
    by: Actor,
) -> None:
    note = "、".join(str(row._meta.get_field(name).verbose_name) for name in replaced)  # type: ignore[union-attr]
    if before is None or before != after or replaced:
        note = _("更换了：{names}").format(names=note) if before is not None and note else ""
        audit.record(action, by=by, object=row, before=before, after=after, note=note)


@transaction.atomic
def register_program(
    *,
    appid: str,
    name: str,
    app_secret: str,
    role: str = Program.Role.MAIN,
    merchant: Merchant | None = None,
    is_active: bool = True,
    by: Actor,
) -> Program:
    """Take a mini program into the enterprise, or bring what is known of it up to date.

    An empty secret keeps the one there is. Raises ProgramInvalid. Doing it twice changes nothing.
    """
    known = Program.objects.select_for_update().filter(appid=_key(appid, _APPID)).first()
    program = known or Program(appid=appid)
    before = _facts(program, _PROGRAM_FIELDS) if known else None
    changes = {"name": name, "app_secret": app_secret, "role": role, "is_active": is_active}
    replaced = _apply(program, changes, secret=("app_secret",))
    program.merchant = merchant
    _check_program(program)
    program.save()
    _note(
        "programs.change_program" if known else "programs.register_program",
        program,
        before,
        _facts(program, _PROGRAM_FIELDS),
        replaced,
        by,
    )
    transaction.on_commit(lambda: forget(program))
    return program


@transaction.atomic
def register_merchant(
    *,
    mchid: str,
    name: str,
    serial_no: str,
    private_key: str,
    api_v3_key: str,
    wechatpay_public_key: str = "",
    public_key_id: str = "",
    mode: str = Merchant.Mode.PUBLIC_KEY,
    platform_certificates: dict[str, str] | None = None,
    by: Actor,
) -> Merchant:
    """Take a WeChat Pay merchant number into the enterprise, or bring its keys up to date.

    Empty keys keep those there are. `platform_certificates` maps serial number to PEM. Raises ProgramInvalid
    when a key cannot be one (https://pay.weixin.qq.com/doc/v3/merchant/4013070756). Doing it twice changes nothing.
    """
    known = Merchant.objects.select_for_update().filter(mchid=_key(mchid, _MCHID)).first()
    merchant = known or Merchant(mchid=mchid)
    before = _facts(merchant, _MERCHANT_FIELDS) if known else None
    kept = ("private_key", "api_v3_key", "wechatpay_public_key", "platform_certificates")
    changes = {
        "name": name,
        "serial_no": serial_no,
        "private_key": private_key.strip(),
        "api_v3_key": api_v3_key.strip(),
        "wechatpay_public_key": wechatpay_public_key.strip(),
        "public_key_id": public_key_id,
        "mode": mode,
        "platform_certificates": platform_certificates or {},
    }
    replaced = _apply(merchant, changes, secret=kept)
    _check_merchant(merchant)
    merchant.save()
    _note(
        "programs.change_merchant" if known else "programs.register_merchant",
        merchant,
        before,
        _facts(merchant, _MERCHANT_FIELDS),
        replaced,
        by,
    )
    if merchant.mode == Merchant.Mode.CERTIFICATE:
        fetch_certificates.enqueue(merchant_id=merchant.pk)
    return merchant
