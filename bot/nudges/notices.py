"""Send the reminders through the outbox: one for each person, as they chose, outside quiet times."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot import swedish
from bot.nudges import cards, mails, recipients
from bot.nudges.recipients import Recipients
from bot.register import coverage
from bot.register.change import Change
from bot.register.coverage import RegisterGap
from bot.swedish import date_of
from storage import contacts, municipalities, outbox, people
from storage.municipalities import MemberState
from storage.outbox import Delivery
from storage.outgoing import Outgoing, Reach, ToPerson


def send(change: Change, found: Recipients, contact: str) -> int:
    """Enqueue the reminders. Return how many were new. A day's second press finds the first one's keys."""
    gap, opens = found.gap, swedish.next_open(change.now)
    rows = [
        Outgoing(
            f"{recipients.subject(gap, place.code)}:{change.today}:person:{person.id}",
            recipients.subject(gap, place.code),
            ToPerson(person.id),
            card=cards.reminder(gap, place, contact),
            not_before=opens,
            reach=Reach.REMINDER,
            mail=mails.by_mail(gap, place, contact),
        )
        for person, place in found.people
    ]
    new = outbox.enqueue_all(change.session, rows, change.now)
    if new:
        change.record(f"Påmint {new} om {coverage.GAP_NAMES[gap]}", "reminder")
    return new


def still_wanted(session: Session, row: Delivery) -> bool:
    """Return whether the municipality still lacks what the reminder is about, and the person still belongs to it."""
    _, gap, code = row.subject.split(":")
    place = municipalities.find(session, code)
    if place is None or place.state != MemberState.MEMBER:
        return False
    held, person = contacts.current(session, code), people.by_id(session, row.person_id)
    seated = any(contact.person_id == row.person_id and not contact.gone for contact in held)
    if person is None or not (seated or person.municipality_code == code):
        return False
    return RegisterGap(gap) in coverage.gaps(place, held, date_of(row.not_before).year)
