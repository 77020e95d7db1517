"""A reverse proxy between the internet and us, with one fault at a time, as operators build them."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

FAULTS = {
    "host": "the upstream's own address stands in Host",
    "body": "the content is written anew",
    "query": "the query is decoded on the way",
    "headers": "headers of WeChat Pay are dropped",
    "prefix": "a prefix stands before every path",
    "callbacks": "only pages are passed on",
    "redirect": "everything is sent elsewhere",
    "login": "a login is asked for",
    "size": "nothing above 64 KB is taken",
    "down": "the upstream is not there",
    "answer": "answers are written anew",
    "proto": "nothing says that it is https outside",
}


class _Handler(BaseHTTPRequestHandler):
    target = ""
    fault = ""
    secure = False
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._carry()

    def do_POST(self) -> None:
        self._carry()

    def log_message(self, *_: object) -> None:
        pass

    def _carry(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault, path = self.fault, self.path
        if fault == "redirect":
            return self._say(301, b"", {"Location": "https://www.example.com/"})
        if fault == "login":
            return self._say(401, b"login")
        if fault == "size" and len(body) > 64 * 1024:
            return self._say(413, b"too large")
        if fault == "down":
            return self._say(502, b"bad gateway")
        if fault == "callbacks" and path.startswith("/callbacks"):
            return self._say(404, b"not found")
        if fault == "prefix":
            path = "/shop" + path
        if fault == "query":
            path = unquote(path)
        if fault == "body":
            body = body.strip()
        headers = {name: value for name, value in self.headers.items() if name.lower() != "content-length"}
        headers["X-Forwarded-Proto"] = "https" if self.secure and fault != "proto" else "http"
        if fault == "host":
            headers["Host"] = urlsplit(self.target).netloc
        if fault == "headers":
            headers = {name: value for name, value in headers.items() if not name.startswith("Wechatpay-")}
        upstream = HTTPConnection(urlsplit(self.target).netloc, timeout=20)
        upstream.request(self.command, quote(path, safe="/?&=%+:"), body, {**headers, "Connection": "close"})
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        if fault == "answer" and not self.path.startswith("/callbacks/mirror"):
            content += b"<!-- cdn -->"
        return self._say(answer.status, content, {"Content-Type": answer.getheader("content-type", "")})

    def _say(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def proxied(target: str, *, fault: str = "", certificate: Path | None = None) -> Iterator[str]:
    """A proxy in front of `target`; its address, https with a certificate."""
    assert fault in ("", *FAULTS)
    facts = {"target": target, "fault": fault, "secure": certificate is not None}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), facts))
    server.daemon_threads = True
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certificate(
    folder: Path, *, days: int = 90, names: tuple[str, ...] = ("127.0.0.1",), trusted: bool = True
) -> tuple[Path, Path]:
    """A certificate with its key in one file, and the file of whom to trust for it."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test Authority")])
    now = dt.datetime.now(dt.UTC)
    root = _signed(issuer, issuer, authority_key, authority_key, now, 900, None)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    leaf = _signed(subject, issuer, key, authority_key, now, days, names)
    if not trusted:
        leaf = _signed(subject, subject, key, key, now, days, names)
    shown, roots = folder / "server.pem", folder / "roots.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    shown.write_bytes(private + leaf.public_bytes(Encoding.PEM))
    roots.write_bytes(root.public_bytes(Encoding.PEM))
    return shown, roots


def _signed(subject, issuer, key, by, now, days, names):
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=400))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=names is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
    if names is None:
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        return builder.add_extension(usage, critical=True).sign(by, hashes.SHA256())
    called = [
        x509.IPAddress(ipaddress.ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
        for name in names
    ]
    return builder.add_extension(x509.SubjectAlternativeName(called), critical=False).sign(
        by, hashes.SHA256()
    )
