"""Whom Graph may be told to write to."""

from __future__ import annotations

import re

from bot.ports import Failed

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def object_id(entra_id: str) -> str:
    """``entra_id`` where it is an Entra object id. Raises :class:`Failed` for a UPN or anything else."""
    if not _GUID.fullmatch(entra_id.lower()):
        raise Failed("no_entra_id")
    return entra_id
