"""Where every municipality stands with duties right now: the stored state, overruled by facts, and norms of that.

Facts are computed each time. Nothing of them is stored, so nothing of them gets old.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import NamedTuple

from sqlalchemy.orm import Session

from bot.progress import states
from bot.register import words
from bot.swedish import STOCKHOLM, date_of, listed
from storage import duty_facts
from storage.duties import ENDED, Duty, DutyKind, DutyState
from storage.duty_facts import MemberPlace
from storage.people import PersonRole

FEWEST = 5
"""A norm is about at least so many municipalities, so that it points at nobody."""
_DONE = frozenset({DutyState.SAYS_DONE, DutyState.CONFIRMED})
_QUIET = frozenset({*ENDED, DutyState.POSTPONED})
STATE_NAMES = {
    DutyState.NOT_STARTED: "Inte påbörjat",
    DutyState.IN_PROGRESS: "Pågår",
    DutyState.HELP_WANTED: "Behöver hjälp",
    DutyState.POSTPONED: "Uppskjutet",
    DutyState.SAYS_DONE: "Säger klart",
    DutyState.CONFIRMED: "Klart och bekräftat",
    DutyState.EXEMPT: "Undantaget",
}
"""The states in the kansli's words."""
BOTH_ROLES = (PersonRole.POLITICIAN, PersonRole.OFFICER)


class DutyStanding(NamedTuple):
    """How far a municipality has come with a duty."""

    state: DutyState
    deadline: date | None
    """Its last day. None: *datum inte satt*."""
    until: date | None = None
    """The day to which it is postponed."""

    @property
    def ended(self) -> bool:
        """Return whether nobody has anything to do any more."""
        return self.state in ENDED

    @property
    def quiet(self) -> bool:
        """Return whether nobody is reminded now: it has ended or is postponed."""
        return self.state in _QUIET


@dataclass(frozen=True, slots=True)
class Standings:
    """The standings of some duties on one day."""

    places: Mapping[int, Sequence[MemberPlace]]
    """The members that each duty concerns, by the number of the duty."""
    _defaults: Mapping[int, DutyStanding]
    _known: Mapping[tuple[int, str], DutyStanding]
    _norms: dict[tuple[int, str, str], str] = field(default_factory=dict)

    def of(self, duty_id: int, code: str) -> DutyStanding:
        """Return where a municipality stands with one of the duties."""
        return self._known.get((duty_id, code)) or self._defaults[duty_id]

    def left(self, duty: Duty) -> Iterator[tuple[MemberPlace, DutyStanding]]:
        """Yield the municipalities that have the duty left and have not postponed it."""
        number, known = duty.id, self._known
        default = self._defaults[number]
        for place in self.places[number]:
            standing = known.get((number, place.code), default)
            if standing.state not in _QUIET:
                yield place, standing

    def norm(self, duty_id: int, place: MemberPlace) -> str:
        """Return how many of the municipality's own size group, or else its county, are done.

        Empty unless more than half of them are: a low number would say that most do nothing.
        """
        key = duty_id, place.size_group, place.county
        if key not in self._norms:
            self._count(duty_id)
        return self._norms.get(key, "")

    def _count(self, duty_id: int) -> None:
        done, total = Counter[str](), Counter[str]()
        for place in self.places[duty_id]:
            state = self.of(duty_id, place.code).state
            for group in (place.size_group, place.county):
                total[group] += state != DutyState.EXEMPT
                done[group] += state in _DONE
        most = {group for group in total if total[group] >= FEWEST and done[group] * 2 > total[group]}
        for size, county in {(place.size_group, place.county) for place in self.places[duty_id]}:
            group, where = (size, "er kommungrupp") if size and size in most else (county, "ert län")
            text = f"{done[group]} av {total[group]} i {where} är klara." if group in most else ""
            self._norms[duty_id, size, county] = text


