"""Draws the tab bar icons (81 x 81 PNG, line when at rest, filled when chosen). Needs Pillow. Run from miniapp/: python build/tab-icons.py"""

from pathlib import Path

from PIL import Image, ImageDraw

SCALE, SIZE = 8, 81
REST, CHOSEN = (107, 116, 111, 255), (8, 127, 69, 255)
# What is filled is drawn in one green; build/tint.mjs gives it the brand's colour.
TARGETS = {"": Path("src/static/tab"), "-on": Path("build/tab-icons")}
W = 5.0


def canvas():
    image = Image.new("RGBA", (SIZE * SCALE, SIZE * SCALE), (0, 0, 0, 0))
    return image, ImageDraw.Draw(image)


def p(*xy):
    return [v * SCALE for v in xy]


def polyline(draw, points, color, closed=False, width=W):
    pts = points + [points[0], points[1]] if closed else points
    draw.line([tuple(v * SCALE for v in xy) for xy in pts], fill=color, width=int(width * SCALE), joint="curve")
    if not closed:
        for x, y in (points[0], points[-1]):
            r = width / 2
            draw.ellipse(p(x - r, y - r, x + r, y + r), fill=color)


def home(draw, color, full):
    roof = [(12, 38), (40.5, 13), (69, 38)]
    body = [(20, 34), (20, 67), (61, 67), (61, 34), (40.5, 16)]
    if full:
        draw.polygon([tuple(v * SCALE for v in xy) for xy in body], fill=color)
        polyline(draw, body, color, closed=True)
        polyline(draw, [(40.5, 66), (40.5, 52)], (255, 255, 255, 255), width=6)
    else:
        polyline(draw, [(20, 36), (20, 67), (61, 67), (61, 36)], color)
        polyline(draw, [(40.5, 66), (40.5, 53)], color)
    polyline(draw, roof, color)


def category(draw, color, full):
    for x, y in ((14, 14), (45, 14), (14, 45)):
        draw.rounded_rectangle(p(x, y, x + 22, y + 22), radius=6 * SCALE, outline=color, width=int(W * SCALE), fill=color if full else None)
    draw.ellipse(p(45, 45, 67, 67), outline=color, width=int(W * SCALE), fill=color if full else None)


def cart(draw, color, full):
    basket = [(19, 26), (69, 26), (63, 52), (25, 52)]
    if full:
        draw.polygon([tuple(v * SCALE for v in xy) for xy in basket], fill=color)
    polyline(draw, basket, color, closed=True)
    polyline(draw, [(9, 15), (16, 15), (19, 26)], color)
    for x in (31, 57):
        draw.ellipse(p(x - 5, 60, x + 5, 70), fill=color)


def me(draw, color, full):
    draw.ellipse(p(27, 12, 54, 39), outline=color, width=int(W * SCALE), fill=color if full else None)
    box = p(14, 46, 67, 96)
    if full:
        draw.pieslice(box, 180, 360, fill=color)
        draw.rectangle(p(14, 68, 67, 70), fill=color)
    else:
        draw.arc(box, 180, 360, fill=color, width=int(W * SCALE))
        polyline(draw, [(16.5, 69), (64.5, 69)], color)


for shape in (home, category, cart, me):
    for suffix, color, full in (("", REST, False), ("-on", CHOSEN, True)):
        image, draw = canvas()
        shape(draw, color, full)
        small = image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)
        small.quantize(32, method=Image.Quantize.FASTOCTREE).save(TARGETS[suffix] / f"{shape.__name__}{suffix}.png", optimize=True)
