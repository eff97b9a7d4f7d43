"""After an event: asked once, thanked, sent the recording; the kansli's list; the figures."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from bot.attendance import figure_commands
from bot.routes import FileRequest
from storage import participations
from storage.events import EventState
from storage.participations import EventRating, Participation
from storage.people import Person
from storage.registrations import Registration, RegistrationState
from tests.conftest import NOON
from tests.support.chat import Chat, actions
from tests.support.events import HOUR, STARTS, change, put_up, rows, stored
from tests.support.people import LUND, SOTENAS, know, person

pytestmark = pytest.mark.usefixtures("filled")

DAY = timedelta(days=1)
LINK = "https://film.example.org/skyfall"


def sign_up(chat: Chat, number: int = 1, state: str = RegistrationState.REGISTERED) -> None:
    """Store that the person registered, as long ago as the tests' noon."""
    row = Registration(event_id=number, person_id=person(chat).id, state=state, since=NOON, show_name=False)
    row.by_mail = False
    chat.app.database.play(lambda session: session.add(row))


def hold(chat: Chat, number: int = 1) -> None:
    """Let the event be held: the clock stands a quarter of an hour after its end, and has ticked."""
    ends = stored(chat, number).ends_at
    assert ends
    chat.clock.now = ends + timedelta(minutes=15)
    chat.tick()


def asked(chat: Chat) -> dict[str, str]:
    return {key: state for key, state in rows(chat, "event_rating").items() if not key.endswith(":mail")}


def known(chat: Chat) -> list[tuple[int, bool, str]]:
    """Return what is known of who came, in the order of the people."""
    found = chat.app.database.play(
        lambda session: session.query(Participation).order_by(Participation.event_id, Participation.person_id).all()
    )
    return [(row.person_id, row.came, row.source) for row in found]


def rated(*people_and_stars: tuple[Chat, int], event: int = 1) -> None:
    for who, stars in people_and_stars:
        sign_up(who, event)
        who.press("attendance.rate", {"event": event, "stars": stars})


def test_one_press_rates_and_says_that_they_came_and_a_line_and_the_recording_follow(chat: Chat) -> None:
    put_up(chat)
    sign_up(chat)
    hold(chat)
    assert "Jag var med. Var det värt din tid?" in chat.text
    assert chat.buttons == ["1", "2", "3", "4", "5", "Jag var inte med"]
    chat.tick()
    assert len(asked(chat)) == 1, "asked once"

    shown = chat.click("4")
    assert "Du gav 4 av 5." in shown
    assert "Blir det en inspelning" in shown
    assert chat.buttons == ["Skicka raden", "Ändra svaret"]
    assert "Raden är sparad." in chat.click("Skicka raden", comment="Bra exempel!")
    chat.click("Ändra svaret")
    chat.click("5")
    ratings = chat.app.database.play(lambda session: session.query(EventRating).all())
    assert [(row.stars, row.comment) for row in ratings] == [(5, "Bra exempel!")]
    assert known(chat) == [(person(chat).id, True, "self")]

    change(chat, recording_url=LINK)
    chat.tick()
    assert "Inspelning: Skyfall i praktiken" in chat.text
    assert chat.buttons == ["Öppna mötet", "Inspelning"]
    change(chat, material_url=LINK)
    chat.tick()
    assert len(rows(chat, "event_material")) == 1, "once"


def test_a_corrected_link_replaces_the_message_that_waits_and_nobody_gets_two(chat: Chat) -> None:
    put_up(chat)
    bo = chat.as_("Bo Ek")
    sign_up(chat)
    sign_up(bo)
    chat.clock.now = STARTS + timedelta(days=1, hours=12)  # Friday evening: everything waits for Monday
    change(chat, recording_url=f"{LINK}-fel")
    chat.tick()
    assert list(rows(chat, "event_material").values()) == ["waiting", "waiting"]
    change(chat, recording_url=LINK)
    chat.tick()
    chat.clock.now = STARTS + timedelta(days=4, hours=1)
    for _ in range(2):
        chat.tick()
    assert sorted(rows(chat, "event_material").values()) == ["cancelled", "cancelled", "sent", "sent"]
    for who in (chat, bo):
        assert [action["url"] for action in actions(who.card) if action["type"] == "Action.OpenUrl"] == [LINK]
    change(chat, recording_url=f"{LINK}-igen")
    chat.tick()
    assert len(rows(chat, "event_material")) == 4, "a message that has arrived is not repeated"


