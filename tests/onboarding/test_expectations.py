"""The card at the end of a newcomer's start: what awaits a politician and a civil servant, and what to do first."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bot.schedule.times import whole
from storage.duties import Duty, DutyKind
from storage.municipalities import MemberState
from tests.support.chat import Chat
from tests.support.events import put_up
from tests.support.onboarding import BY_BUTTONS, press
from tests.support.people import appoint, know, set_up

POLITICIAN, OFFICER = BY_BUTTONS, (*BY_BUTTONS[:3], "Tjänsteperson", *BY_BUTTONS[4:])


def add_duty(chat: Chat, title: str, due: date | None, year: int = 2027, **facts: Any) -> None:
    """Put up a duty of every member's."""
    now = chat.clock.now
    duty = {"kind": DutyKind.OTHER, "seats": ["officer"], "ladder": [], "audience": {}, **facts}
    chat.app.database.play(
        lambda session: session.add(Duty(title=title, due=due, year=year, created_at=now, changed_at=now, **duty))
    )


@pytest.fixture
def anna(chat: Chat) -> Chat:
    """Anna of Sotenäs, in a year with duties and meetings."""
    set_up(chat.app.database)
    know(chat, mail="anna@sotenas.se")
    add_duty(chat, "Gröna nyckeltal", date(2027, 3, 31))
    add_duty(chat, "Enkäten 2026", date(2026, 12, 18), 2026)
    add_duty(chat, "Årsmötet", None)
    add_duty(chat, "Stängd", date(2026, 12, 1), 2026, closed_at=chat.clock.now)
    add_duty(chat, "Bara Lunds", date(2026, 12, 1), 2026, audience={"codes": ["1281"]})
    for days, title in ((40, "Skyfall"), (9, "Dagvatten"), (90, "Skolmat"), (-9, "Förra")):
        starts = chat.clock.now + timedelta(days=days)
        put_up(chat, title, starts_at=starts, ends_at=starts + timedelta(hours=1))
    return chat


def titles(chat: Chat) -> list[str]:
    """Return what there is to press on the last card."""
    return [title.replace("\\", "") for title in chat.buttons]


def test_a_politician_sees_their_year(anna: Chat) -> None:
    shown = press(anna, *POLITICIAN)
    assert "Som förtroendevald håller du hållbarhetsarbetet levande" in shown
    assert titles(anna) == [
        "1. Säg till kansliet att du är kontaktpolitiker för Sotenäs kommun",
        "2. Välj din kontaktperson",
        "3. Anmäl dig: Dagvatten, torsdag den 3 december 2026 kl. 12.00",
        "Enkäten 2026, senast den 18 december 2026",
        "Gröna nyckeltal 2027, senast den 31 mars 2027",
        "Årsmötet 2027",
        "Dagvatten, torsdag den 3 december 2026 kl. 12.00",
        "Skyfall, söndag den 3 januari 2027 kl. 12.00",
        "Ändra mina svar",
        "Informationspaket",
        "Mina uppgifter",
    ]


def test_a_meeting_of_whole_days_has_no_hour(anna: Chat) -> None:
    day = whole(date(2026, 11, 26))
    put_up(anna, "Konferens", starts_at=day.starts, ends_at=day.ends)
    press(anna, *POLITICIAN)
    assert "Konferens, torsdag den 26 november 2026" in titles(anna)


def test_a_meeting_that_they_are_registered_for_is_not_proposed(anna: Chat) -> None:
    press(anna, *POLITICIAN)
    press(anna, titles(anna)[6], "Anmäl mig")
    anna.say("kom igång")
    anna.click("Klar")
    assert "3. Anmäl dig: Skyfall, söndag den 3 januari 2027 kl. 12.00" in titles(anna)


def test_a_civil_servant_with_a_seat_begins_with_the_nearest_duty(anna: Chat) -> None:
    appoint(anna.app.database, "officer", "Anna Andersson", "anna@sotenas.se")
    shown = press(anna, *OFFICER)
    assert "Ni rapporterar de gröna nyckeltalen" in shown
    assert titles(anna)[:3] == [
        "1. Välj din kontaktperson",
        "2. Börja med Enkäten 2026, senast den 18 december 2026",
        "3. Anmäl dig: Dagvatten, torsdag den 3 december 2026 kl. 12.00",
    ]


@pytest.mark.parametrize("way", [POLITICIAN, OFFICER])
def test_every_button_of_it_works(anna: Chat, way: tuple[str, ...]) -> None:
    press(anna, *way)
    buttons = anna.buttons
    for title in buttons:
        again = anna.click(title)
        assert again
        assert not any(word in again for word in ("finns inte", "hör inte till", "Jag vet inte"))
        anna.say("avbryt")
        anna.say("kom igång")
        anna.click("Klar")


def test_a_person_whom_the_kansli_must_confirm_sees_no_state_of_the_municipality(anna: Chat) -> None:
    know(anna, mail=None)
    press(anna, "Kom igång", "Börja")
    anna.say("Sotenäs")
    press(anna, *OFFICER[3:])
    assert "Kansliet bekräftar att du hör till Sotenäs kommun." in anna.text
    assert "Enkäten" not in anna.text
    assert titles(anna)[0] == "1. Säg till kansliet att du är tjänsteperson för Sotenäs kommun"


@pytest.mark.parametrize("state", [MemberState.FORMER, MemberState.UNKNOWN, MemberState.PROSPECT])
def test_no_duties_await_a_municipality_that_is_no_member(anna: Chat, state: MemberState) -> None:
    set_up(anna.app.database, state=state)
    press(anna, *OFFICER)
    assert "Enkäten" not in anna.text


def test_a_year_without_anything_still_says_where_to_begin(chat: Chat) -> None:
    press(chat, "Kom igång", "Börja", *["Hoppa över"] * 6, "Klar")
    assert "Jag vet inte vilken kommun du arbetar för än." in chat.text
    assert titles(chat)[:3] == [
        "1. Ställ en första fråga till kollegorna",
        "2. Se webbinarierna, och anmäl dig till ett",
        "3. Se vilka fler som är med från din kommun",
    ]
