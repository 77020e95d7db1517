"""How users agree, and how they take it back."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fangcun.build.checks.finding import Finding
from fangcun.build.checks.registry import rule
from fangcun.build.checks.rules.privacy import uses
from fangcun.build.checks.rules.private_data import KINDS
from fangcun.build.checks.rules.said import page_of, said
from fangcun.build.checks.subject import Subject

_AGREEMENT = re.compile(r"(?:同意|阅读|已阅).{0,20}(?:协议|政策|隐私|条款|指引)")


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
