"""The page of sharing: who shares, whom that brings, how far it goes."""

from __future__ import annotations

import dataclasses
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fangcun.doors.console.insight.asked import Asked
from fangcun.doors.console.insight.downloads import Table
from fangcun.doors.console.insight.known import Known
from fangcun.doors.console.insight.page import QuestionPage
from fangcun.insight.analytics.sharing import SharingAnswer, SharingQuestion
from fangcun.insight.analytics.sharing_trees import ShareNode

TOPS = ("20", "50", "100")


def form(ask: Asked, _known: Known) -> dict[str, Any]:
    """What counts as a purchase, how many sharers, whose tree."""
    top = ask.one("top", "20")
    return {
        "event": ask.one("event"),
        "root": ask.one("root"),
        "share_top": top,
        "share_tops": TOPS if top in TOPS else (*TOPS, top),
    }


def answer(question: SharingQuestion, found: SharingAnswer) -> dict[str, Any]:
    """The numbers, the levels, those who brought the most, the pages, one tree and the way to the others."""
    tree = found.tree
    return {
        "empty": not (found.shares or found.opens),
        "found": found,
        "levels": {
            "names": [_t("第 %(n)s 层") % {"n": level.depth} for level in found.levels],
            "bars": [
                {"name": _t("分享次数"), "values": [level.shares for level in found.levels]},
                {"name": _t("打开人数"), "values": [level.opens for level in found.levels]},
                {"name": _t("带来的新人"), "values": [level.newcomers for level in found.levels]},
            ],
        },
        "sharers": [(_member(one.person), _person(one.person), one) for one in found.top],
        "roots": [
            {
                "name": _person(root.person),
                "row": root,
                "query": urlencode(dataclasses.replace(question, root=root.root_id).params()),
                "shown": tree is not None and root.root_id == tree.share_id,
            }
            for root in found.roots
        ],
        "tree": tree
        and {
            "root": _branch(tree),
            "words": {"opens": _t("打开人数"), "newcomers": _t("带来的新人"), "hidden": _t("没有画出的下级")},
        },
    }


def table(_question: SharingQuestion, found: SharingAnswer) -> Table:
    """A row for each of those who brought the most."""
    return Table(
        [
            _t("分享者"), _t("分享次数"), _t("打开人数"), _t("带来的新人"), _t("买家数"), _t("层数"),
            _t("整条链带来的新人"),
        ],
        [
            [_person(one.person), one.shares, one.opens, one.newcomers, one.buyers, one.depth, one.downstream]
            for one in found.top
        ],
    )  # fmt: skip


def _member(person: int) -> int | None:
    """The member's id, None for a phone that never logged in."""
    return None if person % 2 else person // 2


def _person(person: int | None) -> str:
    if person is None:
        return _t("没有记录的人")
    words = _t("未登录的手机 %(n)s") if person % 2 else _t("会员 %(n)s")
    return words % {"n": person // 2}


def _branch(node: ShareNode) -> dict[str, Any]:
    """A share and what hangs below it, as the drawer takes it."""
    return {
        "name": _person(node.person),
        "page": node.page,
        "opens": node.opens,
        "newcomers": node.newcomers,
        "hidden": node.hidden,
        "children": [_branch(child) for child in node.children],
    }


SHARING = QuestionPage(
    name="sharing",
    title=_("分享"),
    icon="share",
    about=_("谁在分享，分享带来了多少人，传了几层。"),
    read=SharingQuestion.of,
    form=form,
    answer=answer,
    table=table,
    bar=("program", "segment"),
)
