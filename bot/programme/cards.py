"""What the kansli sees of an import of a programme: how to give it, what it would change, and what it did."""

from __future__ import annotations

from collections.abc import Sequence

from microsoft_teams.cards import Action

from bot.cards import button, card, caution, escape, heading, markdown, plain, small, text_input
from bot.imports import parts
from bot.imports.plans import ImportLine, ImportOutcome
from bot.message import Json
from bot.programme.imports import Programme
from bot.swedish import count

SHOWN = {
    ImportOutcome.REFUSED: ("Rader som stoppas", 15),
    ImportOutcome.NEW: ("Nya möten", 25),
    ImportOutcome.CHANGED: ("Ändringar", 15),
}
"""The title of each kind of rows, and how many a card shows; the counts tell of all."""
LONGEST_PASTE = 40_000
"""Characters of a pasted programme."""
LONGEST_REASON = 200
"""Characters of a row's explanation on the card, so that 55 rows fit in Teams' 28 kB."""
_NAMES = {
    ImportOutcome.NEW: ("nytt möte", "nya möten"),
    ImportOutcome.CHANGED: ("ändrat", "ändrade"),
    ImportOutcome.UNCHANGED: ("oförändrat", "oförändrade"),
    ImportOutcome.REFUSED: ("stoppat", "stoppade"),
}


def ask_programme(controls: Sequence[Action]) -> Json:
    """Where a programme is pasted."""
    return card(
        heading("Importera program"),
        markdown(
            "Skicka en fil till mig här i chatten: Excel, CSV eller en kalenderfil (.ics). Eller kopiera raderna i "
            "Excel, med rubrikerna, och klistra in dem. Rubrikerna **Titel** och **Datum** behövs. **Tid**, **Plats**, "
            "**Länk**, **Sort**, **Tema**, **Platser**, **Anmälan senast**, **Akademin** och **Beskrivning** läses om "
            "de finns."
        ),
        small("Du får se vad som ändras innan något sparas. Nya möten blir utkast som du publicerar när du vill."),
        text_input("answer", "Programmet", long=True, most=LONGEST_PASTE),
        actions=[button("Visa vad som ändras", "dialog.answer", style="positive", step="text"), *controls],
        summary="Importera program: skicka en fil eller klistra in raderna.",
    )


def preview(programme: Programme, controls: Sequence[Action]) -> Json:
    """What an import would do."""
    stopped = [caution("De stoppade raderna sparas inte. Rätta dem och importera igen.")]
    return card(
        heading("Det här ändras"),
        plain(counts(programme)),
        *(stopped if programme.of(ImportOutcome.REFUSED) else []),
        *parts.rows(programme, SHOWN, _line),
        actions=[*parts.save("Spara", programme), *controls],
        summary=counts(programme),
    )


def done(programme: Programme) -> Json:
    """What an import has done."""
    return card(
        heading("Programmet är importerat"),
        plain(counts(programme)),
        plain("Nya möten är utkast. Samma fil en gång till ändrar inget.", subtle=True),
        actions=[button("Till mötena", "event.desk.list")],
        summary=f"Programmet är importerat. {counts(programme)}",
    )


def counts(programme: Programme) -> str:
    """Return what became of every row."""
    return f"{count(len(programme.lines), 'möte', 'möten')} i filen: {parts.tally(programme.counts, _NAMES)}."


def report(programme: Programme) -> str:
    """Return the whole import as text, for an operator."""
    lines = [line for line in programme.lines if line.outcome is not ImportOutcome.UNCHANGED]
    return parts.report([counts(programme)], lines, _NAMES)


def _line(line: ImportLine) -> str:
    what = line.what if len(line.what) <= LONGEST_REASON else f"{line.what[:LONGEST_REASON]}…"
    return f"{escape(line.where.capitalize())}. **{escape(line.about[:80])}**: {escape(what)}"
