"""The kansli's handlers: who waits and who offers, the pairs that would be made, and *Para ihop*."""

from __future__ import annotations

from bot.matches import desk_cards, notices, people, rules
from bot.message import Reply, say, state
from bot.register.change import Change
from bot.routes import Role, Routes, Where
from bot.swedish import count, day
from bot.turn import Turn
from storage import match_profiles, pairs
from storage.pairs import OPEN, PairState

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)
CHANGED = "Listan har ändrats sedan du såg den. Så här blir det nu."


@routes.command(
    "matcha",
    help="Se vilka som väntar på en kontaktperson, och para ihop dem.",
    button="pair.desk.show",
)
def show(turn: Turn) -> Reply:
    """Show who waits and who offers."""
    return say(card=_overview(turn))


@routes.action("pair.desk.preview")
def preview(turn: Turn) -> Reply:
    """Show the pairs that would be made now."""
    return _preview(turn)


@routes.action("pair.desk.make")
def make(turn: Turn) -> Reply:
    """Pair everybody as the preview said, and introduce them."""
    change = Change.of(turn)
    made = rules.make_all(change, turn.data.get("seen"))
    if made is None:
        return _preview(turn, CHANGED)
    for meeting in made:
        notices.open_chat(change, meeting)
    change.record(f"Parat ihop {len(made)}", "matching")
    return state(_overview(turn, f"Klart: {count(len(made), 'par', 'par')}. Alla får veta det nu."), done=True)


def waiting(turn: Turn) -> int:
    """Return how many wait for a contact person, for the start page."""
    return len(people.load(turn.session, Change.of(turn).today).waiting)


def _overview(turn: Turn, note: str = "") -> dict[str, object]:
    pool = people.load(turn.session, Change.of(turn).today)
    since = [match_profiles.of_person(turn.session, person.id) for person in pool.waiting]
    rows = [
        (person, day(profile.wanted_at) if profile and profile.wanted_at else "")
        for person, profile in zip(pool.waiting, since, strict=True)
    ]
    return desk_cards.overview(
        rows, pool.offering, pairs.in_states(turn.session, [PairState(each) for each in OPEN]), note
    )


def _preview(turn: Turn, note: str = "") -> Reply:
    change = Change.of(turn)
    pool, plan = people.load(turn.session, change.today), rules.plan(change)
    if not pool.waiting:
        return state(_overview(turn, "Ingen väntar. Alla som ville har en match."))
    known = {person.id: person for person in (*pool.waiting, *pool.offering)}
    return state(desk_cards.preview(plan, known, rules.stamp(plan), turn.page, note))
