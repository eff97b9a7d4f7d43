"""Run one turn at the edge: handle each activity once, send its reply, and report a fault with a reference code."""

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
from bot.delivery.replies import Unsent
from bot.message import NOTHING, Incoming, Json, Kind, Message, Reply, Scope, Sent, say
from bot.teams import activities
from bot.teams.adapter import NOT_DELIVERED, RETRIED
from bot.teams.connector import ConnectorError, ServiceUrlError, TokenError
from bot.teams.senders import SenderLimits, Verdict

if TYPE_CHECKING:
    from bot.conversation import TurnResult

SEND_FAILURES = (ConnectorError, ServiceUrlError, TokenError, ClientError, TimeoutError)
"""The exceptions of sending: Teams refused, or did not answer."""
LONGEST_DRAIN = 20
"""Seconds. Enough for a turn's slow send and its retry; container hosts kill the process after 30."""
TOO_FAST = "Nu går det för fort för mig. Vänta en minut och försök igen."
ONLY_YOURS = "Svaret är bara för dig. Skriv till mig i vår egen chatt, så får du det där."
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits without I, O, 0 and 1, which are easy to mix up when read aloud."""

logger = logging.getLogger(__name__)


class Core(Protocol):
    """The receiver of incoming activities."""

    async def answer(self, incoming: Incoming) -> TurnResult:
        """Answer and commit. Any exception is a fault."""

    async def sent(self, gone: Sent) -> None:
        """Note that the answer was sent, so that a repeat does not send it."""

    async def partly_sent(self, incoming: Incoming, rest: Reply) -> None:
        """Note that everything except ``rest`` was sent, so that a repeat goes on from there."""

    async def deliver_later(self, incoming: Incoming, unsent: Unsent) -> None:
        """Hand unsent messages to the outbox, which sends them later."""


class Turns:
    """Take each incoming activity once, and answer it."""

    def __init__(self, core: Core, limits: SenderLimits) -> None:
        self._core = core
        self._limits = limits
        self._running: dict[tuple[str, str], asyncio.Task[Reply]] = {}
        """Turns under way, and turns whose answer was sent but is not yet noted as sent."""
        self._noting: set[asyncio.Task[None]] = set()

    async def take(self, context: TurnContext, incoming: Incoming) -> Reply:
        """Answer ``incoming`` and send the answer. Never raise: a fault becomes a reply with its reference code.

        If a repeat comes before the first one is answered and noted as sent, it waits for that and sends nothing. If
        the caller is cancelled, the turn runs on, because it may have committed. Nobody waits for the note: once Teams
        has our 2xx, it does not repeat the activity.
        """
        key = incoming.key
        turn = self._running.get(key)
        if turn is None:
            verdict = self._limits.begin(incoming.sender.teams_id)
            if verdict is not Verdict.ADMIT:
                return await self._too_fast(context, incoming, verdict)
            turn = self._running[key] = asyncio.create_task(self._take(context, incoming))
            turn.add_done_callback(lambda _: self._limits.end(incoming.sender.teams_id))
        return await asyncio.shield(turn)

    async def _too_fast(self, context: TurnContext, incoming: Incoming, verdict: Verdict) -> Reply:
        """Refuse without a turn. Tell people who press each time, in the press's answer; tell others once."""
        logger.info("a sender is over the limit", extra={"kind": incoming.kind.value})
        if incoming.kind is Kind.ACTION:
            return Reply(notice=TOO_FAST)
        if verdict is Verdict.TELL and incoming.kind is Kind.MESSAGE:
            with suppress(*SEND_FAILURES):
                await context.send_activities([activities.message_activity(Message(TOO_FAST))])
        return NOTHING

    async def drain(self) -> None:
        """Wait for the running turns, at most :data:`LONGEST_DRAIN` seconds. Call it when the process stops."""
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
                pressed = context.activity.type == "invoke"
                messages = reply.messages if pressed else _without_an_answer(incoming, reply)[0]
                with suppress(*SEND_FAILURES):  # a failure to report the fault is ignored: the fault is logged
                    await context.send_activities([activities.message_activity(message) for message in messages])
        if gone is not None:
            ids = () if incoming.place.scope is Scope.PERSONAL else tuple(gone)
            note = asyncio.create_task(self._finish(Sent(incoming, ids)))
            self._noting.add(note)
            note.add_done_callback(self._noting.discard)
        else:
            del self._running[incoming.key]
        return reply

    async def _finish(self, gone: Sent) -> None:
        """Note that the answer was sent. If that fails, a repeat sends it again; nothing worse happens."""
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
        """Send everything that an invoke's answer does not carry. Return the messages' ids; None if there was nothing.

        Messages that Teams does not take go to the outbox. Each message is noted before the next one is sent. So if a
        turn ends half-way, a repeat goes on where it ended.
        """
        pressed = context.activity.type == "invoke"
        messages, card = _parts(incoming, reply, pressed=pressed)
        later, card_later = _parts(incoming, reply.kept or reply, pressed=pressed)  # no secret goes to the outbox
        unsent = Unsent()
        if card is not None and incoming.card_id:
            error = await _update(context, incoming.card_id, card)
            if error is not None and _may_go_later(error) and not incoming.private:  # the outbox has no private route
                unsent = Unsent(card=card_later, wait=_asked_wait(error))
        ids: list[str] = []
        for gone, message in enumerate(messages):
            try:
                sent = await context.send_activities([activities.message_activity(message)])
            except SEND_FAILURES as failure:
                logger.warning("a reply goes by the outbox", extra={"error": str(failure) or type(failure).__name__})
                rest, wait = tuple(later[gone:]), max(unsent.wait, _asked_wait(failure))
                unsent = Unsent(rest, unsent.card, doubtful=_may_have_arrived(failure), wait=wait)
                break
            ids += [answer.id for answer in sent if answer.id]
            if gone + 1 < len(messages):
                await self._note(incoming, self._core.partly_sent(incoming, reply.after(gone + 1)))
        if unsent.messages:
            metrics.fault("reply not sent")
        if unsent.messages or unsent.card is not None:
            await self._core.deliver_later(incoming, unsent)
        return ids if messages or card is not None else None


