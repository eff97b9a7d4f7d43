"""What a cell of the bank's files says: an entry's values as text, and text as checked values. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from bot import plain_text
from bot.bank import entries
from bot.bank.entries import Source
from bot.message import UserError
from bot.register import sheets
from bot.swedish import MONTHS
from storage.faq import Certainty, Entry, EntryKind, EntryState

NAMES = {
    "id": "ID",
    "question": "Fråga",
    "phrasings": "Andra sätt att fråga",
    "answer": "Svar",
    "theme": "Tema",
    "sources": "Källor",
    "certainty": "Säkerhet",
    "note": "Anteckning",
    "state": "Läge",
    "reviewed_on": "Granskat",
    "review_on": "Granskas igen",
    "valid_until": "Gäller till och med",
    "kind": "Sort",
    "version": "Version",
}
"""The fields by the headings of their columns, in their order."""
LONG = ("phrasings", "answer", "sources", "note")
"""Fields that may hold several lines."""
DATES = ("reviewed_on", "review_on", "valid_until")
STATES = {EntryState.PUBLISHED: "publicerat", EntryState.DRAFT: "utkast", EntryState.ARCHIVED: "arkiverat"}
KINDS = {EntryKind.FACT: "kansliets svar", EntryKind.TESTIMONY: "en kollegas svar"}
LONGEST_THEME = 60
LONGEST_NOTE = 1000
"""Characters, as in the form of an entry."""
_GUARDED = ("question", "phrasings", "answer", "theme", "sources", "certainty", "note", "state", "valid_until", "kind")
"""What a version is made of. Reviewing an entry again does not make a file old."""

_FORMULA = re.compile(r"[=@]|[+-](?!\s)")
"""The start of a formula. A plus or hyphen with a blank after it starts a list in Markdown."""
_EXCEL_ERROR = re.compile(r"#[A-ZÅÄÖ/0]+[!?]?")
_HTML = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>|<!--", re.IGNORECASE)
_OTHER_LINK = re.compile(r"\]\(\s*<?(?!https?://|mailto:|tel:)[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_DAY_ZERO = date(1899, 12, 30)
"""Excel counts days from here, and gives the number where a cell has lost its format."""
_SERIAL = re.compile(r"[3-9]\d{4}(?:[.,]0+)?")
"""Days of the years 1982 to 2173."""
_ISO = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[ t]0?0:00(?::00)?)?", re.IGNORECASE)
_NUMBERS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
_WORDS = re.compile(r"(?:den )?(\d{1,2})[.:]?(?:e|a)? ([a-zåäö]{3,})\.? (\d{4})")


def cells(entry: Entry) -> dict[str, str]:
    """Return an entry as the texts of its cells. Nobody's name stands in them but in what the kansli has written."""
    shown = {
        "id": entry.code or str(entry.id),
        "question": entry.question,
        "phrasings": "\n".join(phrasing.text for phrasing in entry.phrasings),
        "answer": entry.answer,
        "theme": entry.theme,
        "sources": entries.source_lines(entry),
        "certainty": entry.certainty,
        "note": entry.note,
        "state": STATES[EntryState(entry.state)],
        "reviewed_on": str(entry.reviewed_on),
        "review_on": str(entry.review_on or ""),
        "valid_until": str(entry.valid_until or ""),
        "kind": KINDS[EntryKind(entry.kind)],
    }
    shown = {name: plain_text.printable(text).strip() for name, text in shown.items()}
    whole = "\x1f".join(_essence(name, shown[name]) for name in _GUARDED)
    return shown | {"version": f"v{sha256(whole.encode()).hexdigest()[:10]}"}


def same(field: str, cell: str, shown: str) -> bool:
    """Return whether a cell says what ``shown`` says, whatever a program did to blanks and invisible signs."""
    return _essence(field, sheets.restored(cell)) == _essence(field, shown)


def checked(field: str, cell: str) -> Any:
    """Return the value of a cell, as an entry holds it. Raises :class:`UserError` with the way on."""
    text = sheets.restored(cell)
    if text == cell and _FORMULA.match(text):
        raise UserError(
            f"{NAMES[field]} börjar som en formel ({text[:1]}). Skriv bara värdet, eller börja texten med ett ord."
        )
    if _EXCEL_ERROR.fullmatch(text) and len(text) > 1:
        raise UserError(f"{NAMES[field]} innehåller ett fel från Excel ({text[:20]}). Skriv bara värdet.")
    if html := _HTML.search(text):
        raise UserError(f"{NAMES[field]} innehåller HTML ({html[0][:20]}). Skriv vanlig text eller Markdown.")
    if _OTHER_LINK.search(text):
        raise UserError(f"En länk i {NAMES[field]} ska börja med https:// eller mailto:. Rätta den, eller ta bort den.")
    return _CHECKS[field](text)


