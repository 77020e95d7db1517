"""The plan against the package, and what the audit asks of the plan itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from fangcun.build.checks.finding import Finding, Undecided
from fangcun.build.checks.registry import rule
from fangcun.build.checks.subject import Subject

# Categories for which WeChat asks for a paper, and words of papers that serve.
PAPERS: Final = (
    (re.compile("食品|生鲜|餐饮|酒"), re.compile("食品|餐饮|酒类|经营许可|流通许可"), "食品经营许可证"),
    (
        re.compile("医疗|医药|药品|医院|器械"),
        re.compile("医疗|医药|药品|器械|执业"),
        "医疗机构执业许可证或药品经营许可证",
    ),
    (re.compile("教育|培训"), re.compile("办学|教育|培训"), "办学许可证或教育资质"),
    (
        re.compile("金融|银行|证券|保险|基金|贷款"),
        re.compile("金融|银行|证券|保险|基金|小额贷款"),
        "金融业务许可证",
    ),
    (re.compile("直播"), re.compile("直播|视听|网络文化"), "信息网络传播视听节目许可证或网络文化经营许可证"),
    (
        re.compile("电商平台"),
        re.compile("增值电信|EDI|ICP证|ICP许可", re.IGNORECASE),
        "增值电信业务经营许可证",
    ),
    (re.compile("出版|图书"), re.compile("出版"), "出版物经营许可证"),
    (re.compile("旅游|旅行社"), re.compile("旅行社|旅游"), "旅行社业务经营许可证"),
)


@rule("category-qualification")
def category_qualification(subject: Subject) -> Iterator[Finding | Undecided]:
    """A category needs a paper that nobody has."""
    held = subject.declared.qualifications
    for category in subject.declared.categories:
        for wanted, serving, paper in PAPERS:
            if not wanted.search(category):
                continue
            if held is None:
                yield Undecided(
                    "category-qualification",
                    f"类目 {category} 要有{paper}；不知道有没有",
                    f"{category} needs a paper; whether there is one is not known",
                )
            elif not any(serving.search(word) for word in held):
                yield Finding(
                    "category-qualification",
                    f"类目 {category} 要有{paper}，资质里没有",
                    f"The category {category} needs a paper that is not there",
                    detail={"category": category},
                )


@rule("category-missing")
def category_missing(subject: Subject) -> Iterator[Finding]:
    """The plan names no category, and nothing can be submitted without one."""
    if subject.blueprint is not None and not subject.declared.categories:
        yield Finding("category-missing", "蓝图没有写服务类目", "The plan names no category")


@rule("planned-page-missing")
def planned_page_missing(subject: Subject) -> Iterator[Finding]:
    """A page of the plan is not in the package."""
    for page in subject.blueprint.pages.values() if subject.blueprint else ():
        if page.path not in subject.package.pages:
            yield Finding(
                "planned-page-missing",
                f"蓝图里的页面「{page.title}」（{page.path}）不在包里",
                f"The planned page {page.path} is not in the package",
                page=page.path,
            )


@rule("program-ring")
def program_ring(subject: Subject) -> Iterator[Finding]:
    """Mini programs of the plan lead to each other in a ring of three or more."""
    if subject.blueprint is None:
        return
    jumps = {program.id: program.jumps_to for program in subject.blueprint.programs}
    told: set[frozenset[str]] = set()

    def follow(way: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        for target in jumps.get(way[-1], ()):
            if target == way[0] and len(way) > 2:
                yield way
            elif target not in way:
                yield from follow((*way, target))

    for start in jumps:
        for ring in follow((start,)):
            if frozenset(ring) not in told:
                told.add(frozenset(ring))
                names = " → ".join((*ring, ring[0]))
                yield Finding(
                    "program-ring",
                    f"小程序互相跳转成环：{names}",
                    f"Mini programs lead to each other in a ring: {names}",
                )


@rule("ugc-plan")
def ugc_plan(subject: Subject) -> Iterator[Finding]:
    """The plan lets users publish, but declares none of it or plans no review."""
    plan = subject.blueprint
    if plan is None or not plan.content.ugc:
        return
    if not subject.declared.ugc:
        yield Finding(
            "ugc-plan",
            f"蓝图里有用户发布的内容（{plan.content.ugc[0].name}），内容声明却没有写",
            "The plan lets users publish, but does not declare it",
        )
    if not subject.declared.ugc_reviewed:
        yield Finding(
            "ugc-plan",
            f"用户发布的内容（{plan.content.ugc[0].name}）没有安排审核",
            "Nobody reviews what users publish",
        )
