"""Meetings in the bot's own calendar, whose invitations reach guests by mail.

On a mailbox's calendar, since an app can't make events in a group's (platform.md §0).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.request_information import RequestInformation
from msgraph.generated.models.attendee import Attendee as Invited
from msgraph.generated.models.attendee_type import AttendeeType
from msgraph.generated.models.body_type import BodyType
from msgraph.generated.models.date_time_time_zone import DateTimeTimeZone
from msgraph.generated.models.email_address import EmailAddress
from msgraph.generated.models.event import Event
from msgraph.generated.models.item_body import ItemBody
from msgraph.generated.models.location import Location
from msgraph.generated.models.online_meeting_provider_type import OnlineMeetingProviderType
from msgraph.generated.models.single_value_legacy_extended_property import SingleValueLegacyExtendedProperty
from msgraph.generated.users.item.events import events_request_builder as many
from msgraph.generated.users.item.events.item import event_item_request_builder as one
from msgraph.generated.users.item.events.item.cancel.cancel_post_request_body import CancelPostRequestBody

from bot.graph.failures import Call, Refusal, understood
from bot.graph.meeting import with_new_text
from bot.graph.thread import on_graph_thread
from bot.graph.wire import OnWire, Wire
from bot.mail_address import reachable
from bot.message import Json
from bot.plain_text import printable, printable_line
from bot.ports import Failed, Reason, Unreachable
from bot.swedish import STOCKHOLM
from bot.tenant import Appointment, Attendee, Booked

CREATE = Call("createEvent", "Calendars.ReadWrite", repeatable=True)
FIND = Call("findEvent", "Calendars.ReadWrite", repeatable=True)
READ = Call("readEvent", "Calendars.ReadWrite", repeatable=True)
CHANGE = Call("updateEvent", "Calendars.ReadWrite")
"""Everybody invited is told, and once more where it is repeated."""
INVITE = Call("updateEvent", "Calendars.ReadWrite", repeatable=True)
CANCEL = Call("cancelEvent", "Calendars.ReadWrite", repeatable=True)
MOST_ATTENDEES = 500
"""Exchange Online's limit of recipients for one message."""
ZONE = "W. Europe Standard Time"
"""Stockholm's time, as Windows names it: the names that every mailbox server knows."""
KEY = "String {7b0c7e51-6f0c-4b5e-9d0e-5e1b6f7a9c21} Name sekomKey"
"""The property that an event keeps our key in, to be found by."""
SAME_ID = 'IdType="ImmutableId"'
"""Ids that stay when the event is moved to another folder (graph/outlook-immutable-id)."""


