"""An announcement as its recipients see it, in the chat and as a mail."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from microsoft_teams.cards import Action, CardElement

from bot.announcements import manuscript
from bot.announcements.manuscript import CONSULTATION, KINDS, MARK_SAID, MARK_TITLES, MARK_UNDO, Manuscript
from bot.cards import button, buttons, card, caution, heading, image, label, markdown, open_link, small
from bot.message import Json
from bot.swedish import MONTHS, STOCKHOLM, WEEKDAYS, day, listed
from storage.announcements import Announcement, Mark
from storage.outgoing import AsMail

WHY = "Du får mejlet för att du är med i Sveriges Ekokommuners nätverk."

ROW = 38
"""Characters that fit in one row of a card of 300 px."""
BUTTON_EDGES = 6
"""Characters that a button's edges and the gap after it take the room of."""


@dataclass(frozen=True, slots=True)
class Edition:
    """An announcement at one version, ready to show."""

    number: int
    version: int
    content: Manuscript
    corrected: str = ""
    """The time of the correction, for copies that replace an earlier one."""

    @classmethod
    def of(cls, row: Announcement, *, again: bool = False) -> Edition:
        """Return the newest version of a row. ``again`` says that it replaces a copy that somebody has."""
        corrected = clock(row.corrected_at) if again and row.corrected_at else ""
        return cls(row.id, row.version, Manuscript.of(row), corrected)


def clock(moment: datetime) -> str:
    """Return the time of day in Stockholm: "14.32"."""
    return f"{moment.astimezone(STOCKHOLM):%H.%M}"


def moment(when: datetime) -> str:
    """Return the day and time in Stockholm: "tisdag den 24 november 2026 kl. 14.32"."""
    return f"{WEEKDAYS[when.astimezone(STOCKHOLM).weekday()]} {day(when)} kl. {clock(when)}"


def button_rows(*actions: Action) -> list[CardElement]:
    """Return buttons for the middle of a card, in rows that a panel of 300 px shows whole."""
    lines: list[list[Action]] = []
    room = 0
    for action in actions:
        width = len(getattr(action, "title", None) or "") + BUTTON_EDGES
        if width > room:
            lines.append([])
            room = ROW
        lines[-1].append(action)
        room -= width
    return [buttons(*line) for line in lines]


def announcement(edition: Edition, marks: Collection[Mark] = ()) -> Json:
    """Return the card; with what this person has said, if they have pressed."""
    return card(
        *body(edition, marks),
        *button_rows(*_marks(edition, marks)),
        summary=f"{KINDS[edition.content.kind].title}: {edition.content.heading}",
    )


def body(edition: Edition, marks: Collection[Mark] = ()) -> list[CardElement]:
    """Return the card without its buttons at the bottom."""
    content = edition.content
    kind = KINDS[content.kind]
    links = _links(content)
    return [
        small(f"{kind.title} från kansliet{' · Viktigt' if content.important else ''}"),
        heading(content.heading),
        *([caution(f"Rättad kl. {edition.corrected}.")] if edition.corrected else []),
        *([image(content.image_url, content.image_alt)] if manuscript.shows_picture(content) else []),
        *([markdown(content.text)] if content.text else []),
        *([label(last)] if (last := _last_day_unless_told(content)) else []),
        *button_rows(*links),
        *(small(_said(mark, content)) for mark in kind.marks if mark in marks),
    ]


def titles(kind: str) -> list[str]:
    """Return the titles of the buttons at the bottom of the card, before anybody has pressed."""
    edition = Edition(0, 0, Manuscript(kind, ""))
    return [str(getattr(action, "title", "")) for action in _marks(edition, ())]


def recalled(row: Announcement) -> Json:
    """Return the card that replaces a recalled announcement."""
    text = "Kansliet har tagit tillbaka det här utskicket. Du behöver inte göra något."
    title = f"Återtaget: {row.heading}"
    return card(heading(title), markdown(text), summary=f"{title}. {text}")


def mail(edition: Edition) -> AsMail:
    """Return the mail. Its buttons do not work, so it says what to press in the chat."""
    content = edition.content
    kind = KINDS[content.kind]
    links = "\n".join(f"- [{title}]({url})" for title, url in content.links)
    presses = [f"**{MARK_TITLES[mark]}**" for mark in kind.marks if mark is not Mark.READ]
    parts = (
        f"**Rättad kl. {edition.corrected}.** Det här ersätter ett tidigare mejl." if edition.corrected else "",
        content.text,
        f"**{last}**" if (last := _last_day_unless_told(content)) else "",
        f"Bild: {content.image_alt} [Öppna bilden]({content.image_url})" if content.image_url else "",
        links,
        f"Öppna chatten i Teams och tryck {' eller '.join(presses)} om det passar er." if presses else "",
        "Vill ni svara? Skriv **lämna synpunkt** till mig i chatten." if content.kind == CONSULTATION else "",
    )
    subject = f"Rättelse: {content.heading}" if edition.corrected else content.heading
    return AsMail(subject, "\n\n".join(part for part in parts if part), WHY)


