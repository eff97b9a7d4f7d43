"""Drafts of entries that are made from solved questions between members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot import swedish
from bot.bank import entries
from bot.bank.entries import LONGEST_ANSWER, LONGEST_QUESTION, EntryContent, Testimony
from bot.faq import gaps
from bot.message import UserError
from bot.register import anonymity
from bot.register.change import Change
from bot.turn import Turn, is_kansli
from bot.wording import generalisation
from storage import faq, groups, people, questions
from storage.faq import Entry
from storage.questions import Answer, AnswerWay, Question, Status


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that was made from a question."""

    entry: Entry
    new: bool
    """False if the entry had been made before."""
    removed: tuple[str, ...] = ()
    """The words that were removed from the question and the answer."""


def draft(turn: Turn, question_id: object, answer_id: object) -> Draft:
    """Return the entry of a solved question, and make it if there is none.

    ``answer_id`` is the answer to use; None means the answer that solved the question. Locks the question's row, so
    that two people at once make one entry. Raises :class:`UserError`.
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
    told = None if _is_kansli(turn, chosen) else _testimony(chosen)
    entry = entries.create(Change.of(turn), written, question_id=question.id, told=told)
    turn.session.flush()
    gaps.begun(turn, entry.id, question.text, *written.phrasings)
    return Draft(entry, new=True, removed=removed)


def removed(session: Session, entry: Entry) -> tuple[str, ...]:
    """Return the words that were removed from the question behind an entry; empty if there is no question behind it."""
    question = questions.find(session, entry.question_id)
    return anonymity.general(session, question, question.text).removed if question else ()


def _chosen(answers: Sequence[Answer], answer_id: object) -> Answer:
    """Return the answer with this id, which comes from a form as text. Without an id, the answer that solved it."""
    if answer_id in (None, ""):
        chosen = next((answer for answer in answers if answer.solved), None)
    else:
        chosen = next((answer for answer in answers if str(answer.id) == str(answer_id)), None)
    if chosen is None:
        raise UserError("Det svaret finns inte kvar. Välj ett annat.")
    return chosen


def _content(session: Session, question: Question, answer: Answer) -> tuple[EntryContent, tuple[str, ...]]:
    asked = anonymity.general(session, question, question.text)
    solution = anonymity.general(session, question, answer.text, keep_places=True)
    group = groups.find(session, question.group_id)
    written = EntryContent(
        question=generalisation.as_question(asked.text, LONGEST_QUESTION),
        answer=solution.text[:LONGEST_ANSWER],
        phrasings=(generalisation.cut(asked.text, LONGEST_QUESTION),),
        theme=group.theme if group else "",
    )
    return written, tuple(dict.fromkeys((*asked.removed, *solution.removed)))


def _is_kansli(turn: Turn, answer: Answer) -> bool:
    """Return whether the kansli gave the answer, so that it is a fact of the kansli's. A pasted answer is not."""
    person = people.by_id(turn.session, answer.person_id)
    return person is not None and answer.way != AnswerWay.PASTED and is_kansli(turn.session, turn.app.settings, person)


def _testimony(answer: Answer) -> Testimony:
    """Return where an answer comes from. For a pasted one we know only the day: another person pasted it."""
    told_on = swedish.date_of(answer.at)
    if answer.way == AnswerWay.PASTED:
        return Testimony(None, None, told_on)
    return Testimony(answer.municipality_code, answer.person_id, told_on)
