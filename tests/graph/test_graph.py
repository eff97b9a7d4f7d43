"""Every call to Graph, by the real SDK over HTTP, against what Microsoft documents."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import httpx
import pytest
from azure.core.exceptions import ClientAuthenticationError
from kiota_serialization_json.json_parse_node_factory import JsonParseNodeFactory
from msgraph.generated.models.event import Event

from bot.graph import failures
from bot.graph.limits import Rate, Tempo
from bot.graph.meeting import with_new_text
from bot.graph.thread import GraphThread
from bot.ports import Failed, Reason, TryLater, Uncertain, Unreachable
from bot.tenant import Attendance, Attendee, DirectoryMember, InvitedGuest, Registrant, StaleEntry, Webinar
from tests.support.fakes import Trouble
from tests.support.graph import ANNA, BO, CHANNEL, MANIFEST, PEOPLE, PING, TEAM, Office, appointment, letter, office
from tests.support.graph_standin import documented, leftovers
from tests.support.graph_state import LINE

THEN, SEVEN_LATER = "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2015 07:28:07 GMT"


@pytest.fixture
async def desk() -> AsyncIterator[Office]:
    """The client against the stand-in; what is not as documented fails the test."""
    async with office() as desk:
        yield desk
        assert desk.standin.violations == []


# each call as documented


async def test_a_mail_arrives_with_text_and_html(desk: Office) -> None:
    await desk.tenant.mail.send(letter())

    [mail] = desk.standin.state.mails
    assert mail["Subject"] == "Nyckeltalen ska in senast den 31 mars"
    assert str(mail["To"]) == "Anna Öberg <anna@tranemo.example>"
    assert str(mail["Reply-To"]) == "kansliet@ekokommuner.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "nyckeltal för 2026 saknas" in text.get_content()
    assert "<strong>nyckeltal för 2026</strong>" in html.get_content()
    assert desk.credential.scopes == {"http://127.0.0.1/.default"}


async def test_a_mail_sent_twice_has_one_message_id(desk: Office) -> None:
    for key in ("a", "a", "b"):
        await desk.tenant.mail.send(letter(key))

    first, again, other = (mail["Message-ID"] for mail in desk.standin.state.mails)
    assert first == again != other


async def test_an_event_is_made_once(desk: Office) -> None:
    booked = await desk.tenant.calendar.create(appointment(), PEOPLE)
    again = await desk.tenant.calendar.create(appointment(), PEOPLE)
    other = await desk.tenant.calendar.create(appointment("Nytt namn"), PEOPLE[:1])

    assert booked == again == other
    assert booked.join_url is not None
    assert booked.join_url.startswith("https://teams.microsoft.com/l/meetup-join/")
    assert [asked.call for asked in desk.standin.asked] == ["createEvent", "createEvent", "createEvent", "findEvent"]
    assert desk.standin.state.told == [("anna@tranemo.example", "invited"), ("bo@lund.example", "invited")]
    sent = desk.standin.asked[0].body
    assert sent["start"] == {"dateTime": "2027-03-30T09:00:00", "timeZone": "W. Europe Standard Time"}
    assert sent["hideAttendees"] is True
    assert sent["isOnlineMeeting"] is True
    assert sent["onlineMeetingProvider"] == "teamsForBusiness"


async def test_a_changed_text_keeps_the_meeting(desk: Office) -> None:
    booked = await desk.tenant.calendar.create(appointment(), PEOPLE)
    await desk.tenant.calendar.update(booked, appointment(html=f"<p>Nu med agenda {'_' * 30}</p>"))
    again = await desk.tenant.calendar.find("event:7")
    assert again is not None
    await desk.tenant.calendar.update(again, appointment(html="<p>Ny agenda</p>"))

    event = desk.standin.state.events[booked.id].now
    assert event["isOnlineMeeting"] is True
    content = event["body"]["content"]
    assert content.startswith("<p>Ny agenda</p>")
    assert "Nu med agenda" not in content
    assert content.count(LINE) == 2
    assert "onlineMeeting" not in desk.standin.asked[-1].body


async def test_a_place_is_taken_away_where_there_is_none_any_more(desk: Office) -> None:
    meeting = replace(appointment(), online=False, place="Örebro")
    booked = await desk.tenant.calendar.create(meeting, [])
    await desk.tenant.calendar.update(booked, replace(meeting, place=""))

    assert desk.standin.state.events[booked.id].now["location"] == {"displayName": ""}


async def test_an_attendee_change_says_nothing_else(desk: Office) -> None:
    booked = await desk.tenant.calendar.create(appointment(), PEOPLE)
    desk.standin.state.told.clear()

    await desk.tenant.calendar.invite(booked, [PEOPLE[1], Attendee("eva@orust.example", "Eva")])

    assert set(desk.standin.asked[-1].body) - {"@odata.type"} == {"attendees"}
    assert desk.standin.state.told == [("eva@orust.example", "invited"), ("anna@tranemo.example", "called off")]


async def test_a_change_of_an_event_that_somebody_else_changed_is_refused(desk: Office) -> None:
    booked = await desk.tenant.calendar.create(appointment(), PEOPLE[:1])
    desk.standin.state.forward(booked.id, "kollega@lund.example")
    desk.standin.state.told.clear()

    for change in (
        desk.tenant.calendar.invite(booked, PEOPLE),
        desk.tenant.calendar.update(booked, appointment("Nytt namn")),
    ):
        with pytest.raises(StaleEntry):
            await change
    assert desk.standin.state.told == []
    there = await desk.tenant.calendar.find("event:7")
    assert there is not None
    assert [attendee.mail for attendee in there.attendees] == ["anna@tranemo.example", "kollega@lund.example"]


async def test_an_event_is_called_off_once(desk: Office) -> None:
    booked = await desk.tenant.calendar.create(appointment(), PEOPLE[:1])
    await desk.tenant.calendar.cancel(booked.id, "Föreläsaren är sjuk.")
    await desk.tenant.calendar.cancel(booked.id, "Föreläsaren är sjuk.")

    assert desk.standin.state.told[-1] == ("anna@tranemo.example", "called off: Föreläsaren är sjuk.")
    assert len(desk.standin.state.told) == 2
    with pytest.raises(Unreachable, match="gone"):
        await desk.tenant.calendar.update(booked, appointment())


async def test_one_is_notified_or_many(desk: Office) -> None:
    await desk.tenant.feed.notify(ANNA, PING)
    await desk.tenant.feed.notify_all([ANNA, BO], PING)
    await desk.tenant.feed.notify_all([], PING)

    assert [person for person, _ in desk.standin.state.pings] == [ANNA, ANNA, BO]
    await desk.tenant.feed.notify(ANNA, replace(PING, chain=7, text="a\x00b\ud83d\nc", topic="\x1bd"))
    last = desk.standin.state.pings[-1][1]
    assert (last["chainId"], last["previewText"]["content"], last["topic"]["value"]) == (7, "ab c", "d")
    body = desk.standin.state.pings[0][1]
    assert body["previewText"]["content"] == PING.text
    assert body["templateParameters"] == [{"name": "systemDefaultText", "value": PING.text}]


async def test_the_app_is_installed_once(desk: Office) -> None:
    desk.standin.state.catalog[MANIFEST] = "a-catalog-id"

    assert await desk.tenant.installer.install(ANNA)
    assert not await desk.tenant.installer.install(ANNA)
    assert [asked.call for asked in desk.standin.asked] == ["findApp", "installApp", "installApp"]


async def test_rosters_are_read_to_their_end(desk: Office) -> None:
    everybody = [{"userId": f"u{n}", "displayName": f"N {n}", "roles": [], "email": f"U{n}@X.SE"} for n in range(2500)]
    desk.standin.state.members |= {
        TEAM: everybody,
        CHANNEL: [
            {"userId": ANNA, "displayName": "Anna", "roles": ["owner"], "email": None, "tenantId": "t"},
            {"userId": BO, "displayName": "Bo", "roles": ["guest"], "email": "bo_lund.se#EXT#@x.onmicrosoft.com"},
            {"displayName": "Anonym", "roles": ["anonymous"]},
        ],
        f"{CHANNEL}+": [*everybody[:150], everybody[3]],
    }

    team = await desk.tenant.directory.team_members(TEAM)
    channel = await desk.tenant.directory.channel_members(TEAM, CHANNEL)
    shared = await desk.tenant.directory.all_channel_members(TEAM, CHANNEL)

    assert len(team) == 2500
    assert team[7] == DirectoryMember("u7", "N 7", "u7@x.se", guest=False, owner=False)
    assert channel == [
        DirectoryMember(ANNA, "Anna", None, guest=False, owner=True, tenant_id="t"),
        DirectoryMember(BO, "Bo", None, guest=True, owner=False),
    ]
    assert len(shared) == 150
    assert [asked.call for asked in desk.standin.asked].count("teamMembers") == 3


async def test_guests_who_have_not_accepted_are_read_to_the_end(desk: Office) -> None:
    asked = {"externalUserState": "PendingAcceptance", "externalUserStateChangeDateTime": "2026-11-20T07:30:00Z"}
    desk.standin.state.users = [{"id": f"g{number}", "mail": "x@y.se", **asked} for number in range(1200)]
    desk.standin.state.users += [
        {"id": ANNA, "externalUserState": None},
        {"id": BO, **asked, "externalUserState": "Accepted"},
        {"id": "strange", "externalUserState": "PendingAcceptance", "externalUserStateChangeDateTime": "igår"},
    ]

    guests = await desk.tenant.directory.invited_guests()

    assert len(guests) == 1201
    assert guests[0] == InvitedGuest("g0", datetime(2026, 11, 20, 7, 30, tzinfo=UTC))
    assert guests[-1] == InvitedGuest("strange", None)
    assert [each.call for each in desk.standin.asked] == ["invitedGuests", "invitedGuests"]


async def test_webinars_who_registered_and_who_came(desk: Office) -> None:
    state = desk.standin.state
    start = {"dateTime": "2027-03-30T07:00:00.0000000", "timeZone": "UTC"}
    state.webinars_of[ANNA] = [{"id": "w@1", "displayName": "Dagvatten", "status": "published", "startDateTime": start}]
    state.registered["w@1"] = [
        {"id": "r1", "firstName": "Bo", "lastName": "Ek", "email": "BO@lund.example", "status": "registered"}
    ]
    state.sessions["w@1"] = [{"id": "s1"}, {"id": "s2"}]
    state.reports |= {"s1": [{"id": "p1"}], "s2": [{"id": "p2"}]}
    bo = {"emailAddress": "bo@lund.example", "identity": {"id": "b", "displayName": "Bo Ek"}}
    phone = {"id": "x", "emailAddress": None, "identity": None, "totalAttendanceInSeconds": 60}
    state.records |= {
        "p1": [{**bo, "totalAttendanceInSeconds": 600}, phone],
        "p2": [{**bo, "totalAttendanceInSeconds": 60}],
    }

    [webinar] = await desk.tenant.webinars.organised_by(ANNA)

    assert webinar == Webinar("w@1", "Dagvatten", "published", datetime(2027, 3, 30, 7, 0, tzinfo=UTC), None)
    assert await desk.tenant.webinars.registrations("w@1") == [
        Registrant("r1", "Bo Ek", "bo@lund.example", "registered")
    ]
    assert await desk.tenant.webinars.attendance("w@1") == [
        Attendance("Bo Ek", "bo@lund.example", 660),
        Attendance("", None, 60),
    ]


# what is refused


async def test_nobody_is_written_to_by_upn(desk: Office) -> None:
    upn = "anna_tranemo.se#EXT#@ekokommuner.onmicrosoft.com"
    with pytest.raises(Unreachable, match="no_address"):
        await desk.tenant.mail.send(letter(to=upn))
    with pytest.raises(Failed, match="no_entra_id"):
        await desk.tenant.feed.notify(upn, PING)
    assert desk.standin.asked == []


async def test_too_many_are_refused_before_anything_is_sent(desk: Office) -> None:
    with pytest.raises(Failed, match="too_many_recipients"):
        await desk.tenant.feed.notify_all([ANNA] * 101, PING)
    with pytest.raises(Failed, match="too_many_attendees"):
        await desk.tenant.calendar.create(appointment(), PEOPLE * 251)
    assert desk.standin.asked == []


async def test_a_missing_permission_is_named_once_a_day(desk: Office, caplog: pytest.LogCaptureFixture) -> None:
    desk.standin.granted -= {"Mail.Send", "TeamsActivity.Send"}

    for _ in range(3):
        with pytest.raises(Unreachable) as refused:
            await desk.tenant.mail.send(letter())
        assert refused.value.reason is Reason.NOT_SET_UP
        with pytest.raises(Unreachable, match="not_set_up"):
            await desk.tenant.feed.notify(ANNA, PING)

    told = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.__dict__["missing"] for record in told] == ["Mail.Send", "TeamsActivity.Send"]
    assert "anna" not in caplog.text.lower()
    assert desk.graph.wire.faults.missing == {"Mail.Send": "sendMail", "TeamsActivity.Send": "sendActivityNotification"}

    desk.standin.granted.add("Mail.Send")
    await desk.tenant.mail.send(letter())
    assert "Mail.Send" not in desk.graph.wire.faults.missing


@pytest.mark.parametrize("call", documented(), ids=lambda call: call.name)
def test_every_call_of_the_table_needs_what_the_code_says(call: object) -> None:
    from bot.graph import calendar, chats, feed, mail, rosters, webinars  # noqa: PLC0415 - imports msgraph

    said = {
        made.name: made.needs
        for module in (calendar, chats, feed, mail, rosters, webinars)
        for made in vars(module).values()
        if isinstance(made, failures.Call)
    }
    assert said[call.name] in call.permission  # type: ignore[attr-defined]


async def test_who_has_not_the_app_is_told_apart_from_a_missing_permission(desk: Office) -> None:
    desk.standin.state.without_app.add(BO)
    with pytest.raises(Unreachable, match="not_installed"):
        await desk.tenant.feed.notify(BO, PING)
    assert desk.graph.wire.faults.missing == {}


async def test_a_mailbox_that_is_none_is_a_fault_of_the_set_up(desk: Office) -> None:
    desk.standin.state.mailbox = "another@ekokommuner.example"
    with pytest.raises(Unreachable, match="not_set_up"):
        await desk.tenant.mail.send(letter())
    assert desk.graph.wire.faults.missing == {"mailbox": "sendMail"}


# what goes wrong on the way


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        (Trouble(status=429, headers={"Retry-After": "7"}), ("later", 7.0, False)),
        (Trouble(status=429, headers={"Retry-After": "600"}), ("later", 600.0, False)),
        (Trouble(status=429), ("later", None, False)),
        (Trouble(status=429, headers={"Retry-After": SEVEN_LATER, "Date": THEN}), ("later", 7.0, False)),
        (Trouble(status=503, headers={"Retry-After": "200"}), ("later", 200.0, True)),
        (Trouble(status=503, headers={"Retry-After": "200"}, arrives=True), ("later", 200.0, True)),
        (Trouble(status=503), ("later", None, True)),
        (Trouble(status=504), ("later", None, True)),
        (Trouble(status=500), ("later", None, True)),
        (Trouble(status=401), ("later", None, False)),
        (Trouble(status=412), ("later", None, False)),
        (Trouble(), ("uncertain", None, True)),
        (Trouble(arrives=True), ("uncertain", None, True)),
        (Trouble(status=418), ("failed", None, False)),
        (Trouble(status=302, headers={"Location": "http://127.0.0.1:9/elsewhere"}), ("failed", None, False)),
    ],
)
async def test_a_mail_is_tried_once_and_the_outcome_says_what_may_be_done(
    desk: Office, trouble: Trouble, expected: tuple[str, float | None, bool]
) -> None:
    desk.standin.chaos = lambda _: trouble
    outcome = await _outcome(desk)

    assert outcome == expected
    assert len(desk.standin.asked) == 1
    assert len(desk.standin.state.mails) == trouble.arrives


async def _outcome(desk: Office) -> tuple[str, float | None, bool]:
    try:
        await desk.tenant.mail.send(letter())
    except TryLater as error:
        return "later", error.after, error.doubtful
    except Uncertain:
        return "uncertain", None, True
    except Failed:
        return "failed", None, False
    return "sent", None, False


async def test_what_can_be_repeated_is_never_in_doubt(desk: Office) -> None:
    desk.standin.fail(0, arrives=True)
    with pytest.raises(TryLater) as lost:
        await desk.tenant.calendar.create(appointment(), PEOPLE)
    assert not lost.value.doubtful
    await desk.tenant.calendar.create(appointment(), PEOPLE)

    assert len(desk.standin.state.events) == 1
    assert len(desk.standin.state.told) == 2


async def test_a_change_whose_answer_was_lost_can_be_seen_in_the_event(desk: Office) -> None:
    booked = await desk.tenant.calendar.create(appointment(), PEOPLE)
    busy = Trouble(status=503, arrives=True)
    desk.standin.chaos = lambda call: busy if call == "updateEvent" else None
    with pytest.raises(TryLater) as changed:
        await desk.tenant.calendar.update(booked, appointment("Nytt namn"))
    desk.standin.chaos = lambda _: None
    changed_entry = await desk.tenant.calendar.find("event:7")
    assert changed_entry is not None
    desk.standin.chaos = lambda call: busy if call == "updateEvent" else None
    with pytest.raises(TryLater) as invited:
        await desk.tenant.calendar.invite(changed_entry, PEOPLE[:1])

    there = await desk.tenant.calendar.find("event:7")
    assert there is not None
    assert (changed.value.doubtful, invited.value.doubtful) == (False, False)
    assert (there.shown, there.attendees) == (appointment("Nytt namn").shown, PEOPLE[:1])


async def test_after_being_asked_to_wait_nobody_is_in_the_way(desk: Office) -> None:
    desk.standin.fail(429, headers={"Retry-After": "600"})
    with pytest.raises(TryLater, match="429"):
        await desk.tenant.mail.send(letter())
    with pytest.raises(TryLater, match="own_limit") as told:
        await desk.tenant.mail.send(letter())
    await desk.tenant.feed.notify(ANNA, PING)

    assert told.value.after == pytest.approx(600, abs=5)
    assert [asked.call for asked in desk.standin.asked] == ["sendMail", "sendActivityNotification"]


async def test_an_answer_that_does_not_come_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.graph import wire  # noqa: PLC0415 - imports msgraph

    monkeypatch.setattr(wire, "TIMEOUT", httpx.Timeout(0.2))
    async with office() as desk:
        desk.standin.delay = 1.0
        with pytest.raises(Uncertain, match="no_answer"):
            await desk.tenant.mail.send(letter())
        with pytest.raises(TryLater, match="no_answer"):
            await desk.tenant.calendar.cancel("AAkALg0001", "x")


async def test_no_token_and_no_connection(desk: Office, caplog: pytest.LogCaptureFixture) -> None:
    desk.credential.error = ClientAuthenticationError("AADSTS7000222: the secret is hemligt")
    with pytest.raises(TryLater, match="no_token"):
        await desk.tenant.mail.send(letter())
    assert "hemligt" not in caplog.text
    assert desk.standin.asked == []

    desk.credential.error = None
    await desk.standin.__aexit__()
    with pytest.raises(TryLater, match="no_connection"):
        await desk.tenant.mail.send(letter())


async def test_a_next_page_elsewhere_is_not_followed(desk: Office) -> None:
    desk.standin.state.members[TEAM] = [{"userId": f"u{n}"} for n in range(1000)]
    desk.standin.state.strange_link = desk.standin.base.replace("127.0.0.1", "127.0.0.2") + "/teams/x/members"
    with pytest.raises(Failed, match="strange_next_link"):
        await desk.tenant.directory.team_members(TEAM)


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (Trouble(status=404), "page_refused"),
        (Trouble(status=403, body={"error": {"code": "Forbidden"}}), "page_refused"),
        (Trouble(status=200, body={"value": [None]}), "no_list"),
    ],
)
async def test_a_later_page_that_is_none_leaves_nobody_out(desk: Office, page: Trouble, said: str) -> None:
    desk.standin.state.members[TEAM] = [{"userId": f"u{n}"} for n in range(1000)]
    pages = iter([None, page])
    desk.standin.chaos = lambda _: next(pages)
    with pytest.raises(Failed, match=said):
        await desk.tenant.directory.team_members(TEAM)


# limits and the thread


async def test_a_rate_is_kept_in_every_window() -> None:
    rate, loop, taken = Rate((5, 0.1)), asyncio.get_running_loop(), []

    async def take() -> None:
        await rate.take()
        taken.append(loop.time())

    await asyncio.gather(*(take() for _ in range(30)))

    assert all(later - earlier >= 0.1 for earlier, later in pairwise(taken[::5]))


async def test_who_would_wait_long_is_sent_away_with_a_time_of_their_own() -> None:
    rate = Rate((2, 60.0))
    told = []
    for _ in range(6):
        try:
            await rate.take()
        except TryLater as error:
            told.append(error.after)

    assert [round(after or 0) for after in told] == [99, 132, 165, 198]  # a half of 66 s apart, after the window


async def test_who_waits_while_graph_wants_to_be_left_alone() -> None:
    rate, loop, taken = Rate((3, 0.1)), asyncio.get_running_loop(), []

    async def take() -> None:
        await rate.take()
        taken.append(loop.time())

    await take()
    rate.hold(0.2)
    await asyncio.gather(*(take() for _ in range(10)))

    assert taken[1] - taken[0] >= 0.2
    assert taken[-1] - taken[1] >= 0.3


async def test_the_limits_are_kept() -> None:
    tempo = Tempo(mail=(10, 0.4), feed=(5, 0.4), bulk=(2, 0.4))
    async with office(tempo) as desk:
        desk.standin.delay = 0.05
        began = asyncio.get_running_loop().time()
        mails = [desk.tenant.mail.send(letter(f"m{n}")) for n in range(30)]
        pings = [desk.tenant.feed.notify(ANNA, PING) for _ in range(16)]
        bulk = [desk.tenant.feed.notify_all([ANNA], PING) for _ in range(5)]
        await asyncio.gather(*mails, *pings, *bulk)

        assert asyncio.get_running_loop().time() - began >= 3 * 0.4
        assert desk.standin.most_at_once <= 4
        assert len(desk.standin.state.mails) == 30
        assert len(desk.standin.state.pings) == 21


async def test_graph_has_its_own_thread_and_leaves_none_behind() -> None:
    async with office() as desk:
        await desk.tenant.feed.notify(ANNA, PING)
        assert "graph" in {thread.name for thread in threading.enumerate()}
    assert "graph" not in {thread.name for thread in threading.enumerate()}


async def test_stopping_ends_what_is_under_way() -> None:
    thread = GraphThread()
    waiting = asyncio.create_task(thread.run(asyncio.sleep(60)))
    await asyncio.sleep(0.05)
    await thread.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting


# the stand-in itself


def test_what_the_sdk_does_not_know_is_seen() -> None:
    raw = b'{"subject": "x", "colour": "red", "attendees": [{"emailAddress": {"address": "a@b.se", "phone": "1"}}]}'
    event = JsonParseNodeFactory().get_root_parse_node("application/json", raw).get_object_value(Event)

    assert sorted(leftovers(event)) == ["colour", "phone"]


async def test_an_undocumented_call_is_seen() -> None:
    async with office() as desk:
        with pytest.raises(Failed):
            await _post(desk, "/groups/x/events")
        assert desk.standin.violations == ["not documented: POST /groups/x/events"]


async def _post(desk: Office, path: str) -> None:
    from kiota_abstractions.method import Method  # noqa: PLC0415
    from kiota_abstractions.request_information import RequestInformation  # noqa: PLC0415

    info = RequestInformation(Method.POST)
    info.url = desk.standin.base + path
    try:
        await desk.graph.wire.thread.run(desk.graph.wire.send(failures.Call("x", "Y"), info))
    except Unreachable as error:
        raise Failed("404") from error


# the text and the meeting


@pytest.mark.parametrize("content", ["", "<p>no line</p>", f"{LINE} without an element", f"<p>x</p><div>{LINE}</div>"])
def test_a_meeting_that_is_not_found_leaves_the_text_alone(content: str) -> None:
    event = {"isOnlineMeeting": True, "body": {"content": content}, "onlineMeeting": {"joinUrl": "https://t/x"}}
    assert with_new_text(event, "<p>ny</p>") is None
    assert with_new_text({**event, "isOnlineMeeting": False}, "<p>ny</p>") == "<p>ny</p>"
