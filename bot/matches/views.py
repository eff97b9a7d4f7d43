"""A match as one of its people sees it, and what they may begin with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.matches import matching
from bot.matches.matching import MatchPerson
from bot.search.subjects import same
from bot.swedish import WEEKDAYS, day, listed
from storage.pairs import Pair

OPENERS = (
    "Vad hade du velat veta under din första tid i nätverket?",
    "Vilken av årets uppgifter tar mest tid hos er, och hur gör ni?",
    "Vem hos er tar ni hjälp av i hållbarhetsarbetet?",
)
"""What a newcomer may ask."""
CONTACTS_OPENERS = (
    "Vad undrar du mest över just nu?",
    "Vilken av årets uppgifter ligger närmast hos er?",
    "Vem hos er tar du hjälp av i hållbarhetsarbetet?",
)
"""What a contact person may ask."""


@dataclass(frozen=True, slots=True)
class PairView:
    """A match as one of its people sees it."""

    pair: Pair
    own: MatchPerson
    others: Sequence[MatchPerson]
    contact: int | None
    """The contact person's id; None for newcomers who meet each other."""
    link: str = ""
    """Where they write to each other; empty if no way is known."""
    group_chat: bool = False
    """Whether the link leads to a chat that the bot has opened."""

    @property
    def helper(self) -> bool:
        """Whether the person is the contact person."""
        return self.contact == self.own.id

    @property
    def names(self) -> str:
        """The others' names."""
        return listed([other.called for other in self.others])

    @property
    def you_and_they(self) -> str:
        """Return ``du och Bo Ek``."""
        return listed(["du", *(other.called for other in self.others)])

    @property
    def reasons(self) -> Sequence[str]:
        """Why they were matched, for this person."""
        if self.helper:
            return matching.likeness(self.others[0], self.own).reasons_for_contact if self.others else ()
        return matching.likeness(self.own, self.others[0]).reasons if len(self.others) == 1 else ()


def openers(view: PairView) -> tuple[str, ...]:
    """Return three questions to begin with. The first is about what a newcomer wrestles with, if the other knows it."""
    newcomer, contact = (view.others[0], view.own) if view.helper and view.others else (view.own, None)
    able = [contact] if contact else view.others
    known = [
        word
        for stem, word in newcomer.wanted.items()
        if any(same(stem, can) for person in able for can in person.offered)
    ]
    shared = sorted(set.intersection(*(set(person.themes) for person in (view.own, *view.others))))[:1]
    asks = "Hur långt har ni kommit med" if contact else "Hur har ni gjort med"
    own = [*(f"{asks} {word}?" for word in known[:1]), *(f"Vad är på gång i {theme} hos er?" for theme in shared)]
    return (*own, *(CONTACTS_OPENERS if contact else OPENERS))[:3]


def weekday(value: date) -> str:
    """Return ``torsdagen den 3 december 2026``."""
    return f"{WEEKDAYS[value.weekday()]}en {day(value)}"
