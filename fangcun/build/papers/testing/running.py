"""All checks of the self-tester in their order."""

from __future__ import annotations

from collections.abc import Iterator

from fangcun.build.papers.models import Environment
from fangcun.build.papers.testing.inbound import notices, pushes
from fangcun.build.papers.testing.outbound import outbound
from fangcun.build.papers.testing.result import Result
from fangcun.build.papers.testing.servers import servers, upload_key
from fangcun.build.papers.testing.way import way_in
from fangcun.identity.programs.models import Program


def checks(program: Program, environment: str) -> Iterator[Result]:
    """Try everything that can be tried, the way out first; each finding as soon as it is there.

    Changes nothing at WeChat. Calls the network, so never inside a transaction.
    """
    yield from outbound(program)
    clear = True
    for found in way_in():
        # What only differs in name is passed on all the same; what is lost or changed is not.
        if found.state == "failed" and found.code in _BLOCKING:
            clear = False
        yield found
    yield from pushes(program, way_is_clear=clear)
    if program.merchant is not None:
        yield from notices(program.merchant, way_is_clear=clear)
    yield from servers(program, Environment.objects.filter(program=program, name=environment).first())
    yield upload_key(program)


_BLOCKING = frozenset(
    {
        "in.certificate", "in.reach", "in.redirect", "in.host.refused", "in.upstream", "in.blocked", "in.path",
        "in.method", "in.query", "in.body",
    }
)  # fmt: skip
