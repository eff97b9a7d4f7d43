"""Reads the rows of a text whose cells are parted by a sign, as Excel and other programs save and copy them. Pure."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from functools import cache

from bot.message import UserError

SIGNS = (";", "\t", ",")
"""The signs that may part cells, in the order in which they are tried: a Swedish Excel writes the first."""
CODE_PAGES = ("cp1252", "mac_roman", "cp850")
"""How Excel on Windows, Excel on a Mac and old programs write Swedish letters where it is not Unicode."""

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_SWEDISH = frozenset("åäöÅÄÖéÉüÜ–’”…\xa0")
"""What stands in a Swedish list of names, apart from ASCII."""
_LOST = re.compile("\ufffd|Ã[¥¤¶©…„–\x85\x84\x96]")
"""A letter that an earlier program could not read, or å, ä, ö, é read in the wrong code page and saved again."""
_HOW_TO_SAVE = "Spara listan på nytt som Excel-arbetsbok (.xlsx) eller som ”CSV UTF-8”, och läs in den igen."


def decoded(data: bytes) -> str:
    """Return the text of a file. Raises :class:`UserError` if it is no text, or if its code page is unsure."""
    utf16 = data.startswith(_UTF16)
    raw = data.decode("utf-16", "replace") if utf16 else data.removeprefix(codecs.BOM_UTF8).decode("latin-1")
    if _CONTROL.search(raw) or raw.lstrip().lower().startswith(("<", "%pdf", "{\\rtf")):
        raise UserError("Filen är varken en Excel-fil (.xlsx) eller en textfil (.csv).")
    if utf16:
        return raw
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _from_code_page(data)


def refuse_lost_letters(text: str) -> None:
    """Raise :class:`UserError` where letters were lost before the text came to us."""
    lost = _LOST.search(text)
    if lost:
        row = text.count("\n", 0, lost.start()) + 1
        raise UserError(f"Bokstäver som å, ä och ö har blivit fel i listan, först på rad {row}. {_HOW_TO_SAVE}")


def _from_code_page(data: bytes) -> str:
    """Return the reading in which most foreign bytes are Swedish letters, if no other reading is as good."""
    readings: dict[str, float] = {}
    for page in CODE_PAGES:
        text = data.decode(page, "replace")
        foreign = [letter for letter in text if not letter.isascii()]
        readings[text] = sum(letter in _SWEDISH for letter in foreign) / len(foreign)
    best = max(readings, key=lambda text: readings[text])
    if readings[best] < 0.5 or list(readings.values()).count(readings[best]) > 1:  # noqa: PLR2004 - more wrong than right
        raise UserError(f"Det går inte att avgöra hur å, ä och ö är sparade i filen. {_HOW_TO_SAVE}")
    return best


def separated(text: str, sign: str) -> Iterator[tuple[int, list[str]]]:
    """Yield every row with its number, from 1."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    width = max(line.count(sign) for line in text.split("\n", 10)[:10]) + 1
    at, number = 0, 0
    while at <= len(text):
        number += 1
        row = _row(text, at, sign, width) or _row(text, at, sign, width, several_lines=False)
        assert row is not None  # noqa: S101 - only a cell of several lines can fail
        cells, at = row
        yield number, cells


def exact(text: str, sign: str) -> Iterator[tuple[int, list[str]]]:
    """Yield every row with its number, from 1, as RFC 4180 says: for texts whose cells may hold several lines.

    Raises :class:`UserError` where quotation marks do not match: guessing would join or split cells.
    """
    lines = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"), newline="")
    rows = csv.reader(lines, delimiter=sign, strict=True)
    number = 0
    while True:
        number += 1
        try:
            yield number, next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            long = "field larger" in str(error)
            flaw = "En cell är orimligt lång" if long else "Ett citattecken står mitt i en cell eller saknar sitt slut"
            raise UserError(f"{flaw} på rad {number}. Rätta den, eller skicka en Excel-fil (.xlsx).") from None


def _row(text: str, at: int, sign: str, width: int, *, several_lines: bool = True) -> tuple[list[str], int] | None:
    """Return the cells of the row that begins at ``at``, and where the next row begins.

    Return None if a cell of several lines has swallowed other rows: a quotation mark that somebody typed opens a cell
    that ends at the next such mark. Such a cell holds the signs of those rows, or makes its row too wide.
    """
    cells: list[str] = []
    wide = False
    while True:
        quoted = _quoted(sign).match(text, at)
        if quoted and "\n" in quoted[1]:
            wide = True
            if not several_lines:
                quoted = None
            elif quoted[1].count(sign) * 2 >= width:
                return None
        cell = quoted or _bare(sign).match(text, at)
        assert cell is not None  # noqa: S101 - a bare cell may be empty, so it always matches
        cells.append(_value(quoted[1].replace('""', '"') if quoted else cell[0], bare=not quoted))
        at = cell.end() + 1
        if several_lines and wide and len(cells) > width:
            return None
        if not text.startswith(sign, cell.end()):
            return cells, at


def _value(cell: str, *, bare: bool) -> str:
    """Return a cell without a quotation mark that has no partner."""
    return cell.replace('"', "") if bare and cell.count('"') == 1 else cell


@cache
def _quoted(sign: str) -> re.Pattern[str]:
    """Return a pattern of a cell in quotation marks that ends where a cell may end."""
    return re.compile(rf'[ ]*"([^"]*(?:""[^"]*)*)"[ ]*(?={sign}|\n|\Z)')


@cache
def _bare(sign: str) -> re.Pattern[str]:
    return re.compile(rf"[^{sign}\n]*")
