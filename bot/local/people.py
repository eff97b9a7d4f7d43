"""The people a developer can be on a laptop. ``.m365agentsplayground.yml`` has the same; a test compares them."""

from __future__ import annotations

from dataclasses import dataclass

TENANT = "5ec0a000-0000-4000-8000-000000000001"
BOT_ID = "28:5ec0a000-0000-4000-8000-0000000000b0"
BOT_NAME = "SEKOM-boten"


@dataclass(frozen=True, slots=True)
class Player:
    """One made-up person."""

    teams_id: str
    entra_id: str
    name: str


KANSLI = Player("29:kansli-karin", "5ec0a000-0000-4000-8000-000000000010", "Karin Ekström")
"""The person that the Playground speaks as. Has the kansli role unless ``SEKOM_KANSLI`` says otherwise."""
PLAYERS = {
    "medlem": Player("29:tjansteperson-maja", "5ec0a000-0000-4000-8000-000000000011", "Maja Lind"),
    "politiker": Player("29:politiker-lars", "5ec0a000-0000-4000-8000-000000000014", "Lars-Göran Öhman"),
    "kansli": KANSLI,
}
"""The people that ``make chat`` can speak as, by the word for each."""
