"""Dead buttons, forced logins, what is too small or too faint."""

from __future__ import annotations

import pytest

from fangcun.build.checks.walking.record import Entry, Problem
from fangcun.build.checks.walking.tests.made import (
    ABOUT,
    HOME,
    all_found,
    call,
    control,
    found,
    hurdle,
    page,
    tap,
    text,
    walk,
)


def test_a_button_that_changes_nothing_is_dead_and_shown():
    (one,) = found("walk-dead-button", walk(taps=(tap(changed=(), picture="007.jpg"),)))
    assert (one.page, one.picture) == (HOME, "007.jpg")
    assert "「领取」" in one.message


@pytest.mark.parametrize(
    "changes",
    [
        {"changed": ("data",)},
        {"disabled": True},
        {"tag": "view", "bound": False},
        {"tag": "view", "own": False},
        {"tag": "view", "text": ""},
        {"tag": "view", "stops": True},
        {"classes": "tab active"},
    ],
)
def test_what_does_something_or_does_not_claim_to_is_not_dead(changes):
    assert found("walk-dead-button", walk(taps=(tap(**{"changed": (), **changes}),))) == []


def test_a_handler_may_wait_for_data_that_did_not_come():
    assert found("walk-dead-button", walk(page(requests_failed=1), taps=(tap(changed=()),))) == []


def test_a_button_without_handler_is_dead_whatever_the_server_did():
    taps = (tap(changed=(), bound=False, own=False),)
    assert len(found("walk-dead-button", walk(page(requests_failed=1), taps=taps))) == 1


def test_a_choice_made_already_is_not_dead_where_a_framework_keeps_it_to_itself():
    taps = (tap(text="全部", changed=()), tap(text="小说"))
    assert found("walk-dead-button", walk(taps=taps, framework="uni-app")) == []
    assert len(found("walk-dead-button", walk(taps=taps, framework="native"))) == 1


def test_a_link_to_no_page_is_broken_and_named_once():
    lost = Problem("navigation", 'wx.navigateTo: page "pages/none/none" is not found')
    (one,) = found("walk-broken-link", walk(taps=(tap(problems=(lost,)), tap(problems=(lost,)))))
    assert one.detail["wanted"] == "pages/none/none"


@pytest.mark.parametrize(("words", "count"), [("充值 100 金币", 1), ("购买苹果", 0)])
def test_virtual_goods_are_not_paid_with_wechat_pay_on_an_iphone(words, count):
    taps = (tap(text=words, calls=("requestPayment",)),)
    assert len(found("walk-virtual-payment", walk(taps=taps))) == count


@pytest.mark.parametrize(
    "forced", [{"refused_with": ""}, {"stands": True}, {"left": True}], ids=["no choice", "again", "out"]
)
@pytest.mark.parametrize("kind", ["dialog", "sheet", "page"])
def test_a_login_that_can_not_be_refused_is_forced(kind, forced):
    (one,) = found("walk-forced-login", walk(hurdles=(hurdle(kind, **forced),)))
    assert one.page == HOME


def test_a_login_that_can_be_refused_is_not_forced():
    assert all_found(walk(hurdles=(hurdle(), hurdle("sheet"), hurdle("page")))) == []


def test_pages_of_ones_own_may_ask_for_a_login():
    walked = walk(
        page(), page("pages/order/order"), hurdles=(hurdle(page="pages/order/order", refused_with=""),)
    )
    assert all_found(walked) == []


def test_an_offer_without_a_word_of_login_is_no_forced_login():
    assert (
        all_found(walk(hurdles=(hurdle("dialog", text="今日满减", choices=("知道了",), refused_with=""),)))
        == []
    )


def test_a_start_page_that_is_nothing_but_a_login_is_forced():
    only = page(
        text="欢迎 手机号登录",
        tab_bar=False,
        controls=(control(text="手机号登录", open_type="getPhoneNumber"),),
    )
    assert len(found("walk-forced-login", walk(only))) == 1
    free = page(
        text="欢迎 手机号登录 先逛逛",
        tab_bar=False,
        controls=(control(text="手机号登录", open_type="getPhoneNumber"), control(text="先逛逛")),
    )
    assert found("walk-forced-login", walk(free)) == []


@pytest.mark.parametrize(
    "forced", [{"refused_with": ""}, {"stands": True}, {"left": True}], ids=["no choice", "again", "out"]
)
def test_a_privacy_sheet_needs_a_no_that_is_heard(forced):
    sheet = hurdle(
        "sheet", text="请阅读《隐私保护指引》", choices=("同意", "拒绝"), **{"refused_with": "拒绝", **forced}
    )
    assert all_found(walk(hurdles=(sheet,))) == ["walk-privacy-unrefusable"]


