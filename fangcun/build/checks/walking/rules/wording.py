"""Words on the screen that an auditor stumbles over."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from fangcun.build.checks.finding import Finding
from fangcun.build.checks.registry import rule
from fangcun.build.checks.rules.words import induces
from fangcun.build.checks.walking.record import Page, Walk
from fangcun.build.checks.walking.rules.pages import named, named_en, way_of

Search = Callable[[str], re.Match[str] | None]
UNFINISHED = re.compile(
    r"敬请期待|即将上线|即将开放|功能开发中|正在开发|开发中|建设中|正在建设|待开发|暂未开放|暂未上线|尚未开放|测试数据|测试商品|测试文本|测试内容|"
    r"占位文字|占位符|示例文字|示例文本|此处填写|这里是(?:标题|内容|描述)|\blorem ipsum\b|\bcoming soon\b|"
    r"\bunder construction\b|"
    r"(?<![\w/])TODO(?!\w)|\btest ?data\b|(?<![a-z])placeholder(?! ?=)\b|\bhello,? ?world\b",
    re.IGNORECASE,
)
BARE_TEST = re.compile(r"^(?:测试|test|demo|aaa+|xxx+|111+|asdf\w*|测试\d+|test\d+)$", re.IGNORECASE)
INDUCING = re.compile(
    r"(?:分享|转发)(?:给|到|至)?(?:好友|朋友|朋友圈|微信群|群)?[，,、]?(?:即可|就能|立即|后)?(?:可)?(?:得|领|送|赚|抽|免费|解锁|获得|领取|赢)"
    r"|(?:分享|转发)(?:到|至)朋友圈|集赞|关注(?:我们的?)?(?:公众号|服务号)[^。]{0,8}(?:领|得|送|解锁|免费|才能)"
    r"|不(?:分享|转发)[^。]{0,6}(?:不|无法)|(?:分享|转发)[^。]{0,6}(?:个|位)?(?:群|好友)(?:才能|方可|后解锁)"
)
RAW = re.compile(
    r"\bundefined\b|\bNaN\b|\[object \w+\]|\{\{[^}]*\}\}|\b\w*Error: |\brequest:fail\b|\berrMsg\b|\berrcode\b|"
    r"Cannot read propert|"
    r"is not (?:a function|defined)\b|Unexpected token|\bHTTP ?[45]\d\d\b|"
    r"\bstatus(?: ?code)? ?[=:] ?[45]\d\d\b|^\s*\{\s*\"\w+\"\s*:"
)
FAILED = re.compile(r"失败|出错|错误|异常|\berror\b|\bfailed\b", re.IGNORECASE)


def _inducing(text: str) -> re.Match[str] | None:
    return INDUCING.search(text) or induces(text)


@rule("walk-placeholder-words")
def placeholder_words(walk: Walk) -> Iterator[Finding]:
    """Words on a page, in a dialog or a toast that say that it is not finished."""
    message, message_en = "有没有做完的字样", "says that it is not finished"
    yield from _on_pages(walk, "walk-placeholder-words", _unfinished, message, message_en)
    for tap in walk.taps:
        page = walk.page(tap.page)
        for toast in tap.toasts:
            if page is not None and UNFINISHED.search(toast):
                yield Finding(
                    "walk-placeholder-words",
                    f"{named(page)}上点「{tap.text or tap.tag}」只得到：{toast}",
                    f"Tapping “{tap.text or tap.tag}” on {named_en(page)} only says: {toast}",
                    page=tap.page,
                    detail={"tapped": tap.text, "words": toast},
                    picture=tap.picture or page.picture,
                )
    for entry in walk.journal:
        words = (
            UNFINISHED.search(f"{entry.name} {entry.detail.get('content', '')}")
            if entry.kind == "dialog"
            else None
        )
        page = walk.page(entry.page)
        if words and page is not None:
            yield Finding(
                "walk-placeholder-words",
                f"{named(page)}的对话框里有没有做完的字样：{words[0]}",
                f"A dialog on {named_en(page)} says that it is not finished: {words[0]}",
                page=entry.page,
                detail={"words": words[0]},
                picture=page.picture,
            )


@rule("walk-inducing-words")
def inducing_words(walk: Walk) -> Iterator[Finding]:
    """Words that promise something for sharing or following."""
    message, message_en = "有诱导分享或关注的字样", "lures into sharing or following"
    yield from _on_pages(walk, "walk-inducing-words", _inducing, message, message_en)


@rule("walk-raw-text")
def raw_text(walk: Walk) -> Iterator[Finding]:
    """What a program says to programmers, on the screen."""
    yield from _on_pages(
        walk, "walk-raw-text", RAW.search, "露出了程序的文字", "shows what is meant for programmers"
    )


@rule("walk-error-in-toast")
def error_in_toast(walk: Walk) -> Iterator[Finding]:
    """A toast that is gone in a moment tells of an error: in a program's words, or under a tick."""
    told: set[tuple[str, str]] = set()
    for entry in walk.journal:
        if entry.kind != "toast" or (entry.page, entry.name) in told:
            continue
        is_raw = bool(RAW.search(entry.name))
        is_ticked = bool(FAILED.search(entry.name)) and entry.detail.get("icon") == "success"
        page = walk.page(entry.page)
        if page is None or not (is_raw or is_ticked):
            continue
        told.add((entry.page, entry.name))
        how = "说的是程序的话" if is_raw else "配的是成功的对勾"
        how_en = "in a program's words" if is_raw else "under a tick that means success"
        yield Finding(
            "walk-error-in-toast",
            f"{named(page)}用轻提示报错「{entry.name[:60]}」，{how}",
            f"{named_en(page)} tells of an error in a toast, {how_en}: “{entry.name[:60]}”",
            page=entry.page,
            detail={"words": entry.name[:200], "icon": str(entry.detail.get("icon", ""))},
            picture=page.picture,
        )


def _unfinished(text: str) -> re.Match[str] | None:
    return UNFINISHED.search(text) or BARE_TEST.search(text)


def _on_pages(walk: Walk, name: str, search: Search, message: str, message_en: str) -> Iterator[Finding]:
    for page in walk.pages:
        found = list(dict.fromkeys(one[0] for one in map(search, _texts(page)) if one))
        if found:
            yield Finding(
                name,
                f"{named(page)}{message}：{'、'.join(found[:5])}",
                f"{named_en(page)} {message_en}: {', '.join(found[:5])}",
                page=page.path,
                detail={**way_of(page), "words": found},
                picture=page.picture,
            )


def _texts(page: Page) -> list[str]:
    return [one.text for one in page.texts]
