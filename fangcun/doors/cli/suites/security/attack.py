"""The whole attack, part after part, in an order in which no part spoils another."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from fangcun.blueprint.document import Blueprint
from fangcun.doors.cli.stack import CallFailed
from fangcun.doors.cli.suites.load.ground import NoGround
from fangcun.doors.cli.suites.security import browsing, console, fuzz, manners, markup, owners, supplies
from fangcun.doors.cli.suites.security.asking import Unreachable
from fangcun.doors.cli.suites.security.crawl import Crawl, crawl, fill_in
from fangcun.doors.cli.suites.security.document import served
from fangcun.doors.cli.suites.security.finding import Finding, Part, Severity
from fangcun.doors.cli.suites.security.ground import Ground

TITLES = {
    "strangers": "陌生人：没有登录的接口",
    "owners": "归属：别人的东西碰不到",
    "console": "后台：页面、角色与权限",
    "csrf": "后台：跨站提交",
    "manners": "响应头、错误页、目录、跳转、限流、生产设置",
    "markup": "脚本注入：手机与后台",
    "odd": "接口：异常输入",
    "generated": "接口：按文档生成的输入（schemathesis）",
    "supplies": "依赖：已知漏洞与许可证",
}
NOT_ON_OTHERS = ("supplies",)
# Pages that scripts draw, where a payload could become markup only in the browser.
DRAWN = (
    "/console/", "/console/orders/order/", "/console/members/member/", "/console/conversations/",
    "/console/insight/", "/console/insight/segments/", "/console/plan/", "/console/plan/scenarios/",
    "/console/plan/schedule/", "/console/catalog/product/", "/console/kernel/auditentry/", "/console/launch/",
)  # fmt: skip
BROWSING_S = 75.0


class Attack:
    """Runs the parts that were asked for. `said` hears the title of each as it begins."""

    def __init__(self, ground: Ground, bp: Blueprint, parts: list[str], said: Callable[[str], None]) -> None:
        self.ground, self.bp, self.wanted, self._said = ground, bp, parts, said
        self.document: dict[str, Any] = {}
        self.seen = Crawl()
        self.parts: dict[str, Part] = {}

    def run(self) -> list[Part]:
        """Every part, whatever happens to one of them. Raises NoGround when the API can't be read at all."""
        self.document = served(self.ground)
        steps: dict[str, Callable[[Part], None]] = {
            "strangers": lambda part: owners.strangers(self.ground, self.document, part),
            "owners": lambda part: owners.owners(self.ground, self.document, part),
            "console": self._console,
            "csrf": lambda part: console.csrf(self.ground, self.seen, part),
            "manners": self._manners,
            "markup": self._markup,
            "odd": lambda part: fuzz.odd(self.ground, self.document, part),
            "generated": lambda part: fuzz.generated(self.ground, self.document, part),
            "supplies": self._supplies,
        }
        for name, step in steps.items():
            if name in self.wanted:
                with self._part(name) as part:
                    step(part)
        return list(self.parts.values())

    @contextmanager
    def _part(self, name: str) -> Iterator[Part]:
        part = self.parts[name] = Part(name, TITLES[name])
        self._said(part.title)
        began = time.monotonic()
        try:
            yield part
        except (NoGround, CallFailed) as problem:
            part.undecided.append(f"没有做完：{str(problem)[:300]}")
        except Unreachable as problem:
            fix = "看平台的日志：它不应该因为任何请求停下"
            part.report(
                Finding("gone", Severity.HIGH, "平台不再回答", TITLES[name], fix, "", str(problem)[:300])
            )
        except Exception as problem:  # our own fault must not hide what the other parts find
            part.undecided.append(f"这部分自己出了错：{type(problem).__name__}: {str(problem)[:300]}")
        part.seconds = time.monotonic() - began

    def _console(self, part: Part) -> None:
        owner = self.ground.staff.get("owner")
        if owner is None:
            part.undecided.append("没有后台的登录（--home 或 --login-link），后台页面没有试")
            return
        before = self._look()
        self.seen = crawl(self.ground, owner, self._starts())
        fill_in(self.ground.atlas, self.seen.pages)
        console.broken_pages(self.seen, part)
        console.readers(self.ground, before, part)
        console.roles(self.ground, part)

    def _look(self) -> dict[str, int] | None:
        if self.ground.on_data is None:
            return None
        told = self.ground.on_data("look")
        self.ground.atlas, self.ground.verbs = told["atlas"], told["verbs"]
        numbers: dict[str, int] = told["snapshot"]
        return numbers

    def _starts(self) -> list[str]:
        return ["/console/", *(entry["path"] for entry in self.ground.atlas if entry["path"])]

    def _manners(self, part: Part) -> None:
        for step in (manners.headers, manners.folders, manners.redirects, manners.callbacks, manners.limits):
            step(self.ground, part)
        if self.ground.is_own:
            manners.production(self.ground, part)
        else:
            part.undecided.append("对方的生产设置（HTTPS、HSTS、Secure）只有在它自己的环境里看得到")

    def _markup(self, part: Part) -> None:
        ground, user = self.ground, "安全庚"
        mine = markup.plant_by_api(ground, self.document, user, part)
        owner = ground.staff.get("owner")
        if owner is not None and not self.seen.pages:
            self.seen = crawl(ground, owner, self._starts())
        if ground.is_own and ground.on_data is not None:
            markup.plant_by_forms(ground, self.seen, part)
            ground.planted.update(ground.on_data("poison", first=1000 + len(ground.planted)))
        if owner is None:
            part.undecided.append("没有后台的登录，后台页面上的注入没有看")
        else:
            self._read_again(part)
        pages = [page.path for page in self.bp.pages.values()]
        browsing.browse(ground, mine, user, pages, self._drawn(), part, BROWSING_S)

    def _read_again(self, part: Part) -> None:
        owner = self.ground.staff["owner"]
        fresh = crawl(self.ground, owner, [*self._starts(), *list(self.seen.pages)[:300]])
        markup.look_for(fresh.pages, self.ground, part)
        markup.reflected(self.ground, fresh, part)

    def _drawn(self) -> list[str]:
        changes = [path for path in self.seen.pages if path.endswith("/change/")]
        return [path for path in DRAWN if not self.seen.pages or path in self.seen.pages] + changes[:6]

    def _supplies(self, part: Part) -> None:
        if self.ground.is_own:
            supplies.holes(part)
            supplies.licences(part)
        else:
            part.undecided.append("对方装了什么从外面看不到：在它的目录里不带 --target 跑一遍")
