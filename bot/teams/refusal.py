"""The refusal of a request, with the status of the answer."""

from __future__ import annotations


class RefusedError(Exception):
    """Refuse a request.

    ``status`` is the HTTP status of the answer. ``str(error)`` is a short English reason. It contains nothing from the
    request, so it may be both answered and logged.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def malformed(reason: str) -> RefusedError:
    """Return the refusal (400) of JSON that is not an activity we understand."""
    return RefusedError(400, reason)
