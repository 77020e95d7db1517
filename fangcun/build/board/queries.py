"""The whole board, as it stands now."""

from __future__ import annotations

from django.utils.translation import gettext as _

from fangcun.build.board import going, made
from fangcun.build.board.parts import Board, Part
from fangcun.build.papers.blocking import Blocker
from fangcun.build.papers.queries import active_programs
from fangcun.identity.programs.models import Program

PROGRAMS = "/console/programs/program/"


def board(program: Program | None = None) -> Board:
    """Every part of one mini program's launch with what blocks it, and where it is mended. Calls no network.

    The main program, unless another is named.
    """
    programs = [program] if program else active_programs()[:1]
    parts = [made.plan(), made.build(), made.checks(), made.suites(), going.qualifications()]
    if programs:
        parts += [going.interfaces(programs), going.environment(programs), going.checklist(programs)]
    else:
        none = Blocker("program:none", _("还没有登记小程序"), PROGRAMS)
        parts.append(Part("program", _("小程序"), PROGRAMS, blockers=(none,)))
    return Board((*parts, going.schedule(), going.release(programs)))
