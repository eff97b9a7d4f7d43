"""Cards that show members their municipality and what they have said about themselves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

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
    plain,
    small,
    text_input,
    web_link,
)
from bot.message import Json
from bot.register import words
from bot.register.checks import LONGEST_PHONE
from bot.register.coverage import GAP_NAMES, RegisterGap
from bot.swedish import listed
from storage.contacts import Contact, Proposal, ProposalKind
from storage.municipalities import MemberState, Municipality
from storage.people import OWN, SEATS, Person, PersonRole, VisibleTo

EXPECTED = (
    "Utse två kontaktpersoner: en politiker och en tjänsteperson. Gärna också en ersättare för politikern.",
    "Ha ett aktuellt miljö- och hållbarhetsprogram.",
    "Delta på årsmötet, både politiker och tjänsteperson.",
    "Rapportera de gröna nyckeltalen.",
    "Svara på den årliga enkäten.",
    "Läs nyhetsbrevet och sprid det i kommunen.",
)
"""The duties of a member according to the activity plan (plan 2026–2027, "Medlemskapet")."""
PHONE = "Telefon (frivilligt, bara kansliet ser det)"
NO_ROLE = "none"
"""The value for a person who gives no role. A list would show nothing for an empty value."""
SEEN_BY = (
    (VisibleTo.NETWORK.value, "Medlemmar i hela nätverket"),
    (VisibleTo.MUNICIPALITY.value, "Bara min kommun och kansliet"),
    (VisibleTo.KANSLI.value, "Bara kansliet"),
)
"""The choices of people whom the person is shown to."""
MOST_OTHERS = 10
"""How many people without a seat a card lists."""


def ask_municipality(said: str = "") -> Json:
    """Ask which municipality the person works for. ``said`` is what was wrong with the last answer."""
    return card(
        heading("Vilken kommun eller region arbetar du för?"),
        *([caution(said)] if said else []),
        text_input("name", "Kommun eller region", most=80),
        actions=[button("Fortsätt", "people.claim", style="positive")],
        summary="Vilken kommun eller region arbetar du för?",
    )


def is_it(municipality: Municipality) -> Json:
    """Ask the person to confirm the municipality that their mail address points to."""
    return card(
        heading(f"Är du från {municipality.full_name}?"),
        plain("Jag föreslår det utifrån din mejladress.", subtle=True),
        actions=[
            button("Ja", "people.choose", style="positive", code=municipality.code),
            button("Nej, en annan", "people.other"),
        ],
        summary=f"Är du från {municipality.full_name}?",
    )


def which_mine(municipalities: Sequence[Municipality]) -> Json:
    """Ask which of these municipalities is the person's own, with *Menar du …?*."""
    names = [each.full_name for each in municipalities]
    return card(
        heading("Vilken menar du?"),
        buttons(*(button(each.full_name, "people.choose", code=each.code) for each in municipalities)),
        actions=[button("Ingen av dem", "people.other")],
        summary=f"Menar du {listed(names, 'eller')}?",
    )


def waits(municipality: Municipality) -> Json:
    """Return the card for a person whose municipality the kansli must confirm."""
    name = municipality.full_name
    return card(
        heading("Kansliet bekräftar att du hör dit"),
        plain(f"Du har sagt att du arbetar för {name}. Din mejladress visar inte det, så kansliet får bekräfta det."),
        small("När det är klart ser du kommunens uppgifter här. Skriv **min kommun** för att titta efter."),
        actions=[button("Välj en annan kommun", "people.other")],
        summary=f"Kansliet bekräftar att du hör till {name}.",
    )


def mine(
    municipality: Municipality,
    contacts: Sequence[Contact],
    others: Sequence[Person],
    lacking: Sequence[RegisterGap],
    waiting: Sequence[Proposal],
    *,
    may_name: Callable[[Person], bool],
) -> Json:
    """Return the person's own municipality: its people, its part in the network, and its duties as a member.

    ``may_name`` says whether the reader may see a person's name.
    """
    body: list[CardElement] = [heading(municipality.full_name), markdown(facts(municipality))]
    former = municipality.state == MemberState.FORMER
    if lacking and not former:
        body.append(caution(f"Hos er saknas: {listed([GAP_NAMES[gap] for gap in lacking])}."))
    body += [caution(proposed(proposal)) for proposal in waiting]
    body += [
        label("Era kontaktpersoner"),
        markdown(seats(contacts, may_name) or "Kommunen har inga kontaktpersoner än."),
    ]
    if others:
        body += [label("Fler från er kommun"), markdown(people(others))]
    if not former:
        body += [label("Det här väntas av en medlem"), markdown("\n".join(f"- {line}" for line in EXPECTED))]
    return card(
        *body,
        actions=[
            button("Jag har tagit över ett uppdrag", "people.takeover"),
            button("Mina val", "people.profile"),
            button("Fel kommun?", "people.other"),
        ],
        summary=f"{municipality.full_name}: {words.STATE_NAMES[MemberState(municipality.state)]}.",
    )


def facts(municipality: Municipality) -> str:
    """Return the state and the programme of a municipality, as a list in Markdown."""
    programme = "inget angivet"
    if municipality.programme_url:
        programme = web_link("öppna programmet", municipality.programme_url)
    if municipality.programme_until:
        programme += f", gäller till och med {municipality.programme_until}"
    state = words.STATE_NAMES[MemberState(municipality.state)]
    return f"- **Medlemskap:** {state}\n- **Hållbarhetsprogram:** {programme}"


