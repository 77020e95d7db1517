"""What a visitor must give before he may look around, and how he agrees."""

from __future__ import annotations

from tests.audit.corpus import Files, seed, twin

# login and authorisation before anybody asked


@seed("forced-login")
def the_first_page_leads_to_login(files: Files) -> None:
    files.page(
        "pages/login/login",
        '<view class="card">请先登录</view><button class="primary" bindtap="go">微信一键登录</button>',
        "const session = require('../../utils/session.js')\nPage({ go() { session.login().then(() => wx.switchTab({ url: '/pages/home/home' })) } })\n",
        "登录",
    )
    files.edit(
        "pages/home/home.js",
        "onLoad() {",
        "onShow() {\n    if (!wx.getStorageSync('session')) wx.redirectTo({ url: '/pages/login/login' })\n  },\n  onLoad() {",
    )


@seed("forced-login", "booking")
def the_app_relaunches_into_login(files: Files) -> None:
    files.page(
        "pages/login/index",
        '<view class="box">登录后使用</view><button class="b" open-type="getPhoneNumber" bindgetphonenumber="e0">手机号快捷登录</button>',
        '"use strict";Page({e0(e){wx.setStorageSync("token",e.detail.code),wx.switchTab({url:"/pages/home/index"})}});\n',
        "登录",
    )
    files.edit(
        "app.js",
        "onLaunch(){e.restore()}",
        'onLaunch(){e.restore();wx.getStorageSync("token")||wx.reLaunch({url:"/pages/login/index"})}',
    )


@twin("forced-login")
def login_when_orders_are_opened(files: Files) -> None:
    files.page(
        "pages/login/login",
        '<view class="card">登录后查看订单</view><button class="primary" bindtap="go">登录</button><button class="plain" bindtap="back">先逛逛</button>',
        "const session = require('../../utils/session.js')\nPage({ go() { session.login().then(() => wx.navigateBack()) }, back() { wx.switchTab({ url: '/pages/home/home' }) } })\n",
        "登录",
    )
    files.edit(
        "pages/me/me.js",
        "orders() {",
        "orders() {\n    if (!session.current()) {\n      wx.navigateTo({ url: '/pages/login/login' })\n      return\n    }",
    )


@twin("forced-login", "club")
def a_silent_login_at_the_start(files: Files) -> None:
    files.edit(
        "app.js",
        "store_1.begin();",
        'store_1.begin();\n        wx.login({ success: function (answer) { wx.setStorageSync("code", answer.code); } });',
    )


@seed("forced-authorization", "booking")
def the_place_is_asked_for_at_once(files: Files) -> None:
    files.edit(
        "pages/home/index.js",
        "onLoad(){",
        'e9(){wx.getFuzzyLocation({type:"wgs84"})},onShow(){this.e9()},onLoad(){',
    )


@seed(
    "forced-authorization",
    "content",
    also=("privacy-undeclared", "location-needless", "location-purpose", "required-private-infos"),
)
def authorize_on_launch(files: Files) -> None:
    files.edit("app.js", "onLaunch() {", "onLaunch() {\n    wx.authorize({ scope: 'scope.userLocation' })")


@seed("forced-authorization", "club", also=("user-info-deprecated",))
def the_profile_is_asked_for_when_a_page_shows(files: Files) -> None:
    files.edit(
        "pages/club/club.js",
        "onShow: function () {",
        'onShow: function () {\n        wx.getUserProfile({ desc: "用于完善会员资料", success: function (a) { wx.setStorageSync("user", a.userInfo); } });',
    )


@twin("forced-authorization", "booking")
def the_place_is_read_only_when_granted_before(files: Files) -> None:
    files.edit(
        "pages/stores/index.js",
        "onLoad(){this.setData({a:e.stores})}",
        'onLoad(){this.setData({a:e.stores}),wx.getSetting({success:e=>{e.authSetting["scope.userFuzzyLocation"]&&this.e0()}})}',
    )


@seed("user-info-deprecated")
def a_button_asks_for_user_info(files: Files) -> None:
    files.declare(privacy=frozenset({"address", "UserInfo"}))
    files.edit(
        "pages/me/me.wxml",
        '<button wx:else class="plain" bindtap="login">',
        '<button wx:else class="plain" open-type="getUserInfo" bindgetuserinfo="login">',
    )


@seed("user-info-deprecated", "club")
def a_tap_asks_for_the_profile(files: Files) -> None:
    files.edit(
        "pages/profile/profile.js",
        "avatar: function",
        'profile: function () { wx.getUserProfile({ desc: "用于展示" }); },\n    avatar: function',
    )
    files.add("pages/profile/profile.wxml", '<button class="link" bindtap="profile">使用微信资料</button>\n')


@twin("user-info-deprecated", "club")
def the_nickname_is_typed(files: Files) -> None:
    files.add(
        "pages/profile/profile.wxml",
        '<input class="link" type="nickname" placeholder="昵称（可不填）" bindblur="avatar" />\n',
    )


# agreement, leaving


@seed("agreement-prechecked", also=("privacy-agreement",))
def a_box_is_ticked_in_the_template(files: Files) -> None:
    files.edit(
        "pages/me/me.wxml",
        '<button wx:else class="plain" bindtap="login">',
        '<label><checkbox value="yes" checked="{{true}}" />我已阅读并同意《用户协议》和《隐私政策》</label><button class="plain" bindtap="login">',
    )


@seed("agreement-prechecked", "club")
def a_box_is_ticked_in_the_data(files: Files) -> None:
    files.edit("pages/profile/profile.js", "data: { joined: false,", "data: { agreed: true, joined: false,")
    files.add(
        "pages/profile/profile.wxml",
        '<checkbox-group bindchange="pick"><label><checkbox value="yes" checked="{{agreed}}" /> 同意《会员协议》与《隐私政策》</label></checkbox-group>\n',
    )


@twin("agreement-prechecked", "club")
def a_box_waits_to_be_ticked(files: Files) -> None:
    files.edit("pages/profile/profile.js", "data: { joined: false,", "data: { agreed: false, joined: false,")
    files.add(
        "pages/profile/profile.wxml",
        '<checkbox-group bindchange="pick"><label><checkbox value="yes" checked="{{agreed}}" /> 同意《会员协议》与《隐私政策》</label></checkbox-group>\n',
    )


@twin("agreement-prechecked")
def a_default_address_is_ticked(files: Files) -> None:
    files.edit(
        "order/address/address.wxml",
        '<button class="primary"',
        '<label><checkbox value="default" checked="{{true}}" />设为默认地址</label>\n<button class="primary"',
    )


@seed("account-deletion", "booking")
def members_cannot_leave(files: Files) -> None:
    files.edit("pages/mine/index.wxml", '<button class="p" bindtap="e1">注销账号并删除资料</button>', "")
    files.edit("pages/mine/index.js", "注销账号", "提示")


@seed("account-deletion", "club")
def a_phone_is_bound_for_good(files: Files) -> None:
    files.declare(privacy=frozenset({"UserInfo", "phone"}))
    files.edit(
        "pages/profile/profile.wxml",
        '<button class="link" bindtap="leave">注销会员</button>',
        '<button class="link" open-type="getPhoneNumber" bindgetphonenumber="avatar">绑定手机号</button>',
    )
    files.edit("pages/profile/profile.js", "注销会员", "提示")
    files.edit("pages/profile/profile.js", "注销后积分清零，资料会全部删除", "积分不能转让")


@twin("account-deletion", "content")
def nobody_registers(files: Files) -> None:
    files.edit("pages/mine/mine.wxml", "清空收藏</button>", "清空我的收藏</button>")
