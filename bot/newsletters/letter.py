"""The text of a newsletter, short enough for a card and a mail. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from bot.swedish import MONTHS, count

MOST = 8
"""Lines of a section. A reader skims a newsletter, and the rest stands where it came from."""
LONGEST = 3_800
"""Characters, a little less than an announcement may have, so that the kansli can add a greeting."""
CLOSING = "Undrar du något själv? Skriv **fråga kollegor** till mig i chatten."


def heading(today: date) -> str:
    """Return the heading: "Nyhetsbrev november 2026"."""
    return f"Nyhetsbrev {MONTHS[today.month - 1]} {today.year}"


def text(sections: Mapping[str, Sequence[str]]) -> str:
    """Return the sections as Teams Markdown. The longest ones lose their last lines until the text fits."""
    shown = {title: list(lines[:MOST]) for title, lines in sections.items()}
    while len(written := _written(shown, sections)) > LONGEST:
        max(shown.values(), key=lambda lines: sum(map(len, lines))).pop()
    return written


def _written(shown: Mapping[str, Sequence[str]], sections: Mapping[str, Sequence[str]]) -> str:
    parts = []
    for title, lines in shown.items():
        left = len(sections[title]) - len(lines)
        more = [f"- … och {count(left, 'till', 'till')}"] if left else []
        parts.append("\n".join([f"**{title}**", *(f"- {line}" for line in lines), *more]))
    return "\n\n".join([*parts, CLOSING])
