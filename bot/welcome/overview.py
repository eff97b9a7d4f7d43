"""Where every new member is, for the kansli: outside, welcomed, on the way, or done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.register.words import order
from bot.swedish import date_of
from bot.turn import Turn
from storage import deliveries, guests, municipalities, newcomers, onboardings
from storage.onboardings import Onboarding, Origin
from storage.outbox import NOT_ARRIVED
from storage.people import Person

STUCK = timedelta(days=7)
"""How long a person stands still until the kansli may have them reminded."""
MONTHS_SHOWN = 12


class Stage(StrEnum):
    """How far a new member has come, in order."""

    INVITED = "invited"
    """A guest who has not accepted the invitation."""
    UNREACHED = "unreached"
    """The welcome did not arrive."""
    WELCOMED = "welcomed"
    STARTED = "started"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class NewcomerLine:
    """A new member, as a line of the kansli's list."""

    person: Person
    stage: Stage
    since: datetime
    """Since when they stand there."""
    place: str
    """The municipality's name, if the bot knows it."""
    step: str = ""
    """Where in the introduction: "steg 3 av 7"."""
    stuck: bool = False
    nudged: bool = False


@dataclass(frozen=True, slots=True)
class MonthTally:
    """How many began in a month, and how many of them are done."""

    month: date
    begun: int
    done: int


def lines(turn: Turn) -> list[NewcomerLine]:
    """Return all new members, the latest first within each stage, and guests who wait outside first."""
    session = turn.session
    places = {town.code: town.name for town in municipalities.everyone(session)}
    outside = {person.id: (guest, person) for guest, person in guests.pending(session)}
    reminded = newcomers.nudged(session)
    begun = [
        (row, person) for row, person in onboardings.everyone(session) if _is_new(row) and person.id not in outside
    ]
    lost = not_arrived(turn, [person.id for row, person in begun if row.answered_at is None])
    found = [
        NewcomerLine(person, Stage.INVITED, guest.since, places.get(person.municipality_code or "", ""))
        for guest, person in outside.values()
    ]
    for row, person in begun:
        stage, since = _stage(row, lost=person.id in lost)
        behind = stage in (Stage.WELCOMED, Stage.STARTED) and turn.now - since > STUCK
        place, step = places.get(person.municipality_code or "", ""), _step(turn, row, stage)
        found.append(NewcomerLine(person, stage, since, place, step, behind, person.id in reminded))
    return found


def counts(found: Iterable[NewcomerLine]) -> Mapping[Stage, int]:
    """Return how many are in each stage."""
    tally = dict.fromkeys(Stage, 0)
    for line in found:
        tally[line.stage] += 1
    return tally


def stuck(found: Iterable[NewcomerLine]) -> list[NewcomerLine]:
    """Return the people who have stood still for more than a week, by name."""
    return sorted((line for line in found if line.stuck), key=lambda line: order(line.person.name))


def of_stage(found: Iterable[NewcomerLine], stage: str) -> list[NewcomerLine]:
    """Return the people in a stage; those who are stuck for any other word."""
    return [line for line in found if line.stage == stage] if stage in Stage.__members__.values() else stuck(found)


def months(turn: Turn) -> Sequence[MonthTally]:
    """Return the last twelve months, of those who came in each how many are done. Months before the first one are out.

    People who have left are not counted.
    """
    rows = [row for row, _ in onboardings.everyone(turn.session) if _is_new(row)]
    by_month: dict[date, list[Onboarding]] = {}
    for row in rows:
        by_month.setdefault(date_of(row.begun_at).replace(day=1), []).append(row)
    wanted = [month for month in _last_months(date_of(turn.now)) if by_month and month >= min(by_month)]
    tallies = ((month, by_month.get(month, [])) for month in wanted)
    return [
        MonthTally(month, len(those), sum(row.finished_at is not None for row in those)) for month, those in tallies
    ]


def _is_new(row: Onboarding) -> bool:
    return row.origin != Origin.BEFORE or row.answered_at is not None


def _stage(row: Onboarding, *, lost: bool) -> tuple[Stage, datetime]:
    if row.finished_at is not None:
        return Stage.DONE, row.finished_at
    if row.answered_at is not None:
        return Stage.STARTED, row.answered_at
    return (Stage.UNREACHED if lost else Stage.WELCOMED), row.begun_at


def _step(turn: Turn, row: Onboarding, stage: Stage) -> str:
    """Return where in the dialog a person is; empty if they are not in it, or the dialog is not there."""
    dialog = turn.app.dialogs.get("onboarding")
    if dialog is None or stage is not Stage.STARTED:
        return ""
    step = dialog.position(row.answers)
    return f"steg {dialog.steps.index(step) + 1} av {len(dialog.steps)}" if step else "sista steget"


def not_arrived(turn: Turn, people: Collection[int]) -> Mapping[int, int]:
    """Return those of these people whose welcome did not arrive, or may not have, each with its delivery's id."""
    keys = {f"welcome:{person_id}": person_id for person_id in people}
    ended = deliveries.ended(turn.session, keys) if keys else ()
    return {keys[row.key]: row.id for row in ended if row.state in NOT_ARRIVED}


def _last_months(today: date) -> Iterator[date]:
    month = today.year * 12 + today.month - 1
    for number in range(month - MONTHS_SHOWN + 1, month + 1):
        yield date(number // 12, number % 12 + 1, 1)
