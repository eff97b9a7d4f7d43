"""The ids of people that requests to Graph may name."""

from __future__ import annotations

from bot.guid import is_guid
from bot.ports import Failed


def object_id(entra_id: str) -> str:
    """Return ``entra_id`` if it is an Entra object id. Raises :class:`Failed` for a UPN or anything else."""
    if not is_guid(entra_id):
        raise Failed("no_entra_id")
    return entra_id
