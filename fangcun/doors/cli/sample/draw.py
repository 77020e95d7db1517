"""Draw the pictures of the sample shop from the Fluent Emoji icon set.

Run once by a developer; the results are kept beside this file:

    npm pack @iconify-json/fluent-emoji   # MIT, see LICENSES.md
    python -m fangcun.doors.cli.sample.draw path/to/icons.json [product-key ...]
"""

import html
import io
import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright
from ruamel.yaml import YAML

HERE = Path(__file__).parent
PICTURES = HERE / "pictures"
BRAND = "#0f9d58"

# tone: light ground, deeper ground, shade for tables and podiums, ink
TONES = {
    "leaf": ("#f1faed", "#cfecc9", "#b2dcae", "#1f6b3a"),
    "lime": ("#f8fce6", "#e2f1ae", "#cbe08a", "#5b7a12"),
    "sun": ("#fffae6", "#ffe8a8", "#f8d479", "#8a5b00"),
    "orange": ("#fff5e8", "#ffd9ae", "#f7bf85", "#94480a"),
    "peach": ("#fff4ef", "#ffd6c8", "#f5b9a6", "#96402a"),
    "berry": ("#fff2f3", "#ffcfd5", "#f5b0b9", "#97243a"),
    "grape": ("#f7f3ff", "#ddd0ff", "#c5b3f2", "#513a94"),
    "sky": ("#f0f8ff", "#c9e5fb", "#a7d0f0", "#1d5688"),
    "sea": ("#ecfbf8", "#c0e9e2", "#9cd6cd", "#14665c"),
    "cream": ("#fdf8ef", "#f1dfc3", "#e3caa2", "#7a5522"),
    "cocoa": ("#fbf4ee", "#e8d0bd", "#d3b197", "#6b3f22"),
}
BANNER_TONES = {
    "brand": ("#0b8a4c", "#3fc27c", "#c9f2b5"),
    "amber": ("#e8702a", "#ffb347", "#fff0c2"),
    "ocean": ("#0f7f8f", "#45c4c4", "#d2f7ee"),
}
STYLE = """
*{margin:0;box-sizing:border-box}
body{overflow:hidden;font-family:"Noto Sans CJK SC",sans-serif;position:relative}
.serif{font-family:"Noto Serif CJK SC",serif;font-weight:700}
.icon{position:absolute;transform-origin:50% 60%}
.icon svg{display:block;width:100%;height:100%;overflow:visible}
.abs{position:absolute}
"""
_serial = itertools.count()


