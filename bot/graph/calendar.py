"""Meetings in the bot's own calendar, whose invitations reach guests by mail.

The calendar belongs to a mailbox, because an app can't create events in a group's calendar (platform.md §0).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

import orjson
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
from bot.message import Json
from bot.plain_text import printable, printable_line
from bot.ports import Failed, Reason, Unreachable
from bot.swedish import STOCKHOLM
from bot.tenant import MOST_ATTENDEES, Appointment, Attendee, Booked, StaleEntry

CREATE = Call("createEvent", "Calendars.ReadWrite", repeatable=True)
FIND = Call("findEvent", "Calendars.ReadWrite", repeatable=True)
READ = Call("readEvent", "Calendars.ReadWrite", repeatable=True)
CHANGE = Call("updateEvent", "Calendars.ReadWrite", repeatable=True)
"""Everybody invited is told. It is repeatable because the event itself says what was last written (:data:`SHOWN`)."""
CANCEL = Call("cancelEvent", "Calendars.ReadWrite", repeatable=True)
PRECONDITION_FAILED = 412
FIRST_YEAR = 2000
"""No answer is older than Exchange."""
ZONE = "W. Europe Standard Time"
"""Stockholm's time, as Windows names it: the names that every mailbox server knows."""
KEY = "String {7b0c7e51-6f0c-4b5e-9d0e-5e1b6f7a9c21} Name sekomKey"
"""The event's property that holds our key. Events are found by it."""
SHOWN = "String {7b0c7e51-6f0c-4b5e-9d0e-5e1b6f7a9c21} Name sekomShown"
"""The event's property that holds :attr:`Appointment.shown`, written in the same request as the change."""
SAME_ID = 'IdType="ImmutableId"'
"""Ids that stay the same when the event is moved to another folder (graph/outlook-immutable-id)."""
NO_ANSWER = frozenset({"", "none", "notResponded", "organizer"})
"""Graph's words for attendees who have not answered."""


class GraphCalendar(OnWire):
    """A :class:`bot.tenant.Calendar`."""

    def __init__(self, wire: Wire, mailbox: str) -> None:
        super().__init__(wire)
        self._events = wire.client.users.by_user_id(mailbox).events

    @on_graph_thread
    async def create(self, appointment: Appointment, attendees: Sequence[Attendee]) -> Booked:
        """See :class:`bot.tenant.Calendar`.

        The same ``transactionId`` with the same body gives the same event again. With another body it is refused, and
        the existing event is looked up.
        """
        event = _event(appointment, appointment.shown)
        event.body = _html(appointment.html)
        event.attendees = _invited(attendees)
        event.transaction_id = str(uuid5(NAMESPACE_URL, f"sekom:{appointment.key}"))
        event.hide_attendees = True
        event.allow_new_time_proposals = False
        event.single_value_extended_properties = [_property(KEY, appointment.key), _shown(appointment)]
        if appointment.online:
            event.is_online_meeting = True
            event.online_meeting_provider = OnlineMeetingProviderType.TeamsForBusiness
        try:
            answer = await self._exchange(CREATE, self._events.to_post_request_information(event))
            return _booked(answer, appointment.shown)
        except Refusal as refusal:
            if refusal.code != "ErrorDuplicateTransactionId":
                raise understood(CREATE, refusal, self._wire.faults) from refusal
        booked = await self._find(appointment.key)
        if booked is None:
            raise Failed("event_not_found")
        return booked

    @on_graph_thread
    async def find(self, key: str) -> Booked | None:
        """See :class:`bot.tenant.Calendar`."""
        return await self._find(key)

    @on_graph_thread
    async def update(self, booked: Booked, appointment: Appointment) -> None:
        """See :class:`bot.tenant.Calendar`."""
        changed = {name for name, digest in appointment.shown.items() if booked.shown.get(name) != digest}
        event = _event(appointment, changed)
        event.single_value_extended_properties = [_shown(appointment)]
        text = await self._text(booked.id, appointment.html) if "html" in changed else None
        if text is not None:
            event.body = _html(text)
        await self._change(booked, event)

    @on_graph_thread
    async def invite(self, booked: Booked, attendees: Sequence[Attendee]) -> None:
        """See :class:`bot.tenant.Calendar`. With nothing else in it, Exchange mails only people added or removed."""
        await self._change(booked, Event(attendees=_invited(attendees)))

    @on_graph_thread
    async def cancel(self, event_id: str, comment: str) -> None:
        """See :class:`bot.tenant.Calendar`."""
        body = CancelPostRequestBody(comment=comment)
        try:
            await self._send(CANCEL, self._events.by_event_id(event_id).cancel.to_post_request_information(body))
        except Unreachable as error:
            if error.reason is not Reason.GONE:
                raise

    async def _change(self, booked: Booked, event: Event) -> None:
        """Write the event, if it is still as we read it.

        Somebody may have forwarded the invitation since, and the list that we write has no such person. Exchange
        compares ``If-Match`` with the event's change key and answers 412 (``ErrorIrresolvableConflict``).
        """
        info = self._events.by_event_id(booked.id).to_patch_request_information(event)
        if booked.version:
            info.headers.add("If-Match", booked.version)
        try:
            await self._exchange(CHANGE, info)
        except Refusal as refusal:
            if refusal.status == PRECONDITION_FAILED:
                raise StaleEntry from refusal
            raise understood(CHANGE, refusal, self._wire.faults) from refusal

    async def _text(self, event_id: str, html: str) -> str | None:
        """Return the body with our new text; None if the meeting's details can't be found in the old one.

        An event without the details in its body stops being a meeting (graph/api/event-update).
        """
        query = one.EventItemRequestBuilder.EventItemRequestBuilderGetQueryParameters(
            select=["body", "isOnlineMeeting", "onlineMeeting"]
        )
        asked = self._events.by_event_id(event_id).to_get_request_information(
            RequestConfiguration(query_parameters=query)
        )
        return with_new_text(await self._send(READ, asked), html)

    async def _find(self, key: str) -> Booked | None:
        quoted = key.replace("'", "''")
        query = many.EventsRequestBuilder.EventsRequestBuilderGetQueryParameters(
            filter=f"singleValueExtendedProperties/any(p:p/id eq '{KEY}' and p/value eq '{quoted}')",
            select=["id", "onlineMeeting", "attendees"],
            expand=[f"singleValueExtendedProperties($filter=id eq '{SHOWN}')"],
            top=1,
        )
        asked = self._events.to_get_request_information(RequestConfiguration(query_parameters=query))
        events = (await self._send(FIND, asked)).get("value") or []
        return _booked(events[0], _last_shown(events[0])) if events else None

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


