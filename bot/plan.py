"""What the bot sends by itself: what the features offer the clock, which those who look ahead ask too.

:mod:`bot.jobs` joins it as ``PLAN``, and :class:`bot.turn.App` carries it to the features.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy.orm import Session

from storage.copies import Copies
from storage.outbox import Delivery
from storage.outgoing import Outgoing

if TYPE_CHECKING:
    from bot.turn import App

Planned: TypeAlias = Outgoing | Copies
Due: TypeAlias = Callable[[Session, datetime], Sequence[Planned] | Iterator[Planned]]
"""Return the messages due by now, also those returned before: the outbox knows the keys it has had.

An iterator leaves out what has its row. So it may be read in parts, each in a transaction of its own.
"""
StillWanted: TypeAlias = Callable[[Session, Delivery], bool]
"""Return whether the reason for a message still holds. Asked just before sending."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A message that the bot is going to plan, and when."""

    at: datetime
    outgoing: Outgoing


Ahead: TypeAlias = "Callable[[App, Session, datetime, datetime], Iterable[Foreseen]]"
"""Yield what a job is going to plan from the first moment until before the second one, if nobody does anything.

It writes nothing. A message may come several times; the first counts.
"""


@dataclass(frozen=True, slots=True)
class SendingPlan:
    """What the features offer the clock."""

    due: tuple[Due, ...] = ()
    ahead: tuple[Ahead, ...] = ()
    still_wanted: Mapping[str, StillWanted] = field(default_factory=dict)
    """By the first word of a message's subject."""
