"""Pages: can they be reached, do they lead on, may they use what they use."""

from __future__ import annotations

from collections.abc import Iterator

from fangcun.blueprint.findings import Severity
from fangcun.blueprint.graph import tabs
from fangcun.blueprint.rules.rule import Context, Problem, rule
from fangcun.blueprint.vocabulary import MAIN_PACKAGE, PERMITTED, PRIVATE

FEWEST_TABS, MOST_TABS = 2, 5


def _arrow(context: Context, way: tuple[str, ...]) -> str:
    return " → ".join(context.bp.pages[name].title or name for name in way)


@rule("page-unreachable")
def page_unreachable(context: Context) -> Iterator[Problem]:
    """A page with no way from the start."""
    start = context.bp.navigation.start
    if start not in context.bp.pages:
        return
    ways = context.taps.ways_from(start)
    for name, page in context.bp.pages.items():
        if name not in ways:
            yield Problem(
                f"pages.{name}",
                f"从首页点不到“{page.title}”",
                f"让能到达它的页面在 leads_to 里写上 {name}；不需要的页面就删去",
            )


@rule("page-too-deep")
def page_too_deep(context: Context) -> Iterator[Problem]:
    """A key page is more taps away from the start than the navigation allows."""
    start, most = context.bp.navigation.start, context.bp.navigation.max_taps
    if start not in context.bp.pages or not context.sound("navigation.max_taps"):
        return
    ways = context.taps.ways_from(start)
    for name, page in context.bp.pages.items():
        way = ways.get(name)
        if page.key and way is not None and len(way) - 1 > most:
            yield Problem(
                f"pages.{name}",
                f"“{page.title}”要点 {len(way) - 1} 次才能到，超过 {most} 次；最短的路是 {_arrow(context, way)}",
                f"在离首页更近的页面的 leads_to 里加上 {name}",
            )


@rule("tab-count")
def tab_count(context: Context) -> Iterator[Problem]:
    """The tab bar has fewer than 2 or more than 5 pages (WeChat's limits)."""
    count = len(tabs(context.bp))
    places = [f"pages.{name}.tab" for name in context.bp.pages]
    if not FEWEST_TABS <= count <= MOST_TABS and context.sound("pages", *places):
        yield Problem(
            "pages",
            f"标签栏有 {count} 个页面，微信要求 {FEWEST_TABS} 到 {MOST_TABS} 个",
            "用 tab: 1、tab: 2 … 标出标签页，或去掉多余的",
        )


@rule("tab-package")
def tab_package(context: Context) -> Iterator[Problem]:
    """A tab page lies outside the main package."""
    for name, page in context.bp.pages.items():
        path = f"pages.{name}.package"
        if page.tab is not None and page.package != MAIN_PACKAGE and context.sound(path):
            yield Problem(
                path,
                f"标签页“{page.title}”在分包 {page.package} 里，微信要求标签页在主包",
                f"写 package: {MAIN_PACKAGE}",
            )


@rule("page-dead-end", Severity.WARNING)
def page_dead_end(context: Context) -> Iterator[Problem]:
    """A page leads nowhere and is no scenario's end."""
    ends: set[str | None] = set()
    for scenario in context.bp.scenarios:
        last = {step.actor: step.page for step in scenario.steps if step.page}
        ends.update(last.values())
        ends.update(branch.page for branch in scenario.otherwise)
    for name, page in context.bp.pages.items():
        if (
            page.tab is None
            and not page.leads_to
            and name not in ends
            and context.sound(f"pages.{name}.leads_to")
        ):
            yield Problem(
                f"pages.{name}",
                f"到了“{page.title}”就无处可去，也没有场景在这里结束",
                "在 leads_to 里写上接下来能去的页面",
            )


@rule("privacy-undeclared")
def privacy_undeclared(context: Context) -> Iterator[Problem]:
    """A page uses a capability that has no purpose in `launch.privacy`."""
    purposes = context.bp.launch.privacy
    for name, page in context.bp.pages.items():
        for number, capability in enumerate(page.uses):
            if capability not in PRIVATE or purposes.get(capability, "").strip():
                continue
            if context.sound("launch", "launch.privacy", f"launch.privacy.{capability}"):
                yield Problem(
                    f"pages.{name}.uses[{number}]",
                    f"“{page.title}”要用 {capability}，但 launch.privacy 没有写用它做什么",
                    f"在 launch.privacy 里加上 {capability}: 用途",
                )


