"""What the kansli sees of an import: how to paste a list, what it would change, and what it did."""

from __future__ import annotations

from collections.abc import Sequence

from microsoft_teams.cards import Action, CardElement

from bot.cards import button, card, caution, escape, heading, label, markdown, plain, small, text_input
from bot.memberlist.imports import ImportLine, ImportOutcome, Plan
from bot.message import Json
from bot.register import words
from bot.swedish import count, listed

SHOWN = {ImportOutcome.REFUSED: 25, ImportOutcome.NEW: 12, ImportOutcome.CHANGED: 12}
"""Rows of each kind that a card shows; the counts tell of all."""
NAMES = {
    ImportOutcome.NEW: ("ny", "nya"),
    ImportOutcome.CHANGED: ("ändrad", "ändrade"),
    ImportOutcome.UNCHANGED: ("oförändrad", "oförändrade"),
    ImportOutcome.REFUSED: ("stoppad", "stoppade"),
}
_TITLES = {
    ImportOutcome.REFUSED: "Rader som stoppas",
    ImportOutcome.NEW: "Nytt",
    ImportOutcome.CHANGED: "Ändringar",
}
MOST_FORMER = 5
"""Former members that a note names."""
LONGEST_PASTE = 20_000
"""Characters of a pasted list, about 250 people; a longer one goes by file."""


def ask_table(controls: Sequence[Action]) -> Json:
    """Where a list is pasted."""
    return card(
        heading("Importera medlemslistan"),
        markdown(
            "Kopiera raderna i Excel, med rubrikerna, och klistra in dem här. Rubrikerna kan vara **Kommun**, "
            "**Roll**, **Namn** och **Mejladress**, och även **Telefon**, **Status**, **Program** och **Gäller till**."
        ),
        small("Du får se vad som ändras innan något sparas. Listan lägger till och ändrar, men tar inte bort någon."),
        text_input("answer", "Listan", long=True, most=LONGEST_PASTE),
        actions=[button("Visa vad som ändras", "dialog.answer", style="positive", step="table"), *controls],
        summary="Importera medlemslistan: klistra in den med rubriker.",
    )


def preview(plan: Plan, controls: Sequence[Action]) -> Json:
    """What an import would change."""
    body: list[CardElement] = [heading("Det här ändras"), markdown(counts(plan))]
    body += _more(plan, "Det som stoppas sparas inte. Rätta det i listan och importera den igen.")
    for outcome, most in SHOWN.items():
        lines = [line for line in plan.lines if line.outcome is outcome]
        if lines:
            rest = f"\n- och {len(lines) - most} till" if len(lines) > most else ""
            body += [label(_TITLES[outcome]), markdown("\n".join(f"- {_line(line)}" for line in lines[:most]) + rest)]
    go = [button("Spara ändringarna", "dialog.answer", style="positive", step="sure", answer=plan.fingerprint)]
    return card(*body, actions=[*(go if plan.changes else []), *controls], summary=counts(plan))


def done(plan: Plan) -> Json:
    """What an import has changed."""
    return card(
        heading("Importen är klar"),
        markdown(counts(plan)),
        *_more(plan, "Det som stoppades är inte sparat. Rätta det i listan och importera den igen."),
        plain("Samma lista en gång till ändrar inget."),
        actions=[button("Till medlemmarna", "people.overview")],
        summary=f"Importen är klar. {counts(plan)}",
    )


def counts(plan: Plan) -> str:
    """Return what became of every row, and what the rows that were read do."""
    sheet = plan.sheet
    parts = [
        count(plan.read_rows, "läst", "lästa"),
        count(plan.refused_rows, "stoppad", "stoppade"),
        count(sheet.headings + sheet.empty, "överhoppad", "överhoppade"),
    ]
    why = [count(sheet.headings, "rubrikrad", "rubrikrader"), *([f"{sheet.empty} utan text"] if sheet.empty else [])]
    entries = [count(plan.counts[one], *NAMES[one]) for one in NAMES if one in plan.counts]
    return f"{count(sheet.rows, 'rad', 'rader')} i listan: {listed(parts)} ({listed(why)}). Utfall: {listed(entries)}."


def report(plan: Plan) -> str:
    """The whole plan as text, for an operator."""
    lines = [counts(plan), *_notes(plan)]
    for outcome in ImportOutcome:
        if outcome is not ImportOutcome.UNCHANGED:
            rows = (line for line in plan.lines if line.outcome is outcome)
            lines += [f"rad {row.number}: {NAMES[outcome][0]}: {row.about}: {row.what}" for row in rows]
    return "\n".join(lines)


def _notes(plan: Plan) -> list[str]:
    notes = []
    if plan.sheet.name:
        unread = f" Blad som inte lästes: {listed(plan.sheet.unread)}." if plan.sheet.unread else ""
        notes.append(f"Listan kommer från bladet ”{plan.sheet.name}”.{unread}")
    if plan.new_members:
        one, many = "kommun blir medlem", "kommuner blir medlemmar"
        notes.append(f"{count(len(plan.new_members), one, many)}, för listan säger inget annat.")
    if plan.former:
        shown = [*plan.former[:MOST_FORMER], *(["fler"] if len(plan.former) > MOST_FORMER else [])]
        notes.append(f"Står som tidigare medlem, och gör det även efter importen: {listed(shown)}.")
    if plan.ignored:
        notes.append(f"Kolumner som inte läses: {listed(plan.ignored)}.")
    return notes


def _more(plan: Plan, refused: str) -> list[CardElement]:
    shown: list[CardElement] = [plain(note, subtle=True) for note in _notes(plan)]
    if plan.counts[ImportOutcome.REFUSED]:
        shown.insert(0, caution(refused))
    return shown


def _line(line: ImportLine) -> str:
    about = f"{escape(line.about)}: " if line.about else ""
    return f"Rad {line.number}. {about}{escape(words.capital(line.what) if not about else line.what)}"
