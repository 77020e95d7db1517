"""The programs that are walked: dead buttons, blank and broken pages, walls at the entrance, small and pale things."""

from __future__ import annotations

from tests.audit.corpus import Files
from tests.audit.seeds.walked import Ground

DOORS = '<navigator class="plain" url="/{page}">{title}</navigator>\n'


def add(files: Files, page: str, title: str, wxml: str, js: str = "Page({})\n", wxss: str = "") -> None:
    """A page of the shop with a way to it from the home page."""
    files.page(page, wxml, js, title)
    files.write(f"{page}.wxss", wxss)
    files.add("pages/home/home.wxml", DOORS.format(page=page, title=title))


def broken_pages(files: Files) -> None:
    """Pages that are blank, throw, lead nowhere; beside them one that is short and one that answers a failure."""
    add(files, "goods/blank/blank", "茶山故事", '<view wx:if="{{story}}" class="card">{{story}}</view>\n')
    add(files, "goods/throws/throws", "茶具", '<view class="card">{{pots}}</view>\n',
        "Page({\n  data: { pots: '' },\n  onLoad() {\n    this.setData({ pots: this.stock.pots.join('、') })\n  }\n})\n")  # fmt: skip
    add(
        files,
        "goods/links/links",
        "礼盒",
        '<view class="card">礼盒</view><navigator class="plain" url="/goods/box/box">查看礼盒</navigator>\n',
    )
    add(files, "goods/spins/spins", "新茶", '<view class="card">新茶</view>\n',
        "Page({\n  onLoad() {\n    wx.showLoading({ title: '加载中' })\n    wx.request({ url: 'https://api.shanyecha.com/v1/new', success: () => wx.hideLoading() })\n  }\n})\n")  # fmt: skip
    add(files, "goods/short/short", "营业时间", '<view class="card">9:00–21:00</view>\n')
    add(files, "goods/fails/fails", "库存", '<view class="card">{{told}}</view><button class="plain" bindtap="again">重试</button>\n',
        "Page({\n  data: { told: '正在读取' },\n  onLoad() { this.again() },\n  again() {\n    wx.request({ url: 'https://api.shanyecha.com/v1/stock', success: () => this.setData({ told: '有货' }), fail: () => this.setData({ told: '读不到库存，请重试' }), complete: () => this.setData({ at: Date.now() }) })\n  }\n})\n")  # fmt: skip


def dead_buttons(files: Files) -> None:
    """Buttons that do nothing; beside them ones that switch, copy, and wait for a field."""
    add(files, "goods/dead/dead", "茶会", '<view class="card">茶会</view>\n<button class="primary" bindtap="join">立即报名</button>\n<view class="card" bindtap="missing">查看路线</view>\n',
        "Page({\n  join() {}\n})\n")  # fmt: skip
    add(files, "goods/alive/alive", "茶友", '<view class="card">茶友</view>\n<button class="plain" bindtap="flip">{{on ? "已收藏" : "收藏"}}</button>\n<button class="plain" bindtap="copy">复制地址</button>\n<input class="row" placeholder="口令" bindinput="type" /><button class="plain" bindtap="send">提交口令</button>\n',
        "Page({\n  data: { on: false, word: '', told: '' },\n  flip() { this.setData({ on: !this.data.on }) },\n  copy() { wx.setClipboardData({ data: '云水路 8 号' }) },\n  type(event) { this.setData({ word: event.detail.value }) },\n  send() { if (this.data.word) wx.showModal({ title: '口令不对', content: '请再试一次', showCancel: false }) }\n})\n")  # fmt: skip


def wall_at_the_entrance(files: Files) -> None:
    """The first page turns to a login that cannot be left."""
    files.page(
        "pages/login/login",
        '<view class="card">请登录后使用</view><button class="primary" bindtap="go">手机号登录</button>',
        "Page({\n  go() {\n    wx.showModal({ title: '请输入手机号', showCancel: false })\n  }\n})\n",
        "登录",
    )
    files.edit(
        "pages/home/home.js",
        "onLoad() {",
        "onShow() {\n    if (!wx.getStorageSync('session')) wx.reLaunch({ url: '/pages/login/login' })\n  },\n  onLoad() {",
    )


