"""The audit officer walks packages as a stranger: small native ones, and the one that we ship."""

from __future__ import annotations

from pathlib import Path

import pytest

from fangcun.build.checks.finding import Finding
from fangcun.build.checks.registry import checks
from fangcun.build.checks.walking import Backend, Limits, Walk, WalkImpossible
from tests.journeys.stack import ROOT
from tests.journeys.strangers import walked_apart, with_page, written

BUILD = ROOT / "miniapp" / "dist" / "build" / "mp-weixin"
SOME_TAPS = Limits(taps=18, seconds=30)
BOOKS = "<view>青石书屋开在青石路上，卖旧书也卖新书。</view>"


def findings(walked: Walk) -> dict[str, list[str]]:
    """The pages that each rule finds fault with."""
    found: dict[str, list[str]] = {}
    for name, check in checks().items():
        if name.startswith("walk-"):
            for one in check(walked):
                if isinstance(one, Finding):
                    found.setdefault(name, []).append(one.page)
    return found


def test_a_clean_native_package_is_walked_whole_and_without_a_finding(tmp_path):
    walked = walked_apart(written(tmp_path / "shop"), pictures=tmp_path / "pictures")
    assert findings(walked) == {}
    assert walked.stopped == ""
    assert {one.path: one.taps for one in walked.pages} == {
        "pages/home/home": 0,
        "pages/me/me": 1,
        "pages/book/book": 1,
        "pages/about/about": 1,
    }
    book = walked.page("pages/book/book")
    assert book is not None
    assert "青石丛书第1卷" in book.text
    assert (tmp_path / "pictures" / book.picture).is_file()
    refused = next(one for one in walked.taps if one.text == "登录")
    assert "getUserProfile" in refused.calls
    assert refused.toasts == ("你没有授权，可以继续浏览",)


def test_faults_are_found_where_they_are(tmp_path):
    broken = {
        **with_page(
            "pages/late/late", wxml=BOOKS, js="Page({ onLoad() { wx.showLoading({ title: '加载中' }) } })"
        ),
        "pages/about/about.js": "Page({ copy() {} })",
        "pages/book/book.js": ("this.setData({ kept: !this.data.kept })", "this.data.book.tags.push('kept')"),
    }
    walked = walked_apart(written(tmp_path / "shop", broken), pictures=tmp_path / "pictures")
    assert findings(walked) == {
        "walk-endless-loading": ["pages/late/late"],
        "walk-dead-button": ["pages/about/about"],
        "walk-page-error": ["pages/book/book"],
    }


def test_a_door_that_opens_to_a_login_only_is_a_forced_login(tmp_path):
    gate = {
        **with_page(
            "pages/login/login",
            wxml='<view>欢迎</view><button open-type="getPhoneNumber" bindgetphonenumber="in">手机号登录</button>',
            js="Page({ in({ detail }) { if (detail.code) wx.switchTab({ url: '/pages/home/home' }) } })",
        ),
        "pages/home/home.js": (
            "onLoad() {",
            "onShow() { wx.reLaunch({ url: '/pages/login/login' }) },\n  onLoad() {",
        ),
    }
    walked = walked_apart(written(tmp_path / "shop", gate), pictures=tmp_path / "pictures")
    assert findings(walked) == {"walk-forced-login": ["pages/home/home"]}


def test_the_shipped_package_lets_a_stranger_in_and_has_no_fault_on_its_way(tmp_path, platform):
    if not (BUILD / "app.json").is_file():
        pytest.skip("The WeChat package is not built.")
    behind = Backend(server=platform.url, box=platform.box_url, appid=platform.appid)
    walked = walked_apart(BUILD, pictures=tmp_path / "pictures", limits=SOME_TAPS, backend=behind)
    assert findings(walked) == {}
    assert [(one.page, one.stands, one.left) for one in walked.hurdles] == [("pages/home/home", False, False)]
    assert len(walked.pages) >= 8


def test_a_folder_that_is_no_package_can_not_be_walked(tmp_path: Path):
    with pytest.raises(WalkImpossible, match=r"app\.json"):
        walked_apart(tmp_path, pictures=tmp_path / "pictures")
