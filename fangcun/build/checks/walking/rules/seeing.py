"""What is too small, too faint or past the edge. Contrast by WCAG 2.2, from computed styles."""

from __future__ import annotations

import math
from collections.abc import Iterator

from fangcun.build.checks.finding import Finding
from fangcun.build.checks.registry import rule
from fangcun.build.checks.walking.record import Control, Page, Text, Walk
from fangcun.build.checks.walking.rules.pages import named, named_en

TARGET = 44.0  # CSS px at 375: seven to nine millimetres
TOO_SMALL = 24.0  # WCAG 2.2 §2.5.8; below it space around does not help a thumb
SMALLEST_TEXT = 11.0
FAINT = 3.0  # below every ratio that WCAG knows for text
SAME = 0.6  # rounding of a pixel


@rule("walk-small-target")
def small_target(walk: Walk) -> Iterator[Finding]:
    """Controls under 44 px whose neighbours are too near to make up for it, or that are tiny."""
    for page in walk.pages:
        small = [one for one in page.controls if _is_too_small(one, page)]
        if small:
            first = small[0]
            sizes = [f"{one.text or one.classes or one.tag} {one.rect[2]:g}×{one.rect[3]:g}" for one in small]
            yield Finding(
                "walk-small-target",
                f"{named(page)}有太小、点不准的控件，例如「{first.text or first.classes or first.tag}」",
                f"{named_en(page)} has controls too small to hit, such as “{first.text or first.classes or first.tag}”",
                page=page.path,
                detail={"controls": sizes[:12]},
                picture=page.picture,
            )


def _is_too_small(one: Control, page: Page) -> bool:
    left, _top, width, height = one.rect
    if (
        one.disabled
        or one.in_text
        or one.place.startswith("layer/")
        or one.tag in ("switch", "checkbox", "radio")
    ):
        return False
    if (
        not (one.own or one.tag in ("button", "navigator", "picker"))
        or (one.within and not one.own)
        or one.fills
    ):
        return False
    if min(width, height) >= TARGET - SAME:
        return False
    if left + width < 0 or left > 375:
        return False  # waits beside the screen
    if min(width, height) < TOO_SMALL - SAME:
        return True
    return any(_crowds(one, other) for other in page.controls if other is not one)


def _crowds(one: Control, other: Control) -> bool:
    """Whether a circle of 44 px around one touches the other, which lies beside it and not around it."""
    if (
        other.place.startswith(one.place)
        or one.place.startswith(other.place)
        or (other.stops and not other.text)
    ):
        return False
    left, top, width, height = one.rect
    x, y = left + width / 2, top + height / 2
    o_left, o_top, o_width, o_height = other.rect
    dx = max(o_left - x, 0, x - o_left - o_width)
    dy = max(o_top - y, 0, y - o_top - o_height)
    return math.hypot(dx, dy) < TARGET / 2 - SAME


@rule("walk-small-text")
def small_text(walk: Walk) -> Iterator[Finding]:
    """Text under 11 px at a width of 375."""
    for page in walk.pages:
        small = [one for one in page.texts if one.size < SMALLEST_TEXT - 0.1 and not one.icon]
        if small:
            least = min(small, key=lambda one: one.size)
            yield Finding(
                "walk-small-text",
                f"{named(page)}有看不清的小字，例如「{least.text[:20]}」",
                f"{named_en(page)} has text too small to read, such as “{least.text[:20]}”",
                page=page.path,
                detail={"texts": [f"{one.text[:30]} {one.size:g}px" for one in small[:12]]},
                picture=page.picture,
            )


@rule("walk-low-contrast")
def low_contrast(walk: Walk) -> Iterator[Finding]:
    """Text that stands out from what lies behind it by less than 3 : 1."""
    for page in walk.pages:
        faint = [one for one in page.texts if _is_faint(one)]
        if faint:
            least = min(faint, key=lambda one: one.contrast or 0)
            yield Finding(
                "walk-low-contrast",
                f"{named(page)}有颜色太淡、看不清的字，例如「{least.text[:20]}」",
                f"{named_en(page)} has text too faint to read, such as “{least.text[:20]}”",
                page=page.path,
                detail={"texts": [f"{one.text[:30]} {one.contrast}:1" for one in faint[:12]]},
                picture=page.picture,
            )


def _is_faint(one: Text) -> bool:
    return one.contrast is not None and one.contrast < FAINT and not (one.icon or one.dimmed or one.platform)


@rule("walk-text-past-edge")
def text_past_edge(walk: Walk) -> Iterator[Finding]:
    """Text that goes past the right edge of the screen."""
    for page in walk.pages:
        past = [one for one in page.texts if one.overflows]
        if past:
            yield Finding(
                "walk-text-past-edge",
                f"{named(page)}有文字伸出屏幕右边，例如「{past[0].text[:20]}」",
                f"{named_en(page)} has text past the right edge, such as “{past[0].text[:20]}”",
                page=page.path,
                detail={"texts": [f"{one.text[:30]} …{one.right}px" for one in past[:12]]},
                picture=page.picture,
            )
