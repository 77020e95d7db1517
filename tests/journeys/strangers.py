"""Small native WeChat packages such as strangers write, as files: one without a fault, and changes that bring one in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

HOME_WXML = """<wxs module="price">module.exports = { said: function (fen) { return '¥' + (fen / 100).toFixed(2) } }</wxs>
<view class="banner"><text class="name">青石书屋</text></view>
<scroll-view scroll-x class="shelves"><view wx:for="{{shelves}}" wx:key="*this" class="shelf {{index == shelf ? 'on' : ''}}"
  data-index="{{index}}" bindtap="choose">{{item}}</view></scroll-view>
<book-card wx:for="{{books}}" wx:key="id" book="{{item}}" price="{{price.said(item.price)}}" bind:open="open">
  <text slot="foot" class="foot">今日可寄出</text>
</book-card>
<view wx:if="{{!books.length && !waiting}}" class="nothing">这一类还没有书</view>
<navigator class="wide" url="/pages/about/about">关于我们</navigator>
<button class="wide" open-type="contact">联系客服</button>
"""

HOME_JS = """const { all } = require('../../utils/books')
Page({
  data: { shelves: ['全部', '小说', '历史'], shelf: 0, books: [], waiting: true },
  onLoad() {
    wx.showLoading({ title: '加载中' })
    setTimeout(() => {
      wx.hideLoading()
      this.setData({ books: all, waiting: false })
    }, 300)
  },
  choose(event) {
    const { index } = event.currentTarget.dataset
    this.setData({ shelf: index, books: index ? all.filter(book => book.shelf === index) : all })
  },
  open(event) {
    wx.navigateTo({ url: `/pages/book/book?id=${event.detail.id}` })
  },
})
"""

CLEAN: dict[str, str] = {
    "app.json": json.dumps(
        {
            "pages": ["pages/home/home", "pages/me/me", "pages/book/book", "pages/about/about"],
            "window": {"navigationBarTitleText": "青石书屋"},
            "tabBar": {
                "color": "#555555",
                "selectedColor": "#1a6b3c",
                "list": [
                    {"pagePath": "pages/home/home", "text": "首页"},
                    {"pagePath": "pages/me/me", "text": "我的"},
                ],
            },
            "style": "v2",
            "sitemapLocation": "sitemap.json",
        }
    ),
    "sitemap.json": '{"rules":[{"action":"allow","page":"*"}]}',
    "app.js": "App({ globalData: { visits: 0 }, onLaunch() { wx.login({ success: ({ code }) => { this.code = code } }) } })",
    "app.wxss": "page { font-size: 30rpx; color: #222; background: #f4f4f4 } .wide { display: block; margin: 24rpx; "
    "padding: 0 24rpx; line-height: 96rpx; background: #fff }",
    "utils/books.js": "exports.all = [1, 2, 3, 4].map(id => ({ id, title: `青石丛书第${id}卷`, price: 3900 + id, shelf: id % 2 + 1 }))",
    "components/book-card/book-card.json": '{"component":true}',
    "components/book-card/book-card.js": """const counted = Behavior({ data: { seen: 0 }, lifetimes: { attached() { this.setData({ seen: 1 }) } } })
Component({
  behaviors: [counted, 'wx://component-export'],
  options: { multipleSlots: true },
  properties: { book: Object, price: String },
  observers: { 'book.title': function (title) { this.setData({ short: (title || '').slice(0, 12) }) } },
  methods: { open() { this.triggerEvent('open', { id: this.data.book.id }) } },
})
""",
    "components/book-card/book-card.wxml": '<view class="title" bindtap="open"><text>{{short}}</text><text class="price">{{price}}</text>'
    '</view><slot name="foot"/>',
    "components/book-card/book-card.wxss": ".title { display: flex; justify-content: space-between; line-height: 96rpx } "
    ".price { color: #b3261e } :host { display: block; margin: 16rpx 24rpx; padding: 0 24rpx; background: #fff }",
    "pages/home/home.json": '{"usingComponents":{"book-card":"/components/book-card/book-card"}}',
    "pages/home/home.js": HOME_JS,
    "pages/home/home.wxml": HOME_WXML,
    "pages/home/home.wxss": ".banner { padding: 40rpx; background: #1a6b3c } .name { color: #fff; font-size: 40rpx } "
    ".shelves { white-space: nowrap; background: #fff } .shelf { display: inline-block; padding: 0 40rpx; "
    "line-height: 96rpx } .on { color: #1a6b3c } .foot { font-size: 24rpx; color: #555 } .nothing { padding: 80rpx }",
    "pages/book/book.json": '{"navigationBarTitleText":"图书"}',
    "pages/book/book.js": """const { all } = require('../../utils/books.js')