def test_a_privacy_sheet_that_takes_a_no_is_fine():
    sheet = hurdle(
        "sheet", text="隐私政策：微信登录标识只用于订单", choices=("同意", "拒绝"), refused_with="拒绝"
    )
    assert all_found(walk(hurdles=(sheet,))) == []


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("getUserProfile", "walk-asked-at-launch"),
        ("authorize", "walk-asked-at-launch"),
        ("getLocation", "walk-location-at-launch"),
    ],
)
def test_nothing_private_is_asked_for_before_the_first_tap(name, rule):
    assert all_found(walk(journal=(call(name),))) == [rule]
    assert all_found(walk(journal=(call(name, gesture=1),))) == []


@pytest.mark.parametrize(("path", "count"), [(ABOUT, 1), ("pages/mine/mine", 0)])
def test_a_page_for_browsing_asks_for_no_profile_as_it_opens(path, count):
    opened = Entry("page", path, {"mode": "push"}, HOME, 3, 5)
    walked = walk(page(), page(path), journal=(opened, call("getUserProfile", on=path, gesture=3)))
    assert len(found("walk-asked-at-launch", walked)) == count


def test_a_tap_may_ask_for_a_profile():
    opened = Entry("page", ABOUT, {"mode": "push"}, HOME, 3, 5)
    walked = walk(page(), page(ABOUT), journal=(opened, call("getUserProfile", on=ABOUT, gesture=4)))
    assert all_found(walked) == []


def test_who_taps_on_buy_may_be_asked_to_log_in():
    bought = page("pages/deal/deal", reached="tap", taps=2, way=("立即购买",))
    walked = walk(page(), bought, hurdles=(hurdle("page", page="pages/deal/deal", refused_with=""),))
    assert all_found(walked) == []


def test_a_login_code_needs_nobodys_consent():
    assert all_found(walk(journal=(call("login"), call("request")))) == []


@pytest.mark.parametrize(
    ("toast", "icon", "count"),
    [
        ("TypeError: x is not a function", "none", 1),
        ("request:fail timeout", "none", 1),
        ("提交失败", "success", 1),
        ("提交失败", "none", 0),
        ("请输入手机号", "none", 0),
        ("已加入购物车", "success", 0),
    ],
)
def test_an_error_in_a_toast_is_raw_or_under_a_tick(toast, icon, count):
    said = Entry("toast", toast, {"icon": icon}, HOME, 1, 5)
    assert len(found("walk-error-in-toast", walk(journal=(said,)))) == count


def test_a_toast_that_puts_off_is_a_placeholder():
    assert len(found("walk-placeholder-words", walk(taps=(tap(toasts=("敬请期待",)),)))) == 1


@pytest.mark.parametrize(
    ("controls", "count"),
    [
        ([control()], 0),
        ([control(rect=(20, 100, 44, 44))], 0),
        ([control(rect=(20, 100, 30, 30))], 0),
        ([control(rect=(20, 100, 16, 16))], 1),
        ([control(rect=(20, 100, 30, 30)), control(place="page/0/1", rect=(54, 100, 60, 48))], 1),
        ([control(rect=(20, 100, 30, 30)), control(place="page/0/1", rect=(120, 100, 60, 48))], 0),
        ([control(rect=(20, 100, 300, 16), in_text=True)], 0),
        ([control(rect=(20, 100, 16, 16), disabled=True)], 0),
        ([control(rect=(20, 100, 16, 16), tag="view", own=False)], 0),
        ([control(rect=(400, 100, 16, 16))], 0),
        (
            [
                control(rect=(20, 100, 30, 30)),
                control(place="page/0/0/1", rect=(20, 100, 10, 10), disabled=True),
            ],
            0,
        ),
    ],
)
def test_small_controls_are_found_when_space_does_not_make_up_for_it(controls, count):
    assert len(found("walk-small-target", walk(page(controls=tuple(controls))))) == count


@pytest.mark.parametrize(
    ("one", "rules"),
    [
        (text(size=10), ["walk-small-text"]),
        (text(size=11), []),
        (text(size=8, icon=True), []),
        (text(contrast=1.8), ["walk-low-contrast"]),
        (text(contrast=3.2), []),
        (text(contrast=None), []),
        (text(contrast=1.8, dimmed=True), []),
        (text(contrast=2.3, platform=True), []),
        (text(overflows=True, right=520), ["walk-text-past-edge"]),
    ],
)
def test_text_is_large_dark_and_whole_enough(one, rules):
    assert all_found(walk(page(texts=(one,)))) == rules


def test_findings_name_page_and_picture_and_say_it_in_both_languages():
    walked = walk(page(), page(ABOUT, texts=(text(size=8),), title="关于"))
    (one,) = found("walk-small-text", walked)
    assert (one.page, one.picture) == (ABOUT, "001.jpg")
    assert one.message == "「关于」（pages/about/about）有看不清的小字，例如「青石书屋」"
    assert one.message_en == "“关于” (pages/about/about) has text too small to read, such as “青石书屋”"
