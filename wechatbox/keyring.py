"""WeChat Pay's own keys, one set per merchant: what it signs with and what merchants verify with."""

from dataclasses import dataclass

from wechatbox import signing
from wechatbox.box import Box
from wechatbox.clock import rfc3339


@dataclass(frozen=True)
class Signer:
    """One of WeChat Pay's own keys for a merchant."""

    serial: str
    kind: str
    private_key_pem: str
    certificate_pem: str | None


def signers_of(box: Box, mchid: str) -> list[Signer]:
    """WeChat Pay's keys for a merchant, newest first."""
    rows = box.store.all("SELECT * FROM signers WHERE mchid = ? ORDER BY rowid DESC", mchid)
    return [
        Signer(row["serial"], row["kind"], row["private_key_pem"], row["certificate_pem"]) for row in rows
    ]


def signer_for(box: Box, mchid: str, mode: str, serial: str | None = None) -> Signer:
    """The key to sign with: the one the request named, else the newest of the merchant's mode."""
    signers = signers_of(box, mchid)
    named = [signer for signer in signers if signer.serial == serial]
    return (named or [signer for signer in signers if signer.kind == mode])[0]


def ensure_keys(box: Box, mchid: str) -> None:
    """Give WeChat Pay a public key and a certificate for a new merchant; an old one keeps its keys."""
    if not signers_of(box, mchid):
        _add_public_key(box, mchid)
        add_certificate(box, mchid)


def add_certificate(box: Box, mchid: str) -> str:
    """Give WeChat Pay a new platform certificate for the merchant, used from now on; its serial."""
    key = signing.new_key()
    serial, certificate = signing.new_certificate(key, "Tenpay.com sign")
    box.store.run(
        "INSERT INTO signers VALUES (?, ?, 'certificate', ?, ?, ?)",
        serial,
        mchid,
        key,
        certificate,
        box.clock.now(),
    )
    return serial


def keys_to_verify_with(box: Box, mchid: str) -> dict[str, str]:
    """The public key, its id and the serial of the newest platform certificate."""
    signers = signers_of(box, mchid)
    public = next(signer for signer in signers if signer.kind == "public_key")
    certificate = next(signer for signer in signers if signer.kind == "certificate")
    return {
        "wechatpay_public_key": signing.public_pem(public.private_key_pem),
        "public_key_id": public.serial,
        "platform_certificate_serial": certificate.serial,
    }


def same_serial(one: str, other: str) -> bool:
    """Whether two certificate serials are the same number; tools differ in case and leading zeros."""
    return one.upper().lstrip("0") == other.upper().lstrip("0")


def _add_public_key(box: Box, mchid: str) -> None:
    day = rfc3339(box.clock.now())[2:10].replace("-", "")
    serial = f"PUB_KEY_ID_01{mchid}{day}".ljust(len("PUB_KEY_ID_") + 28, "0")
    box.store.run(
        "INSERT INTO signers VALUES (?, ?, 'public_key', ?, NULL, ?)",
        serial,
        mchid,
        signing.new_key(),
        box.clock.now(),
    )
