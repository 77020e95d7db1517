import io
from typing import Any

import pytest
import segno
from PIL import Image

from wechatbox.tests.kit import Merchant


def _code(merchant: Merchant, **body: Any) -> Any:
    url = f"/wxa/getwxacodeunlimit?access_token={merchant.token()}"
    return merchant.box.http.post(url, json={"scene": "a=1", **body})


@pytest.mark.parametrize("width", [280, 430, 1280])
def test_the_code_is_a_png_of_the_asked_width_that_leads_to_page_and_scene(
    merchant: Merchant, width: int
) -> None:
    response = _code(merchant, scene="g=12&s=~x", page="pages/goods/index", width=width)
    assert response.headers["content-type"] == "image/png"
    picture = Image.open(io.BytesIO(response.content)).convert("L")
    assert picture.size == (width, width)
    expected = segno.make(
        f"wechatbox://{merchant.appid}/pages/goods/index?scene=g%3D12%26s%3D~x", error="m", micro=False
    ).matrix
    left, top, right, _ = picture.point(lambda level: 255 - level).getbbox() or (0, 0, 0, 0)
    module = (right - left) / len(expected)
    seen = [
        [
            picture.getpixel((int(left + (x + 0.5) * module), int(top + (y + 0.5) * module))) == 0
            for x in range(len(expected))
        ]
        for y in range(len(expected))
    ]
    assert seen == [[bool(cell) for cell in row] for row in expected]


def test_scene_page_and_width_have_their_limits(merchant: Merchant) -> None:
    assert _code(merchant, scene="x" * 33).json()["errcode"] == 40169
    assert _code(merchant, scene="").json()["errcode"] == 40169
    assert _code(merchant, scene=7).json()["errcode"] == 40169
    assert _code(merchant, scene="中文").json()["errcode"] == 40129
    assert _code(merchant, scene="a%20b").json()["errcode"] == 40129
    assert _code(merchant, page="/pages/home/index").json()["errcode"] == 41030
    assert _code(merchant, page="pages/home/index?a=1").json()["errcode"] == 41030
    assert _code(merchant, width=279).json()["errcode"] == 40097
    assert _code(merchant, width=1281).json()["errcode"] == 40097
    assert _code(merchant, env_version="beta").json()["errcode"] == 40097
    assert _code(merchant, line_color={"r": 300, "g": 0, "b": 0}).json()["errcode"] == 40097
    assert merchant.box.post("/wxa/getwxacodeunlimit", {"scene": "a"})["errcode"] == 41001


def test_an_unreleased_page_is_refused_unless_the_check_is_off(merchant: Merchant) -> None:
    box = merchant.box
    known = {"appid": "wxcodes00000demo01", "pages": ["pages/home/index"]}
    shop = Merchant(box, box.post("/_box/demo", known))
    assert _code(shop, page="pages/new").json()["errcode"] == 41030
    assert _code(shop, page="pages/new", check_path=False).headers["content-type"] == "image/png"
    assert _code(shop, page="pages/home/index").headers["content-type"] == "image/png"


def test_colours_and_a_clear_ground_are_drawn(merchant: Merchant) -> None:
    response = _code(merchant, line_color={"r": "7", "g": "193", "b": "96"}, is_hyaline=True)
    picture = Image.open(io.BytesIO(response.content)).convert("RGBA")
    colours = {colour for _, colour in picture.getcolors() or []}
    assert colours == {(7, 193, 96, 255), (255, 255, 255, 0)}
