"""A conversation with a running bot over its own HTTP endpoint: a small version of Teams' part of the protocol.

We post activities to ``/api/messages``. The bot's answers come to a Connector of our own on loopback.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientSession, ClientTimeout, web

from bot.local.people import BOT_ID, BOT_NAME, TENANT, Player
from bot.message import Json

_CARD = "application/vnd.microsoft.card.adaptive"
_TEXT = "application/vnd.microsoft.activity.message"


class Talk:
    """One person's own chat with the bot. Messages are activities as the bot sent them, with an ``id``."""

    def __init__(self, session: ClientSession, bot: str, player: Player) -> None:
        self._session = session
        self._endpoint = f"{bot}/api/messages"
        self.player = player
        self._service_url = ""
        self._arrived: list[Json] = []

    async def arrive(self) -> list[Json]:
        """Install the bot in this chat. Return what it says."""
        await self._post({"type": "installationUpdate", "action": "add"})
        return self.pending()

    async def say(self, text: str) -> list[Json]:
        """Write ``text``. Return what the bot answers."""
        await self._post({"type": "message", "text": text, "textFormat": "plain"})
        return self.pending()

    async def press(self, card_id: str, verb: str, data: Json) -> list[Json]:
        """Press a button of the card in message ``card_id``. Return what the person then sees, the new card first."""
        action = {"type": "Action.Execute", "verb": verb, "data": data}
        invoke = {"name": "adaptiveCard/action", "value": {"action": action}, "replyToId": card_id}
        answer = await self._post({"type": "invoke", **invoke})
        kind, value = answer.get("type"), answer.get("value")
        shown: list[Json] = []
        if kind == _CARD:
            shown.append({"id": card_id, "attachments": [{"contentType": _CARD, "content": value}]})
        elif kind == _TEXT:
            shown.append({"id": "", "text": value})
        elif isinstance(value, dict):
            shown.append({"id": "", "text": str(value.get("message", ""))})
        return shown + [message for message in self.pending() if not shown or message["id"] != card_id]

    def pending(self) -> list[Json]:
        """Return the messages that came since the last call."""
        arrived, self._arrived = self._arrived, []
        return arrived

    async def _post(self, fields: Json) -> Json:
        me = {"id": self.player.teams_id, "name": self.player.name, "aadObjectId": self.player.entra_id}
        chat = {"id": f"a:terminal-{self.player.entra_id}", "conversationType": "personal", "tenantId": TENANT}
        activity = {
            "id": uuid.uuid4().hex,
            "channelId": "msteams",
            "serviceUrl": self._service_url,
            "from": me,
            "recipient": {"id": BOT_ID, "name": BOT_NAME},
            "conversation": chat,
            "channelData": {"tenant": {"id": TENANT}},
            "locale": "sv-SE",
            **fields,
        }
        async with self._session.post(self._endpoint, json=activity) as response:
            response.raise_for_status()
            body = await response.json() if fields["type"] == "invoke" else {}
        return body if isinstance(body, dict) else {}

    async def _receive(self, request: web.Request) -> web.Response:
        """Take a new message, or a new version of an old one."""
        activity = await request.json()
        own = request.method == "PUT"
        activity["id"] = request.match_info["activity"] if own else uuid.uuid4().hex
        if activity.get("type") == "message":
            self._arrived.append(activity)
        return web.json_response({"id": activity["id"]})

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Talk]:
        """Receive the bot's answers on a free loopback port for as long as the block runs."""
        connector = web.Application()
        activity = "/v3/conversations/{conversation}/activities/{activity}"
        connector.router.add_post("/v3/conversations/{conversation}/activities", self._receive)
        connector.router.add_post(activity, self._receive)
        connector.router.add_put(activity, self._receive)
        runner = web.AppRunner(connector, access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self._service_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield self
        finally:
            await runner.cleanup()


@asynccontextmanager
async def talk(bot: str, player: Player) -> AsyncIterator[Talk]:
    """Yield a conversation of ``player`` with the bot at the address ``bot``."""
    async with ClientSession(timeout=ClientTimeout(total=20)) as session, Talk(session, bot, player).listening() as it:
        yield it
