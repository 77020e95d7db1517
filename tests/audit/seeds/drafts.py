"""Words of a draft: soon, test, filler."""

from __future__ import annotations

from tests.audit.corpus import Files, seed, twin
from tests.audit.made import png

# words of a draft


@seed("coming-soon")
def a_page_says_it_opens_soon(files: Files) -> None:
    files.add("pages/me/me.wxml", '<view class="card">积分商城 敬请期待</view>\n')


@seed("coming-soon", "booking")
def a_toast_says_it_is_being_built(files: Files) -> None:
    files.edit(
        "pages/mine/index.wxml",
        '<button class="p" open-type="contact"',
        '<button class="p" bindtap="e9">优惠券</button><button class="p" open-type="contact"',
    )
    files.edit("pages/mine/index.js", "e0(){", 'e9(){wx.showToast({title:"功能开发中",icon:"none"})},e0(){')


@seed("coming-soon", "taro")
def a_node_says_it_comes_online(files: Files) -> None:
    files.edit(
        "pages/about/index.js", '"联系老师")', '"联系老师"),r.h("text",{className:"line"},"线上对弈即将上线")'
    )


@seed("coming-soon", "content")
def english_words(files: Files) -> None:
    files.add("pages/topics/topics.wxml", '<view class="part">Coming Soon</view>\n')


@twin("coming-soon", "content")
def an_article_about_what_is_soon_picked(files: Files) -> None:
    files.edit("services/articles.js", "土温稳定在十度以上就能下种。", "番茄即将成熟时控水，期待更甜的果实。")


@twin("coming-soon", "club")
def an_activity_that_begins_soon(files: Files) -> None:
    files.add("pages/club/club.wxml", '<view class="sheet">作者见面会即将开始，请提前十分钟入场</view>\n')


@seed("test-content")
def goods_for_testing(files: Files) -> None:
    files.edit("data/goods.js", "陈皮普洱 120 克", "测试商品1")


@seed("test-content", "content")
def lorem_ipsum(files: Files) -> None:
    files.edit(
        "services/articles.js",
        "园土、椰糠、腐熟有机肥按五比三比二混合，浇透后静置一周再用。",
        "Lorem ipsum dolor sit amet, consectetur adipiscing elit.",
    )


@seed("test-content", "club")
def words_that_fill_a_place(files: Files) -> None:
    files.edit("pages/club/club.wxml", "到店消费一元积一分", "这里是占位文字")


@seed("test-content", "booking")
def a_store_called_test(files: Files) -> None:
    files.edit("services/core.js", 'name:"滨江店"', 'name:"测试门店"')


@seed("test-content", "taro")
def digits_and_asdf(files: Files) -> None:
    files.edit("common.js", "小班八人，十次课，线下授课。", "asdfasdf123123")


@twin("test-content", "taro")
def a_course_about_testing(files: Files) -> None:
    files.edit("common.js", "少儿围棋体验课", "围棋水平测试课")


@twin("test-content", "content")
def an_article_about_testing_soil(files: Files) -> None:
    files.edit("services/articles.js", "阳台土怎么配", "怎样测试土壤的酸碱度")


@twin("test-content")
def a_placeholder_of_a_field(files: Files) -> None:
    files.edit("order/address/address.wxml", 'placeholder="收货人"', 'placeholder="例如：张三"')


@twin("test-content", "club")
def a_picture_stands_in_until_one_is_loaded(files: Files) -> None:
    files.write("images/placeholder.png", png(2048))
    files.add(
        "pages/club/club.wxml",
        '<image class="placeholder" src="/images/placeholder.png" mode="aspectFit" />\n',
    )
