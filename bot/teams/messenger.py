"""Send the bot's own messages through the Connector, and translate Teams' refusals (platform.md §3)."""

from __future__ import annotations

import html
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import ClientConnectorError, ClientError, ConnectionTimeoutError

from bot.message import Json, Message
from bot.ports import DeliveryWay, Failed, Member, Posted, Reason, Route, TryLater, Uncertain, Unreachable
from bot.teams.activities import message_activity
from bot.teams.codec import encode
from bot.teams.connector import Connector, ConnectorError, ServiceUrlError, TokenError, id_of

_THREAD = ";messageid="
LONGEST_CONVERSATION, LONGEST_THREAD = 300, 100
"""The most characters of these ids that the database stores; Teams' own are shorter."""

REASONS = {
    "MessageWritesBlocked": Reason.BLOCKED,
    "ConversationBlockedByUser": Reason.BLOCKED,
    "ForbiddenOperationException": Reason.NOT_INSTALLED,
    "BotNotInConversationRoster": Reason.NOT_IN_ROSTER,
    "BotDisabledByAdmin": Reason.DISABLED,
    "ConversationNotFound": Reason.GONE,
    "ActivityNotFoundInConversation": Reason.GONE,
}
"""Teams' codes for 403 and 404, and what they say about the recipient."""
MAY_HAVE_ARRIVED = frozenset({502, 503, 504})
"""Statuses that ask us to try again although the message may have arrived already."""


class TeamsMessenger:
    """:class:`bot.ports.Messenger` on the Connector."""

    def __init__(self, connector: Connector, app_id: str | None) -> None:
        """``app_id`` is None in local mode."""
        self._connector = connector
        self._bot = {"bot": {"id": f"28:{app_id}"}} if app_id else {}

    async def open_chat(self, route: Route) -> str:
        """See :class:`bot.ports.Messenger`. Teams finds an existing chat, so doing it twice does no harm.

        The message is sent afterwards: Teams returns no activity id for a chat that is created with a message.
        """
        members = [{"id": route.member.id, "name": route.member.name}] if route.member else []
        parameters = {"isGroup": False, **self._bot, "members": members, **_tenant(route, {})}
        with _meaning():
            answer = await self._connector.create(route.service_url, parameters)
        conversation_id = id_of(answer, longest=LONGEST_CONVERSATION)
        if conversation_id is None:
            raise Failed("no_conversation_id")
        return conversation_id

    async def send(self, route: Route, message: Message) -> Posted:
        """See :class:`bot.ports.Messenger`."""
        if route.way is DeliveryWay.CHANNEL:
            return await self._start_thread(route, message)
        activity = _activity(message)
        if route.way is DeliveryWay.MENTION and route.member:
            activity = _mentioning(activity, route.member)
        with _meaning():
            sent = await self._connector.send(route.service_url, _conversation(route), activity)
        return Posted(route.conversation_id, route.thread_id, sent)

    async def update(self, route: Route, message: Message) -> Posted:
        """See :class:`bot.ports.Messenger`."""
        message_id = route.activity_id or ""
        activity = {**_activity(message), "id": message_id}
        with _meaning():
            await self._connector.update(route.service_url, _conversation(route), message_id, activity)
        return Posted(route.conversation_id, route.thread_id, message_id)

    async def delete(self, route: Route) -> Posted:
        """See :class:`bot.ports.Messenger`."""
        message_id = route.activity_id or ""
        try:
            with _meaning():
                await self._connector.delete(route.service_url, _conversation(route), message_id)
        except Unreachable as error:
            if error.reason is not Reason.GONE:
                raise
        return Posted(route.conversation_id, route.thread_id, message_id)

    async def _start_thread(self, route: Route, message: Message) -> Posted:
        channel = {"channel": {"id": route.conversation_id}}
        parameters = {"isGroup": True, **self._bot, **_tenant(route, channel), "activity": _activity(message)}
        with _meaning():
            answer = await self._connector.create(route.service_url, parameters)
        _, _, root = (id_of(answer, longest=LONGEST_CONVERSATION + LONGEST_THREAD) or "").partition(_THREAD)
        thread = id_of({"id": root}, longest=LONGEST_THREAD)
        posted = id_of(answer, "activityId") or thread
        thread = thread or id_of({"id": posted}, longest=LONGEST_THREAD)
        return Posted(route.conversation_id, thread, posted)


@contextmanager
def _meaning() -> Iterator[None]:
    """Replace the Connector's exceptions with the port's."""
    try:
        yield
    except ConnectorError as error:
        raise _understood(error) from error
    except ServiceUrlError as error:
        raise Failed("service_url_refused") from error
    except TokenError as error:
        raise TryLater("no_token", everyone=True) from error
    except (ClientConnectorError, ConnectionTimeoutError) as error:  # nothing was written
        raise TryLater("no_connection") from error
    except (ClientError, TimeoutError) as error:
        raise Uncertain("no_answer") from error


def _understood(error: ConnectorError) -> Exception:
    reason = REASONS.get(error.code) if error.status in (403, 404) else None
    if reason is not None:
        return Unreachable(reason)
    code = f"{error.status} {error.code}".strip()[:100]
    match error.status:
        case 404:
            return Unreachable(Reason.GONE)
        case 401:  # our identity is wrong; the operator must fix it, and no message may be lost
            return TryLater(code, everyone=True)
        case 412 | 429:  # refused before it was done
            return TryLater(code, after=error.retry_after)
        case status if status in MAY_HAVE_ARRIVED:
            return TryLater(code, after=error.retry_after, doubtful=True)
        case _:
            return Failed(code)


def _activity(message: Message) -> Json:
    return encode(message_activity(message))


def _conversation(route: Route) -> str:
    return f"{route.conversation_id}{_THREAD}{route.thread_id}" if route.thread_id else route.conversation_id


def _tenant(route: Route, data: Json) -> Json:
    """Return the tenant in both places where Teams' own samples write it."""
    if route.tenant_id is None:
        return {"channelData": data} if data else {}
    return {"tenantId": route.tenant_id, "channelData": {**data, "tenant": {"id": route.tenant_id}}}


def _mentioning(activity: Json, member: Member) -> Json:
    """Return the message with a mention first, in a card: Teams splits off text next to a card, without an id (§3)."""
    tag = f"<at>{html.escape(member.name, quote=False)}</at>"
    mention = {"type": "mention", "text": tag, "mentioned": {"id": member.id, "name": member.name}}
    if not activity.get("attachments"):
        return {**activity, "text": f"{tag} {activity.get('text', '')}", "entities": [mention]}
    attachment, *others = activity["attachments"]
    card = attachment["content"]
    teams = card.get("msteams") or {}
    body = [{"type": "TextBlock", "text": tag, "wrap": True}, *card.get("body", ())]
    card = {**card, "body": body, "msteams": {**teams, "entities": [*teams.get("entities", ()), mention]}}
    return {**activity, "attachments": [{**attachment, "content": card}, *others]}
