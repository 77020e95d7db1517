"""Blank pages, failing pages, endless loading, pages that nobody reaches."""

from __future__ import annotations

import pytest

from fangcun.build.checks.walking.record import Problem, Walk
from fangcun.build.checks.walking.tests.made import (
    ABOUT,
    HOME,
    all_found,
    call,
    found,
    hurdle,
    page,
    tap,
    text,
    undecided,
    walk,
)

THROWN = Problem("throw", "TypeError: Cannot read properties of undefined (reading 'map')\n    at x.js")


def test_a_walk_without_faults_has_no_findings():
    assert all_found(walk()) == []


def test_a_walk_survives_being_kept():
    walked = walk(page(), taps=(tap(),), hurdles=(hurdle(),), referred=frozenset({ABOUT}))
    assert Walk.from_json(walked.as_json()) == walked


@pytest.mark.parametrize(
    "shown",
    [
        {"text": "网络开小差了"},
        {"pictures": 1},
        {"fields": 1},
        {"loading": ("wx.showLoading",)},
        {"dialog": ("没有网络",)},
        {"reached": "direct", "taps": None, "wants_query": True},
        {"problems": (THROWN,)},
    ],
)
def test_a_page_that_shows_anything_is_not_blank(shown):
    assert found("walk-blank-page", walk(page(**{"text": "", "pictures": 0, "texts": (), **shown}))) == []


def test_a_page_that_shows_nothing_is_blank():
    (one,) = found("walk-blank-page", walk(page(), page(ABOUT, text="", pictures=0, texts=(), taps=1)))
    assert (one.page, one.picture) == (ABOUT, "001.jpg")


def test_what_a_page_throws_is_said_with_its_first_line():
    (one,) = found("walk-page-error", walk(page(problems=(THROWN,))))
    assert one.message.endswith("TypeError: Cannot read properties of undefined (reading 'map')")


@pytest.mark.parametrize("kind", ["console", "refused", "navigation"])
def test_what_is_only_told_to_programmers_is_no_error_of_the_page(kind):
    assert found("walk-page-error", walk(page(problems=(Problem(kind, "request:fail"),)))) == []


def test_a_page_opened_without_its_query_may_throw():
    opened = page(ABOUT, reached="direct", taps=None, wants_query=True, problems=(THROWN,))
    assert found("walk-page-error", walk(page(), opened)) == []


@pytest.mark.parametrize(
    ("text", "failed", "count"),
    [("Error: 网络错误", 1, 0), ("Error: 网络错误", 0, 1), ("TypeError: x is not a function", 1, 1)],
)
def test_a_promise_that_broke_for_want_of_a_server_is_no_error_of_the_page(text, failed, count):
    broken = page(problems=(Problem("rejection", text),), requests_failed=failed)
    assert len(found("walk-page-error", walk(broken))) == count


def test_an_error_from_a_tap_names_what_was_tapped_once():
    taps = (tap(problems=(THROWN,), picture="009.jpg"), tap(problems=(THROWN,)))
    (one,) = found("walk-page-error", walk(taps=taps))
    assert "「领取」" in one.message
    assert one.picture == "009.jpg"


def test_loading_that_never_ends_is_found_and_says_when_a_request_had_failed():
    waiting = page(loading=("wx.showLoading 加载中",), requests_failed=1)
    (one,) = found("walk-endless-loading", walk(waiting, journal=(call("showLoading"),)))
    assert "请求失败之后也没有停下" in one.message


@pytest.mark.parametrize(
    ("signs", "count"),
    [
        ((), 0),
        (("wx.showLoading 加载中",), 0),
        (("view.loading 加载中",), 0),
        (("wx.showLoading 加载中", "view.loading 加载中"), 1),
        (("wx.showLoading", "wx.showNavigationBarLoading"), 1),
        (("view.loading 加载中", "view.loading 加载中"), 0),
    ],
)
def test_two_loading_signs_of_different_kinds_are_one_too_many(signs, count):
    shown = (call("showLoading"), call("showNavigationBarLoading"))
    assert len(found("walk-two-loadings", walk(page(most_loading=signs), journal=shown))) == count


def test_loading_that_a_tap_began_and_that_never_ends_is_found():
    (one,) = found("walk-endless-loading", walk(taps=(tap(stuck="提交中", picture="004.jpg"),)))
    assert (one.page, one.picture) == (HOME, "004.jpg")
    assert one.message.endswith("点「领取」之后一直在加载（提交中）")


