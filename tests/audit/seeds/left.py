"""What was left behind: logs, debugging, unused code, words of a draft, a menu for developers."""

from __future__ import annotations

from tests.audit.corpus import Files, seed, twin

# log-left, debug-left, dev-menu


@seed("log-left")
def an_answer_is_logged(files: Files) -> None:
    files.edit(
        "utils/request.js",
        "else resolve(answer.data)",
        "else { console.log('answer', answer); resolve(answer.data) }",
    )


@seed("log-left", "booking")
def a_minified_log(files: Files) -> None:
    files.edit("pages/home/index.js", "onLoad(){", 'onLoad(){console.log("home",e.services),')


@seed("log-left", "club")
def a_debug_log(files: Files) -> None:
    files.edit("lib/store.js", "member = kept;", "{ console.debug(kept); member = kept; }")


@twin("log-left", "club")
def an_error_is_reported(files: Files) -> None:
    files.edit(
        "lib/store.js", "member = kept;", '{ member = kept; }\n    else\n        console.error("nobody");'
    )


@twin("log-left", "content")
def the_word_stands_in_a_text(files: Files) -> None:
    files.edit("pages/rules/rules.wxml", "多次违规将被禁言。", "console.log 之类的代码请勿粘贴到评论里。")


@seed("log-left")
def a_debugger_statement(files: Files) -> None:
    files.edit(
        "pages/cart/cart.js", "const lines = basket.lines()", "debugger\n    const lines = basket.lines()"
    )


@seed("debug-left", "booking")
def vconsole_is_switched_on(files: Files) -> None:
    files.edit("app.js", "onLaunch(){", "onLaunch(){wx.setEnableDebug({enableDebug:!0}),")


@twin("debug-left", "content")
def a_member_called_debugger(files: Files) -> None:
    files.edit(
        "services/http.js",
        "const HOST",
        "const tools = { debugger: false }\nexport const quiet = !tools.debugger\nconst HOST",
    )


@seed("dev-menu", also=("page-unreachable",))
def a_switch_of_environments_on_a_page(files: Files) -> None:
    files.add("pages/me/me.wxml", '<button class="plain" bindtap="env">切换环境</button>\n')
    files.edit(
        "pages/me/me.js",
        "orders() {",
        "env() {\n    wx.showActionSheet({ itemList: ['开发环境', '测试环境', '正式环境'] })\n  },\n  orders() {",
    )


@seed("dev-menu", "club")
def a_page_for_debugging(files: Files) -> None:
    files.page(
        "pages/debug/debug",
        '<view class="sheet">接口调试</view><button class="act" bindtap="clear">清除登录态</button>',
        'Page({ clear: function () { wx.clearStorageSync(); wx.reLaunch({ url: "/pages/club/club" }); } });\n',
        "调试",
    )
    files.add(
        "pages/profile/profile.wxml", '<navigator class="link" url="/pages/debug/debug">调试</navigator>\n'
    )


@twin("dev-menu", "booking")
def a_switch_of_stores(files: Files) -> None:
    files.add(
        "pages/home/index.wxml",
        '<navigator class="p" url="/pages/stores/index" open-type="switchTab">切换门店</navigator>',
    )


# unused


@seed("code-unused", also=("log-left",))
def a_script_nobody_requires(files: Files) -> None:
    files.write(
        "utils/old-request.js", "function old(path) {\n  return path\n}\n\nmodule.exports = { old }\n"
    )


@seed("code-unused", "content")
def a_module_nobody_imports(files: Files) -> None:
    files.write("services/legacy.js", "export function legacy(id) {\n  return id\n}\n")


@seed("code-unused", "club")
def a_page_that_is_no_longer_registered(files: Files) -> None:
    with files.json("app.json") as app:
        app["subPackages"][0]["pages"].remove("pages/points/points")
    files.edit("pages/club/club.js", "/packageMember/pages/points/points", "/packageMember/pages/gift/gift")


@twin("code-unused", "content")
def a_module_behind_another(files: Files) -> None:
    files.write("services/words.js", "export const LONGEST = 200\n")
    files.edit(
        "services/articles.js",
        "import { fetchJson } from './http'",
        "import { fetchJson } from './http'\nimport { LONGEST } from './words'\n\nexport const longest = LONGEST",
    )


