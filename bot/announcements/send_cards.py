"""The kansli's cards for approving, sending, correcting and taking back an announcement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Any

from microsoft_teams.cards import CardElement, Container
from sqlalchemy.orm import Session

from bot.announcements import cards
from bot.announcements.cards import Edition
from bot.announcements.desk_cards import REPEATS, STATE_NAMES
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
from bot.swedish import STOCKHOLM, count, date_of, next_open
from storage import copies, news, viewpoints
from storage.announcements import Announcement, AnnouncementState
from storage.news import Why
from storage.outbox import State
from storage.people import Person

IN_LISTS = {Why.WEEKLY: "I veckobrevet", Why.CHANNEL: "Bara i kanalen", Why.NEWCOMER: "Nya medlemmar"}


@dataclass(frozen=True, slots=True)
class Progress:
    """How a sending stands."""

    sent: int
    left: int
    failed: int
    uncertain: int
    stopped: int
    aside: Mapping[Why, int]
    """How many chose to get it another way, by the reason."""
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
        aside, minutes = news.tally(session, row.id), ceil(left / rate / 60)
        numbers = tally[State.SENT], left, failed, tally[State.UNCERTAIN], stopped
        return cls(*numbers, aside, minutes, viewpoints.count(session, row.id))


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
    often = [(every.value, title.capitalize()) for every, title in REPEATS.items()]
    return card(
        heading("När ska utskicket gå?"),
        plain(f"”{one_line(row.heading)}”. Tiden gäller i Sverige."),
        date_input("day", "Dag", first=date_of(now), value=_next_day(now)),
        text_input("time", "Klockslag, till exempel 08.30", value="08.30", required="Skriv ett klockslag.", most=10),
        choice_input("repeats", "Upprepa", [("once", "Bara en gång"), *often], value="once"),
        text_input("times", "Om det upprepas: antal gånger", most=3),
        date_input("until", "Om det upprepas: till och med", first=date_of(now)),
        small("Utan antal och slutdag upprepas det tills du trycker Avschemalägg."),
        actions=[
            button("Schemalägg", "announcements.schedule", style="positive", announcement=row.id, version=row.version),
            button("Tillbaka", "announcements.open", alone=True, announcement=row.id),
        ],
        summary="När ska utskicket gå?",
    )


def _next_day(now: datetime) -> date:
    """Return the first working day after today in Sweden, on which the time that the form suggests is still ahead."""
    return date_of(next_open(datetime.combine(date_of(now) + timedelta(days=1), time(), STOCKHOLM)))


def ask_review(row: Announcement, others: Sequence[Person]) -> Json:
    """Ask which colleague should look at it."""
    known: dict[str, Any] = {"announcement": row.id, "version": row.version}
    return card(
        heading("Vem ska granska?"),
        plain("Den du väljer får ett kort med utskicket och kan godkänna det."),
        reviewer_input(others),
        actions=[
            button("Skicka för granskning", "announcements.request_review", style="positive", **known),
            button("Tillbaka", "announcements.open", alone=True, announcement=row.id),
        ],
        summary="Vem ska granska?",
    )


def reviewer_input(others: Sequence[Person]) -> CardElement:
    """Return the choice of a colleague who reviews."""
    choices = [(str(person.id), person.name or person.mail or "?") for person in others]
    return choice_input("reviewer", "Kollega på kansliet", choices, value=choices[0][0])


def review_correction(row: Announcement, content: Manuscript, asker: Person, now: datetime) -> Json:
    """Return the card for the colleague who is asked to approve a correction. The button brings the content along."""
    known: dict[str, Any] = {"announcement": row.id, "version": row.version, "writer": asker.id}
    edition = Edition(row.id, row.version + 1, content, cards.clock(now))
    return card(
        heading("Granska en rättelse"),
        plain(f"{asker.called} vill rätta ett utskick som har gått. Så här blir det:"),
        Container(style="emphasis", items=cards.body(edition)),
        *cards.button_rows(
            button("Godkänn och skicka", "announcements.approve_correction", style="positive", **content.data, **known),
            button("Visa läget", "announcements.open", announcement=row.id),
        ),
        summary=f"{asker.called} ber dig granska en rättelse: {row.heading}",
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


def approved(row: Announcement, by: str) -> Json:
    """Tell the person who wrote it that a colleague has approved it."""
    text = f"{by} har godkänt utskicket ”{one_line(row.heading, 60)}”. Det är inte skickat än."
    return card(
        plain(text), actions=[button("Öppna utskicket", "announcements.open", announcement=row.id)], summary=text
    )


def started(row: Announcement, lost: Sequence[str]) -> Json:
    """Say that the sending has begun, and to which channels it can't go. The card with the numbers comes by itself."""
    text = "Utskicket är på väg. Kortet här under visar hur det går."
    actions = [button("Visa läget", "announcements.open", announcement=row.id)]
    missing = [caution(f"{name} har ingen kanal i Teams, så dit går det inte.") for name in lost]
    return card(heading(row.heading), plain(text), *missing, actions=actions, summary=f"{row.heading}: {text}")


