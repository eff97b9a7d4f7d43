"""Duties as the kansli plans them: created, changed, extended, copied, closed and opened again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from bot.message import UserError
from bot.progress import states
from bot.register import finder
from bot.register.change import Change
from bot.register.finder import Found
from bot.schedule.plans import fitting
from bot.swedish import day, listed
from storage import duties, municipalities
from storage.duties import Duty, DutyKind
from storage.municipalities import Municipality
from storage.people import PersonRole

LONGEST_TITLE, LONGEST_TEXT = 120, 1500
MOST_MINUTES = 3000
"""A week of work: more is no single duty."""
RUNGS = (-30, -14, -3, 1, 7, 14)
"""The ladder of a new duty (issue 16)."""
POLITICIAN_FROM, KANSLI_FROM = 7, 14
"""Days after the last day from which the politician is told too, and from which the kansli calls instead."""
YEARS_AHEAD = 5
KIND_NAMES = {
    DutyKind.KEY_FIGURES: "Gröna nyckeltal",
    DutyKind.SURVEY: "Enkät",
    DutyKind.ANNUAL_MEETING: "Årsmöte",
    DutyKind.NEWSLETTER: "Nyhetsbrev",
    DutyKind.PROGRAMME: "Program",
    DutyKind.OTHER: "Annat",
}


@dataclass(frozen=True, slots=True)
class DutyPlan:
    """What the kansli decides about a duty."""

    kind: DutyKind
    year: int
    title: str
    why: str = ""
    how: str = ""
    link: str = ""
    minutes: int | None = None
    opens: date | None = None
    due: date | None = None
    seats: tuple[str, ...] = (PersonRole.REPORTER, PersonRole.OFFICER)
    rungs: tuple[int, ...] = RUNGS
    codes: tuple[str, ...] = ()
    counties: tuple[str, ...] = ()
    size_groups: tuple[str, ...] = ()
    event_id: int | None = None
    """The annual meeting whose registrations decide."""

    @classmethod
    def of(cls, duty: Duty) -> DutyPlan:
        """Return what is decided about a duty."""
        same = {name: getattr(duty, name) for name in _SAME}
        audience: dict[str, Any] = {
            name: tuple(duty.audience.get(name) or ()) for name in ("codes", "counties", "size_groups")
        }
        rungs = tuple(int(rung["days"]) for rung in duty.ladder)
        return cls(kind=DutyKind(duty.kind), seats=tuple(duty.seats), rungs=rungs, **same, **audience)

    def write(self, duty: Duty) -> None:
        """Give a duty this content. Rungs that stay keep the seats that they tell, and seats their order."""
        for name in _SAME:
            setattr(duty, name, getattr(self, name))
        order = list(duty.seats or ())
        seats = sorted(self.seats, key=lambda seat: order.index(seat) if seat in order else len(order))
        duty.kind, duty.seats = self.kind.value, seats
        before = {rung["days"]: rung for rung in duty.ladder or ()}
        duty.ladder = [before.get(days) or {"days": days, "to": told(days, self.kind)} for days in self.rungs]
        audience = {name: list(getattr(self, name)) for name in ("codes", "counties", "size_groups")}
        duty.audience = {name: values for name, values in audience.items() if values}


_SAME = ("year", "title", "why", "how", "link", "minutes", "opens", "due", "event_id")


def told(days: int, kind: DutyKind = DutyKind.OTHER) -> list[str]:
    """Return the seats that a rung tells: later ones tell more people, and the last ones the kansli.

    Both roles come to the annual meeting, so both are told from the start.
    """
    if days >= KANSLI_FROM:
        return [PersonRole.KANSLI.value]
    if kind == DutyKind.ANNUAL_MEETING:
        return [PersonRole.POLITICIAN.value, PersonRole.OFFICER.value]
    seats = [PersonRole.REPORTER, *([PersonRole.OFFICER] if days > 0 else [])]
    return [seat.value for seat in (*seats, *([PersonRole.POLITICIAN] if days >= POLITICIAN_FROM else []))]


def create(change: Change, plan: DutyPlan) -> Duty:
    """Create a duty."""
    _refuse(change, plan, None)
    duty = Duty(created_at=change.now, version=0)
    return _saved(change, duty, plan, "Ny uppgift")


def save(change: Change, duty: Duty, plan: DutyPlan) -> None:
    """Give a duty a new content."""
    refuse_closed(duty)
    _refuse(change, plan, DutyPlan.of(duty))
    _saved(change, duty, plan, "Ändrade uppgiften")


def extend(change: Change, duty: Duty, until: date | None) -> None:
    """Move everybody's last day on. A municipality that has a later day of its own keeps it."""
    refuse_closed(duty)
    _refuse_shorter(duty.due, until, change, duty)
    _saved(change, duty, replace(DutyPlan.of(duty), due=until), "Förlängde för alla")


def extend_one(change: Change, duty: Duty, code: str, until: date | None) -> None:
    """Move one municipality's last day on."""
    refuse_closed(duty)
    row = states.lock(change, duty, code)
    _refuse_shorter(states.deadline(duty, row), until, change, duty)
    row.due = until
    change.session.flush()
    change.record(f"Förlängde {duty.title} {duty.year}", f"municipality:{code}")


