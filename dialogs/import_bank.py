"""Import answers to the knowledge bank: the list → its changes → done."""

from __future__ import annotations

from bot.bankfiles import cards, files, imports
from bot.bankfiles.imports import BankPlan
from bot.dialog import NOT_MINE, Dialog, Special, Step, controls
from bot.message import Json, Reply, UserError, say
from bot.register.change import Change
from bot.routes import Answers, Role
from bot.turn import Turn


def ask_table(turn: Turn, answers: Answers) -> Json:
    """Ask for the list."""
    return cards.ask_table(controls(back=False))


def accept_table(turn: Turn, answers: Answers, text: str) -> str | Special:
    """Return the list as pasted. A single line is not a list: it belongs to something else than this dialog."""
    if "\n" not in text.strip() and turn.incoming.text:
        return NOT_MINE
    if len(text) > cards.LONGEST_PASTE:
        raise UserError("Listan är för lång att klistra in. Skicka den som en fil här i chatten i stället.")
    return files.as_text(files.read_text(text))


def ask_sure(turn: Turn, answers: Answers) -> Json:
    """Show what would change, and ask for a confirmation."""
    plan = _plan(turn, answers)
    return cards.preview(plan, imports.remarks(Change.of(turn), plan), controls())


def accept_sure(turn: Turn, answers: Answers, fingerprint: str) -> str | Special:
    """Return the preview's fingerprint, which its button sends."""
    if turn.incoming.text:
        return NOT_MINE
    if fingerprint != _plan(turn, answers).fingerprint:
        raise UserError("Banken har ändrats sedan du såg listan. Välj Tillbaka, och visa ändringarna igen.")
    return fingerprint


def finish(turn: Turn, answers: Answers) -> Reply:
    """Save all changes in this one transaction."""
    plan = _plan(turn, answers, lock=True)
    if answers["sure"] != plan.fingerprint:
        raise UserError("Banken har ändrats sedan du såg listan. Visa ändringarna igen.")
    imports.carry_out(Change.of(turn), plan)
    return say(card=cards.done(plan))


IMPORT_BANK = Dialog(
    name="import_bank",
    steps=(Step("table", ask_table, accept_table), Step("sure", ask_sure, accept_sure)),
    finish=finish,
    role=Role.KANSLI,
    title="Importen till kunskapsbanken",
)


def _plan(turn: Turn, answers: Answers, *, lock: bool = False) -> BankPlan:
    return imports.prepared(Change.of(turn), files.read_text(str(answers["table"])), lock=lock)