def test_each_person_gets_what_concerns_them_and_nobody_is_asked_twice_or_late(chat: Chat) -> None:
    people = {name: chat.as_(name) for name in ("Bo Ek", "Cia Ceder", "Dan Dahl", "Eva Exner")}
    put_up(chat, recording_url="")
    put_up(chat, "Inställt möte", state=EventState.CANCELLED, cancelled_at=NOON)
    for who, state in zip(people.values(), ("registered", "waiting", "declined", "left"), strict=True):
        sign_up(who, 1, state)
        sign_up(who, 2)
    hold(chat)
    bo = person(people["Bo Ek"]).id
    assert list(asked(chat)) == [f"event_rating:1:rung:0:2026-12-03T09:00:00:person:{bo}"]
    assert "Du missade Skyfall i praktiken." in people["Bo Ek"].click("Jag var inte med")
    change(chat, recording_url=LINK)
    chat.tick()
    assert len(rows(chat, "event_material")) == len(people), "came, missed, waited or said no"
    assert [who.buttons for who in people.values()] == [["Öppna mötet", "Inspelning"]] * len(people)
    chat.clock.forward(days=9)
    chat.tick()
    sign_up(chat)
    assert chat.tick() == 1, "the recording, and no question after a week"


def test_a_moved_event_asks_after_its_new_time_and_a_late_evening_waits_for_the_morning(chat: Chat) -> None:
    evening = STARTS + timedelta(hours=9)
    put_up(chat, starts_at=evening, ends_at=evening + HOUR)
    sign_up(chat)
    chat.clock.now = evening + timedelta(minutes=30)
    change(chat, starts_at=evening + timedelta(days=1), ends_at=evening + timedelta(days=1, hours=1))
    chat.tick()
    chat.clock.now = evening + timedelta(days=1, hours=2)
    chat.tick()
    assert asked(chat) == {}, "Friday evening"
    chat.clock.now = STARTS + timedelta(days=4)
    chat.tick()
    assert list(asked(chat)) == [f"event_rating:1:rung:0:2026-12-04T18:00:00:person:{person(chat).id}"]


def test_a_question_that_waits_is_not_sent_to_a_person_who_has_answered(chat: Chat) -> None:
    know(chat, remind_by="chat")
    put_up(chat)
    sign_up(chat)
    chat.clock.now = STARTS + timedelta(hours=1, minutes=5)
    assert "Jag var med" in chat.say("omdöme"), "also by a command, for people who read mail"
    chat.click("3")
    assert chat.tick() == 0
    assert "inget möte" in chat.say("omdöme")


def test_only_people_who_had_to_do_with_the_event_say_anything_and_only_afterwards(chat: Chat) -> None:
    put_up(chat)
    for verb in ("ask", "rate", "miss", "comment"):
        assert "inte över än" in chat.press(f"attendance.{verb}", {"event": 1, "stars": 5})
    chat.clock.now = STARTS + 2 * HOUR
    for verb in ("ask", "rate", "miss", "comment"):
        assert "som var anmälda" in chat.press(f"attendance.{verb}", {"event": 1, "stars": 5})
    sign_up(chat)
    for stars in (0, 6, True, "5", 4.0, None):
        assert "från 1 till 5" in chat.press("attendance.rate", {"event": 1, "stars": stars})
    assert "Tryck först" in chat.press("attendance.comment", {"event": 1, "comment": "Bra"})
    assert known(chat) == []


