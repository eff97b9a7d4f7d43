"""Decide who may see and change an announcement. Every handler loads its announcement here.

=====================  ==========================================  ================================
announcement           may be seen by                              may be changed by
=====================  ==========================================  ================================
draft, scheduled       the kansli                                  the kansli, at its newest version
being sent, sent       its recipients, and members in its          the kansli, at its newest version
                       channels
=====================  ==========================================  ================================
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.announcements.manuscript import Manuscript
from bot.message import Scope, UserError
from bot.turn import Turn
from storage import announcements, copies, kansli, news, outbox
from storage.announcements import OUT, Announcement, AnnouncementState
from storage.database import is_id
from storage.outbox import Delivery
from storage.outgoing import digest_of, number_of

GONE = "Det utskicket finns inte kvar. Skriv **utskick** för att se dem som finns."
CHANGED = "Utskicket har ändrats sedan kortet visades. Skriv **utskick** och öppna det igen."
STATES = {
    AnnouncementState.DRAFT: "Utskicket är ett utkast.",
    AnnouncementState.SCHEDULED: "Utskicket är redan schemalagt.",
    AnnouncementState.SENDING: "Utskicket är redan på väg.",
    AnnouncementState.SENT: "Utskicket är redan skickat.",
    AnnouncementState.CANCELLED: "Utskicket är avbrutet.",
    AnnouncementState.RECALLED: "Utskicket är återtaget.",
}
"""Refusals of a press that does not fit where the announcement stands."""
QUOTABLE = ("announcement", "announcement_reminder", "announcement_nudge")
"""First words of the outbox subjects of messages to members about an announcement."""


def kept(turn: Turn, *states: AnnouncementState) -> Announcement:
    """Return the announcement that a button names, its row locked, for the kansli.

    With ``states``, refuse an announcement in any other.
    """
    turn.refuse_members()
    row = announcements.lock(turn.session, turn.data.get("announcement"))
    if row is None:
        raise UserError(GONE)
    if states and row.state not in states:
        raise UserError(f"{STATES[AnnouncementState(row.state)]} Skriv **utskick** för att se hur det står till.")
    return row


def current(turn: Turn, *states: AnnouncementState) -> Announcement:
    """Return the same if the button was shown for the newest version."""
    row = kept(turn, *states)
    if turn.data.get("version") != row.version:
        raise UserError(CHANGED)
    return row


def editable(turn: Turn) -> Announcement:
    """Return a draft or a scheduled announcement at its newest version."""
    return current(turn, AnnouncementState.DRAFT, AnnouncementState.SCHEDULED)


def named(turn: Turn) -> bool:
    """Return whether the button names an announcement, as the form of a saved one does."""
    return turn.data.get("announcement") is not None


def received(turn: Turn) -> Announcement:
    """Return the announcement that a member's button names, if they can have seen it."""
    number = turn.data.get("announcement")
    row = announcements.lock(turn.session, number)
    if row is None or row.state not in OUT:
        raise UserError("Det utskicket är inte skickat, så knappen gör inget än.")
    if row.state == AnnouncementState.RECALLED:
        raise UserError("Kansliet har tagit tillbaka det här utskicket.")
    sent = row.audience.get("channels") or copies.of_person(turn.session, row.subject, turn.person.id)
    if not sent and not news.lists(turn.session, row.id, turn.person.id):
        raise UserError("Det utskicket har inte gått till dig.")
    return row


def spoken_of(turn: Turn) -> Announcement | None:
    """Return the announcement in whose thread a message is written, or whose copy in the 1:1 chat it quotes."""
    place, quoted = turn.incoming.place, turn.incoming.quotes
    subject = None
    if place.scope is Scope.CHANNEL and place.thread_id:
        subject = copies.of_thread(turn.session, place.conversation_id, place.thread_id, "announcement:")
    elif place.scope is Scope.PERSONAL and quoted:
        subject = copies.of_message(turn.session, place.conversation_id, quoted, QUOTABLE)
    return announcements.find(turn.session, number_of(subject) or 0) if subject else None


def review_key(row: Announcement, content: Manuscript, writer: object, reviewer: int) -> str:
    """Return the outbox key of the card that asks a colleague to approve a correction of this version."""
    stem = f"announcement_review:{row.id}:{row.version}:{writer}:{digest_of(content.data)[:16]}"
    return f"{stem}:person:{reviewer}"


def writer_of(turn: Turn, row: Announcement, content: Manuscript) -> int:
    """Return the person who asked the presser to approve exactly this correction.

    The content comes from the client. The outbox knows what somebody else wrote and asked the presser about.
    """
    writer = turn.data.get("writer")
    if outbox.find(turn.session, review_key(row, content, writer, turn.person.id)) is None or not is_id(writer):
        raise UserError("Den rättelsen har du inte fått att granska. Be den som skrev den att skicka den igen.")
    return writer


def for_desk(session: Session, delivery: Delivery) -> bool:
    """Return whether the person still has the kansli role, just before a card for the kansli goes to them."""
    return delivery.person_id in {person.id for person in kansli.everyone(session)}