def load(session: Session, duties: Collection[Duty], now: datetime) -> Standings:
    """Return the standings of these duties now, with the same number of statements for one duty and for many."""
    everywhere, today = duty_facts.places(session), date_of(now)
    places = {duty.id: _concerned(duty, everywhere) for duty in duties}
    defaults = {duty.id: DutyStanding(DutyState.NOT_STARTED, duty.due) for duty in duties}
    known = {}
    for row in duty_facts.statuses(session, defaults):
        last = row.due or defaults[row.duty_id].deadline
        known[row.duty_id, row.code] = DutyStanding(states.current(row.state, row.until, today), last, row.until)
    for duty_id, code in facts(session, duties, everywhere):
        before = known.get((duty_id, code)) or defaults[duty_id]
        if before.state != DutyState.EXEMPT:
            known[duty_id, code] = DutyStanding(DutyState.CONFIRMED, before.deadline)
    return Standings(places, defaults, known)


def facts(session: Session, duties: Collection[Duty], places: Sequence[MemberPlace]) -> set[tuple[int, str]]:
    """Return the duties that are done because of facts, each with the municipality."""
    meetings = {duty.event_id for duty in duties if duty.kind == DutyKind.ANNUAL_MEETING and duty.event_id is not None}
    there = duty_facts.taking_part(session, meetings)
    done: set[tuple[int, str]] = set()
    for duty in duties:
        if duty.kind == DutyKind.ANNUAL_MEETING and duty.event_id is not None:
            roles = [
                {code for event_id, code, role in there if (event_id, role) == (duty.event_id, wanted)}
                for wanted in BOTH_ROLES
            ]
            done.update((duty.id, code) for code in set.intersection(*roles))
        elif duty.kind == DutyKind.PROGRAMME:
            done.update((duty.id, place.code) for place in places if (place.programme_until or 0) >= duty.year)
    for year, theirs in _by_year(duty for duty in duties if duty.kind == DutyKind.NEWSLETTER).items():
        spread = _spread_all(session, year)
        done.update((duty.id, code) for duty in theirs for code in spread)
    return done


def lacking(session: Session, duty: Duty, code: str) -> str:
    """Return what a municipality lacks before a duty whose facts the bot knows is done; empty for other duties."""
    if duty.kind == DutyKind.ANNUAL_MEETING and duty.event_id is not None:
        there = {role for _, where, role in duty_facts.taking_part(session, [duty.event_id]) if where == code}
        names = [words.seat(role) for role in BOTH_ROLES if role not in there]
        text = f"Det saknas anmälan till mötet för {listed(names)}. Jag påminner tills båda är anmälda."
        return text if names else ""
    if duty.kind == DutyKind.NEWSLETTER and code not in _spread_all(session, duty.year):
        return (
            "Det blir klart av sig självt när någon hos er har tryckt Delat hos oss på årets alla nyhetsbrev. Leta upp "
            "nyhetsbrevet i vår chatt och tryck där."
        )
    return ""


def _spread_all(session: Session, year: int) -> set[str]:
    """Return the municipalities that have spread every newsletter of a year so far; none if none has come."""
    start, end = (datetime.combine(date(number, 1, 1), time(), STOCKHOLM) for number in (year, year + 1))
    numbers = duty_facts.newsletters(session, start, end)
    spread: dict[str, set[int]] = defaultdict(set)
    for number, code in duty_facts.shared(session, numbers):
        spread[code].add(number)
    return {code for code, theirs in spread.items() if len(theirs) == len(numbers)}


def _by_year(duties: Iterator[Duty]) -> dict[int, list[Duty]]:
    years: dict[int, list[Duty]] = defaultdict(list)
    for duty in duties:
        years[duty.year].append(duty)
    return years


def _concerned(duty: Duty, places: Sequence[MemberPlace]) -> Sequence[MemberPlace]:
    if not any(duty.audience.values()):
        return places
    return [place for place in places if states.in_audience(duty, place.code, place.county, place.size_group)]
