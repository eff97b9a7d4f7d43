"""Questions that members ask each other, their answers, and the people who follow them.

::

    open ──answer──▶ answered ──it helped──▶ solved
     ▲                   │  ▲
     └──needs more help──┘  └─ more answers are stored, in every state except closed and withdrawn
    open, answered ──▶ withdrawn (by the asker) | closed (by the kansli or a moderator, with a reason)

Every change of a question holds its row (:func:`lock`) until the transaction ends, so changes come one after another.
A claim is not a state. It lasts two working days, and its consequences are computed (lifecycle).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Utc, insert_new, is_id, person_key
from storage.groups import ThemeGroup

LOOKED_AT = 500
"""How many earlier questions to compare with a new one: the newest."""


class Status(StrEnum):
    """The state of a question."""

    OPEN = "open"
    ANSWERED = "answered"
    SOLVED = "solved"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


OVER = (Status.WITHDRAWN, Status.CLOSED)
"""The final states: nothing more happens to such a question."""
ERRAND = "errand"
"""The second part of an errand's ``origin``."""


class Question(Base):
    """A member's question to a theme group, or to the kansli if ``group_id`` is null."""

    __tablename__ = "questions"
    __table_args__ = (Index("ix_questions_status_asked", "status", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    origin: Mapped[str] = mapped_column(String(300), unique=True)
    """The run of the dialog, or the card, that made it, so that pressing *Skicka* twice makes one question."""
    asker_id: Mapped[int | None] = person_key(on_erase="anonymise", nullable=True)
    municipality_code: Mapped[str | None] = mapped_column(ForeignKey("municipalities.code", ondelete="SET NULL"))
    """The asker's municipality at the time of the question."""
    show_name: Mapped[bool]
    """Whether others see the asker's name, or only the municipality."""
    text: Mapped[str] = mapped_column(Text)
    more: Mapped[str] = mapped_column(Text, default="")
    """What the asker still needs after an answer that was not enough, in their own words."""
    group_id: Mapped[int | None] = mapped_column(ForeignKey("theme_groups.id", ondelete="SET NULL"), index=True)
    status: Mapped[str] = mapped_column(String(20), default=Status.OPEN)
    asked_at: Mapped[datetime]
    waiting_since: Mapped[datetime]
    """When the present wait for an answer began: the question was asked, moved or opened again."""
    claimed_by_id: Mapped[int | None] = person_key(on_erase="anonymise", nullable=True)
    claimed_at: Mapped[datetime | None]
    asked_conversation_id: Mapped[str | None] = mapped_column(String(300))
    """The channel or group where it was asked; null for the asker's own chat."""
    asked_thread_id: Mapped[str | None] = mapped_column(String(100))
    posts: Mapped[int] = mapped_column(default=0)
    """The number of cards posted so far. A moved question gets a new one."""
    version: Mapped[int] = mapped_column(default=0)
    """The number of changes, so that every update of the card gets its own key."""
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why the question was closed. The asker reads it."""
    ended_at: Mapped[datetime | None]
    """When the question was solved, closed or withdrawn."""

    @property
    def over(self) -> bool:
        """Return whether nothing more happens to the question."""
        return self.status in OVER

    @property
    def is_errand(self) -> bool:
        """Return whether one press sent it to the kansli, with the promise that only the kansli reads it."""
        return self.origin.split("/")[1:2] == [ERRAND]


class AnswerWay(StrEnum):
    """The way an answer came."""

    CARD = "card"
    THREAD = "thread"
    """A reply in the question's thread that mentioned the bot."""
    PASTED = "pasted"
    """From the thread, pasted by the kansli or a moderator, who then is ``person_id``."""


class Answer(Base):
    """An answer to a question. The same text by the same person is stored once."""

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
    """Whether the asker said that this answer solved the question."""
    may_write: Mapped[bool] = mapped_column(default=False)
    """Whether the person who answered agreed that the asker gets their mail address and a link to their chat."""


class QuestionFollower(Base):
    """A person who also wants the answers to somebody else's question."""

    __tablename__ = "question_followers"

    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = person_key(on_erase="delete", primary_key=True)


def add(session: Session, **values: Any) -> tuple[Question, bool]:
    """Store a question. Return it, and whether it is new: there is one for each ``origin``."""
    defaults = {"more": "", "status": Status.OPEN, "posts": 0, "version": 0, "reason": ""}
    new = insert_new(session, Question, **defaults, **values)
    return session.scalars(select(Question).where(Question.origin == values["origin"])).one(), new


def find(session: Session, question_id: object) -> Question | None:
    """Return the question with this id, for reading only. The id may come from a client and be anything."""
    return session.get(Question, question_id) if is_id(question_id) else None


def lock(session: Session, question_id: object) -> Question | None:
    """Read the question with this id (which may be anything) again, and lock it until the transaction ends."""
    if not is_id(question_id):
        return None
    return session.get(Question, question_id, with_for_update=True, populate_existing=True)


def add_answer(session: Session, **values: Any) -> tuple[Answer, bool]:
    """Store an answer. Return it, and whether it is new: a person's same text to a question is stored once."""
    new = insert_new(session, Answer, **values, solved=False)
    same = {name: values[name] for name in ("question_id", "person_id", "digest")}
    return session.scalars(select(Answer).filter_by(**same)).one(), new


_LATEST_ANSWER = (
    select(Answer)
    .join(Question, Question.id == Answer.question_id)
    .where(
        Question.asker_id == bindparam("_asker", type_=Integer()),
        Question.status.not_in(OVER),
        Answer.at > bindparam("_since", type_=Utc()),
        or_(Answer.person_id.is_(None), Answer.person_id != bindparam("_asker", type_=Integer())),
    )
    .order_by(Answer.id.desc())
    .limit(1)
)
"""Built once: every turn that the bank is searched in asks this."""


def latest_answer_to(session: Session, asker_id: int, since: datetime) -> Answer | None:
    """Return the newest answer by others after ``since`` to a question of the person's that is not over."""
    return session.scalars(_LATEST_ANSWER, {"_asker": asker_id, "_since": since}).first()


def answer_from(session: Session, question_id: int, person_id: int, message_id: str) -> Answer | None:
    """The answer that this person's message in the question's thread became."""
    came = {"question_id": question_id, "person_id": person_id, "message_id": message_id}
    return session.scalars(select(Answer).filter_by(**came).order_by(Answer.id)).first()


def forget_messages(session: Session, person_id: int) -> None:
    """Forget which messages a person's answers came from."""
    session.execute(update(Answer).where(Answer.person_id == person_id).values(message_id=None))


def answers(session: Session, question_id: int) -> Sequence[Answer]:
    """Return a question's answers, oldest first."""
    return session.scalars(select(Answer).where(Answer.question_id == question_id).order_by(Answer.id)).all()


def follow(session: Session, question_id: int, person_id: int) -> bool:
    """Follow a question. Return False if the person follows it already."""
    return insert_new(session, QuestionFollower, question_id=question_id, person_id=person_id)


def unfollow(session: Session, question_id: int, person_id: int) -> bool:
    """Stop following a question. Return False if the person did not follow it."""
    row = QuestionFollower.question_id == question_id, QuestionFollower.person_id == person_id
    return bool(session.execute(delete(QuestionFollower).where(*row)).rowcount)  # type: ignore[attr-defined]


def followers(session: Session, question_id: int) -> list[int]:
    """Return the ids of the people who follow a question."""
    rows = select(QuestionFollower.person_id).where(QuestionFollower.question_id == question_id)
    return list(session.scalars(rows.order_by(QuestionFollower.person_id)))


def asked_by(session: Session, person_id: int, limit: int) -> Sequence[Question]:
    """Return a person's own questions, newest first."""
    query = select(Question).where(Question.asker_id == person_id).order_by(Question.id.desc())
    return session.scalars(query.limit(limit)).all()


def answered_last(session: Session, person_id: int, since: datetime) -> Question | None:
    """Return the person's own question that got the newest answer after ``since``, while it is not solved."""
    query = (
        select(Question)
        .join(Answer, Answer.question_id == Question.id)
        .where(Question.asker_id == person_id, Question.status == Status.ANSWERED, Answer.at >= since)
        .order_by(Answer.at.desc(), Answer.id.desc())
    )
    return session.scalars(query.limit(1)).first()


def concerning(session: Session, person_id: int) -> Sequence[int]:
    """Return the ids of the questions that a person asked, has taken, answered or followed."""
    answered = select(Answer.question_id).where(Answer.person_id == person_id)
    followed = select(QuestionFollower.question_id).where(QuestionFollower.person_id == person_id)
    own = Question.asker_id == person_id, Question.claimed_by_id == person_id
    theirs = or_(*own, Question.id.in_(answered), Question.id.in_(followed))
    return session.scalars(select(Question.id).where(theirs).order_by(Question.id)).all()


def forget_origin(session: Session, person_ids: Collection[int], reference: str) -> None:
    """Take the people's chats out of where their questions came from."""
    for question in session.scalars(select(Question).where(Question.asker_id.in_(person_ids))):
        question.origin = f"erased:{reference}:{question.id}"
    session.flush()


def subject(question_id: int) -> str:
    """Return the outbox subject of messages about a question."""
    return f"question:{question_id}"


def reminder_subject(question_id: int) -> str:
    """Return the outbox subject of reminders about a question. An answer cancels them."""
    return f"question_reminder:{question_id}"


def followed_by(session: Session, person_id: int, limit: int) -> Sequence[Question]:
    """Return the questions that a person follows, newest first, without withdrawn ones."""
    mine = select(QuestionFollower.question_id).where(QuestionFollower.person_id == person_id)
    query = select(Question).where(Question.id.in_(mine), Question.status != Status.WITHDRAWN)
    return session.scalars(query.order_by(Question.id.desc()).limit(limit)).all()


def solved_since(session: Session, since: datetime) -> Sequence[Question]:
    """Return the questions in theme groups solved after ``since``, newest first. Every member may read them."""
    solved = Question.status == Status.SOLVED, Question.group_id.is_not(None), Question.ended_at > since
    return session.scalars(select(Question).where(*solved).order_by(Question.ended_at.desc(), Question.id.desc())).all()


def waiting(session: Session, group_ids: Collection[int] | None = None) -> Sequence[Question]:
    """Return the questions that wait for an answer, oldest first: all of them, or those of these groups."""
    query = select(Question).where(Question.status == Status.OPEN)
    if group_ids is not None:
        query = query.where(Question.group_id.in_(group_ids))
    return session.scalars(query.order_by(Question.asked_at, Question.id)).all()


def waiting_count(session: Session) -> int:
    """Return how many questions wait for an answer."""
    return session.scalar(select(func.count()).select_from(Question).where(Question.status == Status.OPEN)) or 0


def waiting_counts(session: Session) -> Mapping[int, int]:
    """Return how many questions wait in each group."""
    query = select(Question.group_id, func.count()).where(
        Question.status == Status.OPEN, Question.group_id.is_not(None)
    )
    return {group: int(number) for group, number in session.execute(query.group_by(Question.group_id)) if group}


_EARLIER = select(Question.id, Question.text, Question.status, Question.municipality_code, ThemeGroup.theme)
_EARLIER = _EARLIER.outerjoin(ThemeGroup, ThemeGroup.id == Question.group_id).where(Question.status.not_in(OVER))
_EARLIER = _EARLIER.order_by(Question.id.desc()).limit(LOOKED_AT)


def earlier(session: Session) -> Sequence[Any]:
    """Return the newest questions as rows ``id, text, status, municipality_code, theme``, without ended ones."""
    return session.execute(_EARLIER).all()
