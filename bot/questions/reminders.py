"""Reminders about unanswered questions: first to the moderators, then to the kansli. Claims also end here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot import swedish
from bot.delivery.ladder import Ladder, Reached, Rung, Unit
from bot.questions import asker_cards, channel_notices, desk_cards, details, keys, lifecycle, mails, notices
from bot.questions.details import QuestionDetails
from storage import answer_forms, groups, kansli, outbox, questions
from storage.outbox import Delivery
from storage.outgoing import Operation, Outgoing, number_of
from storage.people import Person
from storage.questions import Question, Status

MODERATORS = Rung(2, Unit.WORKING_DAYS)
LADDER = Ladder((MODERATORS, Rung(4, Unit.WORKING_DAYS)))
"""Working days without an answer before the moderators, and then the kansli, are told."""


def due(session: Session, now: datetime) -> list[Outgoing]:
    """Return the messages due by ``now`` because questions wait. They depend on the tables and the time alone."""
    later = swedish.next_open(now)
    waiting = questions.waiting(session)
    rows = (*_lost(session, waiting, now), *_unanswered(session, waiting, now))
    return [replace(row, not_before=max(later, row.not_before or later)) for row in rows]


def still_wanted(session: Session, row: Delivery) -> bool:
    """Return whether the question still waits and, for a reminder about a missing card, whether it is still missing."""
    question = questions.find(session, number_of(row.subject))
    if question is None or question.status != Status.OPEN:
        return False
    if not row.key.startswith(keys.of(question, keys.MISSING)):
        return True
    still = [keys.missing(question, card) for _, card in channel_notices.lost(session, [question])]
    return any(row.key.startswith(keys.of(question, f"{what}:")) for what in still)


def mail_still_wanted(session: Session, row: Delivery) -> bool:
    """Return whether a message about a question may go. After a withdrawal no mail brings the question to anybody."""
    if row.operation != Operation.MAIL:
        return True
    question = questions.find(session, number_of(row.subject))
    return question is not None and question.status != Status.WITHDRAWN


def _unanswered(session: Session, waiting: Sequence[Question], now: datetime) -> Iterator[Outgoing]:
    """Remind about questions that have reached a rung. Release a claim that has ended at the same time."""
    reached = [
        (question, step)
        for question in waiting
        if (step := LADDER.due(max(question.waiting_since, question.claimed_at or question.waiting_since), now))
    ]
    if not reached:
        return
    today, desk, keepers = swedish.date_of(now), kansli.everyone(session), {}
    for group_id in {question.group_id for question, step in reached if step.rung == MODERATORS}:
        keepers[group_id] = [each for each in groups.moderators(session, group_id) if not each.away(today)]
    told = [
        (question, step, keepers.get(question.group_id) if step.rung == MODERATORS else None)
        for question, step in reached
    ]
    known = outbox.known(
        session,
        [keys.told(question, step.what, each.id) for question, step, these in told for each in these or desk],
    )
    for question, step, moderators in told:
        people = [each.id for each in moderators or desk if keys.told(question, step.what, each.id) not in known]
        if people:
            shown, days = details.of(session, question, now), step.rung.amount
            why = f"Ingen har svarat på {swedish.count(days, 'arbetsdag', 'arbetsdagar')}"
            mail = mails.unanswered(shown, days, keeper=bool(moderators))
            yield from _released(session, shown, step, now)
            yield from notices.remind(shown, people, step.what, desk_cards.one(shown, why=why), mail, until=step.until)


def _released(session: Session, shown: QuestionDetails, step: Reached, now: datetime) -> Iterator[Outgoing]:
    """Offer a question to everybody again if its claim has ended, and tell the person who had it."""
    question, what = shown.question, f"released:{step.stamp}"
    if lifecycle.claim_ends(question) is None or question.claimed_by_id is None:
        return
    if shown.group is not None:
        wait = answer_forms.others_until(session, question.id, None, now)  # the claimer may be writing now
        yield channel_notices.update(shown, what, not_before=wait)
    text = "Det gick två arbetsdagar utan svar, så den är ledig för andra igen. Du kan fortfarande svara."
    card = asker_cards.note("Frågan du tog är ledig igen", shown, text, mine=False)
    yield from notices.remind(shown, [question.claimed_by_id], what, card, mails.released(shown))


def _lost(session: Session, waiting: Sequence[Question], now: datetime) -> Iterator[Outgoing]:
    """Tell the kansli at once about a card that is missing in its channel: nobody there knows of the question."""
    for question, row in channel_notices.lost(session, waiting):
        what = keys.missing(question, row)
        if people := _untold(session, question, what, kansli.everyone(session)):
            shown = details.of(session, question, now)
            why = desk_cards.missing(shown, row.state)
            card = desk_cards.one(shown, why=why, lost=True)
            yield from notices.remind(shown, people, what, card, mails.lost(shown, why))
            if shown.group is not None and shown.group.conversation_id is None and question.asker_id is not None:
                told = asker_cards.note("Din fråga ligger hos kansliet", shown, asker_cards.CHANNEL_GONE)
                yield from notices.remind(shown, [question.asker_id], what, told, mails.at_kansli(shown))


def _untold(session: Session, question: Question, what: str, people: Sequence[Person]) -> list[int]:
    """Return the ids of people who have not been told yet, so that the minute job builds no cards for the others."""
    told = {keys.told(question, what, person.id): person.id for person in people}
    known = outbox.known(session, told)
    return [person for key, person in told.items() if key not in known]
