"""Whom Graph may be told to write to."""

from __future__ import annotations

from bot.guid import is_guid
from bot.ports import Failed


def object_id(entra_id: str) -> str:
    """``entra_id`` where it is an Entra object id. Raises :class:`Failed` for a UPN or anything else."""
    if not is_guid(entra_id):
        raise Failed("no_entra_id")
    return entra_id
