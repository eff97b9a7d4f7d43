"""Conversations longer than one turn."""

from dialogs.engine import Dialog
from dialogs.entry import NEW_ENTRY

DIALOGS: dict[str, Dialog] = {dialog.name: dialog for dialog in (NEW_ENTRY,)}
"""Every dialog by its name, which is what the database keeps."""
