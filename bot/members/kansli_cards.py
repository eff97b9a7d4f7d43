"""Cards for the kansli about the register: the overview, the list, a municipality's page, its form and its history."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from microsoft_teams.cards import Action, CardElement

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
from bot.members import cards
from bot.message import Json
from bot.register import words
from bot.register.coverage import GAP_NAMES, CoverageRow, Filter, RegisterGap, gone
from bot.swedish import count, day, listed
from storage.audit import AuditRow
from storage.contacts import Contact
from storage.municipalities import MemberState, Municipality
from storage.people import Person

PAGE = 8
"""How many municipalities a page of the list shows."""
STATES = [(one.value, words.capital(words.STATE_NAMES[one])) for one in MemberState]
ANY = ("any", "Saknar något som väntas")


def overview(
    states: Mapping[str, int],
    lacking: Mapping[str, int],
    proposals: int,
    empty: Sequence[str] = (),
    said: str = "",
) -> Json:
    """Return the network in counts. Each count is a button to its list. ``empty`` has the longest vacancies."""
    members = states.get(MemberState.MEMBER, 0)
    gaps = [
        button(f"Saknar {GAP_NAMES[gap]} ({lacking[gap]})", "people.list", gap=gap.value, page=0) for gap in RegisterGap
    ]
    complete = members - lacking["any"]
    body: list[CardElement] = [
        heading("Medlemmar"),
        *([caution(said)] if said else []),
        markdown(
            f"**{count(members, 'medlem', 'medlemmar')}.** {complete} har både politiker, tjänsteperson och "
            f"ett aktuellt program. {lacking['any']} saknar något."
            if members
            else "Ingen kommun är angiven som medlem än. Importera medlemslistan, eller öppna en kommun och ange det."
        ),
        buttons(*gaps),
        *_empty(empty),
        label("Alla"),
        buttons(*_by_state(states)),
        text_input("name", "Hitta en kommun eller region", most=80),
        buttons(button("Öppna", "people.open"), button(f"Förslag ({proposals})", "people.proposals")),
    ]
    return card(
        *body,
        actions=[
            button("Importera lista", "people.import"),
            button("Hämta som Excel", "people.export"),
            button("Roller", "people.roles"),
        ],
        summary=f"Medlemmar: {members}. Saknar något: {lacking['any']}.",
    )


def _by_state(states: Mapping[str, int]) -> list[Action]:
    return [
        button(f"{words.capital(words.STATE_NAMES[each])} ({states.get(each, 0)})", "people.list", state=each, page=0)
        for each in (MemberState.MEMBER, MemberState.PROSPECT, MemberState.FORMER)
    ]


def _empty(lines: Sequence[str]) -> list[CardElement]:
    """Return the seats that have been empty longest, and the button to all times without a holder."""
    shown = [label("Längst utan kontaktperson"), markdown("\n".join(f"- {escape(line)}" for line in lines))]
    return [*(shown if lines else []), buttons(button("Dagar utan kontaktperson", "people.vacant", page=0))]


def which(municipalities: Sequence[Municipality]) -> Json:
    """Ask which of these municipalities the kansli means, with *Menar du …?*."""
    return card(
        heading("Vilken menar du?"),
        buttons(*(button(each.full_name, "people.open", code=each.code) for each in municipalities)),
        actions=[button("Till översikten", "people.overview")],
        summary=f"Menar du {listed([each.full_name for each in municipalities], 'eller')}?",
    )


def listing(
    rows: Sequence[CoverageRow], wanted: Filter, counties: Sequence[str], groups: Mapping[str, str], page: int
) -> Json:
    """Return a page of the municipalities that pass the filter: the nearest one, if this page does not exist."""
    on_page = paged(rows, page, PAGE, "people.list", **wanted.data())
    title = f"{_title(wanted)} ({len(rows)})"
    return card(
        heading(title),
        plain(on_page.place if rows else "Ingen kommun passar det du har valt.", subtle=True),
        *(part for row in on_page.shown for part in _row(row)),
        *([buttons(*on_page.turns)] if on_page.turns else []),
        label("Välj vad listan ska visa"),
        choice_input("state", "Medlemskap", STATES, value=wanted.state),
        choice_input("gap", "Saknas", [("all", "Spelar ingen roll"), ANY, *_gaps()], value=wanted.gap or "all"),
        choice_input(
            "county",
            "Län",
            [("all", "Alla län"), *((county, county) for county in counties)],
            value=wanted.county or "all",
        ),
        choice_input(
            "group",
            "Kommungrupp",
            [("all", "Alla grupper"), *((key, f"{key} {name}") for key, name in groups.items())],
            value=wanted.group or "all",
        ),
        actions=[
            button("Visa", "people.list", style="positive", page=0),
            *_remind(wanted, len(rows)),
            button("Till översikten", "people.overview"),
        ],
        summary=title,
    )


def municipality(
    place: Municipality,
    contacts: Sequence[Contact],
    others: Sequence[Person],
    lacking: Sequence[RegisterGap],
    *,
    empty: Sequence[str] = (),
    outside: Collection[int] = (),
    said: str = "",
) -> Json:
    """Return a municipality's page: its facts, its gaps, its people, and what can be done.

    ``outside`` are the guests who have not accepted the invitation.
    """
    group = f" {place.size_group} {place.size_group_name}." if place.size_group else ""
    body: list[CardElement] = [
        heading(place.full_name),
        small(f"{place.county}.{group} Kod {place.code}."),
        *([label(said)] if said else []),
        markdown(f"{cards.facts(place)}\n- **Mejldomäner:** {escape(', '.join(place.mail_domains)) or 'inga angivna'}"),
    ]
    if lacking and place.state == MemberState.MEMBER:
        body.append(caution(f"Saknas: {listed([GAP_NAMES[gap] for gap in lacking])}."))
        body += [small(escape(line)) for line in empty]
    if names := gone(contacts):
        body.append(caution(f"{listed([*names])} {words.LEFT}. Byt kontaktperson nedanför, eller avsluta uppdraget."))
    body += [label("Kontaktpersoner"), markdown(cards.seats(contacts, outside=outside) or "Inga än.")]
    body += [buttons(change) for change in _changes(contacts)]
    body += [label("Fler från kommunen"), markdown(cards.people(others, outside))] if others else []
    return card(
        *body,
        actions=[
            button("Lägg till kontaktperson", "people.add", style="positive", code=place.code),
            button("Ändra uppgifter", "people.edit", code=place.code),
            button("Historik", "people.history", code=place.code),
            button("Till översikten", "people.overview"),
        ],
        summary=f"{place.full_name}: {words.STATE_NAMES[MemberState(place.state)]}.",
    )


def _changes(held: Sequence[Contact]) -> list[Action]:
    """Return the buttons that replace or change contact persons."""
    rows = [
        button(f"Byt eller ändra {each.person.called}", "people.contact", contact=each.id)
        for each in cards.in_seat_order(held)
        if each.person is not None
    ]
    return rows[: PAGE * 2]


def form(place: Municipality) -> Json:
    """Return the form for what the kansli decides about a municipality."""
    return card(
        heading(f"Ändra {place.full_name}"),
        choice_input("state", "Medlemskap", STATES, value=place.state),
        text_input("programme_url", "Länk till hållbarhetsprogrammet", value=place.programme_url, most=500),
        text_input(
            "programme_until",
            "Sista året som programmet gäller",
            value=str(place.programme_until or ""),
            most=4,
        ),
        text_input("mail_domains", "Mejldomäner, med komma emellan", value=", ".join(place.mail_domains), most=500),
        small("Mejldomänen är det som står efter @. Den som har en sådan adress får bekräfta själv att den hör hit."),
        actions=[
            button("Spara", "people.save", style="positive", code=place.code, seen=_stamp(place)),
            button("Tillbaka", "people.open", code=place.code),
        ],
        summary=f"Ändra uppgifter om {place.full_name}.",
    )


def history(place: Municipality, past: Sequence[Contact], log: Iterable[AuditRow], names: Mapping[int, str]) -> Json:
    """Return the former contact persons, and the kansli's latest changes."""
    before = [
        f"- {escape(held.person.called) if held.person else 'borttagen person'}, {words.seat(held.seat)}, "
        f"från {day(held.since)} till {day(held.until)}"
        for held in past
        if held.until is not None
    ]
    changes = [
        f"- {day(row.at)}: {escape(row.what)}"
        f"{_named(row.person_id, names, ' ({})')}{_named(row.by_id, names, ', av {}')}"
        for row in log
    ]
    return card(
        heading(f"Historik för {place.full_name}"),
        label("Tidigare kontaktpersoner"),
        markdown("\n".join(before) or "Inga än."),
        label("Senaste ändringarna"),
        markdown("\n".join(changes) or "Inga än."),
        actions=[button("Tillbaka", "people.open", code=place.code)],
        summary=f"Historik för {place.full_name}.",
    )


