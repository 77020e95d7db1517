"""What was left over from development: logs, debug switches, menus for developers, test content."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from fangcun.build.checks.finding import Finding
from fangcun.build.checks.registry import rule
from fangcun.build.checks.rules.said import Said, page_of, said
from fangcun.build.checks.subject import Subject

_LOGS = frozenset({"log", "debug", "info", "dir", "table", "trace", "time", "timeEnd", "group", "count"})
_DEBUGGERS = re.compile(r"vconsole|eruda|weapp-debug|mp-debug", re.IGNORECASE)
_DEV_PAGE = re.compile(
    r"(?:^|[/_-])(?:debug(?:ger)?|dev(?:tools?|eloper)?|mock|playground|sandbox|tests?|testing)(?:[/_-]|$)",
    re.IGNORECASE,
)
_DEV_MENU = re.compile(
    r"开发者(?:菜单|选项|模式|工具)|调试(?:模式|菜单|面板|工具|开关|页面)|切换(?:环境|服务器|接口地址)|环境切换"
    r"|测试环境|预发(?:布)?环境|模拟登录|debug\s?(?:mode|menu|panel)|switch env",
    re.IGNORECASE,
)

COMING: Final = re.compile(
    r"敬请期待|敬请关注|即将(?:上线|推出|开放|开通|发布|到来)"
    r"|(?:功能|页面|模块|栏目|版块)?(?:正在|还在|尚在)(?:开发|建设|施工|完善)|(?:功能|页面|模块|栏目|版块)(?:开发|建设|施工|完善)中"
    r"|^(?:开发|建设|施工|完善)中[.…。~～!！]*$"
    r"|(?:功能|页面|模块|栏目|版块|服务|该|此)(?:暂未|尚未|还未|未|暂不)(?:开放|开通|上线|可用|实现)|^(?:暂未|尚未)(?:开放|开通|上线)"
    r"|coming\s+soon|under\s+construction|work\s+in\s+progress|stay\s+tuned|not\s+implemented",
    re.IGNORECASE,
)
_TEST: Final = re.compile(
    r"测试(?:商品|产品|数据|标题|内容|文本|文案|文字|订单|用户|账号|帐号|店铺|门店|页面|一下|文章|新闻|图片|按钮"
    r"|分类|名称|活动|公告|专用|优惠券|地址|评论|描述|用例|消息)"
    r"|^测试\s*[\d一二三四五六七八九abcABC]*$|这是(?:一个|一条|一段)?测试|仅供测试"
    r"|(?:示例|样例|假)(?:商品|产品|文本|文字|文章|标题|图片|数据|内容)|演示(?:商品|数据)|占位(?:文字|文本|内容|图|符)"
    r"|(?:这里|此处)(?:是|填写|放)(?:一段)?(?:内容|标题|描述|文字|简介|文案)"
    r"|[xX×某]{2,}(?:公司|有限公司|商城|小区|路\d)|待(?:补充|完善|替换|填写内容)(?:$|[。.…])"
    r"|lorem\s+ipsum|dolor\s+sit\s+amet|^hello,?\s+world!?$"
    r"|\btest(?:ing)?[\s_-]?(?:data|product|goods|item|title|content|user|page|order|text|shop|\d{1,4})\b"
    r"|\b(?:dummy|sample)\s+(?:text|data|content|product)\b|\b(?:foobar|asdf\w*|qwerty|blah blah)\b"
    r"|^(?:test|aaa+|111+|123456?|哈哈+|啊啊+|todo|tbd|xxx+)$|\b(?:TODO|FIXME|TBD)\b[:：]",
    re.IGNORECASE,
)


@rule("log-left")
def log_left(subject: Subject) -> Iterator[Finding]:
    """Scripts still write to the console, or stop in a debugger."""
    for file, script in subject.facts.scripts.items():
        if script.library or subject.unused(file):
            continue
        lines = sorted([log.line for log in script.logs if log.method in _LOGS] + list(script.debuggers))
        if lines:
            what = "debugger" if script.debuggers else "console 日志"
            yield Finding(
                "log-left",
                f"{file} 里遗留了 {len(lines)} 处 {what}",
                f"{file} still has {len(lines)} logs or debuggers",
                file,
                lines[0],
                page=page_of(subject, file),
                detail={"lines": lines[:20]},
            )


@rule("debug-left")
def debug_left(subject: Subject) -> Iterator[Finding]:
    """A debug switch or console is on for everybody."""
    if subject.package.app.get("debug") is True:
        yield Finding("debug-left", "app.json 打开了 debug", "app.json sets debug", "app.json")
    for file, call in subject.facts.calls("setEnableDebug"):
        wanted = call.options.get("enableDebug")
        if not wanted or wanted.text != "false":
            yield Finding(
                "debug-left",
                "用 setEnableDebug 打开了调试面板",
                "setEnableDebug opens the debug panel",
                file,
                call.line,
            )
    for name, script in subject.facts.scripts.items():
        for one in script.requires:
            if _DEBUGGERS.search(one.wanted):
                yield Finding(
                    "debug-left",
                    f"引用了调试工具 {one.wanted}",
                    f"The debug tool {one.wanted} is loaded",
                    name,
                    one.line,
                )


@rule("dev-menu")
def dev_menu(subject: Subject) -> Iterator[Finding]:
    """A page or an entry that is meant for developers."""
    for page in subject.package.pages:
        if _DEV_PAGE.search(page):
            yield Finding(
                "dev-menu",
                f"登记了调试用的页面 {page}",
                f"The page {page} is one for developers",
                "app.json",
                page=page,
            )
    told = set()
    for one in said(subject):
        found = _DEV_MENU.search(one.text)
        if found and one.file not in told:
            told.add(one.file)
            yield Finding(
                "dev-menu",
                f"用户能看到给开发者用的入口「{found[0]}」",
                f"Users see an entry for developers: {found[0]}",
                one.file,
                one.line,
                one.page,
            )


@rule("coming-soon")
def coming_soon(subject: Subject) -> Iterator[Finding]:
    """Something is announced that cannot be used yet."""
    yield from _matching(
        "coming-soon", COMING, subject, "页面写着「{}」，功能还不能用", "The page says “{}”: it is not ready"
    )


@rule("test-content")
def test_content(subject: Subject) -> Iterator[Finding]:
    """Placeholders or test content that users see."""
    yield from _matching(
        "test-content",
        _TEST,
        subject,
        "留有占位或测试内容「{}」",
        "Placeholder or test content is left: “{}”",
    )


test_content.__test__ = False  # type: ignore[attr-defined]  # a rule, not one of pytest's


def _matching(
    name: str, wanted: re.Pattern[str], subject: Subject, chinese: str, english: str
) -> Iterator[Finding]:
    told: set[tuple[str, str]] = set()
    for one in said(subject):
        found = wanted.search(one.text)
        if (
            found is None
            or (one.file, found[0]) in told
            or _is_code(one, found[0])
            or subject.unused(one.file)
        ):
            continue
        told.add((one.file, found[0]))
        yield Finding(name, chinese.format(found[0]), english.format(found[0]), one.file, one.line, one.page)


def _is_code(one: Said, found: str) -> bool:
    """Whether an English word stands in a key or path rather than in a sentence."""
    return found.isascii() and re.fullmatch(r"[\w./:-]*[./_][\w./:-]*", one.text) is not None
