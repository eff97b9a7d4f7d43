"""*Min match*: what a person has going on, what they want and offer, and how to change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from microsoft_teams.cards import CardElement

from bot.cards import (
    button,
    buttons,
    card,
    choice_input,
    heading,
    label,
    open_link,
    plain,
    small,
    text_input,
)
from bot.matches.rules import LONGEST_WISH, MOST_PLACES
from bot.matches.views import PairView, weekday
from bot.message import Json
from bot.register.words import capital
from bot.swedish import count, day
from storage.match_profiles import MatchProfile
from storage.pairs import PairState

HIDDEN = (
    "Bara kansliet eller din kommun får se ditt namn, så ingen annan kan välja dig. Ändra det med mina uppgifter om du "
    "vill."
)


@dataclass(frozen=True, slots=True)
class OwnPage:
    """What *Min match* shows."""

    profile: MatchProfile | None
    views: Sequence[PairView]
    """The person's requests and matches."""
    hidden: bool
    avoided: int
    """How many people they do not want to be matched with."""


def mine(page: OwnPage, today: date, note: str = "") -> Json:
    """Return the page."""
    profile = page.profile
    wants, most = bool(profile and profile.wanted_at), profile.most if profile else 0
    body: list[CardElement] = [heading("Min match")]
    body += [label(note)] if note else []
    for view in page.views:
        body += _pair(view, today)
    body += _paused() if profile and profile.paused else []
    body += _wish(profile, wants=wants, free=not any(view.contact != view.own.id for view in page.views))
    body += [
        label("Vara kontaktperson"),
        plain(f"Du tar emot högst {count(most, 'ny', 'nya')} åt gången." if most else "Vill du hjälpa någon ny?"),
        *([small(HIDDEN)] if most and page.hidden else []),
        choice_input("most", "Hur många åt gången?", _places(), value=str(most)),
        buttons(button("Spara antalet", "pair.offer")),
        label("Matcha mig inte med"),
        text_input("name", "Namn", most=120),
        buttons(
            button("Spara namnet", "pair.avoid"),
            *([button(f"Ta bort alla ({page.avoided})", "pair.forgive")] if page.avoided else []),
        ),
        small("Bara du ser vilka du har valt bort."),
    ]
    resting = profile is not None and profile.paused
    pause = [button("Ta paus", "pair.pause")] if (wants or most) and not resting else []
    return card(*body, actions=pause, summary="Min match.")


def _pair(view: PairView, today: date) -> list[CardElement]:
    if view.pair.state == PairState.MATCHED:
        when = view.pair.meets_on
        coming = f" Ni hörs {weekday(when)}." if when and when >= today else ""
        return [
            label(capital(view.you_and_they)),
            plain(f"Ni är matchade sedan {day(view.pair.since)}.{coming}"),
            buttons(
                *([open_link("Öppna chatten", view.link)] if view.link else []),
                button("Visa matchningen", "pair.show", pair=view.pair.id),
            ),
        ]
    if view.helper:
        return [
            label(f"{view.names} vill ha dig som kontaktperson"),
            buttons(
                button("Ja, gärna", "pair.accept", style="positive", pair=view.pair.id),
                button("Inte nu", "pair.decline", pair=view.pair.id),
            ),
        ]
    return [
        label(f"Du har frågat {view.names}"),
        plain(f"Det var {day(view.pair.since)}. Jag hör av mig när svaret kommer."),
        buttons(button("Ta tillbaka frågan", "pair.withdraw", pair=view.pair.id)),
    ]


def _wish(profile: MatchProfile | None, *, wants: bool, free: bool) -> list[CardElement]:
    text = "Du vill ha en kontaktperson." if wants else "Vill du ha någon att fråga i en annan kommun?"
    yes = "Visa förslag" if wants else "Jag vill ha en kontaktperson"
    return [
        label("Få en kontaktperson"),
        plain(text),
        text_input(
            "wrestles",
            "Vad brottas du med? Den du väljer får läsa det",
            value=profile.wrestles_with if profile else "",
            long=True,
            most=LONGEST_WISH,
        ),
        buttons(
            *([button(yes, "pair.want", style="positive")] if free else [button("Spara texten", "pair.wish")]),
            *([button("Jag vill inte längre", "pair.unwant")] if wants else []),
        ),
    ]


def _paused() -> list[CardElement]:
    return [
        label("Du tar paus"),
        plain("Ingen matchas med dig, och jag frågar inget, tills du säger till."),
        buttons(button("Jag är med igen", "pair.resume", style="positive")),
    ]


def _places() -> list[tuple[str, str]]:
    return [("0", "Inte just nu"), *((str(number), str(number)) for number in range(1, MOST_PLACES + 1))]
