"""An announcement from one line to its recall, as the kansli and the members see it."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from bot import downloads
from bot.register.audience import Condition
from bot.wording import one_line
from bot.wording.one_line import Understood
from storage.announcements import AnnouncementState
from storage.audiences import PersonIds
from storage.people import Person
from tests.support.announcements import LINE, Post, fields, follow, grant, listed, rows, stored
from tests.support.chat import Chat, words
from tests.support.people import SOTENAS, appoint, know, person
from tests.support.questions import VATTEN


def members(kansli: Chat) -> tuple[Chat, Chat]:
    """Anna and Bo follow the theme; Siri does too, is only on the kansli's list, and has a mail address."""
    anna, bo = kansli.as_("Anna Andersson"), kansli.as_("Bo Ek")
    for chat, mail in ((anna, "anna@sotenas.se"), (bo, "bo@sotenas.se")):
        know(chat, mail=mail, municipality_code=SOTENAS, guest=True)
        follow(kansli, person(chat).id)
    follow(kansli, listed(kansli, "Siri Sten", mail="siri@sotenas.se", guest=True))
    return anna, bo


def test_one_line_is_understood_shown_sent_and_answered(kansli: Chat, post: Post) -> None:
    anna, bo = members(kansli)
    shown = kansli.say(LINE)

    assert "Utkast · så här ser det ut i chatten" in shown
    assert "Utlysning från kansliet\nNy utlysning om dagvatten" in shown
    assert "Sök senast 3 mars 2027." in shown
    assert "Sista dag:" not in shown  # the text says it
    assert "Till utlysningen" in shown
    assert "Kanalen Vatten. Alla som följer Vatten. Just nu: 1 kanal och 3 personer, varav 3 gäster." in shown
    assert "Ämne: Ny utlysning om dagvatten" in kansli.click("Visa som mejl")
    kansli.click("Tillbaka")
    assert "Siri Sten (gäst): med mejl" in kansli.click("Visa listan")
    kansli.click("Tillbaka")
    assert "Utskicket är på väg." in kansli.click("Skicka nu")
    post.work()

    assert "Sök senast 3 mars 2027." in anna.text
    assert "Ny utlysning om dagvatten" in kansli.in_channel(VATTEN).text
    assert post.mailed() == [("Ny utlysning om dagvatten", "Siri Sten <siri@sotenas.se>")]
    assert "Skickade: 4\nKvar: 0\nGick inte fram: 0" in kansli.text
    assert stored(kansli).state == AnnouncementState.SENT

    assert "Du är intresserad." in anna.click("Intresserad")
    assert "Du har delat det här hos er." in bo.click("Delat hos oss")
    assert "Inte intresserad" in anna.buttons
    report = kansli.click("Rapport")
    assert "Framme: 4\nIntresserad: 1\nDelat hos oss: 1" in report


@pytest.mark.usefixtures("post")
def test_a_line_to_the_contact_persons_reaches_both_seats(kansli: Chat) -> None:
    for seat, name in (("politician", "Pia Ask"), ("officer", "Tom Ek"), ("substitute", "Eva Alm")):
        appoint(kansli.app.database, seat, name, f"{name[:3].lower()}@sotenas.se")
    for to in ("kontaktpersoner", "alla kontaktpersoner", "Kontaktpersonerna"):
        shown = kansli.say(f"annonsera {to}: Ny rutin. Läs mer.")
        assert "Kontaktpolitiker och tjänstepersoner. Just nu: 2 personer." in shown, to
        assert "Jag vet inte vem" not in shown


def test_mail_follows_only_what_was_not_opened(kansli: Chat, post: Post) -> None:
    anna, _ = members(kansli)
    kansli.say(LINE)
    kansli.click("Skicka nu")
    post.work(minutes=5)
    anna.click("Intresserad")
    post.work(hours=24)

    assert [to for _, to in post.mailed()] == ["Bo Ek <bo@sotenas.se>", "Siri Sten <siri@sotenas.se>"]
    assert "Framme: 4" in kansli.click("Rapport")


def test_an_important_one_goes_both_ways_at_once(kansli: Chat, post: Post) -> None:
    members(kansli)
    kansli.say(LINE)
    kansli.click("Ändra")
    kansli.click("Spara och förhandsvisa", **fields(kansli, important="true"))
    kansli.click("Skicka nu")
    post.work()

    assert [to.partition(" ")[0] for _, to in post.mailed()] == ["Anna", "Bo", "Siri"]


