"""The page of sharing: who shares, whom that brings, how far it goes."""

from __future__ import annotations

import dataclasses
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fangcun.doors.console.insight.asked import Asked
from fangcun.doors.console.insight.downloads import Table
from fangcun.doors.console.insight.grids import Column, Grid, Link, grid
from fangcun.doors.console.insight.known import Known
from fangcun.doors.console.insight.page import QuestionPage
from fangcun.doors.console.insight.words import count
from fangcun.insight.analytics.sharing import SharingAnswer, SharingQuestion
from fangcun.insight.analytics.sharing_trees import ShareNode

REACH = (_("分享次数"), _("打开人数"), _("带来的新人"))
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
        "sharers": grid(
            [_t("分享者")],
            [*REACH, _t("买家数"), _t("层数"), _t("整条链带来的新人")],
            (
                [_member(one.person), *_reach(one), count(one.buyers), one.depth, count(one.downstream)]
                for one in found.top
            ),
        ),
        "roots": Grid(
            [Column(_t("发起人"), number=False), *map(Column, REACH), Column("", number=False)],
            [
                [_person(root.person), *_reach(root), _way(question, root.root_id, tree)]
                for root in found.roots
            ],
        ),
        "shared": grid([_t("页面")], REACH, ([row.page or "—", *_reach(row)] for row in found.pages)),
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


def _reach(row: Any) -> list[str]:
    return [count(row.shares), count(row.opens), count(row.newcomers)]


def _way(question: SharingQuestion, root: str, tree: ShareNode | None) -> str | Link:
    """The way to the picture of a tree."""
    if tree is not None and root == tree.share_id:
        return _t("上图")
    query = urlencode(dataclasses.replace(question, root=root).params())
    return Link(_t("画这棵"), f"{SHARING.address}?{query}")


def _member(person: int) -> str | Link:
    """The member and the way to him; a phone that never logged in leads nowhere."""
    if person % 2:
        return _person(person)
    name, address = _person(person), reverse("admin:members_member_change", args=[person // 2])
    return Link(name, address, needs="members.view", otherwise=name)


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
    bar=("days", "program", "segment"),
)
