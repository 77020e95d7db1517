"""Charts for reports as inline SVG: no script, so that a page of the console may show them safely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH, HEIGHT = 860, 220
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 26
COLOURS = ("#087f45", "#2f6fde", "#c2410c", "#7c3aed", "#6b746f")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart: (x, y) in the order of x."""

    name: str
    points: Sequence[tuple[float, float]]
    colour: str = ""


def line_chart(
    title: str,
    lines: Sequence[Line],
    *,
    unit: str = "",
    bands: Sequence[tuple[float, float, str]] = (),
    limit: float | None = None,
    x_unit: str = "s",
) -> Markup:
    """Lines over a common axis; `bands` are (from, to, words) along x, `limit` is a dashed line across."""
    points = [point for line in lines for point in line.points]
    most_x = max([x for x, _y in points] + [to for _from, to, _words in bands] or [1.0]) or 1.0
    most_y = nice(max([y for _x, y in points] + ([limit] if limit else []) or [1.0]) or 1.0)

    def at(x: float, y: float) -> tuple[float, float]:
        across = LEFT + (WIDTH - LEFT - RIGHT) * x / most_x
        down = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(y, most_y) / most_y
        return round(across, 1), round(down, 1)

    parts = [_bands(bands, at), _axis(most_x, most_y, unit, x_unit, at)]
    if limit is not None:
        (x1, y), (x2, _y) = at(0, limit), at(most_x, limit)
        parts.append(Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" class="limit"/>').format(x1, y, x2, y))
    for number, line in enumerate(lines):
        colour = line.colour or COLOURS[number % len(COLOURS)]
        path = " ".join(f"{x},{y}" for x, y in (at(*point) for point in line.points))
        parts.append(
            Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="2"/>').format(path, colour)
        )
        parts += [
            Markup(
                '<circle cx="{}" cy="{}" r="2.5" fill="{}"><title>{} {:g}{}：{:g} {}</title></circle>'
            ).format(*at(x, y), colour, line.name, x, x_unit, y, unit)
            for x, y in line.points
        ]
    picture = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, title, Markup("").join(parts)
    )
    names = Markup("").join(
        Markup('<span><i style="background:{}"></i>{}</span>').format(
            line.colour or COLOURS[number % len(COLOURS)], line.name
        )
        for number, line in enumerate(lines)
    )
    return Markup('<figure class="chart"><figcaption><b>{}</b>{}</figcaption>{}</figure>').format(
        title, names, picture
    )


def nice(most: float) -> float:
    """A round number that is not below."""
    for power in range(-3, 12):
        for factor in (1, 2, 2.5, 5):
            if (found := factor * 10.0**power) >= most:
                return found
    return most


def _axis(most_x: float, most_y: float, unit: str, x_unit: str, at: object) -> Markup:
    place = at if callable(at) else (lambda x, y: (x, y))
    parts = []
    for part in range(5):
        value = most_y * part / 4
        x, y = place(0, value)
        end = place(most_x, value)[0]
        parts.append(
            Markup(
                '<line x1="{}" y1="{}" x2="{}" y2="{}" class="grid"/><text x="{}" y="{}" class="y">{:g}</text>'
            ).format(x, y, end, y, x - 6, y + 4, value)
        )
    for part in range(5):
        value = most_x * part / 4
        x, y = place(value, 0)
        parts.append(
            Markup('<text x="{}" y="{}" class="x">{:.4g}{}</text>').format(x, y + 18, value, escape(x_unit))
        )
    parts.append(Markup('<text x="{}" y="{}" class="unit">{}</text>').format(LEFT + 4, TOP + 8, unit))
    return Markup("").join(parts)


def _bands(bands: Sequence[tuple[float, float, str]], at: object) -> Markup:
    place = at if callable(at) else (lambda x, y: (x, y))
    parts = []
    for number, (start, end, words) in enumerate(bands):
        x1, x2 = place(start, 0)[0], place(end, 0)[0]
        parts.append(
            Markup(
                '<rect x="{}" y="{}" width="{}" height="{}" class="band{}"/><text x="{}" y="{}" class="words">{}</text>'
            ).format(
                x1,
                TOP,
                round(max(0, x2 - x1), 1),
                HEIGHT - TOP - BOTTOM,
                number % 2,
                (x1 + x2) / 2,
                HEIGHT - BOTTOM - 6,
                words,
            )
        )
    return Markup("").join(parts)
