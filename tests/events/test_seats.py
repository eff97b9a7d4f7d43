"""Seats and the waiting list: places in the queue, offers for a limited time, and many people at the same moment."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.register.change import Change
from bot.schedule import seats
from storage import events
from tests.support.chat import Chat
from tests.support.events import HOUR, STARTS, change, put_up, rows, state, tick
from tests.support.people import know
from tests.support.races import at_once

REGISTER = ("event.register", {"event": 1})


def crowd(chat: Chat, number: int) -> list[Chat]:
    return [chat.as_(f"Person {letter}") for letter in "ABCDEFGHIJKLMNOP"[:number]]


def test_two_people_cannot_take_the_last_seat(chat: Chat) -> None:
    people = crowd(chat, 8)
    put_up(chat, seats=3)
    for _ in range(3):
        at_once([(who, *REGISTER) for who in people])
        assert Counter(state(who) for who in people) == {"registered": 3, "waiting": 5}
        places = {who.press(*REGISTER).partition("plats ")[2][:1] for who in people if state(who) == "waiting"}
        assert places == set("12345")
        for who in people:
            who.press("event.leave", {"event": 1})


def test_leaving_and_registering_at_once_never_fill_more_than_the_seats(chat: Chat) -> None:
    people = crowd(chat, 8)
    put_up(chat, seats=4)
    for who in people:
        who.press(*REGISTER)
    leaving, waiting = people[:4], people[4:]
    at_once([*((who, "event.leave", {"event": 1}) for who in leaving), *((who, *REGISTER) for who in waiting)])
    assert {state(who) for who in leaving} == {"left"}
    before = [state(who) for who in waiting]
    assert set(before) <= {"registered", "waiting"}  # which of them depends on who came first
    tick(chat)
    tick(chat)
    after = [state(who) for who in waiting]  # four people for four freed seats: each has one, or an offer of one
    assert after == ["registered" if was == "registered" else "offered" for was in before]


def test_a_freed_seat_is_offered_to_the_next_and_goes_on_when_nobody_takes_it(chat: Chat) -> None:
    put_up(chat, seats=1)
    anna, bo, cia, dan, eva = chat, *(chat.as_(name) for name in ("Bo Ek", "Cia Ceder", "Dan Dal", "Eva Exner"))
    for who in (anna, bo, cia):
        who.press(*REGISTER)
        chat.clock.forward(minutes=1)
    assert "Du står på plats 2 i kön." in cia.press("event.open", {"event": 1})
    anna.press("event.leave", {"event": 1})
    assert "Du står på plats 3 i kön." in dan.press(*REGISTER)  # nobody passes those who wait

    tick(chat)
    tick(chat)
    assert [state(who) for who in (bo, cia, dan)] == ["offered", "waiting", "waiting"]
    assert len(rows(chat, "event_offer:1")) == 1
    assert "Platsen är din till onsdag den 25 november 2026 kl. 12.03." in bo.text
    assert "Du står på plats 3 i kön." in eva.press(*REGISTER)
    assert "inte reserverad" in cia.press("event.accept_offer", {"event": 1})

    tick(chat, hours=24)
    assert [state(who) for who in (bo, cia)] == ["waiting", "offered"]
    assert "Platsen har gått vidare" in bo.text
    assert "En plats är ledig för dig" in cia.text
    assert "inte reserverad" in bo.press("event.accept_offer", {"event": 1})
    assert "Du står på plats 3 i kön." in bo.click("Anmäl mig")  # last
    assert "Du kommer inte." in cia.click("Tacka nej")
    tick(chat)
    assert "Du är anmäld." in dan.click("Ta platsen")
    assert "Lämna kön" in str(eva.press("event.open", {"event": 1}))
    eva.press("event.leave", {"event": 1})
    assert (state(eva), state(bo)) == ("left", "waiting")


def test_a_seat_that_people_let_pass_is_free_for_everybody(chat: Chat) -> None:
    put_up(chat, seats=1)
    bo, cia = chat.as_("Bo Ek"), chat.as_("Cia Ceder")
    chat.press(*REGISTER)
    bo.press(*REGISTER)
    chat.press("event.leave", {"event": 1})
    tick(chat)
    tick(chat, hours=25)
    for _ in range(3):
        tick(chat, hours=25)
    assert len([key for key in rows(chat, "event_offer:1") if not key.endswith(":over")]) == 1  # offered once
    assert "hann inte svara" in bo.press("event.open", {"event": 1})
    assert "Du är anmäld." in cia.press(*REGISTER)
    assert "plats 1 i kön" in bo.press(*REGISTER)


def test_more_seats_mean_offers_and_a_seat_of_somebody_who_left_is_free(chat: Chat) -> None:
    put_up(chat, seats=2)
    people = [chat, *crowd(chat, 4)]
    for who in people:
        who.press(*REGISTER)
        chat.clock.forward(seconds=1)
    change(chat, seats=3)
    know(people[0], left_at=chat.clock.now)
    tick(chat)
    assert [state(who) for who in people] == ["registered", "registered", "offered", "offered", "waiting"]
    change(chat, seats=None)
    tick(chat)
    assert state(people[4]) == "offered"


def test_nothing_is_offered_after_the_start_or_of_a_cancelled_event(chat: Chat) -> None:
    put_up(chat, seats=1)
    bo = chat.as_("Bo Ek")
    chat.press(*REGISTER)
    bo.press(*REGISTER)
    change(chat, seats=2)
    chat.clock.now = STARTS
    tick(chat)
    assert state(bo) == "waiting"
    for verb in ("register", "leave", "decline", "accept_offer", "pass_offer"):
        assert "har redan börjat" in bo.press(f"event.{verb}", {"event": 1})
    chat.clock.forward(days=-1)
    change(chat, state="cancelled")
    tick(chat)
    assert state(bo) == "waiting"
    assert "inställt" in bo.press(*REGISTER)
    assert "inställt" in chat.press("event.leave", {"event": 1})


@pytest.mark.parametrize(
    ("at", "begins", "until"),
    [
        ("2026-11-24T11:00", "2026-11-24T11:00", "2026-11-25T11:00"),
        ("2026-11-24T22:00", "2026-11-25T07:00", "2026-11-26T07:00"),  # at night the time begins in the morning
        ("2026-11-25T03:00", "2026-11-25T07:00", "2026-11-26T07:00"),
        ("2026-12-02T08:00", "2026-12-02T08:00", "2026-12-02T20:00"),  # half of what is left
        ("2026-12-02T22:00", "2026-12-03T07:00", "2026-12-03T07:30"),
        ("2026-12-03T07:50", "2026-12-03T07:50", "2026-12-03T07:55"),
    ],
)
def test_an_offer_is_held_a_day_and_shorter_close_to_the_start(chat: Chat, at: str, begins: str, until: str) -> None:
    put_up(chat, seats=1)
    bo = chat.as_("Bo Ek")
    chat.press(*REGISTER)
    bo.press(*REGISTER)
    chat.press("event.leave", {"event": 1})
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)

    def settle(session: Any) -> tuple[datetime, datetime | None]:
        event = events.find(session, 1)
        assert event
        offers = seats.settle(Change(session, None, now), event, timedelta(hours=24))
        return offers.begins, offers.made[0].offered_until

    wanted = tuple(datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (begins, until))
    assert chat.app.database.play(settle) == wanted


def test_a_night_offer_comes_in_the_morning_and_not_if_it_is_taken_before(chat: Chat) -> None:
    put_up(chat, seats=1)
    bo = chat.as_("Bo Ek")
    chat.press(*REGISTER)
    bo.press(*REGISTER)
    chat.clock.now = datetime(2026, 11, 24, 22, tzinfo=UTC)
    chat.press("event.leave", {"event": 1})
    before = len(bo.shown)
    tick(chat)
    assert (state(bo), len(bo.shown)) == ("offered", before)
    assert "Platsen är din till torsdag den 26 november 2026 kl. 08.00." in bo.press("event.open", {"event": 1})
    bo.press("event.accept_offer", {"event": 1})
    tick(chat, hours=10)
    assert list(rows(chat, "event_offer:1").values()) == ["cancelled"]
    assert len(bo.shown) == before


def test_the_last_day_does_not_shut_out_people_who_wait(chat: Chat) -> None:
    put_up(chat, seats=1, register_by=chat.clock.now.date())
    bo = chat.as_("Bo Ek")
    chat.press(*REGISTER)
    bo.press(*REGISTER)
    chat.press("event.leave", {"event": 1})
    chat.clock.forward(days=1)
    tick(chat)
    assert "Sista dagen" in chat.press(*REGISTER)
    assert "Du är anmäld." in bo.click("Ta platsen")


def test_saying_no_gives_up_the_seat_and_is_remembered(chat: Chat) -> None:
    put_up(chat, audience={"parts": [{}]}, starts_at=STARTS, ends_at=STARTS + HOUR)
    chat.say("anmäl mig till skyfall")
    assert "Du kommer inte." in chat.click("Kan inte komma")
    assert state(chat) == "declined"
    chat.press(*REGISTER)
    chat.press("event.decline", {"event": 1})
    assert state(chat) == "left"
    assert "inget att avanmäla" in chat.press("event.leave", {"event": 1})


def test_a_person_whom_the_event_is_not_for_says_no_to_nothing(chat: Chat) -> None:
    put_up(chat, starts_at=STARTS, ends_at=STARTS + HOUR)
    assert "Du är inte inbjuden" in chat.press("event.decline", {"event": 1})
    assert state(chat) == ""
    chat.press(*REGISTER)
    assert "Du kommer inte." in chat.press("event.decline", {"event": 1})


def test_two_jobs_at_once_offer_a_seat_once(chat: Chat) -> None:
    put_up(chat, seats=1)
    people = crowd(chat, 4)
    chat.press(*REGISTER)
    for who in people:
        who.press(*REGISTER)
        chat.clock.forward(seconds=1)
    chat.press("event.leave", {"event": 1})

    def settle(_: int) -> int:
        def work(session: Any) -> int:
            event = events.find(session, 1)
            assert event
            return len(seats.settle(Change(session, None, chat.clock.now), event, timedelta(hours=24)).made)

        return chat.app.database.play(work)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(settle, range(4))) == [0, 0, 0, 1]
    assert [state(who) for who in people] == ["offered", "waiting", "waiting", "waiting"]
