"""Servers that phones of today do not talk to."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from fangcun.build.papers.tests.proxy import certificate
from fangcun.gateways.probing import NoAnswer, look_at


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port on which each caller is answered in this way."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    caller, _address = server.accept()
                except OSError:
                    return
                with caller, suppress(OSError):
                    answer(caller)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_a_server_that_speaks_no_tls_1_2_is_told_of(tmp_path: Path):
    shown, _roots = certificate(tmp_path)
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old.load_cert_chain(shown)
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with listening(lambda caller: old.wrap_socket(caller, server_side=True).close()) as port:
        found = look_at("127.0.0.1", port, public_only=False)
    assert (found.problem, found.version) == ("version", "TLSv1.1")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_a_port_without_encryption_is_told_of():
    with (
        listening(lambda caller: caller.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")) as port,
        pytest.raises(NoAnswer) as refused,
    ):
        look_at("127.0.0.1", port, public_only=False)
    assert refused.value.code in ("tls", "broken")


def test_nobody_on_the_port_is_told_of():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(NoAnswer) as refused:
        look_at("127.0.0.1", port, public_only=False)
    assert refused.value.code == "refused"
