"""Import a programme of events: the file or list → its changes → done."""

from __future__ import annotations

from bot.dialog import NOT_MINE, Dialog, Special, Step, controls
from bot.events import notices
from bot.message import Json, Reply, UserError, say
from bot.programme import cards, imports
from bot.programme.imports import Programme
from bot.register.change import Change
from bot.routes import Answers, Role
from bot.turn import Turn


def ask_text(turn: Turn, answers: Answers) -> Json:
    """Ask for the programme."""
    return cards.ask_programme(controls(back=False))


def accept_text(turn: Turn, answers: Answers, text: str) -> str | Special:
    """Return the programme as pasted. A single line is no programme: it belongs to something else."""
    if "\n" not in text.strip() and turn.incoming.text:
        return NOT_MINE
    if len(text) > cards.LONGEST_PASTE:
        raise UserError("Programmet är för långt att klistra in. Skicka det som en fil i stället.")
    imports.prepared(Change.of(turn), text)
    return text


def ask_sure(turn: Turn, answers: Answers) -> Json:
    """Show what would change, and ask for a confirmation."""
    return cards.preview(_programme(turn, answers), controls())


def accept_sure(turn: Turn, answers: Answers, fingerprint: str) -> str | Special:
    """Return the preview's fingerprint, which its button sends."""
    if turn.incoming.text:
        return NOT_MINE
    if fingerprint != _programme(turn, answers).fingerprint:
        raise UserError("Mötena har ändrats sedan du såg listan. Välj Tillbaka, och visa ändringarna igen.")
    return fingerprint


def finish(turn: Turn, answers: Answers) -> Reply:
    """Save everything in this one transaction, and tell people who are registered for changed events."""
    programme = _programme(turn, answers)
    if answers["sure"] != programme.fingerprint:
        raise UserError("Mötena har ändrats sedan du såg listan. Visa ändringarna igen.")
    for event in imports.carry_out(Change.of(turn), programme):
        notices.spread(turn.session, event, turn.now)
    return say(card=cards.done(programme))


IMPORT_PROGRAMME = Dialog(
    name="import_programme",
    steps=(Step("text", ask_text, accept_text), Step("sure", ask_sure, accept_sure)),
    finish=finish,
    role=Role.KANSLI,
    title="Importen av programmet",
)


def _programme(turn: Turn, answers: Answers) -> Programme:
    return imports.prepared(Change.of(turn), str(answers["text"]))
