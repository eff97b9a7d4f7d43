"""The members of teams and channels, and the guests who have not come in.

Lists are read page by page as JSON. The SDK's models would take half a minute for 5,000 people.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.request_information import RequestInformation
from msgraph.generated.teams.item.channels.item.all_members import all_members_request_builder as everybody
from msgraph.generated.teams.item.channels.item.members import members_request_builder as added
from msgraph.generated.teams.item.members import members_request_builder as team
from msgraph.generated.users import users_request_builder as users

from bot.graph.failures import Call
from bot.graph.thread import on_graph_thread
from bot.graph.wire import OnWire
from bot.message import Json
from bot.tenant import DirectoryMember, InvitedGuest

TEAM = Call("teamMembers", "TeamMember.Read.All", repeatable=True)
CHANNEL = Call("channelMembers", "ChannelMember.Read.All", repeatable=True)
ALL = Call("channelAllMembers", "ChannelMember.Read.All", repeatable=True)
GUESTS = Call("invitedGuests", "User.Read.All", repeatable=True)
PAGE = 999
"""Members of a team per request: Graph's maximum (graph/api/team-list-members). The same for users."""
NOT_ACCEPTED = "externalUserState eq 'PendingAcceptance'"
"""Graph gives the property only where it is selected (graph/api/resources/user)."""


class GraphDirectory(OnWire):
    """A :class:`bot.tenant.Directory`."""

    @on_graph_thread
    async def team_members(self, team_id: str) -> Sequence[DirectoryMember]:
        """See :class:`bot.tenant.Directory`."""
        query = team.MembersRequestBuilder.MembersRequestBuilderGetQueryParameters(top=PAGE)
        members = self._wire.client.teams.by_team_id(team_id).members
        return await self._read(TEAM, members.to_get_request_information(RequestConfiguration(query_parameters=query)))

    @on_graph_thread
    async def channel_members(self, team_id: str, channel_id: str) -> Sequence[DirectoryMember]:
        """See :class:`bot.tenant.Directory`."""
        query = added.MembersRequestBuilder.MembersRequestBuilderGetQueryParameters(top=PAGE)
        members = self._wire.client.teams.by_team_id(team_id).channels.by_channel_id(channel_id).members
        return await self._read(
            CHANNEL, members.to_get_request_information(RequestConfiguration(query_parameters=query))
        )

    @on_graph_thread
    async def all_channel_members(self, team_id: str, channel_id: str) -> Sequence[DirectoryMember]:
        """See :class:`bot.tenant.Directory`. This list is documented without ``$top``."""
        query = everybody.AllMembersRequestBuilder.AllMembersRequestBuilderGetQueryParameters()
        members = self._wire.client.teams.by_team_id(team_id).channels.by_channel_id(channel_id).all_members
        return await self._read(ALL, members.to_get_request_information(RequestConfiguration(query_parameters=query)))

    @on_graph_thread
    async def invited_guests(self) -> Sequence[InvitedGuest]:
        """See :class:`bot.tenant.Directory`. Names and addresses are not asked for: the rosters have them."""
        fields = ["id", "externalUserState", "externalUserStateChangeDateTime"]
        query = users.UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(
            filter=NOT_ACCEPTED, select=fields, top=PAGE
        )
        info = self._wire.client.users.to_get_request_information(RequestConfiguration(query_parameters=query))
        guests = [user async for user in self._wire.pages(GUESTS, info)]
        return [
            InvitedGuest(str(user["id"]), _moment(user.get("externalUserStateChangeDateTime")))
            for user in guests
            if user.get("id") and user.get("externalUserState") == "PendingAcceptance"
        ]

    async def _read(self, call: Call, info: RequestInformation) -> list[DirectoryMember]:
        """Return each person once: a person may have access to a channel in more than one way."""
        members: dict[str, DirectoryMember] = {}
        async for member in self._wire.pages(call, info):
            known = _member(member)
            if known is not None:
                members.setdefault(known.entra_id, known)
        return list(members.values())


def _moment(value: object) -> datetime | None:
    """Return a time of Graph's, which is in UTC and ends in Z; None for anything else."""
    try:
        return datetime.fromisoformat(str(value)).astimezone(UTC) if value else None
    except ValueError:
        return None


def _member(member: Json) -> DirectoryMember | None:
    """Return the member, or None for a member without an account, such as an anonymous participant."""
    entra_id = member.get("userId")
    if not isinstance(entra_id, str) or not entra_id:
        return None
    roles = {str(role).casefold() for role in member.get("roles") or ()}
    mail = member.get("email") or None
    if mail and "#EXT#" in mail.upper():  # a guest without a mail attribute has the UPN there
        mail = None
    return DirectoryMember(
        entra_id=entra_id,
        name=str(member.get("displayName") or ""),
        mail=mail.lower() if mail else None,
        guest="guest" in roles,
        owner="owner" in roles,
        tenant_id=member.get("tenantId") or None,
    )
