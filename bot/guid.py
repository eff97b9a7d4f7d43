"""The ids that Entra gives to apps, tenants and people."""

from __future__ import annotations

import re

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_guid(text: str) -> bool:
    """Return whether ``text`` is a GUID, in upper or lower case. A guest's ``…#EXT#…`` is not."""
    return _GUID.fullmatch(text) is not None
