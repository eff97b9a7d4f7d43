"""What the kansli sees of an import: how to paste a list, what it would change, and what it did."""

from __future__ import annotations

from collections.abc import Sequence

from microsoft_teams.cards import Action, CardElement

from bot.cards import button, card, caution, escape, heading, markdown, plain, small, text_input
from bot.imports import parts
from bot.imports.plans import ImportLine, ImportOutcome
from bot.memberlist.imports import Plan
from bot.message import Json
from bot.register import words
from bot.swedish import count, listed

SHOWN = {
    ImportOutcome.REFUSED: ("Rader som stoppas", 25),
    ImportOutcome.NEW: ("Nytt", 12),
    ImportOutcome.CHANGED: ("Ändringar", 12),
}
"""The title of each kind of rows, and how many a card shows; the counts tell of all."""
NAMES = {
    ImportOutcome.NEW: ("ny", "nya"),
    ImportOutcome.CHANGED: ("ändrad", "ändrade"),
    ImportOutcome.UNCHANGED: ("oförändrad", "oförändrade"),
    ImportOutcome.REFUSED: ("stoppad", "stoppade"),
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
    return card(
        heading("Det här ändras"),
        markdown(counts(plan)),
        *_more(plan, "Det som stoppas sparas inte. Rätta det i listan och importera den igen."),
        *parts.rows(plan, SHOWN, _line),
        actions=[*parts.save("Spara ändringarna", plan), *controls],
        summary=counts(plan),
    )


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
    went = [
        count(plan.read_rows, "läst", "lästa"),
        count(plan.refused_rows, "stoppad", "stoppade"),
        count(sheet.headings + sheet.empty, "överhoppad", "överhoppade"),
    ]
    why = [count(sheet.headings, "rubrikrad", "rubrikrader"), *([f"{sheet.empty} utan text"] if sheet.empty else [])]
    entries = parts.tally(plan.counts, NAMES)
    return f"{count(sheet.rows, 'rad', 'rader')} i listan: {listed(went)} ({listed(why)}). Utfall: {entries}."


def report(plan: Plan) -> str:
    """The whole plan as text, for an operator."""
    lines = plan.of(ImportOutcome.NEW, ImportOutcome.CHANGED, ImportOutcome.REFUSED)
    return parts.report([counts(plan), *_notes(plan)], lines, NAMES)


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
    if plan.refused_rows:
        shown.insert(0, caution(refused))
    return shown


def _line(line: ImportLine) -> str:
    about = f"{escape(line.about)}: " if line.about else ""
    return f"{line.where.capitalize()}. {about}{escape(words.capital(line.what) if not about else line.what)}"
