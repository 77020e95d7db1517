"""What is offered and how it is praised: sharing, following, virtual goods, users' content, categories, orders."""

from __future__ import annotations

from tests.audit.corpus import Files, seed, twin


@seed("inducing-share")
def a_coupon_for_sharing(files: Files) -> None:
    files.edit("goods/detail/detail.wxml", "分享给好友", "分享给好友立领 10 元优惠券")


@seed("inducing-share", "content")
def groups_unlock_an_article(files: Files) -> None:
    files.edit("reading/article/article.wxml", "转发给朋友", "转发到 3 个群解锁全文")


@seed("inducing-share", "taro")
def friends_bring_a_lesson(files: Files) -> None:
    files.edit("pages/course/index.js", "推荐给朋友", "分享到朋友圈，免费领一节课")


@seed("inducing-share", "club")
def sharing_gives_points_in_a_script(files: Files) -> None:
    files.edit(
        "pages/club/club.js",
        "points: function",
        'onShareAppMessage: function () { wx.showToast({ title: "分享成功，获得 20 积分" }); return { title: "加入会员" }; },\n    points: function',
    )


@twin("inducing-share")
def sharing_without_a_reward(files: Files) -> None:
    files.edit("goods/detail/detail.wxml", "分享给好友", "把这款茶推荐给懂茶的朋友")


@twin("inducing-share", "club")
def points_for_buying(files: Files) -> None:
    files.edit("pages/club/club.wxml", "到店消费一元积一分", "到店消费即可领取积分，积分可分享给家人使用")


@twin("inducing-share", "content")
def an_article_about_sharing(files: Files) -> None:
    files.edit("services/articles.js", "番茄整枝的三个要点", "分享：我家番茄整枝的三个要点")


@seed("inducing-follow")
def a_coupon_for_following(files: Files) -> None:
    files.add("pages/home/home.wxml", '<view class="card">关注公众号领取 20 元红包</view>\n')


@seed("inducing-follow", "club")
def following_is_asked_before(files: Files) -> None:
    files.edit("packageMember/pages/activity/activity.wxml", "报名</button>", "先关注公众号才能报名</button>")


@twin("inducing-follow", "booking")
def a_hint_at_the_account(files: Files) -> None:
    files.edit(
        "pages-book/done/index.wxml",
        "{{a.service}} · {{a.at}}",
        "{{a.service}} · {{a.at}}。请关注预约时间，提前五分钟到店",
    )


@twin("inducing-follow")
def the_price_is_watched(files: Files) -> None:
    files.edit("goods/detail/detail.wxml", "加入购物车", "关注降价")


@seed("inducing-download", "content")
def an_app_must_be_downloaded(files: Files) -> None:
    files.add("pages/index/index.wxml", '<view class="part">下载 APP 领新人礼包</view>\n')


@seed("inducing-download", "booking")
def the_app_opens_more(files: Files) -> None:
    files.edit("pages/home/index.wxml", "到店支付", "到店支付；下载App立减20元")


@twin("inducing-download", "taro")
def a_file_is_downloaded(files: Files) -> None:
    files.edit("common.js", "小班八人，十次课，线下授课。", "小班八人，十次课，课后可下载棋谱。")


@seed("fortune-telling")
def a_daily_fortune(files: Files) -> None:
    files.add("pages/home/home.wxml", '<view class="card">今日运势：看看你的桃花运，生辰八字测算</view>\n')


@seed("fortune-telling", "content")
def stars_tell_a_character(files: Files) -> None:
    files.edit("services/articles.js", "三月适合播什么", "星座配对：测一测你的姻缘")


@twin("fortune-telling", "content")
def star_fruit(files: Files) -> None:
    files.edit("services/articles.js", "三月适合播什么", "杨桃（五敛子）适合阳台种吗")


@seed(
    "virtual-payment",
    "content",
    also=(
        "domain-unregistered",
        "category-mismatch",
        "virtual-category",
        "privacy-agreement",
        "shipping-untold",
        "order-path",
    ),
)
def a_course_is_paid(files: Files) -> None:
    files.page(
        "reading/course/course",
        '<view class="part"><view class="head">视频课程：阳台种菜 30 讲</view></view><button class="go" bindtap="pay">付费解锁课程 ¥99</button>',
        "import { fetchJson } from '../../services/http'\nPage({\n  pay() {\n    fetchJson('POST', '/courses/1/pay').then((p) => wx.requestPayment({ ...p, fail: () => this.setData({ told: '没有付款' }) }))\n  }\n})\n",
        "课程",
    )
    files.add(
        "pages/index/index.wxml",
        '<navigator class="part" url="/reading/course/course">视频课程</navigator>\n',
    )


@seed(
    "virtual-payment", "club", also=("virtual-category", "category-mismatch", "shipping-untold", "order-path")
)
def a_vip_is_paid(files: Files) -> None:
    files.edit(
        "pages/profile/profile.js",
        "avatar: function",
        'vip: function () { http_1.http("POST", "/vip").then(function (p) { wx.requestPayment(p); }); },\n    avatar: function',
    )
    files.edit(
        "pages/profile/profile.js", "var store_1", 'var http_1 = require("../../lib/http");\nvar store_1'
    )
    files.add(
        "pages/profile/profile.wxml", '<button class="act" bindtap="vip">开通电子书VIP会员 ¥15/月</button>\n'
    )


