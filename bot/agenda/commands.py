"""Handlers for the prepared decisions: see them, take one, open its form, or put it off."""

from __future__ import annotations

from bot.agenda import access, cards, notices, week
from bot.message import Json, Reply, UserError, say, state
from bot.routes import Role, Routes, Where
from bot.turn import Turn
from storage import agenda, people

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)

BEFORE = "Någon annan hann före. Tryck en gång till, så ser du vad som gäller."


@routes.command(
    "veckans beslut",
    help="Se vad som väntar på beslut, och gör det med ett tryck.",
    aliases=("beslut", "att besluta", "veckans lista"),
    button="agenda.show",
)
def show(turn: Turn) -> Reply:
    """Show the decisions that wait, most useful first."""
    return say(card=cards.decisions(week.waiting(turn.app, turn.session, turn.now)))


@routes.action("agenda.do")
def carry_out(turn: Turn) -> Reply:
    """*Gör*: carry a decision out. It checks the row's state again."""
    decision = access.decision(turn)
    way = decision.way(turn.data.get("way")) if decision is not None else None
    if decision is None or way is None or way.do is None:
        return state(_card(turn, _taken(turn)))
    return _chosen(turn, decision.key, way.do(turn))


@routes.action("agenda.skip")
def skip(turn: Turn) -> Reply:
    """*Hoppa över*: put a decision off for four weeks, or until what it is about changes."""
    decision = access.decision(turn)
    return state(_card(turn, _taken(turn))) if decision is None else _chosen(turn, decision.key, "")


@routes.action("agenda.open")
def open_form(turn: Turn) -> Reply:
    """Open the form of a decision in a message of its own. The list stays, and other people's too."""
    decision = access.decision(turn)
    way = decision.way(turn.data.get("way")) if decision is not None else None
    if way is None or not way.verb:
        return state(_card(turn, _taken(turn)))
    return turn.press(way.verb, way.data)


def _chosen(turn: Turn, key: str, outcome: str) -> Reply:
    """Keep the choice and show it on everybody's card."""
    this_week = week.name(turn.now)
    if not agenda.choose(turn.session, this_week, key, outcome=outcome, by=turn.person.id, now=turn.now):
        raise UserError(BEFORE)  # takes back what was just carried out a second time
    turn.session.flush()
    choice = agenda.newest(turn.session, key)
    if choice is not None:
        notices.changed(turn.app, turn.session, choice, turn.now)
    return state(_card(turn, outcome or "Uppskjutet i fyra veckor, eller tills något ändras."), done=True)


def _card(turn: Turn, note: str) -> Json:
    """Return the pressed card as it stands now: the week's own, or that of the command or of an earlier week."""
    if turn.data.get("week") == week.name(turn.now):
        return notices.card(turn.app, turn.session, turn.now, note)
    return cards.decisions(week.waiting(turn.app, turn.session, turn.now), note=note)


def _taken(turn: Turn) -> str:
    """Say what became of a decision that waits no longer."""
    choice = access.choice(turn)
    if choice is None:
        return "Det är redan avgjort på ett annat sätt, eller så har något ändrats."
    name = people.names(turn.session, [choice.by_id]).get(choice.by_id, "") if choice.by_id is not None else ""
    who = f" av {name}" if name else ""
    return f"Det är redan gjort{who}: {choice.outcome}" if choice.outcome else f"Det är redan uppskjutet{who}."
