"""The outcome of each recipient of an announcement, in plain Swedish with the remedy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.announcements.manuscript import MARK_TITLES
from bot.delivery.reach import OUTSIDE
from bot.ports import DeliveryWay, Reason
from bot.register import sheets, subscriptions, words
from bot.swedish import STOCKHOLM, listed
from storage import announcements, copies, news_lists
from storage.announcements import Announcement, AnnouncementState
from storage.news import Why
from storage.news_lists import ListRecipient
from storage.outbox import WITHOUT_ID, State
from storage.outgoing import Operation

MOST_NAMES = 5
"""Names on a card; the report has the rest."""
FINE = ("Framme", "Väntar", "I kanalen")
HEADINGS = (
    "Mottagare",
    "Kommun",
    "Resultat",
    "Väg",
    "Tid",
    "Skäl",
    "Att göra",
    "Tryckte",
    "Rättelse eller återtagande",
)
WIDTHS = (30, 22, 20, 42, 18, 48, 60, 22, 58)
_WAYS = {
    DeliveryWay.CHAT: "i chatten",
    DeliveryWay.NEW_CHAT: "i en ny chatt",
    DeliveryWay.MAIL: "med mejl",
    DeliveryWay.CHANNEL: "i kanalen",
    DeliveryWay.FEED: "som avisering i Teams",
    DeliveryWay.MENTION: "i en tråd",
}
_LISTS = {Why.WEEKLY: "i veckobrevet", Why.CHANNEL: "", Why.NEWCOMER: "i listan till nya medlemmar"}
_REMEDIES = {
    Reason.BLOCKED: "Be personen öppna boten i Teams och häva blockeringen, eller mejla själv.",
    Reason.DISABLED: "Be kommunens Teams-administratör tillåta boten.",
    Reason.NOT_INSTALLED: "Be personen skriva hej till boten, eller fyll i en mejladress i registret.",
    Reason.NOT_IN_ROSTER: "Be personen skriva hej till boten, eller fyll i en mejladress i registret.",
    Reason.GONE: "Be personen skriva hej till boten. En kanal som är borttagen kopplas med koppla temagrupp.",
    Reason.NO_ADDRESS: "Fyll i en mejladress som fungerar i registret.",
    Reason.NO_ROUTE: "Lägg till boten i nätverkets team, eller fyll i en mejladress i registret.",
    Reason.NOT_SET_UP: "Be driften sätta upp botens brevlåda.",
}
_AGAIN = "Välj Skicka om misslyckade."
NO_ID = "Teams gav inget id, så det går inte att rätta eller ta tillbaka."
_OTHERS = {
    State.WAITING: ("Väntar", "", ""),
    State.SENDING: ("Väntar", "", ""),
    State.UNCERTAIN: (
        "Osäkert",
        "Teams svarade inte, så det kan ha kommit fram.",
        "Fråga personen, eller välj Skicka om osäkra.",
    ),
    State.EXPIRED: ("Gick inte fram", "Det gick inte att skicka på sju dagar.", _AGAIN),
}
"""Outcomes whose words are always the same: the outcome, its reason and what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """One recipient."""

    name: str
    town: str
    outcome: str
    way: str = ""
    at: datetime | None = None
    reason: str = ""
    remedy: str = ""
    pressed: str = ""
    change: str = ""
    """What became of a correction or recall."""
    failed: bool = False

    @property
    def cells(self) -> tuple[str, ...]:
        """Return the line as cells of a spreadsheet."""
        time = f"{self.at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}" if self.at else ""
        cells = (
            self.name,
            self.town,
            self.outcome,
            self.way,
            time,
            self.reason,
            self.remedy,
            self.pressed,
            self.change,
        )
        return tuple(sheets.harmless(cell) for cell in cells)


def lines(session: Session, row: Announcement, places: Mapping[str, str]) -> list[Line]:
    """Return every recipient, those that were not reached first. ``places`` has names of channels by conversation."""
    rows = copies.recipients(session, row.subject, f"over:{row.subject}")
    mails = {copy.key.removesuffix(":mail"): copy for copy in rows if copy.operation == Operation.MAIL}
    changes: dict[str, Any] = {}
    for change in (copy for copy in rows if copy.subject != row.subject):
        if change.error != "superseded":
            changes[change.key.rpartition(":v")[0]] = change
    pressed = announcements.marks(session, row.id)
    said_by = {person: listed([MARK_TITLES[mark] for mark in sorted(marks)]) for person, marks in pressed.items()}
    found = []
    for copy in rows:
        if copy.subject != row.subject or copy.operation not in copies.FIRST:
            continue
        name, town = (
            (copy.name, copy.town) if copy.person_id else (f"Kanal: {places.get(copy.conversation_id, '?')}", "")
        )
        mail = mails.get(copy.key)
        outcome, reason, remedy = _outcome(copy)
        change = _change(changes.get(copy.key), changes.get(f"{copy.key}:mail"))
        said, failed = said_by.get(copy.person_id or 0, ""), outcome not in FINE
        way = _way(copy, None if said and mail is not None and mail.state == State.WAITING else mail)  # it is opened
        found.append(Line(name, town, outcome, way, copy.settled_at, reason, remedy, said, change, failed))
    found += [_aside(entry, row, said_by.get(entry.person_id, "")) for entry in news_lists.listed(session, row.id)]
    return sorted(found, key=lambda line: (not line.failed, words.order(line.name)))


