"""The messages that list announcements, as cards and as mails: the weekly digest, and the list for newcomers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from microsoft_teams.cards import CardElement

from bot.cards import button, card, escape, heading, label, markdown, one_line, small, web_link
from bot.message import Json
from bot.news.cards import item
from bot.news.words import facts
from bot.swedish import count
from storage.announcements import Announcement, AnnouncementState
from storage.news import Why
from storage.outgoing import AsMail

MOST = 10
"""How many announcements a message names. The rest stands in ``nytt``."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """What stands around a list."""

    title: str
    text: str
    why: str


_FRAMES = {
    Why.WEEKLY: _Frame(
        "Veckobrev från kansliet",
        "Det här har kommit sedan sist.",
        "Du får mejlet för att du har valt veckobrev.",
    ),
    Why.NEWCOMER: _Frame(
        "Det här gäller fortfarande",
        "Du är ny här, eller har kommit tillbaka. Det här skickade kansliet tidigare, och det gäller också dig.",
        "Du får mejlet en gång, för att du är ny i Sveriges Ekokommuners nätverk.",
    ),
}


def listing(why: Why, rows: Sequence[Announcement]) -> Json:
    """Return the card."""
    frame, shown = _FRAMES[why], rows[:MOST]
    return card(
        heading(frame.title),
        markdown(frame.text),
        *(part for row in shown for part in _item(row)),
        *([small(_rest(rows))] if _rest(rows) else []),
        actions=[button("Välj hur du får det", "news.choose_new", alone=True)],
        summary=one_line(f"{frame.title}: {'. '.join(row.heading for row in shown)}", 500),
    )


def mail(why: Why, rows: Sequence[Announcement]) -> AsMail:
    """Return the same as a mail, with the announcements' own links, since its buttons would not work."""
    frame = _FRAMES[why]
    lines = []
    for row in rows[:MOST]:
        lines.append(f"- **{escape(row.heading)}** ({escape(facts(row))})")
        lines += [f"  {web_link(link['title'], link['url'])}" for link in row.links]
    how = "Skriv **nytt** till mig i Teams, så kan du öppna dem och svara."
    text = "\n\n".join(part for part in (frame.text, "\n".join(lines), _rest(rows), how) if part)
    return AsMail(f"{frame.title}: {count(len(rows), 'utskick', 'utskick')}", text, frame.why)


def _item(row: Announcement) -> list[CardElement]:
    if row.state == AnnouncementState.RECALLED:
        return [label(f"Återtaget: {row.heading}"), small("Kansliet har tagit tillbaka det här utskicket.")]
    return item(row)


def _rest(rows: Sequence[Announcement]) -> str:
    more = count(len(rows) - MOST, "utskick", "utskick")
    return f"{more} till. Skriv **nytt** för att se allt." if rows[MOST:] else ""
