"""What the kansli sees of the bank as a file: where to fetch it, how to give it, what it would change, what it did."""

from __future__ import annotations

from collections.abc import Sequence

from microsoft_teams.cards import Action, CardElement

from bot.bankfiles.imports import BankPlan
from bot.cards import button, card, caution, escape, heading, markdown, open_link, plain, small, text_input
from bot.imports import parts
from bot.imports.plans import ImportLine, ImportOutcome
from bot.message import Json
from bot.swedish import count, listed

LONGEST_PASTE = 20_000
"""Characters of a pasted list; a longer one goes by file."""
SHOWN = {
    ImportOutcome.CONFLICT: ("Ändrade i boten sedan filen hämtades", 15),
    ImportOutcome.REFUSED: ("Rader som stoppas", 25),
    ImportOutcome.NEW: ("Nya svar", 12),
    ImportOutcome.CHANGED: ("Ändringar", 12),
}
"""The title of each kind of rows, and how many a card shows; the counts tell of all."""
NAMES = {
    ImportOutcome.NEW: ("nytt", "nya"),
    ImportOutcome.CHANGED: ("ändrat", "ändrade"),
    ImportOutcome.UNCHANGED: ("oförändrat", "oförändrade"),
    ImportOutcome.CONFLICT: ("i konflikt", "i konflikt"),
    ImportOutcome.REFUSED: ("stoppat", "stoppade"),
}
_NOT_SAVED = "Rader som stoppades eller var i konflikt är inte sparade. Rätta dem i filen och importera den igen."
_LEFT_OUT = "Rader som stoppas eller är i konflikt sparas inte. Rätta dem i filen och importera den igen."


def links(addresses: Sequence[tuple[str, str]]) -> Json:
    """Return the card with the links to the files: pairs of the file's kind and its address."""
    return card(
        heading("Hämta kunskapsbanken"),
        plain("Alla svar, även utkast och arkiverade. Ändra i filen och läs in den igen med faq importera."),
        caution(
            "Länkarna är bara till för dig. Var och en fungerar i 15 minuter och en gång. Utkast kan ha sådant som "
            "ingen har granskat än, så spara filen säkert."
        ),
        small("I Excel och CSV har en text som börjar med =, +, - eller @ ett ' först. Låt det stå."),
        actions=[
            *(open_link(f"Hämta {kind}", address) for kind, address in addresses),
            button("Nya länkar", "bankfiles.export"),
            button("Till kunskapsbanken", "faq.overview"),
        ],
        summary="Hämta kunskapsbanken som Excel, CSV eller Markdown. Länkarna fungerar i 15 minuter.",
    )


def no_links() -> Json:
    """Return what a repeated press is shown: the links themselves are kept nowhere."""
    return card(
        heading("Länkarna visas bara en gång"),
        plain("Jag sparar dem inte. Gör nya om du behöver."),
        actions=[button("Nya länkar", "bankfiles.export"), button("Till kunskapsbanken", "faq.overview")],
        summary="Länkarna visas bara en gång. Gör nya om du behöver.",
    )


def ask_table(controls: Sequence[Action]) -> Json:
    """Return the card where a list is pasted."""
    return card(
        heading("Importera till kunskapsbanken"),
        markdown(
            "Skicka filen här i chatten: Excel, CSV eller Markdown. Eller klistra in raderna med rubrikerna, minst "
            "**Fråga** och **Svar**. Utgå gärna från en fil som du har hämtat med **faq exportera**."
        ),
        small("Du får se vad som ändras innan något sparas. Importen lägger till och ändrar, men tar inte bort något."),
        text_input("answer", "Listan", long=True, most=LONGEST_PASTE),
        actions=[button("Visa vad som ändras", "dialog.answer", style="positive", step="table"), *controls],
        summary="Importera till kunskapsbanken: skicka en fil eller klistra in listan.",
    )


def preview(plan: BankPlan, controls: Sequence[Action]) -> Json:
    """Return what an import would change."""
    saving = {outcome: NAMES[outcome] for outcome in (ImportOutcome.NEW, ImportOutcome.CHANGED)}
    return card(
        heading("Det här ändras"),
        plain(counts(plan)),
        *(plain(note, subtle=True) for note in _notes(plan)),
        *_left_out(plan, _LEFT_OUT),
        *parts.rows(plan, SHOWN, _line),
        actions=[*parts.save(f"Spara {parts.tally(plan.counts, saving)}", plan), *controls],
        summary=counts(plan),
    )


def done(plan: BankPlan) -> Json:
    """Return what an import has changed."""
    return card(
        heading("Importen är klar"),
        plain(counts(plan)),
        *_left_out(plan, _NOT_SAVED),
        plain("Ett svar med ny text räknas som granskat i dag. Samma fil en gång till ändrar inget."),
        actions=[button("Till kunskapsbanken", "faq.overview"), button("Hämta en ny fil", "bankfiles.export")],
        summary=f"Importen är klar. {counts(plan)}",
    )


def counts(plan: BankPlan) -> str:
    """Return how many rows went each way."""
    return f"{count(len(plan.lines), 'svar', 'svar')} i filen: {parts.tally(plan.counts, NAMES)}."


def report(plan: BankPlan) -> str:
    """Return the whole plan as text, for an operator."""
    return parts.report([counts(plan), *_notes(plan)], plan.of(*SHOWN), NAMES)


def _notes(plan: BankPlan) -> list[str]:
    return [f"Kolumner som inte läses: {listed(plan.ignored)}."] if plan.ignored else []


def _left_out(plan: BankPlan, text: str) -> list[CardElement]:
    return [caution(text)] if plan.of(ImportOutcome.REFUSED, ImportOutcome.CONFLICT) else []


def _line(line: ImportLine) -> str:
    about = f"**{escape(line.about)}**: " if line.about else ""
    look = f" **Se över:** {escape(' '.join(line.doubts))}" if line.doubts else ""
    return f"{line.where.capitalize()}. {about}{escape(line.what)}{look}"
