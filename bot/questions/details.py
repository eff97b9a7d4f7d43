"""A question with everything that its cards show, gathered from the tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot import links
from bot.questions import lifecycle
from storage import groups, municipalities, name_keys, people, questions
from storage.groups import ThemeGroup
from storage.questions import Answer, AnswerWay, Question

NOBODY = "En medlem"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer and the person who gave it, as words."""

    answer: Answer
    who: str
    first: str = ""
    """The first name of the person who answered; empty if it is not known, or if somebody else brought the answer."""
    mail: str = ""
    """Their mail address, if they agreed that the asker gets it; without their key."""

    @property
    def to(self) -> str:
        """Return words for the person after "till"."""
        return self.first or "den som svarade"

    @property
    def chat(self) -> str:
        """Return the address of a chat with the person, with their key; empty without :attr:`mail`."""
        return links.chat_with(self.mail, self.answer.person_id or 0) if self.mail else ""


@dataclass(frozen=True, slots=True)
class QuestionDetails:
    """A question with everything that its cards show."""

    question: Question
    group: ThemeGroup | None
    """None for a question to the kansli."""
    asker: str
    """Words for the asker that others may read; with the name only if the asker wants that."""
    size: str
    """SKR's group of the asker's municipality, or empty."""
    claimer: str
    """Words for the person who has claimed the question; empty if nobody has."""
    claimer_name: str
    """The claimer's name for a button; empty if nobody has claimed the question."""
    followers: int
    answers: Sequence[Said]

    @property
    def home(self) -> str:
        """Return where the question is asked, for use in a sentence: "temagruppen Vatten"."""
        return f"temagruppen {self.group.name}" if self.group else "kansliet"


def of(session: Session, question: Question, now: datetime) -> QuestionDetails:
    """Gather everything that a card of the question shows."""
    session.flush()
    given = questions.answers(session, question.id)
    claimed = lifecycle.is_claimed(question, now)
    ids = {question.asker_id, *(each.person_id for each in given), *([question.claimed_by_id] if claimed else ())}
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
        answers=[_said(session, each, names) for each in given],
    )


def who(session: Session, name: str, code: str | None) -> str:
    """Return a person as others read it: "Bo Ek, Lunds kommun", either part alone, or that it is a member.

    ``name`` carries the person's key, as :attr:`storage.people.Person.shown_name` does.
    """
    home = municipalities.find(session, code)
    return ", ".join(part for part in (name, home.full_name if home else "") if part) or NOBODY


def said(shown: QuestionDetails, answer_id: object) -> Said | None:
    """Return the answer with this id, or None. The id may come from a client and be anything."""
    return next((each for each in shown.answers if each.answer.id == answer_id), None)


def everyone(session: Session, question: Question, but: Collection[int | None] = ()) -> list[int]:
    """Return the ids of the asker and the followers, except those in ``but``."""
    told = [question.asker_id, *questions.followers(session, question.id)]
    return [person for person in dict.fromkeys(told) if person is not None and person not in but]


def _said(session: Session, answer: Answer, names: dict[int, str]) -> Said:
    name = names.get(answer.person_id or 0, "")
    shown = who(session, name, answer.municipality_code)
    if answer.way == AnswerWay.PASTED:
        return Said(answer, f"Från tråden, förmedlat av {shown}")
    first = next(iter(name_keys.plain(name).split()), "")
    writer = people.by_id(session, answer.person_id) if answer.may_write else None
    mail = writer.mail if writer is not None and writer.left_at is None else None
    number = answer.person_id or 0
    return Said(answer, shown, name_keys.keyed(number, first), mail or "")
