"""What people press about a request and a match: choose, answer, the day, and whether they met."""

from __future__ import annotations

from datetime import timedelta

from bot import swedish
from bot.cards import one_line
from bot.form_fields import on_day, text
from bot.matches import cards, notices, rules
from bot.matches.commands import choose, pass_on
from bot.matches.views import weekday
from bot.message import Reply, UserError, state
from bot.register.change import Change
from bot.routes import Routes, Where
from bot.swedish import date_of
from bot.turn import Turn
from storage.pairs import Meeting, PairState

routes = Routes[Turn](where=Where.PERSONAL)

TAKEN = "Den kontaktpersonen hann bli upptagen"
"""Said of every contact person who can't be chosen, so that it tells nobody why."""
FARTHEST = timedelta(days=365)
"""How far away the day may be that people choose."""


@routes.action("pair.ask")
def ask(turn: Turn) -> Reply:
    """Ask the chosen contact person."""
    change = Change.of(turn)
    meeting = rules.ask(turn)
    if meeting is None or meeting.contact is None:
        return choose(
            turn, f"{TAKEN}. Här är de som är lediga nu." if rules.candidates(change, turn.person.id) else TAKEN
        )
    notices.requested(change, meeting)
    known = rules.known(change, meeting)
    return state(cards.asked(known[meeting.contact.id], swedish.day(rules.answer_by(meeting.pair))), done=True)


@routes.action("pair.withdraw")
def withdraw(turn: Turn) -> Reply:
    """Take a request back."""
    rules.end(Change.of(turn), rules.my_request(turn))
    return choose(turn, "Jag har tagit tillbaka frågan.")


@routes.action("pair.accept")
def accept(turn: Turn) -> Reply:
    """Accept a request: both are introduced."""
    meeting, change = rules.asked_me(turn), Change.of(turn)
    rules.answer(change, meeting, yes=True)
    notices.open_chat(change, meeting)
    text = "Om någon minut får ni båda ett kort med hur ni når varandra och hur ni kan börja."
    return state(cards.told(f"Tack! Du och {meeting.newcomers[0].called} är matchade", text), done=True)


@routes.action("pair.decline")
def decline(turn: Turn) -> Reply:
    """Pass on a request: the newcomer gets the next candidates."""
    meeting = rules.asked_me(turn)
    pass_on(turn, meeting)
    return state(cards.told("Okej, inte nu", "Jag frågar någon annan. Du är kvar som kontaktperson."), done=True)


@routes.action("pair.show")
def show(turn: Turn) -> Reply:
    """Show a match: how to reach each other, how to begin, and the day."""
    return _match(turn, rules.my_match(turn))


@routes.action("pair.day")
def choose_day(turn: Turn) -> Reply:
    """Choose the day they meet, and tell the others."""
    meeting, change = rules.my_match(turn), Change.of(turn)
    meets_on = on_day(turn.data, "day", "dagen")
    if meets_on is None or not change.today <= meets_on <= change.today + FARTHEST:
        raise UserError("Välj en dag som kommer, inom ett år.")
    if meets_on == meeting.pair.meets_on:
        return _match(turn, meeting, f"Ni hörs {weekday(meets_on)}.")
    meeting.pair.meets_on = meets_on
    turn.session.flush()
    notices.chosen(change, meeting, turn.person.id)
    return _match(turn, meeting, f"Sparat: ni hörs {weekday(meets_on)}. Jag påminner er båda dagen före.")


@routes.action("pair.met")
def say_met(turn: Turn) -> Reply:
    """*Ja*: they have met."""
    meeting = rules.my_match(turn, ended=True)
    rules.say_met(Change.of(turn), meeting, turn.person.id, met=True, comment=_comment(turn))
    return state(cards.thanks(notices.view(turn.session, meeting, turn.person.id)), done=True)


@routes.action("pair.not_met")
def say_not_met(turn: Turn) -> Reply:
    """*Inte än*: they have not met. Show the way on."""
    meeting = rules.my_match(turn, ended=True)
    rules.say_met(Change.of(turn), meeting, turn.person.id, met=False, comment=_comment(turn))
    if meeting.pair.state != PairState.MATCHED:
        return state(cards.told("Tack för svaret", "Matchningen är redan avslutad."), done=True)
    return state(cards.way_on(notices.view(turn.session, meeting, turn.person.id), date_of(turn.now)), done=True)


@routes.action("pair.end")
def end(turn: Turn) -> Reply:
    """End a match. A newcomer chooses again; the others are told."""
    meeting, change = rules.my_match(turn), Change.of(turn)
    rules.end(change, meeting)
    for other in meeting.others(turn.person.id):
        title = f"{turn.person.called} har avslutat matchningen"
        notices.news(change, meeting, other.id, title, "Det behöver inte bero på dig.")
    return choose(turn, "Matchningen är avslutad.")


def _comment(turn: Turn) -> str:
    return one_line(text(turn.data, "comment"), rules.LONGEST_COMMENT)


def _match(turn: Turn, meeting: Meeting, note: str = "") -> Reply:
    return state(cards.matched(notices.view(turn.session, meeting, turn.person.id), date_of(turn.now), note))
