"""Pages that nobody reaches, letters that nobody reads, targets that nobody hits."""

from __future__ import annotations

from tests.audit.corpus import Files, seed, twin

# pages nobody reaches


@seed("page-unreachable")
def a_page_without_a_way(files: Files) -> None:
    files.page("pages/gift/gift", '<view class="card">礼盒定制，请联系客服</view>', title="礼盒")


@seed("page-unreachable", "booking")
def a_minified_page_without_a_way(files: Files) -> None:
    files.page(
        "pages-book/rules/index", '<view class="box">预约须知</view>', '"use strict";Page({});\n', "须知"
    )


@seed("page-unreachable", "taro")
def a_node_page_without_a_way(files: Files) -> None:
    files.edit("pages/course/index.js", "/pages/sign/index?id=", "/pages/about/index?id=")


@twin("page-unreachable", "club")
def the_way_is_put_together(files: Files) -> None:
    files.edit(
        "pages/club/club.js",
        'url: "/packageMember/pages/points/points"',
        'url: "/packageMember/pages/" + "points" + "/points"',
    )


@twin("page-unreachable", "content")
def the_way_is_a_list(files: Files) -> None:
    files.edit(
        "pages/mine/mine.wxml",
        '<navigator class="part" url="/pages/rules/rules">社区规则与举报</navigator>',
        '<navigator wx:for="{{links}}" wx:key="url" class="part" url="{{item.url}}">{{item.name}}</navigator>',
    )
    files.edit(
        "pages/mine/mine.js",
        "data: {",
        "data: { links: [{ name: '社区规则与举报', url: '/pages/rules/rules' }],",
    )


@seed("page-too-deep")
def a_page_behind_four_taps(files: Files) -> None:
    for number, (page, after) in enumerate(
        (("one", "two"), ("two", "three"), ("three", "four"), ("four", ""))
    ):
        door = f'<navigator url="/order/{after}/{after}">下一步</navigator>' if after else ""
        files.page(
            f"order/{page}/{page}",
            f'<view class="card">茶园认养第 {number + 1} 步</view>{door}',
            title="茶园认养",
        )
    files.add("pages/agreement/agreement.wxml", '<navigator url="/order/one/one">茶园认养</navigator>\n')


@twin("page-too-deep")
def a_page_behind_two_taps(files: Files) -> None:
    files.page("order/adopt/adopt", '<view class="card">茶园认养</view>', title="茶园认养")
    files.add("pages/agreement/agreement.wxml", '<navigator url="/order/adopt/adopt">茶园认养</navigator>\n')


# small


@seed("text-small", "content")
def letters_of_18_rpx(files: Files) -> None:
    files.edit(
        "app.wxss", ".dim { color: #5a6156; font-size: 26rpx; }", ".dim { color: #5a6156; font-size: 18rpx; }"
    )


@seed("text-small", "club")
def letters_of_9_px_in_a_style(files: Files) -> None:
    files.edit(
        "pages/club/club.wxml",
        '<view class="soft">到店消费',
        '<view class="soft" style="font-size:9px">到店消费',
    )


@twin("text-small", "content")
def letters_of_24_rpx(files: Files) -> None:
    files.edit(
        "app.wxss", ".dim { color: #5a6156; font-size: 26rpx; }", ".dim { color: #5a6156; font-size: 24rpx; }"
    )


@seed("target-small")
def a_button_of_50_rpx(files: Files) -> None:
    files.add(
        "pages/home/home.wxss",
        ".tiny { width: 50rpx; height: 50rpx; min-height: 0; line-height: 50rpx; padding: 0; font-size: 24rpx; }\n",
    )
    files.add("pages/home/home.wxml", '<button class="tiny" bindtap="search">搜</button>\n')


@seed("target-small", "booking")
def a_link_of_20_px(files: Files) -> None:
    files.edit(
        "pages/mine/index.wxml",
        '<button class="p" open-type="contact"',
        '<view style="width:20px;height:20px" bindtap="e0">›</view><button class="p" open-type="contact"',
    )


@twin("target-small")
def a_button_of_96_rpx(files: Files) -> None:
    files.add(
        "pages/home/home.wxss", ".square { width: 96rpx; height: 96rpx; line-height: 96rpx; padding: 0; }\n"
    )
    files.add("pages/home/home.wxml", '<button class="square" bindtap="search">搜</button>\n')
