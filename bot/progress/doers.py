"""The people who do a duty in a municipality: the holders of its seats, the people they named instead, and the gaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from storage import duty_facts
from storage.duties import Duty
from storage.duty_facts import Hand
from storage.people import PersonRole

ORDER = (PersonRole.REPORTER, PersonRole.OFFICER, PersonRole.SUBSTITUTE, PersonRole.POLITICIAN)
"""The order in which seats are asked when the people that a rung names do not exist: nearest to the work first."""


@dataclass(frozen=True, slots=True)
class Doers:
    """The people of all municipalities. Everybody here is in the network."""

    _seats: Mapping[tuple[str, str], Sequence[int]]
    """The holders, by municipality and seat."""
    _hands: Mapping[tuple[int, str, int], Hand]
    """The people who said *Inte jag*, by duty, municipality and person."""
    _pauses: Mapping[int, date]
    """The last day on which a person wants no reminders."""

    def told(self, duty: Duty, code: str, wanted: Sequence[str]) -> list[int]:
        """Return the people for a rung that names these seats. If there are none, climb to the next seat that has some.

        A person in a pause counts: the duty stays theirs.
        """
        people = self._of(duty, code, wanted)
        if people or not wanted:
            return people
        for seat in (*duty.seats, *ORDER):
            people = self._of(duty, code, (seat,))
            if people:
                return people
        return []

    def first(self, duty: Duty, code: str) -> list[int]:
        """Return the people who do a duty: of its seats, the first one that has somebody."""
        return self.told(duty, code, duty.seats[:1] or ORDER[:1])

    def away(self, person_id: int, today: date) -> bool:
        """Return whether a person wants no reminders today."""
        last = self._pauses.get(person_id)
        return last is not None and today <= last

    def lacks(self, duty: Duty, code: str) -> bool:
        """Return whether nobody has the seat that should do the duty, so that reminders climb past it."""
        return not self._of(duty, code, duty.seats[:1] or ORDER[:1])

    def _of(self, duty: Duty, code: str, seats: Iterable[str]) -> list[int]:
        people: dict[int, None] = {}
        for seat in seats:
            for person_id in self._seats.get((code, seat), ()):
                doer = self._instead(duty.id, code, person_id) if self._hands else person_id
                if doer is not None:
                    people[doer] = None
        return list(people)

    def _instead(self, duty_id: int, code: str, person_id: int) -> int | None:
        """Follow *Inte jag* to the person who does it; None if that leads to nobody."""
        asked: set[int] = set()
        while (hand := self._hands.get((duty_id, code, person_id))) is not None:
            asked.add(person_id)
            if hand.instead_id is None or hand.instead_id in asked or not self._belongs(hand, code):
                return None
            person_id = hand.instead_id
        return person_id

    def _belongs(self, hand: Hand, code: str) -> bool:
        seated = any(hand.instead_id in self._seats.get((code, seat), ()) for seat in ORDER)
        return seated or hand.instead_works_in == code


def load(session: Session, duties: Collection[Duty]) -> Doers:
    """Return who does these duties, everywhere."""
    seats: dict[tuple[str, str], list[int]] = defaultdict(list)
    pauses = {}
    for holder in duty_facts.holders(session):
        seats[holder.code, holder.seat].append(holder.person_id)
        if holder.paused_until is not None:
            pauses[holder.person_id] = holder.paused_until
    hands = {
        (hand.duty_id, hand.code, hand.person_id): hand
        for hand in duty_facts.hands(session, [duty.id for duty in duties])
    }
    for hand in hands.values():
        if hand.instead_id is not None and hand.instead_paused_until is not None:
            pauses[hand.instead_id] = hand.instead_paused_until
    return Doers(seats, hands, pauses)
