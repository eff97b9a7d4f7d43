"""Delete what is too old, class by class and in chunks; and a preview of that."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy.orm import Session

from bot.privacy import personal_data
from bot.settings import Settings
from bot.swedish import date_of
from bot.turn import App
from storage import (
    agenda,
    answer_forms,
    faq_growth,
    faq_history,
    faq_log,
    links,
    news,
    offers,
    pairs,
    retention,
    silences,
    turns,
    viewpoints,
)
from storage.database import PURGE, Database, wake
from storage.privacy import EraseHook

CHUNK = 200
"""Rows deleted in one transaction: at most about 50 ms, in which a turn would wait on SQLite."""
CHOICES_DAYS = 35
"""A choice keeps a decision away for four weeks, and the week's card shows it for one."""
PREVIEWED = 100_000
"""Rows of a class that a preview counts; it holds the database while it counts."""

MISTRUST = "the clock is more than 60 days past the last run. If the clock is right, run: python -m bot retention"

logger = logging.getLogger(__name__)

Forget = Callable[[Session, Settings, datetime, int], int]
"""Delete at most so many rows that are too old now; how many went."""


@dataclass(frozen=True, slots=True)
class Old:
    """A class of what is deleted when it is too old."""

    name: str
    """For the operator."""
    kept: Callable[[Settings], str]
    forget: Forget
    chunk: int = CHUNK
    rounds: int | None = None
    """Transactions at a tick, where each takes long; the rest goes at the next."""
    foresee: Forget | None = None
    """For what takes long to do and take back: as ``forget``, without doing it."""


def _before(now: datetime, days: int) -> datetime:
    return now - timedelta(days=days)


OLD = (
    Old("answers kept for repeats", lambda _: "24 hours", lambda s, _, now, most: turns.forget_old(s, now, most)),
    Old(
        "answers that went late",
        lambda _: "24 hours",
        lambda s, _, now, most: retention.forget_replies(s, now - turns.KEPT, most),
    ),
    Old("replies to ask about", lambda _: "24 hours", lambda s, _, now, most: offers.forget_old(s, now, most)),
    Old("answers begun", lambda _: "15 minutes", lambda s, _, now, most: answer_forms.forget_old(s, now, most)),
    Old("links to fetch a file", lambda _: "15 minutes", lambda s, _, now, most: links.forget(s, now, most)),
    Old(
        "wordings of questions, and votes' reasons",
        lambda it: f"SEKOM_QUESTION_DAYS={it.question_days}",
        lambda s, it, now, most: faq_log.forget_texts(s, _before(now, it.question_days), now, most),
    ),
    Old(
        "questions between members that ended",
        lambda it: f"SEKOM_PEER_DAYS={it.peer_days}",
        lambda s, it, now, most: retention.forget_questions(s, _before(now, it.peer_days), most),
    ),
    Old(
        "points of view on consultations",
        lambda it: f"SEKOM_PEER_DAYS={it.peer_days}",
        lambda s, it, now, most: viewpoints.forget_old(s, _before(now, it.peer_days), most),
    ),
    Old(
        "conversations left half-way",
        lambda it: f"SEKOM_DIALOG_DAYS={it.dialog_days}",
        lambda s, it, now, most: retention.forget_dialogs(s, _before(now, it.dialog_days), most),
    ),
    Old(
        "texts of messages sent",
        lambda it: f"SEKOM_MESSAGE_DAYS={it.message_days}",
        lambda s, it, now, most: retention.forget_contents(s, _before(now, it.message_days), most),
    ),
    Old(
        "notes that a message was sent",
        lambda it: f"SEKOM_DELIVERY_DAYS={it.delivery_days}",
        lambda s, it, now, most: retention.forget_deliveries(s, _before(now, it.delivery_days), most),
    ),
    Old(
        "notes that an announcement stood in a list",
        lambda it: f"SEKOM_DELIVERY_DAYS={it.delivery_days}",
        lambda s, it, now, most: news.forget_old(s, _before(now, it.delivery_days), most),
    ),
    Old(
        "appointments that are over, and who was invited",
        lambda it: f"SEKOM_DELIVERY_DAYS={it.delivery_days}",
        lambda s, it, now, most: retention.forget_appointments(s, _before(now, it.delivery_days), most),
    ),
    Old(
        "names of former contact persons",
        lambda it: f"SEKOM_HISTORY_DAYS={it.history_days}",
        lambda s, it, now, most: retention.forget_former(s, date_of(_before(now, it.history_days)), most),
    ),
    Old(
        "matches that ended",
        lambda it: f"SEKOM_HISTORY_DAYS={it.history_days}",
        lambda s, it, now, most: pairs.forget_old(s, _before(now, it.history_days), most),
    ),
    Old(
        "log of the kansli's changes",
        lambda it: f"SEKOM_AUDIT_DAYS={it.audit_days}",
        lambda s, it, now, most: retention.forget_audit(s, _before(now, it.audit_days), most),
    ),
    Old(
        "silences that ended",
        lambda it: f"SEKOM_DELIVERY_DAYS={it.delivery_days}",
        lambda s, it, now, most: silences.forget_old(s, _before(now, it.delivery_days), most),
    ),
    Old(
        "history of the knowledge bank's entries",
        lambda it: f"SEKOM_AUDIT_DAYS={it.audit_days}",
        lambda s, it, now, most: faq_history.forget(s, _before(now, it.audit_days), most),
    ),
    Old(
        "the kansli's choices about prepared decisions",
        lambda _: "35 days",
        lambda s, _, now, most: agenda.forget_old(s, _before(now, CHOICES_DAYS), most),
    ),
    Old(
        "the kansli's decisions about wordings",
        lambda it: f"SEKOM_AUDIT_DAYS={it.audit_days}",
        lambda s, it, now, most: faq_growth.forget(s, _before(now, it.audit_days), most),
    ),
)


