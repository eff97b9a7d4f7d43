"""Helpers for the tests of matching: newcomers and contact persons of different municipalities."""

from __future__ import annotations

from typing import Any

from bot.matches import reminders
from storage import match_profiles, pairs
from storage.match_profiles import MatchProfile
from storage.pairs import Meeting, PairState
from tests.support.chat import Chat
from tests.support.people import HABO, LUND, SOTENAS, know, person

WISH = "Hur får vi in dagvatten i detaljplaner?"


def newcomer(chat: Chat, code: str = SOTENAS, wish: str = WISH) -> Chat:
    """Make a person of a municipality, who wants a contact person."""
    know(chat, municipality_code=code, mail=f"{chat.sender.name.split()[0].casefold()}@example.se", role="politician")
    set_profile(chat, wanted_at=chat.clock.now, wrestles_with=wish)
    return chat


def contact(chat: Chat, name: str, code: str = LUND, most: int = 1, **facts: Any) -> Chat:
    """Make a person who offers to be a contact person."""
    other = chat.as_(name)
    told = {"helps_with": "dagvatten", "role": "officer", "mail": f"{name.split(maxsplit=1)[0].casefold()}@example.se"}
    know(other, municipality_code=code, **{**told, **facts})
    set_profile(other, most=most)
    return other


def set_profile(chat: Chat, **facts: Any) -> None:
    """Set what a person has said about matching."""

    def work(session: Any) -> None:
        row = match_profiles.ensure(session, person(chat).id, chat.clock.now)
        for name, value in facts.items():
            setattr(row, name, value)

    chat.app.database.play(work)


def profile(chat: Chat) -> MatchProfile:
    """Return what a person has said about matching."""
    found = chat.app.database.play(lambda session: match_profiles.of_person(session, person(chat).id))
    assert found is not None
    return found


def everything(chat: Chat) -> list[Meeting]:
    """Return all pairs, the oldest first."""
    return chat.app.database.play(lambda session: pairs.in_states(session, tuple(PairState)))


def states(chat: Chat) -> list[str]:
    """Return the states of all pairs."""
    return [meeting.pair.state for meeting in everything(chat)]


def tick(chat: Chat) -> int:
    """Let the bot's clock tick, with the job of matching. Return how many reminders were new."""
    for work in reminders.run(chat.app, chat.clock):
        chat.app.database.play(work)
    new = chat.tick()
    chat.deliver()
    return new


def matched(chat: Chat, other: Chat) -> None:
    """Match a newcomer with a contact person, and introduce them."""
    chat.press("pair.ask", {"contact": person(other).id})
    other.press("pair.accept", {"pair": everything(chat)[-1].pair.id})
    tick(chat)


__all__ = [
    "HABO",
    "LUND",
    "SOTENAS",
    "contact",
    "everything",
    "matched",
    "newcomer",
    "profile",
    "set_profile",
    "states",
]
