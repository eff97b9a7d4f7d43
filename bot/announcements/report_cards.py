"""What the kansli sees of an announcement that is out: its report, corrections, recalls and reminders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from microsoft_teams.cards import Action, CardElement, Container

from bot.announcements import cards, outcomes, send_cards
from bot.announcements.cards import Edition, button_rows
from bot.announcements.manuscript import CONSULTATION, KINDS, MARK_TITLES, Manuscript
from bot.announcements.outcomes import FINE, Line
from bot.cards import button, card, caution, heading, label, one_line, open_link, paged, plain, small
from bot.message import Json
from bot.swedish import count, next_open
from bot.wording.texts import Flaw
from storage.announcements import Announcement, Mark
from storage.people import Person

ON_PAGE = 8
UNREACHED = "Rättelsen når inte mejlen till {}, där utskicket stod i en lista. Är felet viktigt kan du mejla dem själv."
OUTCOMES = (*FINE, "Gick inte fram", "Osäkert", "Stoppat")


@dataclass(frozen=True, slots=True)
class Presses:
    """What recipients have pressed, and reminders to those who have pressed nothing."""

    counts: Counter[str]
    silent: int
    """How many can be reminded now; 0 if nobody may be."""
    reminded: int
    viewpoints: int = 0
    """How many points of view have come in, on a consultation."""


def report(row: Announcement, lines: Sequence[Line], pressed: Presses, page: int, notice: str = "") -> Json:
    """Return the outcomes in numbers, and the recipients that were not reached with the reason and the remedy."""
    tally = Counter(line.outcome for line in lines)
    failed = [line for line in lines if line.failed]
    kept = [line.name for line in outcomes.unchanged(lines)]
    shown = paged(failed, page, ON_PAGE, "announcements.report", announcement=row.id)
    body: list[CardElement] = [heading(f"Rapport: {row.heading}"), *([caution(notice)] if notice else [])]
    numbers = [f"{name}: {tally[name]}" for name in OUTCOMES if tally[name]]
    body += [plain(line) for line in numbers]
    body += [plain(f"{MARK_TITLES[mark]}: {pressed.counts[mark]}") for mark in _marks(row, pressed.counts)]
    body += [plain(f"Synpunkter: {pressed.viewpoints}")] if row.kind == CONSULTATION else []
    body += [plain(f"Har inte tryckt och kan påminnas: {pressed.silent}")] if pressed.silent else []
    body += [plain(f"Påminda: {pressed.reminded}")] if pressed.reminded else []
    if kept:
        body.append(caution(f"{count(len(kept), 'kopia', 'kopior')} gick inte att ändra: {outcomes.names(kept)}."))
    if failed:
        kinds = {line.outcome for line in failed}
        body.append(label(kinds.pop() if len(kinds) == 1 else "Gick inte säkert fram"))
    for line in shown.shown:
        body.append(plain(f"{line.name}{f', {line.town}' if line.town else ''}: {line.outcome.lower()}"))
        body.append(small(f"{line.reason} {line.remedy}".strip()))
    body += [small(shown.place)] if shown.last else []
    known: dict[str, Any] = {"announcement": row.id}
    again: list[Action] = (
        [button("Skicka om misslyckade", "announcements.resend", **known)] if tally["Gick inte fram"] else []
    )
    again += [button("Skicka om osäkra", "announcements.ask_uncertain", **known)] if tally["Osäkert"] else []
    again += [button("Påminn om att trycka", "announcements.ask_nudge", **known)] if pressed.silent else []
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
class Correction:
    """A correction to look over, with what is wrong in it."""

    content: Manuscript
    problems: Sequence[Flaw]
    numbers: str
    """How many wait and get it at once, as a sentence; or empty."""
    mailed: Sequence[str] = ()
    """The names of the people to whom a list with it went by mail, which no correction reaches."""
    reviewers: Sequence[Person] = ()
    """The colleagues of whom one must approve it; empty if nobody must."""


def correction(row: Announcement, made: Correction, now: datetime) -> Json:
    """Show a correction before it replaces the copies. The button brings the content along."""
    content, problems, numbers = made.content, made.problems, made.numbers
    known: dict[str, Any] = {"announcement": row.id, "version": row.version}
    edition = Edition(row.id, row.version + 1, content, cards.clock(now))
    go = button("Skicka rättelsen", "announcements.send_correction", style="positive", **{**content.data, **known})
    ask = button("Be någon granska", "announcements.request_correction", style="positive", **{**content.data, **known})
    to_many = "Utskicket har gått till så många att en till på kansliet ska granska rättelsen."
    return card(
        small("Så här ser rättelsen ut"),
        Container(style="emphasis", items=cards.body(edition)),
        *(caution(problem.text) if problem.blocks else small(f"Obs: {problem.text}") for problem in problems),
        plain(f"Kort i Teams byts ut på plats. Den som har fått ett mejl får en rättelse med mejl. {numbers}"),
        *([caution(UNREACHED.format(outcomes.names(made.mailed)))] if made.mailed else []),
        *([plain(to_many), send_cards.reviewer_input(made.reviewers)] if made.reviewers else []),
        *cards.button_rows(
            ask if made.reviewers else go,
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


def ask_nudge(row: Announcement, number: int, now: datetime) -> Json:
    """Ask before people who have pressed nothing are reminded."""
    who = count(number, "person har", "personer har")
    opens = next_open(now)
    when = "" if opens == now else f" Påminnelsen går {cards.moment(opens)}."
    text = f"{who} inte tryckt på någon knapp. Vill du påminna dem?{when}"
    rule = "De påminns som de har valt: i chatten eller med mejl. Den som fick utskicket senaste dygnet påminns inte."
    return card(
        heading("Påminn dem som inte tryckt?"),
        plain(text),
        small(rule),
        actions=[
            button("Ja, påminn", "announcements.nudge", style="positive", announcement=row.id, version=row.version),
            button("Nej", "announcements.report", announcement=row.id),
        ],
        summary=text,
    )


def _marks(row: Announcement, pressed: Counter[str]) -> list[Mark]:
    return [mark for mark in Mark if mark in KINDS[row.kind].marks or pressed[mark]]
