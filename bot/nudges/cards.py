"""Cards about reminders: the preview for the kansli, what was sent, and the reminder itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from microsoft_teams.cards import CardElement

from bot import swedish
from bot.cards import button, card, caution, heading, label, markdown, plain, small
from bot.message import Json
from bot.nudges import mails
from bot.nudges.recipients import Recipients
from bot.register.coverage import GAP_NAMES, RegisterGap
from storage.municipalities import Municipality

NAMED = 8
"""How many municipalities a preview names."""


def preview(found: Recipients, contact: str, opens: datetime | None) -> Json:
    """Return the preview: whom, how many, and the text. ``opens`` is when it goes; None means at once."""
    title = f"Påminn dem som saknar {GAP_NAMES[found.gap]}"
    body: list[CardElement] = [heading(title), plain(_whom(found))]
    if found.reminded:
        people = swedish.count(found.reminded, "person", "personer")
        body.append(
            plain(f"{people} har fått påminnelsen de senaste fyra veckorna och får den inte igen.", subtle=True)
        )
    if found.nobody:
        body.append(caution(f"Här känner jag ingen att påminna: {_named(found.nobody)}."))
    if found.people:
        place = found.people[0][1]
        when = "direkt" if opens is None else f"{swedish.day(opens)}, för nu är det vilotid"
        body += [
            label("Så här står det"),
            label(mails.heading(found.gap, place)),
            markdown(mails.text(found.gap, place, contact)),
            small(f"Det går {when}, i Teams eller med mejl som var och en har valt."),
        ]
    number = len(found.people)
    send = [button(f"Skicka till {number}", "nudges.send", style="positive", gap=found.gap.value, count=number)]
    back = button("Till översikten", "people.overview")
    return card(*body, actions=[*(send if number else []), back], summary=f"{title}. {_whom(found)}")


def sent(gap: RegisterGap, number: int) -> Json:
    """Return the card after the reminders were handed to the outbox."""
    text = f"Jag påminner {swedish.count(number, 'person', 'personer')} om att {GAP_NAMES[gap]} saknas."
    return card(
        heading("Påminnelsen är på väg"),
        plain(text),
        small("De får den inte igen på fyra veckor. De som hinner ordna det innan den går slipper den."),
        actions=[button("Till översikten", "people.overview")],
        summary=text,
    )


def reminder(gap: RegisterGap, place: Municipality, contact: str) -> Json:
    """Return the reminder as a card."""
    title = mails.heading(gap, place)
    return card(
        heading(title),
        markdown(mails.text(gap, place, contact)),
        actions=[button("Min kommun", "people.mine")],
        summary=title,
    )


def _whom(found: Recipients) -> str:
    if not found.people:
        return "Det finns ingen att påminna just nu."
    people = swedish.count(len(found.people), "person", "personer")
    places = found.municipalities
    return f"Går till {people} i {swedish.count(len(places), 'kommun', 'kommuner')}: {_named(places)}."


def _named(places: Sequence[Municipality]) -> str:
    names = [place.name for place in places[:NAMED]]
    more = len(places) - len(names)
    return swedish.listed([*names, f"{more} till"] if more else names)
