"""What is due when nobody answers: first the group's moderators are told, then the kansli; and claims run out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot import swedish
from bot.delivery.ladder import Ladder, Reached, Rung, Unit
from bot.questions import asker_cards, channel_notices, desk_cards, details, keys, lifecycle, mails, notices
from bot.questions.details import QuestionDetails
from storage import answer_forms, groups, kansli, outbox, questions
from storage.outbox import Delivery
from storage.outgoing import Outgoing, number_of
from storage.questions import Question, Status

MODERATORS = Rung(2, Unit.WORKING_DAYS)
LADDER = Ladder((MODERATORS, Rung(4, Unit.WORKING_DAYS)))
"""Working days without an answer after which the moderators, and then the kansli, are told."""


def due(session: Session, now: datetime) -> list[Outgoing]:
    """Return what is to be sent by ``now`` because questions wait. It follows from the tables and the time alone."""
    later = swedish.next_open(now)
    waiting = questions.waiting(session)
    rows = (*_lost(session, waiting, now), *_unanswered(session, waiting, now))
    return [replace(row, not_before=max(later, row.not_before or later)) for row in rows]


def still_wanted(session: Session, row: Delivery) -> bool:
    """Return whether a reminder's question still waits, and its card is still missing if the reminder says so."""
    question = questions.find(session, number_of(row.subject))
    if question is None or question.status != Status.OPEN:
        return False
    what = keys.what_told(question, row.key)
    if not keys.is_missing(what):
        return True
    return any(what == keys.missing(question, card) for _, card in channel_notices.lost(session, [question]))


@dataclass(frozen=True, slots=True)
class _Reminder:
    """A rung that a question has come to, and who is told, before any card is made."""

    question: Question
    step: Reached
    told: Sequence[int]
    keeper: bool
    """Whether they are the group's moderators; else they are the kansli."""

    @classmethod
    def of(cls, session: Session, question: Question, now: datetime) -> _Reminder | None:
        """Return None while it is too early."""
        step = LADDER.due(max(question.waiting_since, question.claimed_at or question.waiting_since), now)
        if step is None:
            return None
        found = groups.moderators(session, question.group_id) if step.rung == MODERATORS else []
        moderators = [person for person in found if not person.away(swedish.date_of(now))]
        told = [person.id for person in moderators or kansli.everyone(session)]
        return cls(question, step, told, keeper=bool(moderators))

    @property
    def released(self) -> str:
        """What is told about a claim that has run out; empty where there was none."""
        return f"released:{self.step.stamp}" if lifecycle.claim_ends(self.question) is not None else ""

    def row_keys(self) -> list[str]:
        """Return the keys of the rows that go to people."""
        found = [keys.told(self.question, self.step.what, person) for person in self.told]
        if self.released:
            found.append(keys.told(self.question, self.released, self.question.claimed_by_id or 0))
        return found

    def rows(self, session: Session, now: datetime) -> Iterator[Outgoing]:
        shown = details.of(session, self.question, now)
        if self.released:
            yield from self._released(session, shown, now)
        days = self.step.rung.amount
        card = desk_cards.one(shown, why=f"Ingen har svarat på {swedish.count(days, 'arbetsdag', 'arbetsdagar')}")
        mail = mails.unanswered(shown, days, keeper=self.keeper)
        yield from notices.remind(shown, self.told, self.step.what, card, mail, until=self.step.until)

    def _released(self, session: Session, shown: QuestionDetails, now: datetime) -> Iterator[Outgoing]:
        """Offer the question to everybody again, and tell the person who had it. They may be writing an answer now."""
        if shown.group is not None:
            wait = answer_forms.others_until(session, self.question.id, None, now)
            yield channel_notices.update(shown, self.released, not_before=wait)
        text = "Det gick två arbetsdagar utan svar, så den är ledig för andra igen. Du kan fortfarande svara."
        card = asker_cards.note("Frågan du tog är ledig igen", shown, text, mine=False)
        claimer = [self.question.claimed_by_id or 0]
        yield from notices.remind(shown, claimer, self.released, card, mails.released(shown))


def _unanswered(session: Session, waiting: Sequence[Question], now: datetime) -> Iterator[Outgoing]:
    reached = [reminder for question in waiting if (reminder := _Reminder.of(session, question, now))]
    known = outbox.known(session, [key for reminder in reached for key in reminder.row_keys()])
    for reminder in reached:
        if not known.issuperset(reminder.row_keys()):  # no card is made for people who have been told
            yield from reminder.rows(session, now)


def _lost(session: Session, waiting: Sequence[Question], now: datetime) -> Iterator[Outgoing]:
    """Tell the kansli at once about a card that is not in its channel: nobody there knows of the question."""
    for question, row in channel_notices.lost(session, waiting):
        what = keys.missing(question, row)
        told = {keys.told(question, what, person.id): person.id for person in kansli.everyone(session)}
        if fresh := told.keys() - outbox.known(session, told):
            shown = details.of(session, question, now)
            why = desk_cards.missing(shown, row.state)
            card = desk_cards.one(shown, why=why, lost=True)
            yield from notices.remind(shown, [told[key] for key in sorted(fresh)], what, card, mails.lost(shown, why))
