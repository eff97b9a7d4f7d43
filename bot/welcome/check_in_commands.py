"""How it goes: what a new member says, and what the kansli does about a low answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot import form_fields
from bot.cards import short
from bot.desk import PreparedDecision
from bot.message import Reply, UserError, say, state
from bot.register.change import Change
from bot.routes import Role, Routes, Where
from bot.turn import App, Turn
from bot.welcome import access, desk_cards, step_cards, steps
from storage import check_ins, onboardings, outbox
from storage.check_ins import LOW, CheckIn
from storage.outgoing import Outgoing, ToPerson
from storage.people import Person

routes = Routes[Turn](where=Where.PERSONAL)

LATER = timedelta(days=60)
"""From this time after they came, people who write the command answer the last question."""
LONGEST_LETTER = 2000
MAIL_AFTER = timedelta(hours=1)


@routes.command("så går det", help="Berätta för kansliet hur det går för dig i nätverket.", aliases=("hur går det",))
def ask(turn: Turn) -> Reply:
    """Ask how it goes."""
    begun = onboardings.of_person(turn.session, turn.person.id)
    first, last = steps.CHECK_INS
    return say(card=step_cards.ask(last if begun and turn.now - begun.begun_at >= LATER else first))


@routes.action("welcome.check_in")
def ask_again(turn: Turn) -> Reply:
    """*Ändra svaret*: ask again."""
    return state(step_cards.ask(_day(turn)))


@routes.action("welcome.answer")
def answer(turn: Turn) -> Reply:
    """Keep an answer and its line. A later press replaces it."""
    day, stars = _day(turn), _stars(turn)
    comment = form_fields.text(turn.data, "comment")
    if len(comment) > step_cards.LONGEST_COMMENT:
        raise UserError(f"Skriv högst {step_cards.LONGEST_COMMENT} tecken, så läser kansliet allt.")
    row = check_ins.answer(turn.session, turn.person.id, day, stars, turn.now)
    row.comment = comment or row.comment
    return state(step_cards.answered(row.stars, row.comment, low=row.stars <= LOW, on_day=day), done=True)


@routes.action("welcome.write", role=Role.KANSLI)
def write(turn: Turn) -> Reply:
    """*Skriv till …*: show a low answer and a form for a message."""
    row, person = access.low_answer(turn)
    return state(desk_cards.letter(row, person))


@routes.action("welcome.send", role=Role.KANSLI)
def send(turn: Turn) -> Reply:
    """Send the kansli's message. It settles the answer, so two people of the kansli do not both write."""
    row, person = access.low_answer(turn)
    text = form_fields.text(turn.data, "text")
    if not text or len(text) > LONGEST_LETTER:
        raise UserError(f"Skriv ett meddelande, med högst {LONGEST_LETTER} tecken.")
    outbox.enqueue(turn.session, _letter(row, person, text), turn.now)
    _settle(turn, row, "Skrev till en ny medlem som hade det trögt")
    return state(desk_cards.settled(f"Skickat till {person.called}."), done=True)


@routes.action("welcome.settle", role=Role.KANSLI)
def settle(turn: Turn) -> Reply:
    """*Klart*: put a low answer aside, such as after a call."""
    row, person = access.low_answer(turn)
    _settle(turn, row, "Lade undan ett svar från en ny medlem")
    return state(desk_cards.settled(f"Svaret från {person.called} är undanlagt."), done=True)


def to_answer(app: App, session: Session, now: datetime) -> Iterator[PreparedDecision]:
    """Yield the low answers that nobody has settled."""
    del app, now
    for row, person in check_ins.low(session):
        said = f" ”{short(row.comment, 120)}”" if row.comment else ""
        yield PreparedDecision(
            key=f"check_in:{row.id}:{row.at.isoformat()}",
            title=f"{person.called} gav {row.stars} av {step_cards.BEST} efter {row.day} dagar",
            effect=f"Du skriver några rader, som kommer i personens egen chatt.{said}",
            usefulness=80,
            label="Skriv till medlemmen",
            verb="welcome.write",
            data={"check_in": row.id},
        )


def _day(turn: Turn) -> int:
    day = turn.data.get("day")
    return day if isinstance(day, int) and day in steps.CHECK_INS else steps.CHECK_INS[0]


def _stars(turn: Turn) -> int:
    stars = turn.data.get("stars")
    if not isinstance(stars, int) or not 1 <= stars <= step_cards.BEST:
        raise UserError("Välj en siffra från 1 till 5.")
    return stars


def _letter(row: CheckIn, person: Person, text: str) -> Outgoing:
    return Outgoing(
        key=f"check_in:{row.id}:{row.at.isoformat()}",
        subject=f"check_in:{row.id}",
        to=ToPerson(person.id),
        card=desk_cards.from_kansli(text),
        mail=desk_cards.from_kansli_mail(text),
        mail_after=MAIL_AFTER,
    )


def _settle(turn: Turn, row: CheckIn, what: str) -> None:
    row.settled_at = turn.now
    Change.of(turn).record(what, f"person:{row.person_id}", row.person_id)
