"""What the kansli sees of the bank as a file: where to fetch it, how to give it, what it would change, what it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from microsoft_teams.cards import Action, CardElement

from bot.bankfiles.imports import BankLine, BankOutcome, BankPlan
from bot.cards import button, card, caution, escape, heading, label, markdown, open_link, plain, small, text_input
from bot.message import Json
from bot.swedish import count, listed

LONGEST_PASTE = 20_000
"""Characters of a pasted list; a longer one goes by file."""
SHOWN = {
    BankOutcome.CONFLICT: ("Ändrade i boten sedan filen hämtades", 15),
    BankOutcome.REFUSED: ("Rader som stoppas", 25),
    BankOutcome.NEW: ("Nya svar", 12),
    BankOutcome.CHANGED: ("Ändringar", 12),
}
"""The title of each kind of rows, and how many a card shows; the counts tell of all."""
NAMES = {
    BankOutcome.NEW: ("nytt", "nya"),
    BankOutcome.CHANGED: ("ändrat", "ändrade"),
    BankOutcome.UNCHANGED: ("oförändrat", "oförändrade"),
    BankOutcome.CONFLICT: ("i konflikt", "i konflikt"),
    BankOutcome.REFUSED: ("stoppat", "stoppade"),
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


def preview(plan: BankPlan, remarks: Mapping[int, Sequence[str]], controls: Sequence[Action]) -> Json:
    """Return what an import would change. ``remarks`` say what looks wrong in a row; those rows come first."""
    body: list[CardElement] = [heading("Det här ändras"), plain(counts(plan)), *_notes(plan)]
    left_out = plan.counts[BankOutcome.REFUSED] + plan.counts[BankOutcome.CONFLICT]
    body += [caution(_LEFT_OUT)] if left_out else []
    for outcome, (title, most) in SHOWN.items():
        lines = [line for line in plan.lines if line.outcome is outcome]
        lines.sort(key=lambda line: not remarks.get(line.number))
        if lines:
            rest = f"\n- och {len(lines) - most} till" if len(lines) > most else ""
            body += [
                label(title),
                markdown("\n".join(f"- {_line(line, remarks.get(line.number, ()))}" for line in lines[:most]) + rest),
            ]
    saving = [outcome for outcome in (BankOutcome.NEW, BankOutcome.CHANGED) if plan.counts[outcome]]
    saved = listed([count(plan.counts[outcome], *NAMES[outcome]) for outcome in saving])
    go = [button(f"Spara {saved}", "dialog.answer", style="positive", step="sure", answer=plan.fingerprint)]
    return card(*body, actions=[*(go if plan.wanted else []), *controls], summary=counts(plan))


def done(plan: BankPlan) -> Json:
    """Return what an import has changed."""
    left_out = plan.counts[BankOutcome.REFUSED] + plan.counts[BankOutcome.CONFLICT]
    return card(
        heading("Importen är klar"),
        plain(counts(plan)),
        *([caution(_NOT_SAVED)] if left_out else []),
        plain("Ett svar med ny text räknas som granskat i dag. Samma fil en gång till ändrar inget."),
        actions=[button("Till kunskapsbanken", "faq.overview"), button("Hämta en ny fil", "bankfiles.export")],
        summary=f"Importen är klar. {counts(plan)}",
    )


def counts(plan: BankPlan) -> str:
    """Return how many rows went each way."""
    parts = [count(plan.counts[outcome], *NAMES[outcome]) for outcome in NAMES if plan.counts[outcome]]
    return f"{count(len(plan.lines), 'svar', 'svar')} i filen: {listed(parts)}."


def report(plan: BankPlan) -> str:
    """Return the whole plan as text, for an operator."""
    rows = (line for outcome in SHOWN for line in plan.lines if line.outcome is outcome)
    lines = [f"rad {row.number}: {NAMES[row.outcome][0]}: {row.about}: {row.what}" for row in rows]
    return "\n".join([counts(plan), *_ignored(plan), *lines])


def _notes(plan: BankPlan) -> list[CardElement]:
    return [plain(note, subtle=True) for note in _ignored(plan)]


def _ignored(plan: BankPlan) -> list[str]:
    return [f"Kolumner som inte läses: {listed(plan.ignored)}."] if plan.ignored else []


def _line(line: BankLine, remarks: Sequence[str]) -> str:
    look = f" **Se över:** {escape(' '.join(remarks))}" if remarks else ""
    about = f"**{escape(line.about)}**: " if line.about else ""
    return f"Rad {line.number}. {about}{escape(line.what)}{look}"
