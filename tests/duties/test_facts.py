"""Duties that are done because of facts: the annual meeting, newsletters, the programme. The norm in a reminder."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from storage import announcements
from storage.announcements import Announcement, AnnouncementState, Mark
from storage.duties import Duty, DutyState
from tests.duties.test_desk import FORM
from tests.support.chat import Chat, Clock
from tests.support.duties import OFFICER, POLITICIAN, add_duty, change_duty, planned, put
from tests.support.events import put_up
from tests.support.people import LUND, SOTENAS, appoint, know, person, set_up
from tests.support.teams import plan

pytestmark = pytest.mark.usefixtures("filled")
MEETING = {"kind": "annual_meeting", "title": "Årsmötet", "seats": [POLITICIAN, OFFICER]}
NEIGHBOURS = ("1480", "1440", "1489", "1441", "1460")
"""Five of the county of Sotenäs."""


@pytest.fixture
def anna(chat: Chat) -> Chat:
    """Anna, who is the politician of Sotenäs and reports for it."""
    know(chat, mail="anna@sotenas.se", municipality_code=SOTENAS)
    set_up(chat.app.database)
    for seat in ("reporter", "politician"):
        appoint(chat.app.database, seat, "Anna Andersson", "anna@sotenas.se")
    return chat


@pytest.fixture
def bo(anna: Chat) -> Chat:
    """Bo, who is the civil servant of Sotenäs."""
    bo = anna.as_("Bo Ek")
    know(bo, mail="bo@sotenas.se", municipality_code=SOTENAS)
    appoint(anna.app.database, "officer", "Bo Ek", "bo@sotenas.se")
    return bo


def test_the_annual_meeting_is_done_when_both_roles_are_registered(anna: Chat, bo: Chat, clock: Clock) -> None:
    meeting = put_up(anna, "Årsmötet 2026", kind="annual_meeting", audience={"parts": [{}]})
    ladder = [{"days": -14, "to": [POLITICIAN, OFFICER]}, {"days": -3, "to": [POLITICIAN, OFFICER]}]
    duty = add_duty(anna.app.database, event_id=meeting, ladder=ladder, **MEETING)
    anna.tick()
    assert len(planned(anna.app.database)) == 2
    anna.press("event.register", {"event": meeting})
    told = anna.press("duties.done", {"duty": duty.id, "code": SOTENAS})
    assert told == "Det saknas anmälan till mötet för tjänsteperson. Jag påminner tills båda är anmälda."
    assert "Inte påbörjat" in anna.say("att göra")

    bo.press("event.register", {"event": meeting})
    assert "Årsmötet 2026: senast tis 8 december 2026. Klart och bekräftat." in anna.say("att göra")
    bo.press("event.leave", {"event": meeting})
    assert "Inte påbörjat" in anna.say("att göra")
    bo.press("event.register", {"event": meeting})
    clock.forward(days=10)
    anna.tick()
    assert [key.split(":")[4] for key, _ in planned(anna.app.database)] == ["-14", "-14"]


def test_the_kansli_chooses_the_meeting_in_the_form(kansli: Chat, anna: Chat) -> None:
    webinar = put_up(kansli)
    meeting = put_up(kansli, "Årsmötet 2026", kind="annual_meeting")
    form = FORM | {"kind": "annual_meeting", "heading": "Årsmötet"}
    kansli.say("ny uppgift")
    shown = kansli.click("Spara", **form, event="none")
    assert "Inget möte är valt, så jag ser inte vilka som är anmälda." in shown
    kansli.click("Ändra")
    assert "Årsmötet 2026, den 3 december 2026" in str(kansli.card)
    assert "Skyfall" not in str(kansli.card)
    for wrong in (str(webinar), "999", "x", "²", "9" * 40):
        assert "Mötet finns inte kvar." in kansli.click("Spara", **form, event=wrong), wrong
    assert "Välj sorten Årsmöte" in kansli.click("Spara", **FORM, event=str(meeting))
    shown = kansli.click("Spara", **form, event=str(meeting))
    assert "är anmälda till Årsmötet 2026, den 3 december 2026." in shown
    assert anna.app.database.play(lambda session: session.get_one(Duty, 1).event_id) == meeting
    assert "Inget möte är valt" in kansli.click("Kopiera till 2028")


def _newsletter(chat: Chat, sent: datetime | None) -> int:
    def work(session: Session) -> int:
        row = Announcement(
            kind="newsletter",
            heading="Nyhetsbrev",
            state=AnnouncementState.SENT,
            audience={},
            created_at=chat.clock.now,
            changed_at=chat.clock.now,
            sent_at=sent,
        )
        session.add(row)
        session.flush()
        return row.id

    return chat.app.database.play(work)


def test_the_newsletter_is_done_when_every_issue_of_the_year_is_shared(anna: Chat, bo: Chat) -> None:
    duty = add_duty(anna.app.database, kind="newsletter", title="Nyhetsbrevet", due=None)
    first, second = (_newsletter(anna, datetime(2026, month, 3, 9, tzinfo=UTC)) for month in (3, 10))
    _newsletter(anna, datetime(2025, 11, 3, 9, tzinfo=UTC))

    def share(chat: Chat, number: int) -> None:
        who = person(chat).id
        chat.app.database.play(lambda session: announcements.mark(session, number, who, Mark.SHARED, chat.clock.now))

    share(anna, first)
    assert "Delat hos oss" in anna.press("duties.done", {"duty": duty.id, "code": SOTENAS})
    assert "Nyhetsbrevet 2026: datum inte satt. Inte påbörjat." in anna.say("att göra")
    share(bo, second)
    assert "Nyhetsbrevet 2026: datum inte satt. Klart och bekräftat." in anna.say("att göra")


def test_the_programme_is_done_while_it_is_in_force(anna: Chat) -> None:
    add_duty(anna.app.database, kind="programme", title="Programmet", due=None)
    assert "Programmet 2026: datum inte satt. Inte påbörjat." in anna.say("att göra")
    set_up(anna.app.database, programme_until=2026)
    assert "Programmet 2026: datum inte satt. Klart och bekräftat." in anna.say("att göra")
    set_up(anna.app.database, programme_until=2025)
    assert "Inte påbörjat" in anna.say("att göra")


@pytest.mark.parametrize(("done", "norm"), [(3, ""), (4, "4 av 6 i ert län är klara.")])
def test_a_norm_is_shown_only_when_more_than_half_are_done(anna: Chat, done: int, norm: str) -> None:
    duty = add_duty(anna.app.database)
    for code in NEIGHBOURS:
        set_up(anna.app.database, code)
    for code in NEIGHBOURS[:done]:
        put(anna.app.database, duty, code, DutyState.CONFIRMED)
    anna.tick()
    assert "i ert län är klara" in anna.text if norm else "är klara" not in anna.text
    assert norm in anna.text


def test_a_reminder_of_a_day_that_was_moved_or_of_a_closed_duty_is_not_sent(anna: Chat, clock: Clock) -> None:
    """Downtime between planning and sending: what was planned is asked again just before it goes."""
    moved = add_duty(anna.app.database)
    closed = add_duty(anna.app.database, title="Enkäten")
    done = add_duty(anna.app.database, title="Klimatlöftet")
    others = add_duty(anna.app.database, title="Trafikmätningen")
    before = len(anna.shown)
    plan(anna.app, clock.now)
    change_duty(anna.app.database, moved, due=date(2027, 1, 15))
    change_duty(anna.app.database, closed, closed_at=clock.now)
    put(anna.app.database, done, SOTENAS, DutyState.CONFIRMED)
    change_duty(anna.app.database, others, audience={"codes": [LUND]})
    anna.deliver()
    assert len(anna.shown) == before
    assert {state for _, state in planned(anna.app.database)} == {"cancelled"}
