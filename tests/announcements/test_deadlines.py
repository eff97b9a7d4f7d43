"""Last days that are past, and a scheduled announcement that may not go when its time comes."""

from __future__ import annotations

from datetime import UTC, datetime

from storage import roles
from storage.announcements import AnnouncementState
from storage.people import PersonRole
from tests.support.announcements import LINE, Post, fields, grant, stored
from tests.support.chat import Chat
from tests.support.people import know, person


def test_the_whole_kansli_hears_that_one_was_halted_when_its_sender_is_no_kansli(kansli: Chat, post: Post) -> None:
    kim = kansli.as_("Kim Kansli")
    anna, colleague = kansli.as_("Ada Ask"), kansli.as_("Kaj Kollega")
    grant(kansli, kim)
    grant(kansli, colleague)
    kim.say("annonsera: Något nytt. Läs det här.")
    kim.click("Mottagare")
    kim.click("Lägg till", pasted="Ada Ask")
    kim.click("Klar")
    kim.click("Schemalägg")
    kim.click("Schemalägg", day="2026-11-25", time="08.30")
    know(anna, left_at=kansli.clock.now)
    kansli.app.database.play(lambda session: roles.take(session, person(kim).id, PersonRole.KANSLI))
    post.work(days=1)
    assert "Det schemalagda utskicket gick inte iväg." in colleague.text
    assert "gick inte iväg" not in kim.text


def test_a_last_day_before_the_sending_and_a_correction_after_it(kansli: Chat, post: Post) -> None:
    kansli.say(LINE)
    kansli.click("Schemalägg")
    assert "Sista dagen är den 3 mars 2027" in kansli.click("Schemalägg", day="2027-03-04", time="08.30")
    assert stored(kansli).state == AnnouncementState.DRAFT
    kansli.press("announcements.send", {"announcement": 1, "version": 1})
    post.work()
    kansli.clock.now = datetime(2027, 3, 5, 11, tzinfo=UTC)
    kansli.press("announcements.open", {"announcement": 1})
    kansli.click("Rätta")
    late = fields(kansli, heading="Utlysningen är stängd")
    assert "har redan varit" in kansli.press(
        "announcements.look_over", {**late, "last_date": "2027-03-04", "announcement": 1, "version": 1}
    )
    assert "har redan varit" not in kansli.click("Förhandsvisa rättelsen", **late)
    kansli.click("Skicka rättelsen")
    assert stored(kansli).heading == "Utlysningen är stängd"
