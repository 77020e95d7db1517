"""Looking at addresses from outside: does somebody answer, with which certificate, how far off is his clock."""

from fangcun.gateways.probing.addresses import NoAnswer, is_public, resolve
from fangcun.gateways.probing.certificates import Certificate, look_at
from fangcun.gateways.probing.reaching import Answer, ask

__all__ = ["Answer", "Certificate", "NoAnswer", "ask", "is_public", "look_at", "resolve"]
