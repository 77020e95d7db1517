"""What the reader of packages saw, as plain typed values; the shape of what `wx-check/facts.mjs` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

TAPS = frozenset({"tap", "longpress", "longtap", "click"})


@dataclass(frozen=True, slots=True)
class File:
    """A file of the package. `type` is what its first bytes say; `library` marks the code of others."""

    name: str
    size: int
    kind: str
    type: str = ""
    library: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """How far a value in a script is known: how it begins, and whether more follows. `text` None: not at all."""

    text: str | None
    open: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A call of WeChat's, or its being handed on.

    `guard` says how its absence is taken care of, `hooks` by which moments it comes without anybody asking,
    `asked` that a question to the user comes before; `inside` names its function, '' in the answer to a request.
    """

    api: str
    via: str
    line: int
    guard: str | None
    hooks: frozenset[str]
    asked: bool
    options: Mapping[str, Value]
    inside: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in a script. `near` is the name it is given to, `callee` the function it is handed to."""

    text: str
    open: bool
    line: int
    near: str
    callee: str
    hooks: frozenset[str]


@dataclass(frozen=True, slots=True)
class Require:
    """`later`: loaded when it is needed, which may cross packages."""

    wanted: str
    to: str | None
    line: int
    later: bool = False


@dataclass(frozen=True, slots=True)
class Log:
    method: str
    line: int


@dataclass(frozen=True, slots=True)
class Dynamic:
    """Code that is made at run time: eval, new Function, a text given to a timer."""

    kind: str
    line: int
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A name that is given what strangers can choose: `source` is query (of the page's path) or input.

    `key` is what is read of the query.
    """

    name: str
    source: str
    line: int
    key: str = ""


@dataclass(frozen=True, slots=True)
class Start:
    """A function of another file that a moment runs by itself."""

    file: str
    name: str
    hooks: frozenset[str]


@dataclass(frozen=True, slots=True)
class Script:
    """What one script does. `source_map`: one is written into it."""

    library: bool
    lines: int
    requires: tuple[Require, ...] = ()
    calls: tuple[Call, ...] = ()
    texts: tuple[Text, ...] = ()
    logs: tuple[Log, ...] = ()
    debuggers: tuple[int, ...] = ()
    dynamic: tuple[Dynamic, ...] = ()
    feeds: tuple[Feed, ...] = ()
    starts: tuple[Start, ...] = ()
    source_map: bool = False
    unreadable: str = ""


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a template. `parent` is its place among the elements, -1 at the top."""

    tag: str
    line: int
    parent: int
    attrs: Mapping[str, str]
    events: Mapping[str, str]
    text: str

    @property
    def tappable(self) -> bool:
        """Whether a finger is meant to touch it."""
        return bool(TAPS & self.events.keys()) or self.tag in ("button", "navigator", "switch")


@dataclass(frozen=True, slots=True)
class Template:
    library: bool
    elements: tuple[Element, ...] = ()
    imports: tuple[str, ...] = ()

    def above(self, element: Element) -> Iterator[Element]:
        """The elements around it, the nearest first."""
        while element.parent >= 0:
            element = self.elements[element.parent]
            yield element

    def inside(self, place: int) -> Iterator[Element]:
        """The elements within the one at this place, at any depth."""
        within = {place}
        for number, element in enumerate(self.elements[place + 1 :], place + 1):
            if element.parent in within:
                within.add(number)
                yield element


@dataclass(frozen=True, slots=True)
class StyleRule:
    selectors: tuple[str, ...]
    line: int
    decls: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Style:
    library: bool
    rules: tuple[StyleRule, ...] = ()
    imports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """What the compilers refuse: `check` is compiler, wxml or require."""

    check: str
    file: str
    line: int
    message: str


@dataclass(frozen=True)
class Facts:
    """All that was read of one package. `compiled`: the official compiler was asked, too."""

    framework: str
    files: tuple[File, ...]
    json: Mapping[str, Any]
    broken_json: Mapping[str, str]
    project: Mapping[str, Any]
    scripts: Mapping[str, Script]
    templates: Mapping[str, Template]
    styles: Mapping[str, Style]
    faults: tuple[Fault, ...]
    quality: Mapping[str, Any] = field(default_factory=dict)
    compiled: bool = False

    def calls(self, *apis: str) -> Iterator[tuple[str, Call]]:
        """Every call with its file; only of these APIs, when any are named."""
        for file, script in self.scripts.items():
            for call in script.calls:
                if not apis or call.api in apis:
                    yield file, call

    def texts(self, *, own: bool = True) -> Iterator[tuple[str, Text]]:
        """Every text in scripts with its file; without those of libraries, unless `own` is False."""
        for file, script in self.scripts.items():
            if not (own and script.library):
                for text in script.texts:
                    yield file, text

    def elements(self, *tags: str, own: bool = True) -> Iterator[tuple[str, Element]]:
        """Every element of the templates with its file; only these tags, when any are named."""
        for file, template in self.templates.items():
            if not (own and template.library):
                for element in template.elements:
                    if not tags or element.tag in tags:
                        yield file, element
