"""What importing a list would do: a plan that is shown first, and carried out as it was shown. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Generic, TypeVar

W = TypeVar("W")


class ImportOutcome(StrEnum):
    """How a row went."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    """The bot has changed what the row is about since the file was made."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ImportLine:
    """What one row does, in Swedish: what it changes, or why it is not saved."""

    where: str
    """The row for people: ``rad 3``."""
    outcome: ImportOutcome
    about: str
    what: str = ""
    doubts: tuple[str, ...] = field(default=(), repr=False)
    """What looks wrong in it. It is saved all the same."""


@dataclass(frozen=True)  # with slots, Python 3.11 can't make an ImportPlan[…]
class ImportPlan(Generic[W]):
    """What an import does. Two with the same fingerprint do the same."""

    lines: tuple[ImportLine, ...]
    wanted: tuple[W, ...]
    """The rows to save, as the feature keeps them."""

    @property
    def counts(self) -> Counter[ImportOutcome]:
        """Return how many rows went each way."""
        return Counter(line.outcome for line in self.lines)

    @property
    def useful(self) -> bool:
        """Return whether it changes anything."""
        return bool(self.wanted)

    @property
    def fingerprint(self) -> str:
        """Return a text that differs for a plan that does something else."""
        return sha256(repr(self).encode()).hexdigest()[:32]

    def of(self, *outcomes: ImportOutcome) -> list[ImportLine]:
        """Return the rows that went these ways, the first way first."""
        return [line for outcome in outcomes for line in self.lines if line.outcome is outcome]