def everything(hooks: Sequence[EraseHook]) -> tuple[Old, ...]:
    """All classes; ``hooks`` are the features' own part of erasing people."""
    leavers = Old(
        "people who left, or were replaced on a list",
        lambda it: f"SEKOM_LEAVER_DAYS={it.leaver_days}",
        lambda s, it, now, most: personal_data.erase_leavers(s, it, now, most, hooks),
        chunk=1,  # each has many texts to clean, and turns wait for that
        rounds=10,
        foresee=lambda s, it, now, most: len(list(islice(personal_data.left_long_ago(s, it, now), most))),
    )
    return (*OLD, leavers)


def run(app: App, clock: Callable[[], datetime]) -> Iterator[Callable[[Session], int]]:
    """Yield the transactions that delete what is too old, for ``bot.jobs``; each is played before the next is asked.

    Deletes nothing where the clock has gone further since the last run than anybody should believe.
    """
    now, refused = clock(), False

    def check(session: Session) -> int:
        nonlocal refused
        last = retention.last_trusted(session)
        refused = last is not None and now - last > retention.LONGEST_GAP
        if refused:
            logger.error("nothing is deleted: %s", MISTRUST, extra={"last": str(last), "now": str(now)})
        else:
            retention.trust(session, now)
        return 0

    yield check
    if refused:
        return
    for one in everything(app.routes.erase_hooks):
        yield from islice(_rounds(one, app.settings, now), one.rounds)
    yield _purged


def preview(database: Database, settings: Settings, now: datetime) -> list[tuple[Old, int]]:
    """How many rows of each class would go now: by :attr:`Old.foresee`, or by the work itself, taken back."""
    return [(one, _would_go(database, settings, now, one)) for one in everything(())]


def carry_out(
    database: Database, settings: Settings, now: datetime, hooks: Sequence[EraseHook]
) -> list[tuple[Old, int]]:
    """Delete it, for the operator's command. Return how many rows of each class went."""
    gone = [(one, sum(map(database.play, _rounds(one, settings, now)))) for one in everything(hooks)]
    database.play(lambda session: retention.trust(session, now))
    database.play(_purged)
    return gone


def _purged(session: Session) -> int:
    """Have what was deleted leave the database's files too."""
    wake(session, PURGE)
    return 0


def _would_go(database: Database, settings: Settings, now: datetime, one: Old) -> int:
    with database.transaction() as session:
        found = (one.foresee or one.forget)(session, settings, now, PREVIEWED)
        session.rollback()
    return found


def _rounds(one: Old, settings: Settings, now: datetime) -> Iterator[Callable[[Session], int]]:
    """One transaction after another, as long as there was enough for a whole chunk."""
    gone = one.chunk

    def work(session: Session) -> int:
        nonlocal gone
        gone = one.forget(session, settings, now, one.chunk)
        return gone

    while gone >= one.chunk:
        yield work
