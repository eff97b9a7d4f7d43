"""What follows from a winter's plan, by hand: who hears what when, for each kind of municipality.

It knows nothing of the bot. :mod:`tests.support.winter` has the calendar.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time

from tests.support.winter import (
    BEGINS,
    CHANGING,
    COLLEAGUE,
    DAY,
    DOSSIER,
    DUE,
    DUTY,
    ENDS,
    HOUR,
    HOW,
    KINDS,
    MINUTE,
    PLACES,
    REPLACED,
    RUNGS,
    SWEDEN,
    THANKS,
    Act,
    Place,
    Told,
    free,
    is_up,
    opens,
    sv,
)


class Winter:
    """The plan for some municipalities."""

    def __init__(self, codes: list[str], changing: int, *, every_day: bool = True) -> None:
        """Make the plan. Without ``every_day`` the bot ticks only when something should happen, and events rest."""
        self.every_day = every_day
        self.places = [self._place(number, code, changing) for number, code in enumerate(codes)]

    @property
    def acts(self) -> list[Act]:
        return sorted(act for place in self.places for act in place.acts)

    @property
    def expected(self) -> list[Told]:
        """Return who should hear what when, as a whole."""
        return sorted(told for place in self.places for told in (*place.told, *duty_reminders(place)))

    @property
    def moments(self) -> set[datetime]:
        """Return when the bot ticks: when anything is expected, a minute before, after each act, and each morning."""
        found = {told.at for told in self.expected} | {act.at for act in self.acts}
        if self.every_day:
            found |= {told.at - MINUTE for told in self.expected}
            found |= {BEGINS + number * DAY + 65 * MINUTE for number in range((ENDS - BEGINS).days)}
        return {at for at in found if BEGINS <= at <= ENDS and is_up(at) == at}

    def _place(self, number: int, code: str, changing: int) -> Place:
        changes = number < changing
        kind = KINDS[number % CHANGING] if changes else KINDS[CHANGING + (number - changing) % (len(KINDS) - CHANGING)]
        place = Place(number, code, kind, done=number % 7 == 6 and kind != "postponed")
        place.holders.append((BEGINS, place.politician))
        days = 2 + number * 37 % (70 if kind in ("twice", "stood empty") else 104)  # time for the second change
        at = BEGINS + days * DAY + (number % 11) * HOUR + number % 60 * MINUTE
        (_changes if changes else _silences)(place, free(at))
        return place


def duty_reminders(place: Place) -> Iterator[Told]:
    """Yield the reminders of the duty. Who comes late gets the one that was last reached, if its time is not over."""
    if place.done or place.kind == "paused":
        return
    for rung, ends in zip(RUNGS, (*RUNGS[1:], DUE), strict=True):
        told: set[str] = set()
        for turn, (begins, who) in enumerate(place.holders):
            left = place.holders[turn + 1][0] if turn + 1 < len(place.holders) else ENDS
            at = max(rung, begins)
            if place.blocked and place.blocked[0] <= at < place.blocked[1]:
                at = place.blocked[1]
            sent = opens(is_up(at)) if opens(is_up(at)) < ends else is_up(at)
            if sent < min(left, ends) and who not in told:
                told.add(who)
                yield Told(sent, who, "mail" if who.startswith("Brev") else "chat", DUTY)


# the municipalities that change their politician


def _changes(place: Place, at: datetime) -> None:
    new = place.name("Brev" if place.kind in ("by mail", "undone") else "Ny")
    match place.kind:
        case "by mail" | "postponed" | "two seats":
            done = _replace(place, at, place.politician, new)
            if place.kind == "postponed":
                _postpone(place, done)
        case "a substitute":
            _replace(place, at, place.politician, place.name("Ersättare"))
        case "twice":
            _replace(place, at, place.politician, new)
            _replace(place, free(at + 21 * DAY), new, place.name("Nyast"), places=_left(place, opens(at + HOUR)))
        case "stood empty":
            _end(place, at, "end")
            _appoint(place, free(at + (14 + place.number % 20) * DAY), new, after=place.politician)
        case "erased":
            _end(place, at, "erase")
            _appoint(place, free(at + 5 * DAY), new, after="")
        case "left":
            _end(place, at, "leaves team")
            _replace(place, free(at + DAY), place.politician, new, gone=True)
        case "same day":
            first = place.name("Brev")
            place.acts.append(Act(at, "replace", place.code, place.politician, first))
            place.told.append(Told(at, place.politician, "chat", REPLACED))
            place.holders.append((at, first))
            _replace(place, at + 30 * MINUTE, place.politician, new, gone=True, tell=place.politician)
        case "undone":
            place.acts.append(Act(at, "replace", place.code, place.politician, new))
            place.told.append(Told(at, place.politician, "chat", REPLACED))
            place.acts.append(Act(at + 20 * MINUTE, "replace", place.code, new, place.politician))
            place.holders += [(at, new), (at + 20 * MINUTE, place.politician)]


def _handed(at: datetime, places: list[datetime]) -> datetime:
    """Return when a change that was made ``at`` is handed over: an hour after it was found, in open times.

    If an event at which there is a place begins before they open, it is handed over by day before that.
    """
    found = at + HOUR
    usual = opens(is_up(found))
    soon = [begins for begins in places if found < begins < usual]
    if not soon:
        return usual
    local = found.astimezone(SWEDEN)
    if not time(8) <= local.time() <= time(17):
        day = local.date() if local.time() < time(8) else local.date() + DAY
        by_day = datetime.combine(day, time(8), SWEDEN).astimezone(UTC)
        return by_day if by_day < soon[0] else found
    return is_up(found)


def _left(place: Place, at: datetime) -> list[datetime]:
    """Return the events at which the politician has a place that are to come."""
    return [begins for begins in place.events if begins > at]


def _replace(
    place: Place,
    at: datetime,
    before: str,
    new: str,
    *,
    gone: bool = False,
    places: list[datetime] | None = None,
    tell: str = "",
) -> datetime:
    """Let the kansli replace the politician: the one before is told at once, and the rest an hour later."""
    place.acts.append(Act(at, "replace", place.code, before if not tell else place.name("Brev"), new))
    if not gone:
        place.told.append(Told(at, before, "chat", REPLACED))
    theirs = _left(place, at) if places is None else [begins for begins in places if begins > at]
    handed = _handed(at, theirs)
    moved = [begins for begins in theirs if begins > handed] if place.kind != "two seats" else []
    _dossier(place, handed, new)
    if moved and (not gone or tell):
        place.told.append(Told(handed, tell or before, "chat", PLACES))
    place.holders.append((at, new))
    return handed


def _end(place: Place, at: datetime, what: str) -> None:
    place.acts.append(Act(at, what, place.code, place.politician))
    place.holders.append((at, place.officer))


def _appoint(place: Place, at: datetime, new: str, *, after: str) -> None:
    """Let the kansli fill the empty seat: the one before is thanked with the handover, unless they are erased."""
    place.acts.append(Act(at, "appoint", place.code, new))
    handed = _handed(at, _left(place, at) if after else [])
    _dossier(place, handed, new)
    if after:
        place.told.append(Told(handed, after, "chat", THANKS))
    place.holders.append((at, new))


def _dossier(place: Place, at: datetime, new: str) -> None:
    place.told.append(Told(at, new, "mail" if new.startswith("Brev") else "chat", DOSSIER))


def _postpone(place: Place, handed: datetime) -> None:
    begins, until = sv("2026-12-02 10:00"), sv("2027-02-10 00:00")
    place.acts.append(Act(begins, "postpone", place.code, place.politician, "2027-02-10"))
    place.blocked = begins, min(until, handed)


# the municipalities with somebody who is silent

SILENT_SINCE, LATER = sv("2026-10-10 12:00"), sv("2026-11-15 12:00")
ASKED, ASKED_LATER = sv("2027-01-11 08:00"), sv("2027-02-15 08:00")
"""90 days after those: in the quiet time after Christmas, and on a Saturday."""


def _silences(place: Place, at: datetime) -> None:
    del at
    who = place.politician
    since = LATER if place.kind == "silent later" else SILENT_SINCE
    asked = ASKED_LATER if place.kind == "silent later" else ASKED
    place.acts.append(Act(BEGINS + 2 * HOUR, "silent", place.code, who, since.isoformat()))
    if place.kind == "paused":
        place.acts.append(Act(BEGINS + 3 * HOUR, "pause", place.code, who, "2027-02-28"))
        place.acts.append(Act(BEGINS + 4 * HOUR, "silent", place.code, who, since.isoformat()))
        return
    if place.kind == "leaves":
        place.acts.append(Act(BEGINS + 3 * HOUR, "wants to leave", place.code, who))
        place.acts.append(Act(BEGINS + 4 * HOUR, "silent", place.code, who, since.isoformat()))
        return
    place.told.append(Told(asked, who, "chat", HOW))
    if place.kind == "answers":
        place.acts.append(Act(sv("2027-01-18 13:11"), "fine", place.code, who))
        return
    if place.kind == "alone":
        place.acts.append(Act(BEGINS + 3 * HOUR, "no officer", place.code, place.officer))
        return
    second = opens(is_up(asked + 30 * DAY))
    place.told.append(Told(second, place.officer, "chat", COLLEAGUE))
    if place.kind == "vouched":
        place.acts.append(Act(second + 3 * DAY + 7 * MINUTE, "yes", place.code, place.officer))


def listed(winter: Winter) -> list[str]:
    """Return for whom the kansli is asked to get in touch by the end of the winter."""
    return sorted(place.politician for place in winter.places if place.kind in ("silent", "alone"))


def difference(expected: list[Told], seen: list[Told]) -> list[str]:
    """Return what came that should not, and what did not come."""
    lines = [("missing", told) for told in expected if told not in seen]
    lines += [("too much", told) for told in seen if told not in expected]
    ordered = sorted(lines, key=lambda line: (line[1].at, line[1]))
    shown = [f"{what}: {_local(told.at)} {told.who} {told.way} {told.what}" for what, told in ordered]
    return shown or ([] if len(expected) == len(seen) else [f"{len(seen)} came, {len(expected)} expected"])


def _local(at: datetime) -> str:
    return f"{at.astimezone(SWEDEN):%a %d %b %H.%M}"
