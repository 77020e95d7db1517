"""What a walk saw: plain data, in the order in which it happened."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from pydantic import TypeAdapter

Reached = Literal["start", "tab", "tap", "direct"]


class WalkImpossible(Exception):
    """There is nothing to walk with, or on; the text says how to get it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong inside the package. `kind`: throw, rejection, load, navigation, refused or console."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Control:
    """Something to tap. `rect` is left, top, width, height in CSS px; `bound`: a handler hears of the tap; `own`: it
    was bound by the page's own template, not by a component that binds always; `stops`:
    it only keeps the tap from what lies around; `within`: it lies in another control; `in_text`: a link in a sentence.
    `kind` is the same for all entries of one list.
    """

    place: str
    kind: str
    tag: str
    text: str
    classes: str
    rect: tuple[float, float, float, float]
    bound: bool
    own: bool
    stops: bool
    empty: bool
    open_type: str
    form_type: str
    url: str
    disabled: bool
    in_text: bool
    within: bool
    fills: bool
    size_px: float


@dataclass(frozen=True, slots=True)
class Text:
    """A text on the screen. `size` in CSS px at 375; `contrast` by WCAG 2.2, None where it can't be known."""

    text: str
    size: float
    bold: bool
    icon: bool
    dimmed: bool
    platform: bool
    contrast: float | None
    right: int
    overflows: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that the package did: kind is call, dialog, toast, request, page, problem or unknown.

    `gesture` is the number of the tap before it, 0 for what happened by itself; `at` in ms since the start.
    """

    kind: str
    name: str
    detail: dict[str, Any]
    page: str
    gesture: int
    at: int


@dataclass(frozen=True, slots=True)
class Hurdle:
    """Something that stood before a page without being asked for: a dialog of WeChat's, a sheet over the page, or
    another page to which the way was turned.

    `choices` are the texts to tap; `refused_with` the one that refuses, "" when there is none; `stands`: it was there
    again after that; `left`: the package was closed or the page left after refusing.
    """

    kind: Literal["dialog", "sheet", "page"]
    page: str
    text: str
    choices: tuple[str, ...]
    refused_with: str = ""
    stands: bool = False
    left: bool = False
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it stood when it had settled. `taps`: how many lead here from the start, None when only its address
    did; `way`: the texts tapped; `left_for`: paths to which taps on it led; `tried`: every control was tried.
    """

    path: str
    query: str
    reached: Reached
    taps: int | None
    way: tuple[str, ...]
    title: str
    text: str
    picture: str
    pictures: int
    fields: int
    secret_fields: int
    depth: int
    custom_bar: bool
    tab_bar: bool
    wants_query: bool
    controls: tuple[Control, ...]
    texts: tuple[Text, ...]
    problems: tuple[Problem, ...]
    requests: int
    requests_failed: int
    loading: tuple[str, ...]
    most_loading: tuple[str, ...]
    dialog: tuple[str, ...] = ()
    toast: tuple[str, ...] = ()
    left_for: tuple[str, ...] = ()
    tried: bool = False


@dataclass(frozen=True, slots=True)
class Tap:
    """One tap and what it changed; nothing at all when `changed` is empty, also with the page's fields filled in.
    `stuck` is a loading sign that it began and that did not end.
    """

    page: str
    place: str
    kind: str
    tag: str
    text: str
    classes: str
    bound: bool
    own: bool
    stops: bool
    disabled: bool
    chain: tuple[str, ...]
    changed: tuple[str, ...]
    to: str = ""
    calls: tuple[str, ...] = ()
    toasts: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    stuck: str = ""
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk through one package. `stopped` says which limit ended it before everything was tried, "" when none did.

    `referred` are pages whose address stands somewhere in the package's code.
    """

    start: str
    all_pages: tuple[str, ...]
    tabs: tuple[str, ...]
    framework: Literal["native", "uni-app", "taro"]
    served: bool
    pages: tuple[Page, ...]
    taps: tuple[Tap, ...]
    hurdles: tuple[Hurdle, ...]
    journal: tuple[Entry, ...]
    referred: frozenset[str] = frozenset()
    key_pages: frozenset[str] = frozenset()
    stopped: str = ""
    seconds: float = 0.0
    packing: tuple[str, ...] = field(default=())

    def page(self, path: str) -> Page | None:
        """The page of this path, if it was seen."""
        return next((one for one in self.pages if one.path == path), None)

    def as_json(self) -> dict[str, Any]:
        """The form in which a report keeps it."""
        plain = asdict(self)
        return {**plain, "referred": sorted(self.referred), "key_pages": sorted(self.key_pages)}

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Walk:
        """What `as_json` wrote."""
        return TypeAdapter(cls).validate_python(plain)
