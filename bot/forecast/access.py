"""Decide who may see and stop what is going to be sent: the kansli, as it is foreseen now. Handlers load it here.

What a button names is looked up in what is foreseen now, so a message that has gone, or that nobody plans any more, is
refused. Messages that a member waits for are never stopped (:attr:`bot.forecast.causes.Cause.stoppable`).
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.forecast import causes, stops
from bot.forecast.causes import Cause
from bot.forecast.sendings import Sending
from bot.forecast.stops import GONE, TOO_LATE, Stop
from bot.message import UserError
from bot.turn import Turn


def cause(turn: Turn) -> Cause:
    """Return the cause and day that a button names."""
    turn.refuse_members()
    day, kind = turn.data.get("day"), turn.data.get("kind")
    found = next((each for each in causes.everything(turn) if (each.day.isoformat(), each.kind) == (day, kind)), None)
    if found is None:
        raise UserError(GONE)
    return found


def to_stop(turn: Turn) -> tuple[Cause, Sequence[Sending]]:
    """Return the messages that a button names: one of a cause, or all that may be stopped."""
    found, key = cause(turn), turn.data.get("send")
    chosen = [sending for sending in found.stoppable if key is None or sending.key == key]
    if not chosen:
        raise UserError("Det här går inte att stoppa: någon väntar på svaret." if key is None else GONE)
    return found, chosen


def stop(turn: Turn) -> Stop:
    """Return the stop that a button names, while it can be undone."""
    turn.refuse_members()
    name = turn.data.get("stop")
    found = next((each for each in stops.coming(turn.session, turn.now) if each.name == name), None)
    if found is None:
        raise UserError(TOO_LATE)
    return found