def _essence(field: str, text: str) -> str:
    text = plain_text.visible(text.replace("\xa0", " ").replace("\u202f", " "))
    if field not in LONG:
        return " ".join(text.split()).casefold() if field == "theme" else " ".join(text.split())
    lines = [line.rstrip() for line in text.strip().splitlines()]
    if field == "phrasings":  # their order means nothing: a new one comes last in the bank, wherever it stood in a file
        return "\n".join(sorted({" ".join(line.split()) for line in lines} - {""}))
    return "\n".join(line for line in lines if line or field in ("answer", "note"))


def _theme(text: str) -> str:
    theme = " ".join(text.casefold().split())
    if len(theme) > LONGEST_THEME:
        raise UserError(f"Temat är {len(theme)} tecken. Skriv ett ord, högst {LONGEST_THEME} tecken.")
    return theme


def _note(text: str) -> str:
    if len(text.strip()) > LONGEST_NOTE:
        raise UserError(f"Anteckningen är {len(text.strip())} tecken. Korta ner den till högst {LONGEST_NOTE}.")
    return text.strip()


def _sources(text: str) -> tuple[Source, ...]:
    sources = entries.checked_sources(text)
    for source, line in zip(sources, filter(str.strip, text.splitlines()), strict=True):
        if " ".join(line.split()) not in (source.title, f"{source.title} {source.link}"):
            raise UserError(f"Källan ”{source.title[:40]}…” är för lång. Korta ner namnet till 200 tecken.")
    return sources


def _certainty(text: str) -> Certainty:
    word = text.strip().casefold()
    if word not in set(Certainty):
        raise UserError(f"Säkerhet ”{text[:40]}” förstår jag inte. Skriv {_either(Certainty)}.")
    return Certainty(word)


def _word_of(names: Mapping[Any, str], title: str) -> Callable[[str], Any]:
    """Return a check that a text is one of these words."""

    def check(text: str) -> Any:
        word = " ".join(text.split()).casefold()
        found = next((value for value, name in names.items() if word in (name, value)), None)
        if found is None:
            raise UserError(f"{title} ”{text[:40]}” förstår jag inte. Skriv {_either(names.values())}.")
        return found

    return check


def _either(words: Any) -> str:
    *first, last = (word.value if isinstance(word, StrEnum) else word for word in words)
    return f"{', '.join(first)} eller {last}"


def _day(title: str) -> Callable[[str], date | None]:
    """Return a check that a text is a day: as 2027-06-30, as people write it, or as Excel's number of it."""

    def check(text: str) -> date | None:
        line = " ".join(text.split()).casefold()
        if line in ("", "-", "–"):
            return None
        try:
            return _read_day(line)
        except ValueError:
            raise UserError(
                f"{title} ”{text[:40]}” är ingen dag som jag är säker på. Skriv den som ÅÅÅÅ-MM-DD, "
                "till exempel 2027-06-30, eller lämna cellen tom."
            ) from None

    return check


def _read_day(line: str) -> date:
    """Return the day. Raises :class:`ValueError`, also where day and month may be the other way round."""
    if _SERIAL.fullmatch(line):
        return _DAY_ZERO + timedelta(days=int(line[:5]))
    if iso := _ISO.fullmatch(line):
        return date(int(iso[1]), int(iso[2]), int(iso[3]))
    if numbers := _NUMBERS.fullmatch(line):
        day, month, year = int(numbers[1]), int(numbers[3]), int(numbers[4])
        if numbers[2] == "/" and month > len(MONTHS):  # an American Excel
            day, month = month, day
        elif numbers[2] == "/" and day != month and day <= len(MONTHS):
            raise ValueError(line)
        return date(year, month, day)
    if words := _WORDS.fullmatch(line):
        month = next((at for at, name in enumerate(MONTHS, 1) if name.startswith(words[2])), 0)
        return date(int(words[3]), month, int(words[1]))
    raise ValueError(line)


_CHECKS: dict[str, Callable[[str], Any]] = {
    "question": entries.checked_question,
    "phrasings": entries.checked_phrasings,
    "answer": entries.checked_answer,
    "theme": _theme,
    "sources": _sources,
    "certainty": _certainty,
    "note": _note,
    "state": _word_of(STATES, "Läge"),
    "reviewed_on": _day("Granskat"),
    "review_on": _day("Granskas igen"),
    "valid_until": _day("Gäller till och med"),
    "kind": _word_of(KINDS, "Sort"),
}
