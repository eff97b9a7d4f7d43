"""Bad input, lost roles, races and faults: each a clear refusal or outcome, and nothing lost or sent twice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.announcements import lifecycle
from bot.message import UserError
from storage import groups, roles
from storage.announcements import AnnouncementState
from storage.people import PersonRole
from tests.support.announcements import LINE, Post, fields, follow, grant, listed, rows, stored
from tests.support.chat import Chat
from tests.support.people import know, person
from tests.support.questions import VATTEN

GOOD = {"kind": "news", "heading": "Nytt om vatten", "text": "Läs mer.", "link1_url": "https://www.sekom.se/vatten"}
BAD: list[tuple[dict[str, str], str]] = [
    ({"text": "<at>Anna Andersson</at> hej"}, "Texten har HTML-taggar"),
    ({"text": "<script>alert(1)</script>"}, "Texten har HTML-taggar"),
    ({"text": "[@Anna Andersson](https://elak.example)"}, "ser ut som ett omnämnande"),
    ({"text": "[www.vinnova.se](https://elak.example/x)"}, "Länken visar www.vinnova.se men leder till elak.example."),
    ({"text": "[**@Anna**](https://elak.example)"}, "ser ut som ett omnämnande"),
    ({"text": "[＠Anna Andersson](https://elak.example)"}, "ser ut som ett omnämnande"),
    ({"text": "[**vinnova**.se](https://elak.example)"}, "Länken visar vinnova.se men leder till elak.example."),
    ({"text": "[sekom.se](https://sekom.se@elak.example/x)"}, "Länken visar sekom.se men leder till elak.example."),
    ({"text": "<https://elak.example>"}, "Texten har HTML-taggar"),
    ({"text": "[läs](javascript:alert(1))"}, "har en adress som inte går att öppna"),
    ({"text": "[vinnova.se](https://elak.example/(x))"}, "Länken visar vinnova.se men leder till elak.example."),
    ({"text": "[info@sekom.se](mailto:lura@elak.example)"}, "visar info@sekom.se men leder till lura@elak.example."),
    ({"text": "[info@sekom.se](https://elak.example)"}, "visar info@sekom.se men leder till elak.example."),
    ({"text": r"[vinnova.se \[ny\]](https://elak.example)"}, "Länken visar vinnova.se men leder till elak.example."),
    ({"text": "[vinnova.se][1]\n\n[1]: https://elak.example"}, "En länk har sin adress på en annan rad."),
    ({"link1_title": "www.vinnova.se", "link1_url": "https://elak.example"}, "Knappen visar www.vinnova.se men leder"),
    ({"link1_url": "www.vinnova.se/x"}, "har en adress som inte börjar med https://."),
    ({"image_url": "https://www.sekom.se/a b.png", "image_alt": "x"}, "Bilden har en adress som ser fel ut"),
    ({"text": "Se ![bild](https://x.se/a.png)"}, "Bilder i texten visas inte."),
    ({"text": "Ring {{ namn }}"}, "Det finns något kvar att fylla i: {{ namn }}"),
    ({"text": "Kontakta 19811218-9876."}, "personnummer"),
    ({"image_url": "https://www.sekom.se/a.png"}, "Bilden saknar beskrivning."),
    ({"image_url": "https://www.sekom.se/om", "image_alt": "x"}, "leder inte till en bild"),
    ({"image_url": "javascript:alert(1)", "image_alt": "x"}, "Bildens adress ska börja med https://."),
    ({"link1_url": "htps://www.sekom.se"}, "har en adress som inte går att öppna"),
    ({"link1_url": "https://sekom"}, "har en adress som inte går att öppna"),
    ({"link1_url": "https://www.sekom.se/a b"}, "har en adress som ser fel ut"),
    ({"last_date": "2026-11-20"}, "Sista dagen, den 20 november 2026, har redan varit."),
    ({"text": "", "link1_url": ""}, "Det finns varken text eller länk."),
]


@pytest.mark.usefixtures("post")
def test_bad_content_is_kept_as_a_draft_and_not_sent(kansli: Chat) -> None:
    number = 0
    for change, told in BAD:
        number += 1
        shown = kansli.press("announcements.save", {**GOOD, **change}).replace("\u200b", "")
        assert told in shown, change
        kansli.press("announcements.add_part", {"announcement": number, "version": 1, "everyone": "true"})
        refused = kansli.press("announcements.send", {"announcement": number, "version": 2})
        assert told in refused.replace("\u200b", ""), change
        assert refused.startswith("Det går inte att skicka än."), change
    assert rows(kansli) == {}
    assert stored(kansli, number).state == AnnouncementState.DRAFT


@pytest.mark.usefixtures("post")
def test_good_content_and_a_date_without_a_year(kansli: Chat) -> None:
    links = "[vinnova.se](https://www.vinnova.se/x) och [läs mer](https://sekom.se), org.nr 802000-1234"
    links += " [Info@sekom.se](mailto:info@sekom.se?subject=x)"
    shown = kansli.press("announcements.save", {**GOOD, "text": f"Sök senast 3 mars. {links}"})
    assert "Obs: Datumet ”3 mars” saknar år." in shown
    assert "Länken" not in shown.replace("Länken visar", "Länken")
    assert "personnummer" not in shown


@pytest.mark.usefixtures("post")
def test_texts_that_are_too_long_are_refused_and_nothing_is_stored(kansli: Chat) -> None:
    for name, value in (("text", "a" * 50_000), ("heading", "b" * 121), ("link1_title", "c" * 23)):
        assert "Korta till högst" in kansli.press("announcements.save", {**GOOD, name: value})
    assert "Skriv en rubrik." in kansli.press("announcements.save", {**GOOD, "heading": " "})
    assert "Välj vilken sorts" in kansli.press("announcements.save", {**GOOD, "kind": "x"})
    assert "Jag förstår inte sista dagen." in kansli.press("announcements.save", {**GOOD, "last_date": "snart"})
    assert "Knappen ”Läs!” saknar adress." in kansli.press("announcements.save", {**GOOD, "link2_title": "Läs!"})
    assert "Det finns inga utskick än." in kansli.say("utskick")


TIMES: list[tuple[str, str, str]] = [
    ("2027-03-28", "02.30", "Klockan 02.30 finns inte den 28 mars 2027, för då ställs klockan fram. Välj 03.30"),
    ("2026-11-24", "11.59", "Den tiden har redan varit."),
    ("2028-11-24", "11.59", "Välj en tid inom ett år."),
    ("2026-11-25", "25.00", "Skriv klockslaget som 08.30."),
    ("i morgon", "08.00", "Välj vilken dag"),
]


@pytest.mark.parametrize(("day", "time", "told"), TIMES)
def test_times_that_can_not_be_used(day: str, time: str, told: str) -> None:
    with pytest.raises(UserError, match=told.replace(".", r"\.")):
        lifecycle.checked_moment(day, time, datetime(2026, 11, 24, 11, tzinfo=UTC))


def test_a_time_is_stockholms_in_summer_and_winter() -> None:
    now = datetime(2026, 11, 24, 11, tzinfo=UTC)
    assert lifecycle.checked_moment("2027-06-01", "8", now) == datetime(2027, 6, 1, 6, 0, tzinfo=UTC)
    assert lifecycle.checked_moment("2026-12-01", "kl. 8:05", now) == datetime(2026, 12, 1, 7, 5, tzinfo=UTC)


def test_outside_working_hours_it_asks_first(kansli: Chat, post: Post) -> None:
    follow(kansli, person(kansli.as_("Anna Andersson")).id)
    kansli.clock.now = datetime(2026, 11, 27, 19, 40, tzinfo=UTC)
    kansli.say(LINE)
    assert "fredag den 27 november 2026 kl. 20.40, utanför arbetstid" in kansli.click("Skicka nu")
    assert rows(kansli) == {}
    assert "Schemalagt måndag den 30 november 2026 kl. 08.00" in kansli.click("Vänta till dess")
    kansli.click("Avschemalägg")
    kansli.click("Skicka nu")
    kansli.click("Skicka ändå")
    post.work()
    assert {state for state, _ in rows(kansli).values()} == {"sent"}


@pytest.mark.usefixtures("post")
def test_two_people_who_press_send_send_once(kansli: Chat) -> None:
    anna, colleague = kansli.as_("Anna Andersson"), kansli.as_("Kim Kansli")
    grant(kansli, colleague)
    follow(kansli, person(anna).id)
    kansli.say(LINE)
    colleague.say("utskick")
    colleague.click("Öppna")
    kansli.click("Skicka nu")
    assert "Utskicket är redan på väg." in colleague.click("Skicka nu")
    assert len([one for one in anna.shown if "dagvatten" in str(one.message.card)]) == 1


@pytest.mark.usefixtures("post")
def test_an_old_card_changes_nothing(kansli: Chat) -> None:
    kansli.say(LINE)
    old = {"announcement": 1, "version": 1}
    kansli.click("Ändra")
    kansli.click("Spara och förhandsvisa", **fields(kansli, text="Nytt."))
    for verb in ("send", "ask_schedule", "edit", "audience", "discard", "ask_review"):
        assert "Utskicket har ändrats" in kansli.press(f"announcements.{verb}", old), verb
    assert "Utskicket har ändrats" in kansli.press("announcements.save", {**GOOD, **old})
    assert stored(kansli).text == "Nytt."


VERBS = (
    *("new", "start", "save", "open", "edit", "mail", "discard", "audience", "add_part", "remove_part", "people"),
    *("save_audience", "ask_review", "request_review", "approve", "ask_schedule", "schedule", "unschedule", "send"),
    *("send_anyway", "stop", "report", "excel", "resend", "ask_uncertain", "resend_uncertain", "correct", "look_over"),
    *("send_correction", "ask_recall", "recall", "copy", "list"),
    *("ask_nudge", "nudge", "request_correction", "approve_correction"),
)


def test_the_role_is_looked_up_at_every_press(kansli: Chat, post: Post) -> None:
    colleague, anna = kansli.as_("Kim Kansli"), kansli.as_("Anna Andersson")
    grant(kansli, colleague)
    follow(kansli, person(anna).id)
    colleague.say(LINE)
    kansli.app.database.play(lambda session: roles.take(session, person(colleague).id, PersonRole.KANSLI))
    assert "Det där kan bara kansliet göra." in colleague.click("Skicka nu")
    captured = {**GOOD, "announcement": 1, "version": 1, "day": "2027-01-04", "time": "08.00", "everyone": "true"}
    for who in (colleague, anna, anna.in_channel(VATTEN)):
        for verb in VERBS:
            told = who.press(f"announcements.{verb}", captured)
            assert "bara kansliet" in told or "finns inte kvar" in told, (verb, told)
    for text in (LINE, "utskick"):
        assert "bara för kansliet" in anna.say(text)
    assert "vår egen chatt" in kansli.in_channel(VATTEN).press("announcements.send", captured)
    post.work()
    assert rows(kansli) == {}


def test_members_press_only_on_what_they_got(kansli: Chat, post: Post) -> None:
    anna, bo = kansli.as_("Ada Ask"), kansli.as_("Bo Ek")
    kansli.say("annonsera: Något nytt. Läs det här.")
    kansli.click("Mottagare")
    kansli.click("Lägg till", pasted="Ada Ask")
    press = {"announcement": 1, "version": 1, "mark": "read"}
    assert "Det utskicket är inte skickat" in anna.press("announcements.mark", press)
    kansli.click("Klar")
    kansli.click("Skicka nu")
    post.work()
    assert "Det utskicket har inte gått till dig." in bo.press("announcements.mark", press)
    assert "hör inte till det här utskicket" in anna.press("announcements.mark", {**press, "mark": "interested"})
    anna.click("Läst")
    kansli.click("Ta tillbaka")
    kansli.click("Visa Återtaget")
    assert "Kansliet har tagit tillbaka" in anna.press("announcements.mark", press)


@pytest.mark.usefixtures("post")
def test_an_audience_that_became_empty_stops_a_scheduled_one(kansli: Chat, post: Post) -> None:
    anna = kansli.as_("Ada Ask")
    kansli.say("annonsera: Något nytt. Läs det här.")
    kansli.click("Mottagare")
    kansli.click("Lägg till", pasted="Ada Ask")
    kansli.click("Klar")
    kansli.click("Schemalägg")
    kansli.click("Schemalägg", day="2026-11-25", time="08.30")
    know(anna, left_at=kansli.clock.now)
    post.work(days=1)
    assert "Det schemalagda utskicket gick inte iväg." in kansli.text
    assert "Utskicket har inga mottagare." in kansli.text
    assert stored(kansli).state == AnnouncementState.DRAFT


def test_a_channel_that_was_deleted_and_a_recipient_who_was_erased(kansli: Chat, post: Post) -> None:
    anna = kansli.as_("Anna Andersson")
    follow(kansli, person(anna).id)
    follow(kansli, listed(kansli, "Siri Sten", mail="siri@sotenas.se"))
    kansli.say(LINE)
    kansli.blocked.add("19:temagrupp-vatten@thread.tacv2")
    anna.say("ta bort mig")
    anna.click("Ja, gå vidare")
    anna.click("Ta bort mina uppgifter")
    kansli.click("Skicka nu")
    post.work()
    report = kansli.click("Rapport")
    assert "Framme: 1\nGick inte fram: 1" in report
    assert "Kanal: Vatten: gick inte fram" in report
    assert "Anna" not in report
    kansli.app.database.play(lambda session: groups.unbind(session, "19:temagrupp-vatten@thread.tacv2"))
    kansli.say(LINE)
    assert "Vatten har ingen kanal i Teams" not in kansli.text


def test_an_erased_recipient_leaves_nothing_of_the_announcement(kansli: Chat, post: Post) -> None:
    anna = kansli.as_("Ada Ask")
    follow(kansli, person(anna).id)
    number = person(anna).id
    kansli.say("annonsera: Något nytt. Läs det här.")
    kansli.click("Mottagare")
    kansli.click("Lägg till", pasted="Ada Ask")
    kansli.click("Klar")
    kansli.click("Skicka nu")
    post.work()
    anna.click("Läst")
    assert "announcement_marks" in str(data_of(kansli, number))
    anna.say("ta bort mig")
    anna.click("Ja, gå vidare")
    anna.click("Ta bort mina uppgifter")
    assert data_of(kansli, number) == {}
    assert rows(kansli) == {}
    assert "Framme" not in kansli.click("Rapport")


def data_of(chat: Chat, person_id: int) -> dict[str, Any]:
    """Return the tables that have rows with a person's key."""
    from storage.database import Base  # noqa: PLC0415

    def work(session: Any) -> dict[str, Any]:
        found = {}
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if "on_erase" in column.info and session.execute(table.select().where(column == person_id)).first():
                    found[table.name] = column.name
        return found

    return chat.app.database.play(work)


