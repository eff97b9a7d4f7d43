"""The kansli's cards about to whom an announcement goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from microsoft_teams.cards import CardElement

from bot.cards import (
    button,
    buttons,
    card,
    caution,
    choices_input,
    heading,
    label,
    paged,
    plain,
    small,
    switch,
    text_input,
)
from bot.message import Json
from bot.ports import DeliveryWay, Reason
from bot.register import words
from bot.register.audience import MOST_PICKED, Addressees
from bot.register.subscriptions import REASONS
from bot.swedish import count
from storage.announcements import Announcement
from storage.news import Why

FIELDS = {
    "channels": "Kanaler",
    "roles": "Roller",
    "themes": "Följer temagrupp",
    "counties": "Län",
    "size_groups": "Kommungrupp (SKR)",
    "conditions": "Villkor",
    "unless": "Utom de med villkoret",
    "saved": "Sparade urval",
}
"""Labels of the form's lists."""
WAYS = {
    DeliveryWay.CHAT: "i chatten",
    DeliveryWay.NEW_CHAT: "i en ny chatt",
    DeliveryWay.MAIL: "med mejl",
    DeliveryWay.CHANNEL: "i kanalen",
    DeliveryWay.FEED: "som avisering i Teams",
}
ON_PAGE = 20


def form(
    row: Announcement,
    chosen: Sequence[str],
    numbers: str,
    offered: Mapping[str, Sequence[tuple[str, str]]],
    notice: str = "",
) -> Json:
    """Return who is chosen, and a form to add more. ``chosen`` are sentences, one for each channel list and part."""
    known: dict[str, Any] = {"announcement": row.id, "version": row.version}
    body: list[CardElement] = [heading("Till vem?")]
    body += [caution(notice)] if notice else []
    for at, text in enumerate(chosen):
        body += [plain(text), buttons(button("Ta bort", "announcements.remove_part", alone=True, part=at, **known))]
    body += [small(f"Just nu: {numbers}.")] if chosen else [plain("Ingen är vald än.")]
    body += [
        label("Lägg till mottagare"),
        small("Fyller du i flera rutor gäller alla på en gång: roll och län betyder den rollen i det länet."),
        switch("everyone", "Alla i nätverket"),
        *(choices_input(name, title, offered[name]) for name, title in FIELDS.items() if offered[name]),
        text_input("towns", "Kommuner, med komma emellan", most=2000),
        text_input(
            "pasted", f"Klistra in en lista: mejladresser eller namn, högst {MOST_PICKED}", long=True, most=100_000
        ),
        buttons(button("Lägg till", "announcements.add_part", style="positive", **known)),
    ]
    if chosen:
        body += [
            text_input("name", "Spara urvalet med ett namn", most=80),
            buttons(button("Spara urvalet", "announcements.save_audience", **known)),
        ]
    actions = [button("Klar", "announcements.open", alone=True, announcement=row.id)]
    return card(*body, actions=actions, summary=f"Till vem ska ”{row.heading}” gå?")


def people(
    row: Announcement,
    found: Addressees,
    aside: Mapping[int, Why],
    channels: Sequence[tuple[str, str | None]],
    page: int,
) -> Json:
    """List the recipients and how each one is reached, or why not. ``aside`` has those who chose another way."""
    shown = paged(found.people, page, ON_PAGE, "announcements.people", announcement=row.id)
    body: list[CardElement] = [
        heading("Mottagare just nu"),
        small(f"{count(len(found.people), 'person', 'personer')}, {count(found.guests, 'gäst', 'gäster')}."),
        *(plain(f"Kanal: {name}{'' if place else ' (finns inte i Teams)'}") for name, place in channels),
    ]
    for person, way in shown.shown:
        town = f", {person.municipality}" if person.municipality else ""
        guest = " (gäst)" if person.guest else ""
        reached = words.UNREACHED[way] if isinstance(way, Reason) else WAYS[way]
        how = REASONS[aside[person.id]] if person.id in aside else reached
        body.append(plain(f"{person.name}{town}{guest}: {how}"))
    body += [small(shown.place)] if shown.last else []
    back = button("Tillbaka", "announcements.open", announcement=row.id)
    return card(*body, actions=[*shown.turns, back], summary=f"{count(len(found.people), 'mottagare', 'mottagare')}")
