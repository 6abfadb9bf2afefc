"""Small plots as SVG: lines over logarithmic axes, and bars. The same figures give the same bytes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 720, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 170, 44, 46
_COLOURS = ("#0b6e99", "#d9730d", "#448361", "#9065b0", "#c14c8a", "#787774")
_GOAL = "#cc3333"
_STYLE = (
    "text{font:12px sans-serif;fill:#444} .title{font-size:14px;font-weight:bold} .grid{stroke:#ddd;stroke-width:1}"
)


@dataclass(frozen=True, slots=True)
class Line:
    """Points joined by a line, in one of the colours; -1 is a goal's, without points."""

    name: str
    points: tuple[tuple[float, float], ...]
    colour: int
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """A group of bars of one name each."""

    name: str
    values: tuple[float, ...]


def lines(title: str, across: str, up: str, drawn: Sequence[Line], show: Callable[[float], str]) -> str:
    """Lines over logarithmic axes; ``show`` names the steps of the upright one."""
    everywhere = [point for line in drawn for point in line.points]
    left, right = _decades([x for x, _ in everywhere])
    low, high = _decades([y for _, y in everywhere])

    def place(x: float, y: float) -> tuple[float, float]:
        width, height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
        along = (math.log10(x) - left) / (right - left)
        upward = (math.log10(y) - low) / (high - low)
        return _LEFT + width * along, _TOP + height * (1 - upward)

    parts = [
        _text(_LEFT, 20, title, "title"),
        _text(_LEFT, _TOP - 8, up),
        _text(_WIDTH - _RIGHT, _HEIGHT - 8, across, anchor="end"),
    ]
    for power in range(left, right + 1):
        x, y = place(10**power, 10**low)
        parts += [_rule(x, _TOP, x, y), _text(x, y + 18, f"{10**power:,}", anchor="middle")]
    for power in range(low, high + 1):
        x, y = place(10**left, 10**power)
        parts += [_rule(x, y, _WIDTH - _RIGHT, y), _text(x - 8, y + 4, show(10.0**power), anchor="end")]
    for line in drawn:
        parts += _line(line, [place(*point) for point in line.points])
    parts += _legend([(line.name, _colour(line.colour)) for line in drawn])
    return _whole(parts, title)


def bars(title: str, up: str, names: Sequence[str], groups: Sequence[Bars]) -> str:
    """Bars side by side: for each of ``groups`` one for each of ``names``."""
    highest = max(value for group in groups for value in group.values)
    step = _round_step(highest / 4)
    top = step * math.ceil(highest / step)
    height, width = _HEIGHT - _TOP - _BOTTOM, _WIDTH - _LEFT - _RIGHT
    parts = [_text(_LEFT, 20, title, "title"), _text(_LEFT, _TOP - 8, up)]
    for number in range(round(top / step) + 1):
        y = _TOP + height * (1 - number * step / top)
        parts += [_rule(_LEFT, y, _WIDTH - _RIGHT, y), _text(_LEFT - 8, y + 4, f"{number * step:,.0f}", anchor="end")]
    room = width / len(groups)
    thick = room * 0.8 / len(names)
    for place, group in enumerate(groups):
        parts.append(_text(_LEFT + room * (place + 0.5), _HEIGHT - _BOTTOM + 18, group.name, anchor="middle"))
        for number, value in enumerate(group.values):
            x, tall = _LEFT + room * (place + 0.1) + thick * number, height * value / top
            colour = _colour(number)
            y = _TOP + height - tall
            parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{thick - 1:.1f}" height="{tall:.1f}" fill="{colour}"/>')
    parts += _legend([(name, _colour(number)) for number, name in enumerate(names)])
    return _whole(parts, title)


def _decades(values: Sequence[float]) -> tuple[int, int]:
    """Powers of ten around all values."""
    low, high = math.floor(math.log10(min(values)) + 1e-9), math.ceil(math.log10(max(values)) - 1e-9)
    return low, max(high, low + 1)


def _round_step(about: float) -> float:
    """1, 2 or 5 times a power of ten, not below ``about``."""
    power = 10.0 ** math.floor(math.log10(about))
    return next((factor * power for factor in (1, 2, 5) if factor * power >= about), 10 * power)


def _colour(number: int) -> str:
    return _GOAL if number < 0 else _COLOURS[number % len(_COLOURS)]


def _line(line: Line, places: Sequence[tuple[float, float]]) -> Iterator[str]:
    path, colour = " ".join(f"{x:.1f},{y:.1f}" for x, y in places), _colour(line.colour)
    dashes = ' stroke-dasharray="6 4"' if line.dashed else ""
    yield f'<polyline fill="none" stroke="{colour}" stroke-width="2"{dashes} points="{path}"/>'
    for x, y in places if line.colour >= 0 else ():
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'


def _legend(names: Sequence[tuple[str, str]]) -> Iterator[str]:
    for number, (name, colour) in enumerate(names):
        x, y = _WIDTH - _RIGHT + 12, _TOP + 14 + 20 * number
        yield f'<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{colour}"/>'
        yield _text(x + 16, y, name)


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    styled = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{styled}>{escape(text)}</text>'


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="grid" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _whole(parts: Sequence[str], title: str) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">'
    ground = f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>'
    return "\n".join([head, f"<title>{escape(title)}</title><style>{_STYLE}</style>", ground, *parts, "</svg>"]) + "\n"
