"""Pages that show nothing, throw, or never stop loading."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fangcun.build.checks.finding import Finding
from fangcun.build.checks.registry import rule
from fangcun.build.checks.walking.record import Page, Problem, Walk

THROWN = {"throw", "rejection", "load"}
MISTAKE = re.compile(r"(?:Type|Reference|Syntax|Range)Error\b")


def named(page: Page) -> str:
    """The page as a person knows it: its title and its path."""
    return f"「{page.title}」（{page.path}）" if page.title else page.path


def named_en(page: Page) -> str:
    """The same in English."""
    return f"“{page.title}” ({page.path})" if page.title else page.path


def way_of(page: Page) -> dict[str, object]:
    """How the page was reached, for the detail of a finding."""
    return {"reached": page.reached, "taps": page.taps, "way": list(page.way)}


def thrown(problems: tuple[Problem, ...], *, is_offline: bool = False) -> list[str]:
    """First lines of what the package's own code threw, each once.

    A promise that nobody caught is no fault of the page's when a request failed for want of a server, unless its
    reason is a mistake in the code.
    """
    lines = [
        one.text.strip().partition("\n")[0][:200]
        for one in problems
        if one.kind in THROWN and not (is_offline and one.kind == "rejection" and not MISTAKE.match(one.text))
    ]
    return list(dict.fromkeys(line for line in lines if line))


@rule("walk-blank-page")
def blank_page(walk: Walk) -> Iterator[Finding]:
    """Neither text nor picture nor field, and nothing that is still to come."""
    for page in walk.pages:
        if page.text or page.pictures or page.fields or page.loading or page.dialog or page.toast:
            continue
        if thrown(page.problems):
            continue  # that is the other rule's
        if page.reached == "direct" and page.wants_query:
            continue  # its address lacked what it needs
        yield Finding(
            "walk-blank-page",
            f"{named(page)}打开后是空白的",
            f"{named_en(page)} is blank",
            page=page.path,
            detail={**way_of(page), "requests_failed": page.requests_failed},
            picture=page.picture,
        )


@rule("walk-page-error")
def page_error(walk: Walk) -> Iterator[Finding]:
    """The page's own code throws while it opens, or in the hands of who taps on it."""
    for page in walk.pages:
        lines = thrown(page.problems, is_offline=page.requests_failed > 0)
        if (
            page.reached == "direct"
            and page.wants_query
            and not any(one.kind == "load" for one in page.problems)
        ):
            lines = []  # opened without what its address should carry
        if lines:
            yield Finding(
                "walk-page-error",
                f"{named(page)}打开时出错：{lines[0]}",
                f"{named_en(page)} throws when it opens: {lines[0]}",
                page=page.path,
                detail={**way_of(page), "errors": lines},
                picture=page.picture,
            )
    seen = {(one.path, line) for one in walk.pages for line in thrown(one.problems)}
    for tap in walk.taps:
        page_seen = walk.page(tap.page)
        if page_seen is None or (page_seen.reached == "direct" and page_seen.wants_query):
            continue
        for line in thrown(tap.problems, is_offline="request" in tap.calls and not walk.served):
            place = tap.to or tap.page
            if (place, line) in seen or (tap.page, line) in seen:
                continue
            seen |= {(place, line), (tap.page, line)}
            yield Finding(
                "walk-page-error",
                f"在{named(page_seen)}点「{tap.text or tap.tag}」时出错：{line}",
                f"Tapping “{tap.text or tap.tag}” on {named_en(page_seen)} throws: {line}",
                page=tap.page,
                detail={"tapped": tap.text, "chain": list(tap.chain), "errors": thrown(tap.problems)},
                picture=tap.picture,
            )


def _own(walk: Walk, page: Page, signs: tuple[str, ...]) -> list[str]:
    """The signs that a page shows itself: WeChat's stay over the pages that are opened after the one to blame."""
    owners: dict[str, set[str]] = {}
    for entry in walk.journal:
        if entry.kind == "call":
            owners.setdefault(f"wx.{entry.name}", set()).add(entry.page)
    return [one for one in signs if page.path in owners.get(one.split()[0], {page.path})]


@rule("walk-endless-loading")
def endless_loading(walk: Walk) -> Iterator[Finding]:
    """A sign says to wait, and nothing is on its way any more."""
    for page in walk.pages:
        signs = _own(walk, page, page.loading)
        if not signs or (page.reached == "direct" and page.wants_query):
            continue
        sign = signs[0]
        because = "，请求失败之后也没有停下" if page.requests_failed else ""
        because_en = ", even after its request failed" if page.requests_failed else ""
        yield Finding(
            "walk-endless-loading",
            f"{named(page)}一直在加载（{sign}）{because}",
            f"{named_en(page)} goes on loading ({sign}){because_en}",
            page=page.path,
            detail={**way_of(page), "signs": signs},
            picture=page.picture,
        )
    for tap in walk.taps:
        seen = walk.page(tap.page)
        if tap.stuck and seen is not None:
            yield Finding(
                "walk-endless-loading",
                f"{named(seen)}上点「{tap.text or tap.tag}」之后一直在加载（{tap.stuck}）",
                f"After “{tap.text or tap.tag}” on {named_en(seen)} it goes on loading ({tap.stuck})",
                page=tap.page,
                detail={"tapped": tap.text, "chain": list(tap.chain)},
                picture=tap.picture,
            )


@rule("walk-two-loadings")
def two_loadings(walk: Walk) -> Iterator[Finding]:
    """More than one loading sign on the screen at the same moment."""
    for page in walk.pages:
        signs = list(dict.fromkeys(_own(walk, page, page.most_loading)))
        kinds = {
            one.partition(" ")[0].partition(".")[0] if one.startswith("wx.") else "page" for one in signs
        }
        names = {one.partition(" ")[0] for one in signs}
        if len(signs) < 2 or (len(kinds) < 2 and len(names) < 2):
            continue
        yield Finding(
            "walk-two-loadings",
            f"{named(page)}同时有几个加载提示：{'、'.join(signs[:4])}",
            f"{named_en(page)} shows several loading signs at once: {', '.join(signs[:4])}",
            page=page.path,
            detail={**way_of(page), "signs": signs},
            picture=page.picture,
        )
