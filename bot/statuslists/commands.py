"""The kansli reads a list of the municipalities that are done; members answer when a list contradicts them."""

from __future__ import annotations

from bot import dialog
from bot.message import ReceivedFile, Reply, UserError, state
from bot.progress import states
from bot.register.change import Change
from bot.routes import Role, Routes, Where
from bot.statuslists import access, cards, imports
from bot.turn import Turn
from storage.duties import DutySource, DutyState

DIALOG = "import_statuses"
routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)


@routes.command(
    "läs in lista",
    help="Läs in vilka kommuner som är klara, från Miljöbarometern eller enkäten.",
    aliases=("importera lista", "importera svar", "läs in klara"),
)
def start(turn: Turn) -> Reply:
    """Start the dialog that reads a list."""
    return dialog.start(turn, DIALOG)


@routes.action("statuslist.start")
def press_start(turn: Turn) -> Reply:
    """Start the dialog for the duty that the button names."""
    return dialog.start(turn, DIALOG, {"duty": access.pressed_duty(turn).id})


@routes.action("statuslist.still_done", role=Role.MEMBER)
def still_done(turn: Turn) -> Reply:
    """*Jo*: keep what was said. The kansli reads it in the municipality's history."""
    duty, row = access.doubted(turn)
    code, note = row.municipality_code, "Säger fortfarande klart, fast listan saknar kommunen"
    states.set_state(Change.of(turn), duty, code, DutyState.SAYS_DONE, DutySource.CLICK, reason=note)
    return state(cards.answered(duty, yes=True), done=True)


@routes.action("statuslist.not_done", role=Role.MEMBER)
def not_done(turn: Turn) -> Reply:
    """*Nej, inte än*: the duty is left, and reminders go on."""
    duty, row = access.doubted(turn)
    code = row.municipality_code
    states.set_state(Change.of(turn), duty, code, DutyState.IN_PROGRESS, DutySource.CLICK).doubted_at = None
    return state(cards.answered(duty, yes=False), done=True)


def read_file(turn: Turn, file: ReceivedFile) -> Reply | None:
    """Show what a list in a file would change. Return None for any other file.

    A file that is sent while the dialog waits for a list is about its duty.
    """
    current = dialog.opened(turn)
    waiting = current is not None and current[0].name == DIALOG
    try:
        text = imports.table_of(file.data, alone=not waiting)
    except UserError:
        if waiting:
            raise
        return None
    if len(text) > cards.LONGEST_PASTE:
        raise UserError("Listan är för lång för chatten. Ta bort kolumner som inte behövs.")
    duty = current[1].answers.get("duty") if current is not None and waiting else None
    return dialog.start(turn, DIALOG, {"table": text, **({"duty": duty} if duty else {})})
