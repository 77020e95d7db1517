"""Where a blueprint refers to what: the places that follow when something is renamed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fangcun.blueprint.composing import Node

# What is renamed -> where its name stands. `*` is any entry or key; `@` is the name of a key, not its value.
_PLACES: dict[str, tuple[str, ...]] = {
    "enterprise.pains.*": ("goals.*.pain",),
    "programs.*": (
        "programs.*.jumps_to.*",
        "goals.*.metric.program",
        "goals.*.metric.of.program",
        "goals.*.metric.to.program",
    ),
    "goals.*": ("scenarios.*.serves.*",),
    "competitors.criteria.*": ("competitors.entries.*.scores.@", "competitors.openings.*.criterion"),
    "features.*": ("competitors.openings.*.feature", "qualifications.*.covers.*"),
    "pages.*": (
        "pages.*.leads_to.*",
        "navigation.start",
        "scenarios.*.steps.*.page",
        "scenarios.*.otherwise.*.page",
        "content.videos.*.page",
        "content.ugc.*.publish_page",
        "content.ugc.*.show_page",
    ),
    "scenarios.*": ("features.*.scenarios.*", "goals.*.metric.scenario"),
    "team.members.*": ("schedule.stages.*.owner", "contingencies.*.owner", "content.videos.*.owner"),
    "schedule.stages.*": ("schedule.stages.*.after.*",),
}
_STEP = re.compile(r"(scenarios\[[^\]]*\])\.steps\[[^\]]*\]")


def references(root: Node, path: str, name: str) -> Iterator[Node]:
    """The nodes that name the thing at a path. `name` is its present id."""
    step = _STEP.fullmatch(path)
    if step:
        scenario = step[1][len("scenarios[") : -1]
        for one in _at(root, ["scenarios", "*"]):
            if any(key.value == "id" and value.value == scenario for key, value in one.pairs):
                yield from _named(_at(one, ["closes_with"]), name)
                yield from _named(_at(one, ["otherwise", "*", "after"]), name)
        return
    kind = re.sub(r"\[[^\]]*\]", ".*", path)
    if kind.startswith("pages."):
        kind = "pages.*"
    for place in _PLACES.get(kind, ()):
        yield from _named(_at(root, place.split(".")), name)


def _named(nodes: Iterator[Node], name: str) -> Iterator[Node]:
    return (node for node in nodes if node.kind == "scalar" and node.value == name)


def _at(node: Node, keys: list[str]) -> Iterator[Node]:
    if not keys:
        yield node
        return
    first, rest = keys[0], keys[1:]
    if first == "@":
        yield from (key for key, _value in node.pairs)
    elif first == "*":
        for inner in [*node.items, *(value for _key, value in node.pairs)]:
            yield from _at(inner, rest)
    else:
        for key, value in node.pairs:
            if key.value == first:
                yield from _at(value, rest)