def _named(person_id: int | None, names: Mapping[int, str], pattern: str) -> str:
    name = names.get(person_id) if person_id is not None else None
    return pattern.format(escape(name)) if name else ""


def _remind(wanted: Filter, number: int) -> list[Action]:
    """Return the button that reminds all members that lack something. A part of them is not reminded alone."""
    asked_for = (RegisterGap.POLITICIAN, RegisterGap.OFFICER, RegisterGap.PROGRAMME)
    if not number or wanted.gap not in asked_for or wanted != Filter(gap=wanted.gap):
        return []
    return [button("Påminn alla", "nudges.preview", alone=True, gap=wanted.gap)]


def _gaps() -> list[tuple[str, str]]:
    return [(gap.value, words.capital(GAP_NAMES[gap])) for gap in RegisterGap]


def _title(wanted: Filter) -> str:
    parts = [words.capital(words.STATE_NAMES[MemberState(wanted.state)])]
    if wanted.gap:
        parts.append("saknar något" if wanted.gap == ANY[0] else f"saknar {GAP_NAMES[RegisterGap(wanted.gap)]}")
    return ", ".join([*parts, *filter(None, (wanted.county, wanted.group))])


def _row(row: CoverageRow) -> tuple[CardElement, CardElement]:
    """Return a municipality's button and its gaps below it. In the button's title they would be cut off."""
    lacking = listed([GAP_NAMES[gap] for gap in row.gaps])
    opens = button(row.name, "people.open", code=row.municipality.code)
    note = f" {escape(listed([*row.gone]))} {words.LEFT}." if row.gone else ""
    note += f" {escape(listed([*row.outside]))} {words.OUTSIDE}." if row.outside else ""
    return buttons(opens), small((f"Saknar {lacking}." if lacking else "Har allt.") + note)


def _stamp(municipality: Municipality) -> str:
    return municipality.changed_at.isoformat() if municipality.changed_at else ""