class Artist:
    """Turns icon names into markup and markup into WebP files."""

    def __init__(self, icons: dict[str, Any], page: Page) -> None:
        self.icons = icons
        self.page = page

    def icon(self, name: str, x: float, y: float, size: float, *, turn: float = 0, blur: float = 0,
             shade: str = "#0003", lift: float = 0.05) -> str:  # fmt: skip
        """Markup of one icon centred at x, y with a soft shadow under it."""
        unique = f"i{next(_serial)}-"
        body = self.icons[name]["body"].replace('id="', f'id="{unique}').replace("url(#", f"url(#{unique}")
        effect = f"blur({blur}px)" if blur else f"drop-shadow(0 {size * lift}px {size * 0.055}px {shade})"
        return (
            f'<div class="icon" style="left:{x - size / 2}px;top:{y - size / 2}px;width:{size}px;height:{size}px;'
            f'transform:rotate({turn}deg);filter:{effect}"><svg viewBox="0 0 32 32">{body}</svg></div>'
        )

    def save(
        self, name: str, width: int, height: int, body: str, *, ground: str, clear: bool = False
    ) -> None:
        """Render the markup at its size and write pictures/<name>.webp."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.set_content(
            f'<style>{STYLE}</style><body style="width:{width}px;height:{height}px;background:{ground}">{body}</body>'
        )
        shot = self.page.screenshot(type="png", omit_background=clear)
        picture = Image.open(io.BytesIO(shot))
        picture.save(PICTURES / f"{name}.webp", quality=82, method=6)


def ellipse(x: float, y: float, width: float, height: float, fill: str, extra: str = "") -> str:
    return (
        f'<div class="abs" style="left:{x - width / 2}px;top:{y - height / 2}px;width:{width}px;height:{height}px;'
        f'border-radius:50%;background:{fill};{extra}"></div>'
    )


def hero(artist: Artist, number: int, tone: str, icon: str, friends: list[str]) -> str:
    """The first picture: the product large on a podium, a friend or two out of focus behind it."""
    light, ground, shade, ink = TONES[tone]
    shadow = ink + "4d"
    podium = (
        ellipse(400, 672, 620, 150, shade, "filter:blur(2px)")
        + f'<div class="abs" style="left:90px;top:612px;width:620px;height:60px;'
        f'background:linear-gradient(90deg,{shade},{ground} 45%,{shade})"></div>'
        + ellipse(400, 612, 620, 150, f"linear-gradient(180deg,{ground},{light})")
        + ellipse(400, 616, 400, 74, f"radial-gradient({ink}66,{ink}00 68%)")
    )
    halo = ellipse(400, 350, 610, 610, f"radial-gradient({light},{light}cc 55%,{light}00 72%)")
    soft = artist.icon(friends[0], 128, 178, 150, turn=-18, blur=3) + artist.icon(
        friends[1], 684, 150, 120, turn=16, blur=4
    )
    match number % 3:
        case 0:
            items = artist.icon(icon, 400, 398, 492, shade=shadow)
        case 1:
            items = (
                artist.icon(icon, 196, 474, 252, turn=-14, shade=shadow)
                + artist.icon(icon, 608, 470, 264, turn=12, shade=shadow)
                + artist.icon(icon, 402, 418, 388, shade=shadow)
            )
        case _:
            items = artist.icon(friends[0], 588, 470, 246, turn=10, shade=shadow) + artist.icon(
                icon, 342, 410, 430, turn=-4, shade=shadow
            )
            soft = artist.icon(friends[1], 128, 178, 140, turn=-18, blur=3) + artist.icon(
                friends[2], 690, 140, 112, turn=16, blur=4
            )
    return halo + soft + podium + items


def scene(artist: Artist, number: int, tone: str, icon: str, friends: list[str], line: str) -> str:
    """The second picture: a table by the window, and one line that makes hungry."""
    _, ground, shade, ink = TONES[tone]
    shadow = ink + "59"
    window = "".join(
        f'<div class="abs" style="left:{x}px;top:-120px;width:150px;height:820px;transform:skewX(-24deg);'
        f'background:linear-gradient(180deg,#ffffffb0,#ffffff00)"></div>'
        for x in (210, 400, 590)
    )
    table = (
        ellipse(400, 1010, 1400, 900, f"linear-gradient(180deg,{shade},{ground} 40%)")
        + f'<div class="abs" style="left:150px;top:586px;width:500px;height:150px;border-radius:50%;'
        f'background:linear-gradient(180deg,#fffdf8,#f2e7d6);box-shadow:0 14px 24px {ink}40"></div>'
    )
    mirror = -1 if number % 2 else 1
    placed = (
        (friends[2], 400 + mirror * 250, 486, 212, mirror * 8),
        (friends[1], 400 - mirror * 252, 492, 222, -mirror * 8),
        (icon, 400 + mirror * 112, 524, 262, mirror * 10),
        (icon, 400 - mirror * 92, 536, 312, -mirror * 6),
        (friends[0], 400 + mirror * 254, 656, 168, mirror * 14),
    )
    items = "".join(artist.icon(n, x, y, s, turn=t, shade=shadow) for n, x, y, s, t in placed)
    words = (
        f'<div class="abs" style="left:0;right:0;top:92px;text-align:center;color:{ink}">'
        f'<div style="font-size:22px;letter-spacing:10px;color:{BRAND};font-weight:700;margin-right:-10px">'
        f"青 禾 鲜</div>"
        f'<div class="serif" style="font-size:56px;letter-spacing:4px;margin-top:22px">{html.escape(line)}</div>'
        f'<div style="width:56px;height:4px;border-radius:2px;background:{BRAND};margin:30px auto 0"></div></div>'
    )
    return window + table + items + words


def card(artist: Artist, product: dict[str, Any], services: list[str]) -> str:
    """The third picture: what it is, where it comes from, how to keep it."""
    light, ground, _, ink = TONES[product["picture"]["tone"]]
    sizes = " / ".join(dict.fromkeys(sku["values"][-1] for sku in product["skus"]))
    rows = "".join(
        f'<div style="display:flex;align-items:center;padding:21px 0;border-top:2px solid {ground}80">'
        f'<div style="width:128px;font-size:25px;font-weight:700;color:{BRAND}">{name}</div>'
        f'<div style="flex:1;font-size:27px;color:#33413a;line-height:1.45">{html.escape(value)}</div></div>'
        for name, value in [*product["facts"].items(), ("规格", sizes)]
    )
    chips = "".join(
        f'<span style="padding:11px 24px;border-radius:40px;background:{BRAND}14;color:{BRAND};font-size:23px;'
        f'font-weight:700">{html.escape(text)}</span>'
        for text in services
    )
    return (
        ellipse(700, 90, 520, 520, f"radial-gradient({light},{light}00 70%)")
        + f'<div class="abs" style="left:52px;right:52px;top:96px;bottom:52px;border-radius:40px;background:#fff;'
        f'padding:52px 50px;box-shadow:0 24px 48px {ink}26;display:flex;flex-direction:column">'
        f'<div class="serif" style="font-size:46px;color:#1d2a22;width:440px;line-height:1.3">'
        f"{html.escape(product['title'])}</div>"
        f'<div style="font-size:26px;color:{ink};margin:16px 0 30px;width:440px">'
        f"{html.escape(product['subtitle'])}</div>"
        f'{rows}<div style="margin-top:auto;display:flex;gap:16px">{chips}</div></div>'
        + artist.icon(product["picture"]["icon"], 622, 196, 268, turn=8, shade=ink + "4d")
    )


def banner(artist: Artist, definition: dict[str, Any]) -> tuple[str, str]:
    """A home banner, 686 × 300 at double size: markup and ground."""
    deep, bright, glow = BANNER_TONES[definition["tone"]]
    spots = (
        (1000, 330, 330, -6),
        (1215, 250, 220, 10),
        (800, 395, 190, -14),
        (1190, 455, 190, 12),
        (905, 160, 150, 8),
    )
    items = "".join(
        artist.icon(name, x, y, size, turn=turn, shade="#00000047")
        for name, (x, y, size, turn) in reversed(list(zip(definition["icons"], spots, strict=True)))
    )
    body = (
        ellipse(1020, 330, 820, 820, f"radial-gradient({glow}e6,{glow}00 68%)")
        + ellipse(120, 640, 700, 480, f"radial-gradient({deep}cc,{deep}00 70%)")
        + ellipse(1020, 520, 780, 150, f"radial-gradient({deep}59,{deep}00 70%)")
        + items
        + f'<div class="abs" style="left:84px;top:134px;color:#fff;text-shadow:0 3px 12px {deep}99">'
        f'<div style="font-size:30px;letter-spacing:12px;font-weight:700;opacity:.9">青禾鲜</div>'
        f'<div class="serif" style="font-size:82px;letter-spacing:3px;margin-top:14px">{definition["title"]}</div>'
        f'<div style="font-size:38px;margin-top:14px;opacity:.95">{definition["subtitle"]}</div>'
        f'<div style="display:inline-block;margin-top:36px;padding:16px 42px;border-radius:50px;background:#fff;'
        f'color:{deep};font-size:32px;font-weight:700;text-shadow:none">{definition["action"]} ›</div></div>'
    )
    return body, f"linear-gradient(115deg,{deep},{bright} 62%,{glow})"


def emblem(artist: Artist, tone: str, icon: str) -> str:
    """A category icon: the emoji on a light round ground, outside transparent."""
    light, ground, _, ink = TONES[tone]
    return ellipse(120, 120, 236, 236, f"radial-gradient(circle at 35% 28%,{light},{ground})") + artist.icon(
        icon, 120, 120, 150, shade=ink + "40"
    )


def files() -> Iterator[dict[str, Any]]:
    """Every category of the sample with its products, in the order of the shop window."""
    for path in sorted((HERE / "catalog").glob("*.yaml")):
        yield YAML(typ="safe").load(path)


def draw(artist: Artist, only: set[str]) -> None:
    """Draw everything, or only the products, categories and banners named."""
    for definition in YAML(typ="safe").load(HERE / "home.yaml")["banners"]:
        if not only or definition["key"] in only:
            body, ground = banner(artist, definition)
            artist.save(f"banner-{definition['key']}", 1372, 600, body, ground=ground)
    number = 0
    for category in files():
        if not only or category["key"] in only:
            artist.save(
                f"category-{category['key']}",
                240,
                240,
                emblem(artist, category["tone"], category["icon"]),
                ground="none",
                clear=True,
            )
            for index, child in enumerate(category["children"], 1):
                artist.save(
                    f"category-{category['key']}-{index}",
                    240,
                    240,
                    emblem(artist, child["tone"], child["icon"]),
                    ground="none",
                    clear=True,
                )
        for product in category["products"]:
            number += 1
            if only and product["key"] not in only:
                continue
            look = product["picture"]
            light, ground = TONES[look["tone"]][:2]
            sweep = f"linear-gradient(160deg,{light},{ground})"
            arguments = (artist, number, look["tone"], look["icon"], look["with"])
            artist.save(f"{product['key']}-1", 800, 800, hero(*arguments), ground=sweep)
            artist.save(f"{product['key']}-2", 800, 800, scene(*arguments, look["line"]), ground=sweep)
            artist.save(
                f"{product['key']}-3", 800, 800, card(artist, product, category["services"]), ground=sweep
            )


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        draw(
            Artist(json.loads(Path(sys.argv[1]).read_text())["icons"], browser.new_page()), set(sys.argv[2:])
        )
