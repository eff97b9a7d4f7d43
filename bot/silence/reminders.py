"""The job that asks silent people how it goes, then a colleague, and then the kansli; never in quiet times."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from bot.plan import Foreseen
from bot.silence import notices, rules
from bot.silence.rules import SilenceNote
from bot.swedish import is_open, next_open
from bot.turn import App
from storage import outbox, people, silences
from storage.silences import Silence


def run(app: App, clock: Callable[[], datetime]) -> Iterator[Callable[[Session], int]]:
    """Yield a transaction for each silence that goes on or ends, and then one for each person to ask."""
    now = clock()
    going: list[int] = []
    fresh: list[int] = []
    yield partial(_look, app=app, going=going, fresh=fresh, now=now)
    for silence_id in going:
        yield partial(_go_on, silence_id=silence_id, now=now)
    for person_id in fresh:
        yield partial(_ask, app=app, person_id=person_id, now=now)


def ahead(app: App, session: Session, now: datetime, until: datetime) -> Iterator[Foreseen]:
    """Yield the questions to people who will have been silent for long enough before ``until``, and to colleagues."""
    for at in notices.openings(now, until):
        for person, heard in rules.silent(session, app.settings.silent_days, at):
            yield Foreseen(at, notices.foreseen(session, person, heard, at))
    for row, person in silences.unended(session):
        at = next_open(max(now, row.asked_at + rules.COLLEAGUE_AFTER))
        if at < until and rules.over(session, row, person, now) is None:
            yield from _colleague_ahead(session, row, at)


def _colleague_ahead(session: Session, row: Silence, at: datetime) -> Iterator[Foreseen]:
    """Yield the question to a silent person's colleague, if it is the next step and there is one to ask."""
    held = rules.seat(session, row.person_id)
    if held is None or row.colleague_asked_at is not None or row.listed_at is not None:
        return
    colleague = rules.colleague(session, held, at)
    if colleague is not None:
        yield Foreseen(at, notices.to_colleague(session, row, held, colleague))


def _look(session: Session, app: App, going: list[int], fresh: list[int], now: datetime) -> int:
    going += [row.id for row, _ in silences.unended(session)]
    if is_open(now):
        fresh += [person.id for person, _ in rules.silent(session, app.settings.silent_days, now)]
    return len(going) + len(fresh)


def _go_on(session: Session, silence_id: int, now: datetime) -> int:
    """End a silence that is over, or take it one step on."""
    row = silences.lock(session, silence_id)
    person = people.by_id(session, row.person_id) if row is not None else None
    if row is None or person is None or row.ended_at is not None:
        return 0
    note = rules.over(session, row, person, now)
    if note is not None:
        rules.end(session, row, note, now)
        return 1
    if row.listed_at is not None or not is_open(now):
        return 0
    if row.colleague_asked_at is None:
        return _ask_colleague(session, silence_id, now) if now >= row.asked_at + rules.COLLEAGUE_AFTER else 0
    if now >= row.colleague_asked_at + rules.KANSLI_AFTER:
        rules.hand_to_kansli(session, row, SilenceNote.NO_ANSWER, now)
    return 0


def _ask_colleague(session: Session, silence_id: int, now: datetime) -> int:
    row = silences.lock(session, silence_id)
    if row is None:
        return 0
    held = rules.seat(session, row.person_id)
    colleague = rules.colleague(session, held, now) if held is not None else None
    if held is None or colleague is None:
        rules.hand_to_kansli(session, row, SilenceNote.ALONE, now)
        return 0
    row.colleague_id, row.colleague_asked_at = colleague.id, now
    session.flush()
    return outbox.enqueue(session, notices.to_colleague(session, row, held, colleague), now)


def _ask(session: Session, app: App, person_id: int, now: datetime) -> int:
    """Ask a person, if they are still silent. Replicas that ask at the same time store one silence."""
    found = next(rules.silent(session, app.settings.silent_days, now, person_id), None)
    row = silences.start(session, person_id, now) if found is not None else None
    if found is None or row is None:
        return 0
    return outbox.enqueue(session, notices.to_person(session, row, found[1], now), now)