class GraphCalendar(OnWire):
    """A :class:`bot.tenant.Calendar`."""

    def __init__(self, wire: Wire, mailbox: str) -> None:
        super().__init__(wire)
        self._events = wire.client.users.by_user_id(mailbox).events

    @on_graph_thread
    async def create(self, appointment: Appointment, attendees: Sequence[Attendee]) -> Booked:
        """See :class:`bot.tenant.Calendar`.

        The same ``transactionId`` with the same body gives the same event again; with another body it is refused, and
        the event that is there is looked up.
        """
        event = _event(appointment)
        event.body = _html(appointment.html)
        event.attendees = _invited(attendees, appointment.key)
        event.transaction_id = str(uuid5(NAMESPACE_URL, f"sekom:{appointment.key}"))
        event.hide_attendees = True
        event.allow_new_time_proposals = False
        event.single_value_extended_properties = [SingleValueLegacyExtendedProperty(id=KEY, value=appointment.key)]
        if appointment.online:
            event.is_online_meeting = True
            event.online_meeting_provider = OnlineMeetingProviderType.TeamsForBusiness
        try:
            return _booked(await self._exchange(CREATE, self._events.to_post_request_information(event)))
        except Refusal as refusal:
            if refusal.code != "ErrorDuplicateTransactionId":
                raise understood(CREATE, refusal, self._wire.faults) from refusal
        return await self._find(appointment.key)

    @on_graph_thread
    async def update(self, event_id: str, appointment: Appointment) -> None:
        """See :class:`bot.tenant.Calendar`.

        Without the meeting's details in its body, an event is no meeting any more (graph/api/event-update), so where
        they can't be found the text stays as it is.
        """
        query = one.EventItemRequestBuilder.EventItemRequestBuilderGetQueryParameters(
            select=["body", "isOnlineMeeting", "onlineMeeting"]
        )
        asked = self._events.by_event_id(event_id).to_get_request_information(
            RequestConfiguration(query_parameters=query)
        )
        there = await self._send(READ, asked)
        event = _event(appointment)
        text = with_new_text(there, appointment.html)
        if text is not None:
            event.body = _html(text)
        await self._send(CHANGE, self._events.by_event_id(event_id).to_patch_request_information(event))

    @on_graph_thread
    async def invite(self, event_id: str, attendees: Sequence[Attendee]) -> None:
        """See :class:`bot.tenant.Calendar`. With nothing else in the request, Exchange writes to who changed only."""
        event = Event(attendees=_invited(attendees, event_id))
        await self._send(INVITE, self._events.by_event_id(event_id).to_patch_request_information(event))

    @on_graph_thread
    async def cancel(self, event_id: str, comment: str) -> None:
        """See :class:`bot.tenant.Calendar`."""
        body = CancelPostRequestBody(comment=comment)
        try:
            await self._send(CANCEL, self._events.by_event_id(event_id).cancel.to_post_request_information(body))
        except Unreachable as error:
            if error.reason is not Reason.GONE:
                raise

    async def _find(self, key: str) -> Booked:
        quoted = key.replace("'", "''")
        query = many.EventsRequestBuilder.EventsRequestBuilderGetQueryParameters(
            filter=f"singleValueExtendedProperties/any(p:p/id eq '{KEY}' and p/value eq '{quoted}')",
            select=["id", "onlineMeeting"],
            top=1,
        )
        asked = self._events.to_get_request_information(RequestConfiguration(query_parameters=query))
        found = (await self._send(FIND, asked)).get("value") or []
        if not found:
            raise Failed("event_not_found")
        return _booked(found[0])

    async def _send(self, call: Call, info: RequestInformation) -> Json:
        try:
            return await self._exchange(call, info)
        except Refusal as refusal:
            raise understood(call, refusal, self._wire.faults) from refusal

    async def _exchange(self, call: Call, info: RequestInformation) -> Json:
        info.headers.add("Prefer", SAME_ID)
        limits = self._wire.limits
        async with limits.calendar.turn(), limits.outlook:
            return await self._wire.exchange(call, info)


def _event(appointment: Appointment) -> Event:
    """What both making and changing says. Never the meeting: that is made once."""
    event = Event(
        subject=printable_line(appointment.title), start=_moment(appointment.starts), end=_moment(appointment.ends)
    )
    if appointment.place or not appointment.online:  # an empty one takes an earlier one away; Teams writes its own
        event.location = Location(display_name=printable_line(appointment.place))
    return event


def _invited(attendees: Sequence[Attendee], about: str) -> list[Invited]:
    if len(attendees) > MOST_ATTENDEES:
        raise Failed("too_many_attendees")
    return [
        Invited(
            type=AttendeeType.Required,
            email_address=EmailAddress(address=attendee.mail, name=printable_line(attendee.name)),
        )
        for attendee in reachable(attendees, about)
    ]


def _html(content: str) -> ItemBody:
    return ItemBody(content_type=BodyType.Html, content=printable(content))


def _moment(value: datetime) -> DateTimeTimeZone:
    if value.tzinfo is None:
        raise ValueError("a time without a zone")
    local = value.astimezone(UTC).astimezone(STOCKHOLM)
    return DateTimeTimeZone(date_time=local.strftime("%Y-%m-%dT%H:%M:%S"), time_zone=ZONE)


def _booked(event: Json) -> Booked:
    meeting = event.get("onlineMeeting") or {}
    return Booked(str(event["id"]), meeting.get("joinUrl") or None)
