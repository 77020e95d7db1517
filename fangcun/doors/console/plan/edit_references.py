"""What a field may point at: the entries that a draft has, with their names, for selects and suggestions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from fangcun.blueprint.shapes import choices_of
from fangcun.blueprint.vocabulary import AUTOMATIC_EVENTS, MAIN_PACKAGE, PERSON, SUBSCRIBE, SYSTEM, Capability
from fangcun.doors.console.plan.edit_labels import CHOICES
from fangcun.doors.console.plan.edit_tree import Tokens, value_at

Choices = list[tuple[str, Any]]

# Fields whose value is the id of something else: chosen from what is there.
REFERENCES: Final[dict[str, str]] = {
    "Program.jumps_to": "programs",
    "Goal.pain": "pains",
    "Measured.program": "programs",
    "Measured.event": "events",
    "Measured.scenario": "scenarios",
    "Opening.criterion": "criteria",
    "Opening.feature": "features",
    "Feature.scenarios": "scenarios",
    "Page.leads_to": "pages",
    "Navigation.start": "pages",
    "Step.page": "pages",
    "Branch.page": "pages",
    "Scenario.serves": "goals",
    "Video.page": "pages",
    "Video.owner": "members",
    "Ugc.publish_page": "pages",
    "Ugc.show_page": "pages",
    "Stage.owner": "members",
    "Stage.after": "stages",
    "Contingency.owner": "members",
}
# Fields that are typed, with what others wrote offered while typing.
SUGGESTIONS: Final[dict[str, str]] = {
    "Measured.prop": "props",
    "Page.package": "packages",
    "Message.channel": "channels",
    "Message.template": "templates",
    "Step.actor": "actors",
    "Branch.actor": "actors",
    "Step.event": "events",
    "Branch.event": "events",
    "Scenario.key": "keys",
    "Scenario.closes_with": "steps",
    "Branch.after": "steps",
    "Launch.order_path": "paths",
}


def reference_of(model: type, field: str) -> str | None:
    """The list that a field points into, e.g. "pages" for `Step.page`."""
    return _found(REFERENCES, model, field)


def suggestion_of(model: type, field: str) -> str | None:
    """The list that a field's suggestions come from."""
    return _found(SUGGESTIONS, model, field)


def _found(table: dict[str, str], model: type, field: str) -> str | None:
    return next((table[key] for one in model.__mro__ if (key := f"{one.__name__}.{field}") in table), None)


class Known:
    """The names of a draft: id and what people call it, in the draft's order."""

    def __init__(self, plain: Any, at: Tokens = ()) -> None:
        self._plain = plain if isinstance(plain, dict) else {}
        self._at = at
        self._lists: dict[str, Choices] = {}

    def __getitem__(self, name: str) -> Choices:
        if name not in self._lists:
            self._lists[name] = getattr(self, f"_{name}")()
        return self._lists[name]

    def _programs(self) -> Choices:
        return _named(self._under("programs"))

    def _pains(self) -> Choices:
        return _named(self._under("enterprise", "pains"), "text")

    def _goals(self) -> Choices:
        return _named(self._under("goals"), "statement")

    def _criteria(self) -> Choices:
        return _named(self._under("competitors", "criteria"))

    def _features(self) -> Choices:
        return _named(self._under("features"))

    def _scenarios(self) -> Choices:
        return _named(self._under("scenarios"))

    def _members(self) -> Choices:
        return _named(self._under("team", "members"))

    def _stages(self) -> Choices:
        return _named(self._under("schedule", "stages"))

    def _pages(self) -> Choices:
        return [(key, _called(key, page.get("title"))) for key, page in self._page_dicts()]

    def _paths(self) -> Choices:
        pages = [(page.get("path"), page.get("title")) for _key, page in self._page_dicts()]
        return [(path, str(title or "")) for path, title in pages if isinstance(path, str)]

    def _packages(self) -> Choices:
        written = [page.get("package") for _key, page in self._page_dicts()]
        return _words([MAIN_PACKAGE, *written])

    def _events(self) -> Choices:
        return _words([*(moment.get("event") for moment in self._moments()), *AUTOMATIC_EVENTS])

    def _props(self) -> Choices:
        return _words([name for moment in self._moments() for name in _dict(moment.get("props"))])

    def _keys(self) -> Choices:
        return [(PERSON, PERSON), *self["props"]]

    def _actors(self) -> Choices:
        return _words([*(moment.get("actor") for moment in self._moments()), SYSTEM])

    def _channels(self) -> Choices:
        messages = [_dict(moment.get("message")).get("channel") for moment in self._moments()]
        return _words([SUBSCRIBE, *messages])

    def _templates(self) -> Choices:
        found: list[Any] = []
        for moment in self._moments():
            found += [_dict(moment.get("message")).get("template"), *_list(moment.get("ask_consent"))]
        return _words(found)

    def _steps(self) -> Choices:
        """The steps of the scenario that is being edited."""
        try:
            return _named(_list(value_at(self._plain, (*self._at[:2], "steps"))), "event")
        except LookupError:
            return []

    def _capabilities(self) -> Choices:
        return [(one, CHOICES[one]) for one in choices_of(Capability)]

    def _under(self, *names: str) -> list[Any]:
        value: Any = self._plain
        for name in names:
            value = _dict(value).get(name)
        return _list(value)

    def _page_dicts(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for key, page in _dict(self._plain.get("pages")).items():
            yield key, _dict(page)

    def _moments(self) -> Iterator[dict[str, Any]]:
        for scenario in self._under("scenarios"):
            for part in ("steps", "otherwise"):
                yield from (_dict(moment) for moment in _list(_dict(scenario).get(part)))


def _named(entries: list[Any], name: str = "name") -> Choices:
    rows = [_dict(entry) for entry in entries]
    return [(row["id"], _called(row["id"], row.get(name))) for row in rows if isinstance(row.get("id"), str)]


def _called(own: str, name: Any) -> str:
    return f"{name} · {own}" if name and isinstance(name, str) else own


def _words(values: list[Any]) -> Choices:
    return [
        (word, word) for word in dict.fromkeys(value for value in values if value and isinstance(value, str))
    ]


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
