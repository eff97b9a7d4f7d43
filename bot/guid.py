"""The ids that Entra gives: apps', tenants' and people's."""

from __future__ import annotations

import re

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_guid(text: str) -> bool:
    """Whether ``text`` is one, in letters of either case; a guest's ``…#EXT#…`` is none."""
    return _GUID.fullmatch(text) is not None
