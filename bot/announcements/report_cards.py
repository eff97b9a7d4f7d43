"""The report of an announcement: each recipient's outcome in plain Swedish, on a card and as a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from microsoft_teams.cards import Action, CardElement
from sqlalchemy.orm import Session

from bot.announcements.cards import button_rows
from bot.announcements.manuscript import CONSULTATION, KINDS, MARK_TITLES
from bot.cards import button, card, caution, heading, label, open_link, paged, plain, small
from bot.message import Json
from bot.ports import DeliveryWay, Reason
from bot.register import sheets, words
from bot.swedish import STOCKHOLM, count, listed
from storage import announcements, copies
from storage.announcements import Announcement, Mark
from storage.outbox import WITHOUT_ID, State
from storage.outgoing import Operation

ON_PAGE = 8
OUTCOMES = ("Framme", "Väntar", "Gick inte fram", "Osäkert", "Stoppat")
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
WIDTHS = (30, 22, 20, 24, 18, 48, 60, 22, 44)
_WAYS = {
    DeliveryWay.CHAT: "i chatten",
    DeliveryWay.NEW_CHAT: "i en ny chatt",
    DeliveryWay.MAIL: "med mejl",
    DeliveryWay.CHANNEL: "i kanalen",
    DeliveryWay.FEED: "som avisering i Teams",
    DeliveryWay.MENTION: "i en tråd",
}
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


def report(
    row: Announcement, lines: Sequence[Line], pressed: Counter[str], page: int, notice: str = "", *, viewpoints: int = 0
) -> Json:
    """Return the outcomes in numbers, and the recipients that were not reached with the reason and the remedy."""
    outcomes = Counter(line.outcome for line in lines)
    failed = [line for line in lines if line.failed]
    kept = len(list(unchanged(lines)))
    shown = paged(failed, page, ON_PAGE, "announcements.report", announcement=row.id)
    body: list[CardElement] = [heading(f"Rapport: {row.heading}"), *([caution(notice)] if notice else [])]
    numbers = [f"{name}: {outcomes[name]}" for name in OUTCOMES if outcomes[name]]
    body += [plain(line) for line in numbers]
    body += [plain(f"{MARK_TITLES[mark]}: {pressed[mark]}") for mark in _marks(row, pressed)]
    body += [plain(f"Synpunkter: {viewpoints}")] if row.kind == CONSULTATION else []
    if kept:
        body.append(caution(f"{count(kept, 'kopia', 'kopior')} gick inte att ändra. Excelfilen säger vilka."))
    if failed:
        body.append(label("Gick inte fram"))
    for line in shown.shown:
        body.append(plain(f"{line.name}{f', {line.town}' if line.town else ''}: {line.outcome.lower()}"))
        body.append(small(f"{line.reason} {line.remedy}".strip()))
    body += [small(shown.place)] if shown.last else []
    known: dict[str, Any] = {"announcement": row.id}
    again: list[Action] = (
        [button("Skicka om misslyckade", "announcements.resend", **known)] if outcomes["Gick inte fram"] else []
    )
    again += [button("Skicka om osäkra", "announcements.ask_uncertain", **known)] if outcomes["Osäkert"] else []
    actions = [
        *shown.turns,
        *again,
        *([button("Synpunkter", "consultations.list", **known)] if row.kind == CONSULTATION else []),
        button("Hämta som Excel", "announcements.excel", **known),
        button("Tillbaka", "announcements.open", **known),
    ]
    summary = ", ".join(numbers)
    return card(*body, *button_rows(*actions), summary=f"Rapport: {row.heading}. {summary}")


def file(row: Announcement, url: str) -> Json:
    """Return the link to the report as a file."""
    text = "Länken fungerar en gång, i 15 minuter. Filen har namn på personer: spara den inte längre än du behöver."
    return card(
        heading("Rapporten som Excel"),
        plain(text),
        actions=[open_link("Hämta filen", url), button("Tillbaka", "announcements.report", announcement=row.id)],
        summary=text,
    )


def no_link(row: Announcement) -> Json:
    """Return the same for a repeated press: the link is kept nowhere."""
    text = "Den länken är redan visad. Ta fram en ny."
    return card(plain(text), actions=[button("Ny länk", "announcements.excel", announcement=row.id)], summary=text)


def ask_uncertain(row: Announcement, number: int) -> Json:
    """Ask before messages are sent that may have arrived already."""
    who = count(number, "mottagare", "mottagare")
    text = f"Teams svarade inte för {who}. De kan ha fått utskicket, och får det då två gånger. Vill du skicka om?"
    return card(
        heading("Skicka om osäkra?"),
        plain(text),
        actions=[
            button("Ja, skicka om", "announcements.resend_uncertain", style="destructive", announcement=row.id),
            button("Nej", "announcements.report", announcement=row.id),
        ],
        summary=text,
    )


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
    found = []
    for copy in rows:
        if copy.subject != row.subject or copy.operation not in copies.FIRST:
            continue
        name, town = (
            (copy.name, copy.town) if copy.person_id else (f"Kanal: {places.get(copy.conversation_id, '?')}", "")
        )
        mail = mails.get(copy.key)
        said = listed([MARK_TITLES[mark] for mark in sorted(pressed.get(copy.person_id or 0, ()))])
        shown = (*_outcome(copy), _change(changes.get(copy.key), changes.get(f"{copy.key}:mail")))
        outcome, reason, remedy, change_words = shown
        found.append(
            Line(
                name=name,
                town=town,
                outcome=outcome,
                way=_way(copy, mail),
                at=copy.settled_at,
                reason=reason,
                remedy=remedy,
                pressed=said,
                change=change_words,
                failed=outcome not in ("Framme", "Väntar"),
            )
        )
    return sorted(found, key=lambda line: (not line.failed, words.order(line.name)))


def workbook(rows: Iterable[Line]) -> bytes:
    """Return the report as an Excel file."""
    return sheets.workbook("Rapport", [HEADINGS, *(line.cells for line in rows)], WIDTHS)


def unchanged(rows: Iterable[Line]) -> Iterator[Line]:
    """Yield the recipients whose copy could not be corrected or recalled."""
    return (line for line in rows if "gick inte" in line.change.casefold())


def _outcome(copy: Any) -> tuple[str, str, str]:
    """Return the outcome, its reason and what to do."""
    if copy.state == State.SENT:
        return "Framme", NO_ID if copy.error == WITHOUT_ID else "", ""
    if copy.state == State.UNREACHABLE:
        reason = Reason(copy.error) if copy.error in list(Reason) else Reason.NO_ROUTE
        return "Gick inte fram", words.capital(words.UNREACHED[reason]), _REMEDIES[reason]
    if copy.state == State.CANCELLED:
        tried = "Stoppades efter ett försök, så det kan ha kommit fram." if copy.doubts else "Stoppades innan det gick."
        return "Stoppat", words.capital(words.LEFT) if copy.error == "left" else tried, ""
    if copy.state == State.FAILED:
        return "Gick inte fram", f"Teams tog inte emot det ({copy.error}).", f"{_AGAIN} Annars: ge koden till driften."
    return _OTHERS[copy.state]


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


def _marks(row: Announcement, pressed: Counter[str]) -> list[Mark]:
    return [mark for mark in Mark if mark in KINDS[row.kind].marks or pressed[mark]]
