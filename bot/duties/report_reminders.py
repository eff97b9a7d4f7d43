"""What the bot tells the kansli about duties by itself: a summary each month, and what one press can decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.delivery.ladder import Rung
from bot.desk import PreparedDecision
from bot.duties import cards, reminders, report_cards
from bot.duties.report_cards import MonthLine
from bot.progress import doers, figures, standings
from bot.swedish import STOCKHOLM, count, date_of, next_open
from bot.turn import App
from storage import duties, kansli
from storage.duties import Duty, DutyKind
from storage.outbox import Delivery
from storage.outgoing import Outgoing, Reach, ToPerson

SUMMARY = "duty_summary"
LATE = timedelta(days=7)
"""How long after the first working day a summary is still news. The July pause skips a month at most."""
SOON_FROM = 9
"""From September on, the coming year's dates are asked for: the rung of 30 days needs them before New Year."""
DATED = (DutyKind.KEY_FIGURES, DutyKind.SURVEY, DutyKind.ANNUAL_MEETING, DutyKind.OTHER)
"""Kinds that somebody has to date. The newsletter and the programme follow from facts, with a date or without."""


def due(session: Session, now: datetime) -> list[Outgoing]:
    """Return the month's summary for each of the kansli, from the first working hour of the month on."""
    first = date_of(now).replace(day=1)
    opens = next_open(datetime.combine(first, time(), STOCKHOLM))
    if not opens <= now < opens + LATE:
        return []
    lines = month(session, now)
    if not lines:
        return []
    subject = f"{SUMMARY}:{first:%Y-%m}"
    content, mail = report_cards.summary(first, lines), report_cards.summary_mail(first, lines)
    return [
        Outgoing(f"{subject}:{person.id}", subject, ToPerson(person.id), card=content, reach=Reach.REMINDER, mail=mail)
        for person in kansli.everyone(session)
    ]


def still_wanted(session: Session, delivery: Delivery) -> bool:
    """Return whether the person is still the kansli."""
    return delivery.person_id in {person.id for person in kansli.everyone(session)}


def month(session: Session, now: datetime) -> list[MonthLine]:
    """Return what has happened since the month before, for each open duty that is dated or has begun."""
    today = date_of(now)
    rows = [duty for year in range(today.year - 1, today.year + 2) for duty in duties.of_year(session, year)]
    rows = [duty for duty in rows if duty.closed_at is None and (duty.due is not None or duty.year == today.year)]
    everywhere, people = standings.load(session, rows, now), doers.load(session, rows)
    since = datetime.combine((today.replace(day=1) - timedelta(days=1)).replace(day=1), time(), STOCKHOLM)
    lines = []
    for duty in rows:
        tally = figures.tally(duty, everywhere)
        lacking = sum(people.lacks(duty, place.code) for place in everywhere.places[duty.id])
        grown = max(0, tally.done - figures.counted(session, duty, [since])[0])
        lines.append(MonthLine(duty, tally, grown, lacking, _next(duty, now)))
    return lines


def undated(app: App, session: Session, now: datetime) -> Iterator[PreparedDecision]:
    """Yield the open duties without a last day, of this year and from September on of the next."""
    del app
    today = date_of(now)
    years = (today.year, *([today.year + 1] if today.month >= SOON_FROM else []))
    for duty in (duty for year in years for duty in duties.of_year(session, year)):
        if duty.due is None and duty.closed_at is None and duty.kind in DATED:
            yield PreparedDecision(
                key=f"duty_undated:{duty.id}:{duty.version}",
                title=f"Datum inte satt för {cards.title(duty)}",
                effect="Sätt sista dagen i ett formulär, så påminner jag dem som har det kvar.",
                usefulness=55,
                label="Sätt datum",
                verb="duties.desk.edit",
                data={"duty": duty.id},
            )


def calls(app: App, session: Session, now: datetime) -> Iterator[PreparedDecision]:
    """Yield the duties whose reminders have ended without result in some municipalities."""
    del app
    listed = reminders.call_list(session, now)
    numbers = Counter(call.duty.id for call in listed)
    for duty in {call.duty.id: call.duty for call in listed}.values():
        yield PreparedDecision(
            key=f"duty_calls:{duty.id}:{numbers[duty.id]}",
            title=f"{count(numbers[duty.id], 'kommun', 'kommuner')} på ringlistan: {cards.title(duty)}",
            effect="Påminnelserna är slut. Listan har personer att fråga efter och tre rader att säga.",
            usefulness=65,
            label="Visa ringlistan",
            verb="duties.report.list",
            data={"duty": duty.id, "by": "calls", "value": ""},
        )


def _next(duty: Duty, now: datetime) -> tuple[date, Sequence[str]] | None:
    """Return the day of the next rung that is not reached yet, and the seats that it tells."""
    if duty.due is None:
        return None
    last = datetime.combine(duty.due, reminders.AT, STOCKHOLM)
    moments = ((Rung(int(rung["days"])).moment(last), rung["to"]) for rung in duty.ladder)
    coming = sorted((moment, seats) for moment, seats in moments if moment > now)
    return (date_of(coming[0][0]), coming[0][1]) if coming else None
