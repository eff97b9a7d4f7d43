"""What the kansli's own cards say and stop saying, and a correction that a second person approves."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot import announcements
from bot.register.audience import Condition
from storage import roles
from storage.announcements import AnnouncementState
from storage.audiences import PersonIds
from storage.people import Person, PersonRole
from tests.announcements.test_faults import MANY, crowd
from tests.support.announcements import LINE, Post, fields, follow, grant, limited, stored
from tests.support.chat import Chat
from tests.support.people import person

LINKS = "annonsera: Fyra länkar. Läs: https://a.se/1 https://a.se/2 https://a.se/3 https://a.se/4"
MANY_PEOPLE = 2


def test_a_correction_to_many_needs_approval_also_before_anything_has_gone(kansli: Chat, post: Post) -> None:
    kim = kansli.as_("Kim Kansli")
    grant(kansli, kim)
    for name in ("Ada Ask", "Bo Ek", "Cia Ceder"):
        follow(kansli, person(kansli.as_(name)).id)
    kansli.say(LINE)
    kansli.click("Skicka nu")
    post.chat = strict = limited(kansli, MANY_PEOPLE)
    strict.click("Rätta")
    strict.click("Förhandsvisa rättelsen", **fields(strict, heading="Rättad rubrik"))
    assert "Skicka rättelsen" not in strict.buttons
    assert "rättelsen ska granskas" in strict.press("announcements.send_correction", fields_of(strict))


def test_a_correction_to_many_needs_the_approval_of_the_colleague_who_was_asked(kansli: Chat, post: Post) -> None:
    ada, kim = kansli.as_("Ada Ask"), kansli.as_("Kim Kansli")
    grant(kansli, kim)
    for chat in (ada, kansli.as_("Bo Ek"), kansli.as_("Cia Ceder")):
        follow(kansli, person(chat).id)
    kansli.say(LINE)
    kansli.click("Skicka nu")
    post.work()
    post.chat = strict = limited(kansli, MANY_PEOPLE)
    kim = replace(kim, app=strict.app)
    strict.click("Rätta")
    strict.click("Förhandsvisa rättelsen", **fields(strict, heading="Rättad rubrik"))
    written = fields_of(strict)
    assert "ska granska rättelsen" in strict.text
    assert "Skicka rättelsen" not in strict.buttons
    assert "rättelsen ska granskas" in strict.press("announcements.send_correction", written)
    assert "Välj någon annan" in strict.click("Be någon granska", reviewer=str(person(strict).id))
    approve = {**written, "writer": person(strict).id}
    assert "har du inte fått att granska" in kim.press("announcements.approve_correction", approve)
    assert "har fått rättelsen att granska" in strict.click("Be någon granska", reviewer=str(person(kim).id))
    assert "Granska en rättelse" in kim.text
    assert "Rättad rubrik" in kim.text
    for chat, changed in ((strict, {}), (kim, {"heading": "Något annat"}), (kim, {"writer": person(kim).id})):
        told = chat.press("announcements.approve_correction", {**approve, **changed})
        assert "har du inte fått att granska" in told, changed
    post.work()
    assert "Rättad rubrik" not in ada.text
    assert "Rättelsen är på väg" in kim.click("Godkänn och skicka")
    post.work()
    assert "Rättad rubrik" in ada.text
    row = stored(kansli)
    assert (row.changed_by_id, row.approved_by_id) == (person(strict).id, person(kim).id)
    assert "Utskicket har ändrats" in kim.press("announcements.approve_correction", approve)


def fields_of(chat: Chat) -> dict[str, Any]:
    """Return what the button that goes on with a correction brings along."""
    _, action = chat._button("Be någon granska")
    return dict(action["data"])


def test_a_condition_that_is_gone_stops_the_sending_and_says_so_once(kansli: Chat, post: Post) -> None:
    crowd(kansli, MANY)

    def all_of_them(session: Any, argument: str, now: datetime) -> PersonIds:
        del session, argument, now
        return select(Person.id).where(Person.name.startswith("P"))

    condition = Condition(all_of_them, lambda *_: "är med", lambda _: [("x", "Med")])
    chat = replace(kansli, app=replace(kansli.app, conditions={"crowd": condition}))
    chat.say("annonsera: Något nytt. Läs det här.")
    chat.click("Mottagare")
    chat.click("Lägg till", conditions="crowd:x")
    chat.click("Klar")
    chat.click("Skicka nu")
    for _ in range(3):
        post.work()
    assert stored(kansli).state == AnnouncementState.CANCELLED
    told = [one for one in kansli.shown if "Utskicket är stoppat och kan inte fortsätta." in str(one.message.card)]
    assert len(told) == 1
    assert "villkor som inte finns längre" in str(told[0].message.card)
    assert "villkor som inte finns längre" in kansli.press("announcements.copy", {"announcement": 1, "below": True})
    assert stored(kansli, 2).state == AnnouncementState.DRAFT


def test_a_sender_who_lost_the_role_hears_no_more_of_it(kansli: Chat, post: Post) -> None:
    kim = kansli.as_("Kim Kansli")
    grant(kansli, kim)
    follow(kansli, person(kansli.as_("Ada Ask")).id)
    kim.say(LINE)
    kim.click("Schemalägg")
    kim.click("Schemalägg", day="2026-11-25", time="08.30")
    kansli.app.database.play(lambda session: roles.take(session, person(kim).id, PersonRole.KANSLI))
    before = len(kim.shown)
    post.work(days=1)
    assert stored(kansli).state == AnnouncementState.SENT
    assert len(kim.shown) == before


@pytest.mark.usefixtures("post")
def test_a_fourth_link_is_told(kansli: Chat) -> None:
    assert "Det får plats 3 länkar, så jag tog inte med https://a.se/4." in kansli.say(LINKS)
    assert len(stored(kansli).links) == 3


def test_a_mark_is_taken_back_and_a_finished_card_has_nothing_to_update(kansli: Chat, post: Post) -> None:
    ada = kansli.as_("Ada Ask")
    follow(kansli, person(ada).id)
    kansli.say(LINE)
    kansli.click("Skicka nu")
    for step in announcements.run(kansli.app, kansli.clock):
        kansli.app.database.play(step)
    ada.click("Delat hos oss")
    assert "Inte delat än" in ada.buttons
    assert "Du har delat" not in ada.click("Inte delat än")
    post.work()
    assert "Skickade: 2" in kansli.text
    assert "Uppdatera" not in kansli.buttons
