"""The state of the stand-in's tenant, and the effect of each call on it. Method names are the calls' names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from itertools import count
from typing import Any
from urllib.parse import quote

from tests.support.fakes import Json

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PAGE = 100
MOST_PAGE = 999
MOST_RECIPIENTS = 100
MOST_ATTENDEES = 500
LINE = "_" * 80
KEY = "String {7b0c7e51-6f0c-4b5e-9d0e-5e1b6f7a9c21} Name sekomKey"

Given = Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """A status and a body; or with a ``code`` an error."""

    status: int
    body: Any = None
    code: str = ""
    message: str = ""
    more: Json = field(default_factory=dict)


@dataclass
class Event:
    """An event in the mailbox's calendar."""

    id: str
    sent: Json
    now: Json
    version: int = 1
    """Raised by every change, whoever makes it; the entity tag."""

    @property
    def etag(self) -> str:
        return f'W/"{self.id}-{self.version}"'


def meeting_details(join_url: str) -> str:
    """Return what Teams puts below the text of an invitation, shortened from a real one."""
    return (
        f'<br><div style="width:100%"><span style="white-space:nowrap; color:#5F5F5F">{LINE}</span></div>'
        '<div class="me-email-text" lang="sv-SE"><div><span style="font-size:24px">Microsoft Teams</span></div>'
        f'<div><a class="me-email-headline" href="{join_url}" rel="noreferrer">Anslut till mötet nu</a></div>'
        "<div><span>Mötes-ID: </span><span>312 445 776 11</span></div></div>"
        f'<div style="width:100%"><span style="white-space:nowrap">{LINE}</span></div>'
    )


