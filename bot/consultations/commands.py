"""A member's point of view on a consultation: written, changed and taken back in their own chat."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from bot.consultations import access, cards
from bot.message import Reply, UserError, say
from bot.plain_text import clean
from bot.routes import Routes, Where
from bot.swedish import date_of
from bot.turn import Turn
from storage import municipalities, outbox, viewpoints
from storage.municipalities import Municipality
from storage.outgoing import Outgoing, ToPerson
from storage.viewpoints import Behalf

routes = Routes[Turn](where=Where.PERSONAL)
EMPTY = "Synpunkten är tom. Skriv vad du tycker."


@routes.command(
    "lämna synpunkt",
    help="Se vilka remisser som är öppna, och lämna eller ändra din synpunkt.",
    aliases=("synpunkt", "synpunkter", "lämna synpunkter", "remisser", "remiss", "mina synpunkter"),
)
def overview(turn: Turn) -> Reply:
    """List the consultations that the person can answer."""
    going = viewpoints.sent(turn.session, date_of(turn.now))
    mine = [row for row in going if viewpoints.reached(turn.session, row, turn.person.id)]
    answered = {row.id for row in mine if viewpoints.of_person(turn.session, row.id, turn.person.id)}
    return say(card=cards.open_ones(mine, answered))


@routes.action("consultations.write", where=Where.ANY)
def write(turn: Turn) -> Reply:
    """Show the form; from a channel, send it to the person's own chat."""
    row = access.open_to(turn)
    form = cards.form(row, viewpoints.of_person(turn.session, row.id, turn.person.id), _town(turn))
    if turn.personal:
        return turn.in_place(form)
    subject = f"consultation_form:{row.id}"
    key = f"{subject}:person:{turn.person.id}:{turn.now:%Y%m%d%H%M}"
    outbox.enqueue(turn.session, Outgoing(key, subject, ToPerson(turn.person.id), card=form), turn.now)
    return Reply(notice="Formuläret kommer i vår egen chatt. Du kan också skriva ”lämna synpunkt” till mig där.")


@routes.action("consultations.save")
def save(turn: Turn) -> Reply:
    """Store what the form holds. The same press twice stores it once."""
    row = access.open_to(turn)
    own = viewpoints.save(turn.session, row.id, turn.person, _behalf(turn), _text(turn), now=turn.now)
    return turn.in_place(cards.saved(row, own, _town(turn)))


@routes.action("consultations.take_back")
def take_back(turn: Turn) -> Reply:
    """Delete the person's own point of view."""
    row = access.open_to(turn)
    if not viewpoints.take_back(turn.session, row.id, turn.person.id):
        raise UserError("Du har ingen synpunkt på den remissen att ta tillbaka.")
    return turn.in_place(cards.taken_back(row))


@routes.erasing
def forget(session: Session, person_id: int, now: datetime) -> Callable[[], None]:
    """Delete an erased person's own views. A municipality's view stays, without the person."""
    del now
    viewpoints.forget_person(session, person_id)
    return lambda: None


def _town(turn: Turn) -> Municipality | None:
    return municipalities.find(turn.session, turn.person.municipality_code)


def _behalf(turn: Turn) -> Behalf:
    wanted = turn.data.get("behalf")
    if wanted not in list(Behalf):
        raise UserError("Välj om det är din egen synpunkt eller kommunens.")
    if wanted == Behalf.MUNICIPALITY and _town(turn) is None:
        raise UserError(
            "Jag vet inte vilken kommun du arbetar för. Skriv **min kommun** till mig, eller välj Min egen."
        )
    return Behalf(wanted)


def _text(turn: Turn) -> str:
    written = turn.data.get("text")
    if not isinstance(written, str):
        raise UserError(EMPTY)
    if len(written) > cards.LONGEST:
        raise UserError(
            f"Synpunkten är {len(written)} tecken. Korta till högst {cards.LONGEST}, eller mejla den till kansliet: "
            f"{turn.app.settings.contact}"
        )
    text = clean(written)
    if not text:
        raise UserError(EMPTY)
    return text
