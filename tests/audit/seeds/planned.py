"""What the plan and the papers say, and what of it the package keeps."""

from __future__ import annotations

from tests.audit.corpus import Files, seed, twin
from tests.audit.made import KB, png

CATEGORY = "categories: [食品－生鲜果蔬]"
UGC = "content_declaration: {ugc: false, ugc_measures: 没有用户发布的内容；商品图文与视频由企业自己上传}"


@seed("category-qualification")
def fresh_food_without_a_licence(files: Files) -> None:
    files.plan(
        (
            "name: 食品经营许可证, covers: [食品－生鲜果蔬, shopping], status: have",
            "name: 食品经营许可证, covers: [食品－生鲜果蔬, shopping], status: missing",
        )
    )


@seed("category-qualification")
def a_clinic_with_a_food_licence(files: Files) -> None:
    files.plan((CATEGORY, "categories: [医疗服务－公立医疗机构]"))


@twin("category-qualification")
def fresh_food_with_a_licence(files: Files) -> None:
    files.plan()


@seed("category-missing")
def no_category(files: Files) -> None:
    files.plan((CATEGORY, "categories: []"))


@twin("category-missing")
def one_category(files: Files) -> None:
    files.plan()


@seed("planned-page-missing")
def pages_of_another_plan(files: Files) -> None:
    files.plan()


@twin("planned-page-missing")
def all_pages_of_the_plan(files: Files) -> None:
    for page in files.plan().pages.values():
        files.page(page.path, f"<view>{page.title}</view>")


PROGRAMS = "  - {id: shop, role: main, name: 青禾鲜}\n"


@seed("program-ring")
def three_programs_lead_around(files: Files) -> None:
    files.plan(
        (
            PROGRAMS,
            "  - {id: shop, role: main, name: 青禾鲜, jumps_to: [club]}\n  - {id: club, role: members, name: 青禾会员, jumps_to: [tools]}\n  - {id: tools, role: tools, name: 青禾工具, jumps_to: [shop]}\n",
        )
    )


@twin("program-ring")
def two_programs_lead_there_and_back(files: Files) -> None:
    files.plan(
        (
            PROGRAMS,
            "  - {id: shop, role: main, name: 青禾鲜, jumps_to: [club]}\n  - {id: club, role: members, name: 青禾会员, jumps_to: [shop]}\n",
        )
    )


REVIEWS = (
    "content:\n  ugc:\n    - {id: review, name: 商品评价, publish_page: product, show_page: product%s}\n"
)


@seed("ugc-plan")
def reviews_are_planned_and_denied(files: Files) -> None:
    files.plan(("content:\n", REVIEWS % ", review: {machine: true, human: false}"))


@seed("ugc-plan")
def reviews_are_planned_without_review(files: Files) -> None:
    files.plan(
        ("content:\n", REVIEWS % ""), (UGC, "content_declaration: {ugc: true, ugc_measures: 发布前检测}")
    )


@twin("ugc-plan")
def reviews_are_declared_and_reviewed(files: Files) -> None:
    files.plan(
        ("content:\n", REVIEWS % ", review: {machine: true, human: true}"),
        (UGC, "content_declaration: {ugc: true, ugc_measures: 发布前检测}"),
    )


@twin("ugc-plan")
def nobody_publishes(files: Files) -> None:
    files.plan()


# the package and what was promised of it


@seed("package-budget")
def the_main_package_is_over_its_budget(files: Files) -> None:
    files.plan(("main_kb: 600", "main_kb: 5"))


@twin("package-budget")
def the_main_package_is_within_its_budget(files: Files) -> None:
    files.plan()


@seed("media-total")
def many_pictures_in_the_package(files: Files) -> None:
    for number in range(4):
        files.write(f"static/{number}.png", png(120 * KB))
    files.add("pages/home/home.wxml", "".join(f'<image src="/static/{number}.png" />' for number in range(4)))


@twin("media-total")
def one_small_picture(files: Files) -> None:
    files.write("static/0.png", png(40 * KB))
    files.add("pages/home/home.wxml", '<image src="/static/0.png" />')


