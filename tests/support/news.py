"""Helpers for tests about news: the job's ticks, members with choices, and announcements that are sent in one go."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot import news
from storage.announcements import Announcement
from storage.news import Listing
from tests.support.announcements import Post, fields, follow
from tests.support.chat import Chat
from tests.support.people import SOTENAS, know, person

MONDAY = datetime.fromisoformat("2026-11-30T09:05:00+01:00")
"""The morning of the first digest after the tests' first Tuesday."""


def tick(post: Post, replicas: int = 1) -> None:
    """Run the job once on each replica, and let everything arrive."""
    for _ in range(replicas):
        work(post.chat)
    post.chat.deliver()


def work(chat: Chat) -> None:
    """Run the jobs once."""
    for job in (news.run, news.tell_newcomers):
        for step in job(chat.app, chat.clock):
            chat.app.database.play(step)


def member(kansli: Chat, name: str, mail: str = "") -> Chat:
    """Return a member of Sotenäs who follows water."""
    chat = kansli.as_(name)
    know(chat, municipality_code=SOTENAS, mail=mail or None)
    follow(kansli, person(chat).id)
    return chat


def choose(chat: Chat, way: str) -> None:
    """Choose the same for every kind."""
    chat.press("news.all", {"way": way})


def send(kansli: Chat, post: Post, to: str, heading: str, **changes: Any) -> int:
    """Send an announcement to whom a line names, and let it arrive. Return its number."""
    kansli.say(f"annonsera {to}: {heading}. Läs mer.")
    if changes:
        kansli.click("Ändra")
        kansli.click("Spara och förhandsvisa", **fields(kansli, **changes))
    kansli.click("Skicka nu")
    number = max(row.id for row in rows(kansli, Announcement))
    post.work()
    return int(number)


def rows(chat: Chat, table: type[Any]) -> list[Any]:
    """Return every row of a table."""
    return chat.app.database.play(lambda session: session.query(table).all())


def listings(chat: Chat) -> set[tuple[int, int, str, bool]]:
    """Return the announcement, person and reason of every listing, and whether a message has it."""
    return {(row.announcement_id, row.person_id, row.why, row.delivery is not None) for row in rows(chat, Listing)}
