"""What is due when nobody answers: first the group's moderators, then the kansli; and claims that have run out.

Working days, red days, squeeze days and the July pause are :mod:`bot.swedish`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot import swedish
from bot.questions import asker_cards, desk_cards, mails, picture, service, telling
from bot.questions.picture import Picture
from storage import groups, kansli, questions
from storage.outbox import Delivery
from storage.outgoing import Outgoing
from storage.questions import Question, Status

FIRST, SECOND = 2, 4
"""Working days without an answer after which the moderators, and then the kansli, are told."""


def due(session: Session, now: datetime) -> list[Outgoing]:
    """What is to be sent by ``now`` because questions wait. Follows from the tables and the time alone."""
    later = swedish.next_open(now)  # what became due while the bot was down does not come at night
    found = (outgoing for question in questions.waiting(session) for outgoing in _of(session, question, now))
    return [replace(outgoing, not_before=later) for outgoing in found]


def still_wanted(session: Session, row: Delivery) -> bool:
    """Whether the question that a reminder is about still waits."""
    number = row.subject.partition(":")[2]
    question = questions.find(session, int(number)) if number.isdecimal() else None
    return question is not None and question.status == Status.OPEN


def _of(session: Session, question: Question, now: datetime) -> Iterator[Outgoing]:
    since = max(question.waiting_since, question.claimed_at or question.waiting_since)
    if now < _after(since, FIRST):
        return
    seen = picture.of(session, question, now)
    stamp = f"{since:%Y-%m-%dT%H:%M:%S}"
    if service.claim_ends(question) is not None:
        yield from _released(seen, stamp)
    days, until = (SECOND, None) if now >= _after(since, SECOND) else (FIRST, _after(since, SECOND))
    today = now.astimezone(swedish.STOCKHOLM).date()
    all_moderators = groups.moderators(session, question.group_id) if days == FIRST else []
    moderators = [one for one in all_moderators if not one.away(today)]
    told = [person.id for person in moderators or kansli.everyone(session)]
    card = desk_cards.one(seen, why=f"Ingen har svarat på {swedish.count(days, 'arbetsdag', 'arbetsdagar')}")
    mail = mails.unanswered(seen, days, keeper=bool(moderators))
    yield from telling.remind(seen, told, f"rung:{days}:{stamp}", card, mail, until=until)


def _released(seen: Picture, stamp: str) -> Iterator[Outgoing]:
    """The card offers the question to everybody again, and whoever had it is told."""
    question = seen.question
    if seen.group is not None:
        yield telling.update(seen, f"released:{stamp}")
    if question.claimed_by_id is not None:
        text = "Det gick två arbetsdagar utan svar, så den är ledig för andra igen. Du kan fortfarande svara."
        card = asker_cards.note("Frågan du tog är ledig igen", seen, text, mine=False)
        yield from telling.remind(seen, [question.claimed_by_id], f"released:{stamp}", card, mails.released(seen))


def _after(since: datetime, days: int) -> datetime:
    return swedish.next_open(swedish.working_days_after(since, days))