def test_the_kanslis_list_is_shown_before_it_is_saved_and_twice_changes_nothing(chat: Chat, kansli: Chat) -> None:
    bo = chat.as_("Bo Ek")
    know(chat, mail="anna@sotenas.se")
    put_up(chat)
    sign_up(bo)
    chat.clock.now = STARTS + 2 * HOUR
    bo.press("attendance.miss", {"event": 1})
    names = "Anna Andersson <anna@sotenas.se>\nBo Ek\nNina Ny\nOla Okänd; nina@okand.se"
    assert "0 personer kom" in kansli.say("närvaro")
    kansli.click("Skyfall i praktiken")
    shown = kansli.click("Förhandsgranska", people=names)
    assert "2 personer i listan känner jag." in shown
    assert "3 rader känner jag inte" in shown
    assert "Nina Ny\nOla Okänd\nnina@okand.se" in shown
    assert [row[2] for row in known(chat)] == ["self"], "nothing is saved yet"

    shown = kansli.click("Spara", people=f"{names}\nPelle Sen", others="3")
    assert "4 rader känner jag inte" in shown, "another list than was shown"
    kansli.click("Granska igen", people=names)
    kansli.click("Spara", people=names, others="3")
    saved = known(chat)
    assert sorted(saved) == sorted([(person(chat).id, True, "list"), (person(bo).id, True, "list")])
    assert "2 personer kom, vad jag vet. Dessutom 3" in kansli.text
    kansli.click("Förhandsgranska", people=names)
    assert "Ingen var ny." in kansli.click("Spara", people=names, others="3")
    assert (known(chat), stored(chat).others_came) == (saved, 3)
    kansli.click("Förhandsgranska", people=names)
    for wrong in ("", "tre", "-1", "9" * 9):
        assert "Skriv med siffror" in kansli.click("Spara", people=names, others=wrong)
    for verb in ("open", "preview", "save", "figures", "figures_of", "export", "list"):
        assert "Anna Andersson" not in bo.press(f"attendance.{verb}", {"event": 1, "people": names, "unknown": 3})


def test_the_figures_tell_no_single_answer(chat: Chat, kansli: Chat) -> None:
    chats = [chat.as_(name) for name in ("Anna Ek", "Bo Ek", "Cia Ceder", "Dan Dahl")]
    for who, code in zip(chats, (SOTENAS, SOTENAS, LUND, None), strict=True):
        know(who, municipality_code=code)
    put_up(chat, academy=True)
    put_up(
        chat, "Dagvatten", academy=True, starts_at=STARTS + timedelta(days=1), ends_at=STARTS + timedelta(days=1) + HOUR
    )
    change(chat, others_came=2)
    chat.clock.now = STARTS + timedelta(days=2)
    rated((chats[0], 5), (chats[1], 4), (chats[2], 3))
    chats[0].press("attendance.comment", {"event": 1, "comment": "Gärna fler exempel"})
    rated((chats[0], 1), (chats[3], 2), event=2)
    sign_up(chats[3], 1)

    shown = kansli.say("mötesstatistik")
    assert "2 möten: 6 anmälda, 7 kom." in shown
    assert "2 kommuner har varit med." in shown
    assert "4,0 av 5, enligt 3 svar." in shown, "the event with two answers is left out of the mean"
    assert "SEKOM-akademin: 4 olika deltagare av målet 50." in shown
    assert "2 anmälda · 2 kom · 1 kommun · under 3 omdömen" in shown
    assert "4 anmälda · 5 kom · 2 kommuner · omdöme 4,0" in shown
    kansli.click("3/12 Skyfall i praktiken")
    assert "”Gärna fler exempel”" in kansli.text
    kansli.click("Hela årets siffror")
    assert "Färre än 3 har svarat" in kansli.click("4/12 Dagvatten")
    assert "Inget möte har hållits det året." in kansli.say("mötesstatistik 2025")
    assert "Mötesstatistik 2026" in kansli.say("mötesstatistik ett år")

    def made(session: Any) -> bytes:
        who = session.get_one(Person, person(kansli).id)
        wanted = FileRequest(session, chat.app.settings, who, chat.clock.now, 2026)
        return figure_commands.figure_list(wanted)()

    sheet = load_workbook(io.BytesIO(chat.app.database.play(made))).active
    assert [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)][1:] == [
        ["2026-12-03", "Skyfall i praktiken", "Webbinarium", "Ja", "4", "5", "2", "4,0", "3"],
        ["2026-12-04", "Dagvatten", "Webbinarium", "Ja", "2", "2", "1", "", "under 3"],
        ["", "Hela 2026", "", "", "6", "7", "2", "4,0", "3"],
        ["", "Olika deltagare i SEKOM-akademin, mål 50", "", "", "", "4", "", "", ""],
    ]


def test_what_a_person_said_goes_with_them(chat: Chat) -> None:
    put_up(chat)
    chat.clock.now = STARTS + 2 * HOUR
    rated((chat, 2))
    assert "Webbinarier och andra möten (3 rader)" in chat.say("mina uppgifter")
    chat.say("ta bort mig")
    chat.click("Ja, gå vidare")
    chat.click("Ta bort mina uppgifter")
    assert known(chat) == []
    assert chat.app.database.play(lambda session: participations.stars(session, [1])) == {}
