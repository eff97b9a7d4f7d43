"""The list of members, pasted: the list → what it would change → done."""

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
    """The list."""
    return import_cards.ask_table(controls(back=False))


def accept_table(turn: Turn, answers: Answers, said: str) -> str | Special:
    """The list as it was pasted. One line is no list, but something else that somebody wanted to say."""
    if "\n" not in said.strip() and turn.incoming.text:
        return NOT_MINE
    if len(said) > import_cards.LONGEST_PASTE:
        raise UserError("Listan är för lång att klistra in. Dela upp den, eller be driften läsa in den som fil.")
    columns.understood(spreadsheet.read_text(said))
    return said


def ask_sure(turn: Turn, answers: Answers) -> Json:
    """What would change."""
    return import_cards.preview(_plan(turn, answers), controls())


def accept_sure(turn: Turn, answers: Answers, said: str) -> str | Special:
    """The preview's fingerprint, from its button."""
    if turn.incoming.text:
        return NOT_MINE
    if said != _plan(turn, answers).fingerprint:
        raise UserError("Registret har ändrats sedan du såg listan. Välj Tillbaka, och visa ändringarna igen.")
    return said


def finish(turn: Turn, answers: Answers) -> Reply:
    """Save all of it, in this one transaction."""
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
)


def _plan(turn: Turn, answers: Answers, *, lock: bool = False) -> Plan:
    table = columns.understood(spreadsheet.read_text(str(answers["table"])))
    return imports.plan(turn.session, table, lock=lock)