@rule("privacy-unused", Severity.WARNING)
def privacy_unused(context: Context) -> Iterator[Problem]:
    """A capability is declared and used nowhere; audits refuse that."""
    used = {capability for page in context.bp.pages.values() for capability in page.uses}
    for capability in context.bp.launch.privacy:
        if capability not in used:
            yield Problem(
                f"launch.privacy.{capability}",
                f"声明了要用 {capability}，却没有页面用到它；审核会因此退回",
                f"删去这一行，或在用到它的页面写 uses: [{capability}]",
            )


@rule("permission-missing")
def permission_missing(context: Context) -> Iterator[Problem]:
    """A capability that has to be applied for (payment) has no qualification that is had or applied for."""
    papers = context.bp.qualifications
    covered = {what for paper in papers if paper.status != "missing" for what in paper.covers}
    seen: set[str] = set()
    for name, page in context.bp.pages.items():
        for number, capability in enumerate(page.uses):
            if capability in PERMITTED and capability not in covered and capability not in seen:
                seen.add(capability)
                yield Problem(
                    f"pages.{name}.uses[{number}]",
                    f"“{page.title}”要用 {capability}，但没有已取得或申请中的权限",
                    f"在 qualifications 里加上 kind: permission、covers: [{capability}] 的一项，并开始申请",
                )


@rule("ugc-unreviewed")
def ugc_unreviewed(context: Context) -> Iterator[Problem]:
    """Members publish and no machine or no human review is planned."""
    for ugc in context.bp.content.ugc:
        path = f"content.ugc[{ugc.id}]"
        review = ugc.review
        if not context.sound(f"{path}.review", f"{path}.review.machine", f"{path}.review.human"):
            continue
        machine, human = (review.machine, review.human) if review else (False, False)
        if not (machine and human):
            lacking = "和".join(
                word for word, done in (("机器审核", machine), ("人工审核", human)) if not done
            )
            yield Problem(
                f"{path}.review" if review else path,
                f"用户会发布“{ugc.name}”，但没有安排{lacking}",
                "写 review: {machine: true, human: true, within_hours: 24}",
            )


@rule("ugc-undeclared")
def ugc_undeclared(context: Context) -> Iterator[Problem]:
    """Members publish and the content declaration says nothing of it."""
    declaration = context.bp.launch.content_declaration
    path = "launch.content_declaration"
    if not context.bp.content.ugc or (declaration and declaration.ugc):
        return
    if context.sound("launch", path, f"{path}.ugc"):
        yield Problem(
            f"{path}.ugc" if declaration else "launch",
            f"用户会发布“{context.bp.content.ugc[0].name}”，但内容声明没有说",
            "在 launch.content_declaration 里写 ugc: true 和 ugc_measures",
        )


def _luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21, as WCAG 2.2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


LEAST_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3


@rule("brand-contrast")
def brand_contrast(context: Context) -> Iterator[Problem]:
    """Text in `on_color` on `color` has a contrast below 4.5 : 1 (WCAG 2.2)."""
    brand = context.bp.brand
    if brand is None or not context.sound("brand", "brand.color", "brand.on_color"):
        return
    ratio = contrast(brand.color, brand.on_color)
    if ratio < LEAST_CONTRAST:
        written = "brand.on_color" if "brand.on_color" in context.document.places else "brand.color"
        yield Problem(
            written,
            f"{brand.on_color} 的字放在 {brand.color} 上，对比度只有 {int(ratio * 100) / 100:.2f}，看不清",
            f"把品牌色调深或换一种字色，使对比度不低于 {LEAST_CONTRAST}",
        )


@rule("matrix-island", Severity.WARNING)
def matrix_island(context: Context) -> Iterator[Problem]:
    """A program of the matrix that no other jumps to."""
    programs = context.bp.programs
    if len(programs) < 2:
        return
    for program in programs:
        if not any(program.id in other.jumps_to for other in programs if other.id != program.id):
            yield Problem(
                f"programs[{program.id}]",
                f"没有别的小程序跳转到“{program.name}”",
                f"在会带来客人的小程序里写 jumps_to: [{program.id}]",
            )
