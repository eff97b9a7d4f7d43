"""The kansli adds, changes, extends, copies, closes and opens duties."""

from __future__ import annotations

from bot import form_fields
from bot.duties import access, desk_cards
from bot.message import Json, Reply, UserError, say
from bot.progress import duty_forms, plans
from bot.progress.plans import DutyPlan
from bot.register.change import Change
from bot.routes import Role, Routes, Where
from bot.swedish import count, date_of, day, listed
from bot.turn import Turn
from storage import duties, events, municipalities
from storage.database import is_id
from storage.duties import Duty, DutyKind

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)
NAMED = 8
"""How many municipalities a card names."""


@routes.command(
    "planera uppgifter",
    help="Se årets uppgifter för medlemmarna, sätt datum och ändra dem.",
    takes="år",
    aliases=("rapporteringsuppgifter", "medlemmarnas uppgifter"),
)
def overview(turn: Turn) -> Reply:
    """List the duties of this year, or of the year that follows the word."""
    return say(card=_overview(turn, asked_year(turn, turn.argument)))


@routes.command(
    "ny uppgift",
    help="Lägg till en uppgift som medlemmarna ska göra, med datum och påminnelser.",
    takes="namn",
    aliases=("lägg till uppgift",),
)
def plan(turn: Turn) -> Reply:
    """Show the form of a new duty."""
    return say(card=_form(turn, DutyPlan(DutyKind.OTHER, date_of(turn.now).year, turn.argument[: plans.LONGEST_TITLE])))


@routes.action("duties.desk.year")
def show_year(turn: Turn) -> Reply:
    """List the duties of another year."""
    return turn.in_place(_overview(turn, pressed_year(turn)))


@routes.action("duties.desk.open")
def show(turn: Turn) -> Reply:
    """Show a duty."""
    return turn.in_place(_card(turn, access.kept(turn)))


@routes.action("duties.desk.new")
def new(turn: Turn) -> Reply:
    """Show the form of a new duty. Nothing is stored until it is saved."""
    return turn.in_place(_form(turn, DutyPlan(DutyKind.OTHER, pressed_year(turn), "")))


@routes.action("duties.desk.edit")
def edit(turn: Turn) -> Reply:
    """Show the form of a duty."""
    duty = access.kept(turn)
    plans.refuse_closed(duty)
    return turn.in_place(_form(turn, DutyPlan.of(duty), duty))


@routes.action("duties.desk.save")
def save(turn: Turn) -> Reply:
    """Save a new duty, or the one that the form was shown for."""
    if "duty" not in turn.data:
        duty = plans.create(Change.of(turn), duty_forms.read(turn.session, turn.data))
        return turn.in_place(_card(turn, duty, "Uppgiften är sparad."))
    duty = access.current(turn)
    plans.save(Change.of(turn), duty, duty_forms.read(turn.session, turn.data))
    return turn.in_place(_card(turn, duty, "Ändringen är sparad."))


@routes.action("duties.desk.ask_extend")
def ask_extend(turn: Turn) -> Reply:
    """Show the form of a later last day."""
    duty = access.kept(turn)
    plans.refuse_closed(duty)
    return turn.in_place(desk_cards.extension(duty))


@routes.action("duties.desk.extend")
def extend(turn: Turn) -> Reply:
    """Move the last day on, for everybody or for the municipalities that the form names."""
    duty, change = access.current(turn), Change.of(turn)
    until = form_fields.on_day(turn.data, "due", "den nya dagen")
    places = plans.concerned(turn.session, duty, str(turn.data.get("towns") or ""))
    if until is None:
        raise UserError("Välj den nya sista dagen.")
    if not places:
        plans.extend(change, duty, until)
        return turn.in_place(_card(turn, duty, f"Sista dag för alla är nu {day(until)}."))
    for place in places:
        plans.extend_one(change, duty, place.code, until)
    names = listed([place.name for place in places])
    return turn.in_place(_card(turn, duty, f"Sista dag för {names} är nu {day(until)}."))


@routes.action("duties.desk.copy")
def copy(turn: Turn) -> Reply:
    """Copy a duty to the next year, without dates."""
    copied = plans.copy(Change.of(turn), access.current(turn))
    return turn.in_place(_card(turn, copied, f"Kopierad till {copied.year}. Sätt datum när du vet det."))


@routes.action("duties.desk.close")
def close(turn: Turn) -> Reply:
    """Close a duty."""
    duty = access.current(turn)
    plans.close(Change.of(turn), duty)
    return turn.in_place(_card(turn, duty))


@routes.action("duties.desk.reopen")
def reopen(turn: Turn) -> Reply:
    """Open a closed duty again."""
    duty = access.current(turn)
    plans.reopen(Change.of(turn), duty)
    return turn.in_place(_card(turn, duty, "Uppgiften är öppen igen."))


def asked_year(turn: Turn, text: str) -> int:
    """Return the year that follows a command, or this year. Raise :class:`UserError` for anything else."""
    if not text.strip():
        return date_of(turn.now).year
    if not (text.isascii() and text.isdecimal() and len(text) == 4):  # noqa: PLR2004 - digits of a year
        raise UserError("Skriv året med fyra siffror, till exempel **planera uppgifter 2027**.")
    return int(text)


def pressed_year(turn: Turn) -> int:
    """Return the year that a button asks for; this year for anything that is no year."""
    year = turn.data.get("year")
    return year if is_id(year) and 2000 <= year < 2100 else date_of(turn.now).year  # noqa: PLR2004 - SEKOM's century


def audience(turn: Turn, duty: Duty) -> str:
    """Return which municipalities a duty concerns, in Swedish."""
    wanted = DutyPlan.of(duty)
    names = [municipalities.require(turn.session, code).name for code in wanted.codes]
    towns = listed(names) if len(names) <= NAMED else count(len(names), "kommun", "kommuner")
    groups = f"kommungrupp {listed(wanted.size_groups, 'eller')}" if wanted.size_groups else ""
    parts = [towns, listed(wanted.counties, "eller"), groups]
    return ", ".join(filter(None, parts)) or "alla medlemmar"


def _overview(turn: Turn, year: int) -> Json:
    return desk_cards.overview(year, duties.of_year(turn.session, year))


def _card(turn: Turn, duty: Duty, notice: str = "") -> Json:
    return desk_cards.duty(duty, audience(turn, duty), events.find(turn.session, duty.event_id), notice)


def _form(turn: Turn, wanted: DutyPlan, duty: Duty | None = None) -> Json:
    rows = municipalities.everyone(turn.session)
    meetings = duty_forms.meetings(turn.session, wanted.year, wanted.event_id)
    offered = {
        "meetings": [
            (duty_forms.NO_EVENT, "Inget möte"),
            *((str(row.id), desk_cards.meeting_name(row)) for row in meetings),
        ],
        "counties": [(county, county) for county in sorted({row.county for row in rows})],
        "size_groups": sorted(
            {(row.size_group, f"{row.size_group} {row.size_group_name}") for row in rows if row.size_group}
        ),
    }
    names = {row.code: row.full_name for row in rows}
    return desk_cards.form(wanted, offered, ", ".join(names[code] for code in wanted.codes), duty)
