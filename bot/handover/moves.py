"""What follows a seat to its new holder: places at events, questions, and what the person before had put aside.

Duties belong to the municipality, so they need no move. What the person before had postponed counts as left again,
because it was their promise, and nobody would remind the successor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.progress import states
from bot.register.change import Change
from bot.schedule import seats
from bot.swedish import day
from storage import contacts, handovers, questions
from storage.contacts import Contact
from storage.duties import Duty, DutySource, DutyState
from storage.events import Event


@dataclass(frozen=True, slots=True)
class Moved:
    """What has moved."""

    events: Sequence[Event] = ()
    """The events at which the successor has the place now."""
    duties: Sequence[Duty] = ()
    """The duties whose postponement ended."""


NOTHING = Moved()


def move(change: Change, contact: Contact, previous: Contact) -> Moved:
    """Give the holder of a seat what the person before left. An erased person has left questions and duties only."""
    code, successor, left = contact.municipality_code, contact.person_id, previous.person_id
    if successor is None:
        return NOTHING
    handovers.take_hands(change.session, code, left, successor)
    _follow_questions(change, previous, successor)
    stays = left is None or bool(contacts.held_by(change.session, left))
    events = [] if stays or left is None else _move_seats(change, previous.id, left, successor)
    return Moved(events, _take_up(change, code, left))


def _move_seats(change: Change, previous_id: int, left: int, successor: int) -> list[Event]:
    """Move the places of a person who holds no seat any more. With another seat they come for that one."""
    to_them = handovers.of(change.session, previous_id)
    given_up = to_them.done_at if to_them is not None else None
    moved = []
    for event in handovers.seats_ahead(change.session, left, seats.IN_TOUCH, change.now):
        row = seats.hand_over(change, event, left, successor, given_up=given_up)
        if row is not None and row.state in seats.IN_TOUCH:
            moved.append(event)
    return moved


def _follow_questions(change: Change, previous: Contact, successor: int) -> None:
    """Let answers reach the successor. They become the asker of what nobody here asks any more.

    A person who left follows the questions that they asked, so that their words are still found when they are erased.
    A person who only followed a question for the municipality leaves it to the successor.
    """
    session, left = change.session, previous.person_id
    gone = previous.person is None or previous.gone
    for question in handovers.concerning(session, left, previous.municipality_code):
        if question.asker_id == successor:
            continue
        if question.asker_id != left:
            questions.unfollow(session, question.id, left or 0)
        if question.asker_id != left or not gone:
            questions.follow(session, question.id, successor)
            continue
        question.asker_id, question.show_name = successor, False
        questions.unfollow(session, question.id, successor)
        if left is not None:
            questions.follow(session, question.id, left)


def _take_up(change: Change, code: str, left: int | None) -> list[Duty]:
    """End the postponements that the person before made."""
    taken = []
    for duty, row in handovers.postponed_by(change.session, left, code):
        if row.until is not None and row.until <= change.today:
            continue
        note = f"Ny kontaktperson. Var uppskjutet till {day(row.until)}." if row.until else "Ny kontaktperson."
        states.set_state(change, duty, code, DutyState.NOT_STARTED, DutySource.CLICK, note=note)
        taken.append(duty)
    return taken
