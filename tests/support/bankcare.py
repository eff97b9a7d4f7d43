"""Entries of the knowledge bank to care for, for tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from bot.bank import entries
from bot.bank.entries import EntryContent
from bot.register.change import Change
from bot.search.live_bank import LiveBank
from storage import faq, groups
from storage.faq import Entry, EntryState
from storage.faq_log import FaqQuestion, QuestionOutcome
from tests.support.chat import Chat
from tests.support.people import person

TEXTILE = "Hur sorterar vi textil?"


def write(
    chat: Chat,
    question: str = TEXTILE,
    answer: str = "I en egen kasse.",
    *,
    phrasings: tuple[str, ...] = (),
    theme: str = "vatten",
    state: EntryState = EntryState.PUBLISHED,
    **columns: Any,
) -> int:
    """Write an entry as an operator's command would. Return its id."""

    def work(session: Session) -> int:
        change = Change(session, None, chat.clock.now)
        entry = entries.create(change, EntryContent(question, answer, phrasings, theme))
        if state is not EntryState.DRAFT:
            entries.move(change, entry, EntryState.PUBLISHED)
        if state is EntryState.ARCHIVED:
            entries.move(change, entry, state)
        for name, value in columns.items():
            setattr(entry, name, value)
        return entry.id

    number = chat.app.database.play(work)
    _index(chat)
    return number


def read(chat: Chat, number: int) -> Entry:
    """Return an entry as it is now, with its phrasings."""

    def work(session: Session) -> Entry:
        entry = session.get_one(Entry, number)
        assert entry.phrasings is not None
        return entry

    return chat.app.database.play(work)


def asked(chat: Chat, number: int | None, times: int = 1, *, rejected: bool = False) -> None:
    """Log questions that an entry answered, or was offered for in vain."""
    outcome = QuestionOutcome.OFFERED if rejected else QuestionOutcome.ANSWERED

    def work(session: Session) -> None:
        values = {"probability": 0.9, "theme": "", "rejected": rejected, "chosen_id": None}
        session.add_all(
            FaqQuestion(at=chat.clock.now, outcome=outcome, entry_id=number, **values) for _ in range(times)
        )

    chat.app.database.play(work)


def rest_is_quiet(chat: Chat, but: int) -> None:
    """Let no other entry be due for review, and no other draft wait."""

    def work(session: Session) -> None:
        session.query(Entry).filter(Entry.id != but).update({"review_on": None, "reviewed_on": date(2040, 1, 1)})
        drafts = session.query(Entry).filter(Entry.id != but, Entry.state == EntryState.DRAFT)
        drafts.update({"state": EntryState.ARCHIVED})
        faq.touch(session)

    chat.app.database.play(work)
    _index(chat)


def _index(chat: Chat) -> None:
    """Let the next turn search what was written past the bot."""
    assert isinstance(chat.app.bank, LiveBank)
    chat.app.bank.rebuild()


def moderate(chat: Chat, theme: str = "vatten") -> None:
    """Make somebody a moderator of the group of a theme."""

    number = person(chat).id

    def work(session: Session) -> None:
        group = groups.by_theme(session, theme)
        assert group is not None
        groups.appoint(session, group.id, number)

    chat.app.database.play(work)


def open_form(kansli: Chat, number: int) -> str:
    """Open an entry's form as a person does: search for its question, and press it."""
    question = read(kansli, number).question
    kansli.say(f"faq sök {question}")
    return kansli.click(question)


def open_history(kansli: Chat, number: int) -> str:
    """Open an entry's history by its form."""
    open_form(kansli, number)
    return kansli.click("Historik")


def filled(chat: Chat) -> dict[str, str]:
    """Return what the fields of the newest card hold."""
    return {part["id"]: part.get("value", "") for part in chat.card["body"] if str(part["type"]).startswith("Input.")}


def save(kansli: Chat, number: int, **fields: str) -> str:
    """Open an entry's form and save it with some fields changed."""
    open_form(kansli, number)
    return kansli.click("Spara", **{**filled(kansli), **fields})
