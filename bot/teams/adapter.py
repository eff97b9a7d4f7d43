"""botbuilder's adapter on our own connector: how a turn's activities reach Teams."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiohttp import ClientConnectorError, ServerDisconnectedError
from botbuilder.core import BotAdapter, TurnContext
from botbuilder.schema import Activity, ActivityTypes, ConversationReference, InvokeResponse, ResourceResponse

from bot.teams.codec import encode
from bot.teams.connector import Connector, ConnectorError

T = TypeVar("T")

NOT_DELIVERED = (ClientConnectorError, ServerDisconnectedError)
"""No connection, or one that Teams closed while it was idle: what was written there was not read."""

RETRIED = frozenset({412, 429, 502, 503, 504})
"""The statuses that Teams asks to have tried again; everything else stays as it is."""
LONGEST_WAIT = 2.0
"""Seconds that a turn waits before it tries again. A longer Retry-After is given up: somebody waits for the turn."""
USUAL_WAIT = 0.5
"""Seconds to wait where Teams doesn't say."""


class Adapter(BotAdapter):
    """Runs turns through the middleware (``use``) and sends what they send."""

    def __init__(self, connector: Connector) -> None:
        super().__init__()
        self._connector = connector

    async def process(
        self, activity: Activity, logic: Callable[[TurnContext], Awaitable[None]]
    ) -> InvokeResponse | None:
        """Run one turn. An invoke's answer, or None for what is no invoke. Raises whatever ``logic`` raises."""
        activity.delivery_mode = None  # "expectReplies" would make TurnContext keep the replies to itself
        context = TurnContext(self, activity)
        await self.run_pipeline(context, logic)
        answer = context.turn_state.get(self._INVOKE_RESPONSE_KEY)
        return answer.value if answer is not None else None

    async def send_activities(self, context: TurnContext, activities: list[Activity]) -> list[ResourceResponse]:
        """Send in order. Raises what :class:`Connector` raises, after one more try where Teams asks for it."""
        return [ResourceResponse(id=await self._send(context, activity)) for activity in activities]

    async def update_activity(self, context: TurnContext, activity: Activity) -> ResourceResponse:
        """Replace the message ``activity.id``. Raises as :meth:`send_activities`."""
        del context
        body = encode(activity)
        await _twice(lambda: self._connector.update(activity.service_url, activity.conversation.id, activity.id, body))
        return ResourceResponse(id=activity.id)

    async def delete_activity(self, context: TurnContext, reference: ConversationReference) -> None:
        """Take a message away. Raises as :meth:`send_activities`."""
        del context
        await _twice(
            lambda: self._connector.delete(reference.service_url, reference.conversation.id, reference.activity_id)
        )

    async def _send(self, context: TurnContext, activity: Activity) -> str | None:
        if activity.type == ActivityTypes.invoke_response:
            context.turn_state[self._INVOKE_RESPONSE_KEY] = activity
            return None
        if activity.type in (ActivityTypes.trace, "delay"):  # botbuilder's own, for emulators
            return None
        url, conversation_id, body = activity.service_url, activity.conversation.id, encode(activity)
        if activity.reply_to_id:
            return await _twice(lambda: self._connector.reply(url, conversation_id, activity.reply_to_id, body))
        return await _twice(lambda: self._connector.send(url, conversation_id, body))


async def _twice(call: Callable[[], Awaitable[T]]) -> T:
    try:
        return await call()
    except ConnectorError as error:
        wait = USUAL_WAIT if error.retry_after is None else error.retry_after
        if error.status not in RETRIED or wait > LONGEST_WAIT:
            raise
    except NOT_DELIVERED:
        wait = USUAL_WAIT
    await asyncio.sleep(wait)
    return await call()
