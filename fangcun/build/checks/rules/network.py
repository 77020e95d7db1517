"""Where the phone sends its requests: encrypted, to registered hosts, not to test servers or WeChat's own API."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fangcun.build.checks.finding import Finding, Undecided
from fangcun.build.checks.package.facts import Text
from fangcun.build.checks.registry import rule
from fangcun.build.checks.subject import Subject

REQUESTS: Final = ("request", "uploadFile", "downloadFile", "connectSocket")
DEVELOP: Final = "develop"
_URL = re.compile(r"(https?|wss?)://([^/?#\s'\"`\\$]+)", re.IGNORECASE)
_BASE = re.compile(
    r"(?:base|api|host|domain|server|url|uri|endpoint|gateway|socket|ws|origin|root|prefix)s?$|^(?:dev|prod|production|development|test|release|trial|develop|staging|online)$|baseURL|apiBase",
    re.IGNORECASE,
)
_SERVED = re.compile(
    r"(?:img|image|icon|cover|avatar|logo|poster|banner|cdn|static|assets?|share|pic|photo|bg|src|doc|link|help|home|web|h5|agreement|privacy|terms)",
    re.IGNORECASE,
)
_ASKS = re.compile(r"(?:request|fetch|ajax|http|\bget|\bpost|\bput)$", re.IGNORECASE)
_MEDIA = re.compile(r"\.(?:png|jpe?g|gif|webp|svg|mp[34]|m4a|html?|ttf|woff2?|css|js)(?:$|\?)", re.IGNORECASE)
_NAMESPACES = (
    "www.w3.org",
    "schemas.",
    "json-schema.org",
    "purl.org",
    "xmlns.",
    "ns.adobe.com",
    "openoffice.org",
)
_TEST_HOST = re.compile(
    r"(?:^|\.)(?:test\d*|testing|dev\d*|develop|mock\d*|staging|stage|stg|uat\d*|sit\d*|pre|preprod|sandbox|demo|qa)\."
    r"|(?:^|\.)(?:test|dev|mock|staging|uat|stg)\d*-|-(?:test|dev|mock|staging|uat|sit|pre|stg)\d*\."
    r"|\.(?:test|invalid|local|lan|internal)$"
    r"|easy-mock|apifox|yapi|rap2|mockapi|mocky\.io|fastmock|apipost|postman|ngrok|natapp|cpolar|trycloudflare"
    r"|localtunnel|serveo|httpbin|jsonplaceholder|reqres\.in|webhook\.site",
    re.IGNORECASE,
)
_WECHAT_API = re.compile(
    r"^(?:api\.weixin\.qq\.com|api2?\.mch\.weixin\.qq\.com|qyapi\.weixin\.qq\.com)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Address:
    """An address of a server. `asked`: requests surely go there; otherwise it may be one that is merely shown."""

    scheme: str
    host: str
    file: str
    line: int
    asked: bool


def addresses(subject: Subject) -> list[Address]:
    """The addresses in the package's own scripts, each once for a file; those that are asked come first."""
    found: dict[tuple[str, str, str], Address] = {}
    asks = False
    for file, call in subject.facts.calls(*REQUESTS):
        if subject.unused(file):
            continue
        asks = True
        url = call.options.get("url") or call.options.get("")
        if url and url.text and (match := _URL.match(url.text)):
            scheme, host = match[1].lower(), match[2].lower()
            found.setdefault((scheme, host, file), Address(scheme, host, file, call.line, True))
    for file, text in subject.facts.texts():
        if subject.unused(file) or text.callee.startswith("console."):
            continue
        for match in _URL.finditer(text.text):
            scheme, host = match[1].lower(), match[2].lower().rstrip("，。）)")
            if "." not in host.split(":")[0] and host.split(":")[0] != "localhost":
                continue
            whole = text.text.strip() == match[0] or text.text.startswith(match[0])
            asked = asks and whole and (scheme in ("ws", "wss") or _is_base(text, host))
            key = (scheme, host, file)
            if key not in found or (asked and not found[key].asked):
                found[key] = Address(scheme, host, file, text.line, asked)
    return sorted(found.values(), key=lambda one: (not one.asked, one.file, one.line))


def _is_base(text: Text, host: str) -> bool:
    """Whether requests are made to what begins like this text, by its name, or by the function that gets it."""
    if _MEDIA.search(text.text) or _SERVED.search(text.near):
        return False
    minified = len(text.near) == 1 and not _SERVED.search(host)
    return minified or bool(_BASE.search(text.near)) or (not text.near and bool(_ASKS.search(text.callee)))


