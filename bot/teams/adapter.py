"""botbuilder's adapter on our own connector: how a turn's activities reach Teams.

A private question in a channel (a targeted message) gets a private answer there, or else in the person's own chat. The
answer to an open question may be private too (:attr:`bot.message.Message.aside`), or else it stands in the thread.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from typing import TypeVar

from aiohttp import ClientConnectorError
from botbuilder.core import BotAdapter, TurnContext
from botbuilder.schema import Activity, ActivityTypes, ConversationReference, InvokeResponse, ResourceResponse

from bot.message import Json
from bot.teams import marks
from bot.teams.activities import AsideActivity, is_private, thread_of
from bot.teams.codec import encode
from bot.teams.connector import Connector, ConnectorError, id_of
from bot.teams.gate import tenant_of

T = TypeVar("T")

NOT_DELIVERED = (ClientConnectorError,)
"""No connection. One that was closed without an answer may have been read."""

RETRIED = frozenset({412, 429, 502, 503, 504})
"""The statuses after which Teams asks us to try again."""
NOT_DONE = frozenset({412, 429})
"""Those of them that say that nothing was done. After the others the outbox sends a message again, and marks it."""
REFUSED = frozenset({400, 403, 404, 405})
"""The statuses with which Teams says that it has no private messages here."""
LONGEST_WAIT = 2.0
"""The most seconds that a turn waits for a new try. Longer waits are not worth it, because a person is waiting."""
USUAL_WAIT = 0.5
"""Seconds to wait if Teams does not say how long."""
_THREAD = ";messageid="

logger = logging.getLogger(__name__)


class Adapter(BotAdapter):
    """Run turns through the middleware (``use``) and send their activities."""

    def __init__(self, connector: Connector) -> None:
        super().__init__()
        self._connector = connector

    async def process(
        self, activity: Activity, logic: Callable[[TurnContext], Awaitable[None]]
    ) -> InvokeResponse | None:
        """Run one turn. Return an invoke's answer, or None for other activities. Raise what ``logic`` raises."""
        activity.delivery_mode = None  # "expectReplies" would make TurnContext keep the replies to itself
        context = TurnContext(self, activity)
        await self.run_pipeline(context, logic)
        answer = context.turn_state.get(self._INVOKE_RESPONSE_KEY)
        return answer.value if answer is not None else None

    async def send_activities(self, context: TurnContext, activities: list[Activity]) -> list[ResourceResponse]:
        """Send in order. Try once more if Teams asks for it, then raise what :class:`Connector` raises."""
        return [ResourceResponse(id=await self._send(context, activity)) for activity in activities]

    async def update_activity(self, context: TurnContext, activity: Activity) -> ResourceResponse:
        """Replace the message ``activity.id``. Raise as :meth:`send_activities`."""
        body = encode(activity)
        if is_private(context.activity):
            body = {**marks.marked(body), "recipient": {"isTargeted": True}}
        await _twice(lambda: self._connector.update(activity.service_url, activity.conversation.id, activity.id, body))
        return ResourceResponse(id=activity.id)

    async def delete_activity(self, context: TurnContext, reference: ConversationReference) -> None:
        """Delete a message. Raise as :meth:`send_activities`."""
        del context
        await _twice(
            lambda: self._connector.delete(reference.service_url, reference.conversation.id, reference.activity_id)
        )

    async def _send(self, context: TurnContext, activity: Activity) -> str | None:
        if activity.type == ActivityTypes.invoke_response:
            context.turn_state[self._INVOKE_RESPONSE_KEY] = activity
            return None
        if activity.type in (ActivityTypes.trace, "delay"):  # botbuilder sends these to emulators
            return None
        question, body = context.activity, encode(activity)
        if is_private(question):
            return await self._send_privately(question, body)
        if isinstance(activity, AsideActivity):
            try:
                return await self._target(question, body)
            except ConnectorError as error:
                if error.status not in REFUSED:
                    raise
                logger.info("Teams shows no private reply here, so everybody sees it", extra={"error": str(error)})
        return await self._post(activity.service_url, _conversation(question), activity.reply_to_id, body)

    async def _send_privately(self, question: Activity, body: Json) -> str | None:
        """Send to the person who asked only: in the conversation, or in their own chat if Teams refuses that."""
        person, url = question.from_property, question.service_url
        try:
            return await self._target(question, body)
        except ConnectorError as error:
            if error.status not in REFUSED:
                raise
        tenant = tenant_of(question)
        data = {"tenantId": tenant, "channelData": {"tenant": {"id": tenant}}} if tenant else {}
        bot, members = {"id": question.recipient.id}, [{"id": person.id, "name": person.name}]
        chat = id_of(
            await self._connector.create(url, {"isGroup": False, "bot": bot, "members": members, **data}), longest=300
        )
        if chat is None:
            raise ConnectorError(502, "NoConversation", "", None)
        own = {name: value for name, value in body.items() if name not in ("conversation", "replyToId", "recipient")}
        return await self._post(url, chat, None, own)

    async def _target(self, question: Activity, body: Json) -> str | None:
        """Send to the person who asked, in the conversation, so that nobody else sees it."""
        person = question.from_property
        to = {"id": person.id, "name": person.name, "isTargeted": True}
        targeted = {**marks.marked(body), "recipient": to}
        return await self._post(question.service_url, _conversation(question), None, targeted)

    async def _post(self, url: str, conversation_id: str, reply_to: str | None, body: Json) -> str | None:
        if reply_to:
            return await _twice(lambda: self._connector.reply(url, conversation_id, reply_to, body), NOT_DONE)
        return await _twice(lambda: self._connector.send(url, conversation_id, body), NOT_DONE)


def _conversation(activity: Activity) -> str:
    """Return where to answer an activity: in its thread, even if only ``channelData.thread`` names it."""
    conversation_id, thread = str(activity.conversation.id), thread_of(activity)
    return conversation_id if thread is None or _THREAD in conversation_id else f"{conversation_id}{_THREAD}{thread}"


async def _twice(call: Callable[[], Awaitable[T]], statuses: Collection[int] = RETRIED) -> T:
    """Try once more after one of ``statuses``, or where there was no connection."""
    try:
        return await call()
    except ConnectorError as error:
        wait = USUAL_WAIT if error.retry_after is None else error.retry_after
        if error.status not in statuses or wait > LONGEST_WAIT:
            raise
    except NOT_DELIVERED:
        wait = USUAL_WAIT
    await asyncio.sleep(wait)
    return await call()
