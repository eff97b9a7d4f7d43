"""Decide who may remind others of a lack: the kansli. Every handler reads here which lack a button names."""

from __future__ import annotations

from bot.message import UserError
from bot.nudges import recipients
from bot.register.coverage import RegisterGap
from bot.turn import Turn


def gap(turn: Turn) -> RegisterGap:
    """Return the lack that a button names."""
    turn.refuse_members()
    named = turn.data.get("gap")
    if named not in recipients.ASKED_FOR:
        raise UserError("Det där kan jag inte påminna om. Skriv **medlemmar** för att börja om.")
    return RegisterGap(named)
