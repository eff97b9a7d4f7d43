"""Group chats: open one for people, and install the app in it so that the bot can write there."""

from __future__ import annotations

from collections.abc import Sequence

from msgraph.generated.models.aad_user_conversation_member import AadUserConversationMember
from msgraph.generated.models.chat import Chat
from msgraph.generated.models.chat_type import ChatType
from msgraph.generated.models.conversation_member import ConversationMember
from msgraph.generated.models.teams_app_installation import TeamsAppInstallation

from bot.graph import BASE
from bot.graph.failures import Call, Refusal, understood
from bot.graph.feed import CONFLICT, GraphInstaller
from bot.graph.people import object_id
from bot.graph.thread import on_graph_thread
from bot.graph.wire import OnWire, Wire
from bot.plain_text import printable_line
from bot.ports import Failed
from bot.tenant import ChatMember, GroupChat

OPEN = Call("createChat", "Chat.Create")
ENTER = Call("installAppInChat", "TeamsAppInstallation.ReadWriteSelfForChat.All", repeatable=True)
OWNER, GUEST = "owner", "guest"


class GraphChats(OnWire):
    """A :class:`bot.tenant.Chats`.

    Graph wants each guest of the tenant in the role guest and everybody else as owner. A chat without an owner is not
    documented, so the account of the bot's mailbox owns a chat of guests only.
    """

    def __init__(self, wire: Wire, mailbox: str, installer: GraphInstaller) -> None:
        super().__init__(wire)
        self._mailbox = mailbox
        self._installer = installer

    @on_graph_thread
    async def open_chat(self, topic: str, members: Sequence[ChatMember]) -> GroupChat:
        """See :class:`bot.tenant.Chats`."""
        people = [_member(object_id(each.entra_id), GUEST if each.guest else OWNER) for each in members]
        if all(each.guest for each in members):
            people.append(_member(self._mailbox, OWNER))
        chat = Chat(chat_type=ChatType.Group, topic=printable_line(topic), members=people)
        async with self._wire.limits.chats.turn():
            answer = await self._wire.send(OPEN, self._wire.client.chats.to_post_request_information(chat))
        if not answer.get("id"):
            raise Failed("chat_without_id")
        return GroupChat(str(answer["id"]), str(answer.get("webUrl") or ""))

    @on_graph_thread
    async def enter_chat(self, chat_id: str) -> None:
        """See :class:`bot.tenant.Chats`."""
        body = TeamsAppInstallation(additional_data=await self._installer.app())
        info = self._wire.client.chats.by_chat_id(chat_id).installed_apps.to_post_request_information(body)
        try:
            async with self._wire.limits.install.turn():
                await self._wire.exchange(ENTER, info)
        except Refusal as refusal:
            if refusal.status != CONFLICT:  # the app is there already
                raise understood(ENTER, refusal, self._wire.faults) from refusal


def _member(user: str, role: str) -> ConversationMember:
    return AadUserConversationMember(
        odata_type="#microsoft.graph.aadUserConversationMember",
        roles=[role],
        additional_data={"user@odata.bind": f"{BASE}/users('{user}')"},
    )
