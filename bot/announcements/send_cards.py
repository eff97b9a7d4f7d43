"""The kansli's cards for approving, sending, correcting and taking back an announcement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from microsoft_teams.cards import Container
from sqlalchemy.orm import Session

from bot.announcements import cards
from bot.announcements.cards import Edition
from bot.announcements.checks import Flaw
from bot.announcements.desk_cards import STATE_NAMES
from bot.announcements.manuscript import CONSULTATION, KINDS, Manuscript
from bot.cards import (
    button,
    card,
    caution,
    choice_input,
    date_input,
    heading,
    one_line,
    plain,
    small,
    text_input,
)
from bot.message import Json
from bot.swedish import STOCKHOLM, count, date_of
from storage import copies, viewpoints
from storage.announcements import Announcement, AnnouncementState
from storage.outbox import State
from storage.people import Person


@dataclass(frozen=True, slots=True)
class Progress:
    """How a sending stands."""

    sent: int
    left: int
    failed: int
    uncertain: int
    stopped: int
    minutes: int
    """How long the rest takes, at most; 0 if nothing is left."""
    viewpoints: int
    """How many points of view have come, if it is a consultation."""

    @classmethod
    def of(cls, session: Session, row: Announcement, rate: int) -> Progress:
        """Return the numbers as they are now. ``rate`` is in messages a second."""
        tally = copies.tally(session, row.subject)
        left = tally[State.WAITING] + tally[State.SENDING]
        failed = tally[State.FAILED] + tally[State.UNREACHABLE] + tally[State.EXPIRED]
        stopped = tally[State.CANCELLED]
        numbers = tally[State.SENT], left, failed, tally[State.UNCERTAIN], stopped
        return cls(*numbers, ceil(left / rate / 60), viewpoints.count(session, row.id))


def outside_hours(row: Announcement, now: datetime, opens: datetime, numbers: str) -> Json:
    """Ask whether to send although people are not at work."""
    known: dict[str, Any] = {"announcement": row.id, "version": row.version}
    local = opens.astimezone(STOCKHOLM)
    text = f"Nu är det {cards.moment(now)}, utanför arbetstid. Vill du ändå skicka till {numbers}?"
    return card(
        heading("Skicka utanför arbetstid?"),
        plain(text),
        plain(f"Nästa arbetstid börjar {cards.moment(opens)}."),
        *cards.button_rows(
            button(
                "Vänta till dess",
                "announcements.schedule",
                style="positive",
                day=f"{local:%Y-%m-%d}",
                time=f"{local:%H.%M}",
                **known,
            ),
            button("Skicka ändå", "announcements.send_anyway", **known),
            button("Tillbaka", "announcements.open", announcement=row.id),
        ),
        summary=text,
    )


def ask_schedule(row: Announcement, now: datetime) -> Json:
    """Return the form of a time."""
    return card(
        heading("När ska utskicket gå?"),
        plain(f"”{one_line(row.heading)}”. Tiden gäller i Sverige."),
        date_input("day", "Dag", first=date_of(now)),
        text_input("time", "Klockslag, till exempel 08.30", value="08.30", required="Skriv ett klockslag.", most=10),
        actions=[
            button("Schemalägg", "announcements.schedule", style="positive", announcement=row.id, version=row.version),
            button("Tillbaka", "announcements.open", alone=True, announcement=row.id),
        ],
        summary="När ska utskicket gå?",
    )


def ask_review(row: Announcement, others: Sequence[Person]) -> Json:
    """Ask which colleague should look at it."""
    known: dict[str, Any] = {"announcement": row.id, "version": row.version}
    choices = [(str(person.id), person.name or person.mail or "?") for person in others]
    return card(
        heading("Vem ska granska?"),
        plain("Den du väljer får ett kort med utskicket och kan godkänna det."),
        choice_input("reviewer", "Kollega på kansliet", choices, value=choices[0][0]),
        actions=[
            button("Skicka för granskning", "announcements.request_review", style="positive", **known),
            button("Tillbaka", "announcements.open", alone=True, announcement=row.id),
        ],
        summary="Vem ska granska?",
    )


def review(row: Announcement, asker: str, to: str) -> Json:
    """Return the card for the colleague who is asked to approve."""
    known: dict[str, Any] = {"announcement": row.id, "version": row.version}
    return card(
        heading("Granska ett utskick"),
        plain(f"{asker} ber dig läsa igenom det här innan det skickas."),
        Container(style="emphasis", items=cards.body(Edition.of(row))),
        plain(f"Till: {to}"),
        *cards.button_rows(
            button("Godkänn", "announcements.approve", style="positive", **known),
            button("Öppna och ändra", "announcements.open", announcement=row.id),
        ),
        summary=f"{asker} ber dig granska: {row.heading}",
    )


def started(row: Announcement) -> Json:
    """Say that the sending has begun. The card with the numbers comes by itself."""
    text = "Utskicket är på väg. Kortet här under visar hur det går."
    actions = [button("Visa läget", "announcements.open", announcement=row.id)]
    return card(heading(row.heading), plain(text), actions=actions, summary=f"{row.heading}: {text}")


def progress(row: Announcement, found: Progress, notice: str = "") -> Json:
    """Return how the sending goes, or went. It is the card that lives."""
    state = AnnouncementState(row.state)
    known: dict[str, Any] = {"announcement": row.id, "version": row.version}
    lines = [f"Skickade: {found.sent}", f"Kvar: {found.left}", f"Gick inte fram: {found.failed}"]
    lines += [f"Osäkra: {found.uncertain}"] if found.uncertain else []
    lines += [f"Stoppade: {found.stopped}"] if found.stopped else []
    lines += [f"Synpunkter: {found.viewpoints}"] if row.kind == CONSULTATION else []
    if state is AnnouncementState.SENDING and found.left:
        lines.append(f"Klart om högst {count(found.minutes, 'minut', 'minuter')}")
    elif row.ended_at is not None:
        lines.append(f"Klart {cards.moment(row.ended_at)}")
    going = state is AnnouncementState.SENDING
    actions = [
        button("Uppdatera", "announcements.open", announcement=row.id),
        *([button("Avbryt utskicket", "announcements.stop", style="destructive", **known)] if going else []),
        button("Rapport", "announcements.report", announcement=row.id),
    ]
    if row.kind == CONSULTATION:
        actions.append(button("Synpunkter", "consultations.list", announcement=row.id))
    more = [button("Kopiera", "announcements.copy", announcement=row.id)]
    if state is not AnnouncementState.RECALLED:
        more = [
            button("Rätta", "announcements.correct", **known),
            button("Ta tillbaka", "announcements.ask_recall", **known),
            *more,
        ]
    return card(
        small(f"{KINDS[row.kind].title} · {STATE_NAMES[state]}"),
        heading(row.heading),
        *([caution(notice)] if notice else []),
        *(plain(line) for line in lines),
        *([small(f"Rättad {cards.moment(row.corrected_at)}.")] if row.corrected_at else []),
        *cards.button_rows(*actions, *more),
        summary=f"{STATE_NAMES[state]}: {row.heading}. {'. '.join(lines)}.",
    )


def halted(row: Announcement, why: str) -> Json:
    """Say that a scheduled announcement did not go."""
    text = "Det schemalagda utskicket gick inte iväg. Det ligger kvar som utkast."
    return card(
        heading(row.heading),
        caution(text),
        plain(why),
        actions=[button("Öppna utkastet", "announcements.open", announcement=row.id)],
        summary=f"{row.heading}: {text}",
    )


def correction(row: Announcement, content: Manuscript, problems: Sequence[Flaw], numbers: str, now: datetime) -> Json:
    """Show a correction before it replaces the copies. The button brings the content along."""
    known: dict[str, Any] = {"announcement": row.id, "version": row.version}
    edition = Edition(row.id, row.version + 1, content, cards.clock(now))
    return card(
        small("Så här ser rättelsen ut"),
        Container(style="emphasis", items=cards.body(edition)),
        *(caution(problem.text) if problem.blocks else small(f"Obs: {problem.text}") for problem in problems),
        plain(f"Kort i Teams byts ut på plats. Den som har fått ett mejl får en rättelse med mejl. {numbers}"),
        *cards.button_rows(
            button("Skicka rättelsen", "announcements.send_correction", style="positive", **{**content.data, **known}),
            button("Ändra mer", "announcements.correct", **{**content.data, **known}),
            button("Avbryt", "announcements.open", announcement=row.id),
        ),
        summary=f"Rättelse av {row.heading}",
    )


def ask_recall(row: Announcement) -> Json:
    """Ask how to take it back."""
    known: dict[str, Any] = {"announcement": row.id, "version": row.version}
    text = (
        "Det som inte har gått stoppas. Korten i Teams byts mot ”Återtaget”. Mejl går inte att ta tillbaka, men den "
        "som har fått ett får veta att det är återtaget."
    )
    return card(
        heading(f"Ta tillbaka ”{one_line(row.heading, 60)}”?"),
        plain(text),
        *cards.button_rows(
            button("Visa Återtaget", "announcements.recall", style="destructive", **known),
            button("Ta även bort korten", "announcements.recall", style="destructive", delete=True, **known),
            button("Låt bli", "announcements.open", announcement=row.id),
        ),
        summary=text,
    )
