"""An icon for a site that has none: a feed's waves on a colour made from the site's title, as SVG, PNG and ICO."""

from __future__ import annotations

import struct
import zlib
from colorsys import hls_to_rgb
from functools import lru_cache
from hashlib import blake2b
from math import hypot

_ROUND = 0.22  # radius of the corners, of the icon's side
_LIGHTNESS, _SATURATION = 0.36, 0.55  # dark enough for white waves, whatever the hue
_DOT = (0.29, 0.71, 0.075)  # centre and radius, of the side
_WAVES = ((0.265, 0.095), (0.465, 0.095))  # radius and width around the point below
_CORNER = (0.225, 0.775)

_LEFT, _RIGHT, _TOP, _BOTTOM = 0.19, 0.77, 0.23, 0.81  # nothing but the ground is beyond

Colour = tuple[int, int, int]


def colour(title: str) -> Colour:
    """The colour of a title, as red, green and blue from 0 to 255."""
    hue = blake2b(title.encode(), digest_size=2).digest()
    red, green, blue = hls_to_rgb(int.from_bytes(hue, "big") / 65_536, _LIGHTNESS, _SATURATION)
    return round(red * 255), round(green * 255), round(blue * 255)


def svg(title: str) -> bytes:
    """The icon as SVG."""
    red, green, blue = colour(title)
    x, y = (round(64 * each, 2) for each in _CORNER)
    waves = "".join(
        f'<path d="M{x} {y - reach:.2f}a{reach:.2f} {reach:.2f} 0 0 1 {reach:.2f} {reach:.2f}" '
        f'fill="none" stroke="#fff" stroke-width="{64 * width:.2f}"/>'
        for reach, width in ((64 * radius, width) for radius, width in _WAVES)
    )
    across, down, radius = (round(64 * each, 2) for each in _DOT)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
        f'<rect width="64" height="64" rx="{64 * _ROUND:.2f}" fill="#{red:02x}{green:02x}{blue:02x}"/>'
        f'<circle cx="{across}" cy="{down}" r="{radius}" fill="#fff"/>{waves}</svg>\n'
    ).encode()


@lru_cache(maxsize=8)
def png(title: str, side: int, *, rounded: bool = True) -> bytes:
    """The icon as PNG, ``side`` pixels wide and high."""
    fill = bytes(colour(title))
    rows = b"".join(b"\0" + _row(fill, side, y, rounded=rounded) for y in range(side))
    header = struct.pack(">2I5B", side, side, 8, 6, 0, 0, 0)  # 8 bits for each of red, green, blue and alpha
    pieces = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*piece) for piece in pieces)


@lru_cache(maxsize=8)
def ico(title: str) -> bytes:
    """The icon as ICO, of 16, 32 and 48 pixels, each a PNG."""
    images = [(side, png(title, side)) for side in (16, 32, 48)]
    at = 6 + 16 * len(images)
    entries = []
    for side, image in images:
        entries.append(struct.pack("<4B2H2I", side, side, 0, 0, 1, 32, len(image), at))
        at += len(image)
    return b"".join((struct.pack("<3H", 0, 1, len(images)), *entries, *(image for _, image in images)))


def _chunk(code: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + code + data + struct.pack(">I", zlib.crc32(code + data))


def _row(fill: bytes, side: int, y: int, *, rounded: bool) -> bytes:
    pixels, plain = [], fill + b"\xff"
    down = (y + 0.5) / side
    for x in range(side):
        across = (x + 0.5) / side
        marked = _LEFT < across < _RIGHT and _TOP < down < _BOTTOM
        corner = rounded and min(abs(across - 0.5), abs(down - 0.5)) > 0.5 - _ROUND - 1 / side
        corner = corner or (rounded and max(abs(across - 0.5), abs(down - 0.5)) > 0.5 - 1 / side)
        if not marked and not corner:
            pixels.append(plain)
            continue
        white = _white(across, down, side) if marked else 0.0
        alpha = _inside(across, down, side) if rounded else 1.0
        pixels.append(bytes((*(round(each + (255 - each) * white) for each in fill), round(255 * alpha))))
    return b"".join(pixels)


def _white(across: float, down: float, side: int) -> float:
    """How much of a pixel is white, by its distance from the edges of what is."""
    x, y, radius = _DOT
    most = _covered(radius - hypot(across - x, down - y), side)
    right, up = across - _CORNER[0], _CORNER[1] - down
    if right > -1 / side and up > -1 / side:
        far = hypot(right, up)
        edge = min(_covered(right, side), _covered(up, side))
        most = max([most, *(min(edge, _covered(width / 2 - abs(far - at), side)) for at, width in _WAVES)])
    return most


def _inside(across: float, down: float, side: int) -> float:
    """How much of a pixel is within the rounded square."""
    x, y = (max(abs(each - 0.5) - (0.5 - _ROUND), 0.0) for each in (across, down))
    return _covered(_ROUND - hypot(x, y), side)


def _covered(depth: float, side: int) -> float:
    return min(max(depth * side + 0.5, 0.0), 1.0)
