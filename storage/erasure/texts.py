"""What others wrote about an erased person: cleaned in the person's own questions only, and looked up in the bank.

Full names and mail addresses are found however they were spelt.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import faq_history
from storage.faq import Entry, Phrasing
from storage.groups import ThemeGroup
from storage.municipalities import Municipality
from storage.name_keys import NOBODY, FormerName
from storage.offers import ThreadOffer
from storage.people import Person
from storage.questions import Answer, Question

ASSOCIATION = "Sveriges Ekokommuner"
_WRITTEN = (
    (Question, Question.id, ("text", "more", "reason")),
    (Answer, Answer.question_id, ("text",)),
    (ThreadOffer, ThreadOffer.question_id, ("text",)),
)
"""Tables with what members wrote in a question: whose question it is, and the columns."""


_LETTER = r"[^\W_]"
_BEFORE = rf"(?<!{_LETTER})"
_BEFORE_MAIL = rf"{_BEFORE}(?<!{_LETTER}[._+-])"
"""An address begins here: ``anna@…`` stands neither in ``marianna@…`` nor in ``mari.anna@…``."""
_AFTER_MAIL = rf"(?!-?{_LETTER})"
_END = rf"s?(?!{_LETTER})"
"""A name ends here, perhaps in the genitive."""
_SPACE = r"[\s*_,]+"
"""Between the words of a name: any space, a new line, a list's comma, and what makes text bold."""
_HYPHEN = "[-\u2010\u2011]"


@dataclass(frozen=True, slots=True)
class Traces:
    """What to look for: mail addresses, and names, which must stand as whole words."""

    addresses: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def out_of(self, text: str) -> str:
        """Return ``text`` without them."""
        for pattern in self._patterns():
            text = re.sub(pattern, NOBODY, text, flags=re.IGNORECASE)
        return text

    def are_in(self, text: str) -> bool:
        """Return whether one of them stands in ``text``."""
        return any(re.search(pattern, text, flags=re.IGNORECASE) for pattern in self._patterns())

    def _patterns(self) -> Iterator[str]:
        for address in self.addresses:
            yield f"{_BEFORE_MAIL}{_spelt(address)}{_AFTER_MAIL}"
        for name in self.names:
            words = name.replace(",", " ").split()
            for at in range(len(words)):  # also as lists have it: "Öqvist, Wilhelmina"
                yield f"{_BEFORE}{_SPACE.join(map(_spelt, words[at:] + words[:at]))}{_END}"


@dataclass(frozen=True, slots=True)
class Known:
    """What a person is or was called."""

    ids: list[int]
    """Of all their rows."""
    addresses: tuple[str, ...]
    """Mail addresses that nobody else has."""
    traces: Traces
    """What can be searched for in texts."""
    ambiguous: bool
    """Whether a name or address of theirs is left where others wrote it, because it may mean something else."""


def known(session: Session, rows: Sequence[Person], spared: Collection[str] = ()) -> Known:
    """Return what a person, who may have several rows, is or was called. ``spared`` addresses are the kansli's."""
    ids = [row.id for row in rows]
    former = set(session.scalars(select(FormerName.text).where(FormerName.person_id.in_(ids))))
    called = {row.name for row in rows} | {text for text in former if "@" not in text}
    mails = {row.mail for row in rows if row.mail} | (former - called)
    taken = set(session.scalars(select(Person.mail).where(Person.mail.in_(mails), Person.id.not_in(ids))))
    own = mails - taken
    names = {spelling.strip() for name in called for spelling in (name, re.sub(r"\s*\(.*", "", name))} - {""}
    searched = {name for name in names if is_full(name)} - _others(session, names, ids)
    return Known(
        ids=ids,
        addresses=tuple(sorted(own)),
        traces=Traces(tuple(sorted(own - set(spared))), tuple(sorted(searched, key=len, reverse=True))),
        ambiguous=bool(taken & mails or own & set(spared) or names - searched),
    )


def clean(session: Session, question_ids: Collection[int], traces: Traces) -> int:
    """Take the traces out of questions and answers. Return how many texts had any."""
    cleaned = 0
    for table, question_id, columns in _WRITTEN:
        for row in session.scalars(select(table).where(question_id.in_(question_ids))):
            for column in columns:
                text = getattr(row, column) or ""
                if (without := traces.out_of(text)) != text:
                    setattr(row, column, without)
                    cleaned += 1
    session.flush()
    return cleaned


def in_bank(session: Session, traces: Traces) -> list[int]:
    """Return the ids of the entries of the knowledge bank that have a trace in them. They are never changed."""
    return sorted({number for number, text in _bank(session) if traces.are_in(text)})


def _bank(session: Session) -> list[tuple[int, str]]:
    """Return the entries' ids and texts; an entry has rows more for its phrasings and its history."""
    entries = session.execute(select(Entry.id, Entry.question, Entry.answer, Entry.note).order_by(Entry.id))
    phrasings = session.execute(select(Phrasing.entry_id, Phrasing.text).order_by(Phrasing.id))
    now = [(number, "\n".join(texts)) for number, *texts in (*entries, *phrasings)]
    return [*now, *faq_history.texts(session)]


def _others(session: Session, names: Collection[str], ids: Collection[int]) -> set[str]:
    """Return those of the names that may mean something else: another person, a place, a group, or plain words."""
    taken = {ASSOCIATION.casefold()}
    for column in (Municipality.name, Municipality.full_name, Municipality.county, ThemeGroup.name, ThemeGroup.theme):
        taken |= {text.casefold() for text in session.scalars(select(column).distinct())}
    people = session.scalars(select(Person.name).where(Person.id.not_in(ids)))
    taken |= {re.sub(r"\s*\(.*", "", name).strip().casefold() for name in people}
    bank = "\n".join(text for _, text in _bank(session))
    return {name for name in names if name.casefold() in taken or is_used_as_words(name, bank)}


def is_full(name: str) -> bool:
    """Return whether a name has two parts. One word may be any word; "asa.oberg" has a sign that no word has."""
    return re.search(r"\S[\s._\d@]+\S", name) is not None


def is_used_as_words(name: str, text: str) -> bool:
    """Return whether a name stands in ``text`` as words do, with a small letter: "gröna nyckeltal", "måste vi"."""
    pattern = rf"{_BEFORE}{_SPACE.join(map(_spelt, name.split()))}(?!{_LETTER})"
    found = [one[0].split() for one in re.finditer(pattern, text, re.IGNORECASE)]
    return any(words[0][0].islower() or words[-1][0].islower() for words in found)


def _spelt(word: str) -> str:
    """Return an expression for a word: with its marks in one sign or two, or without them."""
    return "".join(map(_letter, unicodedata.normalize("NFC", word)))


def _letter(letter: str) -> str:
    if letter == "-":
        return _HYPHEN
    apart = unicodedata.normalize("NFD", letter)
    return f"(?:{apart}|{letter}|{apart[0]})" if len(apart) > 1 else re.escape(letter)
