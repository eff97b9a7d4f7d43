"""Import a programme of events."""

from __future__ import annotations

from bot.events import notices
from bot.programme import cards, imports
from bot.programme.imports import Programme
from bot.register.change import Change
from dialogs.list_import import ListImport


def plan(change: Change, text: str, *, lock: bool) -> Programme:
    """Return what a programme would change."""
    return imports.prepared(change, text)


def carry_out(change: Change, programme: Programme) -> None:
    """Save it, and tell people who are registered for changed events."""
    for event in imports.carry_out(change, programme):
        notices.spread(change.session, event, change.now)


IMPORT_PROGRAMME = ListImport(
    name="import_programme",
    title="Importen av programmet",
    step="text",
    most=cards.LONGEST_PASTE,
    too_long="Programmet är för långt att klistra in. Skicka det som en fil i stället.",
    changed="Mötena har ändrats sedan du såg listan.",
    plan=plan,
    carry_out=carry_out,
    ask=cards.ask_programme,
    preview=cards.preview,
    done=cards.done,
).dialog()
