"""The page of paths: where visits go from a page or an event, or where they came from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fangcun.doors.console.insight.asked import Asked
from fangcun.doors.console.insight.downloads import Table
from fangcun.doors.console.insight.grids import grid
from fangcun.doors.console.insight.known import Known
from fangcun.doors.console.insight.page import QuestionPage
from fangcun.doors.console.insight.words import count, event_label, share
from fangcun.insight.analytics.paths import PAGE, PathLink, PathNode, PathsAnswer, PathsQuestion
from fangcun.insight.analytics.spans import Params

USUAL_START = "app_shown"
DIRECTIONS = {"after": _("之后去哪"), "before": _("之前从哪来")}
STEPS = {"page": _("页面"), "event": _("事件")}
DEPTHS = tuple(str(number) for number in range(2, 9))
TOPS = ("5", "8", "12", "20")


def read(params: Params) -> PathsQuestion:
    """The question; opening the mini program is where paths begin when nothing is said. Raises QuestionInvalid."""
    return PathsQuestion.of({"at": [USUAL_START], **params})


def form(ask: Asked, _known: Known) -> dict[str, Any]:
    """Where paths begin, which way, how far, what a step is."""
    top = ask.one("top", "8")
    return {
        "path_at": ask.one("at", USUAL_START),
        "direction": ask.one("direction", "after"),
        "directions": DIRECTIONS.items(),
        "depth": ask.one("depth", "4"),
        "depths": DEPTHS,
        "path_of": ask.one("of", "page"),
        "path_steps": STEPS.items(),
        "path_top": top,
        "path_tops": TOPS if top in TOPS else (*TOPS, top),
    }


def answer(question: PathsQuestion, found: PathsAnswer) -> dict[str, Any]:
    """The streams, and a table of them."""
    names = [_name(question, node) for node in found.nodes]
    deepest = max((node.layer for node in found.nodes), default=0)
    back = question.direction == "before"
    ended = sum(node.count for node in found.nodes if node.ended and node.layer == 1)
    return {
        "empty": not found.total,
        "total": found.total,
        "ended": ended,
        "went": (found.total - ended) / found.total if found.total else None,
        "start": event_label(question.at) if not question.at.startswith(PAGE) else question.at[len(PAGE) :],
        "back": back,
        "streams": {
            "nodes": [
                {
                    "name": name,
                    "layer": deepest - node.layer if back else node.layer,
                    "count": node.count,
                    "quiet": node.ended or node.other,
                }
                for name, node in zip(names, found.nodes, strict=True)
            ],
            "links": [
                {
                    "source": link.target if back else link.source,
                    "target": link.source if back else link.target,
                    "count": link.count,
                }
                for link in found.links
            ],
            "total": found.total,
        },
        "numbers": grid(
            [_t("第几步"), _t("从"), _t("到")],
            [_t("访问次数"), _t("占比")],
            (
                [*way, count(link.count), share(link.count / found.nodes[link.source].count)]
                for way, link in _ways(question, found)
            ),
        ),
    }


def table(question: PathsQuestion, found: PathsAnswer) -> Table:
    """A row for each stream from a node to one of the next step."""
    return Table(
        [_t("第几步"), _t("从"), _t("到"), _t("访问次数")],
        [[*way, link.count] for way, link in _ways(question, found)],
    )


def _ways(question: PathsQuestion, found: PathsAnswer) -> Iterator[tuple[tuple[int, str, str], PathLink]]:
    """Each stream: its step, from where, to where; the widest of a step first."""
    names = [_name(question, node) for node in found.nodes]
    for link in sorted(found.links, key=lambda link: (link.layer, -link.count)):
        ends = names[link.source], names[link.target]
        yield (link.layer + 1, *(ends[::-1] if question.direction == "before" else ends)), link


def _name(question: PathsQuestion, node: PathNode) -> str:
    if node.ended:
        return _t("访问从这里开始") if question.direction == "before" else _t("离开")
    if node.other:
        return _t("其他")
    at_page = question.steps == "page" if node.layer else question.at.startswith(PAGE)
    return node.name.removeprefix(PAGE) if at_page else event_label(node.name)


PATHS = QuestionPage(
    name="paths",
    title=_("路径"),
    icon="account_tree",
    about=_("从一个页面或一件事出发，访问一步步去了哪里，或者是从哪里来的。"),
    read=read,
    form=form,
    answer=answer,
    table=table,
    bar=("days", "program", "segment"),
)
