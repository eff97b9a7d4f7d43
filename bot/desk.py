"""What features put on the start page, and the decisions that they prepare for the kansli.

A feature offers both in its ``__init__``, as ``START`` and ``DECISIONS``. :mod:`bot.conversation` joins them, and
:class:`bot.turn.App` carries them to the features that show them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

from bot.routes import Role, Where
from bot.turn import App, Turn

MOST_COUNTED = 20
"""How far the start page counts. Beyond it, it says "20+"."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A button on the start page. The titles are short: at most 22 characters fit on a phone."""

    title: str
    verb: str
    data: Mapping[str, Any] = field(default_factory=dict)
    role: Role = Role.MEMBER
    where: Where = Where.PERSONAL
    count: Callable[[Turn], int] | None = None
    """Returns how many wait, with a cheap query. A tile with a count is left out while nothing waits."""
    wanted: Callable[[Turn], bool] | None = None
    """Returns whether this person needs the tile now, with a cheap query; None: always."""

    def shown_to(self, *, kansli: bool, personal: bool) -> bool:
        """Return whether this person may use it in this kind of conversation."""
        return (kansli or self.role is Role.MEMBER) and (personal or self.where is Where.ANY)


@dataclass(frozen=True, slots=True)
class OtherWay:
    """Another way to settle a decision. It has either ``do`` or ``verb``, as the decision itself."""

    label: str
    do: Callable[[Turn], str] | None = None
    verb: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PreparedDecision:
    """Something that the kansli can decide with one press, or a form that it only has to fill in.

    It has either ``do`` or ``verb``.
    """

    key: str
    """Names the row and its present state, at most 120 characters. A row that changes is a new decision."""
    title: str
    effect: str
    """What happens when the kansli decides it, in plain words."""
    usefulness: int
    """Higher ones come first. 90: a person waits for it; 70: it gives members an answer; 40: it keeps order."""
    do: Callable[[Turn], str] | None = None
    """Carries it out. Locks the row, checks its state again, and raises :class:`bot.message.UserError` if it changed.

    Returns what happened, in one sentence without names of people: the sentence is stored.
    """
    label: str = "Gör"
    """The button's title."""
    verb: str = ""
    """The action that opens the form, with ``data``. Its card comes as a message of its own."""
    data: Mapping[str, Any] = field(default_factory=dict)
    others: Mapping[str, OtherWay] = field(default_factory=dict)
    """Other ways to settle it, by a name that its button names; at most two."""

    def way(self, name: object) -> OtherWay:
        """Return the way that a button names, which may be anything; the first one if there is no such way."""
        first = OtherWay(self.label, self.do, self.verb, self.data)
        return self.others.get(name, first) if isinstance(name, str) and name else first


Decider: TypeAlias = Callable[[App, Session, datetime], Iterable[PreparedDecision]]
"""Yields what can be decided now, most useful first. It depends on the database and the time only."""