def seats(
    contacts: Sequence[Contact], may_name: Callable[[Person], bool] = lambda _: True, outside: Collection[int] = ()
) -> str:
    """Return the people who hold seats, with their addresses, as a list in Markdown.

    The kansli's page gives the guests who are ``outside``: they have not accepted the invitation.
    """
    return "\n".join(
        f"- **{words.capital(words.seat(held.seat))}:** {_who(held.person, may_name)}{_outside(held.person, outside)}"
        for held in in_seat_order(contacts)
    )


def in_seat_order(contacts: Sequence[Contact]) -> list[Contact]:
    """Return the contacts in the order of :data:`SEATS`, the politician first."""
    return sorted(contacts, key=lambda contact: SEATS.index(PersonRole(contact.seat)))


def people(others: Sequence[Person], outside: Collection[int] = ()) -> str:
    """Return people and their own words about themselves, as a list in Markdown. ``outside`` as in :func:`seats`."""
    lines = []
    for person in others[:MOST_OTHERS]:
        role = f", {words.role(person.role)}" if person.role else ""
        left = f", {words.LEFT}" if person.left_at else _outside(person, outside)
        helps = f". Kan hjälpa till med: {escape(person.helps_with)}" if person.helps_with else ""
        lines.append(f"- {escape(person.called)}{role}{left}{helps}")
    if len(others) > MOST_OTHERS:
        lines.append(f"- och {len(others) - MOST_OTHERS} till")
    return "\n".join(lines)


def proposed(proposal: Proposal) -> str:
    """Return the line that tells the proposer about their proposal."""
    match proposal.kind:
        case ProposalKind.BELONGS:
            what = "att du hör till"
        case ProposalKind.LEAVES:
            what = "att du har slutat som kontaktperson för" if proposal.seat else "att du har slutat på"
        case _:
            what = f"du som {words.seat(proposal.seat)} för"
    return f"Väntar på kansliet: {what} {proposal.municipality.full_name}."


def takeover(
    municipality: Municipality,
    contacts: Sequence[Contact],
    empty: Sequence[str],
    may_name: Callable[[Person], bool],
    said: str = "",
) -> Json:
    """Ask which seat the person has taken over: one that somebody holds, or an empty one."""
    choices = [
        button(
            f"Efter {contact.person.called}, {words.seat(contact.seat)}"
            if may_name(contact.person)
            else f"Efter nuvarande {words.seat(contact.seat)}",
            "people.propose",
            seat=contact.seat,
            contact=contact.id,
        )
        for contact in contacts
        if contact.person is not None
    ]
    choices += [button(f"Ny {words.seat(seat)}", "people.propose", seat=seat) for seat in empty]
    return card(
        heading("Vilket uppdrag har du tagit över?"),
        *([plain(said)] if said else []),
        plain(f"Det gäller {municipality.full_name}. Kansliet får ditt förslag och bekräftar det."),
        *(buttons(choice) for choice in choices),
        actions=[button("Tillbaka", "people.mine")],
        summary=f"Vilket uppdrag har du tagit över i {municipality.full_name}?",
    )


def sure(contact: Contact, name: str) -> Json:
    """Ask for a confirmation before a proposal goes to the kansli. Say which person it replaces."""
    seat = words.seat(contact.seat)
    return card(
        heading(f"Har du tagit över efter {name}?"),
        plain(f"Då föreslår jag för kansliet att du blir {seat}. När de har bekräftat det är det klart."),
        actions=[
            button("Ja, skicka förslaget", "people.propose", style="positive", seat=contact.seat, contact=contact.id),
            button("Nej", "people.takeover"),
        ],
        summary=f"Har du tagit över som {seat}?",
    )


def profile(person: Person, said: str = "") -> Json:
    """Return the form for the person's choices about themselves."""
    roles = [(NO_ROLE, "Vill inte säga"), *((role.value, words.capital(words.role(role))) for role in OWN)]
    return card(
        heading("Mina val"),
        *([label(said)] if said else []),
        choice_input("role", "Vad är du i nätverket?", roles, value=person.role or NO_ROLE),
        text_input("helps_with", "Det kan jag hjälpa andra med", value=person.helps_with, long=True, most=500),
        text_input("phone", PHONE, value=person.phone or "", most=LONGEST_PHONE),
        choice_input("visible_to", "Vilka får se ditt namn och ditt uppdrag?", SEEN_BY, value=person.visible_to),
        small(
            "De ser det i **min kommun** och när de frågar mig vem som är kontaktperson eller kan hjälpa till. De ser "
            "också vad du kan hjälpa till med och en länk för att skriva till dig."
        ),
        actions=[
            button("Spara", "people.save_profile", style="positive"),
            button("Påminnelser", "reminding.open", alone=True),
            button("Till min kommun", "people.mine"),
        ],
        summary="Mina val: roll och vad jag kan hjälpa till med.",
    )


def _outside(person: Person | None, outside: Collection[int]) -> str:
    return f", {words.OUTSIDE}" if person is not None and person.id in outside else ""


def _who(person: Person | None, may_name: Callable[[Person], bool]) -> str:
    if person is None:
        return "borttagen person"
    if not may_name(person):
        return words.HIDDEN
    address = f", {web_link(person.mail, f'mailto:{person.mail}')}" if person.mail and person.name else ""
    return f"{escape(person.called)}{address}{f', {words.LEFT}' if person.left_at else ''}"
