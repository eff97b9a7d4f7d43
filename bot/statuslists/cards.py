"""What the kansli sees of a list, and what people are asked whom a list contradicts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from microsoft_teams.cards import Action, CardElement

from bot.cards import (
    button,
    card,
    caution,
    choice_input,
    escape,
    heading,
    label,
    markdown,
    plain,
    row,
    small,
    switch,
    text_input,
)
from bot.imports import parts
from bot.message import Json
from bot.statuslists import names
from bot.statuslists.imports import NOBODY, ListLine, ListOutcome, ListPlan
from bot.swedish import count, day, listed
from storage.duties import Duty, DutyStatus
from storage.outgoing import AsMail

LONGEST_PASTE = 40_000
"""Characters of a pasted list: every municipality with some columns."""
SHOWN = 20
"""Rows of each kind that a card shows; the counts tell of all."""
MOST_ASKED = 25
"""Unsure rows on one card. A list with more is written in another way than we read."""
_NAMES = {
    ListOutcome.CONFIRMS: ("bekräftas", "bekräftas"),
    ListOutcome.ALREADY: ("redan bekräftad", "redan bekräftade"),
    ListOutcome.LEFT: ("inte klar enligt listan", "inte klara enligt listan"),
    ListOutcome.ASKED: ("osäker", "osäkra"),
    ListOutcome.REFUSED: ("stoppad", "stoppade"),
}


def ask_duty(shown: Sequence[Duty], controls: Sequence[Action]) -> Json:
    """Ask which duty a list is about."""
    return card(
        heading("Vilken uppgift gäller listan?"),
        *(row(f"{duty.title} {duty.year}", "dialog.answer", step="duty", answer=str(duty.id)) for duty in shown),
        *([] if shown else [plain("Det finns ingen öppen uppgift. Skriv ny uppgift för att lägga till en.")]),
        actions=controls,
        summary="Vilken uppgift gäller listan?",
    )


def ask_table(duty: Duty, controls: Sequence[Action]) -> Json:
    """Ask for the list."""
    return card(
        heading("Läs in vilka som är klara"),
        plain(f"{duty.title} {duty.year}"),
        markdown(
            "Klistra in listan från Miljöbarometern eller enkäten: en kommun på varje rad, eller rader från Excel. Du "
            "kan också skicka en Excel- eller CSV-fil hit. Finns en kolumn som **Svarat** eller **Rapporterat** läses "
            "ja och nej där. Annars räknas alla i listan som klara."
        ),
        small("Du får se vad som ändras innan något sparas. En lista gäller före det som någon har tryckt."),
        text_input("answer", "Listan", long=True, most=LONGEST_PASTE),
        actions=[button("Visa vad som ändras", "dialog.answer", style="positive", step="table"), *controls],
        summary="Läs in vilka som är klara: klistra in listan, eller skicka en fil.",
    )


def preview(duty: Duty, plan: ListPlan, controls: Sequence[Action]) -> Json:
    """Return what a list would do, with a question for each unsure row."""
    body: list[CardElement] = [heading(f"{duty.title} {duty.year}"), plain(counts(plan))]
    body += _rows("Rader som stoppas", plan.of(ListOutcome.REFUSED), _refusal)
    asked = plan.of(ListOutcome.ASKED)
    if len(asked) > MOST_ASKED:
        body.append(caution(f"{len(asked)} rader är osäkra. Skriv hela namn eller kommunkoder, och klistra in igen."))
        asked = []
    body += [label("Vilken kommun är det?")] if asked else []
    for line in asked:
        choices = [(code, names.full_name(code)) for code in line.codes]
        choices.append((NOBODY, "Ingen av dem"))
        body.append(choice_input(f"row{line.number}", f"Rad {line.number}: {line.text}", choices))
    body += _rows("Så läser jag", [line for line in plan.of(ListOutcome.CONFIRMS) if line.reading], _reading)
    if plan.denied:
        body.append(plain(f"Säger klart, men listan säger nej: {_towns(plan.denied)}. De som tryckte får en fråga."))
    if plan.lacking:
        body.append(plain(f"Säger klart, men saknas i listan: {_towns(plan.lacking)}."))
        body.append(switch("complete", "Listan har alla som är klara: fråga dem som saknas"))
    may = plan.useful and plan.counts[ListOutcome.ASKED] <= MOST_ASKED
    go = button("Spara", "dialog.answer", style="positive", step="sure", answer=plan.fingerprint)
    return card(*body, actions=[*([go] if may else []), *controls], summary=counts(plan))


def done(duty: Duty, confirmed: int, doubted: Sequence[DutyStatus], refused: int) -> Json:
    """Return what a list has done."""
    text = f"{count(confirmed, 'kommun är bekräftad', 'kommuner är bekräftade')}."
    body: list[CardElement] = [heading("Listan är inläst"), plain(text)]
    if doubted:
        towns = _towns([entry.municipality_code for entry in doubted])
        body.append(plain(f"Jag frågar dem som tryckte Klart i {towns}. De påminns först om de svarar Nej."))
    if refused:
        body.append(plain(f"{count(refused, 'rad', 'rader')} i listan stoppades och är inte sparade."))
    body.append(plain("Samma lista en gång till ändrar inget.", subtle=True))
    report = button("Läget", "duties.report.open", duty=duty.id)
    return card(*body, actions=[report], summary=f"Listan är inläst. {text}")


def doubt(duty: Duty, entry: DutyStatus) -> Json:
    """Ask the person who pressed *Klart* whether it is so."""
    named: Json = {"duty": duty.id, "code": entry.municipality_code}
    return card(
        heading(f"Är {duty.title} {duty.year} klart?"),
        plain(_doubt(entry)),
        plain("Jag frågar bara en gång.", subtle=True),
        actions=[
            button("Jo, vi har rapporterat", "statuslist.still_done", style="positive", **named),
            button("Nej, inte än", "statuslist.not_done", **named),
        ],
        summary=f"{duty.title} {duty.year}: {_doubt(entry)}",
    )


def doubt_mail(duty: Duty, entry: DutyStatus) -> AsMail:
    """Return the same as a mail."""
    return AsMail(
        f"Är {duty.title} {duty.year} klart?",
        f"{escape(_doubt(entry))} Svara på min fråga i Teams, eller skriv **att göra** till mig där.",
        "Du får mejlet för att du har sagt att uppgiften är klar.",
    )


def answered(duty: Duty, *, yes: bool) -> Json:
    """Return what follows the answer about a doubt."""
    text = "Tack! Jag säger det till kansliet, som ser efter. Du behöver inte göra något mer."
    if not yes:
        text = "Tack för att du säger det. Uppgiften är kvar, och jag påminner er som vanligt."
    return card(
        heading(f"{duty.title} {duty.year}"),
        plain(text),
        actions=[button("Att göra", "duties.show")],
        summary=text,
    )


def counts(plan: ListPlan) -> str:
    """Return what became of every row."""
    return f"{count(len(plan.lines), 'rad', 'rader')} i listan: {parts.tally(plan.counts, _NAMES)}."


def report(plan: ListPlan) -> str:
    """Return the whole plan as text, for an operator."""
    rows = [f"rad {line.number}: {line.text}: {line.reason}" for line in plan.of(ListOutcome.REFUSED)]
    unsure = plan.of(ListOutcome.ASKED)
    asked = [(line, listed([names.full_name(code) for code in line.codes], "eller")) for line in unsure]
    rows += [f"rad {line.number}: {line.text}: {choices}?" for line, choices in asked]
    rows += [f"rad {line.number}: {line.text}: läses som {line.reading}" for line in plan.lines if line.reading]
    return "\n".join([counts(plan), *rows])


def _doubt(entry: DutyStatus) -> str:
    town = names.full_name(entry.municipality_code)
    return f"Du sa klart {day(entry.since)}, men {town} finns inte bland de klara i kansliets lista."


def _rows(title: str, lines: Sequence[ListLine], text: Callable[[ListLine], str]) -> list[CardElement]:
    return [label(title), parts.listing([text(line) for line in lines], SHOWN)] if lines else []


def _refusal(line: ListLine) -> str:
    return f"Rad {line.number}. {escape(line.text[:60])}: {escape(line.reason)}"


def _reading(line: ListLine) -> str:
    return f"{escape(line.text[:60])}: {escape(line.reading)}"


def _towns(codes: Sequence[str]) -> str:
    shown = [names.full_name(code) for code in codes[:SHOWN]]
    return listed([*shown, *([f"{len(codes) - SHOWN} till"] if len(codes) > SHOWN else [])])
