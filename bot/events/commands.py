"""What members write and press about events: see them, register, leave, answer an offer, and ask the speaker."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from bot import downloads
from bot.events import access, cards, member_access, message_cards, notices
from bot.message import Kind, Reply, UserError, say
from bot.register.change import Change
from bot.routes import FileRequest, Routes, Where
from bot.schedule import entry, seats
from bot.turn import Turn
from storage import events, registrations
from storage.events import Event

routes = Routes[Turn]()

LOOKED_BACK = timedelta(days=365)
"""How long a held event is listed, with its recording."""
MOST_QUESTIONS = 5
"""How many questions one person may ask the speaker of one event."""
NO_FILE = "Här kan jag inte ge dig en kalenderfil. Är du anmäld får du en inbjudan i kalendern."
_EVENTS = r"(?:webb?inar\w*|evenemang\w*|kurse?r?(?:na|en)?|utbildning(?:ar)?|seminari\w+|digitala (?:träff|möte)\w*)"
_ASKED = re.compile(
    rf"(?:när|vad|vilket) (?:är|går|blir|hålls|har ni) (?:(?:ert|det|den) )?nästa (?:\w+ )?{_EVENTS}"
    rf"|nästa {_EVENTS}"
    rf"|(?:vilka|vad för|finns det|har ni|visa|lista)(?: några| era| de| alla)?(?: kommande| planerade| nya)? {_EVENTS}"
    r"(?: (?:finns|är|har|blir|kommer|planeras|planerade|på|gång|det|ni|framöver|i|vår|höst|nu))*"
    rf"|(?:kommande|planerade) {_EVENTS}"
    rf"|vilka {_EVENTS} är jag anmäld till|vad är jag anmäld till",
    re.IGNORECASE,
)
"""Questions whose whole meaning is the list of events. Anything more is a question to the bank."""
_TO = re.compile(r"(?:anmäl mig|jag vill (?:anmäla mig|gå|vara med))(?: till| på)(?P<what> .+)", re.IGNORECASE)
_SMALL = frozenset("webbinariet webbinarium webinar kursen kurs mötet möte om till den det på i en ett och".split())


@routes.command(
    "webbinarier",
    help="Se kommande webbinarier och andra möten, och anmäl dig.",
    aliases=("webbinarium", "möten", "evenemang", "kalender", "kalendarium"),
    menu=True,
    button="event.list",
)
def overview(turn: Turn) -> Reply:
    """List the events to come, or those that were. In a channel nothing shows who is registered."""
    past = turn.data.get("past") is True
    shown = _held(turn) if past else events.upcoming(turn.session, turn.now)
    own = registrations.mine(turn.session, turn.person.id) if turn.personal else {}
    return say(card=cards.overview(shown, own, turn.page, past=past))


def listen(turn: Turn) -> Reply | None:
    """Answer "när är nästa webbinarium?" with the list, and "anmäl mig till skyfall" with that event."""
    text = turn.incoming.text.strip(" .!?")
    if turn.incoming.kind is not Kind.MESSAGE:
        return None
    if _ASKED.fullmatch(text):
        return overview(turn)
    match = _TO.fullmatch(text)
    return _named(turn, match["what"]) if match else None


@routes.action("event.open")
def show(turn: Turn) -> Reply:
    """Show one event as the person may see it."""
    return _shown(turn, access.seen(turn))


@routes.action("event.register")
def register(turn: Turn) -> Reply:
    """Register, or stand in the queue if it is full. A registered person saves their choices."""
    event = access.seen(turn)
    choices = {name: _ticked(turn, name) for name in ("show_name", "by_mail")}
    seats.register(Change.of(turn), event, turn.person.id, **choices)
    return _changed(turn, event)


@routes.action("event.leave")
def leave(turn: Turn) -> Reply:
    """Give up the seat, or the place in the queue."""
    event = access.seen(turn)
    seats.leave(Change.of(turn), event, turn.person.id)
    return _changed(turn, event)


@routes.action("event.decline")
def decline(turn: Turn) -> Reply:
    """*Kan inte komma*: say no to an invitation, or give up the seat."""
    event = member_access.concerned(turn)
    seats.decline(Change.of(turn), event, turn.person.id)
    return _changed(turn, event)


@routes.action("event.accept_offer")
def accept_offer(turn: Turn) -> Reply:
    """Take the seat that is offered."""
    event = access.seen(turn)
    seats.accept(Change.of(turn), event, turn.person.id)
    return _changed(turn, event)


@routes.action("event.pass_offer")
def pass_offer(turn: Turn) -> Reply:
    """Say no to the seat that is offered."""
    event = access.seen(turn)
    seats.pass_on(Change.of(turn), event, turn.person.id)
    return _changed(turn, event)


@routes.action("event.names", where=Where.PERSONAL)
def names(turn: Turn) -> Reply:
    """Show the participants who agreed to it, to somebody who is registered too."""
    event = member_access.joined(turn)
    coming = registrations.of_event(turn.session, event.id)
    agreed = sorted(person.called for row, person in coming if row.show_name)
    return turn.in_place(cards.participants(event, agreed, len(coming)))


@routes.action("event.ask")
def ask(turn: Turn) -> Reply:
    """Show the form for a question to the speaker; with a text, send it."""
    event = access.seen(turn)
    if event.ends_at is not None and event.ends_at <= turn.now:
        raise UserError("Mötet har varit. Skriv **fråga kollegor** om du vill fråga nätverket.")
    if "text" not in turn.data:
        return turn.in_place(message_cards.ask_speaker(event))
    text = str(turn.data.get("text") or "").strip()
    if not 0 < len(text) <= message_cards.LONGEST_QUESTION:
        raise UserError(f"Skriv din fråga med högst {message_cards.LONGEST_QUESTION} tecken.")
    before = [person.id for _, person in events.questions(turn.session, event)].count(turn.person.id)
    if before >= MOST_QUESTIONS:
        raise UserError(f"Du har redan ställt {MOST_QUESTIONS} frågor till det här mötet.")
    question = events.ask(turn.session, event, turn.person, text, turn.now)
    notices.ask_speaker(turn.session, event, question, turn.person, turn.now)
    return turn.in_place(message_cards.asked(event, text))


@routes.action("event.questions", where=Where.PERSONAL)
def questions(turn: Turn) -> Reply:
    """List the questions to the speaker, for the organiser and the kansli."""
    event = member_access.asked(turn)
    return turn.in_place(message_cards.questions(event, events.questions(turn.session, event), turn.page))


@routes.download("event", saved_as="mote.ics", content_type="text/calendar")
def calendar_file(wanted: FileRequest) -> Callable[[], bytes]:
    """Return the maker of an event's file for calendars. Only a registered person's file says where to join."""
    event = events.find(wanted.session, wanted.about)
    if event is None:
        raise UserError(access.GONE)
    own = registrations.of_person(wanted.session, event.id, wanted.person.id)
    content = entry.file(wanted.session, event, own, wanted.settings.graph_mailbox, wanted.now)
    if content is None:
        raise UserError(access.GONE)
    return lambda: content


@routes.action("event.calendar")
def calendar(turn: Turn) -> Reply:
    """Give a one-time link to the event's file. It is kept nowhere."""
    event = access.seen(turn)
    if event.starts_at is None:
        raise UserError("Mötet har inget datum än. Titta igen senare.")
    card = cards.calendar_file(event, downloads.link(turn, calendar_file, NO_FILE, about=event.id))
    reply = turn.in_place(card)
    again = turn.in_place(cards.no_link(event))
    return Reply(reply.messages, reply.view, reply.state, kept=again)


