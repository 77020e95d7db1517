"""What is read of a package: calls under any name, what guards them, what leads to them, which files belong where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fangcun.blueprint.reading import read
from fangcun.build.checks.package import APP, PackageUnreadable
from fangcun.build.checks.subject import Declared, declared_by, merged, subjects_of

APP_JSON = {"pages": ["pages/a/a", "pages/b/b"], "lazyCodeLoading": "requiredComponents"}

NATIVE = {
    "app.json": json.dumps(
        {**APP_JSON, "subPackages": [{"root": "more", "pages": ["c/c", "lost/lost"]}]}, ensure_ascii=False
    ),
    "app.js": """
const { wxp } = require('./wxp')
const auth = require('./auth')
App({
  onLaunch() { this.enter(); wx.login({}); auth.check() },
  enter() { wxp.getUserProfile({ desc: 'x' }).then(() => wx.getLocation()) },
  tap() { wx.chooseAddress() },
})""",
    "wxp.js": "exports.wxp = new Proxy(wx, {})",
    "auth.js": """
function check() { if (!wx.getStorageSync('token')) wx.reLaunch({ url: '/pages/b/b' }) }
function ask() { wx.request({ url: '/me', success() { wx.redirectTo({ url: '/pages/b/b' }) } }) }
module.exports = { check, ask }""",
    "config.js": "const BASE = 'https://api.shop.cn'\nmodule.exports = { baseUrl: BASE + '/v1' }",
    "es.js": "export const place = wx.openLocation",
    "unused.js": "module.exports = 1",
    "pages/a/a.json": '{"usingComponents": {"card": "/card/card"}}',
    "pages/a/a.js": """
