"""The kansli's side of events: planned, published, moved, repeated and cancelled, and the list of participants."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from bot.events import participant_commands
from bot.routes import FileRequest
from storage import content, events, people, registrations
from storage.audit import AuditRow
from storage.events import Event, EventState
from storage.outbox import Delivery
from storage.registrations import Registration, RegistrationState
from tests.conftest import NOON
from tests.support.chat import Chat, Clock
from tests.support.people import LUND, SOTENAS, know, person

FORM = {
    "kind": "webinar",
    "heading": "Skyfall",
    "text": "",
    "day": "2026-12-03",
    "start": "9",
    "end": "10.30",
    "last_day": "",
    "teams": "true",
    "join_url": "",
    "place": "",
    "themes": "",
    "seats": "",
    "register_by": "",
    "academy": "false",
    "organiser": "",
}


def stored(chat: Chat, number: int = 1) -> Event:
    return chat.app.database.play(lambda session: session.get_one(Event, number))


def attend(chat: Chat, *people_: Chat, state: RegistrationState = RegistrationState.REGISTERED, event: int = 1) -> None:
    """Register people as their own side of events does."""

    def work(session: Any) -> None:
        for number, one in enumerate(people_):
            who = people.find(session, one.sender.teams_id)
            assert who
            since = NOON.replace(minute=number)
            row = Registration(event_id=event, person_id=who.id, state=state, since=since, show_name=False)
            session.add(row)

    chat.app.database.play(work)


def calendar(chat: Chat) -> list[tuple[str, str, str]]:
    """Return the operation, start and text of every row for the calendar of event 1."""

    def work(session: Any) -> list[tuple[str, str, str]]:
        rows = session.scalars(select(Delivery).where(Delivery.lane == "calendar:event:1").order_by(Delivery.id))
        keys = [(row.operation, row.key) for row in rows]
        return [(operation, key.rpartition(":")[0], key.rpartition(":")[2]) for operation, key in keys]

    return chat.app.database.play(work)


@pytest.fixture
def published(kansli: Chat) -> Chat:
    """The kansli, which has published a webinar by one line."""
    kansli.say("nytt webbinarium om skyfall torsdag 3 dec 9–10")
    kansli.click("Publicera")
    return kansli


def test_one_line_becomes_a_webinar_that_is_read_back_and_published(kansli: Chat) -> None:
    shown = kansli.say("nytt webbinarium om skyfall torsdag 3 dec 9–10")

    assert "Skyfall\nWebbinarium\nTorsdag den 3 december 2026 kl. 09.00–10.00\nVar: Teams" in shown
    assert "Stämmer det?" in shown
    assert "Alla som följer Vatten. Just nu: 0 personer." in shown
    assert stored(kansli).state == EventState.DRAFT
    assert calendar(kansli) == []
    assert kansli.click("Publicera").count("Publicerat") == 1, "the state says it"
    row = stored(kansli)
    assert (row.state, row.starts_at, row.ends_at, row.teams_meeting, row.themes) == (
        *(EventState.OPEN, datetime(2026, 12, 3, 8, tzinfo=UTC), datetime(2026, 12, 3, 9, tzinfo=UTC)),
        *(True, ["vatten"]),
    )
    assert [operation for operation, *_ in calendar(kansli)] == ["invite"]


LINES = (
    ("webbinarium om pfas 14 januari kl 9-10.30 på Teams", "\nTorsdag den 14 januari 2027 kl. 09.00–10.30\nVar: Teams"),
    (
        "konferens om kemikalier i Eslöv 3 dec 2026 kl 9-16",
        "Kemikalier\nKonferens\nTorsdag den 3 december 2026 kl. 09.00–16.00",
    ),
    ("kurs: klimatbudget 14/1 9–12 https://moten.example/1", "Möteslänk, för anmälda: https://moten.example/1"),
    ("ny kurs om klimatbudget 14/1 kl 9", "räknat med en timme. Sparat som utkast"),
    ("nytt forum om vatten", "Datum är inte satt"),
    ("nytt möte om vatten söndag 6 dec 9–10", "Den 6 december 2026 är många lediga."),
    ("nytt möte om vatten 7 dec, högst 30 platser", "Platser: 30"),
    ("möte om vatten 1 nov 9–10", "Du sa inget år, så jag har räknat med 2027. Sparat som utkast."),
    ("webbinarium om skyfall 3 dec 11–10", "Slutet är före starten."),
    ("webbinarium om skyfall söndag 28 mars 2027 kl 2.30–3.30", "Klockan 02.30 finns inte"),
    ("nytt möte om vatten 7 dec", "Klockslag saknas"),
    ("nytt möte om vatten 7 dec 9–10", "Det står inte var mötet är"),
)


def test_a_line_without_a_command_or_without_everything_is_read_back(kansli: Chat) -> None:
    for line, read in LINES:
        assert read in kansli.say(line), line


def test_a_webinar_without_a_link_says_so_until_it_has_one(kansli: Chat) -> None:
    kansli.say("nytt webbinarium")
    shown = kansli.click("Spara och se", **FORM | {"teams": "false"})
    assert "Möteslänk saknas. Tryck Ändra och skriv den." in shown
    assert "Möteslänk saknas." in kansli.click("Publicera")
    kansli.click("Ändra")
    shown = kansli.click("Spara och se", **FORM | {"teams": "false", "join_url": "https://moten.example/1"})
    assert "Möteslänk saknas" not in shown
    settings = kansli.app.settings.model_copy(update={"app_id": "x"})
    elsewhere = replace(kansli, app=replace(kansli.app, settings=settings))
    shown = elsewhere.say("webbinarium om pfas 7 dec 9–10 på Teams")
    assert "Jag har ingen kalender att skapa Teams-mötet i. Tryck Ändra, stäng av Teams-möte" in shown


def test_a_wrong_weekday_is_asked_about_and_a_press_answers(kansli: Chat) -> None:
    shown = kansli.say("webbinarium om skyfall torsdag 4 dec 9–10")

    assert "Den 4 december 2026 är en fredag, inte en torsdag. Vilken dag menar du?" in shown
    assert stored(kansli).starts_at is None
    assert "Fredag den 4 december 2026 kl. 09.00–10.00" in kansli.click("Fredag den 4 december 2026 kl. 09.00–10.00")
    assert stored(kansli).starts_at == datetime(2026, 12, 4, 8, tzinfo=UTC)
    for starts in ("x", "2026-12-04T08:00:00", None, 7):
        fresh = {"event": 1, "version": stored(kansli).version, "starts": starts, "ends": starts}
        assert "går inte att läsa" in kansli.press("event.desk.pick", fresh)


def test_only_the_kansli_is_heard_and_a_question_is_a_question(chat: Chat, kansli: Chat) -> None:
    for who, line in ((chat, "webbinarium om skyfall torsdag 3 dec 9–10"), (kansli, "konferens i Eslöv 3 dec kl 9?")):
        assert "Sparat som utkast" not in who.say(line)
    assert "kansliet" in chat.say("nytt webbinarium om skyfall torsdag 3 dec 9–10")
    assert chat.app.database.play(events.everything) == []


REFUSALS: tuple[tuple[dict[str, str], str], ...] = (
    ({"end": "8"}, "Slutet är före starten"),
    ({"day": "2027-03-28", "start": "02.30", "end": "4"}, "Klockan 02.30 finns inte den 28 mars 2027"),
    ({"day": "2027-10-31", "start": "02.30", "end": "4"}, "Skriv 02.30 sommartid eller 02.30 vintertid"),
    ({"day": "2026-11-23"}, "Tiden har redan varit"),
    ({"day": "3 dec"}, "Jag förstår inte dagen"),
    ({"day": ""}, "Välj vilken dag"),
    ({"day": "2033-12-03"}, "mer än tre år bort"),
    ({"start": ""}, "Skriv när mötet börjar"),
    ({"start": "nio"}, "Jag förstår inte klockslaget"),
    ({"last_day": "2026-12-01"}, "Sista dagen är före den första"),
    ({"heading": " "}, "Skriv en titel"),
    ({"heading": "x" * 300}, "Titeln är 300 tecken. Korta till högst 200"),
    ({"seats": "0"}, "Antalet platser ska vara 1 till"),
    ({"seats": "-3"}, "Antalet platser ska vara 1 till"),
    ({"seats": "många"}, "med siffror"),
    ({"teams": "false", "join_url": "teams"}, "hel webbadress"),
    ({"teams": "false", "join_url": "javascript:alert(1)"}, "hel webbadress"),
    ({"join_url": "https://moten.example/1"}, "antingen Teams-möte eller egen möteslänk"),
    ({"register_by": "2026-12-04"}, "Sista dagen att anmäla sig är den 4 december 2026, men mötet börjar torsdag"),
    ({"register_by": "2026-11-23"}, "har redan varit"),
    ({"themes": "vatten,hästar"}, "har ändrats"),
    ({"organiser": "Ingen Alls"}, "Jag hittar ingen som heter Ingen Alls"),
    ({"kind": "fest"}, "Välj vilken sorts möte"),
)


def test_a_form_with_something_wrong_is_refused_with_the_reason(kansli: Chat) -> None:
    for wrong, refusal in REFUSALS:
        assert refusal in kansli.press("event.desk.save", FORM | wrong), wrong
    assert kansli.app.database.play(events.everything) == []


def test_the_form_keeps_everything_and_an_ambiguous_hour_is_shown(kansli: Chat) -> None:
    cia = kansli.as_("Cia Ceder")
    know(cia, mail="cia@lund.se")
    kansli.say("nytt webbinarium")
    night = {"day": "2027-10-31", "start": "02.30 vintertid", "end": "4", "seats": "40", "register_by": "2027-10-20"}
    shown = kansli.click("Spara och se", **FORM | night | {"themes": "vatten,klimat", "organiser": "Cia Ceder"})

    assert "Söndag den 31 oktober 2027 kl. 02.30 vintertid–04.00" in shown
    assert "Platser: 40\nSista dag att anmäla sig: onsdag den 20 oktober 2027\nHåller i mötet: Cia Ceder" in shown
    assert "Alla som följer Vatten eller Klimat" in shown
    again = kansli.click("Ändra")
    for value in ("02.30 vintertid", "2027-10-31", "vatten,klimat", "cia@lund.se", "40", "2027-10-20"):
        assert value in again
    assert "Sparat." in kansli.click("Spara och se", **FORM | {"day": "2027-10-31", "end": "10"})


def test_people_are_invited_and_taken_away(kansli: Chat) -> None:
    kansli.say("nytt webbinarium om skyfall torsdag 3 dec 9–10")
    kansli.click("Bjud in")
    assert "Alla i nätverket" in kansli.click("Lägg till", everyone="true")
    kansli.click("Ta bort")
    kansli.click("Lägg till", roles="politician")
    shown = kansli.click("Klar")

    assert "Alla i nätverket samt kontaktpolitiker. Just nu: 2 personer." in shown
    kansli.click("Bjud in")
    assert "Hittade inte: Ingen Alls." in kansli.click("Lägg till", pasted="Karin Kansli\nIngen Alls")


def test_two_people_of_the_kansli_do_not_overwrite_each_other(published: Chat) -> None:
    published.click("Ändra")
    opened = stored(published).version
    published.press("event.desk.save", FORM | {"event": 1, "version": opened, "heading": "Skyfall i stan"})

    late = published.press("event.desk.save", FORM | {"event": 1, "version": opened, "heading": "Annat"})
    assert "Någon har ändrat mötet" in late
    assert stored(published).title == "Skyfall i stan"
    assert "Någon har ändrat mötet" in published.press("event.desk.ask_cancel", {"event": 1, "version": opened})


def test_a_published_webinar_is_moved_and_its_seats_hold_the_registered(published: Chat) -> None:
    attend(published, published.as_("Anna Ek"), published.as_("Bo Ek"))
    published.click("Alla möten")
    published.click("Skyfall")
    assert "2 anmälda får veta det en gång" in published.click("Flytta")
    moved = published.click("Flytta", day="2026-12-10", start="13", end="14")

    assert "De anmälda får veta den nya tiden." in moved
    assert "Torsdag den 10 december 2026 kl. 13.00–14.00" in moved
    assert [operation for operation, *_ in calendar(published)] == ["invite", "invite"]
    published.click("Flytta")
    later = published.click("Flytta", day="2026-12-10", start="13", end="15")
    assert "De anmälda får veta den nya tiden." in later, "another end is news too"
    for change, refusal in (
        ({"seats": "1"}, "Det är redan 2 anmälda"),
        ({"day": "", "start": "", "end": ""}, "behöver ett datum"),
        ({"teams": "false"}, "kan inte läggas till eller tas bort"),
        ({"start": "", "end": ""}, "behöver klockslag"),
    ):
        published.click("Ändra")
        assert refusal in published.click("Spara och se", **FORM | change)
        published.click("Tillbaka")


def test_a_webinar_is_cancelled_with_a_reason_once(published: Chat) -> None:
    attend(published, published.as_("Anna Ek"))
    published.say("planera möten")
    published.click("Skyfall")
    assert "1 anmäld får veta det direkt. Det går inte att ångra." in published.click("Ställ in")
    assert "Skriv varför" in published.click("Ställ in mötet", reason=" ")
    assert "Inställt. Talaren är sjuk." in published.click("Ställ in mötet", reason="Talaren är sjuk.")
    assert [operation for operation, *_ in calendar(published)] == ["invite", "call_off"]
    assert "Mötet är inställt" in published.press("event.desk.ask_move", {"event": 1, "version": 3})
    assert published.buttons == ["Deltagare", "Kopiera", "Alla möten"]


def test_a_copy_has_no_date_and_a_series_keeps_its_clock(published: Chat) -> None:
    published.click("Kopiera")
    copied = stored(published, 2)
    assert (copied.title, copied.starts_at, copied.state, copied.series) == ("Skyfall", None, "draft", "")
    published.click("Spara och se", **FORM | {"day": "2027-03-04", "register_by": "2027-03-01"})
    published.click("Gör serie")
    for wrong in ("1", "31", "x", ""):
        refusal = "med siffror" if wrong == "x" else "2 till 30"
        assert refusal in published.click("Gör serien", every="month", times=wrong)
    shown = published.click("Gör serien", every="month", times="3")

    assert "Torsdag den 1 april 2027 kl. 09.00–10.30" in shown
    made = [stored(published, number) for number in (2, 3, 4)]
    assert {event.series for event in made} == {"event:2"}
    assert [event.register_by for event in made] == [date(2027, 3, 1), date(2027, 3, 29), date(2027, 5, 3)]
    assert "3 möten är publicerade." in published.click("Publicera alla 3")
    assert {stored(published, number).state for number in (2, 3, 4)} == {"open"}


def test_a_series_with_an_hour_that_does_not_exist_makes_nothing(kansli: Chat) -> None:
    kansli.say("nytt webbinarium om natt söndag 21 mars 2027 02.30–04")
    kansli.click("Gör serie")

    assert "finns inte den 28 mars 2027" in kansli.click("Gör serien", every="week", times="3")
    assert len(kansli.app.database.play(events.everything)) == 1


def test_what_is_over_gets_its_recording_and_moves_no_more(published: Chat, clock: Clock) -> None:
    clock.forward(days=10)
    published.say("planera möten")
    published.click("Skyfall")
    assert published.buttons == ["Deltagare", "Närvaro", "Inspelning", "Siffror", "Ändra", "Kopiera", "Alla möten"]
    published.click("Inspelning")
    assert "hel webbadress" in published.click("Spara", recording="film", material="")
    shown = published.click("Spara", recording="https://film.example/1", material="https://film.example/2")
    assert "Inspelning: https://film.example/1\nMaterial: https://film.example/2" in shown
    gone = {"event": 1, "version": stored(published).version}
    assert "har redan varit" in published.press("event.desk.cancel", gone | {"reason": "x"})
    assert "har redan varit" in published.press("event.desk.move", gone | {"day": "2026-12-24", "start": "9"})


def test_a_draft_is_thrown_away_and_a_past_one_is_not_published(kansli: Chat, clock: Clock) -> None:
    kansli.say("nytt webbinarium om skyfall torsdag 3 dec 9–10")
    clock.forward(days=10)
    assert "Tiden har redan varit" in kansli.click("Publicera")
    assert "är kastat" in kansli.click("Kasta")
    assert "finns inte kvar" in kansli.press("event.desk.open", {"event": 1})
    assert [row.what for row in kansli.app.database.play(lambda s: s.scalars(select(AuditRow)).all())] == [
        "Utkast till möte kastat"
    ]


def test_participants_are_listed_counted_by_municipality_and_fetched(published: Chat) -> None:
    chats = {name: published.as_(name) for name in ("Anna Ek", "Bo Ek", "Cia Ceder", "Dan Död", "=cmd|x")}
    for name, code in (("Anna Ek", SOTENAS), ("Bo Ek", SOTENAS), ("Cia Ceder", LUND)):
        know(chats[name], municipality_code=code, role="officer")
    attend(published, chats["Cia Ceder"], chats["Bo Ek"], chats["Anna Ek"], chats["=cmd|x"])
    attend(published, chats["Dan Död"], state=RegistrationState.WAITING)
    shown = published.say("deltagare skyfall")

    assert "4 anmälda från 2 kommuner.\n1 i kö." in shown
    assert "Anmäld\n=cmd|x\nAnna Ek, Sotenäs, tjänsteperson\nBo Ek, Sotenäs, tjänsteperson\nCia Ceder, Lund" in shown
    assert "I kö\nDan Död" in shown
    assert "Lund: 1\nSotenäs: 2\nIngen kommun angiven: 1" in published.click("Per kommun")

    def made(session: Any) -> bytes:
        who = people.find(session, published.sender.teams_id)
        assert who
        return participant_commands.participant_list(FileRequest(session, published.app.settings, who, NOON, 1))()

    sheet = load_workbook(io.BytesIO(published.app.database.play(made))).active
    rows = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert rows[0] == ["Namn", "Mejladress", "Kommun", "Roll", "Läge", "Sedan"]
    assert rows[1] == ["'=cmd|x", "", "", "", "Anmäld", "2026-11-24"]
    assert [row[0] for row in rows[2:]] == ["Anna Ek", "Bo Ek", "Cia Ceder", "Dan Död"]


def test_only_the_kansli_sees_who_comes_and_only_in_its_own_chat(published: Chat) -> None:
    anna = published.as_("Anna Ek")
    attend(published, anna)
    for chat in (anna, anna.in_channel(), published.in_channel()):
        assert "Anna Ek" not in chat.say("deltagare skyfall")
        for verb in ("participants", "towns", "export", "open", "edit", "audience"):
            assert "Anna Ek" not in chat.press(f"event.desk.{verb}", {"event": 1, "version": 2})
    assert person(anna).id in published.app.database.play(lambda session: registrations.ids(session, 1))


def test_the_plans_events_are_loaded_once_with_the_dates_that_are_known(kansli: Chat) -> None:
    play = kansli.app.database.play

    assert [play(lambda session: content.load_events(session, NOON)) for _ in range(2)] == [9, 0]
    rows = play(events.everything)
    assert {row.title: row.starts_at for row in rows if row.starts_at} == {
        "Kemikaliekonferens i Eslöv": datetime(2026, 12, 2, 23, tzinfo=UTC)
    }
    shown = kansli.say("planera möten")
    assert "Publicerat · Datum inte satt" in shown
    assert "Utkast · Datum inte satt" in shown
    assert kansli.buttons[0] == "Kemikaliekonferens i Eslöv", "the coming ones first"
    assert "Torsdag den 3 december 2026\n" in kansli.click("Kemikaliekonferens i Eslöv")
