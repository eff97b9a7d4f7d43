"""The people whom matching chooses from, as the database has them now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from bot.matches.matching import History, MatchPerson
from storage import contacts, groups, match_profiles, municipalities, pairs
from storage.match_profiles import MatchProfile
from storage.people import Person, VisibleTo


@dataclass(frozen=True, slots=True)
class MatchPool:
    """Everybody who takes part in matching now. People who paused or left are in none of the lists."""

    waiting: Sequence[MatchPerson]
    """Newcomers who want a contact person and have no open request or match. The longest waiting first."""
    offering: Sequence[MatchPerson]
    """Contact persons whom every member may be told of. Some have no free place."""
    history: History

    def find(self, person_id: int) -> MatchPerson | None:
        """Return the person who waits and has this id."""
        return next((person for person in self.waiting if person.id == person_id), None)


def load(session: Session, today: date) -> MatchPool:
    """Return the people who take part."""
    rows = [(profile, person) for profile, person in pairs.profiles(session) if takes_part(profile, person, today)]
    known, taken, busy = of(session, [person for _, person in rows]), pairs.taken(session), pairs.busy(session)
    waiting, offering = list[MatchPerson](), list[MatchPerson]()
    for profile, person in rows:
        if profile.wanted_at is not None and person.id not in busy:
            waiting.append(known[person.id])
        if profile.most > 0 and not known[person.id].hidden:
            offering.append(replace(known[person.id], places=max(0, profile.most - taken.get(person.id, 0))))
    return MatchPool(waiting, offering, pairs.history(session))


def takes_part(profile: MatchProfile, person: Person, today: date) -> bool:
    """Return whether a person is there to be matched: neither paused nor away."""
    return not profile.paused and not person.away(today)


def of(session: Session, people: Iterable[Person]) -> Mapping[int, MatchPerson]:
    """Return what matching knows of these people, by id."""
    seats = {contact.person_id: contact for contact in reversed(contacts.current(session))}
    themes, avoided = groups.names_followed(session), pairs.avoided(session)
    known = dict[int, MatchPerson]()
    for person in people:
        seat, profile = seats.get(person.id), match_profiles.of_person(session, person.id)
        code = person.municipality_code or (seat.municipality_code if seat else "")
        place = municipalities.find(session, code)
        known[person.id] = MatchPerson(
            id=person.id,
            called=person.called,
            code=code,
            place=place.full_name if place else "",
            size_group=place.size_group if place else "",
            size_group_name=place.size_group_name if place else "",
            county=place.county if place else "",
            role=person.role or (seat.seat if seat else ""),
            themes=themes.get(person.id, frozenset()),
            wrestles=profile.wrestles_with if profile else "",
            helps=person.helps_with,
            hidden=person.visible_to != VisibleTo.NETWORK,
            avoids=avoided.get(person.id, frozenset()),
        )
    return known
