"""Decide who may take a prepared decision: the kansli, while it waits. Every handler loads its decision here."""

from __future__ import annotations

from bot.agenda import week
from bot.desk import PreparedDecision
from bot.turn import Turn
from storage import agenda
from storage.agenda import AgendaChoice


def decision(turn: Turn) -> PreparedDecision | None:
    """Return the decision that a button names, from the state that is now; None if it waits no longer."""
    turn.refuse_members()
    return week.find(turn.app, turn.session, turn.now, turn.data.get("decision"))


def choice(turn: Turn) -> AgendaChoice | None:
    """Return the newest choice about the decision that a button names; None if it was settled in another way."""
    turn.refuse_members()
    return agenda.newest(turn.session, turn.data.get("decision"))
