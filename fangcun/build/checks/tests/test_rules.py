"""Rules on facts made by hand: what they notice, and what only looks alike. `tests/audit` plants faults in packages."""

from __future__ import annotations

from pathlib import Path

import pytest

from fangcun.build.checks.finding import Undecided
from fangcun.build.checks.package.facts import (
    Call,
    Element,
    Facts,
    File,
    Script,
    Style,
    StyleRule,
    Template,
    Text,
    Value,
)
from fangcun.build.checks.package.package import Package
from fangcun.build.checks.registry import checks
from fangcun.build.checks.rules.style import pixels
from fangcun.build.checks.subject import Declared, Subject

PAGE = "pages/a/a"


def subject(
    *,
    texts: tuple[tuple[str, str], ...] = (),
    calls: tuple[Call, ...] = (),
    elements: tuple[Element, ...] = (),
    styles: tuple[StyleRule, ...] = (),
    app: dict[str, object] | None = None,
    declared: Declared | None = None,
    library: bool = False,
) -> Subject:
    """A package of one page whose script says these texts (each with the name it is given to)."""
    script = Script(
        library=library,
        lines=1,
        calls=calls,
        texts=tuple(Text(said, False, 1, near, "", frozenset()) for said, near in texts),
    )
    facts = Facts(
        framework="native",
        files=tuple(
            File(f"{PAGE}{ending}", 1, "other", "", library) for ending in (".js", ".wxml", ".wxss", ".json")
        ),
        json={"app.json": {"pages": [PAGE], **(app or {})}, f"{PAGE}.json": {}},
        broken_json={},
        project={"appid": "wx1234567890abcdef"},
        scripts={f"{PAGE}.js": script},
        templates={f"{PAGE}.wxml": Template(library, elements or (element("view", "内容"),))},
        styles={f"{PAGE}.wxss": Style(library, styles)},
        faults=(),
    )
    return Subject(Package(Path("nowhere"), facts), facts, None, declared or Declared())


def element(tag: str, text: str = "", **attrs: str) -> Element:
    events = {name: value for name, value in attrs.items() if name == "tap"}
    return Element(
        tag, 1, -1, {name: value for name, value in attrs.items() if name not in events}, events, text
    )


def call(api: str, hooks: tuple[str, ...] = (), *, asked: bool = False, **options: str) -> Call:
    values = {name: Value(value) for name, value in options.items()}
    return Call(api, "direct", 1, None, frozenset(hooks), asked, values)


def found(rule: str, given: Subject) -> list[str]:
    return [one.message for one in checks()[rule](given) if not isinstance(one, Undecided)]


def undecided(rule: str, given: Subject) -> list[str]:
    return [one.message for one in checks()[rule](given) if isinstance(one, Undecided)]


WORDS = {
    "coming-soon": (
        ("敬请期待", "功能开发中", "该功能暂未开放", "Coming soon", "即将上线"),
        ("即将开始", "门店正在营业", "拼团还未成团", "这个城市暂未开放配送服务范围以外的点"),
    ),
    "test-content": (
        ("测试商品", "测试1", "Lorem ipsum dolor", "这里是标题", "test goods"),
        ("性格温和的猫", "血糖测试仪", "测试版以外的内容都在这里", "请输入标题"),
    ),
    "inducing-share": (
        (
            "分享后领取优惠券",
            "转发到群解锁",
            "集满20个赞",
            "分享给好友，立即领取10元",
            "点击右上角分享好友，获得抽奖机会",
        ),
        ("分享给邻居", "分享你的心得", "分享好物，送货上门", "分享海报，朋友扫码得优惠", "无需分享即可领取"),
    ),
    "inducing-follow": (
        ("关注公众号领券", "关注后可领取优惠券", "先关注公众号再下单"),
        ("我的关注", "关注的店铺", "关注我们"),
    ),
    "inducing-download": (
        ("下载APP领更多", "复制链接到浏览器打开", "扫码下载App"),
        ("下载海报", "请打开微信客户端", "安装说明"),
    ),
    "fortune-telling": (("今日运势", "塔罗占卜"), ("星期日", "运动")),
    "dev-menu": (("切换环境", "调试面板"), ("切换门店", "调味料")),
}


