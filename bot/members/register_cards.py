"""Cards that answer questions to the register: contact persons, membership, the list of members, and who can help."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from microsoft_teams.cards import Action, CardElement

from bot import links
from bot.cards import (
    button,
    buttons,
    card,
    escape,
    heading,
    label,
    markdown,
    one_line,
    open_link,
    plain,
    small,
    web_link,
)
from bot.members import cards
from bot.members.helpers import AnsweredQuestion, Helper
from bot.message import Json
from bot.register import words
from bot.swedish import count, day, listed
from bot.wording.names import first_name
from storage.contacts import Contact
from storage.municipalities import MemberState, Municipality
from storage.people import Person, PersonRole

TO_KANSLI, TO_PEERS = "Skicka till kansliet", "Fråga kollegor"
_STATES = {
    MemberState.MEMBER: ("Ja", "är medlem."),
    MemberState.PROSPECT: ("Inte än", "är på väg att bli medlem."),
    MemberState.FORMER: ("Nej", "är inte medlem längre."),
    MemberState.UNKNOWN: ("Nej", "står inte som medlem i kansliets register."),
}
"""The short answer to "är … medlem?", and the words after the name."""


def contacts(
    place: Municipality,
    held: Sequence[Contact],
    seat: PersonRole | None,
    *,
    may_name: Callable[[Person], bool],
    asked: str,
) -> Json:
    """Return a municipality's contact persons: name, seat and a way to write to each.

    ``seat`` is the seat that was asked for; None for any.
    """
    lacks = not any(contact.seat == seat for contact in held) if seat else not held
    hidden = any(contact.person and not may_name(contact.person) for contact in held)
    lines = [_seat(contact, may_name) for contact in cards.in_seat_order(held)]
    named = words.seat(seat) if seat else "kontaktperson"
    nobody = f"Ingen är anmäld som {named} för {place.full_name}."
    body: list[CardElement] = [heading(place.full_name)]
    if lacks:
        body.append(plain(nobody))
    if lines:
        body += [label("Kontaktpersoner"), markdown("\n".join(lines))]
    if place.state == MemberState.FORMER:
        body.append(small(f"{place.full_name} är inte medlem längre."))
    actions: list[Action] = []
    if lacks or hidden:
        actions.append(_to_kansli(asked, first=True))
    return card(
        *body,
        actions=actions,
        summary=nobody if lacks else f"Kontaktpersoner: {place.full_name}.",
    )


def membership(place: Municipality, asked: str, *, personal: bool) -> Json:
    """Say whether a municipality is a member, and since when the kansli has confirmed it."""
    yes = place.state == MemberState.MEMBER
    short_answer, rest = _STATES[MemberState(place.state)]
    text = f"{place.full_name} {rest}"
    body: list[CardElement] = [heading(short_answer), plain(text)]
    if place.state_since is not None:
        body.append(small(f"Kansliet bekräftade det {day(place.state_since)}."))
    actions: list[Action] = []
    if personal and yes:
        actions.append(button("Kontaktpersoner", "people.contacts_of", code=place.code))
    if not yes:
        actions.append(_to_kansli(asked))
    return card(*body, actions=actions, summary=f"{short_answer}. {text}")


def place(municipality: Municipality, *, known: bool, personal: bool) -> Json:
    """Return what we know of a municipality whose name is all that was written, and how to ask more.

    ``known`` says whether the kansli has entered the list of members.
    """
    member = municipality.state == MemberState.MEMBER
    state = f"{municipality.full_name} {_STATES[MemberState(municipality.state)][1]} " if known else ""
    example = f"vem är kontaktperson i {municipality.name}?"
    text = f"{state}Vad vill du veta? Skriv hela frågan, till exempel: *{example}*"
    shown = personal and member
    actions = [button("Kontaktpersoner", "people.contacts_of", code=municipality.code)] if shown else []
    return card(heading(municipality.full_name), markdown(text), actions=actions, summary=text)


def empty(asked: str) -> Json:
    """Say that the kansli has not entered the list of members yet."""
    text = "Kansliet har inte lagt in medlemslistan än, så jag vet inte vilka som är medlemmar."
    return card(heading("Det vet jag inte än"), plain(text), actions=[_to_kansli(asked, first=True)], summary=text)


def number(members: Sequence[Municipality], county: str = "") -> Json:
    """Say how many members there are, in all or in a county, with a button to the list."""
    text = f"{_number(members)}{f' i {county}' if county else ' i nätverket'}."
    body: list[CardElement] = [heading(text), plain("Så står det i kansliets register i dag.", subtle=True)]
    actions = [button("Visa vilka", "people.members", county=county)] if members else []
    return card(*body, actions=actions, summary=text)


def members(rows: Sequence[Municipality], county: str = "") -> Json:
    """Return the members by county, all or those of one county."""
    title = f"{_number(rows)}{f' i {county}' if county else ''}"
    by_county: dict[str, list[str]] = defaultdict(list)
    for row in words.in_order(rows):
        by_county[row.county].append(row.full_name if row.kind == "region" else row.name)
    lines = [
        f"- **{escape(name)} ({len(by_county[name])}):** {escape(', '.join(by_county[name]))}"
        for name in sorted(by_county, key=words.order)
    ]
    return card(
        heading(title),
        markdown("\n".join(lines) or "Ingen kommun där står som medlem i kansliets register."),
        small("Så står det i kansliets register i dag."),
        summary=f"{title}.",
    )


def help_with(subject: str, people: Sequence[Helper], answered: Sequence[AnsweredQuestion], asked: str) -> Json:
    """Return the people and municipalities that can help with a subject. If there are none, say so."""
    ask = button(TO_PEERS, "questions.start", style="positive", text=asked)
    if not people and not answered:
        nobody = f"Ingen har sagt till mig att de kan hjälpa till med {subject}."
        return card(
            heading("Det vet jag inte"),
            plain(nobody),
            plain("Fråga kollegorna, så når din fråga också dem som inte har sagt något."),
            actions=[ask],
            summary=nobody,
        )
    body: list[CardElement] = [heading(f"Om {one_line(subject, 60)}")]
    if people:
        body += [
            label("De har sagt att de kan hjälpa till"),
            markdown("\n".join(_helper(each) for each in people)),
        ]
    if answered:
        body.append(label("De har svarat på en liknande fråga"))
    for each in answered:
        body.append(plain(f"{listed(each.homes)}: ”{one_line(each.text, 160)}”"))
        body.append(buttons(button("Visa svaret", "questions.show", question=each.id)))
    return card(*body, actions=[ask], summary=f"Vem som kan hjälpa till med {one_line(subject, 60)}.")


def which_contacts(places: Sequence[Municipality], seat: PersonRole | None) -> Json:
    """Ask whose contact persons are meant."""
    chosen = seat or ""
    return which(places, [button(each.full_name, "people.contacts_of", code=each.code, seat=chosen) for each in places])


def which_member(places: Sequence[Municipality]) -> Json:
    """Ask whose membership is meant."""
    return which(places, [button(each.full_name, "people.is_member", code=each.code) for each in places])


def which(places: Sequence[Municipality], choices: Sequence[Action]) -> Json:
    """Ask which of these municipalities is meant, with a button for each."""
    title = f"Menar du {listed([each.full_name for each in places], 'eller')}?"
    return card(
        heading(title),
        buttons(*choices),
        small("Om inte: kontrollera stavningen och skriv frågan igen."),
        summary=title,
    )


def unknown(name: str) -> Json:
    """Say that no municipality or region has the name."""
    text = f"Jag hittar ingen kommun eller region som heter {name}. Kontrollera stavningen och skriv frågan igen."
    return card(heading("Vilken kommun menar du?"), plain(text), summary=text)


def own_chat(chat: str) -> Json:
    """Say in a channel that the answer is personal. ``chat`` is the address of the own chat, empty in local mode."""
    text = "Svaret gäller personer, så det ger jag bara i en egen chatt. Skriv samma sak till mig där."
    return card(
        heading("Det tar vi i din egen chatt"),
        plain(text),
        actions=[open_link("Öppna chatten med mig", chat)] if chat else [],
        summary=text,
    )


def _number(rows: Sequence[Municipality]) -> str:
    """Return how many members, and how many of them are regions: "81 medlemmar, varav 1 region"."""
    regions = sum(row.kind == "region" for row in rows)
    return count(len(rows), "medlem", "medlemmar") + (
        f", varav {count(regions, 'region', 'regioner')}" if regions else ""
    )


def _seat(contact: Contact, may_name: Callable[[Person], bool]) -> str:
    person = contact.person
    title = words.capital(words.seat(contact.seat))
    if person is None or not may_name(person):
        return f"- **{title}:** {words.HIDDEN}"
    return f"- **{title}:** {_write_to(person)}"


def _helper(helper: Helper) -> str:
    home = f", {escape(helper.home.full_name)}" if helper.home else ""
    return f"- {_write_to(helper.person)}{home}. Kan hjälpa till med: {escape(helper.person.helps_with)}"


def _write_to(person: Person) -> str:
    """Return a name with a link to a chat with the person. Without an address no link works for guests."""
    if not person.mail:
        return escape(person.called)
    whom = first_name(person.name) or "personen"
    return f"{escape(person.called)}, {web_link(f'skriv till {whom}', links.chat_with(person.mail, person.id))}"


def _to_kansli(asked: str, *, first: bool = False) -> Action:
    return button(TO_KANSLI, "questions.to_kansli", style="positive" if first else None, text=asked)
