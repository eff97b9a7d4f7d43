"""The ``.ics`` file that goes along with a mail, as a content of the outbox holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class AsFile:
    """An appointment as a file for one person's calendar. The file names its reader, who is known when it is sent."""

    event_key: str
    appointment: dict[str, Any]
    """As :attr:`storage.outgoing.AsAppointment.body` has it."""
    sequence: int
    """How often the appointment has changed, as :func:`storage.appointments.sequence` says."""
    join_url: str = ""
    over: bool = False
    """Whether the file takes the appointment out of the calendar."""
