"""A municipality's people see their year, are reminded, and say how far they have come."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import update

from bot.duties.wheel_cards import SIDE
from storage.contacts import Contact
from storage.duties import Duty, DutySource, DutyState
from tests.support.chat import Chat, Clock, seen, walk
from tests.support.duties import add_duty, change_duty, extend, history, planned, put
from tests.support.events import put_up
from tests.support.people import LUND, SOTENAS, appoint, know, person, set_up
from tests.support.races import at_once


@pytest.fixture
def anna(chat: Chat) -> Chat:
    """Anna, who reports for Sotenäs."""
    know(chat, mail="anna@sotenas.se", municipality_code=SOTENAS)
    set_up(chat.app.database)
    appoint(chat.app.database, "reporter", "Anna Andersson", "anna@sotenas.se")
    return chat


@pytest.fixture
def bo(anna: Chat) -> Chat:
    """Bo, who is a civil servant of Sotenäs."""
    bo = anna.as_("Bo Ek")
    know(bo, mail="bo@sotenas.se", municipality_code=SOTENAS)
    appoint(anna.app.database, "officer", "Bo Ek", "bo@sotenas.se")
    return bo


def test_the_year_shows_what_is_next_and_who_works_with_it(anna: Chat, bo: Chat) -> None:
    assert bo.shown
    database = anna.app.database
    add_duty(database)
    add_duty(database, title="Enkäten", due=None)
    add_duty(database, title="Bara för Lund", audience={"codes": [LUND]})

    shown = anna.say("att göra")
    assert "Sotenäs kommun: att göra 2026" in shown
    assert "Näst på tur: Gröna nyckeltal 2026. Klart senast tisdag den 8 december 2026, vecka 50. Det är om 14" in shown
    assert "Enkäten 2026: datum inte satt. Inte påbörjat." in shown
    assert "Lund" not in shown
    assert "Bo Ek (tjänsteperson)" in shown
    assert "Skriv **min kommun**" in anna.as_("Eva Exner").say("att göra")


def test_what_is_left_of_last_year_is_shown_until_its_cards_no_longer_work(anna: Chat, clock: Clock) -> None:
    """A duty of 2026 may have its last day in January, and a late one is still reminded of then."""
    late = add_duty(anna.app.database, due=date(2027, 1, 15))
    add_duty(anna.app.database, title="Nyhetsbrevet", due=None)
    add_duty(anna.app.database, title="Enkäten", closed_at=clock.now)
    done = add_duty(anna.app.database, title="Klimatlöftet")
    put(anna.app.database, done, SOTENAS, DutyState.CONFIRMED)
    assert "15 januari" not in anna.say("årshjul")
    clock.now = datetime(2027, 1, 4, 9, tzinfo=UTC)
    shown = anna.say("att göra")
    assert "att göra 2027" in shown
    assert "Näst på tur: Gröna nyckeltal 2026. Klart senast fredag den 15 januari 2027" in shown
    assert not any(title in shown for title in ("Enkäten", "Klimatlöftet", "Nyhetsbrevet"))
    assert "1. Fredag den 15 januari 2027: Gröna nyckeltal 2026" in anna.say("årshjul")
    extend(anna.app.database, late, SOTENAS, date(2027, 1, 29))
    assert "1. Fredag den 29 januari 2027: Gröna nyckeltal 2026" in anna.say("årshjul")
    assert "1. Fredag den 15 januari 2027: Gröna nyckeltal 2026" in anna.as_("Eva Exner").say("årshjul")
    clock.now = datetime(2027, 3, 31, 9, tzinfo=UTC)
    assert "Gröna nyckeltal" not in anna.say("att göra")


def test_a_reminder_says_what_by_when_why_and_how_long(anna: Chat) -> None:
    add_duty(anna.app.database)

    assert anna.tick() == 1
    assert "Klart senast tisdag den 8 december 2026, vecka 50. Det är om 14 dagar." in anna.text
    assert "Siffrorna visar om nätverket minskar sina utsläpp." in anna.text
    assert "Det tar ungefär 2 timmar." in anna.text
    assert anna.buttons == ["Klart", "Skjut upp", "Behöver hjälp", "Inte jag", "Öppna sidan"]
    assert anna.tick() == 0


def test_when_one_says_done_it_stops_for_everybody_and_is_thanked_once(anna: Chat, bo: Chat, clock: Clock) -> None:
    duty = add_duty(
        anna.app.database, ladder=[{"days": -14, "to": ["reporter", "officer"]}, {"days": -3, "to": ["officer"]}]
    )
    assert anna.tick() == 2

    assert "Tack! Nu är det klart" in anna.click("Klart")
    assert "Klart, enligt er (Anna Andersson, den 24 november 2026)." in anna.text
    assert "Det är redan klart" in bo.click("Klart")
    clock.forward(days=13)
    assert anna.tick() == 0
    assert "Ångrat" in anna.click("Ångra")
    assert bo.tick() == 1
    assert "Tack" not in anna.click("Klart")
    done, undone = ("says_done", "click", ""), ("not_started", "click", "")
    assert history(anna.app.database, duty, SOTENAS) == [done, undone, done]


def test_a_list_outranks_a_click(anna: Chat) -> None:
    duty = add_duty(anna.app.database)
    anna.tick()
    anna.click("Klart")
    put(anna.app.database, duty, SOTENAS, DutyState.CONFIRMED, DutySource.LIST)

    assert "Det är redan bekräftat." in anna.click("Ångra")
    assert "Klart och bekräftat" in anna.say("att göra")
    put(anna.app.database, duty, SOTENAS, DutyState.NOT_STARTED, DutySource.KANSLI)
    assert "Klart och bekräftat" in anna.say("att göra")
    put(anna.app.database, duty, SOTENAS, DutyState.NOT_STARTED, DutySource.LIST)
    assert "Inte påbörjat" in anna.say("att göra")


@pytest.mark.parametrize(
    ("until", "reason", "told"),
    [
        ("", "", "Välj en dag som kommer"),
        ("i morgon", "", "Välj en dag som kommer"),
        ("2026-11-24", "", "Välj en dag som kommer"),
        ("2027-02-07", "Semester", "inte är senare än den 6 februari 2027"),
        ("2026-12-09", " ", "Skriv varför ni behöver längre tid"),
        ("2026-12-09", "Sjukdom", "Uppskjutet till den 9 december 2026."),
        ("2026-11-25", "", "Uppskjutet till den 25 november 2026."),
    ],
)
def test_a_duty_is_postponed_to_a_day_to_come(anna: Chat, until: str, reason: str, told: str) -> None:
    add_duty(anna.app.database)
    anna.tick()
    anna.click("Skjut upp")

    assert told in anna.click("Skjut upp", until=until, reason=reason)


def test_a_postponed_duty_is_quiet_until_its_day(anna: Chat, clock: Clock) -> None:
    duty = add_duty(anna.app.database, due=date(2026, 12, 4))
    anna.press("duties.postpone", {"duty": duty.id, "until": "2026-12-02", "reason": "Vi väntar på siffror"})
    assert anna.tick() == 0
    clock.now = datetime(2026, 12, 1, 9, tzinfo=UTC)  # the rung of three days before is reached
    assert anna.tick() == 0
    clock.forward(days=1)
    assert anna.tick() == 1
    assert history(anna.app.database, duty, SOTENAS) == [("postponed", "click", "Vi väntar på siffror")]


def test_help_is_asked_for_through_the_question_dialog(anna: Chat, kansli: Chat) -> None:
    duty = add_duty(anna.app.database)
    anna.tick()
    assert "Vem vill du fråga?" in anna.click("Behöver hjälp")
    assert "Vi behöver hjälp med ”Gröna nyckeltal 2026”." in anna.click("Fråga kansliet")
    anna.click("Skicka till kansliet", errand="Vi behöver hjälp med inloggningen.")
    assert "inloggningen" in kansli.text
    assert history(anna.app.database, duty, SOTENAS) == [("help_wanted", "click", "")]
    assert "Behöver hjälp" in anna.say("att göra")


def test_a_person_who_does_not_do_it_names_another(anna: Chat, bo: Chat, kansli: Chat, clock: Clock) -> None:
    database = anna.app.database
    add_duty(database)
    cia = anna.as_("Cia Ceder")
    know(cia, municipality_code=SOTENAS)
    anna.tick()
    anna.click("Inte jag")
    assert "Välj en person" in anna.click("Välj personen", instead="999")
    assert "Jag påminner Cia Ceder" in anna.click("Välj personen", instead=str(person(cia).id))
    assert anna.tick() == 1
    assert "Gröna nyckeltal" in cia.text

    cia.click("Inte jag")
    cia.click("Vet inte")
    assert "Cia Ceder säger ”Inte jag” om Gröna nyckeltal 2026 och vet inte vem i Sotenäs kommun" in kansli.text
    assert anna.tick() == 1  # climbs to the civil servant
    assert "Gröna nyckeltal" in bo.text
    anna.click("Det är jag")
    clock.now = datetime(2026, 12, 7, 9, tzinfo=UTC)
    anna.tick()
    assert [key.rpartition(":")[2] for key, _ in planned(database)] == [
        str(person(chat).id) for chat in (anna, bo, cia, anna)
    ]


def _closed(chat: Chat, duty: Duty) -> None:
    change_duty(chat.app.database, duty, closed_at=chat.clock.now)


def _exempt(chat: Chat, duty: Duty) -> None:
    put(chat.app.database, duty, SOTENAS, DutyState.EXEMPT)


def _of_last_year(chat: Chat, duty: Duty) -> None:
    change_duty(chat.app.database, duty, year=2025, due=date(2025, 9, 30))


def _of_others(chat: Chat, duty: Duty) -> None:
    change_duty(chat.app.database, duty, audience={"codes": [LUND]})


def _deleted(chat: Chat, duty: Duty) -> None:
    chat.app.database.play(lambda session: session.delete(session.get_one(Duty, duty.id)))


def _moved(chat: Chat, duty: Duty) -> None:
    del duty
    know(chat, municipality_code=LUND)
    set_up(chat.app.database, LUND)
    end = update(Contact).values(until=date(2026, 11, 1))
    chat.app.database.play(lambda session: session.execute(end))


def _homeless(chat: Chat, duty: Duty) -> None:
    _moved(chat, duty)
    know(chat, municipality_code=None)


def _left(chat: Chat, duty: Duty) -> None:
    del duty
    know(chat, left_at=chat.clock.now)


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (_closed, "Kansliet har stängt ”Gröna nyckeltal 2026”"),
        (_exempt, "Kansliet har undantagit Sotenäs kommun"),
        (_of_last_year, "för 2025, som är över"),
        (_of_others, "gäller inte Sotenäs kommun"),
        (_deleted, "finns inte kvar"),
        (_moved, "gäller en annan kommun än din"),
        (_homeless, "vilken kommun du arbetar för"),
        (_left, "Jag ser dig inte i något av nätverkets team längre."),
    ],
)
def test_a_press_that_comes_too_late_is_told_why(anna: Chat, what: Callable[[Chat, Duty], None], told: str) -> None:
    duty = add_duty(anna.app.database)
    anna.tick()
    what(anna, duty)

    assert told in anna.click("Klart")
    assert history(anna.app.database, duty, SOTENAS) in ([], [("exempt", "kansli", "")])


def test_two_who_press_done_at_once_are_both_answered_and_thanked_once(anna: Chat, bo: Chat) -> None:
    duty = add_duty(anna.app.database)
    data = {"duty": duty.id, "code": SOTENAS}

    told = [seen(reply) for reply in at_once([(anna, "duties.done", data), (bo, "duties.done", data)])]

    assert sum("Tack! Nu är det klart" in text for text in told) == 1
    assert sum("Det är redan klart" in text for text in told) == 1
    assert history(anna.app.database, duty, SOTENAS) == [("says_done", "click", "")]


def test_the_wheel_fits_in_a_card_and_its_list_says_the_same(anna: Chat) -> None:
    add_duty(anna.app.database)
    add_duty(anna.app.database, title="Enkäten", due=None)

    shown = anna.say("årshjul")
    assert "1. Tisdag den 8 december 2026: Gröna nyckeltal 2026" in shown
    assert "Datum inte satt\nEnkäten 2026" in shown
    assert '"url": "data:image/png;base64,' in json.dumps(anna.card)
    assert len(json.dumps(anna.card)) < 28_000
    assert "Gröna nyckeltal 2026" in anna.as_("Eva Exner").say("årshjul")  # a newcomer without a municipality


def test_the_wheel_has_the_years_events_and_duties_of_the_own_municipality_in_order(anna: Chat) -> None:
    assert "Det finns inga uppgifter eller möten för året än." in anna.say("årshjul")
    put_up(anna)
    put_up(anna, "Årsmötet 2027", starts_at=datetime(2027, 4, 21, 8, tzinfo=UTC))
    put_up(
        anna, "Vårträffen", starts_at=datetime(2026, 3, 2, 8, tzinfo=UTC), ends_at=datetime(2026, 3, 2, 9, tzinfo=UTC)
    )
    put_up(anna, "Utkastet", state="draft")
    add_duty(anna.app.database)
    add_duty(anna.app.database, title="Bara för Lund", audience={"codes": [LUND]})
    add_duty(anna.app.database, title="Nästa års", year=2027, due=date(2027, 9, 1))

    listed = [line for line in anna.say("årshjul").splitlines() if line[:1].isdigit()]
    assert listed == [
        "1. Måndag den 2 mars 2026: Vårträffen",
        "2. Torsdag den 3 december 2026: Skyfall i praktiken",
        "3. Tisdag den 8 december 2026: Gröna nyckeltal 2026",
    ]
    picture = next(part for part in walk(anna.card) if part["type"] == "Image")
    assert picture["altText"] == "Årshjul 2026: det som står i listan, månad för månad."
    drawn: Any = Image.open(BytesIO(b64decode(picture["url"].partition(",")[2]))).convert("RGBA")
    assert drawn.size == (SIDE, SIDE)
    assert (drawn.getpixel((0, 0))[3], drawn.getpixel((SIDE // 2, 9))[3]) == (0, 255)  # round, on a dark card too
    drawn = drawn.convert("RGB")
    colours: Any = drawn.getcolors(SIDE * SIDE)
    for red, green, blue in ((0x9C, 0xA3, 0xAF), (0x1D, 0x4E, 0xD8), (0x16, 0x65, 0x34)):  # past, event, duty
        assert min(abs(r - red) + abs(g - green) + abs(b - blue) for _, (r, g, b) in colours) < 30
