"""The kansli says who came to an event: a pasted list, shown before it is saved."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from bot.attendance import access, desk_cards, roll
from bot.message import Reply, say
from bot.register.change import Change
from bot.routes import Role, Routes, Where
from bot.swedish import count
from bot.turn import Turn
from storage import events, participations
from storage.events import Event

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)
LOOKED_BACK = timedelta(days=730)
"""How old an event may be in the list: the figures of last year are wanted all of this one."""


@routes.command(
    "närvaro",
    help="Säg vilka som kom till ett möte: klistra in namn eller mejladresser.",
    aliases=("närvarolista", "närvarolistan"),
    button="attendance.list",
)
def choose(turn: Turn) -> Reply:
    """List the events that are over or go on, the last first."""
    since = turn.now - LOOKED_BACK
    shown = [*events.under_way(turn.session, turn.now), *events.held(turn.session, since, turn.now)]
    came = Counter(presence.event_id for presence in participations.came(turn.session, [row.id for row in shown]))
    numbers = {row.id: came[row.id] + row.others_came for row in shown}
    return say(card=desk_cards.choose(shown, numbers, turn.page))


@routes.action("attendance.open")
def open_one(turn: Turn) -> Reply:
    """Show the form of an event."""
    event = access.counted(turn)
    return turn.in_place(desk_cards.form(event, _known(turn, event)))


@routes.action("attendance.preview")
def preview(turn: Turn) -> Reply:
    """Show whom the list names, and save nothing."""
    event = access.counted(turn)
    return turn.in_place(
        desk_cards.preview(event, _known(turn, event), roll.read(Change.of(turn), turn.data.get("people")))
    )


@routes.action("attendance.save")
def save(turn: Turn) -> Reply:
    """Save the list. One that names other unknown people than the preview did is shown again first."""
    event = access.counted(turn)
    change = Change.of(turn)
    pasted = roll.read(change, turn.data.get("people"))
    if turn.data.get("unknown") != len(pasted.unknown):
        return turn.in_place(desk_cards.preview(event, _known(turn, event), pasted))
    new = roll.save(change, event, pasted, roll.others(turn.data.get("others")))
    notice = f"Sparat. {count(new, 'person är ny', 'personer är nya')} i närvaron." if new else "Sparat. Ingen var ny."
    return turn.in_place(desk_cards.form(event, _known(turn, event), notice))


def _known(turn: Turn, event: Event) -> int:
    return len(participations.came(turn.session, [event.id]))