@twin("virtual-payment")
def goods_are_paid(files: Files) -> None:
    files.edit("order/confirm/confirm.wxml", "微信支付", "微信支付，付款后 48 小时内发货")


@twin("virtual-payment", "content", also=("category-mismatch",))
def a_free_course(files: Files) -> None:
    files.edit("services/articles.js", "三月适合播什么", "视频课程：三月播种（免费）")


@seed("ugc-undeclared", "content")
def comments_are_not_declared(files: Files) -> None:
    files.declare(ugc=False)


@seed("ugc-undeclared", also=("ugc-unreviewed", "category-mismatch"))
def reviews_of_goods_with_pictures(files: Files) -> None:
    files.page(
        "goods/review/review",
        '<view class="card"><textarea placeholder="写下你的评价" bindinput="type" /></view><button class="primary" bindtap="send">发布评价</button>',
        "const { post } = require('../../utils/request.js')\nPage({\n  data: { words: '' },\n  type(event) {\n    this.setData({ words: event.detail.value })\n  },\n  send() {\n    post('/reviews', { words: this.data.words }).then(() => wx.navigateBack(), () => wx.showModal({ title: '没有发布' }))\n  }\n})\n",
        "发布评价",
    )
    files.add("goods/detail/detail.wxml", '<navigator url="/goods/review/review">写评价</navigator>\n')


@twin("ugc-undeclared", "booking")
def a_remark_for_the_store(files: Files) -> None:
    files.edit(
        "pages-book/slot/index.wxml",
        '<button class="b"',
        '<view class="box"><textarea placeholder="给发型师的备注"></textarea></view><button class="b"',
    )


@twin("ugc-undeclared")
def a_message_to_the_service(files: Files) -> None:
    files.page(
        "order/feedback/feedback",
        '<view class="card"><textarea placeholder="遇到了什么问题" bindinput="type" /></view><button class="primary" bindtap="send">提交反馈</button>',
        "const { post } = require('../../utils/request.js')\nPage({\n  data: { words: '' },\n  type(event) {\n    this.setData({ words: event.detail.value })\n  },\n  send() {\n    post('/feedback', { words: this.data.words }).then(() => wx.navigateBack(), () => wx.showModal({ title: '没有提交' }))\n  }\n})\n",
        "意见反馈",
    )
    files.add(
        "pages/agreement/agreement.wxml", '<navigator url="/order/feedback/feedback">意见反馈</navigator>\n'
    )


@seed("ugc-unreviewed", "content")
def comments_show_at_once(files: Files) -> None:
    files.declare(ugc_reviewed=False)
    files.edit("pages/rules/rules.wxml", "评论先审后发", "友善评论")
    files.edit(
        "pages/rules/rules.wxml", "所有评论经过内容安全检测和人工审核后才会展示。", "评论发布后立即展示。"
    )
    files.edit("reading/write/write.js", "审核通过后会显示在文章下面", "已显示在文章下面")
    files.edit("reading/write/write.wxml", "写下你的看法，审核通过后展示", "写下你的看法")
    files.edit("reading/write/write.wxml", "提交审核", "发布评论")


@seed("category-mismatch", also=("virtual-category", "category-qualification", "category-missing"))
def a_tea_shop_has_live_streams(files: Files) -> None:
    files.page(
        "goods/live/live",
        '<live-player src="rtmp://live.shanyecha.com/1" autoplay /><view class="card">直播间：茶山现场</view>',
        "Page({})\n",
        "直播",
    )
    files.add("pages/home/home.wxml", '<navigator url="/goods/live/live">进入直播间</navigator>\n')


@seed("category-mismatch", "booking", also=("ugc-undeclared", "ugc-unreviewed"))
def a_barber_has_a_forum(files: Files) -> None:
    files.declare(ugc=True, ugc_reviewed=True)
    files.page(
        "pages-book/forum/index",
        '<view class="box">发型社区</view><view class="box"><textarea placeholder="分享你的新发型" bindinput="e0"></textarea></view><button class="b" bindtap="e1">发布帖子</button>',
        '"use strict";const e=require("../../services/core.js");Page({e0(e){this.w=e.detail.value},e1(){e.call("POST","/posts",{words:this.w}).then((()=>wx.navigateBack()),(()=>wx.showModal({title:"没有发布"})))}});\n',
        "发型社区",
    )
    files.edit(
        "pages/mine/index.wxml",
        '<button class="p" open-type="contact"',
        '<navigator class="p" url="/pages-book/forum/index">发型社区</navigator><button class="p" open-type="contact"',
    )


@seed("order-path", also=("compiler-error",))
def the_path_of_orders_is_no_page(files: Files) -> None:
    files.declare(order_path="pages/orders/orders")


@twin("order-path")
def the_path_of_orders_has_a_slash(files: Files) -> None:
    files.declare(order_path="/order/list/list")


@seed("shipping-untold")
def delivery_is_not_told(files: Files) -> None:
    files.declare(shipping=False)
