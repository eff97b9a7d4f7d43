"""The card at the end of a newcomer's start: what awaits them, and what to do first."""

from __future__ import annotations

from microsoft_teams.cards import CardElement

from bot.cards import button, buttons, card, caution, heading, label, plain, row, small
from bot.message import Json
from bot.onboarding.expectations import NewcomersYear
from bot.wording.names import first_name
from storage.municipalities import MemberState, Municipality
from storage.people import Person

POLITICIAN = (
    "Som förtroendevald håller du hållbarhetsarbetet levande i kommunens ledning. Du går på årsmötet tillsammans med "
    "er tjänsteperson, ser till att hållbarhetsprogrammet är aktuellt, och tar med dig det ni lär er här till nämnd "
    "och fullmäktige."
)
CIVIL_SERVANT = (
    "Du håller ihop det praktiska hos er. Ni rapporterar de gröna nyckeltalen, svarar på den årliga enkäten, går på "
    "årsmötet tillsammans med er kontaktpolitiker, och sprider nyhetsbrevet i kommunen."
)
"""What membership asks of each of the two (plan 2026–2027, "Medlemskapet")."""


def done(person: Person, place: Municipality | None, year: NewcomersYear) -> Json:
    """Return what awaits a person who has finished. ``place`` is the municipality that they work for."""
    first = first_name(person.name)
    title = f"Välkommen, {first}! Nu är du igång." if first else "Välkommen! Nu är du igång."
    body: list[CardElement] = [heading(title), *_belongs(person, place), label("Börja här")]
    body += [row(f"{number}. {each.title}", each.verb, **each.data) for number, each in enumerate(year.first, 1)]
    body += [label("Det här väntas av er i år"), plain(POLITICIAN if year.politician else CIVIL_SERVANT)]
    body += [row(each.title, each.verb, **each.data) for each in year.duties]
    if year.events:
        body += [label("Närmast i kalendern"), *(row(each.title, each.verb, **each.data) for each in year.events)]
    return card(
        *body,
        small("Vill du ändra något? Skriv **kom igång** igen. Undrar du över något, skriv det som en vanlig fråga."),
        actions=[
            button("Ändra mina svar", "onboarding.start"),
            button("Informationspaket", "welcome.pack"),
            button("Mina uppgifter", "privacy.overview"),
        ],
        summary=f"{title} Börja så här: {'. '.join(each.title for each in year.first)}.",
    )


def _belongs(person: Person, place: Municipality | None) -> list[CardElement]:
    """Return what to say about the municipality; nothing if all is well."""
    if place is None:
        return [plain("Jag vet inte vilken kommun du arbetar för än. Skriv min kommun när du vill säga det.")]
    body: list[CardElement] = []
    if place.code != person.municipality_code:
        body.append(plain(f"Kansliet bekräftar att du hör till {place.full_name}. Du får besked här."))
    if place.state == MemberState.FORMER:
        text = f"{place.full_name} är inte längre medlem i nätverket, enligt registret. Stämmer det inte, hör av dig."
        body += [caution(text), buttons(button("Skriv till kansliet", "questions.to_kansli", bare=True))]
    return body