def bare(host: str) -> str:
    """A host without its port."""
    return host.rsplit(":", 1)[0] if re.search(r":\d+$", host) else host


def is_local(host: str) -> bool:
    """Whether a host is an IP address or this machine itself, to which no mini program may talk."""
    name = bare(host).strip("[]")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _namespace(host: str) -> bool:
    return any(host.startswith(one) or host.endswith(one) for one in _NAMESPACES)


@rule("url-local")
def url_local(subject: Subject) -> Iterator[Finding]:
    """Requests go to an IP address or to localhost, which WeChat does not allow."""
    if subject.declared.environment == DEVELOP:
        return
    for one in addresses(subject):
        if is_local(one.host):
            yield Finding(
                "url-local",
                f"地址用了 IP 或本机：{one.scheme}://{one.host}",
                f"An IP address or localhost: {one.scheme}://{one.host}",
                one.file,
                one.line,
            )


@rule("url-insecure")
def url_insecure(subject: Subject) -> Iterator[Finding]:
    """Requests are not encrypted."""
    for one in addresses(subject):
        if one.scheme in ("http", "ws") and one.asked and not is_local(one.host):
            yield Finding(
                "url-insecure",
                f"请求没有加密：{one.scheme}://{one.host}",
                f"Requests are not encrypted: {one.scheme}://{one.host}",
                one.file,
                one.line,
            )


@rule("resource-insecure")
def resource_insecure(subject: Subject) -> Iterator[Finding]:
    """Pictures or pages are loaded without encryption."""
    told = {(one.file, one.host) for one in addresses(subject) if one.asked}
    for one in addresses(subject):
        if one.scheme == "http" and not one.asked and not is_local(one.host) and not _namespace(one.host):
            yield Finding(
                "resource-insecure",
                f"用了 http 地址：{one.host}",
                f"An http address: {one.host}",
                one.file,
                one.line,
            )
            told.add((one.file, one.host))
    for file, element in subject.facts.elements():
        for value in element.attrs.values():
            match = re.match(r"http://([^/?#\s'\"{]+)", value)
            if match and (file, match[1]) not in told and not is_local(match[1]) and not _namespace(match[1]):
                told.add((file, match[1]))
                yield Finding(
                    "resource-insecure",
                    f"用了 http 地址：{match[1]}",
                    f"An http address: {match[1]}",
                    file,
                    element.line,
                )


@rule("test-endpoint")
def test_endpoint(subject: Subject) -> Iterator[Finding]:
    """The package knows a test, mock or development server."""
    if subject.declared.environment == DEVELOP:
        return
    for one in addresses(subject):
        if _TEST_HOST.search(bare(one.host)) and not is_local(one.host):
            yield Finding(
                "test-endpoint",
                f"包里有测试环境的地址：{one.host}",
                f"The address of a test server: {one.host}",
                one.file,
                one.line,
            )


test_endpoint.__test__ = False  # type: ignore[attr-defined]  # a rule, not one of pytest's


@rule("domain-unregistered")
def domain_unregistered(subject: Subject) -> Iterator[Finding | Undecided]:
    """Requests go to a host that is not on the registered list."""
    domains = subject.declared.domains
    known = {_host(one) for one in domains or ()}
    told: set[str] = set()
    for one in addresses(subject):
        host = bare(one.host)
        if not one.asked or is_local(one.host) or host in told or _WECHAT_API.match(host):
            continue
        told.add(host)
        if domains is not None and host not in known and not _covered(host, known):
            yield Finding(
                "domain-unregistered",
                f"请求的域名 {host} 不在服务器域名名单里",
                f"{host} is not on the list of registered hosts",
                one.file,
                one.line,
            )
    if domains is None and told:
        yield Undecided(
            "domain-unregistered",
            f"请求会发到 {'、'.join(sorted(told))}；不知道服务器域名名单，无法核对",
            f"Requests go to {', '.join(sorted(told))}; the list of registered hosts is not known",
        )


def _host(written: str) -> str:
    return bare(re.sub(r"^\w+://", "", written.lower()).split("/")[0])


def _covered(host: str, known: set[str]) -> bool:
    return any(one.startswith("*.") and host.endswith(one[1:]) for one in known)


@rule("wechat-api-from-phone")
def wechat_api_from_phone(subject: Subject) -> Iterator[Finding]:
    """The phone talks to WeChat's server API, which only servers may."""
    for one in addresses(subject):
        if _WECHAT_API.match(bare(one.host)):
            yield Finding(
                "wechat-api-from-phone",
                f"手机端直接请求 {one.host}，只能由服务器请求",
                f"The phone asks {one.host}, which only a server may",
                one.file,
                one.line,
            )