def test_a_template_is_filled_in_saved_and_aimed(kansli: Chat, post: Post) -> None:
    anna, _ = members(kansli)
    kansli.say("annonsera")
    assert "{{ Vad gäller remissen? }}" in kansli.click("Remiss")
    unfilled = kansli.click("Spara och förhandsvisa", **fields(kansli)).replace("\u200b", "")
    assert "Det finns något kvar att fylla i: {{ Vad gäller remissen? }}" in unfilled
    assert "Obs: Remiss brukar ha en sista dag." in unfilled
    assert "Det går inte att skicka än." in kansli.click("Skicka nu")

    kansli.click("Ändra")
    saved = kansli.click(
        "Spara och förhandsvisa",
        **fields(kansli, heading="Remiss om vatten", text="Svara gärna.", last_date="2027-01-15"),
    )
    assert "Sista dag: fredag den 15 januari 2027" in saved
    assert "Utskicket har inga mottagare." in kansli.click("Skicka nu")
    kansli.click("Mottagare")
    assert "Alla som följer Vatten" in kansli.click("Lägg till", themes="vatten")
    assert "Välj minst en kanal" in kansli.click("Lägg till")
    assert "Hittade inte i listan: okänd@x.se." in kansli.click("Lägg till", pasted="okänd@x.se\nSiri Sten")
    assert "som står i en inklistrad lista (1 person)" in kansli.text
    assert "Just nu: 3 personer, varav 3 gäster." in kansli.text
    assert "Urvalet ”Vattenfolk” är sparat." in kansli.click("Spara urvalet", name="Vattenfolk")
    kansli.click("Klar")
    kansli.click("Skicka nu")
    post.work()
    assert "Remiss om vatten" in anna.text
    assert len(rows(kansli)) == 5  # three people, and the mails that wait for two of them

    kansli.say("annonsera information")
    kansli.click("Spara och förhandsvisa", **fields(kansli, heading="Hej", text="Hej alla."))
    kansli.click("Mottagare")
    assert "Just nu: 3 personer" in kansli.click("Lägg till", saved="1")


