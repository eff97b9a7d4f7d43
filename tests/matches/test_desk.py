"""The kansli's view of matching: who waits and who offers, the pairs with reasons and total, and *Para ihop*."""

from __future__ import annotations

import pytest

from storage.pairs import PairState
from tests.support.chat import Chat, Clock
from tests.support.matches import HABO, contact, everything, newcomer, profile, set_profile, states, tick
from tests.support.people import audited, data_of, know, person
from tests.support.races import at_once


@pytest.fixture
def world(chat: Chat) -> Chat:
    """Anna and Cia who wait, and Bo and Dan who offer one place each."""
    newcomer(chat)
    newcomer(chat.as_("Cia Dal"), HABO, "solceller på skolor")
    contact(chat, "Bo Ek")
    contact(chat, "Dan Ek", helps_with="solceller")
    return chat


def test_the_kansli_sees_who_waits_and_pairs_them_with_one_press(world: Chat, kansli: Chat, clock: Clock) -> None:
    shown = kansli.say("matcha")
    assert "Väntar på en kontaktperson (2)" in shown
    assert "• Anna Andersson, kontaktpolitiker, Sotenäs kommun, sedan den 24 november 2026" in shown
    assert "Kontaktpersoner (2 med 2 lediga platser)" in shown
    preview = kansli.click("Visa förslag på par")
    assert "Förslag: 2 par, " in preview
    assert "Anna Andersson brottas med dagvatten, och Bo Ek kan hjälpa till med det" in preview
    assert "Klart: 2 par." in kansli.click("Para ihop")
    clock.forward(minutes=1)
    tick(world)

    assert states(world) == [PairState.MATCHED, PairState.MATCHED]
    assert "Du och Bo Ek är matchade" in world.text
    assert "Du och Cia Dal är matchade" in world.as_("Dan Ek").text
    assert audited(world.app.database)[-1] == "Parat ihop 2"
    assert "Ingen väntar" in kansli.say("matcha")


def test_a_second_press_pairs_nobody_again(world: Chat, kansli: Chat) -> None:
    kansli.say("matcha")
    kansli.click("Visa förslag på par")
    seen = data_of(kansli, "Para ihop")

    at_once([(kansli, "pair.desk.make", seen), (kansli, "pair.desk.make", seen)])
    assert "Ingen väntar" in kansli.press("pair.desk.make", seen)

    assert len(everything(world)) == 2


@pytest.mark.parametrize("seen", [None, "", "1>2", 7, ["1>2"]])
def test_a_plan_that_is_another_one_now_is_shown_first(world: Chat, kansli: Chat, seen: object) -> None:
    assert "Listan har ändrats" in kansli.press("pair.desk.make", {"seen": seen})
    assert everything(world) == []


def test_a_person_who_stopped_waiting_is_left_out(world: Chat, kansli: Chat) -> None:
    kansli.say("matcha")
    kansli.click("Visa förslag på par")
    world.press("pair.unwant", {})

    assert "Listan har ändrats" in kansli.click("Para ihop")
    assert "Klart: 1 par." in kansli.click("Para ihop")
    assert [person.name for meeting in everything(world) for person in meeting.newcomers] == ["Cia Dal"]


def test_three_newcomers_without_a_contact_person_meet_each_other(chat: Chat, kansli: Chat, clock: Clock) -> None:
    cia, dan = newcomer(chat.as_("Cia Dal"), HABO), newcomer(chat.as_("Dan Ek"), "1281")
    newcomer(chat)
    kansli.say("matcha")
    assert "Nya som möter varandra" in kansli.click("Visa förslag på par")
    kansli.click("Para ihop")
    clock.forward(minutes=1)
    tick(chat)

    assert "Du, Cia Dal och Dan Ek är matchade" in chat.text
    assert "users=cia@example.se,dan@example.se" in str(chat.card)
    know(dan, left_at=clock.now)
    tick(chat)
    assert states(chat) == [PairState.MATCHED]
    clock.forward(days=14)
    tick(chat)
    assert "Har du och Cia Dal träffats?" in chat.text
    chat.click("Ja")
    assert profile(chat).wanted_at is not None
    assert profile(cia).wanted_at is not None


def test_people_who_have_met_are_not_paired_again(world: Chat, kansli: Chat) -> None:
    for name in ("Bo Ek", "Dan Ek"):
        world.press("pair.ask", {"contact": person(world.as_(name)).id})
        world.as_(name).click("Inte nu")
    kansli.say("matcha")
    shown = kansli.click("Visa förslag på par")

    assert "Förslag: 1 par" in shown
    assert "Väntar vidare" in shown
    assert "Anna Andersson. Ingen som passar är ledig just nu." in shown


def test_paused_people_are_in_no_round(world: Chat, kansli: Chat) -> None:
    set_profile(world, paused=True)
    set_profile(world.as_("Bo Ek"), paused=True)
    shown = kansli.say("matcha")

    assert "Anna Andersson" not in shown
    assert "Bo Ek" not in shown


def test_members_may_not_pair(world: Chat) -> None:
    assert "Anna" not in world.say("matcha")
    for verb in ("show", "preview", "make"):
        assert "kansliet" in world.press(f"pair.desk.{verb}", {})
    assert everything(world) == []


def test_a_week_of_many_shows_page_by_page(chat: Chat, kansli: Chat) -> None:
    for at in range(10):
        newcomer(chat.as_(f"Ny {at}"), HABO, "")
        contact(chat, f"Kontakt {at}", "1281")
    assert "och 2 till" in kansli.say("matcha")
    kansli.click("Visa förslag på par")
    kansli.click("Nästa")
    assert "Klart: 10 par." in kansli.click("Para ihop")
    assert {meeting.contact.name for meeting in everything(chat) if meeting.contact} == {
        f"Kontakt {at}" for at in range(10)
    }
