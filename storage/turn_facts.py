"""The facts that every turn needs first, read in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, Boolean, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from storage import dialogs, faq, places, turns
from storage.dialogs import OpenDialog
from storage.faq import BankVersion
from storage.faq_log import CONTEXT, RecentQuestion
from storage.people import Person
from storage.places import Conversation, StoredConversation
from storage.turns import SeenActivity


@dataclass(frozen=True, slots=True)
class TurnFacts:
    """The facts that were read from the database when the turn began."""

    person: Person | None
    """The person who wrote; None for a new person."""
    place: StoredConversation | None
    """The stored columns of the conversation; None for a new one."""
    seen: bool
    """Whether the activity was answered before."""
    bank: int
    """The knowledge bank's version."""
    dialog: OpenDialog | None = None
    """The dialog that the person has open here. An open message knows of no private one."""
    asked: str | None = None
    """The question that they asked here within the last five minutes. An open message knows of no private one."""


_HERE: BindParameter[str] = bindparam("conversation")
_READ = (
    select(Person, *places.KEPT, SeenActivity.sent, BankVersion.number, OpenDialog.name, RecentQuestion.text)
    .select_from(Person)
    .outerjoin(Conversation, Conversation.id == _HERE)
    .outerjoin(
        SeenActivity,
        and_(SeenActivity.conversation_id == _HERE, SeenActivity.activity_id == bindparam("activity")),
    )
    .outerjoin(BankVersion, BankVersion.id == 1)
    .outerjoin(OpenDialog, and_(OpenDialog.person_id == Person.id, OpenDialog.conversation_id == _HERE))
    .outerjoin(
        RecentQuestion,
        and_(
            RecentQuestion.person_id == Person.id,
            RecentQuestion.conversation_id == _HERE,
            RecentQuestion.at >= bindparam("since"),
            or_(RecentQuestion.private.is_(False), bindparam("private", type_=Boolean)),
        ),
    )
    .where(Person.teams_id == bindparam("teams_id"))
)


def read(
    session: Session, teams_id: str, conversation_id: str, activity_id: str, now: datetime, *, private: bool
) -> TurnFacts:
    """Read the facts about the person with this Teams id, the conversation and the activity, which may be private."""
    where = {"teams_id": teams_id, "conversation": conversation_id, "activity": activity_id, "private": private}
    row = session.execute(_READ, {**where, "since": now - CONTEXT}).one_or_none()
    if row is None:  # a new person: rare, so more queries are fine
        seen = turns.answered(session, conversation_id, activity_id) is not None
        return TurnFacts(None, places.kept(session, conversation_id), seen, faq.version(session))
    person, *place, sent, version, name, asked = row
    known = None if place[0] is None else StoredConversation(*place)
    dialog = None if name is None else dialogs.find(session, person.id, conversation_id)
    if dialog is not None and not dialog.may_be_seen(private=private):
        dialog = None
    return TurnFacts(person, known, sent is not None, version or 0, dialog, asked)
