"""Decide who may answer about a silence, and who sees it.

==========================  ===============================
what                        by whom
==========================  ===============================
how it goes                 the person who was asked
whether the seat is right   the colleague who was asked
the list, and *Klart*       the kansli
==========================  ===============================
"""

from __future__ import annotations

from bot.message import UserError
from bot.turn import Turn
from storage import silences
from storage.silences import Silence

OVER = "Det är redan ordnat, så du behöver inte svara. Tack ändå! Skriv **hjälp** för att se vad du kan göra här."
KANSLI_ONLY = "Det där kan bara kansliet göra."


def own(turn: Turn) -> Silence:
    """Return the silence that a button names, for the person who was asked. It may be over."""
    row = silences.lock(turn.session, turn.data.get("silence"))
    if row is None or row.person_id != turn.person.id:
        raise UserError(OVER)
    return row


def colleague(turn: Turn) -> Silence:
    """Return the silence that a button names, for the colleague who was asked, while it goes on."""
    row = silences.lock(turn.session, turn.data.get("silence"))
    if row is None or row.colleague_id != turn.person.id or row.ended_at is not None:
        raise UserError(OVER)
    return row


def kept(turn: Turn) -> Silence:
    """Return the silence that a button names, for the kansli."""
    if not turn.kansli:
        raise UserError(KANSLI_ONLY)
    row = silences.lock(turn.session, turn.data.get("silence"))
    if row is None or row.ended_at is not None:
        raise UserError("Den är redan avklarad. Skriv **tysta** för att se vilka som är kvar.")
    return row
