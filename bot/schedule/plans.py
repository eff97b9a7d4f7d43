"""An event as the kansli plans it, and what a plan must not be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from bot.message import UserError
from bot.register.change import Change
from bot.schedule import times
from bot.schedule.times import Span
from bot.swedish import date_of, day
from storage import registrations
from storage.events import Event, EventKind, EventState

LONGEST_TITLE, LONGEST_TEXT, LONGEST_PLACE, LONGEST_LINK = 200, 4000, 200, 1000
"""Characters; those of the title, the place and the link are the columns' width."""
MOST_SEATS = 10_000
KIND_NAMES = {
    EventKind.WEBINAR: "Webbinarium",
    EventKind.COURSE: "Kurs",
    EventKind.FORUM: "Forum",
    EventKind.CONFERENCE: "Konferens",
    EventKind.ANNUAL_MEETING: "Årskonferens",
    EventKind.OTHER: "Möte",
}


@dataclass(frozen=True, slots=True)
class EventPlan:
    """An event as the kansli writes it, apart from the people who are invited."""

    kind: EventKind
    title: str
    text: str = ""
    when: Span | None = None
    teams_meeting: bool = False
    join_url: str = ""
    place: str = ""
    themes: tuple[str, ...] = ()
    seats: int | None = None
    register_by: date | None = None
    academy: bool = False
    organiser_id: int | None = None

    @classmethod
    def of(cls, event: Event) -> EventPlan:
        """Return the plan of an event as it is stored."""
        return cls(
            kind=EventKind(event.kind),
            title=event.title,
            text=event.text,
            when=times.span_of(event.starts_at, event.ends_at),
            teams_meeting=event.teams_meeting,
            join_url=event.join_url,
            place=event.place,
            themes=tuple(event.themes),
            seats=event.seats,
            register_by=event.register_by,
            academy=event.academy,
            organiser_id=event.organiser_id,
        )

    def write(self, event: Event) -> None:
        """Give an event this content."""
        event.kind, event.title, event.text = self.kind, self.title, self.text
        event.starts_at, event.ends_at = (self.when.starts, self.when.ends) if self.when else (None, None)
        event.teams_meeting, event.join_url, event.place = self.teams_meeting, self.join_url, self.place
        event.themes, event.seats, event.register_by = list(self.themes), self.seats, self.register_by
        event.academy, event.organiser_id = self.academy, self.organiser_id


def checked_link(text: str, what: str) -> str:
    """Return a web address, or an empty text. ``what`` begins the text of the :class:`UserError` for anything else."""
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and "." in (parts.hostname or "") and parts.username is None
    except ValueError:
        good = False
    if text and (not good or any(sign.isspace() for sign in text)):
        raise UserError(f"{what} ska vara en hel webbadress som börjar med https://.")
    if len(text) > LONGEST_LINK:
        raise UserError(f"{what} är {len(text)} tecken. Den får ha högst {LONGEST_LINK}.")
    return text


def fitting(text: str, what: str, most: int) -> str:
    """Return the text. Raise :class:`UserError` if it is longer than ``most`` characters."""
    if len(text) > most:
        raise UserError(f"{what} är {len(text)} tecken. Korta till högst {most}.")
    return text


def refuse(change: Change, plan: EventPlan, event: Event | None) -> None:
    """Raise :class:`UserError` for a plan that can't be; ``event`` is the event that it changes."""
    before = EventPlan.of(event) if event is not None else None
    if not plan.title:
        raise UserError("Skriv en titel.")
    fitting(plan.title, "Titeln", LONGEST_TITLE)
    fitting(plan.text, "Texten", LONGEST_TEXT)
    fitting(plan.place, "Platsen", LONGEST_PLACE)
    checked_link(plan.join_url, "Möteslänken")
    if plan.teams_meeting and plan.join_url:
        raise UserError("Välj antingen Teams-möte eller egen möteslänk, inte båda.")
    if plan.when is not None and (before is None or plan.when != before.when):
        times.checked(plan.when, change.now)
    _refuse_deadline(change, plan, before)
    _refuse_seats(change, plan, event)
    if event is not None and before is not None and event.state == EventState.OPEN:
        _refuse_open(change, plan, before)


def _refuse_deadline(change: Change, plan: EventPlan, before: EventPlan | None) -> None:
    if plan.register_by is None:
        return
    if plan.when is not None and plan.register_by > date_of(plan.when.starts):
        starts = times.weekday(date_of(plan.when.starts))
        raise UserError(f"Sista dagen att anmäla sig är {day(plan.register_by)}, men mötet börjar {starts}.")
    if plan.register_by < change.today and (before is None or plan.register_by != before.register_by):
        raise UserError(f"Sista dagen att anmäla sig, {day(plan.register_by)}, har redan varit.")


def _refuse_seats(change: Change, plan: EventPlan, event: Event | None) -> None:
    if plan.seats is None:
        return
    if not 0 < plan.seats <= MOST_SEATS:
        raise UserError(f"Antalet platser ska vara 1 till {MOST_SEATS}. Lämna rutan tom om det inte finns någon gräns.")
    taken = registrations.taken(change.session, event.id) if event is not None else 0
    if plan.seats < taken:
        raise UserError(f"Det är redan {taken} anmälda. Antalet platser kan inte vara lägre än så.")


def _refuse_open(change: Change, plan: EventPlan, before: EventPlan) -> None:
    if plan.when is None and before.when is not None:
        raise UserError("Ett publicerat möte behöver ett datum. Flytta det, eller ställ in det.")
    if before.when is not None and plan.teams_meeting != before.teams_meeting:
        raise UserError(
            "Teams-mötet följer med kalenderbokningen och kan inte läggas till eller tas bort efteråt. "
            "Ställ in mötet, kopiera det och publicera kopian."
        )
    if plan.when is not None and plan.when.whole_days and plan.teams_meeting:
        raise UserError("Ett Teams-möte behöver klockslag. Fyll i när det börjar och slutar.")
    if before.when is not None and before.when.ends <= change.now and plan.when != before.when:
        raise UserError("Mötet har redan varit. Kopiera det om det ska hållas igen.")
