"""Names and the addresses behind them: what the public can reach, and what it can't."""

from __future__ import annotations

import ipaddress
import socket

from fangcun.kernel.errors import GatewayError


class NoAnswer(GatewayError):
    """Nobody answers there. `code` says where it ended.

    `dns` no such name, `private` an address of an inner network, `refused` nothing listens, `timeout`, `tls` no
    encryption came about, `broken` the connection broke off.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, permanent=False, code=code)


def is_public(address: str) -> bool:
    """Whether an IP address can be reached from the internet, those written as IPv4 inside IPv6 too."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inside = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return bool(found.is_global and not found.is_multicast and (inside is None or inside.is_global))


def resolve(host: str, port: int, *, public_only: bool) -> list[str]:
    """The addresses of a name. With `public_only` every one of them must be public.

    Connect to what this answers, not to the name: asked again, the name may stand for something else.
    Raises NoAnswer: `dns` or `private`.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as failure:
        raise NoAnswer("dns", f"域名 {host} 解析不到地址") from failure
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if public_only and (inner := [one for one in addresses if not is_public(one)]):
        raise NoAnswer("private", f"域名 {host} 解析到内网地址 {inner[0]}")
    return addresses
