"""Banks as files: 200 entries with the habits of Excel, and ten that mean harm."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from openpyxl import Workbook

from tests.support.heavy_files import HEAVY
from tests.support.odd_lists import as_excel_saves, saved

File = bytes | Callable[[], bytes]
"""A file, or what makes it where that takes long."""
HEADINGS = ("ID", "Fråga", "Andra sätt att fråga", "Svar", "Tema", "Källor", "Granskat", "Gäller till och med", "Läge")


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set(';"\r\n') else cell


def two_hundred() -> list[tuple[Any, ...]]:
    """Return rows of 200 new entries, as somebody has typed and pasted them in Excel."""
    return [
        (
            None,
            f"Hur\xa0gör vi med  punkt {number}?",
            f"punkt {number}\r\nhur gör man med “{number}”",
            f"Så här gör ni med punkt {number}.\r\n\r\n- ”Först” det ena\r\n- sedan det andra; och, till sist, resten",
            " Vatten ",
            f"Handbok {number} https://sekom.se/{number}",
            date(2026, 11, 1) if number % 2 else 46327,
            None,
            "Publicerat" if number % 4 else None,
        )
        for number in range(1, 201)
    ]


def as_excel() -> bytes:
    """Return them under a merged title, with a date as Excel's number, texts in a table, and empty columns after."""
    made = Workbook()
    sheet: Any = made.active
    sheet.append(["Kunskapsbanken 2026"])
    sheet.merge_cells("A1:I1")
    sheet.append([])
    for row in (HEADINGS, *two_hundred()):
        sheet.append([*row, None, ""])
    return as_excel_saves(saved(made))


def as_csv() -> bytes:
    """Return them as a Swedish Excel saves them: a BOM, semicolons and carriage returns, and empty columns after."""
    rows = [HEADINGS, *two_hundred()]
    lines = [";".join(_quoted("" if cell is None else str(cell)) for cell in row) + ";;" for row in rows]
    return "\r\n".join([*lines, ";" * 10, ""]).encode("utf-8-sig")


def row(**cells: object) -> bytes:
    """Return a CSV file of one new entry with these cells beside a question and an answer."""
    given = {"Fråga": "Vad är farligt?", "Svar": "Det här.", **cells}
    lines = (";".join(given), ";".join(_quoted(str(cell)) for cell in given.values()))
    return "\r\n".join(lines).encode("utf-8-sig")


def workbook(formula: str) -> bytes:
    """Return a workbook in which an answer is a formula."""
    made = Workbook()
    sheet: Any = made.active
    sheet.append(["Fråga", "Svar"])
    sheet.append(["Vad är farligt?", formula])
    return saved(made)


def entities() -> bytes:
    """Return a workbook whose sheet names a file of the machine."""
    evil = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet><sheetData>&e;</sheetData></worksheet>'
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook("Så."))) as good, zipfile.ZipFile(written, "w") as made:
        for name in good.namelist():
            made.writestr(name, evil if name == "xl/worksheets/sheet1.xml" else good.read(name))
    return written.getvalue()


def contents(file: File) -> bytes:
    """Return what is in a file."""
    return file if isinstance(file, bytes) else file()


FORMULAS = ("=cmd|' /C calc'!A0", "+1+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "@SUM(A1:A9)", "\t=1+1")
REFUSED: Mapping[str, tuple[File, str]] = {
    **{f"a formula {text[:3]!r}": (row(Svar=text), "Svar börjar som en formel") for text in FORMULAS},
    "a formula in Excel": (lambda: workbook("=HYPERLINK(1)"), "Svar börjar som en formel (=)"),
    "HTML": (row(Svar="Läs <img src=x onerror=alert(1)> här."), "Svar innehåller HTML (<img src=x onerror=a)"),
    "a script as a source": (row(Källor="Läs mer javascript:alert(1)"), "Länken till en källa ska börja med https://"),
    "a script as a link": (
        row(Svar="[Läs](JavaScript:alert(1))"),
        "En länk i Svar ska börja med https:// eller mailto:",
    ),
    "an error of Excel": (row(Svar="#REF!"), "Svar innehåller ett fel från Excel (#REF!)"),
    "100,000 characters": (row(Svar="x" * 100_000), "Svaret är 100000 tecken. Korta ner det till högst 4000."),
    "an unknown ID": (row(ID="Z99"), "Det finns inget svar med ID Z99 i banken."),
    "a day in two ways": (row(**{"Gäller till och med": "1/2/2027"}), "är ingen dag som jag är säker på"),
    "a review to come": (row(Granskat="2030-01-01"), "Granskat kan inte vara en dag som inte har varit"),
    "an unknown state": (row(Läge="klart"), "Skriv publicerat, utkast eller arkiverat."),
    "gaps and published": (row(Svar="Det kostar {{pris}}.", Läge="publicerat"), "Det finns {{ }} kvar att fylla i"),
    "over and published": (
        row(Läge="publicerat", **{"Gäller till och med": "2026-01-01"}),
        "Svaret gäller till en dag som har passerat",
    ),
    "a colleague's": (row(Sort="en kollegas svar"), "En kollegas svar kommer från en fråga mellan medlemmar"),
    "a long source": (row(Källor="x" * 300), "är för lång"),
}
"""Files of one row that is refused, each with what the preview says."""
BROKEN: Mapping[str, tuple[File, str]] = {
    "a zip bomb": (HEAVY["a sheet of blanks"], ""),
    "entities": (entities, "Filen innehåller hänvisningar (DOCTYPE)"),
    "NUL": (b"Fr\xc3\xa5ga;Svar\r\nVad?;S\x00\xc3\xa5\r\n", "Filen är varken en Excel-fil (.xlsx) eller en textfil"),
    "a cell of 1 MB": (row(Svar="x" * 1_000_000), "En cell är orimligt lång på rad 2."),
    "10,000 rows": ("Fråga;Svar\r\n".encode() + b"Vad?;Det.\r\n" * 10_000, "Listan har fler än 5000 rader."),
    "3,000 entries": ("Fråga;Svar\r\n".encode() + b"Vad?;Det.\r\n" * 3_000, "Listan har fler än 2000 svar."),
    "half a quotation": ('Fråga;Svar\r\nVad?;"Det.\r\n'.encode(), "Ett citattecken står mitt i en cell"),
    "nothing under the headings": ("Fråga;Svar\r\n".encode(), "Det finns inga rader under rubrikerna."),
    "no headings": (b"Hej;Tack\r\n", "Jag hittar inga rubriker."),
}
"""Files that are refused whole, each with what is said."""
