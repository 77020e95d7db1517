"""Controls that do nothing, or lead to nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fangcun.build.checks.finding import Finding
from fangcun.build.checks.registry import rule
from fangcun.build.checks.walking.record import Tap, Walk
from fangcun.build.checks.walking.rules.pages import named, named_en
from fangcun.build.checks.walking.words import SELECTED

MADE_TO_TAP = {"button", "navigator"}
MISSING = re.compile(
    r'page "([^"]*)" is not found|can not (?:navigateTo a tabbar page|switch to no-tabBar page)'
)
BUYING = {"requestPayment"}
VIRTUAL = re.compile(r"充值|金币|钻石|点券|虚拟币|开通会员|会员充值|VIP|付费课程|课程购买|解锁全文|打赏")


@rule("walk-dead-button")
def dead_button(walk: Walk) -> Iterator[Finding]:
    """Tapped, also with the fields filled in: no page, no dialog, no change, no call."""
    told: set[tuple[str, str]] = set()
    for tap in walk.taps:
        page = walk.page(tap.page)
        if page is None or tap.changed or tap.disabled or (tap.stops and tap.tag not in MADE_TO_TAP):
            continue
        name = tap.text or tap.tag
        if not _claims_to_act(tap) or _may_wait(walk, tap, page.requests_failed) or (tap.page, name) in told:
            continue
        told.add((tap.page, name))
        yield Finding(
            "walk-dead-button",
            f"{named(page)}上的「{name}」点了没有任何反应",
            f"Tapping “{name}” on {named_en(page)} does nothing",
            page=tap.page,
            detail={"tapped": tap.text, "tag": tap.tag, "classes": tap.classes, "chain": list(tap.chain)},
            picture=tap.picture,
        )


def _claims_to_act(tap: Tap) -> bool:
    """A button or link; or a part of the page that its own template bound, with something to read on it."""
    return tap.tag in MADE_TO_TAP or (tap.bound and tap.own and bool(tap.text))


def _may_wait(walk: Walk, tap: Tap, requests_failed: int) -> bool:
    """Whether it is silent for a reason: chosen already, or waiting for data that did not come."""
    if SELECTED.search(tap.classes):
        return True
    alike = [one for one in walk.taps if one.page == tap.page and one.kind == tap.kind and one is not tap]
    if walk.framework != "native" and any(one.changed for one in alike):
        return True  # frameworks pass nothing on when a choice stays the same
    return bool(requests_failed) and tap.bound


@rule("walk-broken-link")
def broken_link(walk: Walk) -> Iterator[Finding]:
    """A tap, or a page by itself, asks for a page that is not registered or not opened that way."""
    told: set[tuple[str, str]] = set()
    for tap in walk.taps:
        page = walk.page(tap.page)
        for problem in tap.problems:
            found = MISSING.search(problem.text) if problem.kind == "navigation" else None
            if found is None or page is None or (tap.page, problem.text) in told:
                continue
            told.add((tap.page, problem.text))
            name = tap.text or tap.tag
            yield Finding(
                "walk-broken-link",
                f"{named(page)}上的「{name}」打不开要去的页面：{found[0]}",
                f"“{name}” on {named_en(page)} can't open its page: {found[0]}",
                page=tap.page,
                detail={"tapped": tap.text, "wanted": found[1] or ""},
                picture=tap.picture,
            )


@rule("walk-virtual-payment")
def virtual_payment(walk: Walk) -> Iterator[Finding]:
    """The walk's phone says that it is an iPhone, and a tap asks WeChat Pay for money for something virtual."""
    for tap in walk.taps:
        page = walk.page(tap.page)
        if page is None or not BUYING & set(tap.calls):
            continue
        words = VIRTUAL.search(f"{tap.text} {page.title} {page.text}")
        if words:
            yield Finding(
                "walk-virtual-payment",
                f"在 iOS 上，{named(page)}的「{tap.text}」为虚拟商品（{words[0]}）调起了微信支付",
                f"On iOS, “{tap.text}” on {named_en(page)} asks WeChat Pay for virtual goods ({words[0]})",
                page=tap.page,
                detail={"tapped": tap.text},
                picture=tap.picture or page.picture,
            )