def test_a_correction_replaces_every_copy_and_mails_the_rest(kansli: Chat, post: Post) -> None:
    anna, _ = members(kansli)
    kansli.say(LINE)
    kansli.click("Skicka nu")
    post.work()
    anna.click("Intresserad")
    kansli.click("Rätta")
    assert "Så här ser rättelsen ut" in kansli.click(
        "Förhandsvisa rättelsen", **fields(kansli, text="Sök senast 5 mars 2027.")
    )
    assert "Rättelsen är på väg" in kansli.click("Skicka rättelsen")
    assert "Sök senast 3 mars" in anna.text
    post.work()

    for card in (anna.text, kansli.in_channel(VATTEN).text):
        assert "Sök senast 5 mars 2027." in card
        assert "Rättad kl. 12.00." in card
    assert ("Rättelse: Ny utlysning om dagvatten", "Siri Sten <siri@sotenas.se>") in post.mailed()
    assert len([one for one in anna.shown if "dagvatten" in words(one.message.card or {})]) == 1
    post.work(hours=25)
    late = [one for one in post.mails() if "bo@" in str(one["To"])]
    assert len(late) == 1
    assert "Sök senast 5 mars 2027." in str(late[0].get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert stored(kansli).spread_version == stored(kansli).version


def test_a_recall_reaches_every_copy_and_says_where_it_could_not(kansli: Chat, post: Post) -> None:
    anna, bo = members(kansli)
    kansli.say(LINE)
    kansli.click("Skicka nu")
    post.work()
    assert "Mejl går inte att ta tillbaka" in kansli.click("Ta tillbaka")
    kansli.click("Visa Återtaget")
    post.work(hours=30)

    for chat in (anna, bo, kansli.in_channel(VATTEN)):
        assert "Återtaget: Ny utlysning om dagvatten" in chat.text
    assert [subject for subject, _ in post.mailed()] == [
        "Ny utlysning om dagvatten",
        "Återtaget: Ny utlysning om dagvatten",
    ]
    kansli.say("utskick")
    kansli.click("Öppna")
    assert "1 kopia gick inte att ändra: Siri Sten." in kansli.click("Rapport")


def test_recalled_cards_can_be_deleted_too(kansli: Chat, post: Post) -> None:
    anna, _ = members(kansli)
    kansli.say(LINE)
    kansli.click("Skicka nu")
    post.work()
    before = len(anna.shown)
    kansli.click("Ta tillbaka")
    kansli.click("Ta även bort korten")
    post.work()

    assert len(anna.shown) == before - 1
    assert "Återtaget" in kansli.in_channel(VATTEN).text


def test_the_report_is_a_file_by_a_link_that_works_once(kansli: Chat, post: Post) -> None:
    anna, _ = members(kansli)
    kansli.blocked.add(anna.sender.teams_id)
    know(anna, mail=None, name="=cmd|' /C calc'!A0")
    kansli.say(LINE)
    kansli.click("Skicka nu")
    post.work()
    report = kansli.click("Rapport")
    assert "=cmd|' /C calc'!A0, Sotenäs: gick inte fram" in report
    assert "Har blockerat eller tagit bort boten. Be personen öppna boten i Teams" in report
    kansli.click("Hämta som Excel")
    url = next(action["url"] for action in kansli.card["actions"] if action["type"] == "Action.OpenUrl")
    token = url.rpartition("/")[2]
    database, now = kansli.app.database, kansli.clock.now
    file = database.play(lambda session: downloads.fetch(kansli.app, session, token, now))
    assert file is not None
    sheet: Any = load_workbook(io.BytesIO(file.content())).active
    table = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert table[0][:4] == ["Mottagare", "Kommun", "Resultat", "Väg"]
    assert table[1][:3] == ["'=cmd|' /C calc'!A0", "Sotenäs", "Gick inte fram"]
    assert ["Siri Sten", None, "Framme", "med mejl"] in [row[:4] for row in table]
    assert database.play(lambda session: downloads.fetch(kansli.app, session, token, now)) is None

    kansli.blocked.clear()
    kansli.click("Tillbaka")
    assert "Skickar om till 1 mottagare." in kansli.click("Skicka om misslyckade")
    post.work()
    assert "Ny utlysning om dagvatten" in anna.text
    assert "Framme: 4" in kansli.click("Rapport")


def test_it_is_scheduled_to_the_minute_and_can_be_unscheduled(kansli: Chat, post: Post) -> None:
    anna, _ = members(kansli)
    assert "får var och en knapparna Intresserad, Delat hos oss och Fråga kansliet." in kansli.say(LINE)
    kansli.click("Schemalägg")
    assert fields(kansli)["day"] == "2026-11-25"  # tomorrow
    scheduled = kansli.click("Schemalägg", **fields(kansli, time="8.30"))
    assert "Schemalagt onsdag den 25 november 2026 kl. 08.30" in scheduled
    assert "utanför arbetstid" not in scheduled
    kansli.click("Avschemalägg")
    kansli.click("Schemalägg")
    assert "utanför arbetstid" in kansli.click("Schemalägg", day="2026-11-28", time="8.30")
    assert "Avschemalagt." in kansli.click("Avschemalägg")
    kansli.click("Schemalägg")
    kansli.click("Schemalägg", day="2026-11-25", time="08:30")
    kansli.clock.now = kansli.clock.now.replace(day=25, hour=7, minute=29, second=50)
    post.work()
    assert rows(kansli) == {}
    post.work(seconds=10)
    assert "Ny utlysning om dagvatten" in anna.text
    assert stored(kansli).state == AnnouncementState.SENT


@pytest.mark.usefixtures("post")
def test_a_second_person_approves_the_newest_version(kansli: Chat) -> None:
    members(kansli)
    colleague = kansli.as_("Kim Kansli")
    grant(kansli, colleague)
    kansli.say(LINE)
    assert "Du skrev den senaste versionen." in kansli.press("announcements.approve", {"announcement": 1, "version": 1})
    kansli.click("Be någon granska")
    assert "Kim Kansli har fått utskicket att granska." in kansli.click(
        "Skicka för granskning", reviewer=str(person(colleague).id)
    )
    assert "Karin Kansli ber dig läsa igenom det här" in colleague.text
    assert "Granskat och godkänt av Kim Kansli." in colleague.click("Godkänn")
    assert "Kim Kansli har godkänt utskicket" in kansli.text
    assert "Granskat och godkänt av Kim Kansli." in kansli.click("Öppna utskicket")
    kansli.click("Ändra")
    kansli.click("Spara och förhandsvisa", **fields(kansli, text="Nytt."))
    assert "Granskat" not in kansli.text


def test_people_who_are_interested_are_reminded_before_the_last_day(kansli: Chat, post: Post) -> None:
    anna, bo = members(kansli)
    kansli.say(LINE)
    kansli.click("Skicka nu")
    post.work()
    anna.click("Intresserad")
    bo.click("Intresserad")
    bo.click("Inte intresserad")
    kansli.clock.now = kansli.clock.now.replace(year=2027, month=3, day=2, hour=12)
    kansli.tick()
    kansli.clock.now = kansli.clock.now.replace(day=2, hour=15, minute=30)
    kansli.tick()

    assert "Sista dag: onsdag den 3 mars 2027. Det är i morgon." in anna.text
    assert "Det är" not in bo.text


@pytest.mark.usefixtures("post")
def test_a_question_about_it_goes_to_the_kansli(kansli: Chat) -> None:
    anna, _ = members(kansli)
    kansli.say(LINE)
    kansli.click("Skicka nu")
    anna.click("Fråga kansliet")
    assert "Om utskicket ”Ny utlysning om dagvatten”:" in anna.text
    anna.click("Fortsätt", answer="Om utskicket ”Ny utlysning om dagvatten”: Får regioner söka?")
    anna.click("Visa mitt namn")
    anna.click("Skicka")
    assert "Får regioner söka?" in kansli.text

    there = kansli.in_channel(VATTEN)
    thread = there.shown[-1].id
    bo = kansli.as_("Bo Ek").in_channel(VATTEN, thread)
    assert "Vad ska de andra se om dig?" in bo.say("Kan vi söka tillsammans?")
    bo.click("Visa inte mitt namn")
    bo.click("Skicka")
    assert "Kan vi söka tillsammans?" in kansli.text
    assert "(Gäller utskicket ”Ny utlysning om dagvatten”.)" in kansli.text
    elsewhere = kansli.as_("Bo Ek").in_channel(VATTEN, "another")
    assert "Vad ska de andra se" not in elsewhere.say("Hur blir vi medlem?")


def test_a_feature_s_own_condition_can_be_chosen(kansli: Chat, post: Post) -> None:
    anna, bo = members(kansli)

    def late(session: Any, argument: str, now: datetime) -> PersonIds:
        del session, now
        return select(Person.id).where(Person.mail == f"{argument}@sotenas.se")

    condition = Condition(late, lambda _, argument: f"är sena med {argument}", lambda _: [("anna", "Sena med Anna")])
    chat = replace(kansli, app=replace(kansli.app, conditions={"late": condition}))
    chat.say("annonsera: Kom ihåg. Det är snart för sent.")
    chat.click("Mottagare")
    assert "Alla som är sena med anna" in chat.click("Lägg till", conditions="late:anna")
    chat.click("Klar")
    chat.click("Skicka nu")
    post.work()
    assert "Det är snart för sent." in anna.text
    assert "Det är snart för sent." not in bo.text
    chat.say("annonsera vatten: Kom ihåg. Ni andra hinner.")
    chat.click("Mottagare")
    assert "Alla som följer Vatten\nTa bort\nUtom de som är sena med anna" in chat.click(
        "Lägg till", unless="late:anna"
    )
    assert "Just nu: 1 kanal och 2 personer" in chat.text
    known = {"announcement": 2, "unless": "late:anna"}
    shown = chat.press("announcements.remove_part", {**known, "version": 2, "part": 2})
    assert "Just nu: 1 kanal och 3 personer" in shown
    assert "Just nu: 1 kanal och 2 personer" in chat.press("announcements.add_part", {**known, "version": 3})
    chat.press("announcements.send", {**known, "version": 4})
    post.work()
    assert "Ni andra hinner." in bo.text
    assert "Ni andra hinner." not in anna.text
    assert "Urvalet använder ett villkor som inte finns längre." in kansli.press(
        "announcements.copy", {"announcement": 1}
    )


def test_lines_that_are_understood() -> None:
    today = date(2026, 11, 24)
    full = one_line.understand("vatten, klimat: Ny utlysning om dagvatten, sök senast 3 mars https://a.se/x.", today)
    assert full == Understood(
        ("vatten", "klimat"),
        "Ny utlysning om dagvatten",
        "Sök senast 3 mars 2027.",
        ("https://a.se/x",),
        date(2027, 3, 3),
    )
    for text, deadline in (
        ("Svara senast 2027-01-15", date(2027, 1, 15)),
        ("Svara före 24/12", date(2026, 12, 24)),
        ("Mellan 1 mars och 5 april 2028", date(2028, 4, 5)),
        ("Svara senast 31 november", None),
        ("Vi ses", None),
    ):
        assert one_line.understand(text, today).deadline == deadline, text
    bare = one_line.understand("https://a.se/x", today)
    assert (bare.to, bare.heading, bare.urls) == ((), "", ("https://a.se/x",))
    long = one_line.understand(f"{'ord ' * 60}slut", today)
    assert len(long.heading) <= one_line.LONGEST_HEADING
    assert long.text.endswith("slut.")
