"""A draft of an entry, made from a question between members that was solved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.faq import entries, gaps
from bot.faq.entries import LONGEST_ANSWER, LONGEST_QUESTION, Content
from bot.message import UserError
from bot.register.change import Change
from bot.turn import Turn
from bot.wording import generalisation
from storage import faq, faq_growth, groups, municipalities, name_keys, people, questions
from storage.faq import Entry
from storage.questions import Answer, Question, Status, Way


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that was made from a question."""

    entry: Entry
    new: bool
    """False where somebody had made it before."""
    removed: tuple[str, ...] = ()
    """What was taken out of the question and the answer."""


def draft(turn: Turn, question_id: object, answer_id: object) -> Draft:
    """The entry of a solved question, made if there is none. ``answer_id`` is the answer to take, or None: the solving.

    Holds the question's row, so that two at once make one. Raises :class:`UserError`.
    """
    question = questions.lock(turn.session, question_id)
    if question is None:
        raise UserError("Den frågan finns inte kvar.")
    made = faq.of_question(turn.session, question.id)
    if made is not None:
        return Draft(made, new=False)
    if question.over:
        raise UserError("Frågan är stängd eller återtagen, så den blir ingen FAQ.")
    if question.status != Status.SOLVED:
        raise UserError("Frågan är öppen igen, så den är inte klar för kunskapsbanken än.")
    chosen = _chosen(questions.answers(turn.session, question.id), answer_id)
    written, removed = _content(turn.session, question, chosen)
    entry = entries.create(Change.of(turn), written, question_id=question.id)
    turn.session.flush()
    gaps.begun(turn, entry.id, question.text, *written.phrasings)
    return Draft(entry, new=True, removed=removed)


def removed(session: Session, entry: Entry) -> tuple[str, ...]:
    """What was taken out of the question that an entry was made from; empty where it was made from none."""
    question = questions.find(session, entry.question_id)
    return _general(session, question, question.text).removed if question else ()


def _chosen(answers: Sequence[Answer], answer_id: object) -> Answer:
    """The answer with this id, which comes from a form and is a text; without one the answer that solved it."""
    if answer_id in (None, ""):
        found = next((one for one in answers if one.solved), None)
    else:
        found = next((one for one in answers if str(one.id) == str(answer_id)), None)
    if found is None:
        raise UserError("Det svaret finns inte kvar. Välj ett annat.")
    return found


def _content(session: Session, question: Question, answer: Answer) -> tuple[Content, tuple[str, ...]]:
    asked = _general(session, question, question.text)
    said = _general(session, question, answer.text, keep_places=True)
    group = groups.find(session, question.group_id)
    written = Content(
        question=generalisation.as_question(asked.text, LONGEST_QUESTION),
        answer=said.text[:LONGEST_ANSWER],
        phrasings=(generalisation.cut(asked.text, LONGEST_QUESTION),),
        theme=group.theme if group else "",
        source=_source(session, answer),
    )
    return written, tuple(dict.fromkeys((*asked.removed, *said.removed)))


def _source(session: Session, answer: Answer) -> str:
    """The municipality that the answer came from, never the person; unknown where somebody pasted it."""
    if answer.way == Way.PASTED:
        return ""
    home = municipalities.find(session, answer.municipality_code)
    return home.full_name if home else ""


def _general(session: Session, question: Question, text: str, *, keep_places: bool = False) -> generalisation.General:
    told = {question.asker_id, *(one.person_id for one in questions.answers(session, question.id))}
    written = people.names(session, [one for one in told if one is not None]).values()
    members = faq_growth.members_named(session, generalisation.candidates(text))
    return generalisation.general(text, gaps.places(), name_keys.plain([*written]), members, keep_places=keep_places)
