"""The timed steps of new members: only the highest one reached, so a long pause gives one message."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.delivery.ladder import Reached
from bot.message import Json
from bot.welcome import step_cards, steps
from storage import check_ins, info_links, newcomers, outbox
from storage.onboardings import Onboarding
from storage.outbox import Delivery
from storage.outgoing import AsMail, Outgoing, Reach, ToPerson
from storage.people import Person

SUBJECT = "settling"
LOOKS_BACK = timedelta(days=steps.CHECK_INS[-1] + 45)
"""How long after people came they are looked at: the last step moves by at most the six weeks of the summer."""


def due(session: Session, now: datetime) -> list[Outgoing]:
    """Return the steps that are due by now and not enqueued before."""
    reached = dict(_reached(session, now))
    if not reached:
        return []
    there = outbox.known(session, reached)
    had = newcomers.had(session, SUBJECT, {person.id for _, _, person in reached.values()})
    new = (
        (key, *what)
        for key, what in reached.items()
        if key not in there and (what[2].id, key.rpartition(":")[0]) not in had
    )
    return [
        _outgoing(key, step, person, _content(session, step.rung.amount, begun, person, now))
        for key, step, begun, person in new
    ]


def still_wanted(session: Session, row: Delivery) -> bool:
    """Return whether a person has not said by themselves how it goes."""
    day = int(row.key.split(":")[2])
    return row.person_id is None or day not in steps.CHECK_INS or not check_ins.of_person(session, row.person_id, day)


def _reached(session: Session, now: datetime) -> Iterator[tuple[str, tuple[Reached, Onboarding, Person]]]:
    for begun, person in newcomers.settling(session, now - LOOKS_BACK):
        step = steps.LADDER.due(begun.begun_at, now)
        if step is not None:
            yield step.key(SUBJECT, person.id), (step, begun, person)


def _outgoing(key: str, step: Reached, person: Person, content: tuple[Json, AsMail]) -> Outgoing:
    card, mail = content
    return Outgoing(
        key=key,
        subject=SUBJECT,
        to=ToPerson(person.id),
        text=card["fallbackText"],
        card=card,
        not_before=step.not_before,
        expires_at=step.until,
        reach=Reach.REMINDER,
        mail=mail,
    )


def _content(session: Session, day: int, begun: Onboarding, person: Person, now: datetime) -> tuple[Json, AsMail]:
    if day == steps.TRY:
        links = info_links.for_track(session, steps.track(session, person))
        current = steps.current(session, person, begun, links, now)
        return step_cards.try_asking(current), step_cards.try_asking_mail(current)
    if day == steps.PLACE:
        place = steps.place(session, person, now)
        return step_cards.place(place), step_cards.place_mail(place)
    return step_cards.ask(day), step_cards.ask_mail(day)
