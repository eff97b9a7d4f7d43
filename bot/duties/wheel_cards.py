"""The year as a list and as a wheel: the duties' last days and the open events.

The picture travels inside the card, because a guest may not reach any other place. Teams takes cards of at most 28 kB.
The list has everything that the wheel shows, for people who do not see it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from math import cos, pi, sin

from microsoft_teams.cards import CardElement
from PIL import Image, ImageDraw, ImageFont

from bot import swedish
from bot.cards import button, card, heading, image, label, plain
from bot.message import Json

SIDE, FINER = 340, 3
"""Pixels of the picture's side, and how much larger it is drawn, so that edges are smooth."""
COLOURS = 32
"""Few colours keep the picture under 10 kB. They cover the range: a small green dot is to stay green."""
MOST = 30
"""Entries on a card."""
_INK, _PAPER, _FAINT = "#1f2937", "#ffffff", "#e5e7eb"
_DUTY, _EVENT, _PAST = "#166534", "#1d4ed8", "#9ca3af"
_OUTER, _INNER, _MONTHS = 0.47, 0.30, 0.245
"""Radii as parts of the side: the ring's edges, and where the months' names stand."""
_MONTH_NAMES = tuple(name[:3] for name in swedish.MONTHS)


@dataclass(frozen=True, slots=True)
class YearEntry:
    """Something on the wheel."""

    day: date | None
    """None: *datum inte satt*."""
    text: str
    duty: bool
    """Whether it is a duty's last day; else it is an event."""


def year(number: int, entries: Sequence[YearEntry], today: date) -> Json:
    """Return the year's card."""
    dated = sorted((entry for entry in entries if entry.day is not None), key=lambda entry: (entry.day, entry.text))
    shown = dated[:MOST]
    undated = [entry.text for entry in entries if entry.day is None]
    body: list[CardElement] = [heading(f"Årshjul {number}")]
    if shown:
        body.append(image(picture(number, shown, today), f"Årshjul {number}: det som står i listan, månad för månad."))
        body.append(plain("Grönt: uppgiftens sista dag. Blått: möte. Grått: har varit.", subtle=True))
        body += [plain(_line(at, entry)) for at, entry in enumerate(shown, 1)]
    if len(dated) > MOST:
        body.append(plain(f"Och {len(dated) - MOST} till senare på året.", subtle=True))
    if undated:
        body += [label("Datum inte satt"), *(plain(text) for text in undated[:MOST])]
    if not entries:
        body.append(plain("Det finns inga uppgifter eller möten för året än."))
    return card(
        *body,
        actions=[button("Att göra", "duties.show", alone=True)],
        summary=f"Årshjul {number}: {swedish.count(len(entries), 'sak', 'saker')}.",
    )


def picture(number: int, entries: Sequence[YearEntry], today: date) -> str:
    """Return the wheel as the address of a PNG picture. Entries have days, and the numbers of the card's list."""
    side = SIDE * FINER
    sheet = Image.new("RGB", (side, side), _PAPER)
    pen = ImageDraw.Draw(sheet)
    _ring(pen, side)
    pen.text((side / 2, side / 2), str(number), _INK, ImageFont.load_default(side / 12), anchor="mm")
    _mark_today(pen, side, number, today)
    placed: list[float] = []
    for at, entry in enumerate(entries, 1):
        if entry.day is None or entry.day.year != number:
            continue
        angle = _angle(entry.day)
        near = sum(abs(angle - other) < pi / 26 for other in placed)
        placed.append(angle)
        x, y = _point(side, _OUTER - 0.035 - 0.062 * (near % 3), angle)
        colour = _PAST if entry.day < today else _DUTY if entry.duty else _EVENT
        size = side * 0.03
        pen.ellipse((x - size, y - size, x + size, y + size), fill=colour, outline=_PAPER, width=FINER)
        pen.text((x, y), str(at), _PAPER, ImageFont.load_default(side / 30), anchor="mm")
    small = sheet.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    small = small.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    _cut_round(small)
    file = BytesIO()
    small.save(file, "PNG", optimize=True, transparency=COLOURS)
    return f"data:image/png;base64,{b64encode(file.getvalue()).decode()}"


def _cut_round(small: Image.Image) -> None:
    """Let the corners be seen through: on a dark card they would make the wheel a white square."""
    outside = Image.new("L", small.size, 255)
    ImageDraw.Draw(outside).ellipse((0, 0, SIDE - 1, SIDE - 1), fill=0)
    small.putpalette([*(small.getpalette() or ())[: 3 * COLOURS], 255, 255, 255])
    small.paste(COLOURS, mask=outside)


def _ring(pen: ImageDraw.ImageDraw, side: int) -> None:
    for radius, colour in ((_OUTER, _FAINT), (_INNER, _PAPER)):
        edge = side * (0.5 - radius)
        pen.ellipse((edge, edge, side - edge, side - edge), fill=colour)
    for month, name in enumerate(_MONTH_NAMES):
        start = _turn(month / 12)
        pen.line((*_point(side, _INNER, start), *_point(side, _OUTER, start)), fill=_PAPER, width=2 * FINER)
        place = _point(side, _MONTHS, _turn((month + 0.5) / 12))
        pen.text(place, name, _INK, ImageFont.load_default(side / 24), anchor="mm")


def _mark_today(pen: ImageDraw.ImageDraw, side: int, number: int, today: date) -> None:
    if today.year == number:
        angle = _angle(today)
        pen.line((*_point(side, _INNER, angle), *_point(side, _OUTER + 0.02, angle)), fill=_INK, width=FINER)


def _angle(day: date) -> float:
    return _turn((day.timetuple().tm_yday - 1) / 365)


def _turn(part: float) -> float:
    """Return the angle of a part of the year: January begins at the top, and the year goes clockwise."""
    return part * 2 * pi - pi / 2


def _point(side: int, radius: float, angle: float) -> tuple[float, float]:
    return side * (0.5 + radius * cos(angle)), side * (0.5 + radius * sin(angle))


def _line(at: int, entry: YearEntry) -> str:
    assert entry.day is not None  # noqa: S101 - only entries with a day are numbered
    return f"{at}. {swedish.WEEKDAYS[entry.day.weekday()].capitalize()} {swedish.day(entry.day)}: {entry.text}"
