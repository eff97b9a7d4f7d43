"""Activity-feed notifications, and the app's installation for a person."""

from __future__ import annotations

from collections.abc import Sequence

from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.request_information import RequestInformation
from msgraph.generated.app_catalogs.teams_apps.teams_apps_request_builder import TeamsAppsRequestBuilder
from msgraph.generated.models.aad_user_notification_recipient import AadUserNotificationRecipient
from msgraph.generated.models.item_body import ItemBody
from msgraph.generated.models.key_value_pair import KeyValuePair
from msgraph.generated.models.teamwork_activity_topic import TeamworkActivityTopic
from msgraph.generated.models.teamwork_activity_topic_source import TeamworkActivityTopicSource
from msgraph.generated.models.user_scope_teams_app_installation import UserScopeTeamsAppInstallation
from msgraph.generated.teamwork.send_activity_notification_to_recipients import (
    send_activity_notification_to_recipients_post_request_body as many,
)
from msgraph.generated.users.item.teamwork.send_activity_notification import (
    send_activity_notification_post_request_body as one,
)

from bot.graph import BASE
from bot.graph.failures import Call, Refusal, understood
from bot.graph.limits import Rate
from bot.graph.people import object_id
from bot.graph.thread import on_graph_thread
from bot.graph.wire import OnWire, Wire
from bot.plain_text import printable_line
from bot.ports import Failed
from bot.tenant import Ping

NOTIFY = Call("sendActivityNotification", "TeamsActivity.Send")
NOTIFY_ALL = Call("sendActivityNotificationToRecipients", "TeamsActivity.Send")
INSTALL = Call("installApp", "TeamsAppInstallation.ReadWriteSelfForUser.All", repeatable=True)
FIND_APP = Call("findApp", "AppCatalog.Read.All", repeatable=True)
MOST_RECIPIENTS = 100
SHOWN = 150
"""Teams shows this many characters of a notification."""
DEFAULT = "systemDefault"
"""The activity type that needs nothing in the manifest: Teams shows our text as it is."""
CONFLICT = 409

Body = one.SendActivityNotificationPostRequestBody | many.SendActivityNotificationToRecipientsPostRequestBody


class GraphFeed(OnWire):
    """A :class:`bot.tenant.Feed`."""

    @on_graph_thread
    async def notify(self, entra_id: str, ping: Ping) -> None:
        """See :class:`bot.tenant.Feed`."""
        body = one.SendActivityNotificationPostRequestBody()
        _fill(body, ping)
        action = self._wire.client.users.by_user_id(object_id(entra_id)).teamwork.send_activity_notification
        await self._paced(NOTIFY, self._wire.limits.feed, action.to_post_request_information(body))

    @on_graph_thread
    async def notify_all(self, entra_ids: Sequence[str], ping: Ping) -> None:
        """See :class:`bot.tenant.Feed`."""
        if len(entra_ids) > MOST_RECIPIENTS:
            raise Failed("too_many_recipients")
        if not entra_ids:  # Graph refuses a request for nobody
            return
        body = many.SendActivityNotificationToRecipientsPostRequestBody()
        _fill(body, ping)
        body.recipients = [AadUserNotificationRecipient(user_id=object_id(entra_id)) for entra_id in entra_ids]
        action = self._wire.client.teamwork.send_activity_notification_to_recipients
        await self._paced(NOTIFY_ALL, self._wire.limits.bulk, action.to_post_request_information(body))

    async def _paced(self, call: Call, rate: Rate, info: RequestInformation) -> None:
        async with rate.turn():
            await self._wire.send(call, info)


class GraphInstaller(OnWire):
    """A :class:`bot.tenant.Installer`. The app must be in the organisation's catalog."""

    def __init__(self, wire: Wire, manifest_id: str) -> None:
        super().__init__(wire)
        self._manifest_id = manifest_id
        self._catalog_id = ""

    @on_graph_thread
    async def install(self, entra_id: str) -> bool:
        """See :class:`bot.tenant.Installer`."""
        person = self._wire.client.users.by_user_id(object_id(entra_id))
        body = UserScopeTeamsAppInstallation(additional_data=await self.app())
        info = person.teamwork.installed_apps.to_post_request_information(body)
        try:
            async with self._wire.limits.install.turn():
                await self._wire.exchange(INSTALL, info)
        except Refusal as refusal:
            if refusal.status == CONFLICT:
                return False
            raise understood(INSTALL, refusal, self._wire.faults) from refusal
        return True

    async def app(self) -> dict[str, str]:
        """Return what names the app in an installation: its id in the catalog, not the manifest's. Asked for once."""
        if not self._catalog_id:
            query = TeamsAppsRequestBuilder.TeamsAppsRequestBuilderGetQueryParameters(
                filter=f"externalId eq '{self._manifest_id}'"
            )
            catalog = self._wire.client.app_catalogs.teams_apps
            info = catalog.to_get_request_information(RequestConfiguration(query_parameters=query))
            apps = (await self._wire.send(FIND_APP, info)).get("value") or []
            if not apps:
                raise Failed("app_not_in_catalog")
            self._catalog_id = str(apps[0]["id"])
        return {"teamsApp@odata.bind": f"{BASE}/appCatalogs/teamsApps/{self._catalog_id}"}


def _fill(body: Body, ping: Ping) -> None:
    text, topic = printable_line(ping.text)[:SHOWN], printable_line(ping.topic)[:SHOWN]
    body.topic = TeamworkActivityTopic(source=TeamworkActivityTopicSource.Text, value=topic, web_url=ping.url)
    body.activity_type = DEFAULT
    if ping.chain is not None:  # the SDK writes a None that was set, and by its Python name, which Graph refuses
        body.chain_id = ping.chain
    body.preview_text = ItemBody(content=text)
    body.template_parameters = [KeyValuePair(name="systemDefaultText", value=text)]