@pytest.mark.parametrize(
    ("rule", "said"), [(rule, said) for rule, (faulty, _fine) in WORDS.items() for said in faulty]
)
def test_words_that_an_auditor_refuses_are_found(rule, said):
    assert len(found(rule, subject(texts=((said, "title"),)))) == 1
    assert len(found(rule, subject(elements=(element("text", said),)))) == 1


@pytest.mark.parametrize(
    ("rule", "said"), [(rule, said) for rule, (_faulty, fine) in WORDS.items() for said in fine]
)
def test_words_that_look_alike_are_not(rule, said):
    assert found(rule, subject(texts=((said, "title"),), elements=(element("text", said),))) == []


def test_the_words_of_others_do_not_count():
    assert found("coming-soon", subject(texts=(("敬请期待", "title"),), library=True)) == []


SECRET = "0b1f4e6a9c3d57820e4b6f8a1c3d5e70"


@pytest.mark.parametrize(
    ("said", "near"),
    [
        (SECRET, "appSecret"),
        ("-----BEGIN PRIVATE KEY-----\nMII", "key"),
        ("LTAI5tAbcdefghijk12345", "id"),
        ("https://api.weixin.qq.com/sns/jscode2session?secret=" + SECRET, "url"),
        ("mysql://root:hunter22@db/shop", "dsn"),
        ("Abcdefgh12345678Abcdefgh12345678", "mchKey"),
    ],
)
def test_secrets_are_found(said, near):
    assert len(found("secret-in-package", subject(texts=((said, near),)))) == 1


@pytest.mark.parametrize(
    ("said", "near"),
    [
        (SECRET, "md5"),
        (SECRET, "amapKey"),
        ("password", "type"),
        ("请输入密码", "password"),
        ("login.password", "password"),
        ("OB4BZ-D4W3U-B7VVO-4PJWW-6TKDJ-WPB77", "mapKey"),
    ],
)
def test_what_only_looks_like_a_secret_is_not(said, near):
    assert found("secret-in-package", subject(texts=((said, near), ("wx1234567890abcdef", "appid")))) == []


REQUEST = call("request", url="https://api.shop.cn/v1/list")


@pytest.mark.parametrize(
    ("rule", "url", "near"),
    [
        ("url-local", "http://127.0.0.1:8000/api", "baseUrl"),
        ("url-local", "https://47.96.1.2/api", "host"),
        ("url-insecure", "http://api.shop.cn/v1", "apiBase"),
        ("resource-insecure", "http://img.shop.cn/a.png", "cover"),
        ("test-endpoint", "https://test-api.shop.cn", "baseUrl"),
        ("test-endpoint", "https://dev.shop.cn", "baseUrl"),
        ("wechat-api-from-phone", "https://api.weixin.qq.com/cgi-bin/token", "url"),
    ],
)
def test_addresses_that_must_not_be_asked_are_found(rule, url, near):
    assert len(found(rule, subject(texts=((url, near),), calls=(REQUEST,)))) == 1


@pytest.mark.parametrize(
    "rule", ["url-local", "url-insecure", "resource-insecure", "test-endpoint", "wechat-api-from-phone"]
)
def test_addresses_of_the_shop_are_fine(rule):
    texts = (
        ("https://api.shop.cn/v1", "baseUrl"),
        ("https://pre-sale.shop.cn", "baseUrl"),
        ("https://contest.shop.cn", "baseUrl"),
        ("http://www.w3.org/2000/svg", "xmlns"),
        ("wss://push.shop.cn", "socket"),
    )
    assert found(rule, subject(texts=texts, calls=(REQUEST,))) == []


def test_a_development_build_may_talk_to_its_own_machine():
    given = subject(
        texts=(("http://127.0.0.1:8000", "baseUrl"),),
        calls=(REQUEST,),
        declared=Declared(environment="develop"),
    )
    assert found("url-local", given) == []


