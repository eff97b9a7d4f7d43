"""Find who can help with a subject: people who said so, and municipalities that answered a question about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from bot.register import access
from bot.search.subjects import hits, telling
from bot.turn import Turn
from storage import municipalities, people, questions
from storage.municipalities import Municipality
from storage.people import Person

MOST_PEOPLE, MOST_ANSWERED = 5, 3
"""How many people and how many answered questions a card names: what a phone shows in two screens."""


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
    wanted = list(telling(subject))
    fitting = [(person, hits(wanted, person.helps_with)) for person in people.offering_help(turn.session)]
    fitting = [(person, number) for person, number in fitting if number and person.id != turn.person.id]
    fitting.sort(key=lambda pair: -pair[1])
    shown = [person for person, _ in fitting if access.visible(turn, person.municipality_code)(person)]
    return [Helper(each, municipalities.find(turn.session, each.municipality_code)) for each in shown[:MOST_PEOPLE]]


def answered(session: Session, subject: str) -> list[AnsweredQuestion]:
    """Return the newest answered questions about the subject that every member may read."""
    wanted = list(telling(subject))
    about: list[AnsweredQuestion] = []
    for row in questions.earlier(session) if wanted else ():
        if row.theme is None or hits(wanted, row.text) < len(wanted):  # without a group, only the kansli may read it
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