Page({
  data: { book: null, kept: false, count: 1 },
  onLoad({ id }) { this.setData({ book: all.find(book => String(book.id) === id) || null }) },
  keep() { this.setData({ kept: !this.data.kept }) },
  buy() {
    wx.showModal({ title: '确认', content: `买 ${this.data.count} 本？`, success: ({ confirm }) => {
      if (confirm) wx.showToast({ title: '已记下，到店付款' })
    } })
  },
  count(event) { this.setData({ count: Number(event.detail.value) + 1 }) },
})
""",
    "pages/book/book.wxml": """<block wx:if="{{book}}"><view class="head">{{book.title}}</view>
<picker range="{{[1, 2, 3]}}" bindchange="count"><view class="wide">数量：{{count}}</view></picker>
<button class="wide" bindtap="keep">{{kept ? '取消收藏' : '收藏'}}</button><button class="wide" bindtap="buy">购买</button></block>
<view wx:else class="head">没有找到这本书</view>""",
    "pages/book/book.wxss": ".head { padding: 40rpx; font-size: 36rpx }",
    "pages/about/about.json": '{"navigationBarTitleText":"关于"}',
    "pages/about/about.js": "Page({ copy() { wx.setClipboardData({ data: '青石路 1 号' }) } })",
    "pages/about/about.wxml": """<rich-text nodes="<p>青石书屋开在青石路上，卖旧书也卖新书。</p>"></rich-text>
<button class="wide" bindtap="copy">复制地址</button>""",
    "pages/me/me.json": '{"navigationBarTitleText":"我的"}',
    "pages/me/me.js": """Page({
  data: { name: '', orders: null },
  login() {
    wx.getUserProfile({ desc: '显示你的昵称', success: ({ userInfo }) => this.setData({ name: userInfo.nickName }),
      fail: () => wx.showToast({ title: '你没有授权，可以继续浏览', icon: 'none' }) })
  },
  load() {
    wx.request({ url: 'https://books.example.com/orders', success: ({ data }) => this.setData({ orders: data }),
      fail: () => wx.showModal({ title: '没有连上', content: '请检查网络后再试', showCancel: false }) })
  },
})
""",
    "pages/me/me.wxml": """<view class="wide">{{name || '还没有登录'}}</view><button class="wide" bindtap="login">登录</button>
<button class="wide" bindtap="load">我的订单</button>""",
    "pages/me/me.wxss": "",
}


def written(folder: Path, changes: Mapping[str, str | tuple[str, str]] | None = None) -> Path:
    """The clean package in a folder, changed: a whole file, or what stands for what in one."""
    files = dict(CLEAN)
    for name, change in (changes or {}).items():
        if isinstance(change, str):
            files[name] = change
        else:
            assert change[0] in files[name], (name, change[0])
            files[name] = files[name].replace(*change)
    for name, text in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder


def with_page(path: str, **files: str) -> dict[str, str | tuple[str, str]]:
    """Changes that add a page, reached from a link on the page about us."""
    name = path.split("/")[-1]
    return {
        "app.json": ('"pages/about/about"', f'"pages/about/about", "{path}"'),
        "pages/about/about.wxml": (
            "<rich-text",
            f'<navigator class="wide" url="/{path}">更多 {name}</navigator><rich-text',
        ),
        **{
            f"{path}.{kind}": text
            for kind, text in {"json": "{}", "js": "Page({})", "wxml": "", **files}.items()
        },
    }