def test_hosts_are_held_against_the_registered_list_and_not_guessed_without_one():
    assert found("domain-unregistered", subject(calls=(REQUEST,))) == []
    assert len(undecided("domain-unregistered", subject(calls=(REQUEST,)))) == 1
    listed = Declared(domains=frozenset({"https://api.shop.cn"}))
    assert found("domain-unregistered", subject(calls=(REQUEST,), declared=listed)) == []
    other = Declared(domains=frozenset({"www.shop.cn"}))
    assert len(found("domain-unregistered", subject(calls=(REQUEST,), declared=other))) == 1


def test_purposes_are_compared_both_ways():
    here = (call("getLocation", type="gcj02"),)
    assert (
        len(found("privacy-undeclared", subject(calls=here, declared=Declared(privacy=frozenset({"phone"})))))
        == 1
    )
    assert (
        found("privacy-undeclared", subject(calls=here, declared=Declared(privacy=frozenset({"Location"}))))
        == []
    )
    assert found("privacy-undeclared", subject(calls=here)) == []
    unused = subject(declared=Declared(privacy=frozenset({"location"})))
    assert len(found("privacy-unused", unused)) == 1
    typed = subject(
        elements=(element("input", placeholder="收货地址"),),
        declared=Declared(privacy=frozenset({"address"})),
    )
    assert found("privacy-unused", typed) == []


def test_required_private_infos_are_exactly_what_is_used():
    given = subject(calls=(call("getLocation"),), app={"requiredPrivateInfos": ["chooseAddress", "getPlace"]})
    assert len(found("required-private-infos", given)) == 2
    assert len(found("required-private-infos-unused", given)) == 1
    fine = subject(calls=(call("getLocation"),), app={"requiredPrivateInfos": ["getLocation"]})
    assert found("required-private-infos", fine) == []


def test_asking_at_the_start_is_found_and_asking_on_demand_is_not():
    assert len(found("forced-authorization", subject(calls=(call("getLocation", ("onLoad",)),)))) == 1
    assert found("forced-authorization", subject(calls=(call("getLocation"),))) == []
    assert found("forced-authorization", subject(calls=(call("getLocation", ("onLoad",), asked=True),))) == []
    assert found("forced-authorization", subject(calls=(call("login", ("onLoad",)),))) == []


def test_being_led_to_a_login_at_the_start_is_found():
    led = call("reLaunch", ("onShow",), url="/pages/login/login")
    assert len(found("forced-login", subject(calls=(led,)))) == 1
    assert found("forced-login", subject(calls=(call("navigateTo", url="/pages/login/login"),))) == []


def test_virtual_goods_need_a_branch_for_ios():
    pay = call("requestPayment")
    offer = ("开通年度会员", "title")
    assert len(found("virtual-payment", subject(texts=(offer,), calls=(pay,)))) == 1
    assert found("virtual-payment", subject(texts=(offer, ("ios", "platform")), calls=(pay,))) == []
    assert found("virtual-payment", subject(texts=(("会员积分", "title"),), calls=(pay,))) == []
    assert found("virtual-payment", subject(texts=(offer,))) == []


def test_sizes_are_those_of_a_screen_375_px_wide():
    assert [pixels(value) for value in ("22rpx", "11px", "50%", "calc(1px)", "")] == [
        11.0,
        11.0,
        None,
        None,
        None,
    ]
    small = (StyleRule((".s",), 1, {"font-size": "20rpx"}), StyleRule((".fine",), 2, {"font-size": "22rpx"}))
    given = subject(styles=small, elements=(Element("text", 1, -1, {"class": "s fine"}, {}, "字"),))
    assert len(found("text-small", given)) == 1
    box = (StyleRule((".x",), 1, {"width": "40rpx", "height": "40rpx"}),)
    tapped = Element("view", 1, -1, {"class": "x"}, {"tap": "close"}, "×")
    assert len(found("target-small", subject(styles=box, elements=(tapped,)))) == 1
    padded = (StyleRule((".x",), 1, {"width": "40rpx", "height": "40rpx", "padding": "24rpx"}),)
    assert found("target-small", subject(styles=padded, elements=(tapped,))) == []
