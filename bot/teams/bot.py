"""Decide which activities the bot answers; a handler in botbuilder's sense."""

from __future__ import annotations

from botbuilder.core import ActivityHandler, InvokeResponse, TurnContext
from botbuilder.schema import ChannelAccount

from bot.message import Kind
from bot.teams import activities, changes
from bot.teams.files import Files
from bot.teams.senders import SenderLimits
from bot.teams.turns import Core, Turns

GONE = {"channelDeleted": changes.from_channel_deleted, "teamDeleted": changes.from_team_deleted}
"""What reads an event that says that a place is gone."""


class TeamsBot(ActivityHandler):
    """Answer messages, buttons and arrivals. Ignore everything else that Teams tells us.

    This extends ``ActivityHandler``, not ``TeamsActivityHandler``. The latter asks the Connector about every added
    member, one request each, and uses msrest to read events that we do not need.
    """

    def __init__(
        self, core: Core, files: Files | None = None, per_minute: int = 120, *, reads_threads: bool = False
    ) -> None:
        """Answer at most ``per_minute`` turns of one sender (SEKOM_SENDER_RATE).

        With ``reads_threads``, also hand on replies that don't mention the bot (SEKOM_READ_THREADS). With ``files``,
        fetch the files that people send.
        """
        self._files = files
        self.turns = Turns(core, SenderLimits(per_minute))
        self._reads_threads = reads_threads

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        """Answer a message to the bot."""
        incoming = activities.from_message(turn_context.activity)
        if incoming is None and self._reads_threads:
            incoming = activities.overheard(turn_context.activity)
        if incoming is not None and self._files is not None:
            incoming = await self._files.join(incoming, turn_context.activity)
        if incoming is not None:
            await self.turns.take(turn_context, incoming)

    async def on_message_update_activity(self, turn_context: TurnContext) -> None:
        """Note that a message was edited. One that is brought back is written again."""
        event = changes.event_of(turn_context.activity)
        if event == "editMessage":
            await self._change(turn_context, Kind.EDITED)
        elif event == "undeleteMessage":
            incoming = changes.from_restored(turn_context.activity)
            if incoming is not None:
                await self.turns.take(turn_context, incoming)

    async def on_message_delete_activity(self, turn_context: TurnContext) -> None:
        """Note that a message was deleted."""
        await self._change(turn_context, Kind.DELETED)

    async def _change(self, turn_context: TurnContext, kind: Kind) -> None:
        incoming = changes.from_change(turn_context.activity, kind)
        if incoming is not None:
            await self.turns.take(turn_context, incoming)

    async def on_conversation_update_activity(self, turn_context: TurnContext) -> None:
        """Note that a channel or a whole team was deleted; what else it tells goes on as usual."""
        deleted = GONE.get(changes.event_of(turn_context.activity))
        if deleted is not None:
            incoming = deleted(turn_context.activity)
            if incoming is not None:
                await self.turns.take(turn_context, incoming)
            return
        await super().on_conversation_update_activity(turn_context)

    async def on_installation_update_add(self, turn_context: TurnContext) -> None:
        """Send a greeting where the bot was added."""
        await self.turns.take(turn_context, activities.from_installation(turn_context.activity))

    async def on_members_added_activity(self, members_added: list[ChannelAccount], turn_context: TurnContext) -> None:
        """Send a greeting where the bot was added. Register other people who were added."""
        del members_added
        for incoming in activities.from_members_added(turn_context.activity):
            await self.turns.take(turn_context, incoming)

    async def on_members_removed_activity(
        self, members_removed: list[ChannelAccount], turn_context: TurnContext
    ) -> None:
        """Note that a team's roster has changed."""
        del members_removed
        incoming = activities.from_members_removed(turn_context.activity)
        if incoming is not None:
            await self.turns.take(turn_context, incoming)

    async def on_invoke_activity(self, turn_context: TurnContext) -> InvokeResponse:
        """Answer a pressed button. Answer 501 to things this bot lacks (task modules, search, feedback, sign-in)."""
        if turn_context.activity.name != "adaptiveCard/action":
            body = activities.invoke_error(501, "NotImplemented", "the bot has nothing of this kind")
            return InvokeResponse(status=501, body=body)
        incoming = activities.from_card_action(turn_context.activity)
        if incoming is None:
            body = activities.invoke_error(400, "NotSupported", "the card does not refresh by itself")
            return InvokeResponse(status=200, body=body)
        reply = await self.turns.take(turn_context, incoming)
        return InvokeResponse(status=200, body=activities.invoke_answer(reply, private=incoming.private))
