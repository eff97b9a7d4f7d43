"""Lists that are odd in ways that people's real lists are: each is one that some importer somewhere read wrong."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart

HEADINGS = ("Kommun", "Roll", "Namn", "Mejl", "Anteckning")
ANNA, BO, CIA, DAG = (
    ("Lund", "Politiker", "Anna Ek", "anna@lund.se"),
    ("Ale", "Tjänsteperson", "Bo Åberg", "bo@ale.se"),
    ("Umeå", "Ersättare", "Cia Öst", "cia@umea.se"),
    ("Sotenäs", "Politiker", "Dag Ål", "dag@sotenas.se"),
)
EVERYBODY = ["Anna Ek", "Bo Åberg", "Cia Öst", "Dag Ål"]


def noted(*notes: str, sign: str = ";", end: str = "\r\n") -> str:
    """Return a list of four people, with a note for each."""
    rows = [HEADINGS, *((*person, note) for person, note in zip((ANNA, BO, CIA, DAG), notes, strict=True))]
    return end.join(sign.join(row) for row in rows)


def until(value: object) -> bytes:
    """Return a workbook with one municipality and the end of its programme."""
    return book({"Lista": [("Kommun", "Program gäller"), ("Lund", value)]})


def people(*, sheet: str = "Lista") -> dict[str, list[tuple[object, ...]]]:
    """Return a sheet with four people."""
    return {sheet: [HEADINGS[:4], ANNA, BO, CIA, DAG]}


def book(sheets: dict[str, list[tuple[object, ...]]], hidden: Sequence[str] = (), chart: str = "") -> bytes:
    """Return a workbook. A sheet called ``chart`` holds a chart, and comes first."""
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet: Any = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if name in hidden:
            sheet.sheet_state = "hidden"
    if chart:
        page: Any = made.create_chartsheet(chart, 0)
        page.add_chart(BarChart())
    return saved(made)


def merged() -> bytes:
    """Return a list in which one cell names the municipality of two rows."""
    made = Workbook()
    sheet: Any = made.active
    for row in (HEADINGS[:4], ANNA, ("", *BO[1:])):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    return saved(made)


def saved(made: Workbook) -> bytes:
    """Return a workbook's bytes."""
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def strict() -> bytes:
    """Return a workbook in Strict Open XML: the same parts in other namespaces, with its dates as text."""
    ordinary = book({"Lista": [(*HEADINGS[:4], "Program gäller"), (*ANNA, date(2031, 12, 31)), BO, CIA, DAG]})
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(ordinary)) as package, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for name in package.namelist():
            part = package.read(name).decode()
            part = part.replace(
                "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                "http://purl.oclc.org/ooxml/spreadsheetml/main",
            ).replace(
                "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                "http://purl.oclc.org/ooxml/officeDocument/relationships",
            )
            if name == "xl/worksheets/sheet1.xml":
                part = part.replace('t="n"><v>48213</v>', 't="d"><v>2031-12-31T00:00:00</v>')
            made.writestr(name, part)
    return written.getvalue()


def as_excel_saves(data: bytes) -> bytes:
    """Return a workbook whose texts stand in a table of strings, as Excel writes them and openpyxl does not."""
    strings: list[str] = []

    def kept(cell: re.Match[str]) -> str:
        strings.append(cell[2])
        return f'{cell[1]} t="s"><v>{len(strings) - 1}</v></c>'

    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for name in package.namelist():
            part = package.read(name).decode()
            made.writestr(name, re.sub('(<c [^>]*?) t="inlineStr"><is><t[^>]*>([^<]*)</t></is></c>', kept, part))
        items = "".join(f"<si><r><t>{text[:3]}</t></r><r><t>{text[3:]}</t></r></si>" for text in strings)
        made.writestr("xl/sharedStrings.xml", f"<sst>{items}</sst>")
    return written.getvalue()


def without_drawings(data: bytes) -> bytes:
    """Return a workbook whose chart sheets say nothing of their charts."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for name in package.namelist():
            if not name.startswith(("xl/chartsheets/_rels", "xl/drawings", "xl/charts")):
                made.writestr(name, package.read(name))
    return written.getvalue()
