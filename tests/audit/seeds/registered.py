"""What stands in app.json: tabs, parts, lazy loading; and source maps."""

from __future__ import annotations

from tests.audit.corpus import Files, seed, twin
from tests.audit.made import KB, png


@seed("lazy-code-loading")
def it_is_not_set(files: Files) -> None:
    with files.json("app.json") as app:
        del app["lazyCodeLoading"]


@seed("lazy-code-loading", "club")
def it_is_misspelt(files: Files) -> None:
    with files.json("app.json") as app:
        app["lazyCodeLoading"] = "requiredComponent"


@seed("tab-bar", also=("page-unreachable", "compiler-error"))
def one_tab_alone(files: Files) -> None:
    with files.json("app.json") as app:
        app["tabBar"]["list"] = app["tabBar"]["list"][:1]
    files.add(
        "pages/home/home.wxml",
        "".join(
            f'<navigator url="/pages/{one}/{one}">{one}</navigator>' for one in ("category", "cart", "me")
        ),
    )


@seed("tab-bar", "content", also=("compiler-error", "page-unreachable"))
def a_tab_leads_into_a_part(files: Files) -> None:
    with files.json("app.json") as app:
        app["tabBar"]["list"][1]["pagePath"] = "reading/article/article"
    files.add(
        "pages/index/index.wxml", '<navigator class="part" url="/pages/topics/topics">话题</navigator>\n'
    )


@seed("tab-bar", "club", also=("compiler-error",))
def an_icon_of_60_kb(files: Files) -> None:
    files.write("images/tab.png", png(60 * KB))
    with files.json("app.json") as app:
        for one in app["tabBar"]["list"]:
            one |= {"iconPath": "images/tab.png", "selectedIconPath": "images/tab.png"}


@seed("tab-bar", "booking", also=("compiler-error",))
def an_icon_from_the_network(files: Files) -> None:
    with files.json("app.json") as app:
        app["tabBar"]["list"][0]["iconPath"] = "https://yuyue.shunshoulifa.com/home.png"


@twin("tab-bar", "club")
def icons_of_4_kb(files: Files) -> None:
    files.write("images/tab.png", png(4 * KB))
    with files.json("app.json") as app:
        for one in app["tabBar"]["list"]:
            one |= {"iconPath": "images/tab.png", "selectedIconPath": "images/tab.png"}


@seed("subpackage-nesting", also=("compiler-error", "page-unreachable", "page-missing", "page-too-deep"))
def a_root_inside_another(files: Files) -> None:
    with files.json("app.json") as app:
        app["subPackages"].append({"root": "order/after", "pages": ["apply/apply"]})
    files.write("order/after/apply/apply.wxml", '<view class="card">申请售后，请联系客服</view>\n')
    files.write("order/after/apply/apply.js", "Page({})\n")
    files.write("order/after/apply/apply.json", "{}")
    files.add("order/detail/detail.wxml", '<navigator url="/order/after/apply/apply">申请售后</navigator>\n')


@seed("subpackage-nesting", "content", also=("compiler-error", "page-unreachable", "page-missing"))
def a_root_with_slashes_inside_another(files: Files) -> None:
    with files.json("app.json") as app:
        app["subpackages"].append({"root": "/reading/extra/", "pages": ["more"]})
    files.write("reading/extra/more.wxml", "<view>更多文章见公众号</view>\n")
    files.write("reading/extra/more.js", "Page({})\n")
    files.add("pages/index/index.wxml", '<navigator url="/reading/extra/more">更多</navigator>\n')


@twin("subpackage-nesting", also=("page-too-deep",))
def a_root_that_begins_alike(files: Files) -> None:
    with files.json("app.json") as app:
        app["subPackages"].append({"root": "order-after", "pages": ["apply/apply"]})
    files.write("order-after/apply/apply.wxml", '<view class="card">申请售后，请联系客服</view>\n')
    files.write("order-after/apply/apply.js", "Page({})\n")
    files.write("order-after/apply/apply.json", "{}")
    files.add("order/detail/detail.wxml", '<navigator url="/order-after/apply/apply">申请售后</navigator>\n')


@seed("package-crossing", also=("compiler-error", "require-missing"))
def a_part_requires_anothers_code(files: Files) -> None:
    files.edit(
        "goods/detail/detail.js",
        "const { yuan }",
        "const { paid } = require('../../order/paying.js')\nconst { yuan }",
    )
    files.edit(
        "goods/detail/detail.js",
        "basket.add(this.data.goods)\n    wx.navigateTo",
        "if (!paid) return\n    basket.add(this.data.goods)\n    wx.navigateTo",
    )


@seed("package-crossing", "content", also=("compiler-error", "require-missing"))
def the_main_package_requires_a_parts_code(files: Files) -> None:
    files.write("reading/words.js", "export const MOST = 200\n")
    files.edit(
        "pages/mine/mine.js", "Page({", "import { MOST } from '../../reading/words'\nPage({\n  most: MOST,"
    )


@twin("package-crossing")
def two_parts_require_the_main_package(files: Files) -> None:
    files.edit(
        "order/address/address.js",
        "Page({",
        "const { yuan } = require('../../utils/money.js')\nPage({\n  free: yuan(9900),",
    )


@seed("source-map")
def map_files_are_in_the_package(files: Files) -> None:
    files.write("app.js.map", '{"version":3,"sources":["src/app.ts"],"mappings":"AAAA"}')


@seed("source-map", "booking")
def the_map_stands_in_the_file(files: Files) -> None:
    files.add("common/vendor.js", "//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozfQ==\n")


@seed("source-map", "taro")
def maps_beside_chunks(files: Files) -> None:
    files.write(
        "common.js.map",
        '{"version":3,"file":"common.js","sources":["webpack:///src/api.ts"],"sourcesContent":["export const a = 1"],"mappings":"AAAA"}',
    )
    files.add("common.js", "//# sourceMappingURL=common.js.map\n")


@twin("source-map", "content")
def a_map_of_a_city(files: Files) -> None:
    files.write("services/map.js", "export const CITY = '上海'\n")
    files.edit(
        "services/articles.js", "import { fetchJson }", "export { CITY } from './map'\nimport { fetchJson }"
    )
