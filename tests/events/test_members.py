"""What members see of events and do with them: the list, registering, questions, names, and words for buttons."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from storage.events import EventState
from tests.support.chat import Chat
from tests.support.events import HOUR, STARTS, place, put_up, rows, state, tick
from tests.support.people import know, person
from tests.support.questions import VATTEN

WHEN = "torsdag den 3 december 2026 kl. 09.00–10.00"


@pytest.fixture
def anna(chat: Chat) -> Chat:
    know(chat, mail="anna@sotenas.se")
    return chat


def test_the_list_marks_ones_own_and_in_a_channel_nobodys(anna: Chat) -> None:
    assert "Det finns inga planerade möten just nu." in anna.say("webbinarier")
    put_up(anna)
    put_up(anna, "Utan dag", starts_at=None, ends_at=None)
    put_up(anna, "Utkast", state=EventState.DRAFT)
    put_up(
        anna,
        "Förra",
        starts_at=STARTS - 90 * 24 * HOUR,
        ends_at=STARTS - 90 * 24 * HOUR + HOUR,
        recording_url="https://x.se/r",
    )
    anna.press("event.register", {"event": 1})

    seen = anna.say("möten")
    assert f"Skyfall i praktiken. T{WHEN[1:]}. Du är anmäld." in seen
    assert "Utan dag. Datum inte satt." in seen
    assert "Utkast" not in seen
    assert "Förra" not in seen
    assert "Förra" in anna.click("Tidigare möten")
    assert "Inspelning finns." in anna.text
    there = anna.in_channel(VATTEN).say("webbinarier")
    assert "Skyfall i praktiken" in there
    assert "anmäld" not in there


def test_a_person_registers_chooses_and_leaves(anna: Chat) -> None:
    put_up(anna, teams_meeting=True, register_by=date(2026, 12, 1), academy=True)
    anna.say("webbinarier")
    seen = anna.click(f"Skyfall i praktiken. T{WHEN[1:]}.")
    for fact in (
        f"T{WHEN[1:]}",
        "Var: Teams",
        "Ingen är anmäld än.",
        "Sista dag att anmäla sig: tisdag den 1 december 2026",
        "Så gjorde vi.",
    ):
        assert fact in seen
    assert "Anslut" not in seen

    assert "Du är anmäld. Inbjudan kommer i din kalender." in anna.click("Anmäl mig", show_name="true", by_mail="false")
    assert "1 person kommer." in anna.text
    assert anna.buttons[:2] == ["Spara valen", "Avanmäl mig"]
    row = place(anna)
    assert row
    assert (row.show_name, row.by_mail, row.told_start) == (True, False, STARTS)

    anna.click("Spara valen", show_name="true", by_mail="true")
    assert "Du är anmäld. Kalenderfilen kommer med mejl." in anna.text
    assert "Du kommer inte." in anna.click("Avanmäl mig")
    assert state(anna) == "left"
    assert "Anmäl mig" in anna.buttons


def test_a_guest_registers_from_the_card_in_the_channel_and_only_they_see_it(anna: Chat) -> None:
    put_up(anna, themes=["vatten"], seats=40)
    tick(anna)
    there, bo = anna.in_channel(VATTEN), anna.as_("Bo Gäst").in_channel(VATTEN)
    card = there.shown[-1]
    assert there.buttons == ["Anmäl mig", "Öppna"]
    assert "Ingen är anmäld än. 40 platser kvar." in there.text

    assert "Du är anmäld." in bo.click("Anmäl mig")
    assert "Jag har ingen mejladress som en kalenderinbjudan kan gå till." in bo.text
    assert "Du är anmäld" not in there.text
    tick(anna, minutes=1)
    assert there.shown[-1] is card
    assert "1 person kommer. 39 platser kvar." in there.text
    assert "Du är anmäld." in bo.click("Öppna")


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"register_by": date(2026, 11, 23)}, "Sista dagen att anmäla sig var den 23 november 2026."),
        ({"starts_at": STARTS - 10 * 24 * HOUR}, "Mötet har redan börjat"),
        ({"starts_at": None, "ends_at": None}, "Mötet har inget datum än"),
        ({"state": EventState.CANCELLED, "reason": "Sjukdom"}, "Mötet är inställt."),
        ({"state": EventState.DRAFT}, "finns inte kvar"),
    ],
)
def test_nobody_registers_when_it_is_closed(anna: Chat, facts: dict[str, Any], told: str) -> None:
    put_up(anna, **facts)
    anna.say("webbinarier")
    assert told in anna.press("event.register", {"event": 1})
    assert state(anna) == ""
    if facts.get("state") != EventState.DRAFT:
        assert "Anmäl mig" not in anna.press("event.open", {"event": 1})


@pytest.mark.parametrize("event", [None, 0, 2**40, "1", True, [1], 99])
def test_a_made_up_event_is_refused(anna: Chat, event: object) -> None:
    put_up(anna)
    for verb in (
        "open",
        "register",
        "leave",
        "decline",
        "calendar",
        "ask",
        "accept_offer",
        "pass_offer",
        "names",
        "questions",
    ):
        assert "finns inte kvar" in anna.press(f"event.{verb}", {"event": event})


def test_names_are_shown_with_consent_to_registered_people_in_their_own_chat(anna: Chat) -> None:
    put_up(anna)
    bo, cia = anna.as_("Bo Ek"), anna.as_("Cia Ceder")
    bo.press("event.register", {"event": 1, "show_name": "true"})
    assert "Anmäl dig först." in anna.press("event.names", {"event": 1})
    cia.press("event.register", {"event": 1})
    anna.press("event.register", {"event": 1, "show_name": "false"})

    seen = anna.press("event.names", {"event": 1})
    assert "Bo Ek" in seen
    assert "Cia" not in seen
    assert "Och 2 anmälda som inte visar sitt namn." in seen
    assert "vår egen chatt" in anna.in_channel(VATTEN).press("event.names", {"event": 1})


def test_the_way_to_join_is_for_registered_people(anna: Chat) -> None:
    put_up(anna, join_url="https://moten.example/skyfall")
    anna.say("anmäl mig till skyfall")
    assert "moten.example" not in str(anna.card)
    anna.click("Anmäl mig")
    assert "https://moten.example/skyfall" in str(anna.card)


def test_a_question_reaches_the_organiser_with_the_name_and_nobody_else(anna: Chat, kansli: Chat) -> None:
    bo, cia = anna.as_("Bo Ek"), anna.as_("Cia Ceder")
    put_up(anna, organiser_id=person(bo).id)
    anna.say("anmäl mig till skyfall")
    anna.click("Fråga talaren")
    assert "Skriv din fråga" in anna.press("event.ask", {"event": 1, "text": "  "})
    assert "Frågan är skickad" in anna.click("Skicka frågan", text="Hur dyrt blev det?")

    assert "Hur dyrt blev det?" in bo.text
    assert "Från Anna Andersson" in bo.text
    assert list(rows(anna, "event_question:1")) == [f"event_question:1:1:person:{person(bo).id}"]
    for chat in (bo, kansli):
        assert "Hur dyrt blev det?" in chat.press("event.questions", {"event": 1})
    assert "bara kansliet" in cia.press("event.questions", {"event": 1})
    assert "vår egen chatt" in kansli.in_channel(VATTEN).press("event.questions", {"event": 1})
    for number in range(2, 6):
        anna.press("event.ask", {"event": 1, "text": f"Fråga {number}"})
    assert "redan ställt 5 frågor" in anna.press("event.ask", {"event": 1, "text": "En till"})

    put_up(anna, "Utan talare")
    anna.press("event.ask", {"event": 2, "text": "Vem talar?"})
    assert "Vem talar?" in kansli.text


@pytest.mark.parametrize(
    ("text", "lists"),
    [
        ("när är nästa webbinarium?", True),
        ("Vilka webbinarier finns?", True),
        ("vilka kommande webbinarier har ni", True),
        ("finns det några kurser i vår?", True),
        ("nästa webinar", True),
        ("när är nästa webbinarium om skyfall?", False),
        ("vad kostar webbinarierna", False),
        ("Hur ofta har ni webbinarier?", False),
    ],
)
def test_a_question_about_the_coming_events_gets_them(anna: Chat, text: str, lists: bool) -> None:  # noqa: FBT001
    put_up(anna)
    assert ("Skyfall i praktiken. Torsdag" in anna.say(text)) is lists


def test_words_instead_of_the_button_open_the_right_event(anna: Chat) -> None:
    put_up(anna)
    put_up(anna, "Dagvatten för alla")
    put_up(anna, "Dagvatten i plan")
    assert "Anmäl mig" in anna.say("anmäl mig till skyfall")
    assert anna.text.startswith("Skyfall i praktiken")
    assert "Vilket möte menar du?" in anna.say("Anmäl mig till webbinariet om dagvatten!")
    assert "Skyfall" not in anna.text
    assert "Skyfall" in anna.say("anmäl mig till något annat")
    assert state(anna) == ""


def test_after_it_was_held_there_is_the_recording_and_nothing_to_answer(anna: Chat) -> None:
    put_up(anna, recording_url="https://x.se/film", material_url="https://x.se/bilder")
    anna.clock.forward(days=9, hours=2)
    seen = anna.press("event.open", {"event": 1})
    assert "Mötet har varit." in seen
    assert "Inspelning" in seen
    assert "Material" in seen
    assert "Anmäl mig" not in seen
    assert "Mötet har varit" in anna.press("event.ask", {"event": 1})
    assert timedelta(0) < anna.clock.now - STARTS