def test_stopping_sends_no_more_and_the_card_says_so(kansli: Chat, post: Post) -> None:
    anna = kansli.as_("Anna Andersson")
    follow(kansli, person(anna).id)
    know(anna, mail="anna@sotenas.se", guest=True)
    kansli.say(LINE)
    kansli.click("Skicka nu")
    assert "Avbrutet." in kansli.press("announcements.stop", {"announcement": 1, "version": 1})
    post.work(hours=30)
    assert post.mailed() == []
    assert rows(kansli)[f"person:{person(anna).id}:mail"] == ("cancelled", "cause_ended")
    assert stored(kansli).state == AnnouncementState.CANCELLED
    opened = kansli.press("announcements.open", {"announcement": 1})
    assert "Avbrutet tisdag den 24 november 2026" in opened
    assert "Klart" not in opened


@pytest.mark.usefixtures("post")
def test_what_changed_between_the_preview_and_the_press_is_told(kansli: Chat) -> None:
    ada = kansli.as_("Ada Ask")
    follow(kansli, person(ada).id)
    kansli.say(LINE)
    kansli.app.database.play(lambda session: groups.unbind(session, "19:temagrupp-vatten@thread.tacv2"))
    know(ada, left_at=kansli.clock.now)
    assert "Utskicket har inga mottagare." in kansli.click("Skicka nu")
    know(ada, left_at=None)
    assert "Vatten har ingen kanal i Teams, så dit går det inte." in kansli.click("Skicka nu")
    assert set(rows(kansli)) == {f"person:{person(ada).id}"}
    assert "Det var långt." in kansli.say(f"annonsera: {'a' * 50_000}")
