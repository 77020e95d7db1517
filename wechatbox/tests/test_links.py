from typing import Any
from urllib.parse import urlsplit

import pytest

from wechatbox.tests.kit import Merchant


def _ask(merchant: Merchant, api: str, /, **body: Any) -> Any:
    return merchant.box.http.post(f"{api}?access_token={merchant.token()}", json=body).json()


def _url(merchant: Merchant, **body: Any) -> Any:
    return _ask(merchant, "/wxa/generate_urllink", **{"path": "pages/home/home", "query": "a=1&l=x7", **body})


def _short(merchant: Merchant, **body: Any) -> Any:
    return _ask(merchant, "/wxa/genwxashortlink", **{"page_url": "pages/home/home?a=1", **body})


def _scan(merchant: Merchant, text: str) -> Any:
    return merchant.box.http.post("/_box/scan", json={"text": text})


def test_a_scanned_code_hands_its_scene_over_escaped(merchant: Merchant) -> None:
    url = f"/wxa/getwxacodeunlimit?access_token={merchant.token()}"
    merchant.box.http.post(url, json={"scene": "g=12", "page": "pages/goods/index"})
    assert (
        f"wechatbox://{merchant.appid}/pages/goods/index?scene=g%3D12" in merchant.box.http.get("/codes").text
    )
    opened = _scan(merchant, f"wechatbox://{merchant.appid}/pages/goods/index?scene=g%3D12").json()
    assert opened == {
        "appid": merchant.appid,
        "page": "pages/goods/index",
        "query": "scene=g%3D12",
        "scene": 1047,
        "path": "/pages/goods/index?scene=g%3D12",
    }


def test_a_url_link_opens_until_it_expires(merchant: Merchant) -> None:
    address = _url(merchant, expire_type=1, expire_interval=2)["url_link"]
    opened = _scan(merchant, address).json()
    assert (opened["page"], opened["query"], opened["scene"]) == ("pages/home/home", "a=1&l=x7", 1194)
    page = merchant.box.http.get(urlsplit(address).path, follow_redirects=True)
    assert "a=1&amp;l=x7" in page.text
    merchant.box.post("/_box/clock", {"advance_s": 2 * 86400 + 1})
    assert _scan(merchant, address).status_code == 410


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [
        ({"path": "/pages/home/home"}, 40165),
        ({"path": "pages/home/home?a=1"}, 40165),
        ({"query": "x" * 1025}, 40212),
        ({"env_version": "beta"}, 85402),
        ({"expire_type": 1, "expire_interval": 31}, 85401),
        ({"expire_type": 1, "expire_interval": 0}, 85401),
        ({"is_expire": True}, 85401),
        ({"expire_type": 0, "expire_time": 1}, 85401),
    ],
)
def test_a_url_link_has_its_limits(merchant: Merchant, changed: dict[str, Any], errcode: int) -> None:
    assert _url(merchant, **changed)["errcode"] == errcode


def test_a_short_link_is_a_text_for_chats(merchant: Merchant) -> None:
    link = _short(merchant, page_title="十月团")["link"]
    assert link.startswith("#小程序://方寸鲜生/十月团/")
    assert _scan(merchant, link).json()["path"] == "/pages/home/home?a=1"
    assert _short(merchant, page_url="")["errcode"] == 40066
    assert _short(merchant, page_url="/pages/home/home")["errcode"] == 40066
    assert _short(merchant, page_title="很" * 21)["errcode"] == 40225


def test_nobody_opens_what_was_never_made(merchant: Merchant) -> None:
    assert _scan(merchant, "wechatbox://wx0/pages/x?scene=a").status_code == 404
    assert _scan(merchant, "http://127.0.0.1/wxaurl/nothing").status_code == 404
    assert _scan(merchant, "").status_code == 404


def test_codes_are_drawn_so_many_a_minute(merchant: Merchant) -> None:
    merchant.box.post("/_box/faults", {"codes_a_minute": 2})
    url = f"/wxa/getwxacodeunlimit?access_token={merchant.token()}"
    kinds = [
        merchant.box.http.post(url, json={"scene": f"n{n}"}).headers["content-type"].split(";")[0]
        for n in range(3)
    ]
    assert kinds == ["image/png", "image/png", "application/json"]
    merchant.box.post("/_box/clock", {"advance_s": 60})
    assert merchant.box.http.post(url, json={"scene": "n3"}).headers["content-type"] == "image/png"