@twin("code-unused", "club")
def a_wxs_module_of_a_template(files: Files) -> None:
    files.write("lib/count.wxs", "module.exports = { told: function (n) { return n + ' 积分' } }\n")
    files.edit(
        "pages/gifts/gifts.wxml",
        '<view class="sheet" wx:for',
        '<wxs src="../../lib/count.wxs" module="count" />\n<view class="sheet" wx:for',
    )
    files.edit("pages/gifts/gifts.wxml", "{{item.points}} 积分", "{{count.told(item.points)}}")


@seed("component-unused")
def a_component_is_declared_and_not_written(files: Files) -> None:
    with files.json("pages/cart/cart.json") as page:
        page["usingComponents"] = {"goods-card": "/components/goods-card/goods-card"}


@seed("component-unused", "club")
def a_global_component_is_nowhere(files: Files) -> None:
    files.edit(
        "pages/club/club.wxml",
        '<tier-badge tier="{{member.tier}}" />',
        '<view class="soft">{{member.tier}}</view>',
    )


@twin("component-unused", "club")
def a_global_component_is_used_in_a_part(files: Files) -> None:
    files.edit(
        "pages/club/club.wxml",
        '<tier-badge tier="{{member.tier}}" />',
        '<view class="soft">{{member.tier}}</view>',
    )
    files.add("packageMember/pages/points/points.wxml", '<tier-badge tier="书友" />\n')


@twin("component-unused")
def a_component_is_a_placeholder_of_another(files: Files) -> None:
    files.write("components/shell/shell.json", '{ "component": true }')
    files.write("components/shell/shell.js", "Component({})\n")
    files.write("components/shell/shell.wxml", '<view class="card">正在读取商品</view>\n')
    with files.json("pages/home/home.json") as page:
        page["usingComponents"]["shell"] = "/components/shell/shell"
        page["componentPlaceholder"] = {"goods-card": "shell"}


@seed("plugin-unused")
def a_plugin_is_declared_and_not_used(files: Files) -> None:
    with files.json("app.json") as app:
        app["plugins"] = {"chat": {"version": "1.2.0", "provider": "wx76a9a06e5b4e693e"}}


@seed("plugin-unused", "club")
def a_plugin_of_a_part_is_not_used(files: Files) -> None:
    with files.json("app.json") as app:
        app["subPackages"][0]["plugins"] = {"live": {"version": "1.3.5", "provider": "wx2b03c6e691cd7370"}}


@twin("plugin-unused")
def a_plugin_gives_a_component(files: Files) -> None:
    with files.json("app.json") as app:
        app["plugins"] = {"chat": {"version": "1.2.0", "provider": "wx76a9a06e5b4e693e"}}
    with files.json("pages/me/me.json") as page:
        page["usingComponents"] = {"chat-box": "plugin://chat/chat-box"}
    files.add("pages/me/me.wxml", "<chat-box />\n")


@seed("main-for-one-part", also=("media-size",))
def code_of_one_part_in_the_main_package(files: Files) -> None:
    files.write(
        "utils/calendar.js",
        "module.exports = " + repr([[day, month] for month in range(12) for day in range(30)] * 40) + "\n",
    )
    files.edit(
        "order/list/list.js",
        "const session",
        "const days = require('../../utils/calendar.js')\nconst session",
    )
    files.edit("order/list/list.js", "data: {", "days,\n  data: {")


@seed("main-for-one-part", "club")
def a_component_of_one_part_in_the_main_package(files: Files) -> None:
    for ending, text in (
        ("json", '{ "component": true }'),
        ("js", "Component({ data: { rows: " + repr(list(range(9000))) + " } });\n"),
        ("wxml", '<view class="sheet">积分规则表</view>\n'),
    ):
        files.write(f"components/points-table/points-table.{ending}", text)
    with files.json("packageMember/pages/points/points.json") as page:
        page["usingComponents"] = {"points-table": "/components/points-table/points-table"}
    files.add("packageMember/pages/points/points.wxml", "<points-table />\n")


@twin("main-for-one-part")
def code_of_two_parts_in_the_main_package(files: Files) -> None:
    files.write(
        "utils/calendar.js",
        "module.exports = " + repr([[day, month] for month in range(12) for day in range(30)] * 40) + "\n",
    )
    for page in ("order/list/list.js", "goods/search/search.js"):
        files.edit(page, "Page({", "const days = require('../../utils/calendar.js')\nPage({\n  days,")
