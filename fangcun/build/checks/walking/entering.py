"""What stands before a page without being asked for, and how a stranger who refuses gets past it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fangcun.build.checks.walking.phone import Phone
from fangcun.build.checks.walking.record import Control, Entry, Hurdle
from fangcun.build.checks.walking.words import (
    AGREE,
    CLOSE_CLASS,
    LOGIN,
    LOGIN_PAGE,
    REFUSE,
    is_about_entering,
)

MOST_HURDLES = 5


def clear(phone: Phone, page: str, happened: Sequence[Entry]) -> list[Hurdle]:
    """Refuse whatever stands over or instead of the page that was opened; what it was, in order.

    `happened` is what the package did since the page was opened.
    """
    found: list[Hurdle] = []
    turned = _turned_to(phone, page, happened)
    if turned is not None:
        found.append(turned)
    for _ in range(MOST_HURDLES):
        met = _dialog(phone, page) or _sheet(phone, page)
        if met is None:
            break
        if found and found[-1].kind == met.kind and found[-1].text == met.text:
            found[-1] = replace(found[-1], stands=True, left=found[-1].left or met.left)
            break
        found.append(met)
        if met.left or not met.refused_with:
            break
    if found and (found[-1].left or found[-1].stands or not found[-1].refused_with):
        _give_in(phone)
    return found


def refusal(controls: Sequence[Control]) -> Control | None:
    """The control that refuses or closes: by its words, then by what it is called, then what lies around a sheet."""
    open_to_tap = [one for one in controls if not one.disabled and not one.stops]
    by_words = [one for one in open_to_tap if REFUSE.search(one.text) and len(one.text) <= 16]
    by_class = [
        one for one in open_to_tap if CLOSE_CLASS.search(one.classes) and not one.text and not one.fills
    ]
    around = [one for one in open_to_tap if one.fills and one.bound and not one.text]
    return next(iter([*by_words, *by_class, *around]), None)


def _give_in(phone: Phone) -> None:
    """Tap what agrees, so that the walk can go on behind what can't be refused."""
    over = phone.overlay()
    controls = phone.controls() if phone.dialogs() else over[1] if over else []
    agreeing = [one for one in controls if one.text and not one.disabled and not REFUSE.search(one.text)]
    agreeing.sort(key=lambda one: (one.tag != "button", not AGREE.search(one.text)))
    if agreeing:
        phone.tap(agreeing[0])


def _dialog(phone: Phone, page: str) -> Hurdle | None:
    texts = phone.dialogs()
    if not texts:
        return None
    buttons = [one for one in phone.controls() if one.tag == "button" and one.place.startswith("layer/")]
    choices = tuple(one.text for one in buttons)
    # WeChat draws what cancels last; an app may have turned the words round
    refusing = next(
        (one for one in buttons if REFUSE.search(one.text)), buttons[-1] if len(buttons) > 1 else None
    )
    picture = phone.picture(f"{page}-dialog")
    left = _tap_away(phone, refusing or (buttons[0] if buttons else None), page)
    return Hurdle(
        "dialog", page, texts[-1], choices, refusing.text if refusing else "", left=left, picture=picture
    )


def _sheet(phone: Phone, page: str) -> Hurdle | None:
    over = phone.overlay()
    if over is None:
        return None
    text, controls = over
    refusing = refusal(controls)
    if refusing is None and not is_about_entering(text):
        return None  # the page itself may be laid out like this
    choices = tuple(one.text for one in controls if one.text)[:12]
    picture = phone.picture(f"{page}-sheet")
    if refusing is None:
        return Hurdle("sheet", page, text[:400], choices, picture=picture)
    left = _tap_away(phone, refusing, page)
    name = refusing.text or refusing.classes or "×"
    return Hurdle("sheet", page, text[:400], choices, name, left=left, picture=picture)


def _turned_to(phone: Phone, page: str, happened: Sequence[Entry]) -> Hurdle | None:
    """Another page that opened by itself instead of the one that was asked for."""
    opened = [one.name for one in happened if one.kind == "page" and one.detail.get("mode") != "back"]
    stack = phone.stack()
    now = stack[-1] if stack else ""
    if not now or now == page or page not in opened or now not in opened:
        return None
    seen = phone.look()
    text = str(seen["text"])
    if not (LOGIN_PAGE.search(now) or LOGIN.search(text)):
        return None
    controls: Sequence[Control] = seen["controls"]
    picture = phone.picture(f"{now}-instead")
    hurdle = Hurdle(
        "page",
        page,
        f"{now} {text}"[:400],
        tuple(one.text for one in controls if one.text)[:12],
        picture=picture,
    )
    refusing = refusal(controls)
    if refusing is not None:
        _tap_away(phone, refusing, page)
        stack = phone.stack()
        return replace(hurdle, refused_with=refusing.text or "×", stands=bool(stack) and stack[-1] == now)
    if len(stack) > 1:
        phone.go("navigateBack")
        back = phone.stack()
        # going back to where one came from shows nothing of what was asked for
        return replace(hurdle, refused_with="返回", stands=not back or back[-1] != page)
    return hurdle


def _tap_away(phone: Phone, control: Control | None, page: str) -> bool:
    """Tap what refuses; whether that ended the visit."""
    if control is None:
        return False
    tapped = phone.tap(control)
    if tapped is None:
        return False
    _changed, happened, stack = tapped
    closed = any(one.kind == "call" and one.name == "exitMiniProgram" for one in happened)
    return closed or bool(stack and stack[-1] != page and page in stack[:-1])
