"""The kansli's view of matching: who waits, who offers, and the pairs that one press makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from microsoft_teams.cards import Action, CardElement

from bot.cards import button, buttons, card, heading, label, paged, plain, small
from bot.matches import matching
from bot.matches.matching import MatchPerson, PairPlan, PlannedPair
from bot.message import Json
from bot.swedish import count, listed
from storage.pairs import Meeting

SHOWN = 8
"""How many people or pairs a card shows."""


def overview(
    waiting: Sequence[tuple[MatchPerson, str]],
    offering: Sequence[MatchPerson],
    open_pairs: Sequence[Meeting],
    note: str = "",
) -> Json:
    """Return who waits, since when, who offers, and how many are on their way. ``waiting`` has the day of the wish."""
    free = sum(person.places for person in offering)
    body: list[CardElement] = [heading("Matchning")]
    body += [label(note)] if note else []
    body += [label(f"Väntar på en kontaktperson ({len(waiting)})")]
    body += [plain(f"• {person.described}, sedan {since}") for person, since in waiting[:SHOWN]] or [
        plain("Ingen väntar.")
    ]
    body += _more(len(waiting))
    body += [label(f"Kontaktpersoner ({len(offering)} med {count(free, 'ledig plats', 'lediga platser')})")]
    body += [
        plain(f"• {person.described}: {count(person.places, 'ledig plats', 'lediga platser')}")
        for person in offering[:SHOWN]
    ] or [plain("Ingen har anmält sig. Medlemmar anmäler sig med min match.")]
    body += _more(len(offering))
    if open_pairs:
        body += [small(f"På gång: {count(len(open_pairs), 'fråga eller match', 'frågor och matchningar')}.")]
    actions: list[Action] = [button("Visa förslag på par", "pair.desk.preview", style="positive")] if waiting else []
    return card(*body, actions=actions, summary=f"Matchning: {len(waiting)} väntar.")


def preview(plan: PairPlan, people: Mapping[int, MatchPerson], stamp: str, page: int, note: str = "") -> Json:
    """Show the pairs that would be made, each with its reasons and its score, and the total."""
    on_page = paged(plan.pairs, page, SHOWN, "pair.desk.preview")
    body: list[CardElement] = [heading(f"Förslag: {count(len(plan.pairs), 'par', 'par')}, {_points(plan.total)}")]
    body += [label(note)] if note else []
    for pair in on_page.shown:
        body += _planned(pair, people)
    if on_page.turns:
        body += [buttons(*on_page.turns)]
    if plan.alone:
        alone = [people[number].called for number in plan.alone]
        body += [
            label("Väntar vidare"),
            plain(f"{listed(alone[:SHOWN])}. Ingen som passar är ledig just nu."),
        ]
        body += _more(len(alone))
    body += [
        small("Alla får veta det direkt, med vem, varför och hur de når varandra. Ingen paras två gånger med samma.")
    ]
    go = [button("Para ihop", "pair.desk.make", style="positive", seen=stamp)] if plan.pairs else []
    return card(*body, actions=[*go, button("Tillbaka", "pair.desk.show")], summary="Förslag på par.")


def _planned(pair: PlannedPair, people: Mapping[int, MatchPerson]) -> list[CardElement]:
    newcomers = [people[number] for number in pair.newcomers]
    if pair.contact is not None:
        contact = people[pair.contact]
        # the texts are in the newcomer's words, so they fit the kansli less; the other half names both
        reasons = matching.likeness(newcomers[0], contact).reasons_for_kansli
        title = f"{newcomers[0].described} – {contact.described}"
    else:
        title, reasons = listed([person.described for person in newcomers]), ("Nya som möter varandra",)
    return [
        label(title),
        plain(f"{'. '.join(reasons) or 'Inget särskilt gemensamt'} ({_points(pair.score)})", subtle=True),
    ]


def _points(score: float) -> str:
    return f"{score:g} poäng".replace(".", ",")


def _more(number: int) -> list[CardElement]:
    return [small(f"och {number - SHOWN} till")] if number > SHOWN else []