def test_a_sign_that_another_page_left_behind_is_not_this_ones():
    left = page(
        ABOUT,
        loading=("wx.showLoading 加载中",),
        most_loading=("wx.showLoading 加载中", "view.loading 加载中"),
    )
    assert all_found(walk(page(), left, journal=(call("showLoading"),))) == []


def reached(**changes):
    return page(**{"reached": "tap", "taps": 1, "tab_bar": False, **changes, "path": ABOUT})


def test_a_page_that_no_tap_reaches_is_found_after_everything_was_tried():
    opened = page(ABOUT, reached="direct", taps=None)
    (one,) = found("walk-unreached-page", walk(page(), opened))
    assert one.page == ABOUT


def test_an_unfinished_walk_does_not_say_that_a_page_is_not_reached():
    walked = walk(page(), page(ABOUT, reached="direct", taps=None), stopped="seconds")
    assert found("walk-unreached-page", walked) == []
    assert len(undecided("walk-unreached-page", walked)) == 1


def test_a_page_whose_way_needs_what_the_server_did_not_send_is_left_alone():
    walked = walk(
        page(requests_failed=1), page(ABOUT, reached="direct", taps=None), referred=frozenset({ABOUT})
    )
    assert found("walk-unreached-page", walked) == []


def test_behind_a_door_that_stays_shut_nothing_is_called_unreached():
    walked = walk(page(), all_pages=(HOME, ABOUT), hurdles=(hurdle(refused_with=""),))
    assert found("walk-unreached-page", walked) == []


@pytest.mark.parametrize(("taps", "count"), [(3, 0), (4, 1)])
def test_a_key_page_may_be_three_taps_away(taps, count):
    walked = walk(page(), reached(taps=taps), key_pages=frozenset({ABOUT}))
    assert len(found("walk-deep-page", walked)) == count


def test_a_page_that_is_no_key_page_may_be_deep():
    assert found("walk-deep-page", walk(page(), reached(taps=7), key_pages=frozenset({HOME}))) == []


@pytest.mark.parametrize(("path", "count"), [(ABOUT, 1), ("pages/order/result", 0)])
def test_without_a_blueprint_pages_for_browsing_are_near(path, count):
    deep = page(path, reached="tap", taps=4, way=("一", "二", "三", "四"))
    assert len(found("walk-deep-page", walk(page(), deep))) == count


def test_a_bar_of_its_own_needs_a_way_back():
    (one,) = found("walk-dead-end", walk(page(), reached(custom_bar=True, depth=2)))
    assert one.page == ABOUT


@pytest.mark.parametrize(
    "changes",
    [{"custom_bar": False}, {"depth": 1}, {"left_for": (HOME,)}, {"tried": False}, {"requests_failed": 1}],
)
def test_a_page_that_can_be_left_or_is_not_known_is_no_dead_end(changes):
    assert found("walk-dead-end", walk(page(), reached(**{"custom_bar": True, "depth": 2, **changes}))) == []


def test_a_tap_that_goes_back_is_a_way_back():
    back = tap(ABOUT, text="", changed=("call", "page"), calls=("navigateBack",))
    assert found("walk-dead-end", walk(page(), reached(custom_bar=True, depth=2), taps=(back,))) == []


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("功能开发中，敬请期待", "walk-placeholder-words"),
        ("测试商品", "walk-placeholder-words"),
        ("test123", "walk-placeholder-words"),
        ("Lorem ipsum dolor", "walk-placeholder-words"),
        ("分享给好友即可领取红包", "walk-inducing-words"),
        ("分享到朋友圈领券", "walk-inducing-words"),
        ("关注公众号领优惠券", "walk-inducing-words"),
        ("¥undefined", "walk-raw-text"),
        ("[object Object]", "walk-raw-text"),
        ("库存 NaN 件", "walk-raw-text"),
        ("TypeError: x is not a function", "walk-raw-text"),
    ],
)
def test_words_are_found_by_the_rule_that_is_for_them(words, rule):
    assert all_found(walk(page(texts=(text(words),)))) == [rule]


@pytest.mark.parametrize(
    "words",
    [
        "请填写收货人姓名",
        "分享",
        "邀请好友下单，双方各得 10 元券",
        "期待你的光临",
        "单元测试入门（图书）",
        "接受检测",
        "关注我们",
        "转发给朋友",
        "null 与空值（图书）",
    ],
)
def test_words_that_mean_no_harm_are_left_alone(words):
    assert all_found(walk(page(texts=(text(words),)))) == []
