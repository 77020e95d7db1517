"""Personal data: what the package reads against what was declared, both ways, and how users agree."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fangcun.blueprint.vocabulary import PRIVATE
from fangcun.build.checks.finding import Finding, Undecided
from fangcun.build.checks.registry import rule
from fangcun.build.checks.rules.private_data import KINDS, PLACE, REQUIRED, Kind, declares
from fangcun.build.checks.rules.said import page_of
from fangcun.build.checks.subject import Subject

_SHORTEST_PURPOSE = 4  # characters
_EMPTY_PURPOSE = re.compile(
    r"test|测试|xxx|todo|待补充|^(?:获取|使用)?(?:你|您)?的?(?:位置|地理位置|位置信息)$", re.IGNORECASE
)


def uses(subject: Subject, kind: Kind) -> list[tuple[str, int, str]]:
    """Where a kind of personal data is read: file, line, by what."""
    facts = subject.facts
    found = (
        [(file, call.line, f"wx.{call.api}") for file, call in facts.calls(*kind.apis)] if kind.apis else []
    )
    for file, call in facts.calls("authorize", "authorizeForMiniProgram"):
        scope = call.options.get("scope")
        if scope and scope.text in kind.scopes:
            found.append((file, call.line, f"wx.{call.api}({scope.text})"))
    for file, element in facts.elements(own=False):
        if element.tag in kind.tags:
            found.append((file, element.line, f"<{element.tag}>"))
        elif element.attrs.get("open-type") in kind.open_types:
            found.append((file, element.line, f"open-type={element.attrs['open-type']}"))
        elif kind.name == "userinfo" and element.tag == "input" and element.attrs.get("type") == "nickname":
            found.append((file, element.line, "<input type=nickname>"))
    return [one for one in found if not subject.unused(one[0])]


@rule("privacy-undeclared")
def privacy_undeclared(subject: Subject) -> Iterator[Finding | Undecided]:
    """Personal data is read for which no purpose is declared."""
    declared = subject.declared.privacy
    for kind in KINDS:
        found = uses(subject, kind)
        if not found or (declared is not None and declares(kind, declared)):
            continue
        file, line, by = found[0]
        if declared is None:
            yield Undecided(
                "privacy-undeclared",
                f"用到了{kind.chinese}（{by}，{file}），不知道隐私保护指引里有没有写",
                f"{by} in {file} reads personal data; whether the guideline names it is not known",
            )
        elif _without_word(subject, kind):
            yield Undecided(
                "privacy-undeclared",
                f"用到了{kind.chinese}（{by}，{file}）；蓝图里没有这一项，请在隐私保护指引里写上用途",
                f"{by} in {file} reads personal data for which a plan has no word; name it in the guideline",
            )
        else:
            yield Finding(
                "privacy-undeclared",
                f"代码用到了{kind.chinese}（{by}），隐私保护指引里没有声明用途",
                f"{by} is used, but no purpose is declared for it",
                file,
                line,
                page_of(subject, file),
                detail={"kind": kind.name, "uses": [f"{file}:{line}" for file, line, _by in found[:10]]},
            )


def _without_word(subject: Subject, kind: Kind) -> bool:
    """Whether the purposes are told in the words of a plan, which has none for this kind of data."""
    declared = subject.declared.privacy
    if ({kind.name} | kind.meant) & PRIVATE:
        return False
    copies_only = kind.name == "clipboard" and bool(declared and declared <= PRIVATE)
    return subject.planned_privacy_only or copies_only


@rule("privacy-unused")
def privacy_unused(subject: Subject) -> Iterator[Finding]:
    """A purpose is declared for data that nothing in the package reads."""
    declared = subject.declared.privacy or frozenset()
    for word in sorted(declared):
        kinds = [kind for kind in KINDS if declares(kind, frozenset({word}))]
        if kinds and not any(uses(subject, kind) for kind in kinds) and not _typed(subject, word.lower()):
            yield Finding(
                "privacy-unused",
                f"声明了{kinds[0].chinese}的用途，代码里没有用到",
                f"A purpose is declared for “{word}”, but nothing reads it",
                "app.json",
                detail={"kind": word},
            )


_TYPED = {
    "phone": re.compile(r"手机|电话|phone|mobile|tel", re.IGNORECASE),
    "address": re.compile(r"地址|address|收货", re.IGNORECASE),
}


def _typed(subject: Subject, word: str) -> bool:
    """Whether users write this data into a field instead, which the guideline has to name as well."""
    wanted = _TYPED.get({"phonenumber": "phone"}.get(word, word))
    if wanted is None:
        return False
    for file, element in subject.facts.elements(own=False):
        if element.tag in ("input", "textarea", "t-input", "t-textarea", "van-field"):
            around = " ".join((file, *element.attrs.values(), *element.events.values()))
            if wanted.search(around):
                return True
    return False


@rule("required-private-infos")
def required_private_infos(subject: Subject) -> Iterator[Finding]:
    """requiredPrivateInfos of app.json lacks an interface that is used, or names one that does not exist."""
    listed = _listed(subject)
    for name in listed:
        if name not in REQUIRED:
            yield _infos(
                f"requiredPrivateInfos 里的 {name} 不是它认识的 8 个名字之一",
                f"requiredPrivateInfos does not know {name}",
            )
    for api in sorted(REQUIRED):
        found = [(file, call) for file, call in subject.facts.calls(api) if not subject.unused(file)]
        if found and api not in listed:
            file, call = found[0]
            yield Finding(
                "required-private-infos",
                f"用到了 wx.{api}，app.json 的 requiredPrivateInfos 里没有写",
                f"wx.{api} is used, but requiredPrivateInfos of app.json does not name it",
                file,
                call.line,
                page_of(subject, file),
            )


@rule("required-private-infos-unused")
def required_private_infos_unused(subject: Subject) -> Iterator[Finding]:
    """requiredPrivateInfos names an interface that nothing uses."""
    for name in _listed(subject):
        if name in REQUIRED and not any(True for _ in subject.facts.calls(name)):
            yield Finding(
                "required-private-infos-unused",
                f"requiredPrivateInfos 里写了 {name}，代码里没有用到",
                f"requiredPrivateInfos names {name}, but nothing uses it",
                "app.json",
            )


def _listed(subject: Subject) -> list[str]:
    written = subject.package.app.get("requiredPrivateInfos")
    return [str(one) for one in written] if isinstance(written, list) else []


def _infos(chinese: str, english: str) -> Finding:
    return Finding("required-private-infos", chinese, english, "app.json")


@rule("location-purpose")
def location_purpose(subject: Subject) -> Iterator[Finding]:
    """The user's place is read, but app.json does not say what for."""
    found = [(file, call) for file, call in subject.facts.calls(*PLACE) if not subject.unused(file)]
    purposes = _purposes(subject)
    wanted = {scope for scope in purposes if "ocation" in scope} | (
        {"scope.userLocation"} if found else set()
    )
    for scope in sorted(wanted):
        desc = purposes.get(scope, "").strip()
        if len(desc) < _SHORTEST_PURPOSE or _EMPTY_PURPOSE.search(desc):
            said_so = f"只写了「{desc}」" if desc else "没有写"
            yield Finding(
                "location-purpose",
                f"app.json 的 permission 里 {scope} 的 desc {said_so}，看不出用位置做什么",
                f"desc of {scope} in app.json does not say what the place is for",
                "app.json",
            )


def _purposes(subject: Subject) -> dict[str, str]:
    written = subject.package.app.get("permission")
    if not isinstance(written, dict):
        return {}
    return {scope: str(one.get("desc", "")) for scope, one in written.items() if isinstance(one, dict)}


@rule("location-needless")
def location_needless(subject: Subject) -> Iterator[Finding]:
    """The place of users is asked for, but no feature needs it."""
    apis = REQUIRED - {"chooseAddress"}
    called = [(file, call.line, f"wx.{call.api}") for file, call in subject.facts.calls(*sorted(apis))]
    called = [one for one in called if not subject.unused(one[0])]
    if not called and any("ocation" in scope for scope in _purposes(subject)):
        yield Finding(
            "location-needless",
            "app.json 申请了位置权限，代码里没有用到位置",
            "app.json asks for the place of users, but nothing reads it",
            "app.json",
        )
    elif called and subject.declared.location is False:
        file, line, by = called[0]
        yield Finding(
            "location-needless",
            f"用到了 {by}，计划里却没有需要位置的功能",
            f"{by} is used, but nothing in the plan needs the place of users",
            file,
            line,
            page_of(subject, file),
        )
