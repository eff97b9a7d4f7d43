"""What a press may name: a link of the information pack, a low answer, or a person who has fallen behind."""

from __future__ import annotations

from bot.message import UserError
from bot.turn import Turn
from bot.welcome import overview
from bot.welcome.overview import NewcomerLine
from storage import check_ins, info_links, people
from storage.check_ins import LOW, CheckIn
from storage.info_links import InfoLink
from storage.people import Person

SETTLED = "Det svaret är redan hanterat. Skriv **onboarding** för att se hur det går för nya medlemmar."


def link(turn: Turn) -> InfoLink:
    """Return the link that a button names. Raise :class:`UserError` if it was removed."""
    found = info_links.find(turn.session, turn.data.get("link"))
    if found is None:
        raise UserError("Den länken finns inte längre. Skriv **informationspaket** för att se dem som finns.")
    return found


def low_answer(turn: Turn) -> tuple[CheckIn, Person]:
    """Return a low answer that nobody has settled, and who gave it. Raise :class:`UserError` for any other."""
    row = check_ins.find(turn.session, turn.data.get("check_in"))
    person = people.by_id(turn.session, row.person_id) if row is not None else None
    if row is None or person is None or row.settled_at is not None or row.stars > LOW:
        raise UserError(SETTLED)
    if person.left_at is not None:
        raise UserError(f"{person.called} har lämnat nätverket, så jag skickar inget dit.")
    return row, person


def stuck(turn: Turn) -> NewcomerLine:
    """Return a person who has fallen behind and was not reminded. Raise :class:`UserError` for anybody else."""
    asked = turn.data.get("person")
    behind = overview.stuck(overview.lines(turn))
    found = next((line for line in behind if line.person.id == asked and not line.nudged), None)
    if found is None:
        raise UserError("Personen har redan fått en påminnelse, har kommit vidare eller är borta. Ladda om listan.")
    return found
