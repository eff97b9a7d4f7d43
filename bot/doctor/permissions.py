"""The application permissions that the bot uses, each with its reason. The set-up guide is made from this list."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Permission:
    """One application permission of Microsoft Graph."""

    name: str
    why: str
    instead: tuple[str, ...] = ()
    """Larger permissions that include this one."""


MAIL = "Mail.Send"
CALENDAR = "Calendars.ReadWrite"
PERMISSIONS = (
    Permission(MAIL, "reminders and announcements as mail, which is what reaches guests"),
    Permission(CALENDAR, "invitations to webinars and meetings from the bot's calendar"),
    Permission("TeamsActivity.Send", "a notification to members who have no chat with the bot"),
    Permission("TeamMember.Read.All", "who is in the teams, and who is a guest", ("TeamMember.ReadWrite.All",)),
    Permission("ChannelMember.Read.All", "who is in shared and private channels", ("ChannelMember.ReadWrite.All",)),
    Permission(
        "TeamsAppInstallation.ReadWriteSelfForUser.All",
        "to install the bot for a person, so that it can write first",
        (
            "TeamsAppInstallation.ReadWriteAndConsentSelfForUser.All",
            "TeamsAppInstallation.ReadWriteForUser.All",
            "TeamsAppInstallation.ReadWriteAndConsentForUser.All",
        ),
    ),
    Permission("AppCatalog.Read.All", "to find the bot's own app in the catalog", ("AppCatalog.ReadWrite.All",)),
    Permission(
        "User.Read.All",
        "which guests have not accepted the invitation, so that they get a mail; it reads every account",
        ("User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"),
    ),
    Permission("Chat.Create", "a group chat for people who are matched; without it they get a link"),
    Permission(
        "TeamsAppInstallation.ReadWriteSelfForChat.All",
        "to be in that group chat",
        ("TeamsAppInstallation.ReadWriteForChat.All",),
    ),
    Permission("VirtualEvent.Read.All", "webinars, who registered and who came"),
)
OPTIONAL = frozenset({"Application.Read.All"})
"""Tells the bot when the app's secret expires, if granted. ``SEKOM_SECRET_EXPIRES`` makes it unnecessary."""
IN_EXCHANGE = frozenset({MAIL, CALENDAR})
"""May be granted in Exchange (RBAC for Applications) for one mailbox. Then the token does not list them."""
