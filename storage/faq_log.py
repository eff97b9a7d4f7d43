"""Questions asked to the bank, and how they went.

The log is kept apart from people: a question's text lies in a table of its own without a key to a person, and goes
after the retention time while the figures stay. Only the last question of each chat is tied to a person, for a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, bindparam, delete, exists, false, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, insert_new, is_id, person_key, table_of
from storage.faq_votes import Vote

CONTEXT = timedelta(minutes=5)
"""How long "och när?" is understood from the question before."""


class QuestionOutcome(StrEnum):
    """How a question went."""

    ANSWERED = "answered"
    OFFERED = "offered"
    """"Menade du …?" was shown."""
    UNKNOWN = "unknown"


class FaqQuestion(Base):
    """One question to the bank; figures only. Every question writes a row, so nothing is indexed but the key."""

    __tablename__ = "faq_questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(20))
    probability: Mapped[float]
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("faq_entries.id", ondelete="SET NULL"))
    """The entry shown, or the nearest one."""
    theme: Mapped[str] = mapped_column(String(60))
    chosen_id: Mapped[int | None] = mapped_column(ForeignKey("faq_entries.id", ondelete="SET NULL"))
    """What was picked under "Menade du …?"."""
    rejected: Mapped[bool] = mapped_column(default=False)
    """Whether "Inget av dessa" was pressed."""


class QuestionText(Base):
    """A question's wording, without its asker; deleted after the retention time."""

    __tablename__ = "faq_question_texts"

    question_id: Mapped[int] = mapped_column(ForeignKey("faq_questions.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    text: Mapped[str] = mapped_column(String(1000))
    wording: Mapped[str] = mapped_column(String(200), index=True)
    """The text as compared with later ones; see ``bot.wording.utterance.wording``."""


class RecentQuestion(Base):
    """The last question of a person in a chat, so that a follow-up is understood."""

    __tablename__ = "faq_recent_questions"

    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True, index=False)
    conversation_id: Mapped[str] = mapped_column(String(300), primary_key=True)
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(String(1000))
    question_id: Mapped[int | None] = mapped_column(ForeignKey("faq_questions.id", ondelete="SET NULL"))
    """Its row in the log, so that only the asker decides what "Menade du …?" meant."""
    thread_id: Mapped[str | None] = mapped_column(String(100))
    """The thread of the channel where it was asked, so that its answer can be shared there."""
    private: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether nobody else saw it, though it was asked in a channel. Then nothing that others read may come of it."""

    def may_be_seen(self, *, private: bool) -> bool:
        """Return whether a reply may say something of it: to a private question only one that is private, too."""
        return private or not self.private


@dataclass(frozen=True, slots=True)
class LatestQuestion:
    """The last question of a person in a chat, for a complaint or thanks about its answer."""

    question: FaqQuestion
    text: str
    at: datetime
    answer_id: int | None
    """The entry that answered it, or was picked under "Menade du …?"; None if it has no answer."""


_QUESTION, _TEXT, _RECENT = table_of(FaqQuestion), table_of(QuestionText), table_of(RecentQuestion)
_LOG = insert(_QUESTION).returning(_QUESTION.c.id)
_LOG_TEXT = insert(_TEXT)
_KEEP_RECENT = (
    update(_RECENT)
    .where(_RECENT.c.person_id == bindparam("person"), _RECENT.c.conversation_id == bindparam("conversation"))
    .values(
        text=bindparam("new_text"),
        at=bindparam("new_at"),
        question_id=bindparam("new_question"),
        thread_id=bindparam("new_thread"),
        private=bindparam("new_private"),
    )
)


def log(
    session: Session,
    *,
    text: str,
    wording: str,
    outcome: QuestionOutcome,
    probability: float,
    entry_id: int | None,
    theme: str,
    now: datetime,
) -> int:
    """Log a question; its id. ``text`` must be free of what points out a person."""
    row = {"at": now, "outcome": outcome, "probability": probability, "entry_id": entry_id, "theme": theme}
    question_id: int = session.execute(_LOG, {**row, "chosen_id": None, "rejected": False}).scalar_one()
    kept = {"question_id": question_id, "at": now, "text": text[:1000], "wording": wording[:200]}
    session.execute(_LOG_TEXT, kept)
    return question_id


def keep_recent(
    session: Session,
    person_id: int,
    conversation_id: str,
    *,
    text: str,
    question_id: int | None,
    now: datetime,
    thread_id: str | None,
    private: bool,
) -> None:
    """Make ``text`` what a follow-up will be understood from. The register's questions have no row in the log."""
    where = {"person": person_id, "conversation": conversation_id}
    fresh = {"text": text[:1000], "at": now, "question": question_id, "thread": thread_id, "private": private}
    done = session.execute(_KEEP_RECENT, {**where, **{f"new_{name}": value for name, value in fresh.items()}})
    if not done.rowcount:  # type: ignore[attr-defined]
        row = {"person_id": person_id, "conversation_id": conversation_id, "text": text[:1000], "at": now}
        insert_new(session, RecentQuestion, question_id=question_id, thread_id=thread_id, private=private, **row)


def go_on(session: Session, person_id: int, conversation_id: str, *, text: str, now: datetime) -> None:
    """Make ``text`` what a follow-up to the last question here will be understood from."""
    where = _RECENT.c.person_id == person_id, _RECENT.c.conversation_id == conversation_id
    session.execute(update(_RECENT).where(*where).values(text=text[:1000], at=now))


def change_subject(session: Session, person_id: int, conversation_id: str) -> None:
    """Nothing will be understood from the last question here; its "Menade du …?" is still its asker's to answer."""
    where = _RECENT.c.person_id == person_id, _RECENT.c.conversation_id == conversation_id
    session.execute(update(_RECENT).where(*where).values(text=""))


def asked_since(session: Session, person_id: int, moment: datetime) -> bool:
    """Return whether the person has asked the bank something after ``moment``, as far as that is still kept."""
    asked = RecentQuestion.person_id == person_id, RecentQuestion.at > moment, RecentQuestion.text != ""
    return bool(session.scalar(select(exists().where(*asked))))


def recent(
    session: Session, person_id: int, conversation_id: str, question_id: int, *, private: bool
) -> RecentQuestion | None:
    """Return the question if it is the person's last one here. A reply that is not ``private`` gets no private one."""
    row = session.get(RecentQuestion, (person_id, conversation_id))
    return row if row and row.question_id == question_id and row.may_be_seen(private=private) else None


def latest(session: Session, person_id: int, conversation_id: str, *, private: bool) -> LatestQuestion | None:
    """Return the person's last question here while it is known, with the entry that answered it; as :func:`recent`."""
    row = session.get(RecentQuestion, (person_id, conversation_id))
    asked = None if row is None or row.question_id is None else session.get(FaqQuestion, row.question_id)
    if row is None or asked is None or not row.may_be_seen(private=private):
        return None
    answered = asked.entry_id if asked.outcome == QuestionOutcome.ANSWERED else asked.chosen_id
    return LatestQuestion(asked, text_of(session, asked.id), row.at, answered)


def find(session: Session, question_id: object) -> FaqQuestion | None:
    """The question with this id; ``question_id`` comes from a client and may be anything."""
    return session.get(FaqQuestion, question_id) if is_id(question_id) else None


def lock(session: Session, question_id: object) -> None:
    """Lock the question with this id, which may be anything, until the transaction ends."""
    if is_id(question_id):
        session.get(FaqQuestion, question_id, with_for_update=True)


def text_of(session: Session, question_id: int) -> str:
    """A question's wording; empty when it is no longer kept."""
    return session.scalar(select(QuestionText.text).where(QuestionText.question_id == question_id)) or ""


def wording_of(session: Session, question_id: int) -> str:
    """Return a question as the person wrote it, in the form that is compared; empty when it is no longer kept."""
    return session.scalar(select(QuestionText.wording).where(QuestionText.question_id == question_id)) or ""


def remembered(session: Session, wording: str) -> int | None:
    """The entry that was picked under "Menade du …?" when this wording was asked before.

    None unless the picks agree, and nobody pressed "Inget av dessa" or voted the picked one down.
    """
    same = Vote.question_id == FaqQuestion.id, Vote.entry_id == FaqQuestion.chosen_id
    disliked = exists().where(*same, Vote.helpful.is_(False))
    query = (
        select(FaqQuestion.chosen_id, FaqQuestion.rejected, disliked)
        .join(QuestionText, QuestionText.question_id == FaqQuestion.id)
        .where(QuestionText.wording == wording[:200], FaqQuestion.chosen_id.is_not(None) | FaqQuestion.rejected)
    )
    rows = session.execute(query).all() if wording else []
    picked = {entry_id for entry_id, _, _ in rows}
    against = any(rejected or voted_down for _, rejected, voted_down in rows)
    return picked.pop() if len(picked) == 1 and not against else None


def forget_texts(session: Session, before: datetime, now: datetime, limit: int = 1000) -> int:
    """Delete the wordings of questions asked before ``before``, votes' reasons as old, and stale recent questions.

    At most ``limit`` wordings, oldest first; returns how many went.
    """
    session.execute(delete(RecentQuestion).where(RecentQuestion.at < now - CONTEXT))
    session.execute(update(Vote).where(Vote.at < before, Vote.reason != "").values(reason=""))
    old = select(QuestionText.question_id).where(QuestionText.at < before).order_by(QuestionText.at).limit(limit)
    done = session.execute(delete(QuestionText).where(QuestionText.question_id.in_(old)))
    return int(done.rowcount)  # type: ignore[attr-defined]
