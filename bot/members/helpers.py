"""Find who can help with a subject: people who said so, and municipalities that answered a question about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from bot.register import access
from bot.search import normalisation
from bot.search.terms import stem
from bot.turn import Turn
from bot.wording.utterance import FUNCTION
from storage import municipalities, people, questions
from storage.municipalities import Municipality
from storage.people import Person

MOST_PEOPLE, MOST_ANSWERED = 5, 3
"""How many people and how many answered questions a card names: what a phone shows in two screens."""
_SHORTEST = 4
"""From this number of letters on, a stem may be the first part of a compound: "dagvatten" of "dagvattenplan"."""
_GENERAL = frozenset(
    "plan planer planen arbete arbetet arbeta fråga frågor frågan projekt kommun kommuner kommunal kommunala "
    "ny nya nytt bra olika andra egen egna gjort göra någon något några hållbar hållbara hållbarhet".split()
)
"""Words that are in many offers of help and decide nothing."""


@dataclass(frozen=True, slots=True)
class Helper:
    """A person who has said that they can help."""

    person: Person
    home: Municipality | None


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """A question about the subject that a theme group has answered, and the municipalities that answered."""

    id: int
    text: str
    homes: tuple[str, ...]


def offering(turn: Turn, subject: str) -> list[Helper]:
    """Return the people who can help with the subject and may be named to the turn's person. Best first."""
    wanted = _telling(subject)
    fitting = [(person, _hits(wanted, person.helps_with)) for person in people.offering_help(turn.session)]
    fitting = [(person, hits) for person, hits in fitting if hits and person.id != turn.person.id]
    fitting.sort(key=lambda pair: -pair[1])
    shown = [person for person, _ in fitting if access.visible(turn, person.municipality_code)(person)]
    return [Helper(each, municipalities.find(turn.session, each.municipality_code)) for each in shown[:MOST_PEOPLE]]


def answered(session: Session, subject: str) -> list[AnsweredQuestion]:
    """Return the newest answered questions about the subject that every member may read."""
    wanted = _telling(subject)
    about: list[AnsweredQuestion] = []
    for row in questions.earlier(session) if wanted else ():
        if row.theme is None or _hits(wanted, row.text) < len(wanted):  # without a group, only the kansli may read it
            continue
        homes = _answerers(session, row)
        if homes:
            about.append(AnsweredQuestion(row.id, row.text, homes))
        if len(about) == MOST_ANSWERED:
            break
    return about


def _answerers(session: Session, row: Any) -> tuple[str, ...]:
    """Return the names of the municipalities that answered a question, each once. Their people are not named."""
    codes = dict.fromkeys(answer.municipality_code for answer in questions.answers(session, row.id))
    homes = (municipalities.find(session, code) for code in codes)
    return tuple(home.full_name for home in homes if home is not None)


def _hits(wanted: Sequence[str], text: str) -> int:
    """Return how many of the wanted stems the text has, alone or in a compound."""
    has = _stems(normalisation.words(text))
    return sum(any(_same(word, other) for other in has) for word in wanted)


def _same(word: str, other: str) -> bool:
    short, long = sorted((word, other), key=len)
    return word == other or (len(short) >= _SHORTEST and long.startswith(short))


def _telling(subject: str) -> list[str]:
    """Return the stems of the words that say what the subject is."""
    return _stems(word for word in normalisation.words(subject) if word not in FUNCTION | _GENERAL)


def _stems(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(stem(word) for word in words if len(word) > 1))