def with_plugin(files: Files, size: int) -> None:
    """A plugin of a known size, used on a page."""
    with files.json("app.json") as app:
        app["plugins"] = {"chat": {"version": "1.2.0", "provider": "wx76a9a06e5b4e693e"}}
    with files.json("pages/me/me.json") as page:
        page["usingComponents"] = {"chat-box": "plugin://chat/chat-box"}
    files.add("pages/me/me.wxml", "<chat-box />\n")
    files.declare(plugin_bytes=(("wx76a9a06e5b4e693e", size),))


@seed("plugin-size")
def a_plugin_of_half_a_megabyte(files: Files) -> None:
    with_plugin(files, 512 * KB)


@twin("plugin-size")
def a_plugin_of_100_kb(files: Files) -> None:
    with_plugin(files, 100 * KB)


@seed("sitemap")
def the_file_is_missing(files: Files) -> None:
    files.delete("sitemap.json")


@seed("sitemap", "content")
def a_rule_without_a_page(files: Files) -> None:
    files.write("sitemap.json", '{ "rules": [{ "action": "permit" }] }')


@twin("sitemap", "content")
def a_page_is_kept_out(files: Files) -> None:
    files.write(
        "sitemap.json",
        '{ "rules": [{ "action": "disallow", "page": "pages/mine/mine" }, { "action": "allow", "page": "*" }] }',
    )


@seed("jump-collection", "content")
def a_shelf_of_other_programs(files: Files) -> None:
    jumps = "".join(
        f'<navigator class="part" target="miniProgram" app-id="wx{number:016x}">小程序 {number}</navigator>\n'
        for number in range(0x1111, 0x1111 + 8)
    )
    files.add("pages/index/index.wxml", jumps)


@twin("jump-collection", "booking")
def a_way_to_the_shop(files: Files) -> None:
    files.edit(
        "pages/mine/index.wxml",
        '<button class="p" open-type="contact"',
        '<navigator class="p" target="miniProgram" app-id="wx3f1d0c52a7be9046">护发商城</navigator><button class="p" open-type="contact"',
    )


@seed("privacy-agreement", also=("page-unreachable",))
def the_question_is_taken_over_and_never_answered(files: Files) -> None:
    files.edit(
        "app.js",
        "onLaunch() {",
        "onLaunch() {\n    wx.onNeedPrivacyAuthorization((resolve) => {\n      this.globalData.resolve = resolve\n    })",
    )


@twin("privacy-agreement")
def the_question_is_taken_over_and_answered(files: Files) -> None:
    files.edit(
        "app.js",
        "onLaunch() {",
        "onLaunch() {\n    wx.onNeedPrivacyAuthorization((resolve) => {\n      this.globalData.resolve = resolve\n    })",
    )
    files.edit(
        "pages/home/home.js",
        "search() {",
        "agree() {\n    getApp().globalData.resolve({ event: 'agree', buttonId: 'agree' })\n  },\n  search() {",
    )
    files.add(
        "pages/home/home.wxml",
        '<button id="agree" class="plain" open-type="agreePrivacyAuthorization" bindagreeprivacyauthorization="agree">同意隐私协议</button>\n',
    )


@seed("privacy-switch-off")
def the_check_is_switched_off(files: Files) -> None:
    with files.json("app.json") as app:
        app["__usePrivacyCheck__"] = False


@twin("privacy-switch-off")
def the_check_is_switched_on(files: Files) -> None:
    with files.json("app.json") as app:
        app["__usePrivacyCheck__"] = True


@seed("virtual-category", also=("virtual-payment", "category-mismatch"))
def a_tea_shop_sells_cards_for_games(files: Files) -> None:
    files.edit("data/goods.js", "陈皮普洱 120 克", "游戏点卡 100 元")
    files.edit("data/goods.js", "新会陈皮配勐海熟普。", "话费充值与视频会员月卡，自动发卡密")


@twin("virtual-category")
def a_tea_shop_sells_a_gift_box(files: Files) -> None:
    files.edit("data/goods.js", "陈皮普洱 120 克", "会员日礼盒装普洱")
