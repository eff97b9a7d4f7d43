"""Import a list of the municipalities that have done a duty: the duty → the list → what it changes → done."""

from __future__ import annotations

from typing import Any

from bot.dialog import NOT_MINE, Dialog, Special, Step, controls
from bot.message import Json, Reply, UserError, say
from bot.register.change import Change
from bot.routes import Answers, Role
from bot.statuslists import access, cards, imports, notices
from bot.statuslists.imports import ListOutcome, ListPlan
from bot.swedish import date_of
from bot.turn import Turn
from storage import duties
from storage.duties import Duty


def ask_duty(turn: Turn, answers: Answers) -> Json:
    """Ask which duty the list is about."""
    return cards.ask_duty(_open(turn), controls(back=False))


def accept_duty(turn: Turn, answers: Answers, text: str) -> int | Special:
    """Return the number of the duty that was pressed."""
    if turn.incoming.text:
        return NOT_MINE
    return access.open_duty(turn, int(text) if text.isascii() and text.isdecimal() else None).id


def ask_table(turn: Turn, answers: Answers) -> Json:
    """Ask for the list."""
    return cards.ask_table(_duty(turn, answers), controls(back=False))


def accept_table(turn: Turn, answers: Answers, text: str) -> str | Special:
    """Return the list as pasted. A single line without signs between is no list: it belongs to something else."""
    if turn.incoming.text and not any(sign in text.strip() for sign in "\n;\t,"):
        return NOT_MINE
    if len(text) > cards.LONGEST_PASTE:
        raise UserError("Listan är för lång att klistra in. Skicka den som en fil i stället.")
    imports.prepared(turn.session, _duty(turn, answers), text)
    return text


def ask_sure(turn: Turn, answers: Answers) -> Json:
    """Show what would change, with the unsure rows, and ask for a confirmation."""
    return cards.preview(_duty(turn, answers), _plan(turn, answers), controls())


def accept_sure(turn: Turn, answers: Answers, fingerprint: str) -> dict[str, Any] | Special:
    """Return the preview's fingerprint with the answers about unsure rows."""
    if turn.incoming.text:
        return NOT_MINE
    plan = _plan(turn, answers)
    if fingerprint != plan.fingerprint:
        raise UserError("Läget har ändrats sedan du såg listan. Välj Tillbaka, och visa ändringarna igen.")
    given = {str(line.number): turn.data.get(f"row{line.number}") for line in plan.of(ListOutcome.ASKED)}
    complete = turn.data.get("complete") in (True, "true")
    return {"fingerprint": fingerprint, "picks": imports.checked_picks(plan, given), "complete": complete}


def finish(turn: Turn, answers: Answers) -> Reply:
    """Save everything in this one transaction, and ask the people whom the list contradicts."""
    change, sure = Change.of(turn), answers["sure"]
    duty = duties.lock(turn.session, answers["duty"])
    plan = _plan(turn, answers)
    if duty is None or sure["fingerprint"] != plan.fingerprint:
        raise UserError("Läget har ändrats sedan du såg listan. Visa ändringarna igen.")
    doubted = imports.carry_out(change, duty, plan, sure["picks"], complete=sure["complete"])
    notices.ask(change, duty, doubted)
    picked = [code for code in sure["picks"].values() if code != imports.NOBODY]
    confirmed = plan.counts[ListOutcome.CONFIRMS] + len(picked)
    return say(card=cards.done(duty, confirmed, doubted, plan.counts[ListOutcome.REFUSED]))


IMPORT_STATUSES = Dialog(
    name="import_statuses",
    steps=(
        Step("duty", ask_duty, accept_duty),
        Step("table", ask_table, accept_table),
        Step("sure", ask_sure, accept_sure),
    ),
    finish=finish,
    role=Role.KANSLI,
    title="Listan över vilka som är klara",
)


def _open(turn: Turn) -> list[Duty]:
    today = date_of(turn.now)
    years = (today.year + 1, today.year, today.year - 1)
    return [duty for year in years for duty in duties.of_year(turn.session, year) if duty.closed_at is None]


def _duty(turn: Turn, answers: Answers) -> Duty:
    return access.open_duty(turn, answers["duty"])


def _plan(turn: Turn, answers: Answers) -> ListPlan:
    return imports.prepared(turn.session, _duty(turn, answers), str(answers["table"]))
