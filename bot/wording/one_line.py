"""Understand a line such as "vatten: Ny utlysning, sök senast 3 mars https://…": to whom, what and until when. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from bot.swedish import MONTHS

_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_ISO = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")
_NAMED = re.compile(rf"\b(?:den\s+)?(\d{{1,2}})\s+({'|'.join(MONTHS)})(?:\s+(20\d\d))?\b", re.IGNORECASE)
_SLASH = re.compile(r"\b(\d{1,2})/(\d{1,2})(?:[\s/-]+(20\d\d))?\b")
_BREAK = re.compile(r"[.!?](?:\s|$)|[,;:–—]\s|\n")
LONGEST_HEADING = 120
"""Characters; a longer one goes on in the text."""
_LONGEST_TO = 80
"""Characters before the colon that may say to whom it goes."""


@dataclass(frozen=True, slots=True)
class Understood:
    """The parts of the line."""

    to: tuple[str, ...]
    """The words before the colon, such as theme words; empty if the line has none."""
    heading: str
    text: str
    """The rest, without the addresses; a day in it has a year."""
    urls: tuple[str, ...]
    deadline: date | None
    """The last day that the line names."""


def understand(text: str, today: date) -> Understood:
    """Return what the line says. A day without a year is the next one with that date."""
    to, rest = _addressed(text.strip())
    urls = [url.rstrip(".,;!?)") for url in _URL.findall(rest)]
    rest = " ".join(_URL.sub(" ", rest).split(" ")).strip()
    deadline, rest = _dated(rest, today)
    heading, body = _parted(rest)
    return Understood(to, heading, body, tuple(dict.fromkeys(urls)), deadline)


def _addressed(text: str) -> tuple[tuple[str, ...], str]:
    """Return the words before the first colon, and the rest. An address has a colon too, but no space after it."""
    match = re.match(rf"([^:\n]{{1,{_LONGEST_TO}}}):\s+(.+)", text, re.DOTALL)
    if match is None or "http" in match[1].casefold():
        return (), text.lstrip(": ")
    return tuple(part for part in re.split(r"\s*,\s*|\s+och\s+", match[1].strip()) if part), match[2].strip()


def _dated(text: str, today: date) -> tuple[date | None, str]:
    """Return the last date in the text, and the text with its year added if it had none."""
    deadline, written = None, text
    for pattern in (_NAMED, _ISO, _SLASH):
        for match in pattern.finditer(text):
            value = _date(pattern, match, today)
            if value is None:
                continue
            deadline = value if deadline is None else max(deadline, value)
            if pattern is _NAMED and match[3] is None:
                written = written.replace(match[0], f"{match[0]} {value.year}", 1)
    return deadline, written


def _date(pattern: re.Pattern[str], match: re.Match[str], today: date) -> date | None:
    if pattern is _ISO:
        year, month, number = int(match[1]), int(match[2]), int(match[3])
    elif pattern is _NAMED:
        year, month, number = int(match[3] or 0), MONTHS.index(match[2].casefold()) + 1, int(match[1])
    else:
        year, month, number = int(match[3] or 0), int(match[2]), int(match[1])
    for wanted in (year,) if year else (today.year, today.year + 1):
        try:
            value = date(wanted, month, number)
        except ValueError:
            continue
        if year or value >= today:
            return value
    return None


def _parted(text: str) -> tuple[str, str]:
    """Return the heading, up to the first pause, and the rest with a capital letter."""
    pause = _BREAK.search(text)
    heading, rest = (text[: pause.start()], text[pause.end() :]) if pause else (text, "")
    if len(heading) > LONGEST_HEADING:
        cut = heading[:LONGEST_HEADING].rsplit(" ", 1)[0]
        heading, rest = cut, text[len(cut) :]
    rest = _capital(rest.strip(" ,;:–—"))
    return _capital(heading.strip()), f"{rest}." if rest and rest[-1] not in ".!?" else rest


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
