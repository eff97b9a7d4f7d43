"""What a member sees: the consultations to answer, the form, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from microsoft_teams.cards import CardElement

from bot.cards import button, buttons, card, choice_input, heading, label, one_line, plain, small, text_input
from bot.message import Json
from bot.swedish import WEEKDAYS, count, day
from storage.announcements import Announcement
from storage.municipalities import Municipality
from storage.viewpoints import Behalf, Viewpoint

LONGEST = 4_000
"""Characters of a point of view, as many as a consultation's own text has. A longer one belongs in a letter."""
WRITE, CHANGE = "Lämna synpunkt", "Ändra synpunkten"


def open_ones(rows: Sequence[Announcement], answered: Collection[int]) -> Json:
    """List the consultations that the person can answer."""
    body: list[CardElement] = [heading("Remisser")]
    if not rows:
        body.append(plain("Just nu finns ingen remiss att lämna synpunkter på."))
    for row in rows:
        title = CHANGE if row.id in answered else WRITE
        body.append(label(one_line(row.heading, 80)))
        body.append(small(last_day(row)))
        body.append(buttons(button(title, "consultations.write", announcement=row.id)))
    return card(*body, summary=f"Just nu: {count(len(rows), 'remiss', 'remisser')} att lämna synpunkter på.")


def form(row: Announcement, own: Viewpoint | None, town: Municipality | None, notice: str = "") -> Json:
    """Return the form of a point of view, with what the person has written before."""
    behalf = [(Behalf.OWN.value, "Min egen")]
    if town is not None:
        behalf.append((Behalf.MUNICIPALITY.value, f"Kommunens: {town.full_name}"))
    chosen = own.behalf if own and own.behalf in dict(behalf) else Behalf.OWN.value
    body: list[CardElement] = [
        heading(CHANGE if own else WRITE),
        *([plain(notice)] if notice else []),
        plain(row.heading),
        small(f"{last_day(row)} Till dess kan du ändra dig. Kansliet läser synpunkten med ditt namn och din kommun."),
        text_input(
            "text",
            "Synpunkt",
            value=own.text if own else "",
            long=True,
            required="Skriv vad du tycker.",
            most=LONGEST,
        ),
        choice_input("behalf", "Vems synpunkt är det?", behalf, value=chosen),
    ]
    if town is None:
        body.append(small("För kommunens synpunkt: skriv **min kommun** till mig först, så att jag vet vilken det är."))
    actions = [button("Spara" if own else "Lämna", "consultations.save", style="positive", announcement=row.id)]
    if own:
        actions.append(button("Ta tillbaka", "consultations.take_back", alone=True, announcement=row.id))
    return card(*body, actions=actions, summary=f"{CHANGE if own else WRITE}: {row.heading}")


def saved(row: Announcement, own: Viewpoint, town: Municipality | None) -> Json:
    """Show what is stored, and how to change it."""
    text = "Tack! Din synpunkt har kommit in." if own.at == own.changed_at else "Din synpunkt är ändrad."
    whose = f"{town.full_name}s synpunkt" if own.behalf == Behalf.MUNICIPALITY and town else "Din egen synpunkt"
    return card(
        heading(text),
        plain(row.heading),
        label(whose),
        plain(own.text),
        small(f"{last_day(row)} Till dess kan du ändra den eller ta tillbaka den."),
        actions=[
            button("Ändra", "consultations.write", announcement=row.id),
            button("Ta tillbaka", "consultations.take_back", announcement=row.id),
        ],
        summary=f"{text} {row.heading}",
    )


def taken_back(row: Announcement) -> Json:
    """Say that the point of view is gone."""
    text = "Din synpunkt är borttagen. Kansliet ser den inte längre."
    again = button(WRITE, "consultations.write", announcement=row.id)
    return card(plain(text), plain(row.heading, subtle=True), actions=[again], summary=text)


def last_day(row: Announcement) -> str:
    """Return the last day as a sentence."""
    if row.last_date is None:
        return "Remissen har ingen sista dag."
    return f"Sista dag: {WEEKDAYS[row.last_date.weekday()]} {day(row.last_date)}."
