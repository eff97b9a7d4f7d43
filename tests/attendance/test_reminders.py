"""Before an event: invited once, reminded twice if there is no answer, and twice if one comes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.delivery.ladder import Rung, Unit
from bot.register.audience import to_json
from storage import saved_audiences
from storage.audiences import EVERYBODY, Audience, Part
from storage.events import EventState
from tests.support.chat import Chat
from tests.support.events import HOUR, STARTS, change, put_up, rows, stored
from tests.support.people import person

pytestmark = pytest.mark.usefixtures("filled")

AUDIENCE = to_json(EVERYBODY)


def at(chat: Chat, *moment: int) -> None:
    chat.clock.now = datetime(*moment, tzinfo=UTC)  # type: ignore[misc, arg-type]
    chat.tick()


def keys(chat: Chat) -> list[str]:
    return [key for key in rows(chat, "event_") if key.startswith(("event_invite", "event_unanswered", "event_coming"))]


def test_invited_once_then_reminded_until_there_is_an_answer(chat: Chat) -> None:
    starts = datetime(2027, 2, 18, 8, tzinfo=UTC)
    put_up(chat, audience=AUDIENCE, starts_at=starts, ends_at=starts + HOUR, register_by=date(2027, 2, 16))
    chat.tick()
    assert "Inbjudan: Skyfall i praktiken" in chat.text
    assert chat.buttons == ["Anmäl mig", "Kan inte komma", "Öppna mötet"]
    chat.tick()
    at(chat, 2027, 2, 1, 9)
    assert len(keys(chat)) == 1
    at(chat, 2027, 2, 2, 15, 1)
    assert "Kommer du? Skyfall i praktiken" in chat.text
    assert "till och med tisdag den 16 februari 2027" in chat.text
    chat.click("Kan inte komma")
    at(chat, 2027, 2, 15, 9)
    assert len(keys(chat)) == 2


def test_the_kansli_is_reminded_of_a_webinar_without_a_link_until_it_has_one(chat: Chat, kansli: Chat) -> None:
    starts = datetime(2027, 2, 18, 8, tzinfo=UTC)
    put_up(chat, starts_at=starts, ends_at=starts + HOUR)
    put_up(chat, "På plats", kind="forum", place="Eslöv", starts_at=starts, ends_at=starts + HOUR)
    at(chat, 2027, 2, 15, 9)
    at(chat, 2027, 2, 15, 9, 1)
    assert "Möteslänk saknas: Skyfall i praktiken\nTorsdag den 18 februari 2027 kl. 09.00–10.00." in kansli.text
    assert "Möteslänk saknas." in kansli.click("Öppna mötet")
    assert len(rows(chat, "event_link")) == 1
    change(chat, join_url="https://moten.example/1")
    at(chat, 2027, 2, 17, 9)
    assert len(rows(chat, "event_link")) == 1


def test_people_of_a_pasted_list_are_invited(chat: Chat) -> None:
    asked = chat.app.database.play(lambda s: saved_audiences.keep_list(s, [person(chat).id], chat.clock.now))
    put_up(chat, audience=to_json(Audience((Part(conditions=(f"list:{asked}",)),))))
    chat.tick()
    assert "Inbjudan: Skyfall i praktiken" in chat.text


def test_a_person_who_comes_is_reminded_the_day_before_and_the_hour_before(chat: Chat) -> None:
    put_up(chat, join_url="https://meet.example.org/skyfall")
    chat.say("webbinarier")
    chat.click("Skyfall i praktiken. Torsdag den 3 december 2026 kl. 09.00–10.00.")
    chat.click("Anmäl mig")
    at(chat, 2026, 12, 2, 8, 1)
    assert "Snart dags: Skyfall i praktiken" in chat.text
    assert chat.buttons == ["Anslut", "Kan inte komma", "Öppna mötet"]
    at(chat, 2026, 12, 3, 7, 1)
    assert "Om en timme: Skyfall i praktiken" in chat.text
    assert chat.buttons == ["Anslut", "Öppna mötet"]
    at(chat, 2026, 12, 3, 9)
    assert len(keys(chat)) == 2


def test_kan_inte_komma_frees_the_seat_and_ends_the_reminders(chat: Chat) -> None:
    put_up(chat, seats=1)
    chat.say("webbinarier")
    chat.click("Skyfall i praktiken. Torsdag den 3 december 2026 kl. 09.00–10.00.")
    chat.click("Anmäl mig")
    at(chat, 2026, 12, 2, 8, 1)
    chat.click("Kan inte komma")
    at(chat, 2026, 12, 3, 7, 1)
    assert [key.split(":")[3] for key in keys(chat)] == ["-1"]


def test_a_late_registration_a_move_and_a_cancelled_event_are_reminded_of_only_what_still_matters(chat: Chat) -> None:
    put_up(chat)
    at(chat, 2026, 12, 2, 12)
    chat.say("webbinarier")
    chat.click("Skyfall i praktiken. Torsdag den 3 december 2026 kl. 09.00–10.00.")
    chat.click("Anmäl mig")
    chat.tick()
    assert keys(chat) == [], "they have just registered"
    change(chat, starts_at=STARTS + timedelta(days=7), ends_at=STARTS + timedelta(days=7, hours=1))
    at(chat, 2026, 12, 3, 7, 30)
    assert keys(chat) == []
    at(chat, 2026, 12, 10, 7, 30)
    assert [key.split(":")[3] for key in keys(chat)] == ["-1h"], "after downtime, only the nearest one"
    change(chat, state=EventState.CANCELLED, cancelled_at=chat.clock.now)
    at(chat, 2026, 12, 10, 7, 45)
    assert len(keys(chat)) == 1
    assert stored(chat).state == EventState.CANCELLED


def test_a_series_is_invited_to_once(chat: Chat) -> None:
    for week in range(3):
        start = STARTS + timedelta(weeks=week)
        put_up(chat, audience=AUDIENCE, series="event:1", starts_at=start, ends_at=start + HOUR)
    chat.tick()
    at(chat, 2026, 12, 4, 9)
    at(chat, 2026, 12, 11, 9)
    assert [key for key in keys(chat) if key.startswith("event_invite")] == keys(chat)[:1]


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        # Easter Monday's event: at noon on Maundy Thursday
        (datetime(2027, 3, 29, 7, tzinfo=UTC), datetime(2027, 3, 25, 11, tzinfo=UTC)),
        # in July, when nobody is reminded of anything else: the day before
        (datetime(2027, 7, 14, 11, tzinfo=UTC), datetime(2027, 7, 13, 11, tzinfo=UTC)),
        # at six in the morning there: the afternoon before
        (datetime(2027, 7, 14, 4, tzinfo=UTC), datetime(2027, 7, 12, 15, tzinfo=UTC)),
        # on the Monday after summer time ends: on Friday before people go home
        (datetime(2027, 11, 1, 8, tzinfo=UTC), datetime(2027, 10, 29, 10, tzinfo=UTC)),
    ],
)
def test_the_day_before_is_at_a_decent_hour(starts: datetime, expected: datetime) -> None:
    assert Rung(-1, Unit.NEAR_DAYS).moment(starts) == expected
