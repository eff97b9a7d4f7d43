"""Presses that leave nothing behind: the turn is played in a transaction that is rolled back, on either database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from bot import conversation
from bot.message import Incoming, Kind, Reply, UserError
from storage import outbox, people
from storage.contents import Content
from storage.outbox import Delivery
from tests.support.chat import Chat

_numbers = count(1)


@dataclass(frozen=True)
class Rehearsed:
    """What a press would have shown and sent."""

    refusal: str = ""
    shown: str = ""
    """The whole reply with its buttons' data."""
    sent: Mapping[str, str] = field(default_factory=dict)
    """What the outbox would have sent, by the Teams id of the recipient or the conversation's id."""


class _RolledBack(Exception):  # noqa: N818 - no error
    def __init__(self, what: Rehearsed) -> None:
        self.what = what


def press(chat: Chat, verb: str, data: Mapping[str, Any]) -> Rehearsed:
    """Press a button as this person here; nothing of it is kept."""
    number = f"rehearsed{next(_numbers)}"
    incoming = Incoming(number, Kind.ACTION, chat.sender, chat.place, verb=verb, data=data, card_id="card")

    def work(session: Session) -> None:
        before = {key for (key,) in session.query(Delivery.key)}
        reply = conversation._answer(chat.app, session, incoming, chat.clock.now, None).reply
        session.flush()
        fresh = [row for row in session.query(Delivery) if row.key not in before]
        raise _RolledBack(Rehearsed("", _text(reply), _sent(session, fresh)))

    try:
        chat.app.database.play(work)
    except _RolledBack as done:
        return done.what
    except UserError as refusal:
        return Rehearsed(str(refusal), str(refusal))
    raise AssertionError("the turn was kept")


def _text(reply: Reply) -> str:
    return json.dumps(reply.to_json(), ensure_ascii=False)


def _sent(session: Session, rows: list[Delivery]) -> dict[str, str]:
    told: dict[str, str] = {}
    for row in rows:
        content = session.get(Content, row.content_hash) if row.content_hash else None
        changed = outbox.find(session, row.target) if row.target else None  # the message that gets a new version
        recipient = people.by_id(session, changed.person_id if changed else row.person_id)
        to = recipient.teams_id if recipient else row.conversation_id or row.target
        told[to or ""] = told.get(to or "", "") + json.dumps(content.body if content else {}, ensure_ascii=False)
    return told
