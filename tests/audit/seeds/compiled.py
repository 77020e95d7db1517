"""What cannot be compiled: syntax, and files that are missing or empty."""

from __future__ import annotations

from tests.audit.corpus import Files, seed, twin
from tests.audit.made import KB, png

# compiler-error


@seed("compiler-error", compiled=True, also=("wxml-syntax", "code-unused"))
def a_bracket_is_open(files: Files) -> None:
    files.edit("utils/money.js", "return (fen / 100).toFixed(2)", "return (fen / 100.toFixed(2)")


@seed("compiler-error", "booking", compiled=True, also=("code-unused", "page-empty", "page-unreachable"))
def minified_code_was_cut(files: Files) -> None:
    files.write("pages/mine/index.js", files.read("pages/mine/index.js")[:-20])


@seed("compiler-error", "content", compiled=True, also=("wxml-syntax", "page-missing", "page-empty"))
def json_of_a_page_has_a_comment_with_a_comma(files: Files) -> None:
    files.write("pages/mine/mine.json", '{ "navigationBarTitleText": "我的", // 标题\n }')


@twin("compiler-error", "content", compiled=True)
def modern_syntax(files: Files) -> None:
    files.edit(
        "pages/mine/mine.js",
        "(wx.getStorageSync('saved') || []).length",
        "(wx.getStorageSync('saved') ?? [])?.length",
    )


@twin("compiler-error", compiled=True)
def a_bracket_in_a_text(files: Files) -> None:
    files.edit("pages/home/home.js", "山野茶铺：当季好茶", "山野茶铺：当季好茶（{")


# wxml-syntax


@seed("wxml-syntax", also=("compiler-error",))
def an_element_is_not_closed(files: Files) -> None:
    files.edit(
        "pages/me/me.wxml", '<button class="plain" open-type="contact">联系客服</button>\n</view>', "<view>"
    )


@seed("wxml-syntax", "club", also=("compiler-error",))
def closed_in_the_wrong_order(files: Files) -> None:
    files.edit("pages/gifts/gifts.wxml", "{{item.points}} 积分</view>", "{{item.points}} 积分</text>")


@seed("wxml-syntax", "content", also=("compiler-error",))
def an_expression_is_not_closed(files: Files) -> None:
    files.edit("pages/mine/mine.wxml", "收藏了 {{saved}} 篇", "收藏了 {{saved + }} 篇")


@twin("wxml-syntax", "content")
def an_element_closes_itself(files: Files) -> None:
    files.edit(
        "pages/mine/mine.wxml", "收藏了 {{saved}} 篇", '收藏了 {{saved > 0 ? saved : "零"}} 篇<view />'
    )


# require-missing, page-missing, page-empty


@seed("require-missing", also=("compiler-error", "code-unused"))
def a_helper_was_deleted(files: Files) -> None:
    files.delete("utils/money.js")


@seed("require-missing", "booking", also=("compiler-error",))
def a_chunk_is_not_in_the_package(files: Files) -> None:
    files.edit("pages/home/index.js", '"../../services/core.js"', '"../../services/cores.js"')


@seed("require-missing", "content", also=("compiler-error",))
def an_import_misses_a_folder(files: Files) -> None:
    files.edit("reading/write/write.js", "'../../services/articles'", "'../services/articles'")


@twin("require-missing", "club")
def a_require_without_ending_finds_an_index(files: Files) -> None:
    files.write("lib/http/index.js", files.read("lib/http.js"))
    files.delete("lib/http.js")


@seed("page-missing", also=("compiler-error", "page-unreachable"))
def a_page_is_registered_and_not_there(files: Files) -> None:
    with files.json("app.json") as app:
        app["pages"].append("pages/coupons/coupons")


@seed("page-missing", "club", also=("compiler-error", "page-empty", "code-unused"))
def the_template_of_a_page_is_missing(files: Files) -> None:
    files.delete("packageMember/pages/points/points.wxml")


@seed("page-missing", "taro", also=("compiler-error", "page-unreachable"))
def a_part_without_files(files: Files) -> None:
    with files.json("app.json") as app:
        app["subPackages"] = [{"root": "shop", "pages": ["index"]}]


@twin("page-missing", "content")
def a_page_without_json_and_styles(files: Files) -> None:
    files.delete("pages/mine/mine.json")


@seed("page-empty", also=("page-unreachable",))
def a_page_with_one_empty_view(files: Files) -> None:
    files.page("pages/coupons/coupons", "<view></view>\n", title="优惠券")
    files.edit(
        "pages/me/me.wxml",
        '<view class="card">\n  <view class="row"',
        '<navigator url="/pages/coupons/coupons">优惠券</navigator>\n<view class="card">\n  <view class="row"',
    )


@seed("page-empty", "club", also=("page-unreachable",))
def a_page_with_only_a_comment(files: Files) -> None:
    files.write(
        "packageMember/pages/points/points.wxml",
        '<!-- 积分说明 -->\n<view class="sheet"><block></block></view>\n',
    )


@seed("page-empty", "booking")
def a_minified_page_with_nothing(files: Files) -> None:
    files.write("pages-book/done/index.wxml", '<view class="box"></view>')


@twin("page-empty")
def a_page_with_one_picture(files: Files) -> None:
    files.write("static/shop.png", png(9 * KB))
    files.write(
        "pages/agreement/agreement.wxml",
        '<image src="/static/shop.png" mode="widthFix" bindtap="privacy" />\n',
    )


@twin("page-empty", "club")
def a_page_with_one_value(files: Files) -> None:
    files.write("packageMember/pages/points/points.wxml", '<text bindtap="gifts">{{rules}}</text>\n')
    files.edit(
        "packageMember/pages/points/points.js", "Page({", 'Page({\n    data: { rules: "到店消费一元积一分" },'
    )
