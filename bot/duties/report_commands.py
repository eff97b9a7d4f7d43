"""The kansli follows how far municipalities have come, down to one of them, and sets what it knows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bot import downloads, form_fields
from bot.duties import access, cards, desk_commands, export, reminders, report_cards
from bot.duties.report_cards import FIELDS, SHOWN, DutyFilter, PlaceReport
from bot.message import Json, Reply, UserError, say
from bot.progress import doers, figures, plans, standings, states
from bot.progress.standings import Standings
from bot.register import words
from bot.register.access import text
from bot.register.change import Change
from bot.routes import FileRequest, Role, Routes, Where
from bot.swedish import date_of, day
from bot.turn import Turn
from storage import contacts, duties, municipalities, name_keys, people
from storage.contacts import Contact
from storage.duties import ENDED, Duty, DutySource, DutyState
from storage.municipalities import Municipality

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)
NO_ADDRESS = "Här kan jag inte ge dig en fil. Be driften sätta SEKOM_PUBLIC_URL."
BY_STATE = {
    "left": set(DutyState) - set(ENDED),
    "help": {DutyState.HELP_WANTED},
    "postponed": {DutyState.POSTPONED},
}
"""The states of the filters that show some states."""
MOST_HISTORY = 10
"""The newest changes that a card shows."""


@routes.command(
    "rapportering",
    help="Se hur långt medlemmarna har kommit med årets uppgifter, ner till en kommun.",
    takes="år",
    aliases=("rapporteringen", "rapporteringsläget"),
)
def overview(turn: Turn) -> Reply:
    """Show the duties of this year, or of the year that follows the word."""
    return say(card=_year(turn, desk_commands.asked_year(turn, turn.argument)))


@routes.action("duties.report.year")
def show_year(turn: Turn) -> Reply:
    """Show another year."""
    return turn.in_place(_year(turn, desk_commands.pressed_year(turn)))


@routes.action("duties.report.open")
def show(turn: Turn) -> Reply:
    """Show one duty with its chart."""
    duty = access.kept(turn)
    everywhere = standings.load(turn.session, [duty], turn.now)
    numbers = {by: len(_filtered(turn, duty, everywhere, DutyFilter(by))) for by in SHOWN}
    course = figures.course(turn.session, duty, everywhere, turn.now)
    return turn.in_place(report_cards.report(duty, figures.tally(duty, everywhere), course, numbers))


@routes.action("duties.report.groups")
def show_groups(turn: Turn) -> Reply:
    """Show how many are done in each county or size group."""
    duty, by = access.kept(turn), turn.data.get("by")
    if by not in FIELDS:
        raise UserError("Välj län eller kommungrupp.")
    everywhere = standings.load(turn.session, [duty], turn.now)
    rows = municipalities.everyone(turn.session)
    called = {row.size_group: f"{row.size_group} {row.size_group_name}" for row in rows if row.size_group}
    return turn.in_place(report_cards.groups(duty, str(by), figures.by_group(duty, everywhere, str(by)), called))


@routes.action("duties.report.list")
def show_list(turn: Turn) -> Reply:
    """Show the municipalities of a filter. An unknown filter shows all."""
    duty = access.kept(turn)
    by, value = turn.data.get("by"), str(turn.data.get("value") or "")
    wanted = DutyFilter(str(by), value) if by in (*FIELDS, *SHOWN) else DutyFilter()
    everywhere = standings.load(turn.session, [duty], turn.now)
    codes = _filtered(turn, duty, everywhere, wanted)
    shown = [(place, everywhere.of(duty.id, place.code)) for place in everywhere.places[duty.id] if place.code in codes]
    shown.sort(key=lambda pair: words.order(pair[0].full_name))
    return turn.in_place(report_cards.listing(duty, wanted, shown, turn.page))


@routes.action("duties.report.place")
def show_place(turn: Turn) -> Reply:
    """Show one municipality."""
    duty = access.kept(turn)
    return turn.in_place(_place(turn, duty, access.kept_place(turn, duty)))


@routes.action("duties.report.confirm")
def confirm(turn: Turn) -> Reply:
    """Confirm that a municipality is done."""
    return _set(turn, DutyState.CONFIRMED, "Bekräftat.")


@routes.action("duties.report.exempt")
def exempt(turn: Turn) -> Reply:
    """Exempt a municipality."""
    return _set(turn, DutyState.EXEMPT, "Undantaget. Ingen där påminns.")


@routes.action("duties.report.begin")
def begin(turn: Turn) -> Reply:
    """Say that a municipality works on it, as somebody there has told the kansli."""
    return _set(turn, DutyState.IN_PROGRESS, "Ändrat till pågår. De påminns som vanligt.")


@routes.action("duties.report.help")
def want_help(turn: Turn) -> Reply:
    """Say that a municipality needs help, as somebody there has told the kansli."""
    return _set(turn, DutyState.HELP_WANTED, "Ändrat till behöver hjälp. De påminns som vanligt.")


@routes.action("duties.report.reset")
def reset(turn: Turn) -> Reply:
    """Say that a municipality is not done, whatever it said."""
    return _set(turn, DutyState.NOT_STARTED, "Ändrat till inte påbörjat. De påminns som vanligt.")


@routes.action("duties.report.postpone")
def postpone(turn: Turn) -> Reply:
    """Keep quiet towards a municipality until a day."""
    until = form_fields.on_day(turn.data, "until", "dagen")
    if until is None or until <= date_of(turn.now):
        raise UserError("Välj en dag som kommer, tidigast i morgon.")
    reason = text(turn, "reason", cards.LONGEST_REASON)
    if not reason:
        raise UserError("Skriv varför det skjuts upp.")
    duty, place = _open(turn)
    if until.year > duty.year + 1:
        raise UserError(f"Uppgiften gäller {duty.year}. Välj en dag senast den 31 december {duty.year + 1}.")
    row = states.set_state(
        Change.of(turn), duty, place.code, DutyState.POSTPONED, DutySource.KANSLI, until=until, reason=reason
    )
    return _after(turn, duty, place, row.state == DutyState.POSTPONED, f"Uppskjutet till {day(until)}.")


@routes.action("duties.report.extend")
def extend(turn: Turn) -> Reply:
    """Give a municipality a later last day of its own."""
    duty, place = _open(turn)
    until = form_fields.on_day(turn.data, "until", "den nya dagen")
    plans.extend_one(Change.of(turn), duty, place.code, until)
    return turn.in_place(_place(turn, duty, place, "Förlängt. Påminnelserna räknas från den nya dagen."))


@routes.download(
    "duty_states",
    saved_as="rapportering.xlsx",
    content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
def excel(wanted: FileRequest) -> Callable[[], bytes]:
    """Return where all municipalities stand with a duty as an Excel file."""
    duty = duties.find(wanted.session, wanted.about)
    rows = export.rows(wanted.session, duty, wanted.now) if duty is not None else []
    return partial(export.workbook, rows)


@routes.action("duties.report.excel")
def fetch_excel(turn: Turn) -> Reply:
    """Show a link to the file. It is kept nowhere, so a repeated press gets the way to a new one."""
    duty = access.kept(turn)
    url = downloads.link(turn, excel, NO_ADDRESS, about=duty.id)
    reply, kept = turn.in_place(report_cards.file(duty, url)), turn.in_place(report_cards.no_link(duty))
    return Reply(reply.messages, reply.view, reply.state, kept=kept)


def _set(turn: Turn, wanted: DutyState, told: str) -> Reply:
    duty, place = _open(turn)
    row = states.set_state(Change.of(turn), duty, place.code, wanted, DutySource.KANSLI)
    return _after(turn, duty, place, row.state == wanted, told)


def _after(turn: Turn, duty: Duty, place: Municipality, changed: bool, told: str) -> Reply:  # noqa: FBT001 - what happened
    if not changed:
        raise UserError("En lista har bekräftat att det är klart, och den gäller före det du ändrar.")
    Change.of(turn).record(f"{duty.title} {duty.year}: {told}", f"municipality:{place.code}")
    return turn.in_place(_place(turn, duty, place, told))


def _open(turn: Turn) -> tuple[Duty, Municipality]:
    duty = access.kept(turn)
    plans.refuse_closed(duty)
    return duty, access.kept_place(turn, duty)


def _year(turn: Turn, number: int) -> Json:
    rows = duties.of_year(turn.session, number)
    everywhere = standings.load(turn.session, rows, turn.now)
    calls = [call for call in reminders.call_list(turn.session, turn.now) if call.duty.year == number]
    return report_cards.year(number, [(duty, figures.tally(duty, everywhere)) for duty in rows], len(calls))


def _filtered(turn: Turn, duty: Duty, everywhere: Standings, wanted: DutyFilter) -> set[str]:
    """Return the codes of the municipalities of a filter."""
    places = everywhere.places[duty.id]
    match wanted.by:
        case "left" | "help" | "postponed":
            among = BY_STATE[wanted.by]
            return {place.code for place in places if everywhere.of(duty.id, place.code).state in among}
        case "calls":
            return {call.place.code for call in reminders.call_list(turn.session, turn.now) if call.duty.id == duty.id}
        case "lacking":
            people_ = doers.load(turn.session, [duty])
            return {place.code for place in places if people_.lacks(duty, place.code)}
        case "doubted":
            rows = duties.statuses(turn.session, [duty.id])
            doubted = {code for (_, code), row in rows.items() if row.doubted_at and row.state == DutyState.SAYS_DONE}
            return {place.code for place in places} & doubted
        case "county" | "size_group":
            group = "" if wanted.value == figures.REGIONS else wanted.value
            return {place.code for place in places if getattr(place, wanted.by) == group}
    return {place.code for place in places}


def _place(turn: Turn, duty: Duty, place: Municipality, notice: str = "") -> Json:
    row = duties.status(turn.session, duty.id, place.code)
    everywhere = standings.load(turn.session, [duty], turn.now)
    calls = [call for call in reminders.call_list(turn.session, turn.now) if call.duty.id == duty.id]
    lacks = doers.load(turn.session, [duty]).lacks(duty, place.code)
    first, known = words.role(duty.seats[0]) if duty.seats else "person", _people(turn, place)
    report = PlaceReport(
        duty=duty,
        place=place,
        standing=everywhere.of(duty.id, place.code),
        reason=row.reason if row else "",
        doubted=row is not None and row.doubted_at is not None and row.state == DutyState.SAYS_DONE,
        history=_history(turn, duty, place),
        people=known,
        has_number=any(seat.person is not None and seat.person.phone for seat in _holders(turn, place)),
        gaps=[f"Ingen {first}. {'Påminnelserna går till den som finns.' if known else 'Ingen nås av påminnelser.'}"]
        if lacks
        else [],
        script=next((call.script for call in calls if call.place.code == place.code), ()),
        notice=notice,
    )
    return report_cards.place(report, date_of(turn.now))


def _history(turn: Turn, duty: Duty, place: Municipality) -> list[str]:
    rows = duties.history(turn.session, duty.id, place.code)[-MOST_HISTORY:]
    called = people.names(turn.session, [row.by_id for row in rows if row.by_id is not None])
    lines = []
    for row in reversed(rows):
        who = called.get(row.by_id or 0, "")
        parts = [standings.STATE_NAMES[DutyState(row.state)], who, row.note]
        lines.append(f"{day(row.at)}: {', '.join(filter(None, parts))}")
    return lines


def _people(turn: Turn, place: Municipality) -> list[str]:
    lines = []
    for seat in _holders(turn, place):
        assert seat.person is not None  # noqa: S101 - only seats that somebody holds
        ways = [name_keys.keyed(seat.person.id, way) for way in (seat.person.phone, seat.person.mail) if way]
        lines.append(", ".join([seat.person.called, words.role(seat.seat), *ways]))
    return lines


def _holders(turn: Turn, place: Municipality) -> list[Contact]:
    """Return the seats of people who are in the network."""
    return [seat for seat in contacts.current(turn.session, place.code) if seat.person is not None and not seat.gone]
