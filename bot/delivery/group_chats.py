"""Open a group chat for people, and put the bot in it.

Opening is not safe to repeat: Graph makes a new group chat each time. So the chat is written down as soon as Graph has
answered, and a later try only lets the bot in. A process that is killed between the two, or an answer that is lost,
leaves the row ``uncertain``: there may be a chat without the bot. Nobody waits for it, because the feature gives people
a link instead, and a row that it does not want any more is not sent again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from bot.delivery.calendar import LONGEST_URL, Play
from bot.guid import is_guid
from bot.ports import Failed, Posted, Reason, TryLater, Uncertain, Unreachable
from bot.tenant import ChatMember, Chats, GroupChat
from storage import bulk, outbox
from storage.outbox import Delivery


async def open_for(chats: Chats, row: Delivery, body: Mapping[str, Any], play: Play) -> Posted:
    """Open the row's chat, unless an earlier try did, and let the bot in. Raise as :class:`bot.ports.Messenger` does.

    A person without an account in the tenant can't be in it, and then there is no chat.
    """
    opened = await play(partial(_opened, delivery_id=row.id))
    if opened is None:
        if "members" not in body:
            raise Failed("text_forgotten")
        members = await play(partial(_members, person_ids=body["members"]))
        opened = await _open(chats, str(body["text"]), members)
        await play(partial(_note, delivery_id=row.id, opened=opened))
    await chats.enter_chat(opened.id)
    return Posted(opened.id, join_url=opened.url or None)


async def _open(chats: Chats, topic: str, members: Sequence[ChatMember]) -> GroupChat:
    try:
        return await chats.open_chat(topic, members)
    except TryLater as error:
        if error.doubtful:  # one more try might make one more chat
            raise Uncertain(error.code) from error
        raise


def _opened(session: Session, *, delivery_id: int) -> GroupChat | None:
    row = session.get(Delivery, delivery_id, populate_existing=True)
    if row is None or row.sent_conversation_id is None:
        return None
    return GroupChat(row.sent_conversation_id, row.join_url or "")


def _note(session: Session, *, delivery_id: int, opened: GroupChat) -> None:
    outbox.note_chat(session, delivery_id, opened.id, opened.url if len(opened.url) <= LONGEST_URL else None)


def _members(session: Session, *, person_ids: Sequence[int]) -> list[ChatMember]:
    known = bulk.people(session, set(person_ids))
    members = [
        ChatMember(person.entra_id, guest=bool(person.guest))
        for person in (known[number] for number in person_ids if number in known)
        if person.entra_id and is_guid(person.entra_id) and person.left_at is None
    ]
    if len(members) < max(2, len(person_ids)):
        raise Unreachable(Reason.NO_ROUTE)
    return members
