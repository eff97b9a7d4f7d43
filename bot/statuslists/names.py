"""Reads a list of municipalities as people write them: a column of names, and perhaps one that says who is done. Pure.

Each row is right (one municipality), unsure (several) or refused with the reason. Nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from bot.message import UserError
from bot.register import finder, official_names
from bot.register.finder import Ask, Found
from bot.register.spreadsheet import Row, Table
from bot.swedish import listed

MOST_ROWS = 400
"""There are 311 municipalities and regions: a longer list is another list."""
MOST_COLUMNS = 15
SAMPLE = 30
"""Rows that are looked at to find the column with the names."""
LONGEST_NAME = 120

_NAME_HEADING = re.compile(
    r"kommun(namn|er)?|medlem(skommun|mar)?|organisation|region|namn|kommun/region", re.IGNORECASE
)
_CODE_HEADING = re.compile(r"(kommun)?kod|kommunnummer|kommunnr", re.IGNORECASE)
_DONE_HEADING = re.compile(
    r"(har )?(in)?rapporter\w*|(be)?svarat?|besvarad|klara?|klart|inskicka[dt]|inlämna[dt]|färdig\w*|status|enkät\w*",
    re.IGNORECASE,
)
_YES = re.compile(
    r"ja|j|x|yes|true|sant|1|ok|klara?|klart|färdigt?|(in)?rapportera[dt]|(be)?svara[dt]|inskicka[dt]|inlämna[dt]"
    r"|done|completed|✓|✔|✅|100 ?%|\d{4}-\d\d-\d\d.*",
    re.IGNORECASE,
)
_NO = re.compile(
    r"|nej|n|no|false|falskt|0|-|–|—|ej\b.*|inte\b.*|saknas|påbörja[dt]|pågår|pågående|öppnad|not .*|\d?\d ?%",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^(?:[-–—•*·]\s+|\d{1,3}[.)]\s+)")
_FORMULA = ("=", "@", "+", "-")
_WITH_CODE = re.compile(r"(?P<code>\d{3,4})\s*[-–:,]?\s+(?P<name>\D.*)|(?P<name2>\D.*?)\s*\(?(?P<code2>\d{4})\)?")


@dataclass(frozen=True, slots=True)
class NameLine:
    """A row of the list."""

    number: int
    text: str
    """The name as written."""
    codes: tuple[str, ...] = ()
    """The municipality; those that it may be if it is not ``sure``; none if it is refused."""
    sure: bool = True
    done: bool = True
    """Whether the list says that the municipality is done."""
    reason: str = ""
    """Why it is refused, in Swedish."""


@dataclass(frozen=True, slots=True)
class _Columns:
    name: int
    first: int
    """The index of the first row below the headings."""
    code: int | None = None
    done: int | None = None
    headed: int = 0
    """How many cells the row of headings has. Every cell beyond them may belong to the name."""


def read(tables: Sequence[Table]) -> tuple[NameLine, ...]:
    """Return the rows of the first table that has municipalities. Raise :class:`UserError` if no table has."""
    best: tuple[tuple[int, int], list[Row], _Columns] | None = None
    for table in tables:
        rows = [] if table.flaw else _tidy(list(islice(table.rows, MOST_ROWS + 1)))
        columns = _columns(rows)
        if columns is not None:
            found = sum(bool(_codes(_cell(row, columns.name))) for row in rows[:SAMPLE])
            score = found, max(len(row.cells) for row in rows)
            if best is None or score > best[0]:
                best = score, rows, columns
    if best is None:
        raise UserError("Jag hittar ingen kolumn med kommuner i listan. Är det rätt lista, och är kommunerna med?")
    _, rows, columns = best
    if len(rows) > MOST_ROWS:
        raise UserError(f"Listan har fler än {MOST_ROWS} rader. Så många kommuner finns inte. Är det rätt lista?")
    exact = _is_exact([_cell(row, columns.name) for row in rows[columns.first :]])
    lines = [_line(row, columns, exact=exact) for row in rows[columns.first :]]
    return tuple(_without_contradictions(list(filter(None, lines))))


def full_name(code: str) -> str:
    """Return the name of a municipality in running text."""
    return official_names.full_names()[code]


def _tidy(rows: list[Row]) -> list[Row]:
    """Return the rows; names on a single line, with signs between, as a row for each."""
    if len(rows) == 1 and len(rows[0].cells) > 1:
        return [Row(at, (cell,)) for at, cell in enumerate(rows[0].cells, 1) if cell]
    return rows


def _columns(rows: Sequence[Row]) -> _Columns | None:
    """Return which column holds the names; None if in no column at least half of the rows are municipalities."""
    width = min(MOST_COLUMNS, max((len(row.cells) for row in rows), default=0))
    sample = rows[: SAMPLE + 10]
    found = {at: [number for number, row in enumerate(sample) if _codes(_cell(row, at))] for at in range(width)}
    if not any(found.values()):
        return None
    name = max(found, key=lambda at: (_plain_names(sample, at), -at))
    if not found[name]:
        return None
    heading = _heading(rows, name)
    first = heading + 1 if heading is not None else 0
    filled = [row for row in sample[first:] if _cell(row, name)]
    if len([number for number in found[name] if number >= first]) * 2 < len(filled):
        return None
    cells = rows[heading].cells if heading is not None else ()
    others = [at for at in range(width) if at != name]
    code = next((at for at in others if at < len(cells) and _CODE_HEADING.fullmatch(cells[at])), None)
    done = next((at for at in others if at < len(cells) and _DONE_HEADING.fullmatch(cells[at])), None)
    if done is None and heading is None:
        done = next((at for at in others if _says_yes_or_no([_cell(row, at) for row in rows])), None)
    return _Columns(name, first, code, done, len(cells))


def _plain_names(rows: Sequence[Row], at: int) -> int:
    """Return how many cells of a column are a municipality and little else: "Anna Lund" is a person."""
    cells = (_cell(row, at) for row in rows)
    return sum(bool(codes) and not cell.isdecimal() for cell in cells for codes in [_codes(cell)])


def _heading(rows: Sequence[Row], name: int) -> int | None:
    headings = (at for at, row in enumerate(rows[:10]) if _NAME_HEADING.fullmatch(_cell(row, name).rstrip(":")))
    return next(headings, None)


def _says_yes_or_no(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(_YES.fullmatch(cell) or _NO.fullmatch(cell) for cell in filled)


def _line(row: Row, columns: _Columns, *, exact: bool) -> NameLine | None:
    """Return a row; None if it has no name, or is a heading once more."""
    cells = [cell for at, cell in enumerate(row.cells[columns.headed :], columns.headed) if cell and at != columns.done]
    text = _BULLET.sub("", ", ".join([_cell(row, columns.name), *cells] if columns.headed else cells))
    if not text or _NAME_HEADING.fullmatch(text):
        return None
    line = NameLine(row.number, text[:LONGEST_NAME])
    status = _cell(row, columns.done) if columns.done is not None else "ja"
    if any(cell.startswith(_FORMULA) and len(cell) > 1 for cell in (text, status)):
        return replace(line, reason="En cell innehåller en formel. Skriv bara värdet.")
    if len(text) > LONGEST_NAME:
        return replace(line, reason="Raden är för lång för att vara ett namn.")
    if not (_YES.fullmatch(status) or _NO.fullmatch(status)):
        return replace(line, reason=f"Jag förstår inte om ”{status[:40]}” betyder klar. Skriv ja eller nej.")
    line = replace(line, done=_YES.fullmatch(status) is not None)
    return _named(line, _cell(row, columns.code) if columns.code is not None else "", exact=exact)


def _named(line: NameLine, code: str, *, exact: bool) -> NameLine:
    """Return the row with what its name means."""
    text = line.text
    if both := _WITH_CODE.fullmatch(text):
        code, text = both["code"] or both["code2"], both["name"] or both["name2"]
    codes, sure = _codes(text), isinstance(_answer(text), Found)
    same = [each for each in official_names.named_exactly(text) if exact and each in codes]
    if len(same) == 1:
        codes, sure = tuple(same), True
    if code:
        if not code.isdecimal() or finder.padded(code) not in official_names.full_names():
            return replace(line, reason=f"Det finns ingen kommun med koden {code[:10]}.")
        code = finder.padded(code)
        if codes and code not in codes:
            names = listed([full_name(each) for each in codes], "eller")
            return replace(line, reason=f"Koden {code} är {full_name(code)}, men namnet säger {names}.")
        codes, sure = (code,), True
    if not codes:
        return replace(line, reason=f"Det finns ingen kommun som heter ”{text}”.")
    return replace(line, codes=codes, sure=sure)


def _without_contradictions(lines: Sequence[NameLine]) -> Iterator[NameLine]:
    """Yield the rows; a municipality that the list calls both done and not done is refused, a repeated one too."""
    first: dict[str, NameLine] = {}
    both: set[str] = set()
    for line in lines:
        if line.codes and line.sure:
            before = first.setdefault(line.codes[0], line)
            both |= {line.codes[0]} if before.done != line.done else set()
    for line in lines:
        code = line.codes[0] if line.codes and line.sure else ""
        if code in both:
            yield replace(line, codes=(), reason=f"Listan säger både ja och nej om {full_name(code)}.")
        elif code and first[code].number != line.number:
            yield replace(line, codes=(), reason=f"Dubblett: {full_name(code)} står redan på rad {first[code].number}.")
        else:
            yield line


def _is_exact(cells: Sequence[str]) -> bool:
    """Return whether the list is written with å, ä and ö throughout, so that "Habo" means Habo."""
    marked = [cell for cell in cells if _marked(cell)]
    lost = (
        len(codes) == 1 and _marked(full_name(codes[0]))
        for cell in cells
        if not _marked(cell)
        for codes in [_codes(cell)]
    )
    return bool(marked) and not any(lost)


def _marked(text: str) -> bool:
    return any(sign in "åäöÅÄÖ" for sign in text)


def _cell(row: Row, at: int) -> str:
    return row.cells[at] if at < len(row.cells) else ""


def _codes(text: str) -> tuple[str, ...]:
    """Return the municipalities that a text may mean."""
    match _answer(text):
        case Found(code):
            return (code,)
        case Ask(codes):
            return codes
    return ()


@lru_cache(4096)
def _answer(text: str) -> Found | Ask | None:
    text = _BULLET.sub("", text)
    if not text or len(text) > LONGEST_NAME or (text.isdecimal() and len(text) < 3):  # noqa: PLR2004 - 1 to 25 are also grades and counts
        return None
    return finder.official().find(text)
