"""Cards about a proposal: for the kansli, for the proposer, and for the person whose seat it is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from microsoft_teams.cards import CardElement

from bot.cards import button, buttons, card, escape, heading, label, markdown, plain, small, web_link
from bot.message import Json
from bot.register import words
from bot.swedish import day
from storage.contacts import Contact, Proposal, ProposalKind
from storage.name_keys import keyed
from storage.people import Person

SHOWN = 8
"""How many proposals a card shows."""
_TITLES = {
    ProposalKind.SEAT: "Ny kontaktperson?",
    ProposalKind.BELONGS: "Hör personen hit?",
    ProposalKind.LEAVES: "Har personen slutat?",
}
NOTE = "note"
"""A mark in a button's data: the button is on the card that came by itself, not on the list."""


def ask(row: Proposal) -> Json:
    """Return the card that asks the kansli to decide."""
    return card(
        heading(_TITLES[ProposalKind(row.kind)]),
        markdown(proposed(row)),
        actions=[
            button("Bekräfta", "people.accept", style="positive", **_row(row), note=NOTE),
            button("Avböj", "people.decline", **_row(row), note=NOTE),
            button("Öppna kommunen", "people.open", code=row.municipality_code),
        ],
        summary=f"Förslag från {row.person.called}: {what(row)}.",
    )


def listing(rows: Sequence[Proposal], said: str = "") -> Json:
    """Return the proposals, oldest first, each with its two buttons."""
    body: list[CardElement] = [heading(f"Förslag från medlemmar ({len(rows)})")]
    if said:
        body.append(label(said))
    if not rows:
        body.append(plain("Inget väntar på dig.", subtle=True))
    for row in rows[:SHOWN]:
        body.append(markdown(proposed(row)))
        body.append(
            buttons(
                button("Bekräfta", "people.accept", style="positive", **_row(row)),
                button("Avböj", "people.decline", **_row(row)),
            )
        )
    if len(rows) > SHOWN:
        body.append(small(f"Och {len(rows) - SHOWN} till. De visas när de här är avgjorda."))
    return card(
        *body,
        actions=[button("Till översikten", "people.overview")],
        summary=f"Förslag från medlemmar: {len(rows)}.",
    )


def decided(who: str, proposal: str, code: str, by: str, *, yes: bool) -> Json:
    """Return the card that replaces the question with the decision."""
    title = "Bekräftat" if yes else "Avböjt"
    told = (
        f"**{escape(who)}** {escape(proposal)}." if yes else f"Förslaget var att **{escape(who)}** {escape(proposal)}."
    )
    return card(
        heading(title),
        markdown(told),
        small(f"{title} av {escape(by)}."),
        actions=[button("Öppna kommunen", "people.open", code=code)],
        summary=f"{title}: {who} {proposal}.",
    )


def over(why: str) -> Json:
    """Return the card that replaces a question that needs no decision any more. It has no names."""
    return card(
        heading("Förslaget gäller inte längre"),
        plain(why),
        actions=[button("Visa alla förslag", "people.proposals")],
        summary=why,
    )


def outcome(proposal: str, contact: str, *, yes: bool) -> Json:
    """Return the card that tells the proposer what was decided."""
    if yes:
        return card(
            heading("Kansliet har bekräftat"),
            plain(f"Det är klart: du {proposal}."),
            actions=[button("Min kommun", "people.mine")],
            summary=f"Kansliet har bekräftat att du {proposal}.",
        )
    return card(
        heading("Kansliet har inte bekräftat ditt förslag"),
        plain(f"Du föreslog att du {proposal}."),
        markdown(f"Undrar du varför? Mejla kansliet: {web_link(contact, f'mailto:{contact}')}."),
        actions=[button("Min kommun", "people.mine")],
        summary=f"Kansliet har inte bekräftat att du {proposal}.",
    )


def successor(ended: Contact, name: str, place: str, contact: str) -> Json:
    """Return the card that tells the former holder of a seat who has it now."""
    seat = words.seat(ended.seat)
    return card(
        heading("Ditt uppdrag har gått vidare"),
        plain(f"{name} har tagit över efter dig som {seat} för {place}. Tack för det du har gjort!"),
        markdown(f"Stämmer det inte? Mejla kansliet: {web_link(contact, f'mailto:{contact}')}."),
        actions=[button("Min kommun", "people.mine")],
        summary=f"{name} har tagit över efter dig som {seat} för {place}.",
    )


def proposed(row: Proposal) -> str:
    """What somebody says of themselves, in Markdown."""
    mail = f" ({escape(keyed(row.person.id, row.person.mail))})" if row.person.mail else ""
    text = f"**{escape(row.person.called)}**{mail} säger: jag {escape(what(row))}. Skickat {day(row.created_at)}."
    if row.person.left_at is None:
        return text
    return f"{text} **Personen {words.LEFT}**, märkte jag {day(row.person.left_at)}."


def what(row: Proposal) -> str:
    """Return the proposal in words that follow the name: "är kontaktpolitiker för Sotenäs kommun efter Per Ek"."""
    place = row.municipality.full_name
    if row.kind == ProposalKind.BELONGS:
        return f"arbetar för {place}"
    if row.kind == ProposalKind.LEAVES:
        return f"har slutat som kontaktperson för {place}" if row.seat else f"har slutat på {place}"
    before: Person | None = row.replaces.person if row.replaces else None
    after = f" efter {before.called}" if before else ""
    return f"är {words.seat(row.seat)} för {place}{after}"


def named(proposal_id: int, created_at: datetime) -> Json:
    """Return the data of a button about this proposal."""
    return {"proposal": proposal_id, "seen": created_at.isoformat()}


def _row(row: Proposal) -> Json:
    """Return the proposal's id and time for a button. The database uses ids again, and a proposal may change."""
    return named(row.id, row.created_at)
