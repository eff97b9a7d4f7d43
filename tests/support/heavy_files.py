"""Workbooks of some kilobytes that are a gigabyte for a library that builds objects out of them."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.support.lists import as_excel

_SHEET, _STRINGS, _STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
_HEADINGS = "".join(
    f'<c r="{column}1" t="inlineStr"><is><t>{text}</t></is></c>'
    for column, text in zip("ABCD", ("Kommun", "Roll", "Namn", "Mejl"), strict=True)
)


def _with(part: str, content: str | bytes) -> bytes:
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(as_excel())) as package,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made,
    ):
        for name in package.namelist():
            if name != part:
                made.writestr(name, package.read(name))
        made.writestr(part, content)
    return written.getvalue()


def _sheet(rows: str, before: str = "") -> bytes:
    head = f'{before}<sheetData><row r="1">{_HEADINGS}</row>'
    return _with(_SHEET, f"<worksheet>{head}{rows}</sheetData></worksheet>")


def _strings(items: str) -> bytes:
    return _with(_STRINGS, f"<sst>{items}</sst>")


def _repeated_text() -> bytes:
    """Every cell of a full list holds the same longest text, which stands in the file once."""
    long = "x" * 2_000
    row = "".join(f'<c r="{column}{{0}}" t="s"><v>0</v></c>' for column in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    rows = "".join(f'<row r="{number}">{row.format(number)}</row>' for number in range(2, 5_001))
    package = io.BytesIO(_sheet(rows))
    written = io.BytesIO()
    with zipfile.ZipFile(package) as read, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for name in read.namelist():
            made.writestr(name, read.read(name))
        made.writestr(_STRINGS, f"<sst><si><t>{long}</t></si></sst>")
    return written.getvalue()


def _many_parts() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as made:
        made.writestr("xl/workbook.xml", "<workbook/>")
        for number in range(40_000):
            made.writestr(f"{number}", b"")
    return written.getvalue()


def _packed(method: int) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as made:
        made.writestr("xl/workbook.xml", "<workbook>" + " " * 49_000_000)
    return written.getvalue()


HEAVY: dict[str, Callable[[], bytes]] = {
    "millions of strings": lambda: _strings("<si/>" * 9_000_000),
    "one endless string": lambda: _strings("<si><t>" + "x" * 48_000_000 + "</t></si>"),
    "strings of wide letters": lambda: _strings(("<si><t>" + "x" * 1_900 + "😀</t></si>") * 25_000),
    "a string in a million pieces": lambda: _strings("<si>" + "<r><t>x</t></r>" * 3_000_000 + "</si>"),
    "millions of empty cells": lambda: _sheet('<row r="2">' + '<c s="1"/>' * 4_500_000 + "</row>"),
    "millions of empty rows": lambda: _sheet("<row/>" * 7_000_000),
    "a million full cells in a row": lambda: _sheet('<row r="2">' + "<c><v>1</v></c>" * 1_000_000 + "</row>"),
    "the last cell of Excel": lambda: _sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "a column that Excel does not have": lambda: _sheet('<row r="2"><c r="ZZZZZZZZ2"><v>1</v></c></row>'),
    "a huge dimension": lambda: _sheet(
        '<row r="1048576"><c r="A1048576"><v>1</v></c></row>', '<dimension ref="A1:XFD1048576"/>'
    ),
    "millions of styles": lambda: _with(
        _STYLES, "<styleSheet><cellXfs>" + '<xf numFmtId="14"/>' * 2_500_000 + "</cellXfs></styleSheet>"
    ),
    "millions of names": lambda: _sheet("".join(f"<a{number}/>" for number in range(1_500_000))),
    "millions of names of attributes": lambda: _sheet(
        "".join(f'<c a{number}="" b{number}=""/>' for number in range(1_000_000))
    ),
    "one endless attribute": lambda: _sheet('<row r="' + "1" * 49_000_000 + '"/>'),
    "one endless comment": lambda: _sheet("<!--" + "x" * 49_000_000 + "-->"),
    "one endless formula": lambda: _sheet('<row r="2"><c r="A2"><f>' + "A" * 49_000_000 + "</f></c></row>"),
    "elements in elements": lambda: _sheet("<x>" * 12_000_000),
    "the same text in every cell": _repeated_text,
    "tens of thousands of parts": _many_parts,
    "a packer with a large memory": lambda: _packed(zipfile.ZIP_LZMA),
    "a sheet of blanks": lambda: _packed(zipfile.ZIP_DEFLATED),
}
"""What makes each of them heavy; all have less than 5 MB."""


def peak() -> int:
    """Return the most memory that this process has had, in kB (Linux)."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


def main(path: str) -> int:
    """Read the file as the operator's command does, and print how much memory that took, in kB."""
    from bot.memberlist import columns  # noqa: PLC0415 - counted in what the process has before
    from bot.message import UserError  # noqa: PLC0415 - likewise
    from bot.register import spreadsheet  # noqa: PLC0415 - likewise

    data = Path(path).read_bytes()
    before = peak()
    try:
        columns.understood(spreadsheet.read(data))
        outcome = "read"
    except UserError as refusal:
        outcome = str(refusal)
    print(before, peak(), outcome, sep="\t")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