import { place } from '../../es'
const config = require('../../config')
const w = wx
const { chooseImage: pick } = wx
Page({
  onLoad({ url }) {
    this.setData({ address: decodeURIComponent(url), article: find(url) })
    wx.request({ url: `${config.baseUrl}/list` })
    if (wx.canIUse('chooseMedia')) w.chooseMedia()
    wx.showModal({ success(r) { if (r.confirm) wx.authorize({ scope: 'scope.userLocation' }) } })
  },
  type({ detail }) { this.setData({ words: detail.value }) },
  go() {
    if (!wx.getFuzzyLocation) return
    wx.getFuzzyLocation()
    pick()
    wx['chooseVideo']()
    wx.setClipboardData?.({ data: 'x' })
    promisify(wx.getWeRunData)
    place()
    wx.navigateTo({ url: '../b/b?id=' + 1 })
  },
})""",
    "pages/a/a.wxml": '<card/><view bindtap="go">{{a}}<text>hi</text></view>',
    "pages/b/b.json": "{}",
    "pages/b/b.js": "Page({ more() { wx.navigateTo({ url: `/more/${'c'}/c?x=1` }) } })",
    "pages/b/b.wxml": "<view>b</view>",
    "more/c/c.js": "Page({})",
    "more/c/c.json": "{}",
    "more/c/c.wxml": "<view>c</view>",
    "more/lost/lost.js": "Page({})",
    "more/lost/lost.json": "{}",
    "more/lost/lost.wxml": "<view>lost</view>",
    "card/card.json": '{"component": true}',
    "card/card.js": "Component({})",
    "card/card.wxml": "<view>card</view>",
}
BUNDLED = {
    "app.json": json.dumps(APP_JSON),
    "app.js": 'require("./common/vendor.js")',
    "common/vendor.js": '"use strict";const t=new Proxy({},{get:(e,n)=>wx[n]});exports.index=t,exports.wx$1=wx;',
    "pages/a/a.json": "{}",
    "pages/a/a.js": (
        '"use strict";const e=require("../../common/vendor.js"),'
        "n=e.defineComponent({setup(){function r(){e.index.chooseAddress({success(){}})}"
        'e.onLoad(o=>{e.index.getLocation({type:"gcj02",success:r})});return()=>({a:e.o(()=>e.index.chooseImage())})}});'
        "wx.createPage(n);"
    ),
    "pages/a/a.wxml": '<view bindtap="{{a}}">a</view>',
    "pages/b/b.json": "{}",
    "pages/b/b.js": (
        '(wx["webpackJsonp"]=wx["webpackJsonp"]||[]).push([[1],{12:function(t,e,n){"use strict";'
        "var o=n(3),i=n.n(o);i().getWeRunData({});o.default.chooseInvoice();(0,o.choosePoi)({});o.getUserInfo()}}]);"
    ),
    "pages/b/b.wxml": "<view>b</view>",
    "common/main.js": (
        '(global.webpackJsonp=global.webpackJsonp||[]).push([["common/main"],{0:function(e,t,n){"use strict";'
        '(function(e,t){t({onLaunch:function(){e.request({url:"https://api.shop.cn/a"})}})})'
        '.call(this,n("543d")["default"],n("543d")["createApp"])}}]);'
    ),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    roots = []
    for name, files in (("native", NATIVE), ("bundled", BUNDLED)):
        root = tmp_path_factory.mktemp(name)
        for file, text in files.items():
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_text(text, encoding="utf-8")
        roots.append(root)
    return subjects_of(roots)


@pytest.fixture(scope="module")
def native(made):
    return made[0]


@pytest.fixture(scope="module")
def bundled(made):
    return made[1]


def calls(subject, file):
    return {call.api: call for call in subject.facts.scripts[file].calls}


def test_calls_are_found_under_every_name(native):
    assert calls(native, "pages/a/a.js").keys() >= {
        "request",
        "chooseMedia",
        "chooseImage",
        "chooseVideo",
        "getWeRunData",
        "openLocation",
        "setClipboardData",
    }
    assert calls(native, "app.js").keys() == {"login", "getUserProfile", "getLocation", "chooseAddress"}


def test_calls_of_bundles_are_found_and_their_names_are_read(bundled):
    assert bundled.facts.framework == "uni"
    assert calls(bundled, "pages/a/a.js").keys() >= {"chooseAddress", "getLocation", "chooseImage"}
    assert calls(bundled, "pages/b/b.js").keys() == {"getWeRunData", "chooseInvoice", "choosePoi"}


def test_what_a_bundler_hands_to_a_module_is_known(bundled):
    request = calls(bundled, "common/main.js")["request"]
    assert request.options["url"].text == "https://api.shop.cn/a"
    assert request.hooks == {"onLaunch"}


def test_a_call_says_what_takes_care_of_its_absence(native):
    found = calls(native, "pages/a/a.js")
    assert {
        api: found[api].guard for api in ("chooseMedia", "getFuzzyLocation", "setClipboardData", "request")
    } == {
        "chooseMedia": "canIUse",
        "getFuzzyLocation": "test",
        "setClipboardData": "optional",
        "request": None,
    }


def test_a_call_says_which_moments_lead_to_it_by_themselves(native, bundled):
    app = calls(native, "app.js")
    assert app["getLocation"].hooks == {"onLaunch"}
    assert app["chooseAddress"].hooks == frozenset()
    assert calls(native, "pages/a/a.js")["authorize"].asked
    page = calls(bundled, "pages/a/a.js")
    assert "onLoad" in page["getLocation"].hooks
    assert page["chooseImage"].hooks == frozenset()


def test_functions_of_other_files_that_the_start_runs_are_known(native):
    starts = native.facts.scripts["app.js"].starts
    assert [(one.file, one.name, one.hooks) for one in starts] == [("auth.js", "check", {"onLaunch"})]
    found = calls(native, "auth.js")
    assert found["reLaunch"].inside == "check"
    assert found["redirectTo"].inside == ""


def test_addresses_are_put_together_across_files(native):
    assert calls(native, "pages/a/a.js")["request"].options["url"].text == "https://api.shop.cn/v1"


def test_what_strangers_choose_is_followed_but_not_through_a_search(native):
    feeds = {(feed.name, feed.source) for feed in native.facts.scripts["pages/a/a.js"].feeds}
    assert ("address", "query") in feeds
    assert ("words", "input") in feeds
    assert ("article", "query") not in feeds


def test_files_belong_to_the_pages_that_need_them(native):
    package = native.package
    assert {"card/card.wxml", "config.js", "es.js"} <= package.used_by("pages/a/a")
    assert "wxp.js" in package.used_by(APP)
    assert native.unused("unused.js")
    assert not native.unused("card/card.js")
    assert package.sizes.keys() == {"", "more/"}


def test_ways_lead_over_relative_and_composed_paths(native):
    assert native.ways.taps() == {"pages/a/a": 0, "pages/b/b": 1, "more/c/c": 2}


def test_a_folder_without_a_package_says_so(tmp_path):
    with pytest.raises(PackageUnreadable, match=r"没有 app\.json"):
        subjects_of([tmp_path])


def test_a_folder_of_sources_is_followed_to_its_package(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "project.config.json").write_text('{"miniprogramRoot": "src/", "appid": "wx1"}')
    (tmp_path / "src" / "app.json").write_text('{"pages": []}')
    (subject,) = subjects_of([tmp_path])
    assert subject.package.root == tmp_path / "src"
    assert subject.package.appid == "wx1"


def test_what_is_declared_goes_before_the_plan():
    first = Declared(privacy=frozenset({"phone"}), ugc=False, order_path="a")
    told = merged(first, Declared(privacy=frozenset(), ugc=True))
    assert (told.privacy, told.ugc, told.order_path) == (frozenset(), True, "a")


def test_a_plan_declares_what_it_will_fill_in(fresh_grocery):
    told = declared_by(fresh_grocery)
    assert told.privacy == frozenset({"address", "phone"})
    assert told.order_path == "pages-trade/orders/orders"
    assert told.ugc is False
    assert told.location is False
    assert told.domains is None


@pytest.fixture
def fresh_grocery():
    sample = Path(__file__).parents[4] / "blueprints" / "fresh-grocery.yaml"
    return read(sample.read_text(encoding="utf-8")).blueprint