def workbook(rows: Iterable[Line]) -> bytes:
    """Return the report as an Excel file."""
    return sheets.workbook("Rapport", [HEADINGS, *(line.cells for line in rows)], WIDTHS)


def unchanged(rows: Iterable[Line]) -> Iterator[Line]:
    """Yield the recipients whose copy could not be corrected or recalled."""
    return (line for line in rows if "gick inte" in line.change.casefold())


def in_mails(session: Session, row: Announcement) -> list[str]:
    """Return the names of the people to whom a list with the announcement went by mail, which nothing corrects."""
    sent = [entry for entry in news_lists.listed(session, row.id) if entry.state == State.SENT]
    return sorted((entry.name for entry in sent if entry.mailed or entry.route in OUTSIDE), key=words.order)


def names(people: Sequence[str]) -> str:
    """Return the first names of a list in Swedish, and how many more there are."""
    more = [f"{len(people) - MOST_NAMES} till"] if len(people) > MOST_NAMES else []
    return listed([*people[:MOST_NAMES], *more])


def _outcome(copy: Any) -> tuple[str, str, str]:
    """Return the outcome, its reason and what to do."""
    if copy.state == State.SENT:
        return "Framme", NO_ID if copy.error == WITHOUT_ID else "", ""
    if copy.state == State.UNREACHABLE:
        reason = Reason(copy.error) if copy.error in list(Reason) else Reason.NO_ROUTE
        return "Gick inte fram", f"{words.capital(words.UNREACHED[reason])}.", _REMEDIES[reason]
    if copy.state == State.CANCELLED:
        tried = "Stoppades efter ett försök, så det kan ha kommit fram." if copy.doubts else "Stoppades innan det gick."
        return "Stoppat", f"{words.capital(words.LEFT)}." if copy.error == "left" else tried, ""
    if copy.state == State.FAILED:
        return "Gick inte fram", f"Teams tog inte emot det ({copy.error}).", f"{_AGAIN} Annars: ge koden till driften."
    return _OTHERS[copy.state]


def _aside(entry: ListRecipient, row: Announcement, pressed: str) -> Line:
    """Return the line of a person who got it in a list, waits for one, or reads it in the channel."""
    outcome, reason, remedy = ("I kanalen", "", "") if entry.why is Why.CHANNEL else ("Väntar", "", "")
    if entry.state is not None:
        outcome, reason, remedy = _outcome(entry)
    elif entry.why is Why.WEEKLY and row.state not in (AnnouncementState.SENDING, AnnouncementState.SENT):
        outcome, reason = "Stoppat", "Stoppades innan veckobrevet gick."
    reason = reason or words.capital(subscriptions.REASONS[entry.why]) + "."
    change, failed = _list_change(entry, row), outcome not in FINE
    way = f"{_LISTS[entry.why]} {_way(entry, None)}".strip()
    return Line(entry.name, entry.town, outcome, way, entry.settled_at, reason, remedy, pressed, change, failed)


def _list_change(entry: ListRecipient, row: Announcement) -> str:
    """Return what became of a correction or recall in the list that a person got before it."""
    changed = row.changed_at if row.state == AnnouncementState.RECALLED else row.corrected_at
    if entry.state != State.SENT or changed is None or entry.settled_at is None or changed < entry.settled_at:
        return ""
    mail = "listan gick med mejl och gick inte att ändra"
    if entry.route in OUTSIDE or entry.error == WITHOUT_ID:
        return words.capital(mail if entry.route in OUTSIDE else NO_ID)
    chat = "kortet är ändrat" if entry.change == State.SENT else "ändras"
    return words.capital(f"{chat}; {mail}" if entry.mailed else chat)


def _way(copy: Any, mail: Any) -> str:
    ways = [_WAYS.get(copy.route, copy.route)] if copy.route else []
    if mail is not None and mail.state == State.SENT:
        ways.append("med mejl")
    elif mail is not None and mail.state == State.WAITING:
        ways.append("med mejl om det inte öppnas")
    return listed(ways)


def _change(*changes: Any) -> str:
    said = []
    for change in changes:
        if change is None:
            continue
        if change.operation == Operation.MAIL:
            said.append(
                "mejlet gick inte att ändra, men ett nytt mejl är skickat"
                if change.state == State.SENT
                else _went(change)
            )
        elif change.error == "target_has_no_id":
            said.append("gick inte att ändra: Teams gav inget id för meddelandet")
        else:
            said.append(_went(change))
    return words.capital("; ".join(said))


def _went(change: Any) -> str:
    match change.state:
        case State.SENT:
            return "kortet är borttaget" if change.operation == Operation.DELETE else "kortet är ändrat"
        case State.WAITING | State.SENDING:
            return "ändras"
        case State.CANCELLED:
            return "behövdes inte"
        case _:
            return f"gick inte att ändra ({change.error})"
