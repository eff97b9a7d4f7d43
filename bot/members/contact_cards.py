"""Cards for the kansli about contact persons, and about the roles that the kansli gives."""

from __future__ import annotations

from collections.abc import Sequence

from microsoft_teams.cards import CardElement

from bot.cards import (
    button,
    buttons,
    card,
    caution,
    choice_input,
    escape,
    heading,
    label,
    markdown,
    paged,
    plain,
    small,
    text_input,
)
from bot.members.cards import PHONE
from bot.message import Json
from bot.register import words
from bot.register.checks import LONGEST_PHONE
from bot.swedish import day
from storage.contacts import Contact
from storage.municipalities import Municipality
from storage.name_keys import keyed
from storage.people import GRANTED, SEATS, Person
from storage.roles import Grant

SHOWN = 8
"""How many people a card shows."""


def contact(held: Contact, person: Person, municipality: Municipality) -> Json:
    """Return a contact person's card: replace, correct or end."""
    met = "" if person.teams_id else " Har inte skrivit till mig än."
    if person.left_at:
        met = f" {words.capital(words.LEFT)}, märkte jag {day(person.left_at)}."
    return card(
        heading(f"{person.called}, {words.seat(held.seat)}"),
        plain(f"För {municipality.full_name} sedan {day(held.since)}.{met}", subtle=True),
        label("Vem tar över?"),
        text_input("name", "Den nya personens namn", most=120),
        text_input("mail", "Den nya personens mejladress", most=254),
        buttons(button("Byt kontaktperson", "people.replace", style="positive", contact=held.id)),
        label("Eller rätta uppgifterna"),
        text_input("right_name", "Namn", value=person.name, most=120),
        text_input("right_mail", "Mejladress", value=person.mail or "", most=254),
        text_input("right_phone", PHONE, value=person.phone or "", most=LONGEST_PHONE),
        buttons(button("Spara rättelsen", "people.correct", contact=held.id)),
        actions=[
            button("Avsluta utan efterträdare", "people.ask_end", contact=held.id),
            button("Tillbaka", "people.open", code=municipality.code),
        ],
        summary=f"{person.called}, {words.seat(held.seat)} för {municipality.full_name}.",
    )


def ask_end(held: Contact, person: Person, municipality: Municipality) -> Json:
    """Ask for a confirmation before a seat is left empty."""
    return card(
        heading(f"Ska {person.called} sluta som {words.seat(held.seat)}?"),
        plain(f"Då står uppdraget tomt för {municipality.full_name}. Personen finns kvar i historiken."),
        actions=[
            button("Ja, avsluta", "people.end", style="destructive", contact=held.id),
            button("Nej", "people.contact", contact=held.id),
        ],
        summary=f"Ska {person.called} sluta som {words.seat(held.seat)}?",
    )


def add(municipality: Municipality, seat: str = "") -> Json:
    """Return the form for a new contact person of a municipality."""
    choices = [(value.value, words.capital(words.seat(value))) for value in SEATS]
    return card(
        heading(f"Ny kontaktperson för {municipality.full_name}"),
        choice_input("seat", "Uppdrag", choices, value=seat or SEATS[0]),
        text_input("name", "Namn", most=120),
        text_input("mail", "Mejladress", most=254),
        text_input("phone", PHONE, most=LONGEST_PHONE),
        small("Personen behöver inte ha skrivit till mig. Jag känner igen mejladressen när de kommer in i teamet."),
        actions=[
            button("Spara", "people.save_contact", style="positive", code=municipality.code),
            button("Tillbaka", "people.open", code=municipality.code),
        ],
        summary=f"Ny kontaktperson för {municipality.full_name}.",
    )


def swap() -> Json:
    """Ask in which municipality to replace a contact person."""
    return card(
        heading("I vilken kommun ska kontaktpersonen bytas?"),
        text_input("name", "Kommun eller region", most=80),
        actions=[
            button("Fortsätt", "people.open", style="positive"),
            button("Till översikten", "people.overview"),
        ],
        summary="I vilken kommun ska kontaktpersonen bytas?",
    )


def roles(rows: Sequence[Grant], by_setting: Sequence[str], unnamed: int, page: int, said: str = "") -> Json:
    """Return a page of people with a role that the kansli gives, and the form to give one.

    ``by_setting`` are people who have the role through the settings. For a page that does not exist, return the nearest
    one.
    """
    on_page = paged(rows, page, SHOWN, "people.roles")
    body: list[CardElement] = [heading(f"Roller ({len(rows)})")]
    if said:
        body.append(label(said))
    if on_page.last:
        body.append(plain(on_page.place, subtle=True))
    for row in on_page.shown:
        left = f", {words.LEFT}" if row.person.left_at else ""
        body.append(markdown(f"**{escape(row.person.called)}**, {words.role(row.role)}{left}"))
        body.append(buttons(button("Ta bort rollen", "people.ask_take", person=row.person_id, role=row.role)))
    if on_page.turns:
        body.append(buttons(*on_page.turns))
    if by_setting or unnamed:
        names = [escape(name) for name in by_setting] + (
            [f"{unnamed} som inte har skrivit till mig"] if unnamed else []
        )
        body.append(small(f"Kansli enligt driftens inställningar: {', '.join(names)}. Dem ändrar ni där."))
    body += [
        label("Ge en roll"),
        text_input("name", "Namn eller mejladress", most=120),
        choice_input(
            "role", "Roll", [(role.value, words.capital(words.role(role))) for role in GRANTED], value=GRANTED[0]
        ),
    ]
    return card(
        *body,
        actions=[
            button("Sök person", "people.find_person", style="positive"),
            button("Till översikten", "people.overview"),
        ],
        summary="Roller: kansli och styrelse.",
    )


def people(rows: Sequence[Person], role: str) -> Json:
    """Ask which of the people that a search found gets the role."""
    named = words.role(role)
    return card(
        heading(f"Vem ska få rollen {named}?"),
        *(
            buttons(
                button(
                    ", ".join(filter(None, (person.shown_name, keyed(person.id, person.mail)))) or "?",
                    "people.give",
                    person=person.id,
                    role=role,
                )
            )
            for person in rows[:SHOWN]
        ),
        *([small("Det finns fler som passar. Skriv mer av namnet.")] if len(rows) > SHOWN else []),
        actions=[button("Tillbaka", "people.roles")],
        summary=f"Vem ska få rollen {named}?",
    )


def ask_take(person: Person, role: str) -> Json:
    """Ask for a confirmation before a role is taken away."""
    named = words.role(role)
    return card(
        heading(f"Ska {person.called} inte längre ha rollen {named}?"),
        actions=[
            button("Ja, ta bort", "people.take", style="destructive", person=person.id, role=role),
            button("Nej", "people.roles"),
        ],
        summary=f"Ska {person.called} inte längre ha rollen {named}?",
    )


def missing(name: str) -> Json:
    """Say that nobody has that name."""
    return card(
        heading("Ingen sådan person"),
        caution("Jag känner bara dem som har skrivit till mig, är med i teamet eller står i medlemslistan."),
        plain(f"Du skrev: {name}", subtle=True),
        actions=[button("Tillbaka", "people.roles")],
        summary="Jag hittar ingen sådan person.",
    )
