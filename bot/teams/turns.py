"""One turn at the edge: each activity once, its reply sent, and a fault told with a reference code."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from aiohttp import ClientError
from botbuilder.core import TurnContext

from bot import metrics
from bot.cards import fills_in
from bot.message import NOTHING, Incoming, Json, Kind, Message, Reply, Scope, Sent, say
from bot.teams import activities
from bot.teams.connector import ConnectorError, ServiceUrlError, TokenError

if TYPE_CHECKING:
    from bot.conversation import Answer

SEND_FAILURES = (ConnectorError, ServiceUrlError, TokenError, ClientError, TimeoutError)
"""What sending can raise: Teams said no, or did not answer."""
LONGEST_DRAIN = 20
"""Seconds; a turn's one slow send and its retry fit, and container hosts kill after 30."""
ONLY_YOURS = "Svaret är bara för dig. Skriv till mig i vår egen chatt, så får du det där."
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without I, O, 0 and 1, which are mistaken for each other when read aloud."""

logger = logging.getLogger(__name__)


class Core(Protocol):
    """What an incoming thing is handed to."""

    async def answer(self, incoming: Incoming) -> Answer:
        """Answer and commit. Whatever it raises is a fault."""

    async def sent(self, gone: Sent) -> None:
        """Note that the answer has gone, so that a repeat does not send it."""

    async def partly_sent(self, incoming: Incoming, rest: Reply) -> None:
        """Note that all but ``rest`` has gone, so that a repeat goes on from there."""


class Turns:
    """Takes what came in, once each, and answers it."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._running: dict[tuple[str, str], asyncio.Task[Reply]] = {}
        """Turns under way, and those whose answer has gone and is not noted as such yet."""
        self._noting: set[asyncio.Task[None]] = set()

    async def take(self, context: TurnContext, incoming: Incoming) -> Reply:
        """Answer ``incoming`` and send the answer. Never raises: a fault becomes a reply that tells its code.

        A repeat that comes before its first is answered and noted as sent waits for it and sends nothing. A caller
        that is cancelled leaves the turn running, because the turn may have committed. Nobody waits for the note:
        once Teams has our 2xx it does not repeat the activity.
        """
        key = incoming.key
        turn = self._running.get(key)
        if turn is None:
            turn = self._running[key] = asyncio.create_task(self._take(context, incoming))
        return await asyncio.shield(turn)

    async def drain(self) -> None:
        """Wait for the turns that are under way, at most :data:`LONGEST_DRAIN`; for when the process stops."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_DRAIN):
                while self._running:
                    await asyncio.wait([*self._running.values(), *self._noting])

    async def _take(self, context: TurnContext, incoming: Incoming) -> Reply:
        reply: Reply | None = None
        gone: list[str] | None = None
        try:
            answer = await self._core.answer(incoming)
            reply = answer.reply
            gone = await self._send(context, incoming, reply) if answer.unsent else None
        except Exception:
            reference = "".join(secrets.choice(_ALPHABET) for _ in range(8))
            what = "turn failed" if reply is None else "reply not sent"
            metrics.fault(what)
            logger.exception(what, extra={"reference": reference, "kind": incoming.kind.value})
            if reply is None:
                reply = _apology(incoming, reference)
                with suppress(*SEND_FAILURES):  # the fault is what matters; it is logged
                    await self._send(context, incoming, reply)
        if gone is not None:
            ids = () if incoming.place.scope is Scope.PERSONAL else tuple(gone)
            note = asyncio.create_task(self._finish(Sent(incoming, ids)))
            self._noting.add(note)
            note.add_done_callback(self._noting.discard)
        else:
            del self._running[incoming.key]
        return reply

    async def _finish(self, gone: Sent) -> None:
        """Note that the answer has gone. If that fails, a repeat sends it again, and that is all the harm."""
        try:
            await self._note(gone.incoming, self._core.sent(gone))
        finally:
            del self._running[gone.incoming.key]

    async def _note(self, incoming: Incoming, note: Awaitable[None]) -> None:
        try:
            await note
        except Exception:
            metrics.fault("reply not noted as sent")
            logger.exception("reply not noted as sent", extra={"kind": incoming.kind.value})

    async def _send(self, context: TurnContext, incoming: Incoming, reply: Reply) -> list[str] | None:
        """Send what an invoke's answer does not carry. The ids of the messages; None if there was nothing to send.

        Raises one of :data:`SEND_FAILURES`; a card that could not be updated is only logged, because the person who
        pressed it sees the new one in the answer. Of several messages each is noted before the next, so that a repeat
        of a turn that ended half-way goes on where it ended.
        """
        if context.activity.type == "invoke":
            messages, card = list(reply.messages), reply.state
            personal = incoming.place.scope is Scope.PERSONAL
            if card is not None and personal and fills_in(card) and not reply.done:
                card = None  # shown twice, by the answer and the update, it would lose what is typed in between
        else:
            messages, card = _without_an_answer(incoming, reply)
        if card is not None and incoming.card_id:
            await _update(context, incoming.card_id, card)
        ids: list[str] = []
        for gone, message in enumerate(messages, 1):
            sent = await context.send_activities([activities.message_activity(message)])
            ids += [one.id for one in sent if one.id]
            if gone < len(messages):
                await self._note(incoming, self._core.partly_sent(incoming, reply.after(gone)))
        return ids if messages or card is not None else None


def _without_an_answer(incoming: Incoming, reply: Reply) -> tuple[list[Message], Json | None]:
    """The messages to send and the card to update with, where a button came as a message, which has no answer."""
    messages, card = list(reply.messages), reply.state
    if reply.notice:
        messages.append(Message(reply.notice))
    if reply.view is not None and incoming.place.scope is Scope.PERSONAL:
        card = reply.view
    elif reply.view is not None:  # the others would see it
        messages.append(Message(ONLY_YOURS))
    if card is not None and not incoming.card_id:
        messages.append(Message(card=card))
    return messages, card


async def _update(context: TurnContext, card_id: str, card: Json) -> None:
    try:
        await context.update_activity(activities.card_activity(card, activity_id=card_id))
    except SEND_FAILURES as error:
        logger.warning("a card could not be updated", extra={"error": str(error) or type(error).__name__})


def _apology(incoming: Incoming, reference: str) -> Reply:
    if incoming.kind is Kind.OVERHEARD:
        return NOTHING  # nobody asked
    text = f"Något gick fel hos mig. Försök igen om en stund. Felkod: {reference}"
    return Reply(notice=text) if incoming.kind is Kind.ACTION else say(text)