def _parts(incoming: Incoming, reply: Reply, *, pressed: bool) -> tuple[list[Message], Json | None]:
    """Return the messages to send and the card to update with. ``pressed``: an answer shows the presser the card."""
    if not pressed:
        return _without_an_answer(incoming, reply)
    card, personal = reply.state, incoming.place.scope is Scope.PERSONAL
    if card is not None and personal and fills_in(card) and not reply.done:
        card = None  # shown twice, by the answer and the update, it would lose what is typed in between
    return list(reply.messages), card


def _without_an_answer(incoming: Incoming, reply: Reply) -> tuple[list[Message], Json | None]:
    """Return the messages to send and the new card for a press that came as a message.

    A message, other than an invoke, has no answer of its own.
    """
    messages, card = list(reply.messages), reply.state
    if reply.notice:
        messages.append(Message(reply.notice))
    if reply.view is not None and incoming.place.scope is Scope.PERSONAL:
        card = reply.view
    elif reply.view is not None:  # others would see it
        messages.append(Message(ONLY_YOURS))
    if card is not None and not incoming.card_id:
        messages.append(Message(card=card))
    return messages, card


async def _update(context: TurnContext, card_id: str, card: Json) -> Exception | None:
    """Update a card for everyone. Return the error, or None."""
    try:
        await context.update_activity(activities.card_activity(card, activity_id=card_id))
    except SEND_FAILURES as error:
        logger.warning("a card could not be updated", extra={"error": str(error) or type(error).__name__})
        return error
    return None


def _asked_wait(error: Exception) -> float:
    """Return the seconds that Teams asked us to wait, or 0."""
    return (error.retry_after or 0.0) if isinstance(error, ConnectorError) else 0.0


def _may_go_later(error: Exception) -> bool:
    """Return whether a new try may help. It can't for a message that is gone or refused."""
    return not isinstance(error, ConnectorError) or error.status in RETRIED or error.status >= 500  # noqa: PLR2004 - as below


def _may_have_arrived(error: Exception) -> bool:
    """Return whether the message may have arrived without a success: no answer, or one from a server on the way."""
    if isinstance(error, ConnectorError):
        return error.status >= 500  # noqa: PLR2004 - a server's own trouble
    return isinstance(error, ClientError | TimeoutError) and not isinstance(error, NOT_DELIVERED)


def _apology(incoming: Incoming, reference: str) -> Reply:
    if incoming.kind is Kind.OVERHEARD:
        return NOTHING  # nobody asked
    text = f"Något gick fel hos mig. Försök igen om en stund. Felkod: {reference}"
    return Reply(notice=text) if incoming.kind is Kind.ACTION else say(text)
