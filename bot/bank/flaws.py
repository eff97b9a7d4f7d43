"""What looks wrong with an entry, for the person who writes it: a warning each, and nothing is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy.orm import Session

from bot.bank import entries
from bot.bank.entries import EntryContent, Source
from bot.wording import blanks, generalisation, texts
from bot.wording.texts import Flaw
from storage import faq_growth
from storage.faq import Entry

_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+|\n+")
_YEAR = re.compile(r"\b(?:varje|alla|vart) år\b|\bårlig|\b20\d\d\b", re.IGNORECASE)
"""A sentence with this means a day of every year, or says its year elsewhere, so the day needs none."""


def of(session: Session, entry: Entry, year: int) -> list[Flaw]:
    """Return what looks wrong with what members read of an entry, the worst first.

    Sentences with a blank to fill in are left out: members do not read them, and the form has a warning of its own.
    """
    return of_content(session, entries.content_of(entry), year)


def of_content(session: Session, content: EntryContent, year: int) -> list[Flaw]:
    """Return :func:`of` for what an entry is going to say."""
    answer = blanks.filled(content.answer, {blanks.CONTACT: "kansli@example.org"})
    asked = [content.question, *content.phrasings]
    found = [*_personal(session, "\n".join([*asked, answer])), *texts.in_markdown(answer)]
    for sentence in (*asked, *_SENTENCE_ENDS.split(answer)):
        found += _in_sentence(sentence, year)
    found += [flaw for source in content.sources for flaw in _in_source(source)]
    unique = {flaw.text: flaw for flaw in found}
    return sorted(unique.values(), key=lambda flaw: not flaw.blocks)


def _personal(session: Session, text: str) -> Iterator[Flaw]:
    """Yield the members' names in a text."""
    for name in sorted(faq_growth.members_named(session, generalisation.candidates(text))):
        yield Flaw(f"Texten har namnet {name}. Ta bort det, om personen inte har sagt ja till att det står här.")


def _in_sentence(sentence: str, year: int) -> Iterator[Flaw]:
    has_year = _YEAR.search(sentence)
    return (flaw for flaw in texts.in_words(sentence, year) if flaw.blocks or not has_year)


def _in_source(source: Source) -> Iterator[Flaw]:
    if wrong := texts.address_flaw(source.link) if source.link else "":
        yield Flaw(f"Källan ”{source.title}” {wrong}")
