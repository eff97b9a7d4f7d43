"""A question with everything that a card of it shows, gathered from the tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.questions import lifecycle
from storage import groups, municipalities, people, questions
from storage.groups import ThemeGroup
from storage.questions import Answer, AnswerWay, Question

NOBODY = "En medlem"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer and whose it is."""

    answer: Answer
    who: str


@dataclass(frozen=True, slots=True)
class QuestionDetails:
    """One question as a card shows it now."""

    question: Question
    group: ThemeGroup | None
    """None is the kansli."""
    asker: str
    """How the asker is shown to others: with the name only where they want that."""
    size: str
    """The municipality's group by SKR, or empty."""
    claimer: str
    """The name of the person who has it now; empty for nobody."""
    claimer_name: str
    """The same on a button."""
    followers: int
    answers: Sequence[Said]

    @property
    def home(self) -> str:
        """Where it is asked, in a sentence: "temagruppen Vatten"."""
        return f"temagruppen {self.group.name}" if self.group else "kansliet"


def of(session: Session, question: Question, now: datetime) -> QuestionDetails:
    """Gather what a card of the question shows."""
    session.flush()
    given = questions.answers(session, question.id)
    claimed = lifecycle.is_claimed(question, now)
    ids = {question.asker_id, *(one.person_id for one in given), *([question.claimed_by_id] if claimed else ())}
    names = people.names(session, [person for person in ids if person is not None])
    home = municipalities.find(session, question.municipality_code)
    asker = names.get(question.asker_id or 0, "") if question.show_name else ""
    claimer = people.by_id(session, question.claimed_by_id) if claimed else None
    return QuestionDetails(
        question=question,
        group=groups.find(session, question.group_id),
        asker=who(session, asker, question.municipality_code),
        size=f"{home.size_group_name}, grupp {home.size_group}" if home and home.size_group else "",
        claimer=who(session, claimer.shown_name, claimer.municipality_code) if claimer else "",
        claimer_name=claimer.shown_name if claimer else "",
        followers=len(questions.followers(session, question.id)),
        answers=[Said(one, _answerer(session, one, names)) for one in given],
    )


def who(session: Session, name: str, code: str | None) -> str:
    """Return a person as others read it: "Bo Ek, Lunds kommun", either part alone, or that it is a member.

    ``name`` carries the person's key, as :attr:`storage.people.Person.shown_name` does.
    """
    home = municipalities.find(session, code)
    return ", ".join(part for part in (name, home.full_name if home else "") if part) or NOBODY


def said(shown: QuestionDetails, answer_id: object) -> Said | None:
    """Return one of the answers, by an id that may come from a client and be anything."""
    return next((one for one in shown.answers if one.answer.id == answer_id), None)


def everyone(session: Session, question: Question, but: Collection[int | None] = ()) -> list[int]:
    """The asker and the followers, but for some."""
    told = [question.asker_id, *questions.followers(session, question.id)]
    return [person for person in dict.fromkeys(told) if person is not None and person not in but]


def _answerer(session: Session, one: Answer, names: dict[int, str]) -> str:
    shown = who(session, names.get(one.person_id or 0, ""), one.municipality_code)
    return f"Från tråden, förmedlat av {shown}" if one.way == AnswerWay.PASTED else shown
