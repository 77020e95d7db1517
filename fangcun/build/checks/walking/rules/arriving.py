"""Ways that are too long, that are missing, or that lead to where nobody gets out."""

from __future__ import annotations

from collections.abc import Iterator

from fangcun.build.checks.finding import Finding, Undecided
from fangcun.build.checks.registry import rule
from fangcun.build.checks.walking.record import Hurdle, Page, Walk
from fangcun.build.checks.walking.rules.entering import is_for_browsing, is_only_login
from fangcun.build.checks.walking.rules.pages import named, named_en, way_of
from fangcun.build.checks.walking.words import LOGIN_PAGE, REFUSE

MOST_TAPS = 3


@rule("walk-unreached-page")
def unreached_page(walk: Walk) -> Iterator[Finding | Undecided]:
    """A registered page to which no tap leads, in a walk that tried everything."""
    missed = [one for one in walk.all_pages if not _was_reached(walk, one)]
    start = walk.page(walk.start)
    is_shut = any(one.page == walk.start and _bars_the_way(one) for one in walk.hurdles)
    if not missed or is_shut or (start is not None and is_only_login(start)):
        return  # nobody gets past the door; that is another rule's
    is_whole = not walk.stopped and all(one.tried for one in walk.pages if one.reached != "direct")
    is_starved = any(one.requests_failed for one in walk.pages) or any(
        "login" in one.calls for one in walk.taps
    )
    for path in missed:
        page = walk.page(path)
        if path in walk.referred and (is_starved or not is_whole):
            continue  # a way is written; what leads onto it did not come, without a server
        if not is_whole:
            yield Undecided(
                "walk-unreached-page",
                f"走查没有走完（{walk.stopped or '点按次数用完'}），不知道怎样能走到 {path}",
                f"The walk ended early ({walk.stopped or 'taps used up'}); no way to {path} was found yet",
            )
            continue
        yield Finding(
            "walk-unreached-page",
            f"从首页怎么点都到不了 {named(page) if page else path}",
            f"No taps from the start page lead to {named_en(page) if page else path}",
            page=path,
            detail={"referred": path in walk.referred},
            picture=page.picture if page else "",
        )


@rule("walk-deep-page")
def deep_page(walk: Walk) -> Iterator[Finding]:
    """A page that takes more than three taps: a key page of the blueprint, or without one any page for browsing."""
    for page in walk.pages:
        if page.taps is None or page.taps <= MOST_TAPS or not _should_be_near(walk, page):
            continue
        kind, kind_en = ("关键页面", "The key page") if walk.key_pages else ("页面", "The page")
        yield Finding(
            "walk-deep-page",
            f"{kind}{named(page)}要点 {page.taps} 次才到：{' → '.join(page.way)}",
            f"{kind_en} {named_en(page)} takes {page.taps} taps: {' → '.join(page.way)}",
            page=page.path,
            detail=way_of(page),
            picture=page.picture,
        )


def _should_be_near(walk: Walk, page: Page) -> bool:
    if walk.key_pages:
        return page.path in walk.key_pages
    return is_for_browsing(walk, page.path)


@rule("walk-dead-end")
def dead_end(walk: Walk) -> Iterator[Finding]:
    """A page without WeChat's own bar, above another one, on which nothing leads on or back."""
    for page in walk.pages:
        if not page.custom_bar or page.tab_bar or page.depth < 2 or not page.tried or page.left_for:
            continue
        taps = [one for one in walk.taps if one.page == page.path]
        if any(one.to or "page" in one.changed or "navigateBack" in one.calls for one in taps):
            continue
        if page.requests_failed or any(REFUSE.search(one.text) for one in page.controls):
            continue
        yield Finding(
            "walk-dead-end",
            f"{named(page)}自定义了导航栏，却没有返回或离开的按钮",
            f"{named_en(page)} has a navigation bar of its own without a way back or on",
            page=page.path,
            detail=way_of(page),
            picture=page.picture,
        )


def _bars_the_way(hurdle: Hurdle) -> bool:
    return hurdle.stands or hurdle.left or not hurdle.refused_with


def _was_reached(walk: Walk, path: str) -> bool:
    page = walk.page(path)
    opened = {one.name for one in walk.journal if one.kind == "page" and one.gesture > 0}
    return (page is not None and _counts(page)) or (path in opened and _is_turned_from(walk, path))


def _counts(page: Page) -> bool:
    return page.reached != "direct"


def _is_turned_from(walk: Walk, path: str) -> bool:
    """Whether the page was opened and went elsewhere at once, such as to a login."""
    return any(one.kind == "page" and one.page == path for one in walk.hurdles) or bool(
        LOGIN_PAGE.search(path)
    )
