"""Lists of members as people make them, and files that no list should be."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from functools import cache

from openpyxl import Workbook

from storage import content

HEADINGS = ("Kommunkod", "Kommun", "Roll", "Namn", "E-postadress", "Telefon")
SEATS = ("Kontaktpolitiker", "Tjänsteperson", "Ersättare")
FIRST = ("Anna", "Björn", "Cecilia", "Åke", "Östen", "Fatima", "Gun-Britt", "Håkan", "Ingrid", "Lars-Göran")
LAST = ("Andersson", "Öhman", "Åkerlund", "Lind", "Nordström", "Ek", "Hedlund")


def four_hundred() -> Iterator[tuple[str, ...]]:
    """Four hundred good rows: two or three people in each of the first municipalities, zeros lost as Excel does."""
    rows = [row for row in content.municipalities() if row["typ"] == "kommun"]
    for number in range(400):
        one, seat = rows[number // 2], SEATS[number % 2]
        name = f"{FIRST[number % len(FIRST)]} {LAST[number % len(LAST)]}"
        mail = f"person{number}@kommun{one['kod']}.example.se"
        yield str(int(one["kod"])), f"{one['namn_fullt']} ", seat, f"{name}  ", f" {mail}", "0523-66 40 00"


def faulty() -> Iterator[tuple[str, ...]]:
    """Rows that must be refused, each with its own reason."""
    yield "114", "Upplands Väsby kommun", "Kontaktpolitiker", "Anna Andersson", "person0@kommun0114.example.se", ""
    yield "1427", "Sotenäs", "Tjänsteperson", "Bo Berg", "bo_sotenas.se#EXT#@sekom.onmicrosoft.com", ""
    yield "1427", "Sotenäs", "Tjänsteperson", '=HYPERLINK("http://ond.example","Bo")', "bo@sotenas.example.se", ""
    yield "1427", "Lund", "Tjänsteperson", "Bo Berg", "bo@sotenas.example.se", ""
    yield "", "Atlantis", "Tjänsteperson", "Bo Berg", "bo@sotenas.example.se", ""
    yield "1427", "Sotenäs", "Vaktmästare", "Bo Berg", "bo@sotenas.example.se", ""
    yield "1427", "Sotenäs", "Tjänsteperson", "Bo Berg", "bo", ""
    yield "1427", "Sotenäs", "Tjänsteperson", "", "bo@sotenas.example.se", ""
    yield "115", "Vallentuna", "Ersättare", "Någon Annan", "person0@kommun0114.example.se", ""
    yield "7777", "", "Tjänsteperson", "Bo Berg", "bo@sotenas.example.se", ""


def as_csv(*, encoding: str = "utf-8-sig") -> bytes:
    """Return the list as a Swedish Excel saves it, with a title, headings again in the middle, and empty rows."""
    rows = [("Medlemslista 2026", "", "", "", "", ""), (), HEADINGS, *four_hundred()]
    rows[200:200] = [HEADINGS, ("", "", "", "", "", "")]
    lines = [*rows, *faulty()]
    return "\r\n".join(";".join(_quoted(cell) for cell in row) for row in lines).encode(encoding)


@cache
def as_excel() -> bytes:
    """Return the same as an Excel file, with codes as numbers and the formula as a formula."""
    book = Workbook()
    sheet = book.active
    sheet.append(["Medlemslista 2026"])
    sheet.append([])
    sheet.append(list(HEADINGS))
    for row in (*four_hundred(), *faulty()):
        sheet.append([int(row[0]) if row[0] else None, *row[1:]])
    return _saved(book)


def two_rows_of_headings() -> bytes:
    """Return a list with one row for each municipality, whose headings stand in two rows."""
    book = Workbook()
    sheet = book.active
    sheet.append(["", "Kontaktpolitiker", "", "Tjänsteperson", "", ""])
    sheet.append(["Kommun", "Namn", "E-post", "Namn", "E-post", "Status"])
    sheet.append(
        ["Sotenäs", "Per Politiker", "per@sotenas.example.se", "Siri Sten", "siri@sotenas.example.se", "Medlem"]
    )
    sheet.append(["Habo", "-", "", "Hans Holm", "hans@habo.example.se", "på väg"])
    return _saved(book)


HOSTILE: dict[str, Callable[[], bytes]] = {
    "50 MB": lambda: b"Kommun;Namn;Mejl;Roll\r\n" + b"x" * 50_000_000,
    "a zip bomb": lambda: _zip({"xl/workbook.xml": b"<a/>", "xl/worksheets/sheet1.xml": b"\x20" * 60_000_000}),
    "a million parts": lambda: _zip({"xl/workbook.xml": b"<a/>", **{f"xl/{n}.xml": b"<a/>" for n in range(300)}}),
    "external entities": lambda: _replaced(
        as_excel(), "xl/workbook.xml", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><workbook>&e;</workbook>'
    ),
    "a billion laughs": lambda: _replaced(
        as_excel(), "xl/sharedStrings.xml", b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><sst>&b;</sst>'
    ),
    "entities in UTF-16": lambda: _replaced(as_excel(), "xl/workbook.xml", "<!DOCTYPE x><workbook/>".encode("utf-16")),
    "macros": lambda: _added(as_excel(), "xl/vbaProject.bin", b"macro"),
    "links to other files": lambda: _added(as_excel(), "xl/externalLinks/externalLink1.xml", b"<a/>"),
    "a picture called .csv": lambda: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "a web page called .csv": lambda: b"<html><table><tr><td>Kommun</td></tr></table></html>",
    "a document": lambda: _zip({"word/document.xml": b"<a/>", "[Content_Types].xml": b"<a/>"}),
    "an old or locked Excel file": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500,
    "half an Excel file": lambda: as_excel()[: len(as_excel()) // 2],
    "no rows": lambda: b"Kommun;Namn;Mejl;Roll\r\n",
    "nothing": lambda: b"",
    "no headings": lambda: b"hej\r\ntack\r\n",
    "too many rows": lambda: b"Kommun;Roll;Namn;Mejl\r\n" + b"Lund;Politiker;A B;a@b.se\r\n" * 6_000,
    "a quote that never ends": lambda: b'Kommun;Roll;Namn;Mejl\r\nLund;Politiker;"A;a@b.se\r\n' + b"x;y\r\n" * 40_000,
}
"""Files that must be refused, by what is wrong with them. Made when they are used, because some take long."""


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set(';"\n') else cell


def _saved(book: Workbook) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _zip(parts: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return written.getvalue()


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def _replaced(data: bytes, part: str, by: bytes) -> bytes:
    return _zip({**_parts(data), part: by})


def _added(data: bytes, part: str, content: bytes) -> bytes:
    return _zip({**_parts(data), part: content})
