"""Personal data: what the package reads against what was declared, both ways, and how users agree."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fangcun.blueprint.vocabulary import PRIVATE
from fangcun.build.checks.finding import Finding, Undecided
from fangcun.build.checks.registry import rule
from fangcun.build.checks.rules.private_data import KINDS, PLACE, REQUIRED, Kind, declares
from fangcun.build.checks.rules.said import page_of, said
from fangcun.build.checks.subject import Subject

_SHORTEST_PURPOSE = 4  # characters
_EMPTY_PURPOSE = re.compile(
    r"test|测试|xxx|todo|待补充|^(?:获取|使用)?(?:你|您)?的?(?:位置|地理位置|位置信息)$", re.IGNORECASE
)
_AGREEMENT = re.compile(r"(?:同意|阅读|已阅).{0,20}(?:协议|政策|隐私|条款|指引)")


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
    desc = _purposes(subject).get("scope.userLocation", "")
    if not found:
        return
    _file, call = found[0]
    if len(desc.strip()) < _SHORTEST_PURPOSE or _EMPTY_PURPOSE.search(desc.strip()):
        said_so = f"只写了「{desc}」" if desc.strip() else "没有写"
        yield Finding(
            "location-purpose",
            f"用到了 wx.{call.api}，app.json 的 permission.scope.userLocation.desc {said_so}，看不出用途",
            f"wx.{call.api} is used, but permission.scope.userLocation.desc does not say what for",
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


@rule("privacy-agreement")
def privacy_agreement(subject: Subject) -> Iterator[Finding]:
    """The package asks for agreement itself, but users cannot agree."""
    listens = [(file, call) for file, call in subject.facts.calls("onNeedPrivacyAuthorization")]
    buttons = [
        (file, element)
        for file, element in subject.facts.elements(own=False)
        if "agreePrivacyAuthorization" in element.attrs.get("open-type", "")
    ]
    if listens and not buttons:
        file, call = listens[0]
        yield Finding(
            "privacy-agreement",
            "接管了隐私授权，却没有 open-type=agreePrivacyAuthorization 的按钮，用户无法同意",
            "onNeedPrivacyAuthorization is taken over, but there is no button with agreePrivacyAuthorization",
            file,
            call.line,
        )


@rule("agreement-prechecked")
def agreement_prechecked(subject: Subject) -> Iterator[Finding]:
    """The box that agrees to the terms is ticked before the user did it."""
    for file, template in subject.facts.templates.items():
        for element in () if template.library else template.elements:
            checked = element.attrs.get(
                "checked", element.attrs.get("value", "") if element.tag.endswith("-checkbox") else ""
            )
            if element.tag not in ("checkbox", "radio") and not element.tag.endswith("-checkbox"):
                continue
            around = element.text + "".join(one.text for one in list(template.above(element))[:3])
            around += "".join(one.text for one in template.elements if one.parent == element.parent)
            ticked = re.sub(r"[{}\s]", "", checked)
            if (ticked in ("true", "checked") or _begins_true(subject, file, ticked)) and _AGREEMENT.search(
                around
            ):
                yield Finding(
                    "agreement-prechecked",
                    "同意协议的选框默认已勾选",
                    "The box that agrees to the terms is ticked beforehand",
                    file,
                    element.line,
                    page_of(subject, file),
                )


def _begins_true(subject: Subject, template: str, name: str) -> bool:
    """Whether the data of a template's script begin with this name as true."""
    script = template.removesuffix(".wxml") + ".js"
    if not name.isidentifier() or script not in subject.package.names:
        return False
    text = (subject.package.root / script).read_text(encoding="utf-8", errors="replace")
    return re.search(rf"\b{name}\s*:\s*(?:true|!0)\b", text) is not None


@rule("privacy-switch-off")
def privacy_switch_off(subject: Subject) -> Iterator[Finding]:
    """app.json switches the privacy check off, which WeChat no longer heeds."""
    if subject.package.app.get("__usePrivacyCheck__") is False:
        yield Finding(
            "privacy-switch-off",
            "app.json 把 __usePrivacyCheck__ 写成了 false",
            "app.json sets __usePrivacyCheck__ to false",
            "app.json",
        )


@rule("account-deletion")
def account_deletion(subject: Subject) -> Iterator[Finding]:
    """Members are known by their phone number, but find no way to delete the account."""
    (phone,) = (kind for kind in KINDS if kind.name == "phone")
    found = uses(subject, phone)
    if found and not any(
        "注销" in one.text or "删除账号" in one.text or "删除账户" in one.text for one in said(subject)
    ):
        file, line, _by = found[0]
        yield Finding(
            "account-deletion",
            "用手机号登录，却没有找到注销账号的入口",
            "Phone numbers are taken, but there is no way to delete the account",
            file,
            line,
        )
