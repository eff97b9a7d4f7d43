"""The refusal of a request, with the status that its sender gets."""

from __future__ import annotations


class Refused(Exception):
    """A request that goes no further.

    ``status`` is the HTTP status of the answer; ``str(error)`` is a short English reason, which holds nothing that
    the sender wrote and may therefore be both answered and logged.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def malformed(reason: str) -> Refused:
    """What is JSON but no activity that we understand: 400."""
    return Refused(400, reason)