def _changed(turn: Turn, event: Event) -> Reply:
    """Bring the calendar to the person's new place, and show it. The cards in channels follow with the job."""
    notices.attend(turn.session, event, turn.now)
    return _shown(turn, event, done=True)


def _shown(turn: Turn, event: Event, *, done: bool = False) -> Reply:
    reply = turn.in_place(cards.event_card(member_access.to_person(turn, event)))
    return Reply(reply.messages, reply.view, reply.state, done=done and reply.state is not None)


def _named(turn: Turn, words: str) -> Reply:
    """Show the event that the words name, or ask which one is meant."""
    ahead = events.upcoming(turn.session, turn.now)
    wanted = [word for word in re.findall(r"\w+", words.casefold()) if word not in _SMALL]
    points = {event.id: _hits(event, wanted) for event in ahead}
    best = max(points.values(), default=0)
    likely = [event for event in ahead if best and points[event.id] == best]
    own = registrations.mine(turn.session, turn.person.id) if turn.personal else {}
    if len(likely) == 1 and turn.personal:
        return say(card=cards.event_card(member_access.to_person(turn, likely[0])))
    if not ahead:
        return say(card=cards.overview(ahead, own, 0))
    return say(card=cards.choose(likely or ahead, own))


def _hits(event: Event, wanted: list[str]) -> int:
    """Return how many of the words begin a word of the event's title, or begin with one. Short words do not count."""
    title = re.findall(r"\w+", event.title.casefold())
    return sum(any(part.startswith(word) or word.startswith(part) for part in title if part[3:]) for word in wanted)


def _held(turn: Turn) -> list[Event]:
    return list(events.held(turn.session, turn.now - LOOKED_BACK, turn.now))


def _ticked(turn: Turn, name: str) -> bool | None:
    """Return the box of a form; None where the card had none."""
    return None if name not in turn.data else turn.data.get(name) == "true"