def copy(change: Change, duty: Duty) -> Duty:
    """Return next year's duty, without dates. Raise :class:`UserError` if there is one already."""
    if any(other.copied_from_id == duty.id for other in duties.of_year(change.session, duty.year + 1)):
        raise UserError(
            f"Uppgiften är redan kopierad till {duty.year + 1}. Skriv **planera uppgifter {duty.year + 1}**."
        )
    plan = replace(DutyPlan.of(duty), year=duty.year + 1, opens=None, due=None, event_id=None)
    _refuse(change, plan, None)
    copied = Duty(created_at=change.now, version=0, copied_from_id=duty.id, ladder=list(duty.ladder))
    return _saved(change, copied, plan, "Kopierade uppgiften")


def close(change: Change, duty: Duty) -> None:
    """Close a duty: nobody is reminded any more."""
    refuse_closed(duty)
    duty.closed_at = change.now
    _saved(change, duty, DutyPlan.of(duty), "Stängde uppgiften")


def reopen(change: Change, duty: Duty) -> None:
    """Open a closed duty again."""
    if duty.closed_at is None:
        raise UserError("Uppgiften är redan öppen.")
    duty.closed_at = None
    _saved(change, duty, DutyPlan.of(duty), "Öppnade uppgiften igen")


def refuse_closed(duty: Duty) -> None:
    """Raise :class:`UserError` for a closed duty."""
    if duty.closed_at is not None:
        raise UserError(f"Uppgiften stängdes {day(duty.closed_at)}. Öppna den igen om något ska ändras.")


def named(text: str) -> tuple[str, ...]:
    """Return the codes of municipalities that a text names, with commas between. Raise for unsure ones."""
    names = [name.strip() for name in text.replace("\n", ",").replace(";", ",").split(",")]
    answers = {name: finder.official().find(name) for name in names if name}
    if unsure := [f"”{name[:40]}”" for name, answer in answers.items() if not isinstance(answer, Found)]:
        raise UserError(f"Jag är inte säker på {listed(unsure[:5])}. Skriv hela namnet, till exempel Habo kommun.")
    return tuple(dict.fromkeys(answer.code for answer in answers.values() if isinstance(answer, Found)))


def concerned(session: Session, duty: Duty, text: str) -> list[Municipality]:
    """Return the municipalities that a text names. Raise :class:`UserError` if the duty does not concern one."""
    places = [municipalities.require(session, code) for code in named(text)]
    if others := [place.full_name for place in places if not states.concerns(duty, place)]:
        raise UserError(f"Uppgiften gäller inte {listed(others[:5], 'eller')}.")
    return places


def _saved(change: Change, duty: Duty, plan: DutyPlan, what: str) -> Duty:
    plan.write(duty)
    duty.version += 1
    duty.changed_by_id, duty.changed_at = change.by, change.now
    change.session.add(duty)
    change.session.flush()
    change.record(f"{what}: {duty.title} {duty.year}", duty.subject)
    return duty


def _refuse(change: Change, plan: DutyPlan, before: DutyPlan | None) -> None:
    """Raise :class:`UserError` for a plan that can't be. What stood there before may stay."""
    now = change.today.year
    if not now - 1 <= plan.year <= now + YEARS_AHEAD and (before is None or plan.year != before.year):
        raise UserError(f"Året ska vara mellan {now - 1} och {now + YEARS_AHEAD}, inte {plan.year}.")
    if not plan.title:
        raise UserError("Skriv vad uppgiften heter.")
    fitting(plan.title, "Namnet", LONGEST_TITLE)
    fitting(plan.why, "Texten om varför", LONGEST_TEXT)
    fitting(plan.how, "Texten om hur", LONGEST_TEXT)
    if plan.minutes is not None and not 0 < plan.minutes <= MOST_MINUTES:
        raise UserError(f"Tiden ska vara mellan 1 och {MOST_MINUTES} minuter. Lämna rutan tom om ingen vet.")
    if plan.event_id is not None and plan.kind != DutyKind.ANNUAL_MEETING:
        raise UserError("Bara ett årsmöte avgörs av anmälningarna. Välj sorten Årsmöte, eller Inget möte.")
    _refuse_days(change, plan, before)


def _refuse_days(change: Change, plan: DutyPlan, before: DutyPlan | None) -> None:
    if plan.due is None:
        return
    if plan.opens is not None and plan.due < plan.opens:
        raise UserError(f"Sista dagen, {day(plan.due)}, är före dagen då den öppnar, {day(plan.opens)}.")
    same = before is not None and plan.due == before.due
    if plan.due < change.today and not same:
        raise UserError(f"Sista dagen, {day(plan.due)}, har redan varit.")
    _refuse_other_year(plan.year, plan.due)


def _refuse_shorter(before: date | None, until: date | None, change: Change, duty: Duty) -> None:
    if until is None:
        raise UserError("Välj den nya sista dagen.")
    if before is not None and until <= before:
        raise UserError(f"Sista dagen är redan {day(before)}. Välj en senare dag.")
    if until < change.today:
        raise UserError(f"Den dagen, {day(until)}, har redan varit.")
    _refuse_other_year(duty.year, until)


def _refuse_other_year(year: int, last: date) -> None:
    if last.year not in (year, year + 1):
        raise UserError(f"Uppgiften gäller {year}, men sista dagen är {day(last)}. Rätta året eller dagen.")