def recalled_mail(row: Announcement) -> AsMail:
    """Return the mail to people whose copy is a mail, which nobody can take back."""
    text = f"Kansliet har tagit tillbaka utskicket ”{row.heading}”. Bortse från det tidigare mejlet."
    return AsMail(f"Återtaget: {row.heading}", text, WHY)


def reminder(edition: Edition, left: str) -> tuple[Json, AsMail]:
    """Return the reminder before the last day, as a card and as a mail. ``left`` says how long it is: "i morgon"."""
    content = edition.content
    text = f"{_last_day(content)}. Det är {left}. Du får påminnelsen för att du tryckte **Intresserad**."
    drop = button(
        MARK_UNDO[Mark.INTERESTED], "announcements.unmark", announcement=edition.number, mark=Mark.INTERESTED.value
    )
    shown = card(
        heading(content.heading), markdown(text), actions=[*_links(content), drop], summary=f"{content.heading}. {text}"
    )
    mailed = "\n".join([text, *(f"- [{title}]({url})" for title, url in content.links)])
    return shown, AsMail(f"Sista dag {left}: {content.heading}", mailed, "Du får mejlet för att du är intresserad.")


def nudge(row: Announcement) -> tuple[Json, AsMail]:
    """Return the reminder to people who have pressed nothing, as a card and as a mail.

    It has nothing of the text, because nobody corrects or recalls it. Its button shows the newest version.
    """
    edition = Edition.of(row)
    content = edition.content
    marks = _marks(edition, ())[:-1]  # without the question to the kansli
    press = listed([f"**{MARK_TITLES[mark]}**" for mark in KINDS[content.kind].marks], "eller")
    text = f"Du fick det här från kansliet {day(row.sent_at or row.changed_at)}. Tryck {press}, så vet kansliet."
    if Mark.READ not in KINDS[content.kind].marks:
        text += " Passar det inte er behöver du inte göra något."
    show = button("Visa utskicket", "announcements.show", style="positive", announcement=row.id)
    shown = card(
        small(f"Påminnelse · {KINDS[content.kind].title}"),
        heading(content.heading),
        markdown(text),
        *button_rows(show, *marks),
        summary=f"Påminnelse: {content.heading}",
    )
    mailed = f"{text} Knapparna finns i chatten i Teams."
    return shown, AsMail(f"Påminnelse: {content.heading}"[:120], mailed, WHY)


def _links(content: Manuscript) -> list[Action]:
    """Return the link buttons. A draft may have an address that opens nothing, which no client would show."""
    return [open_link(title, url) for title, url in content.links if manuscript.opens(url)]


def _last_day(content: Manuscript) -> str:
    if content.last_date is None:
        return ""
    return f"Sista dag: {WEEKDAYS[content.last_date.weekday()]} {day(content.last_date)}"


def _last_day_unless_told(content: Manuscript) -> str:
    """Return the last day; empty if the text says that day with its year."""
    last = content.last_date
    told = last and re.search(rf"\b{last.day} {MONTHS[last.month - 1]} {last.year}\b", content.text, re.IGNORECASE)
    return "" if told else _last_day(content)


def _said(mark: Mark, content: Manuscript) -> str:
    reminds = mark is Mark.INTERESTED and content.last_date
    return f"{MARK_SAID[mark]}{' Jag påminner dig före sista dagen.' if reminds else ''}"


def _marks(edition: Edition, marks: Collection[Mark]) -> list[Action]:
    known: dict[str, Any] = {"announcement": edition.number, "version": edition.version}
    shown: list[Action] = []
    for mark in KINDS[edition.content.kind].marks:
        if mark not in marks:
            shown.append(button(MARK_TITLES[mark], "announcements.mark", mark=mark.value, **known))
        elif mark in MARK_UNDO:
            shown.append(button(MARK_UNDO[mark], "announcements.unmark", mark=mark.value, **known))
    if edition.content.kind == CONSULTATION:
        shown.append(button("Lämna synpunkt", "consultations.write", announcement=edition.number))
    return [*shown, button("Fråga kansliet", "announcements.ask", **known)]
