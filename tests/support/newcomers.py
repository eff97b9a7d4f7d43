"""Helpers for tests about new members: rosters that are read, the jobs' ticks, and what is stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import welcome
from bot.ports import Listed
from bot.register import rosters as register
from storage import places, rosters
from storage.outbox import Delivery
from storage.people import Person
from storage.rosters import Readable
from tests.support.chat import Chat
from tests.support.people import IN_TEAM

SERVICE = IN_TEAM.service_url
"""Teams' service in the tests."""


def listed(name: str, mail: str = "", *, guest: bool = False, entra_id: str = "") -> Listed:
    """Return a member as a roster has them."""
    key = name.casefold().replace(" ", "-")
    return Listed(f"29:{key}", entra_id or None, name, mail or f"{key}@sotenas.se", guest, None)


def read(chat: Chat, members: Sequence[Listed], place: Readable = IN_TEAM, *, whole: bool = True) -> None:
    """Let the bot read a team's roster. Without ``whole``, the reading breaks off before its end."""
    now = chat.clock.now
    hear(chat, place)

    def work(session: Session) -> None:
        register.keep(session, place, members, now)
        if whole:
            rosters.believe(session, place.id, now)
            while rosters.drop(session, place.id, now, 100) == 100:
                pass
            rosters.done(session, place.id, now)

    chat.app.database.play(work)


def hear(chat: Chat, place: Readable) -> None:
    """Let the bot be in a team."""
    remember = partial(
        places.remember_conversation,
        conversation_id=place.team_id,
        scope="channel",
        service_url=SERVICE,
        tenant_id="t-1",
        team_id=place.team_id,
        person_id=None,
        now=chat.clock.now,
    )
    chat.app.database.play(remember)


def work(chat: Chat) -> int:
    """Run the welcoming job once. Return how many rows it changed."""
    return sum(chat.app.database.play(step) for step in welcome.run(chat.app, chat.clock))


def tick(chat: Chat, replicas: int = 1) -> None:
    """Run everything of new members once on each replica, and let it arrive."""
    for _ in range(replicas):
        work(chat)
    chat.tick()
    chat.deliver()


def at(chat: Chat, moment: str) -> None:
    """Move the clock to a time with its zone."""
    chat.clock.now = datetime.fromisoformat(moment)


def deliveries(chat: Chat, stem: str = "welcome") -> dict[str, str]:
    """Return the states of the deliveries whose key begins so."""
    rows = select(Delivery.key, Delivery.state).where(Delivery.key.startswith(stem)).order_by(Delivery.id)
    return chat.app.database.play(lambda session: {row.key: row.state for row in session.execute(rows)})


def stored(chat: Chat, table: type[Any]) -> list[Any]:
    """Return every row of a table."""
    return chat.app.database.play(lambda session: session.query(table).all())


def id_of(chat: Chat, name: str) -> int:
    """Return the id of the person with this name."""
    found = chat.app.database.play(lambda session: session.scalar(select(Person.id).where(Person.name == name)))
    assert found is not None, name
    return int(found)


def chat_of(chat: Chat, name: str) -> list[str]:
    """Return the headings of the cards in a person's chat with the bot."""
    return headings(chat, f"a:{name.casefold().replace(' ', '-')}")


def headings(chat: Chat, conversation: str) -> list[str]:
    """Return the headings of the cards in a conversation."""
    shown = chat.history.get(conversation, [])
    return [one.message.card["body"][0]["text"] for one in shown if one.message.card]
