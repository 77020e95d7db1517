"""Personal data: what is read and declared, and what a visitor must give before he may look around."""

from __future__ import annotations

from tests.audit.corpus import Files, seed, twin

# privacy-undeclared, privacy-unused


@seed("privacy-undeclared")
def an_address_without_a_purpose(files: Files) -> None:
    files.declare(privacy=frozenset({"phone"}))
    files.edit(
        "pages/me/me.wxml",
        '<button class="plain" open-type="contact">',
        '<button class="plain" open-type="getPhoneNumber" bindgetphonenumber="login">手机号登录</button><button class="plain" open-type="contact">',
    )


@seed("privacy-undeclared", "booking")
def a_phone_number_without_a_purpose(files: Files) -> None:
    files.declare(privacy=frozenset({"location"}))


@seed("privacy-undeclared", "content")
def pictures_are_chosen(files: Files) -> None:
    files.edit(
        "reading/write/write.js",
        "send() {",
        "picture() {\n    wx.chooseMedia({ count: 1, mediaType: ['image'], success: ({ tempFiles }) => this.setData({ picture: tempFiles[0].tempFilePath }) })\n  },\n  send() {",
    )
    files.edit(
        "reading/write/write.wxml",
        '<button class="go"',
        '<button class="ghost" bindtap="picture">添加图片</button>\n<button class="go"',
    )


@seed("privacy-undeclared", "taro")
def the_clipboard_through_a_chunk(files: Files) -> None:
    files.edit(
        "pages/about/index.js",
        'openType:"contact"},"联系老师")',
        'openType:"contact"},"联系老师"),r.h("button",{className:"btn",onClick:function(){wx.setClipboardData({data:"朝阳路 66 号二层"})}},"复制地址")',
    )


@seed("privacy-undeclared", "club")
def an_avatar_without_a_purpose(files: Files) -> None:
    files.declare(privacy=frozenset({"phone"}))
    files.add(
        "pages/profile/profile.wxml",
        '<button class="link" open-type="getPhoneNumber" bindgetphonenumber="avatar">绑定手机号</button>\n',
    )


@twin("privacy-undeclared", "content")
def a_picture_is_only_looked_at(files: Files) -> None:
    files.edit(
        "reading/article/article.js",
        "save() {",
        "look() {\n    wx.previewImage({ urls: ['https://garden.yangtaizhongcai.cn/a.jpg'] })\n  },\n  save() {",
    )
    files.add("reading/article/article.wxml", '<button class="ghost" bindtap="look">看大图</button>\n')


@twin("privacy-undeclared", "taro")
def nobody_told_what_is_declared(files: Files) -> None:
    files.declare(privacy=None)
    files.edit(
        "pages/about/index.js",
        'openType:"contact"},"联系老师")',
        'openType:"contact"},"联系老师"),r.h("button",{className:"btn",onClick:function(){wx.setClipboardData({data:"朝阳路 66 号二层"})}},"复制地址")',
    )


@seed("privacy-unused")
def a_purpose_for_what_is_never_read(files: Files) -> None:
    files.declare(privacy=frozenset({"address", "location"}))


@seed("privacy-unused", "booking")
def albums_are_declared(files: Files) -> None:
    files.declare(privacy=frozenset({"phone", "location", "album"}))


@seed("privacy-unused", "content")
def clipboard_is_declared(files: Files) -> None:
    files.declare(privacy=frozenset({"Clipboard"}))


@twin("privacy-unused")
def a_purpose_for_what_a_component_reads(files: Files) -> None:
    files.declare(privacy=frozenset({"address", "phone"}))
    files.add(
        "pages/me/me.wxml",
        '<button class="plain" open-type="getPhoneNumber" bindgetphonenumber="login">用手机号登录（可选）</button>\n',
    )


# requiredPrivateInfos, location


@seed("required-private-infos")
def an_address_is_not_listed(files: Files) -> None:
    with files.json("app.json") as app:
        del app["requiredPrivateInfos"]


@seed("required-private-infos", "booking", also=("required-private-infos-unused",))
def another_interface_is_listed(files: Files) -> None:
    with files.json("app.json") as app:
        app["requiredPrivateInfos"] = ["chooseLocation"]


@seed("required-private-infos", "club", also=("privacy-undeclared", "location-needless", "location-purpose"))
def choosing_a_place_is_not_listed(files: Files) -> None:
    files.edit(
        "pages/profile/profile.js",
        "avatar: function",
        "place: function () { wx.chooseLocation({}); },\n    avatar: function",
    )
    files.add("pages/profile/profile.wxml", '<button class="link" bindtap="place">常去的门店</button>\n')


@twin("required-private-infos", "booking")
def opening_a_map_needs_no_list(files: Files) -> None:
    files.edit("pages/stores/index.wxml", "查看地图", "在地图中打开")


@seed("required-private-infos-unused", also=("location-needless", "location-purpose", "privacy-undeclared"))
def more_is_listed_than_is_used(files: Files) -> None:
    with files.json("app.json") as app:
        app["requiredPrivateInfos"] = ["chooseAddress", "getLocation"]


@seed("required-private-infos-unused", "club", also=("location-needless", "location-purpose"))
def a_list_without_use(files: Files) -> None:
    with files.json("app.json") as app:
        app["requiredPrivateInfos"] = ["chooseLocation"]


def exactly(files: Files, desc: str | None) -> None:
    """Read the exact place instead of the blurred one."""
    files.edit("pages/stores/index.js", "wx.getFuzzyLocation", "wx.getLocation")
    with files.json("app.json") as app:
        app["requiredPrivateInfos"] = ["getLocation"]
        app["permission"] = {} if desc is None else {"scope.userLocation": {"desc": desc}}


@seed("location-purpose", "booking")
def no_purpose_is_given(files: Files) -> None:
    exactly(files, None)


@seed("location-purpose", "booking")
def the_purpose_is_empty(files: Files) -> None:
    exactly(files, "")


@twin("location-purpose", "booking")
def the_purpose_is_given(files: Files) -> None:
    exactly(files, "用于按距离排列附近门店")


@seed("location-needless", also=("privacy-undeclared", "location-purpose", "forced-authorization"))
def a_tea_shop_asks_for_the_place(files: Files) -> None:
    with files.json("app.json") as app:
        app["requiredPrivateInfos"] = ["chooseAddress", "getLocation"]
        app["permission"] = {"scope.userLocation": {"desc": "为你提供更好的服务"}}
    files.declare(privacy=frozenset({"address", "location"}))
    files.edit(
        "pages/category/category.js",
        "choose(event) {",
        "near() {\n    wx.getLocation({ type: 'gcj02' })\n  },\n  choose(event) {",
    )
    files.add("pages/category/category.wxml", '<button class="plain" bindtap="near">定位</button>\n')


@seed("location-needless", "content", also=("privacy-undeclared", "location-purpose", "forced-authorization"))
def a_magazine_follows_the_place(files: Files) -> None:
    with files.json("app.json") as app:
        app["requiredPrivateInfos"] = ["startLocationUpdate", "onLocationChange"]
        app["permission"] = {"scope.userLocation": {"desc": "用于统计"}}
    files.declare(privacy=frozenset({"location"}))
    files.edit(
        "pages/mine/mine.js",
        "forget() {",
        "follow() {\n    wx.startLocationUpdate({ success: () => wx.onLocationChange((place) => this.setData({ place })) })\n  },\n  forget() {",
    )
    files.add("pages/mine/mine.wxml", '<button class="ghost" bindtap="follow">记录足迹</button>\n')
