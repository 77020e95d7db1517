"""The certificate that a server shows, and whether a phone would accept it."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
from dataclasses import dataclass
from typing import Literal

import certifi
from cryptography import x509
from cryptography.x509.oid import NameOID

from fangcun.gateways.probing.addresses import NoAnswer, resolve

Problem = Literal["", "expired", "not_yet", "self_signed", "hostname", "chain", "version"]

# X509_V_ERR_* of OpenSSL.
_PROBLEMS: dict[int, Problem] = {
    9: "not_yet",
    10: "expired",
    18: "self_signed",
    19: "self_signed",
    62: "hostname",
    64: "hostname",
}
TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a server shows. `problem` is why a phone refuses it, "" when it doesn't.

    `chain` is a certificate whose issuer is not known or not sent along; `version` a server that speaks no TLS 1.2.
    """

    host: str
    problem: Problem
    names: tuple[str, ...]
    issuer: str
    expires_at: dt.datetime
    version: str

    def days_left(self, now: dt.datetime) -> int:
        """Whole days until it expires; negative afterwards."""
        return (self.expires_at - now) // dt.timedelta(days=1)


def look_at(host: str, port: int = 443, *, public_only: bool, timeout: float = TIMEOUT_S) -> Certificate:
    """Shake hands with a server as a phone does, TLS 1.2 or newer; when that fails, find out why.

    With `public_only` an address of an inner network is not connected to. Sends nothing but the handshake.
    Raises NoAnswer.
    """
    address = resolve(host, port, public_only=public_only)[0]
    strict = trusting()
    strict.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        return _seen(address, host, port, strict, timeout, "")
    except ssl.SSLCertVerificationError as refused:
        problem = _PROBLEMS.get(refused.verify_code, "chain")
        return _seen(address, host, port, _lenient(ssl.TLSVersion.TLSv1_2), timeout, problem)
    except ssl.SSLError:
        pass
    try:
        return _seen(address, host, port, _lenient(ssl.TLSVersion.TLSv1), timeout, "version")
    except ssl.SSLError as failure:
        raise NoAnswer("tls", f"{host}:{port} 没有答复 TLS 握手") from failure


def trusting() -> ssl.SSLContext:
    """Whom phones and WeChat trust: the authorities of this machine, and those that browsers know."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _lenient(oldest: ssl.TLSVersion) -> ssl.SSLContext:
    """Only to look at what is shown: nothing is sent through it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = oldest
    if oldest < ssl.TLSVersion.TLSv1_2:
        context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def _seen(
    address: str, host: str, port: int, context: ssl.SSLContext, timeout: float, problem: Problem
) -> Certificate:
    try:
        with (
            socket.create_connection((address, port), timeout=timeout) as plain,
            context.wrap_socket(plain, server_hostname=host) as sealed,
        ):
            shown, version = sealed.getpeercert(binary_form=True), sealed.version()
    except ssl.SSLError:
        raise
    except TimeoutError as failure:
        raise NoAnswer("timeout", f"{host}:{port} 没有在 {timeout:.0f} 秒内答复") from failure
    except ConnectionRefusedError as failure:
        raise NoAnswer("refused", f"{host}:{port} 没有服务在监听") from failure
    except OSError as failure:
        raise NoAnswer("broken", f"{host}:{port} 连接中断：{failure}") from failure
    certificate = x509.load_der_x509_certificate(shown or b"")
    issuer = certificate.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Certificate(
        host=host,
        problem=problem,
        names=_names(certificate),
        issuer=str(issuer[0].value) if issuer else "",
        expires_at=certificate.not_valid_after_utc,
        version=version or "",
    )


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    named = extension.value.get_values_for_type(x509.DNSName)
    return (*named, *(str(one) for one in extension.value.get_values_for_type(x509.IPAddress)))
