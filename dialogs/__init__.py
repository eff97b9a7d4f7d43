"""Conversations longer than one turn."""

from bot.dialog import Dialog
from dialogs.entry import NEW_ENTRY
from dialogs.import_members import IMPORT_MEMBERS
from dialogs.import_programme import IMPORT_PROGRAMME
from dialogs.question import QUESTION

DIALOGS: dict[str, Dialog] = {dialog.name: dialog for dialog in (NEW_ENTRY, IMPORT_MEMBERS, IMPORT_PROGRAMME, QUESTION)}
"""Every dialog by its name, which the database stores."""
