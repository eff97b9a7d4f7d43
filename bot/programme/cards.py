"""What the kansli sees of an import of a programme: how to give it, what it would change, and what it did."""

from __future__ import annotations

from collections.abc import Sequence

from microsoft_teams.cards import Action, CardElement

from bot.cards import button, card, caution, escape, heading, label, markdown, plain, small, text_input
from bot.message import Json
from bot.programme.imports import Programme, ProgrammeLine, ProgrammeOutcome
from bot.swedish import count, listed

SHOWN = {ProgrammeOutcome.REFUSED: 15, ProgrammeOutcome.NEW: 25, ProgrammeOutcome.CHANGED: 15}
"""Rows of each kind that a card shows; the counts tell of all."""
LONGEST_PASTE = 40_000
"""Characters of a pasted programme."""
LONGEST_REASON = 200
"""Characters of a row's explanation on the card, so that 55 rows fit in Teams' 28 kB."""
_NAMES = {
    ProgrammeOutcome.NEW: ("nytt möte", "nya möten"),
    ProgrammeOutcome.CHANGED: ("ändrat", "ändrade"),
    ProgrammeOutcome.UNCHANGED: ("oförändrat", "oförändrade"),
    ProgrammeOutcome.REFUSED: ("stoppat", "stoppade"),
}
_TITLES = {
    ProgrammeOutcome.REFUSED: "Rader som stoppas",
    ProgrammeOutcome.NEW: "Nya möten",
    ProgrammeOutcome.CHANGED: "Ändringar",
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
    body: list[CardElement] = [heading("Det här ändras"), plain(counts(programme))]
    if programme.counts[ProgrammeOutcome.REFUSED]:
        body.append(caution("De stoppade raderna sparas inte. Rätta dem och importera igen."))
    for outcome, most in SHOWN.items():
        lines = [line for line in programme.lines if line.outcome is outcome]
        if lines:
            rest = f"\n- och {len(lines) - most} till" if len(lines) > most else ""
            text = "\n".join(f"- {_line(line)}" for line in lines[:most]) + rest
            body += [label(_TITLES[outcome]), markdown(text)]
    go = button("Spara", "dialog.answer", style="positive", step="sure", answer=programme.fingerprint)
    return card(*body, actions=[*([go] if programme.wanted else []), *controls], summary=counts(programme))


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
    parts = [count(programme.counts[one], *_NAMES[one]) for one in ProgrammeOutcome if one in programme.counts]
    return f"{count(len(programme.lines), 'möte', 'möten')} i filen: {listed(parts)}."


def report(programme: Programme) -> str:
    """Return the whole import as text, for an operator."""
    rows = (line for line in programme.lines if line.outcome is not ProgrammeOutcome.UNCHANGED)
    return "\n".join(
        [counts(programme), *(f"{row.where}: {_NAMES[row.outcome][0]}: {row.title}: {row.what}" for row in rows)]
    )


def _line(line: ProgrammeLine) -> str:
    what = line.what if len(line.what) <= LONGEST_REASON else f"{line.what[:LONGEST_REASON]}…"
    return f"{escape(line.where.capitalize())}. **{escape(line.title[:80])}**: {escape(what)}"
