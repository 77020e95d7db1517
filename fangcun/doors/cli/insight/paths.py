"""`fangcun paths`: where visits go from a page or an event."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer

from fangcun.doors.cli.insight.whole import AsJson, Days, First, Last, Program, asking, span_given

if TYPE_CHECKING:
    from fangcun.insight.analytics.paths import PathNode, PathsAnswer


def paths(
    at: Annotated[str, typer.Argument(help="an event, or page: and a page, as in page:pages/home/home")],
    first: First = "",
    last: Last = "",
    days: Days = None,
    before: Annotated[bool, typer.Option("--before", help="where visits came from instead")] = False,
    depth: Annotated[int, typer.Option(help="how many steps, 2 to 8")] = 4,
    of: Annotated[str, typer.Option(help="what the steps are: page or event")] = "page",
    top: Annotated[int, typer.Option(help="how many steps to tell apart in a layer")] = 8,
    program: Program = "",
    as_json: AsJson = False,
) -> None:
    """Show the next steps of the visits with a page or event in them, from its first time on.

    In the JSON, `source` and `target` of a link are places in the list of nodes, from 0.
    """
    with asking():
        from fangcun.insight.analytics.asking import ask
        from fangcun.insight.analytics.paths import PathsQuestion

        given = {
            "at": at,
            "direction": "before" if before else "after",
            "depth": str(depth),
            "of": of,
            "top": str(top),
            "program": program,
        }
        question = PathsQuestion.of({name: [value] for name, value in given.items()})
        answer = ask(replace(question, span=span_given(first, last, days, program=question.program)))
    if as_json:
        print(json.dumps(asdict(answer), ensure_ascii=False))
    else:
        _show(answer)


def _show(answer: PathsAnswer) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("step", "from", "to", "visits")
    for link in sorted(answer.links, key=lambda one: (one.layer, -one.count)):
        source, target = answer.nodes[link.source], answer.nodes[link.target]
        table.add_row(str(link.layer + 1), _name(source), _name(target), str(link.count))
    Console().print(table)
    print(f"{answer.total} visits")


def _name(node: PathNode) -> str:
    if node.other:
        return "(others)"
    return "(end)" if node.ended else node.name
