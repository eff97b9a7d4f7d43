"""A member's commands about reminders: chat, mail or both, and pauses."""

from __future__ import annotations

from bot.delivery.reach import sends_mail
from bot.message import Json, Reply, say, state
from bot.reminding import cards, choices
from bot.routes import Routes, Where
from bot.turn import Turn
from storage import reminder_choices

routes = Routes[Turn](where=Where.PERSONAL)


@routes.command(
    "påminnelser",
    help="Välj hur du får påminnelser, eller ta en paus från dem.",
    aliases=("påminnelse", "mina påminnelser", "pausa påminnelser", "sluta påminna", "sluta påminna mig"),
    button="reminding.open",
)
def show(turn: Turn) -> Reply:
    """Show the current choice and the other choices."""
    return say(card=_card(turn))


@routes.action("reminding.choose")
def choose(turn: Turn) -> Reply:
    """Change the way: *Bara i chatten*, *Bara med mejl* or *Både och*."""
    turn.person.remind_by = choices.checked_way(turn.data.get("way"), turn.person, turn.app.settings)
    return state(_card(turn, "Sparat."), done=True)


@routes.action("reminding.pause")
def pause(turn: Turn) -> Reply:
    """*Pausa*: begin a pause, or move the end of the current one."""
    last = choices.checked_end(turn.data.get("pause"), turn.data.get("last"), turn.now)
    turn.person.paused_until = last
    reminder_choices.release(turn.session, turn.person.id, turn.now)
    return state(_card(turn, "Pausen är sparad."), done=True)


@routes.action("reminding.resume")
def resume(turn: Turn) -> Reply:
    """*Ta bort pausen*: send the reminders that waited for its end."""
    turn.person.paused_until = None
    reminder_choices.release(turn.session, turn.person.id, turn.now)
    return state(_card(turn, "Pausen är borttagen."), done=True)


def _card(turn: Turn, notice: str = "") -> Json:
    turn.session.flush()
    mails = sends_mail(turn.app.settings)
    return cards.choices(turn.person, turn.now, turn.app.settings.contact, mails=mails, notice=notice)
