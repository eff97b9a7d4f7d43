"""The app's icons: sizes, colours and margins by Teams' rules, read from the PNG files' pixels."""

from __future__ import annotations

import json
import struct
import zlib
from collections import Counter
from itertools import chain
from pathlib import Path

import pytest
from playwright.sync_api import Error

from manifest.build import FOLDER
from manifest.icons import draw

Pixel = tuple[int, int, int, int]
WHITE = (255, 255, 255, 255)
SAFE = range(36, 156)
"""The middle 120 × 120 of the colour icon: no crop of Teams' reaches it."""


def pixels(file: Path) -> list[list[Pixel]]:
    """A PNG's pixels, for the two kinds a browser writes: 8-bit RGB and RGBA, not interlaced."""
    data = file.read_bytes()
    width, height, depth, colour, interlaced = struct.unpack_from(">IIBB2xB", data, 16)
    channels = {2: 3, 6: 4}[colour]
    assert (depth, interlaced) == (8, 0)
    raw, stride = zlib.decompress(image_data(data)), width * channels
    above, rows = bytearray(stride), []
    for start in range(0, height * (stride + 1), stride + 1):
        line = unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + stride]), above, channels)
        solid = (255,) if channels == 3 else ()
        rows.append([(*line[x : x + channels], *solid) for x in range(0, stride, channels)])
        above = line
    return rows


def image_data(data: bytes) -> bytes:
    position, found = 8, b""
    while position < len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        found += data[position + 8 : position + 8 + length] if kind == b"IDAT" else b""
        position += length + 12
    return found


def unfiltered(kind: int, line: bytearray, above: bytearray, step: int) -> bytearray:
    for x in range(len(line)):
        left, up, corner = (line[x - step], above[x], above[x - step]) if x >= step else (0, above[x], 0)
        guess = left + up - corner
        nearest = min((left, up, corner), key=lambda value: abs(guess - value))
        line[x] = (line[x] + (0, left, up, (left + up) // 2, nearest)[kind]) % 256
    return line


def luminance(pixel: Pixel) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in pixel[:3])]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.fixture(scope="module")
def redrawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("icons")
    try:
        draw(folder)
    except Error as error:
        pytest.skip(f"no browser to draw with: {error.message.splitlines()[0]}")
    return folder


def contrast(one: Pixel, other: Pixel) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_colour_icon_fills_its_square_and_keeps_its_symbol_where_no_crop_reaches() -> None:
    rows = pixels(FOLDER / "color.png")
    assert (len(rows), len(rows[0])) == (192, 192)
    inside = Counter(rows[y][x] for y in SAFE for x in SAFE)
    outside = Counter(pixel for row in rows for pixel in row) - inside
    background = rows[0][0]
    assert background[3] == 255
    assert set(outside) == {background}
    assert inside[WHITE] > len(SAFE) ** 2 * 0.3


def test_colour_icon_has_the_accent_colour_and_enough_contrast() -> None:
    rows = pixels(FOLDER / "color.png")
    background = rows[0][0]
    template = json.loads((FOLDER / "manifest.json").read_text("utf-8"))
    assert template["accentColor"] == "#{:02x}{:02x}{:02x}".format(*background[:3])
    assert contrast(WHITE, background) > 4.5
    areas = Counter(pixel for row in rows for pixel in row)
    leaves = [pixel for pixel, count in areas.items() if count > 200 and pixel != WHITE]
    assert len(leaves) == 2  # the darker leaf is as green as the background
    assert min(contrast(WHITE, leaf) for leaf in leaves) > 3


def test_outline_icon_is_white_on_nothing_and_reaches_its_edges() -> None:
    rows = pixels(FOLDER / "outline.png")
    assert (len(rows), len(rows[0])) == (32, 32)
    drawn = {(x, y): pixel for y, row in enumerate(rows) for x, pixel in enumerate(row) if pixel[3]}
    assert {pixel[:3] for pixel in drawn.values()} == {WHITE[:3]}
    xs, ys = {x for x, _ in drawn}, {y for _, y in drawn}
    assert (min(xs), max(xs), min(ys), max(ys)) == (0, 31, 0, 31)
    assert 0.2 < len(drawn) / 32**2 < 0.7


@pytest.mark.parametrize("name", ["color", "outline"])
def test_icon_is_what_its_source_draws(name: str, redrawn: Path) -> None:
    """Browsers round edges differently, so a little may differ; a drawing that was changed differs more."""
    pairs = zip(chain(*pixels(FOLDER / f"{name}.png")), chain(*pixels(redrawn / f"{name}.png")), strict=True)
    differences = [abs(a - b) for one, other in pairs for a, b in zip(one, other, strict=True)]
    assert sum(differences) / len(differences) < 0.5
