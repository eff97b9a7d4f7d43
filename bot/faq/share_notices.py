"""Posts an answer that only its asker saw in the thread where they asked, when they want to share it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.faq import access, cards, testimony_cards
from bot.message import Json
from bot.swedish import date_of
from bot.turn import Turn
from storage import faq, outbox
from storage.faq import Entry, EntryKind
from storage.faq_log import FaqQuestion
from storage.outbox import Delivery
from storage.outgoing import Outgoing, ToThread, number_of

SUBJECT = "share"
WORTH = timedelta(days=1)
"""How long it is worth posting, as long as an answer itself (:mod:`bot.delivery.replies`)."""


def post(turn: Turn, question: FaqQuestion, entry: Any, thread: ToThread) -> bool:
    """Post the answer in the thread, without saying who asked or in which words. Return False if that is done."""
    outgoing = Outgoing(
        _key(question, entry),
        _subject(entry),
        thread,
        card=_card(turn, question, entry),
        expires_at=turn.now + WORTH,
    )
    return outbox.enqueue(turn.session, outgoing, turn.now)


def is_shared(turn: Turn, question: FaqQuestion, entry: Any) -> bool | None:
    """Return whether the answer is shared. None if it is not to be: others see it, or they did not see the question."""
    if not turn.incoming.private or access.open_thread(turn, question) is None:
        return None
    return outbox.find(turn.session, _key(question, entry)) is not None


def still_wanted(session: Session, row: Delivery) -> bool:
    """Return whether members may still read the answer, and it is as the asker saw it when they shared it."""
    entry_id, today = number_of(row.subject), date_of(row.claimed_at or row.not_before)
    entry = None if entry_id is None else faq.shown(session, [entry_id], today).get(entry_id)
    return entry is not None and bool(entry.changed_at <= row.created_at)


def take_back_name(turn: Turn, entry: Entry) -> None:
    """Post nothing that still says who answered, because the colleague does not want that any more."""
    outbox.cancel(turn.session, _subject(entry), turn.now)


def _subject(entry: Any) -> str:
    return f"{SUBJECT}:{entry.id}"


def _key(question: FaqQuestion, entry: Any) -> str:
    """Return the key of sharing the answer as it is now: the asker may share it again when it has been changed."""
    return f"{SUBJECT}:{question.id}:{entry.id}:{entry.changed_at.isoformat()}"


def _card(turn: Turn, question: FaqQuestion, entry: Any) -> Json:
    if entry.kind == EntryKind.TESTIMONY:
        return testimony_cards.told(entry, access.teller(turn, entry), question.id, posted=True)
    return cards.answer(entry, question.id, contact=turn.app.settings.contact, posted=True)