def _event(appointment: Appointment, parts: Collection[str]) -> Event:
    """Return the event with these parts of the appointment. The meeting is not one: it is made once."""
    event = Event()
    if "title" in parts:
        event.subject = printable_line(appointment.title)
    if "time" in parts:
        event.start, event.end = _moment(appointment.starts), _moment(appointment.ends)
    if "place" in parts and (appointment.place or not appointment.online or len(parts) < len(appointment.shown)):
        # an empty place removes an earlier one; for a new meeting Teams writes its own
        event.location = Location(display_name=printable_line(appointment.place))
    return event


def _property(name: str, value: str) -> SingleValueLegacyExtendedProperty:
    return SingleValueLegacyExtendedProperty(id=name, value=value)


def _shown(appointment: Appointment) -> SingleValueLegacyExtendedProperty:
    return _property(SHOWN, orjson.dumps(appointment.shown).decode())


def _last_shown(event: Json) -> Json:
    """Return what was last written to the event; nothing if that can't be read, so that all is written again."""
    entries = event.get("singleValueExtendedProperties") or ()
    values = [entry.get("value") for entry in entries if str(entry.get("id")).casefold() == SHOWN.casefold()]
    try:
        shown = orjson.loads(values[0]) if values else {}
    except orjson.JSONDecodeError:
        return {}
    return shown if isinstance(shown, dict) else {}


def _invited(attendees: Sequence[Attendee]) -> list[Invited]:
    if len(attendees) > MOST_ATTENDEES:
        raise Failed("too_many_attendees")
    return [
        Invited(
            type=AttendeeType.Required,
            email_address=EmailAddress(address=attendee.mail, name=printable_line(attendee.name)),
        )
        for attendee in attendees
    ]


def _html(content: str) -> ItemBody:
    return ItemBody(content_type=BodyType.Html, content=printable(content))


def _moment(value: datetime) -> DateTimeTimeZone:
    if value.tzinfo is None:
        raise ValueError("a time without a zone")
    local = value.astimezone(UTC).astimezone(STOCKHOLM)
    return DateTimeTimeZone(date_time=local.strftime("%Y-%m-%dT%H:%M:%S"), time_zone=ZONE)


def _booked(event: Json, shown: Mapping[str, str]) -> Booked:
    meeting = event.get("onlineMeeting") or {}
    attendees = [_attendee(entry) for entry in event.get("attendees") or ()]
    version = str(event.get("@odata.etag") or "")
    return Booked(str(event["id"]), meeting.get("joinUrl") or None, shown, attendees, version)


def _attendee(entry: Json) -> Attendee:
    address = entry.get("emailAddress") or {}
    status = entry.get("status") or {}
    answer, name, mail = str(status.get("response") or ""), address.get("name") or "", address.get("address") or ""
    return Attendee(mail, name) if answer in NO_ANSWER else Attendee(mail, name, answer, _answered(status))


def _answered(status: Json) -> datetime | None:
    """Return when an attendee answered. Graph writes the year 1 for a time that it does not know."""
    try:
        answered = datetime.fromisoformat(str(status.get("time")))
    except ValueError:
        return None
    aware = answered if answered.tzinfo else answered.replace(tzinfo=UTC)
    return aware.astimezone(UTC) if aware.year > FIRST_YEAR else None