def progress(row: Announcement, found: Progress, notice: str = "") -> Json:
    """Return how the sending goes, or went. It is the card that lives.

    While it moves, what its buttons lead to is shown below it: the next numbers would replace a form half filled in.
    """
    state = AnnouncementState(row.state)
    known: dict[str, Any] = {"announcement": row.id, "version": row.version}
    lines = _numbers(row, found)
    going = state is AnnouncementState.SENDING
    moves = bool(going or found.left or row.spread_version < row.version)
    away: dict[str, Any] = {"below": True} if moves else {}
    actions = [
        *([button("Uppdatera", "announcements.open", announcement=row.id)] if moves else []),
        *([button("Avbryt utskicket", "announcements.stop", style="destructive", **known)] if going else []),
        button("Rapport", "announcements.report", announcement=row.id, **away),
    ]
    if row.kind == CONSULTATION:
        actions.append(button("Synpunkter", "consultations.list", announcement=row.id, **away))
    more = [button("Kopiera", "announcements.copy", announcement=row.id, **away)]
    if state is not AnnouncementState.RECALLED:
        more = [
            button("Rätta", "announcements.correct", **known, **away),
            button("Ta tillbaka", "announcements.ask_recall", **known, **away),
            *more,
        ]
    return card(
        small(f"{KINDS[row.kind].title} · {STATE_NAMES[state]}"),
        heading(row.heading),
        *([caution(notice)] if notice else []),
        *(plain(line) for line in lines),
        *([small(f"Rättad {cards.moment(row.corrected_at)}.")] if row.corrected_at else []),
        *([small("Rapporten säger var det inte gick att ta tillbaka.")] if state is AnnouncementState.RECALLED else []),
        *cards.button_rows(*actions, *more),
        summary=f"{STATE_NAMES[state]}: {row.heading}. {'. '.join(lines)}.",
    )


def _numbers(row: Announcement, found: Progress) -> list[str]:
    """Return what a sending's card counts, a line for each."""
    lines = [f"Skickade: {found.sent}", f"Kvar: {found.left}", f"Gick inte fram: {found.failed}"]
    lines += [f"Osäkra: {found.uncertain}"] if found.uncertain else []
    lines += [f"Stoppade: {found.stopped}"] if found.stopped else []
    lines += [f"{IN_LISTS[why]}: {number}" for why, number in sorted(found.aside.items())]
    lines += [f"Synpunkter: {found.viewpoints}"] if row.kind == CONSULTATION else []
    if row.state == AnnouncementState.SENDING and found.left:
        lines.append(f"Klart om högst {count(found.minutes, 'minut', 'minuter')}")
    elif row.ended_at is not None:
        stopped = row.state == AnnouncementState.CANCELLED
        lines.append(f"{'Avbrutet' if stopped else 'Klart'} {cards.moment(row.ended_at)}")
    return lines


def halted(row: Announcement, why: str) -> Json:
    """Say that a scheduled announcement did not go, or that one under way was stopped. Shown before the row changes."""
    ways = [button("Öppna utskicket", "announcements.open", announcement=row.id)]
    if row.state != AnnouncementState.SCHEDULED:
        text = "Utskicket är stoppat och kan inte fortsätta. Rapporten säger vilka som fick det."
        text += " Ska fler få det? Tryck Kopiera och välj mottagare igen."
        ways.append(button("Kopiera", "announcements.copy", announcement=row.id, below=True))
    else:
        again = " och upprepas inte mer" if row.repeats else ""
        text = f"Det schemalagda utskicket gick inte iväg{again}. Det ligger kvar som utkast."
    return card(
        heading(row.heading),
        caution(text),
        plain(why),
        actions=ways,
        summary=f"{row.heading}: {text}",
    )
