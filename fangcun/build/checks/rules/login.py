"""Being asked to log in or to allow something before one has seen anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from fangcun.build.checks.finding import Finding
from fangcun.build.checks.package import APP
from fangcun.build.checks.package.facts import Call
from fangcun.build.checks.registry import rule
from fangcun.build.checks.rules.said import page_of
from fangcun.build.checks.subject import Subject

ASKING: Final = frozenset(
    {
        "authorize",
        "getUserProfile",
        "getUserInfo",
        "getLocation",
        "getFuzzyLocation",
        "chooseLocation",
        "chooseAddress",
        "getWeRunData",
    }
    | {"chooseInvoiceTitle", "startRecord", "openBluetoothAdapter", "startLocationUpdate", "getClipboardData"}
)
_GOING = frozenset({"redirectTo", "reLaunch", "navigateTo", "switchTab"})
_LEAVING = frozenset({"redirectTo", "reLaunch"})
_LOGIN_PAGE = re.compile(
    r"(?:^|[/_-])(?:login|log-in|sign-?in|auth(?:orize|orization)?|regist(?:er)?|bind-?phone|passport)(?:[/_-]|\.|\?|$)",
    re.IGNORECASE,
)
_DEMANDS = re.compile(r"(?:请|需要|必须|先|未)[^，。]{0,6}(?:登录|授权|绑定手机)")


def _first_files(subject: Subject) -> dict[str, str]:
    """The files of what everybody meets first, app.js and the page that opens, with the page's path."""
    package = subject.package
    own = {file: "" for file in package.used_by(APP) if not file.endswith(".json")}
    if package.entry in package.pages:
        own |= dict.fromkeys(package.used_by(package.entry), package.entry)
    return own


def _started(subject: Subject, first: dict[str, str]) -> set[tuple[str, str]]:
    """The functions of other files that the start runs, without those that decide by a server's answer."""
    scripts = subject.facts.scripts
    found = {(one.file, one.name) for file in first if file in scripts for one in scripts[file].starts}
    asking = {(file, call.inside) for file, call in subject.facts.calls("request", "login", "checkSession")}
    return found - asking


@rule("forced-login")
def forced_login(subject: Subject) -> Iterator[Finding]:
    """Whoever opens the mini program is led to a login page, or starts on one."""
    package = subject.package
    if _LOGIN_PAGE.search(package.entry) and f"{package.entry}.wxml" in package.names:
        yield Finding(
            "forced-login",
            f"打开后第一页就是登录页 {package.entry}",
            f"The first page is the login page {package.entry}",
            "app.json",
            page=package.entry,
        )
        return
    first = _first_files(subject)
    started = _started(subject, first)
    told = set()
    for file, call in subject.facts.calls(*_GOING):
        url = call.options.get("url")
        if (
            file in first
            and (call.hooks or (file, call.inside) in started)
            and not call.asked
            and url
            and url.text
            and (_LOGIN_PAGE.search(url.text) or (call.api in _LEAVING and _logs_in(subject, url.text)))
        ):
            told.add(file)
            yield _led(subject, file, call.line, url.text)
    for file, call in subject.facts.calls("showModal"):
        words = " ".join(value.text or "" for value in call.options.values())
        only = call.options.get("showCancel")
        if (
            file in first
            and file not in told
            and call.hooks
            and only
            and only.text == "false"
            and _DEMANDS.search(words)
        ):
            told.add(file)
            yield Finding(
                "forced-login",
                f"一打开就弹窗要求登录，没有取消：{words.strip()[:40]}",
                "A dialog without a way out demands a login at the start",
                file,
                call.line,
                page_of(subject, file),
            )
    for file, text in subject.facts.texts():
        path = text.text.split("?")[0].lstrip("/")
        goes = re.search(
            r"(?:open|go|goto|jump|navigate\w*|redirect\w*|reLaunch|push|replace|to|toLogin)$",
            text.callee,
            re.IGNORECASE,
        )
        if (
            file in first
            and file not in told
            and text.hooks
            and path in package.pages
            and _LOGIN_PAGE.search(path)
            and goes
        ):
            told.add(file)
            yield _led(subject, file, text.line, path)


def _logs_in(subject: Subject, url: str) -> bool:
    """Whether a page that is called otherwise offers a login."""
    template = subject.facts.templates.get(f"{url.split('?')[0].lstrip('/')}.wxml")
    return template is not None and any(
        element.tag == "button" and re.search("登录|授权", element.text) for element in template.elements
    )


def _led(subject: Subject, file: str, line: int, url: str) -> Finding:
    return Finding(
        "forced-login",
        f"没有登录就被带到 {url.split('?')[0]}，看不到任何内容",
        f"Who is not logged in is led to {url.split('?')[0]} before seeing anything",
        file,
        line,
        page_of(subject, file),
    )


@rule("forced-authorization")
def forced_authorization(subject: Subject) -> Iterator[Finding]:
    """Something is asked for at the very start, before the user wanted anything that needs it."""
    first = _first_files(subject)
    started = _started(subject, first)
    for file, call in subject.facts.calls(*sorted(ASKING)):
        runs = call.hooks or (file, call.inside) in started
        if file in first and runs and not call.asked and not _silent(call):
            yield Finding(
                "forced-authorization",
                f"一打开就调用 wx.{call.api}，用户还没有用到需要它的功能",
                f"wx.{call.api} is called at the start, before anything needs it",
                file,
                call.line,
                first[file],
                detail={"hooks": sorted(call.hooks)},
            )


def _silent(call: Call) -> bool:
    """Old getUserInfo shows nothing any more and is found as deprecated; an `authorize` without scope is another's."""
    return call.api == "getUserInfo" or (
        call.api == "authorize" and call.via == "bundled" and "scope" not in call.options
    )


@rule("user-info-deprecated")
def user_info_deprecated(subject: Subject) -> Iterator[Finding]:
    """Name and picture are read in a way that WeChat has taken back."""
    for file, call in subject.facts.calls("getUserInfo", "getUserProfile"):
        if not subject.unused(file) and not subject.facts.scripts[file].library:
            yield _deprecated(subject, file, call.line, f"wx.{call.api}")
    for file, element in subject.facts.elements():
        if element.attrs.get("open-type") == "getUserInfo":
            yield _deprecated(subject, file, element.line, "open-type=getUserInfo")
        elif element.tag == "open-data" and element.attrs.get("type", "").startswith("user"):
            yield _deprecated(subject, file, element.line, f"<open-data type={element.attrs['type']}>")


def _deprecated(subject: Subject, file: str, line: int, what: str) -> Finding:
    return Finding(
        "user-info-deprecated",
        f"{what} 已收回，只得到灰色头像和「微信用户」",
        f"{what} was taken back: it answers a grey picture and “微信用户”",
        file,
        line,
        page_of(subject, file),
    )
