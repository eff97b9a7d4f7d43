"""The refusal of a request, with the status that its sender gets."""

from __future__ import annotations


class RefusedError(Exception):
    """A request that goes no further.

    ``status`` is the HTTP status of the answer; ``str(error)`` is a short English reason, which holds nothing that
    the sender wrote and may therefore be both answered and logged.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def malformed(reason: str) -> RefusedError:
    """Return the refusal of JSON that is no activity we understand: 400."""
    return RefusedError(400, reason)
