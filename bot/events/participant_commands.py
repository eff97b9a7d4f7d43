"""The kansli sees and fetches the list of people who are coming to an event."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlalchemy.orm import Session

from bot import downloads
from bot.events import access, participant_cards
from bot.events.participant_cards import STATE_TITLES, WIDTHS, Participant
from bot.message import Json, Reply, say
from bot.register import sheets, words
from bot.routes import FileRequest, Role, Routes, Where
from bot.turn import Turn
from storage import events, municipalities, registrations
from storage.events import Event
from storage.registrations import RegistrationState

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)
NO_ADDRESS = "Här kan jag inte ge dig en fil. Listan finns på kortet."
MOST = 8
"""Events to choose from."""
QUEUE = (RegistrationState.OFFERED, RegistrationState.WAITING)


def of_event(session: Session, event_id: int) -> list[Participant]:
    """Return everybody who has answered: the registered ones first, the queue in its order, the others by name."""
    names = {town.code: town.name for town in municipalities.everyone(session)}
    order = list(STATE_TITLES)
    people = [
        Participant(registration, person, names.get(person.municipality_code or "", ""), words.role(person.role))
        for registration, person in registrations.of_event(session, event_id, order)
    ]
    by_name = sorted(people, key=lambda one: "" if one.registration.state in QUEUE else words.order(one.person.name))
    return sorted(by_name, key=lambda one: order.index(RegistrationState(one.registration.state)))


@routes.download(
    "participants",
    saved_as="deltagare.xlsx",
    content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
def participant_list(wanted: FileRequest) -> Callable[[], bytes]:
    """Make the list of one event."""
    table = list(participant_cards.table(of_event(wanted.session, wanted.about or 0)))
    return partial(sheets.workbook, "Deltagare", table, WIDTHS)


@routes.command(
    "deltagare",
    help="Se vilka som är anmälda till ett möte, och hämta listan som Excel.",
    takes="möte",
    aliases=("deltagarlista", "deltagarlistan"),
)
def participants(turn: Turn) -> Reply:
    """Show the list of the event whose title holds the written words; ask if several do, or none."""
    shown = [*events.upcoming(turn.session, turn.now), *reversed(events.newest(turn.session))]
    shown = list({event.id: event for event in shown}.values())
    wanted = turn.argument.casefold()
    fitting = [event for event in shown if wanted in event.title.casefold()] if wanted else []
    if len(fitting) == 1:
        return say(card=_list(turn, fitting[0]))
    some = (fitting or shown)[:MOST]
    coming = {event.id: registrations.taken(turn.session, event.id) for event in some}
    return say(card=participant_cards.choose(some, coming))


@routes.action("event.desk.participants")
def list_people(turn: Turn) -> Reply:
    """List everybody who has answered."""
    return turn.in_place(_list(turn, access.kept(turn)))


@routes.action("event.desk.towns")
def list_towns(turn: Turn) -> Reply:
    """Count the registered people by municipality."""
    row = access.kept(turn)
    return turn.in_place(participant_cards.towns(row, of_event(turn.session, row.id), turn.page))


@routes.action("event.desk.export")
def export(turn: Turn) -> Reply:
    """Make a link to the list as a file. It is kept nowhere, so a repeated press is shown the way to a new one."""
    row = access.kept(turn)
    address = downloads.link(turn, participant_list, NO_ADDRESS, about=row.id)
    return Reply(
        messages=say(card=participant_cards.file(row, address)).messages,
        kept=say(card=participant_cards.no_link(row)),
    )


def _list(turn: Turn, row: Event) -> Json:
    return participant_cards.participants(row, of_event(turn.session, row.id), turn.page)