class State:
    """The tenant."""

    def __init__(self, mailbox: str) -> None:
        self.base = ""
        self.mailbox = mailbox
        self.mails: list[EmailMessage] = []
        self.pings: list[tuple[str, Json]] = []
        """The notifications: recipient and content."""
        self._ids = count()
        self.events: dict[str, Event] = {}
        self.created: list[str] = []
        """Our keys of all events that were ever made."""
        self.told: list[tuple[str, str]] = []
        """Exchange's messages about events: recipient and reason."""
        self.calendars: dict[str, Json] = {}
        """The event's time as each recipient's calendar shows it after the last message to them."""
        self.without_app: set[str] = set()
        self.installed: set[str] = set()
        self.guests: set[str] = set()
        """The people of the tenant who are guests."""
        self.chats: dict[str, Json] = {}
        """The group chats that were opened, as they were asked for."""
        self.in_chats: list[str] = []
        """The chats that the app was let into."""
        self.catalog: dict[str, str] = {}
        """Catalog id by the manifest's id."""
        self.members: dict[str, list[Json]] = {}
        """By team id, or channel id, or channel id with ``+`` for all members."""
        self.users: list[Json] = []
        self.webinars_of: dict[str, list[Json]] = {}
        self.registered: dict[str, list[Json]] = {}
        self.sessions: dict[str, list[Json]] = {}
        self.reports: dict[str, list[Json]] = {}
        self.records: dict[str, list[Json]] = {}
        self.page = PAGE
        self.strange_link = ""

    # Outlook

    def sendMail(self, given: Given, _: Given, mail: EmailMessage) -> Answer:
        if given["user"] != self.mailbox:
            return Answer(404, code="ErrorInvalidUser")
        to = mail["To"].addresses[0].addr_spec
        if "#EXT#" in to or "@" not in to:
            return Answer(400, code="ErrorInvalidRecipients", message=f"At least one recipient is not valid: {to}")
        if mail["From"].addresses[0].addr_spec != self.mailbox:
            return Answer(403, code="ErrorSendAsDenied")
        self.mails.append(mail)
        return Answer(202)

    def createEvent(self, given: Given, _: Given, body: Json) -> Answer:
        if given["user"] != self.mailbox:
            return Answer(404, code="ErrorInvalidUser")
        bad = _bad_attendee(body)
        if bad:
            return Answer(400, code="ErrorInvalidRecipients", message=bad)
        for event in self.events.values():
            if event.sent["transactionId"] == body["transactionId"]:
                if event.sent == body:
                    return Answer(201, self._shown(event))
                more = {"@event.existingEventId": event.id}
                return Answer(409, code="ErrorDuplicateTransactionId", message="already been used", more=more)
        event_id = f"AAkALg{next(self._ids):04}"
        now = {**body, "attendees": list(body.get("attendees", ()))}
        if body.get("isOnlineMeeting"):
            join_url = f"https://teams.microsoft.com/l/meetup-join/{event_id}?context=%7b%7d&anon=true"
            now["onlineMeeting"] = {"joinUrl": join_url}
            whole = f"<html><head></head><body>{body['body']['content']}{meeting_details(join_url)}</body></html>"
            now["body"] = {"contentType": "html", "content": whole}
        self.events[event_id] = event = Event(event_id, body, now)
        self.created += [one["value"] for one in body["singleValueExtendedProperties"] if one["id"] == KEY]
        self._tell(_mails(now), "invited", event)
        return Answer(201, self._shown(event))

    def findEvent(self, _: Given, query: Given, __: None) -> Answer:
        pattern = r"singleValueExtendedProperties/any\(p:p/id eq '(.+?)' and p/value eq '(.+)'\)"
        wanted = re.fullmatch(pattern, query["$filter"])
        if wanted is None:
            return Answer(400, code="ErrorInvalidUrlQueryFilter")
        name, value = wanted[1], wanted[2].replace("''", "'")
        found = [
            event
            for event in self.events.values()
            if {"id": name, "value": value} in event.now.get("singleValueExtendedProperties", [])
        ]
        shown = [*query["$select"].split(","), *(["singleValueExtendedProperties"] if "$expand" in query else [])]
        return Answer(200, {"value": [self._shown(event, shown) for event in found]})

    def readEvent(self, given: Given, query: Given, _: None) -> Answer:
        event = self.events.get(given["event"])
        if event is None:
            return Answer(404, code="ErrorItemNotFound")
        return Answer(200, self._shown(event, query["$select"].split(",")))

    def updateEvent(self, given: Given, _: Given, body: Json) -> Answer:
        event = self.events.get(given["event"])
        if event is None:
            return Answer(404, code="ErrorItemNotFound")
        if given.get("If-Match", event.etag) not in (event.etag, "*"):
            text = "the change key passed in the request does not match the current change key for the item"
            return Answer(412, code="ErrorIrresolvableConflict", message=text)
        bad = _bad_attendee(body)
        if bad:
            return Answer(400, code="ErrorInvalidRecipients", message=bad)
        event.version += 1
        changed = {name: value for name, value in body.items() if not name.startswith("@")}
        before = _mails(event.now)
        properties = {one["id"]: one for one in event.now.get("singleValueExtendedProperties", ())}
        properties |= {one["id"]: one for one in changed.get("singleValueExtendedProperties", ())}
        event.now.update(changed, singleValueExtendedProperties=list(properties.values()))
        after = _mails(event.now)
        if "body" in changed and event.now.get("isOnlineMeeting"):
            join_url = event.now["onlineMeeting"]["joinUrl"]
            if join_url not in changed["body"]["content"] or LINE not in changed["body"]["content"]:
                event.now.update(isOnlineMeeting=False, onlineMeeting=None)  # "would disable meeting online"
        if set(changed) == {"attendees"}:
            self._tell([mail for mail in after if mail not in before], "invited", event)
            self._tell([mail for mail in before if mail not in after], "called off", None)
        else:
            self._tell(after, "changed", event)
        return Answer(200, self._shown(event))

    def _tell(self, mails: Sequence[str], why: str, event: Event | None) -> None:
        """Mail people about an event; without one it leaves their calendars."""
        self.told += [(mail, why) for mail in mails]
        for mail in mails:
            if event is None:
                self.calendars.pop(mail, None)
            else:
                self.calendars[mail] = event.now["start"]

    def forward(self, event_id: str, mail: str) -> None:
        """An attendee forwards the invitation: the event gets an attendee that we never invited."""
        self.events[event_id].now["attendees"].append({"type": "optional", "emailAddress": {"address": mail}})
        self.events[event_id].version += 1
        self.calendars[mail] = self.events[event_id].now["start"]

    def answer(self, event_id: str, mail: str, response: str, at: str = "2026-11-28T08:00:00Z") -> None:
        """An attendee answers in Outlook."""
        self.events[event_id].version += 1
        for attendee in self.events[event_id].now["attendees"]:
            if attendee["emailAddress"]["address"] == mail:
                attendee["status"] = {"response": response, "time": at}

    def cancelEvent(self, given: Given, _: Given, body: Json) -> Answer:
        event = self.events.pop(given["event"], None)
        if event is None:
            return Answer(404, code="ErrorItemNotFound")
        comment = body.get("comment") or body.get("Comment")
        self._tell(_mails(event.now), f"called off: {comment}", None)
        return Answer(202)

    def _shown(self, event: Event, select: Sequence[str] = ()) -> Json:
        whole = {"id": event.id, "@odata.etag": event.etag, **event.now}
        return {name: value for name, value in whole.items() if not select or name in (*select, "id", "@odata.etag")}

    # Teams

    def sendActivityNotification(self, given: Given, _: Given, body: Json) -> Answer:
        return self._notify([given["user"]], body) or Answer(204)

    def sendActivityNotificationToRecipients(self, _: Given, __: Given, body: Json) -> Answer:
        recipients = body["recipients"]
        if len(recipients) > MOST_RECIPIENTS:
            return Answer(400, code="BadRequest", message="Too many recipients")
        if any(one["@odata.type"].lstrip("#") != "microsoft.graph.aadUserNotificationRecipient" for one in recipients):
            return Answer(400, code="BadRequest", message="recipient type")
        reached = [one["userId"] for one in recipients if one["userId"] not in self.without_app]
        return self._notify(reached, body) or Answer(202)

    def _notify(self, users: Sequence[str], body: Json) -> Answer | None:
        topic, names = body["topic"], {one["name"] for one in body.get("templateParameters", ())}
        if topic["source"] != "text" or not topic["webUrl"].startswith("https://teams.microsoft.com/l/"):
            return Answer(400, code="BadRequest", message="webUrl must be a Teams link")
        if body["activityType"] == "systemDefault" and names != {"systemDefaultText"}:
            return Answer(400, code="BadRequest", message="systemDefaultText")
        for user in users:
            if user in self.without_app:
                text = "Application with AAD App Id is not installed for user"
                return Answer(403, code="Forbidden", message=text)
            if not GUID.fullmatch(user):
                return Answer(404, code="NotFound", message="User not found")
            self.pings.append((user, body))
        return None

    def findApp(self, _: Given, query: Given, __: None) -> Answer:
        wanted = re.fullmatch(r"externalId eq '(.+)'", query["$filter"])
        found = self.catalog.get(wanted[1]) if wanted else None
        return Answer(200, {"value": [{"id": found}] if found else []})

    def installApp(self, given: Given, _: Given, body: Json) -> Answer:
        if (refusal := self._unknown_app(body)) is not None:
            return refusal
        if given["user"] in self.installed:
            return Answer(409, code="Conflict", message="The requested app is already added for the given user")
        self.installed.add(given["user"])
        return Answer(201)

    # chats

    def createChat(self, _: Given, __: Given, body: Json) -> Answer:
        if body["chatType"] != "group" or len(body["members"]) < 2:
            return Answer(400, code="BadRequest", message="A group chat has members")
        roles = {str(member["user@odata.bind"]).split("'")[1]: member["roles"] for member in body["members"]}
        if any(role != (["guest"] if user in self.guests else ["owner"]) for user, role in roles.items()):
            return Answer(400, code="BadRequest", message="Guests have the role guest, and others own the chat")
        if ["owner"] not in roles.values():
            return Answer(400, code="BadRequest", message="A chat has an owner")
        chat_id = f"19:{next(self._ids):032x}@thread.v2"
        self.chats[chat_id] = body
        link = f"https://teams.microsoft.com/l/chat/{chat_id}/0?tenantId=t-1"
        return Answer(201, {"id": chat_id, "topic": body.get("topic"), "chatType": "group", "webUrl": link})

    def installAppInChat(self, given: Given, _: Given, body: Json) -> Answer:
        if given["chat"] not in self.chats:
            return Answer(404, code="NotFound", message="No chat found")
        if (refusal := self._unknown_app(body)) is not None:
            return refusal
        if given["chat"] in self.in_chats:
            return Answer(409, code="Conflict", message="The requested app is already added for the given chat")
        self.in_chats.append(given["chat"])
        return Answer(201)

    def _unknown_app(self, body: Json) -> Answer | None:
        known = {f"https://graph.microsoft.com/v1.0/appCatalogs/teamsApps/{one}" for one in self.catalog.values()}
        if str(body["teamsApp@odata.bind"]) in known:
            return None
        return Answer(404, code="NotFound", message="The definition of the app was not found")

    # lists

    def teamMembers(self, given: Given, query: Given, _: None) -> Answer:
        return self._listed(self.members, given["team"], query, f"/teams/{given['team']}/members")

    def channelMembers(self, given: Given, query: Given, _: None) -> Answer:
        path = f"/teams/{given['team']}/channels/{given['channel']}/members"
        return self._listed(self.members, given["channel"], query, path)

    def channelAllMembers(self, given: Given, query: Given, _: None) -> Answer:
        path = f"/teams/{given['team']}/channels/{given['channel']}/allMembers"
        return self._listed(self.members, given["channel"] + "+", query, path)

    def invitedGuests(self, _: Given, query: Given, __: None) -> Answer:
        """Answer with the selected properties only; a page keeps the filter of the first one."""
        wanted = re.fullmatch(r"externalUserState eq '(\w+)'", query.get("$filter", ""))
        if wanted is None or not query.get("$select"):
            return Answer(400, code="Request_UnsupportedQuery")
        users = [user for user in self.users if user.get("externalUserState") == wanted[1]]
        fields = query["$select"].split(",")
        shown = [{name: user.get(name) for name in fields} for user in users]
        path = f"/users?$filter={quote(query['$filter'])}&$select={query['$select']}"
        return self._listed({"": shown}, "", query, path)

    def webinars(self, given: Given, query: Given, _: None) -> Answer:
        path = f"/solutions/virtualEvents/webinars/getByUserIdAndRole(userId='{given['user']}',role='organizer')"
        return self._listed(self.webinars_of, given["user"], query, path)

    def webinarRegistrations(self, given: Given, query: Given, _: None) -> Answer:
        path = f"/solutions/virtualEvents/webinars/{given['webinar']}/registrations"
        return self._listed(self.registered, given["webinar"], query, path)

    def webinarSessions(self, given: Given, query: Given, _: None) -> Answer:
        path = f"/solutions/virtualEvents/webinars/{given['webinar']}/sessions"
        return self._listed(self.sessions, given["webinar"], query, path)

    def webinarReports(self, given: Given, query: Given, _: None) -> Answer:
        path = f"/solutions/virtualEvents/webinars/{given['webinar']}/sessions/{given['session']}/attendanceReports"
        return self._listed(self.reports, given["session"], query, path)

    def webinarAttendance(self, given: Given, query: Given, _: None) -> Answer:
        path = f"/solutions/virtualEvents/webinars/{given['webinar']}/sessions/{given['session']}/attendanceReports"
        return self._listed(self.records, given["report"], query, f"{path}/{given['report']}/attendanceRecords")

    def _listed(self, lists: Mapping[str, list[Json]], key: str, query: Given, path: str) -> Answer:
        if key not in lists:
            return Answer(404, code="NotFound")
        size = int(query.get("$top", self.page))
        if size > MOST_PAGE:
            return Answer(400, code="BadRequest", message="$top")
        start = int(query.get("$skiptoken", 0))
        page: Json = {"@odata.context": "x", "value": lists[key][start : start + size]}
        if start + size < len(lists[key]):
            top = f"$top={query['$top']}&" if "$top" in query else ""
            page["@odata.nextLink"] = (
                self.strange_link or f"{self.base}{path}{'&' if '?' in path else '?'}{top}$skiptoken={start + size}"
            )
        return Answer(200, page)


def _mails(event: Json) -> list[str]:
    return [one["emailAddress"]["address"] for one in event.get("attendees") or ()]


def _bad_attendee(body: Json) -> str:
    if len(_mails(body)) > MOST_ATTENDEES:
        return f"more than {MOST_ATTENDEES} attendees"
    return next((mail for mail in _mails(body) if "#EXT#" in mail or "@" not in mail), "")
