"""Conversations longer than one turn."""

from bot.dialog import Dialog
from dialogs.entry import NEW_ENTRY
from dialogs.import_bank import IMPORT_BANK
from dialogs.import_members import IMPORT_MEMBERS
from dialogs.import_programme import IMPORT_PROGRAMME
from dialogs.import_statuses import IMPORT_STATUSES
from dialogs.onboarding import ONBOARDING
from dialogs.question import QUESTION

_ALL = (NEW_ENTRY, IMPORT_BANK, IMPORT_MEMBERS, IMPORT_PROGRAMME, IMPORT_STATUSES, ONBOARDING, QUESTION)
DIALOGS: dict[str, Dialog] = {dialog.name: dialog for dialog in _ALL}
"""Every dialog by its name, which the database stores."""
