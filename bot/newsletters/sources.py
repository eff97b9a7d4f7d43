"""Collect what a newsletter tells: a line for each solved question, announcement and event. Nothing in it is personal.

A newsletter goes to everybody. So it has only what every member could read before: questions from theme groups without
the people in them, announcements that went to a channel or to the whole network, and open events.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from bot.cards import escape, web_link
from bot.message import UserError
from bot.register import anonymity, target
from bot.register.audience import Condition
from bot.swedish import STOCKHOLM, date_of, day
from bot.wording import generalisation
from storage import announcements, events, faq, groups, questions
from storage.announcements import Announcement, AnnouncementState
from storage.audiences import Part
from storage.events import Event
from storage.questions import Question

NEWSLETTER = "newsletter"
"""The kind of the announcements that are newsletters."""
USUAL = timedelta(days=31)
"""How far back the first newsletter looks."""
GOING = (AnnouncementState.SENDING, AnnouncementState.SENT)
LOOKED_AT = 200
"""How many announcements are looked at: the last changed. The kansli sends a few a week."""
LONGEST_QUESTION = 200
LEAST_WORDS = 3
"""A question of fewer words, once people and places are gone, tells nothing."""


def unsent(session: Session) -> Announcement | None:
    """Return the newsletter that the kansli is working on, if there is one."""
    drafts = announcements.newest(session, [AnnouncementState.DRAFT, AnnouncementState.SCHEDULED], LOOKED_AT)
    return next((row for row in drafts if row.kind == NEWSLETTER), None)


def since(session: Session, now: datetime) -> datetime:
    """Return when the last newsletter was sent; a month ago if there is none."""
    rows = announcements.newest(session, GOING, LOOKED_AT)
    return max((row.sent_at for row in rows if row.kind == NEWSLETTER and row.sent_at), default=now - USUAL)


def sections(
    session: Session, after: datetime, now: datetime, known: Mapping[str, Condition]
) -> dict[str, Sequence[str]]:
    """Return the newsletter's lines in Teams Markdown by their headings, without empty sections."""
    rows = [row for row in announcements.newest(session, GOING, LOOKED_AT) if _is_for_all(row, known)]
    today = date_of(now)
    dated = sorted(_dated(rows, today), key=lambda row: row.last_date or today)
    found: dict[str, Sequence[str]] = {
        "Svara, sök och anmäl er": [_notice(row) for row in dated],
        "På gång": [_event(event) for event in events.upcoming(session, now)],
        "Nytt från kansliet": [
            _notice(row) for row in rows if not row.last_date and row.sent_at and row.sent_at > after
        ],
        "Sett i efterhand": [_event(event) for event in events.held(session, after, now) if event.recording_url],
        "Löst i temagrupperna": [*_questions(session, questions.solved_since(session, after), today)],
    }
    return {heading: lines for heading, lines in found.items() if lines}


def _dated(rows: Sequence[Announcement], today: date) -> Iterator[Announcement]:
    return (row for row in rows if row.last_date and row.last_date >= today)


def _is_for_all(row: Announcement, known: Mapping[str, Condition]) -> bool:
    """Return whether every member could read an announcement. A newsletter is not repeated in the next one."""
    try:
        to = target.of(row.audience, known)
    except UserError:  # it names a condition that is gone, so it went to some people only
        return False
    return row.kind != NEWSLETTER and (bool(to.channels) or Part() in to.people.parts)


def _notice(row: Announcement) -> str:
    last = f". Sista dag {day(row.last_date)}" if row.last_date else ""
    links = "".join(f" {web_link(link['title'], link['url'])}" for link in row.links[:1])
    return f"{escape(row.heading)}{last}.{links}"


def _event(event: Event) -> str:
    starts = event.starts_at.astimezone(STOCKHOLM) if event.starts_at else None
    when = f"{day(starts)} kl. {starts:%H.%M}" if starts else "datum kommer"
    by = f". Anmäl dig senast {day(event.register_by)}" if event.register_by and not event.recording_url else ""
    link = f" {web_link('Se inspelningen', event.recording_url)}" if event.recording_url else ""
    told = event.place.casefold() in event.title.casefold()  # "Årskonferens i Sundsvall, …, Sundsvall"
    place = f", {escape(event.place)}" if not told else ""
    return f"{escape(event.title)}, {when}{place}{by}.{link}"


def _questions(session: Session, solved: Sequence[Question], today: date) -> Iterator[str]:
    """Yield the questions, in the words of the bank's entry if it has one, else without people and places."""
    for question in solved:
        entry = faq.of_question(session, question.id)
        published = entry is not None and entry.published and faq.is_valid(entry, today)
        text = entry.question if entry and published else anonymity.general(session, question, question.text).text
        asked = generalisation.as_question(text, LONGEST_QUESTION)
        if len(asked.replace(generalisation.GAP, " ").split()) < LEAST_WORDS:
            continue
        group = groups.find(session, question.group_id)
        where = f" ({escape(group.name)})" if group else ""
        yield f"{escape(asked)}{where}{' Svaret finns i kunskapsbanken.' if published else ''}"
