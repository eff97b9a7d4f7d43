"""Reminders for when nobody answers: first the group's moderators, then the kansli; and claims that have run out.

Working days, red days, squeeze days and the July pause are :mod:`bot.swedish`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot import swedish
from bot.questions import asker_cards, channel_notices, desk_cards, details, keys, lifecycle, mails, notices
from bot.questions.details import Picture
from storage import answer_forms, groups, kansli, outbox, questions
from storage.outbox import Delivery
from storage.outgoing import Outgoing, number_of
from storage.questions import Question, Status

FIRST, SECOND = 2, 4
"""Working days without an answer after which the moderators, and then the kansli, are told."""


def due(session: Session, now: datetime) -> list[Outgoing]:
    """Return the rows to send by ``now`` because questions wait. Follows from the tables and the time alone."""
    later = swedish.next_open(now)  # what became due while the bot was down does not come at night
    waiting = questions.waiting(session)
    found = [one for question in waiting if (one := _Rung.reached(session, question, now))]
    known = outbox.known(session, [key for one in found for key in one.row_keys()])
    fresh = [one for one in found if not known.issuperset(one.row_keys())]  # no card is built for who has been told
    new = (outgoing for one in fresh for outgoing in one.rows(session, now))
    rows = (*_lost(session, waiting, now), *new)
    return [replace(outgoing, not_before=max(later, outgoing.not_before or later)) for outgoing in rows]


def still_wanted(session: Session, row: Delivery) -> bool:
    """Whether the question that a reminder is about still waits, and its card is still missing where that was told."""
    question = questions.find(session, number_of(row.subject))
    if question is None or question.status != Status.OPEN:
        return False
    what = keys.what_told(question, row.key)
    if not keys.is_missing(what):
        return True
    return any(what == keys.missing(question, card) for _, card in channel_notices.lost(session, [question]))


@dataclass(frozen=True, slots=True)
class _Rung:
    """The step that a question has come to: who is told, before anything is made for them."""

    question: Question
    days: int
    since: datetime
    until: datetime | None
    told: Sequence[int]
    keeper: bool
    """Whether those are the group's moderators; else they are the kansli."""

    @classmethod
    def reached(cls, session: Session, question: Question, now: datetime) -> _Rung | None:
        """None while it is too early for anything."""
        since = max(question.waiting_since, question.claimed_at or question.waiting_since)
        if now < _after(since, FIRST):
            return None
        second = _after(since, SECOND)
        days, until = (SECOND, None) if now >= second else (FIRST, second)
        today = swedish.date_of(now)
        found = groups.moderators(session, question.group_id) if days == FIRST else []
        moderators = [one for one in found if not one.away(today)]
        told = [person.id for person in moderators or kansli.everyone(session)]
        return cls(question, days, since, until, told, keeper=bool(moderators))

    @property
    def what(self) -> str:
        return f"rung:{self.days}:{self._stamp}"

    @property
    def released(self) -> str:
        """The same for a claim that has run out; empty where there was none."""
        return f"released:{self._stamp}" if lifecycle.claim_ends(self.question) is not None else ""

    def row_keys(self) -> list[str]:
        """Of the rows that :meth:`rows` makes."""
        found = [keys.told(self.question, self.what, person) for person in self.told]
        claimer = self.question.claimed_by_id
        if self.released and claimer is not None:
            found.append(keys.told(self.question, self.released, claimer))
            if self.question.group_id is not None:
                found.append(keys.version(keys.card(self.question), self.released))
        return found

    def rows(self, session: Session, now: datetime) -> Iterator[Outgoing]:
        seen = details.of(session, self.question, now)
        if self.released:
            wait = answer_forms.others_until(session, self.question.id, None, now)  # the claimer may be writing now
            yield from _released(seen, self.released, wait)
        card = desk_cards.one(seen, why=f"Ingen har svarat på {swedish.count(self.days, 'arbetsdag', 'arbetsdagar')}")
        mail = mails.unanswered(seen, self.days, keeper=self.keeper)
        yield from notices.remind(seen, self.told, self.what, card, mail, until=self.until)

    @property
    def _stamp(self) -> str:
        return f"{self.since:%Y-%m-%dT%H:%M:%S}"


def _lost(session: Session, waiting: Sequence[Question], now: datetime) -> Iterator[Outgoing]:
    """The kansli is told at once of a card that is not in its channel: nobody there knows of the question."""
    for question, row in channel_notices.lost(session, waiting):
        what = keys.missing(question, row)
        told = {keys.told(question, what, person.id): person.id for person in kansli.everyone(session)}
        if fresh := told.keys() - outbox.known(session, told):
            seen = details.of(session, question, now)
            why = desk_cards.missing(seen, row.state)
            card = desk_cards.one(seen, why=why, lost=True)
            yield from notices.remind(seen, [told[one] for one in sorted(fresh)], what, card, mails.lost(seen, why))


def _released(seen: Picture, what: str, wait: datetime | None) -> Iterator[Outgoing]:
    """Offer the question to everybody again on its card, and tell the person who had it."""
    question = seen.question
    if seen.group is not None:
        yield replace(channel_notices.update(seen, what), not_before=wait)
    if question.claimed_by_id is not None:
        text = "Det gick två arbetsdagar utan svar, så den är ledig för andra igen. Du kan fortfarande svara."
        card = asker_cards.note("Frågan du tog är ledig igen", seen, text, mine=False)
        yield from notices.remind(seen, [question.claimed_by_id], what, card, mails.released(seen))


def _after(since: datetime, days: int) -> datetime:
    return swedish.next_open(swedish.working_days_after(since, days))
