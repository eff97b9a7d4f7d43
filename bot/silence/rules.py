"""When a person counts as silent, whom to ask next, and what ends a silence."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from bot.register import words
from bot.swedish import STOCKHOLM, date_of
from storage import contacts, municipalities, outbox, silences
from storage.contacts import Contact
from storage.municipalities import Municipality
from storage.people import Person, PersonRole
from storage.silences import Silence

COLLEAGUE_AFTER = timedelta(days=30)
"""How long after the question to the person the municipality's other contact person is asked."""
KANSLI_AFTER = timedelta(days=30)
"""How long after that the kansli is asked to get in touch."""
HALF_YEAR = timedelta(days=182)
MOST = 2
"""Questions to one person in half a year, about themselves or about a colleague."""
ORDER = (PersonRole.OFFICER, PersonRole.POLITICIAN, PersonRole.SUBSTITUTE, PersonRole.REPORTER)
"""The seats in the order in which a colleague is looked for."""


class SilenceNote(StrEnum):
    """Why a silence ended, or why the kansli has it."""

    HEARD = "heard"
    """They wrote or pressed something, came to an event, or answered in Outlook."""
    PAUSED = "paused"
    GONE = "gone"
    """They left, want to leave, or belong to the kansli or the board by now."""
    RESIGNED = silences.RESIGNED
    """The kansli has confirmed that they leave. They are not asked again until they come back."""
    VOUCHED = "vouched"
    """The colleague says that they are still the right person."""
    HANDLED = "handled"
    """The kansli has got in touch."""
    REPLACE = "replace"
    """Waits for the kansli: the colleague says that somebody else should have the seat."""
    NO_ANSWER = "no_answer"
    """Waits for the kansli: neither the person nor the colleague was heard."""
    ALONE = "alone"
    """Waits for the kansli: there is no colleague to ask."""


@dataclass(frozen=True, slots=True)
class SilentMember:
    """A silent person as the kansli sees them."""

    row: Silence
    person: Person
    seat: Contact | None
    place: Municipality | None

    @property
    def what(self) -> str:
        """Return who the person is: "Anna Andersson, kontaktpolitiker för Sotenäs kommun"."""
        seat = f", {words.seat(self.seat.seat)}" if self.seat is not None else ""
        place = f"{' för' if seat else ','} {self.place.full_name}" if self.place is not None else ""
        return f"{self.person.called}{seat}{place}"


def last_signs(session: Session, people: Collection[Person]) -> Mapping[int, datetime]:
    """Return when each of these people was last heard or met. A new seat and the end of a pause count too."""
    ids = [person.id for person in people]
    others, seated = silences.signs(session, ids), silences.seated_since(session, ids)
    return {
        person.id: max(
            [
                *(at for at in (person.last_active_at, person.greeted_at, person.returned_at) if at is not None),
                *others.get(person.id, ()),
                *([_midnight(seated[person.id])] if person.id in seated else []),
                *([_midnight(person.paused_until)] if person.paused_until is not None else []),
            ],
            default=person.first_seen_at,
        )
        for person in people
    }


def silent(
    session: Session, days: int, now: datetime, person_id: int | None = None
) -> Iterator[tuple[Person, datetime]]:
    """Yield the people who have been silent for so many days and may be asked now, with when they were last heard.

    With ``person_id``, only that person.
    """
    before, today = now - timedelta(days=days), date_of(now)
    people = [person for person in silences.quiet(session, before, person_id) if not person.away(today)]
    heard, had = last_signs(session, people), silences.messages(session, now - HALF_YEAR)
    for person in people:
        if heard[person.id] <= before and had[person.id] < MOST:
            yield person, heard[person.id]


def over(session: Session, row: Silence, person: Person, now: datetime) -> SilenceNote | None:
    """Return why a silence is over; None if it goes on."""
    if not silences.may_be_asked(session, person.id):
        return SilenceNote.GONE
    if person.away(date_of(now)):
        return SilenceNote.PAUSED
    return SilenceNote.HEARD if last_signs(session, [person])[person.id] > row.asked_at else None


def end(session: Session, row: Silence, note: SilenceNote, now: datetime) -> None:
    """End a silence, and cancel what waits to be sent about it."""
    row.note, row.ended_at = note, now
    for subject in (f"silence:{row.id}", f"silence_colleague:{row.id}"):
        outbox.cancel(session, subject, now)
    session.flush()


def hand_to_kansli(session: Session, row: Silence, note: SilenceNote, now: datetime) -> None:
    """Put a silence on the kansli's list."""
    row.note, row.listed_at = note, now
    outbox.cancel(session, f"silence_colleague:{row.id}", now)
    session.flush()


def seat(session: Session, person_id: int) -> Contact | None:
    """Return the seat by which a silent person is known: the first of those they hold."""
    held = contacts.held_by(session, person_id)
    return min(held, key=lambda each: each.id, default=None)


def listed(session: Session) -> list[SilentMember]:
    """Return the people whom the kansli is asked to get in touch with."""
    found = []
    for row, person in silences.listed(session):
        held = seat(session, person.id)
        code = held.municipality_code if held is not None else person.municipality_code
        found.append(SilentMember(row, person, held, municipalities.find(session, code)))
    return found


def colleague(session: Session, held: Contact, now: datetime) -> Person | None:
    """Return the other contact person of a silent person's municipality; None if nobody may be asked now.

    Somebody who is silent too, is in a pause, or had two questions in the half-year is not asked.
    """
    asked = {person.id for _, person in silences.unended(session)}
    had = silences.messages(session, now - HALF_YEAR)
    rows = [each for each in contacts.current(session, held.municipality_code) if each.person_id != held.person_id]
    rows.sort(key=lambda each: (ORDER.index(PersonRole(each.seat)), each.id))
    for each in rows:
        person = each.person
        if person is None or person.away(date_of(now)) or person.id in asked or had[person.id] >= MOST:
            continue
        if person.teams_id or person.entra_id or person.mail:
            return person
    return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), STOCKHOLM).astimezone(UTC)
