"""Webinars with the people who registered and attended. Read only: an app can't create a webinar (platform.md §0).

For each organiser the tenant needs an application access policy that names the app.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.graph.failures import Call
from bot.graph.people import object_id
from bot.graph.thread import on_graph_thread
from bot.graph.wire import OnWire, Wire
from bot.message import Json
from bot.tenant import Attendance, Registrant, Webinar

ORGANISED = "/solutions/virtualEvents/webinars/getByUserIdAndRole(userId='{}',role='organizer')"
LIST = Call("webinars", "VirtualEvent.Read.All", repeatable=True)
REGISTRATIONS = Call("webinarRegistrations", "VirtualEvent.Read.All", repeatable=True)
SESSIONS = Call("webinarSessions", "VirtualEvent.Read.All", repeatable=True)
REPORTS = Call("webinarReports", "VirtualEvent.Read.All", repeatable=True)
RECORDS = Call("webinarAttendance", "VirtualEvent.Read.All", repeatable=True)


class GraphWebinars(OnWire):
    """A :class:`bot.tenant.Webinars`."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self._all = wire.client.solutions.virtual_events.webinars

    @on_graph_thread
    async def organised_by(self, entra_id: str) -> Sequence[Webinar]:
        """See :class:`bot.tenant.Webinars`."""
        request = self._all.to_get_request_information()
        # the SDK's own method for it loses the comma (std-uritemplate 2.0.12)
        request.url = f"{self._wire.base}{ORGANISED.format(object_id(entra_id))}"
        return [_webinar(webinar) async for webinar in self._wire.pages(LIST, request)]

    @on_graph_thread
    async def registrations(self, webinar_id: str) -> Sequence[Registrant]:
        """See :class:`bot.tenant.Webinars`."""
        request = self._all.by_virtual_event_webinar_id(webinar_id).registrations
        return [
            _registration(registration)
            async for registration in self._wire.pages(REGISTRATIONS, request.to_get_request_information())
        ]

    @on_graph_thread
    async def attendance(self, webinar_id: str) -> Sequence[Attendance]:
        """See :class:`bot.tenant.Webinars`. A person who came back, or attended two sessions, counts once."""
        attendees: dict[str, Attendance] = {}
        sessions = self._all.by_virtual_event_webinar_id(webinar_id).sessions
        async for session in self._wire.pages(SESSIONS, sessions.to_get_request_information()):
            reports = sessions.by_virtual_event_session_id(session["id"]).attendance_reports
            async for report in self._wire.pages(REPORTS, reports.to_get_request_information()):
                records = reports.by_meeting_attendance_report_id(report["id"]).attendance_records
                async for record in self._wire.pages(RECORDS, records.to_get_request_information()):
                    _add(attendees, record)
        return list(attendees.values())


def _webinar(webinar: Json) -> Webinar:
    return Webinar(
        id=str(webinar["id"]),
        title=str(webinar.get("displayName") or ""),
        status=str(webinar.get("status") or ""),
        starts=_moment(webinar.get("startDateTime")),
        ends=_moment(webinar.get("endDateTime")),
    )


def _registration(registration: Json) -> Registrant:
    name = f"{registration.get('firstName') or ''} {registration.get('lastName') or ''}".strip()
    mail = str(registration.get("email") or "").lower()
    return Registrant(str(registration["id"]), name, mail, str(registration.get("status") or ""))


def _add(attendees: dict[str, Attendance], record: Json) -> None:
    identity = record.get("identity") or {}
    mail = str(record.get("emailAddress") or "").lower() or None
    key = mail or str(identity.get("id") or record.get("id"))
    earlier = attendees.get(key)
    seconds = int(record.get("totalAttendanceInSeconds") or 0) + (earlier.seconds if earlier else 0)
    attendees[key] = Attendance(str(identity.get("displayName") or (earlier.name if earlier else "")), mail, seconds)


def _moment(value: Json | None) -> datetime | None:
    """Return the moment of a ``dateTimeTimeZone``. Without a Prefer header Graph uses UTC, with seven decimals."""
    if not value or value.get("timeZone", "UTC") != "UTC":
        return None
    return datetime.fromisoformat(str(value["dateTime"])[:19]).replace(tzinfo=UTC)