def asked_at_the_start(files: Files) -> None:
    """The place and the profile are asked for before anybody did anything."""
    files.edit(
        "app.js",
        "onLaunch() {",
        "onLaunch() {\n    wx.authorize({ scope: 'scope.userLocation' })\n    wx.getLocation({ type: 'gcj02' })",
    )


def small_and_pale(files: Files) -> None:
    """Targets, letters and colours that are hard to see; beside them ones that are just large enough."""
    add(files, "goods/small/small", "规格", '<view class="card">规格</view>\n<view class="dot" bindtap="pick">+</view>\n<view class="fine">保质期十八个月</view>\n<view class="pale">产地福鼎</view>\n',
        "Page({\n  data: { n: 0 },\n  pick() { this.setData({ n: this.data.n + 1 }); wx.showModal({ title: '已加一件', content: '共 ' + this.data.n + ' 件', showCancel: false }) }\n})\n",
        ".dot { width: 40rpx; height: 40rpx; line-height: 40rpx; font-size: 26rpx; color: #1d1d1b; text-align: center; }\n.fine { font-size: 16rpx; color: #1d1d1b; margin: 24rpx; }\n.pale { color: #d9d9d6; background: #ffffff; margin: 24rpx; font-size: 28rpx; }\n")  # fmt: skip
    add(files, "goods/fair/fair", "冲泡", '<view class="card">冲泡</view>\n<view class="dot" bindtap="pick">看水温</view>\n<view class="fine">先温杯，再投茶</view>\n',
        "Page({\n  pick() { wx.showModal({ title: '水温', content: '绿茶八十度', showCancel: false }) }\n})\n",
        ".dot { width: 200rpx; height: 96rpx; line-height: 96rpx; font-size: 28rpx; color: #1d1d1b; }\n.fine { font-size: 24rpx; color: #5c5c58; margin: 24rpx; }\n")  # fmt: skip


def words_at_run_time(files: Files) -> None:
    """Words that stand in no file as such, two loading signs at once, a value that was never filled in."""
    add(files, "goods/words/words", "活动", '<view class="card">{{first}}</view><view class="card">{{second}}</view><view class="card">库存 {{left}} 件</view>\n',
        "Page({\n  data: { first: '', second: '', left: '' },\n  onLoad() {\n    const soon = ['敬请', '期待'].join('')\n    const share = ['分享到群，', '立得红包'].join('')\n    this.setData({ first: soon, second: share, left: String(this.missing) })\n  }\n})\n")  # fmt: skip
    add(files, "goods/loads/loads", "茶单", '<view class="card loading">加载中…</view><view class="card">茶单</view>\n',
        "Page({\n  onLoad() {\n    wx.showLoading({ title: '加载中' })\n    wx.showNavigationBarLoading()\n  }\n})\n")  # fmt: skip


GROUNDS = (
    Ground(
        "shop",
        broken_pages,
        (
            ("walk-blank-page", "goods/blank/blank"),
            ("walk-page-error", "goods/throws/throws"),
            ("walk-broken-link", "goods/links/links"),
            ("walk-endless-loading", "goods/spins/spins"),
        ),
        (
            ("walk-blank-page", "goods/short/short"),
            ("walk-page-error", "goods/fails/fails"),
            ("walk-endless-loading", "goods/fails/fails"),
        ),
    ),
    Ground(
        "shop",
        dead_buttons,
        (("walk-dead-button", "goods/dead/dead"),),
        (("walk-dead-button", "goods/alive/alive"),),
    ),
    Ground("shop", wall_at_the_entrance, (("walk-forced-login", ""),)),
    Ground("shop", asked_at_the_start, (("walk-asked-at-launch", ""),)),
    Ground(
        "shop",
        small_and_pale,
        (
            ("walk-small-target", "goods/small/small"),
            ("walk-small-text", "goods/small/small"),
            ("walk-low-contrast", "goods/small/small"),
        ),
        (
            ("walk-small-target", "goods/fair/fair"),
            ("walk-small-text", "goods/fair/fair"),
            ("walk-low-contrast", "goods/fair/fair"),
        ),
    ),
    Ground(
        "shop",
        words_at_run_time,
        (
            ("walk-placeholder-words", "goods/words/words"),
            ("walk-inducing-words", "goods/words/words"),
            ("walk-raw-text", "goods/words/words"),
            ("walk-two-loadings", "goods/loads/loads"),
        ),
    ),
)
