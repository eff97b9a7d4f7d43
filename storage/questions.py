"""Questions that members ask each other, their answers, and who wants to know the answers too.

::

    open ──answer──▶ answered ──it helped──▶ solved
     ▲                   │  ▲
     └──needs more help──┘  └─ further answers are kept, in every state but closed and withdrawn
    open, answered ──▶ withdrawn (by the asker) | closed (by the kansli or a moderator, with a reason)

Every change of a question holds its row (:func:`lock`) until the transaction ends, so changes come one after another.
A claim is no state: it stands for two working days, and what follows from that is derived (lifecycle).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, insert_new, is_id, person_key
from storage.groups import ThemeGroup

LOOKED_AT = 500
"""Earlier questions that a new one is compared with: the newest."""


class Status(StrEnum):
    """Where a question is in its life."""

    OPEN = "open"
    ANSWERED = "answered"
    SOLVED = "solved"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


OVER = (Status.WITHDRAWN, Status.CLOSED)
"""Nothing more happens to these."""


class Question(Base):
    """A member's question to a theme group, or to the kansli where ``group_id`` is null."""

    __tablename__ = "questions"
    __table_args__ = (Index("ix_questions_status_asked", "status", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    origin: Mapped[str] = mapped_column(String(300), unique=True)
    """What it came from: one run of the dialog, so that *Skicka* pressed twice makes one question."""
    asker_id: Mapped[int | None] = person_key(on_erase="anonymise", nullable=True)
    municipality_code: Mapped[str | None] = mapped_column(ForeignKey("municipalities.code", ondelete="SET NULL"))
    """Whom the asker spoke for when they asked."""
    show_name: Mapped[bool]
    """Whether others see who asks, or only the municipality."""
    text: Mapped[str] = mapped_column(Text)
    more: Mapped[str] = mapped_column(Text, default="")
    """What the asker still needs, in their words, after an answer that was not enough."""
    group_id: Mapped[int | None] = mapped_column(ForeignKey("theme_groups.id", ondelete="SET NULL"), index=True)
    status: Mapped[str] = mapped_column(String(20), default=Status.OPEN)
    asked_at: Mapped[datetime]
    waiting_since: Mapped[datetime]
    """Since when it has waited for an answer where it is: asked, moved or opened again."""
    claimed_by_id: Mapped[int | None] = person_key(on_erase="anonymise", nullable=True)
    claimed_at: Mapped[datetime | None]
    asked_conversation_id: Mapped[str | None] = mapped_column(String(300))
    """The channel or group where it was asked; null for the asker's own chat."""
    asked_thread_id: Mapped[str | None] = mapped_column(String(100))
    posts: Mapped[int] = mapped_column(default=0)
    """How many cards were posted: a moved question gets a new one."""
    version: Mapped[int] = mapped_column(default=0)
    """Counts changes, so that every one of the card's updates has a key of its own."""
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was closed; the asker reads it."""
    ended_at: Mapped[datetime | None]
    """When it was solved, closed or withdrawn."""

    @property
    def over(self) -> bool:
        """Whether nothing more happens to it."""
        return self.status in OVER


class AnswerWay(StrEnum):
    """How an answer came."""

    CARD = "card"
    THREAD = "thread"
    """A reply in the question's thread that mentioned the bot."""
    PASTED = "pasted"
    """From the thread, handed on by the kansli or a moderator; ``person_id`` is who handed it on."""


class Answer(Base):
    """One answer to a question. The same text of the same person is kept once."""

    __tablename__ = "answers"
    __table_args__ = (Index("ix_answers_once", "question_id", "person_id", "digest", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = person_key(on_erase="anonymise", nullable=True)
    municipality_code: Mapped[str | None] = mapped_column(ForeignKey("municipalities.code", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    way: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
    message_id: Mapped[str | None] = mapped_column(String(200))
    """Teams' id of the message in the thread that it came from, which its writer may edit or delete."""
    solved: Mapped[bool] = mapped_column(default=False)
    """Whether the asker said that this one solved it."""


class QuestionFollower(Base):
    """A person who wants to know the answers to somebody else's question."""

    __tablename__ = "question_followers"

    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True)


def add(session: Session, **values: Any) -> tuple[Question, bool]:
    """A new question, and whether it is new: one with the same ``origin`` is asked once."""
    defaults = {"more": "", "status": Status.OPEN, "posts": 0, "version": 0, "reason": ""}
    new = insert_new(session, Question, **defaults, **values)
    return session.scalars(select(Question).where(Question.origin == values["origin"])).one(), new


def find(session: Session, question_id: object) -> Question | None:
    """The question with this id, which may come from a client and be anything; only to be read."""
    return session.get(Question, question_id) if is_id(question_id) else None


def lock(session: Session, question_id: object) -> Question | None:
    """The question with this id (which may be anything) as it is now, held until the transaction ends."""
    if not is_id(question_id):
        return None
    return session.get(Question, question_id, with_for_update=True, populate_existing=True)


def find_answer(session: Session, answer_id: object) -> Answer | None:
    """The answer with this id, which may come from a client and be anything."""
    return session.get(Answer, answer_id) if is_id(answer_id) else None


def add_answer(session: Session, **values: Any) -> tuple[Answer, bool]:
    """An answer, and whether it is new: the same text of the same person to the same question is kept once."""
    new = insert_new(session, Answer, **values, solved=False)
    same = {name: values[name] for name in ("question_id", "person_id", "digest")}
    return session.scalars(select(Answer).filter_by(**same)).one(), new


def answer_from(session: Session, question_id: int, person_id: int, message_id: str) -> Answer | None:
    """The answer that this person's message in the question's thread became."""
    came = {"question_id": question_id, "person_id": person_id, "message_id": message_id}
    return session.scalars(select(Answer).filter_by(**came).order_by(Answer.id)).first()


def forget_messages(session: Session, person_id: int) -> None:
    """Forget which messages a person's answers came from."""
    session.execute(update(Answer).where(Answer.person_id == person_id).values(message_id=None))


def answers(session: Session, question_id: int) -> Sequence[Answer]:
    """A question's answers, oldest first."""
    return session.scalars(select(Answer).where(Answer.question_id == question_id).order_by(Answer.id)).all()


def follow(session: Session, question_id: int, person_id: int) -> bool:
    """Follow a question; False when they do already."""
    return insert_new(session, QuestionFollower, question_id=question_id, person_id=person_id)


def unfollow(session: Session, question_id: int, person_id: int) -> bool:
    """Stop following a question; False when they did not."""
    row = QuestionFollower.question_id == question_id, QuestionFollower.person_id == person_id
    return bool(session.execute(delete(QuestionFollower).where(*row)).rowcount)  # type: ignore[attr-defined]


def followers(session: Session, question_id: int) -> list[int]:
    """The ids of the people who follow a question."""
    rows = select(QuestionFollower.person_id).where(QuestionFollower.question_id == question_id)
    return list(session.scalars(rows.order_by(QuestionFollower.person_id)))


def asked_by(session: Session, person_id: int, limit: int) -> Sequence[Question]:
    """A person's own questions, newest first."""
    query = select(Question).where(Question.asker_id == person_id).order_by(Question.id.desc())
    return session.scalars(query.limit(limit)).all()


def concerning(session: Session, person_id: int) -> Sequence[int]:
    """The ids of the questions that a person asked, has taken or answered."""
    answered = select(Answer.question_id).where(Answer.person_id == person_id)
    theirs = or_(Question.asker_id == person_id, Question.claimed_by_id == person_id, Question.id.in_(answered))
    return session.scalars(select(Question.id).where(theirs).order_by(Question.id)).all()


def subject(question_id: int) -> str:
    """The outbox's subject of what is sent about a question."""
    return f"question:{question_id}"


def reminder_subject(question_id: int) -> str:
    """The same of what reminds of it, which an answer ends."""
    return f"question_reminder:{question_id}"


def followed_by(session: Session, person_id: int, limit: int) -> Sequence[Question]:
    """The questions that a person follows, newest first; not those taken back."""
    mine = select(QuestionFollower.question_id).where(QuestionFollower.person_id == person_id)
    query = select(Question).where(Question.id.in_(mine), Question.status != Status.WITHDRAWN)
    return session.scalars(query.order_by(Question.id.desc()).limit(limit)).all()


def waiting(session: Session, group_ids: Collection[int] | None = None) -> Sequence[Question]:
    """Questions that have no answer (enough), oldest first; of all groups and the kansli, or of these groups."""
    query = select(Question).where(Question.status == Status.OPEN)
    if group_ids is not None:
        query = query.where(Question.group_id.in_(group_ids))
    return session.scalars(query.order_by(Question.asked_at, Question.id)).all()


def waiting_counts(session: Session) -> Mapping[int, int]:
    """How many questions wait in each group."""
    query = select(Question.group_id, func.count()).where(
        Question.status == Status.OPEN, Question.group_id.is_not(None)
    )
    return {group: int(number) for group, number in session.execute(query.group_by(Question.group_id)) if group}


def earlier(session: Session) -> Sequence[Any]:
    """The newest questions as rows ``id, text, status, municipality_code, theme``; none taken back or closed."""
    query = (
        select(Question.id, Question.text, Question.status, Question.municipality_code, ThemeGroup.theme)
        .outerjoin(ThemeGroup, ThemeGroup.id == Question.group_id)
        .where(Question.status.not_in(OVER))
        .order_by(Question.id.desc())
        .limit(LOOKED_AT)
    )
    return session.execute(query).all()
