"""Import a pasted list of members: the list → its changes → done."""

from __future__ import annotations

from bot.dialog import NOT_MINE, Dialog, Special, Step, controls
from bot.memberlist import columns, import_cards, imports
from bot.memberlist.imports import Plan
from bot.message import Json, Reply, UserError, say
from bot.register import spreadsheet
from bot.register.change import Change
from bot.routes import Answers, Role
from bot.turn import Turn


def ask_table(turn: Turn, answers: Answers) -> Json:
    """Ask for the list."""
    return import_cards.ask_table(controls(back=False))


def accept_table(turn: Turn, answers: Answers, text: str) -> str | Special:
    """Return the list as pasted. A single line is not a list: it belongs to something else than this dialog."""
    if "\n" not in text.strip() and turn.incoming.text:
        return NOT_MINE
    if len(text) > import_cards.LONGEST_PASTE:
        raise UserError("Listan är för lång att klistra in. Dela upp den, eller be driften läsa in den som fil.")
    columns.understood(spreadsheet.read_text(text))
    return text


def ask_sure(turn: Turn, answers: Answers) -> Json:
    """Show what would change, and ask for a confirmation."""
    return import_cards.preview(_plan(turn, answers), controls())


def accept_sure(turn: Turn, answers: Answers, fingerprint: str) -> str | Special:
    """Return the preview's fingerprint, which its button sends."""
    if turn.incoming.text:
        return NOT_MINE
    if fingerprint != _plan(turn, answers).fingerprint:
        raise UserError("Registret har ändrats sedan du såg listan. Välj Tillbaka, och visa ändringarna igen.")
    return fingerprint


def finish(turn: Turn, answers: Answers) -> Reply:
    """Save all changes in this one transaction."""
    plan = _plan(turn, answers, lock=True)
    if answers["sure"] != plan.fingerprint:
        raise UserError("Registret har ändrats sedan du såg listan. Visa ändringarna igen.")
    imports.carry_out(Change.of(turn), plan)
    return say(card=import_cards.done(plan))


IMPORT_MEMBERS = Dialog(
    name="import_members",
    steps=(Step("table", ask_table, accept_table), Step("sure", ask_sure, accept_sure)),
    finish=finish,
    role=Role.KANSLI,
    title="Importen av medlemslistan",
)


def _plan(turn: Turn, answers: Answers, *, lock: bool = False) -> Plan:
    table = columns.understood(spreadsheet.read_text(str(answers["table"])))
    return imports.plan(turn.session, table, lock=lock)
