"""What an event makes others see: the entry in calendars, cards in channels, moves, cancellations and declines."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from bot.events import notices
from storage import events, groups, invitations, outbox
from storage.events import EventState
from storage.invitations import Invitation
from storage.outbox import Delivery
from tests.support.announcements import fields
from tests.support.chat import Chat
from tests.support.events import HOUR, STARTS, change, put_up, rows, state, stored, tick
from tests.support.people import know, person
from tests.support.questions import GENERAL, VATTEN

REGISTER = ("event.register", {"event": 1})
LANE = "calendar:event:1"


def spread(chat: Chat) -> None:
    """Do what the kansli's change does, twice."""
    for _ in range(2):
        chat.app.database.play(
            lambda session: notices.spread(session, session.get_one(events.Event, 1), chat.clock.now)
        )
    chat.deliver()


def entry(chat: Chat) -> list[tuple[str, Any]]:
    """Return the rows of the calendar entry: what each does, and its appointment's start or its text."""

    def work(session: Any) -> list[tuple[str, Any]]:
        found = session.query(Delivery).filter_by(lane=LANE).order_by(Delivery.id)
        bodies = [(row.operation, outbox.body(session, row)) for row in found]
        return [(what, body.get("appointment", {}).get("starts") or body.get("text")) for what, body in bodies]

    return chat.app.database.play(work)


def lane_states(chat: Chat) -> list[str]:
    return chat.app.database.play(
        lambda session: [row.state for row in session.query(Delivery).filter_by(lane=LANE).order_by(Delivery.id)]
    )


def bind_climate(session: Any) -> None:
    """Give another theme group its channel."""
    group = groups.by_theme(session, "klimat")
    assert group
    group.conversation_id = "19:klimat@thread.tacv2"


def invited(chat: Chat) -> set[int]:
    found = chat.app.database.play(lambda session: invitations.of_event(session, "event:1"))
    return {row.person_id for row, _ in found if row.person_id is not None}


@pytest.fixture
def anna(chat: Chat) -> Chat:
    know(chat, mail="anna@sotenas.se")
    return chat


def test_each_registration_reaches_the_calendar_and_many_at_a_time_become_one_change(anna: Chat) -> None:
    put_up(anna, teams_meeting=True)
    bo, cia = anna.as_("Bo Ek"), anna.as_("Cia Ceder")
    tick(anna)
    planned = ("invite", STARTS.isoformat())
    assert entry(anna) == [planned]
    anna.clock.forward(minutes=2)
    for who in (anna, bo, cia):
        who.press(*REGISTER)
    assert invited(anna) == {person(who).id for who in (anna, bo, cia)}
    there = "unreachable"  # there is no calendar here
    assert (entry(anna), lane_states(anna)) == ([planned] * 3, [there, there, "waiting"])
    bo.press("event.leave", {"event": 1})
    anna.press(*REGISTER, activity_id="again")
    anna.press(*REGISTER[:1], {"event": 1, "by_mail": "true"})
    tick(anna, seconds=30)
    assert invited(anna) == {person(cia).id}
    assert (entry(anna), lane_states(anna)) == ([planned] * 3, [there, there, "waiting"])
    tick(anna, minutes=1)
    bo.press(*REGISTER)
    for _ in range(3):
        tick(anna, minutes=1)
    assert (entry(anna), lane_states(anna)) == ([planned] * 4, [there] * 4)
    assert invited(anna) == {person(bo).id, person(cia).id}


def test_a_person_who_is_erased_or_leaves_the_network_is_taken_off(anna: Chat) -> None:
    put_up(anna)
    bo, cia = anna.as_("Bo Ek"), anna.as_("Cia Ceder")
    for who in (bo, cia):
        who.press(*REGISTER)
    know(bo, left_at=anna.clock.now)
    cia.say("ta bort mig")
    cia.click("Ja, gå vidare")
    cia.click("Ta bort mina uppgifter")
    tick(anna)
    assert invited(anna) == set()


def test_a_moved_event_changes_the_entry_and_tells_each_person_once(anna: Chat) -> None:
    put_up(anna, seats=1, themes=["vatten"])
    bo, cia = anna.as_("Bo Ek"), anna.as_("Cia Ceder")
    anna.press(*REGISTER)
    bo.press(*REGISTER)
    tick(anna)
    later = STARTS + 24 * HOUR
    change(anna, starts_at=later, ends_at=later + HOUR)
    spread(anna)
    tick(anna, minutes=1)
    for who in (anna, bo):
        assert "Ny tid: Skyfall i praktiken\nFredag den 4 december 2026 kl. 09.00–10.00" in who.text
    cia.press(*REGISTER)
    tick(anna, minutes=1)
    assert [key.rsplit(":", 1)[1] for key in rows(anna, "event_move:1")] == [str(person(anna).id), str(person(bo).id)]
    assert entry(anna)[-1] == ("invite", later.isoformat())
    assert "Fredag den 4 december" in anna.in_channel(VATTEN).text
    change(anna, starts_at=STARTS, ends_at=STARTS + HOUR)  # back again is news too
    spread(anna)
    assert "Torsdag den 3 december" in bo.text
    assert len(rows(anna, "event_move:1")) == 5
    anna.click("Kan inte komma")
    assert state(anna) == "left"


def test_a_new_end_is_told_once_to_the_registered_and_to_those_who_wait(anna: Chat, kansli: Chat) -> None:
    put_up(anna, seats=1)
    bo = anna.as_("Bo Ek")
    for who in (anna, bo):
        who.press(*REGISTER)
    kansli.say("planera möten")
    kansli.click("Skyfall i praktiken")
    assert "1 anmäld och 1 i kö får veta det en gång" in kansli.click("Flytta")
    assert "De anmälda får veta den nya tiden." in kansli.click("Flytta", **fields(kansli, end="11.30"))
    for _ in range(2):
        tick(anna, minutes=1)
    for who in (anna, bo):
        assert "Ny tid: Skyfall i praktiken\nTorsdag den 3 december 2026 kl. 09.00–11.30" in who.text
    assert len(rows(anna, "event_move:1")) == 2
    kansli.click("Ändra")
    kansli.click("Spara och se", **fields(kansli, heading="Skyfall i stan", join_url="https://moten.example/1"))
    tick(anna, minutes=1)
    assert len(rows(anna, "event_move:1")) == 2, "another title or link is no new time"
    kansli.click("Ställ in")
    assert "1 anmäld och 1 i kö får veta det direkt." in kansli.text


def test_a_card_says_that_a_channel_is_gone_and_comes_when_it_is_tied_again(anna: Chat, kansli: Chat) -> None:
    put_up(anna, themes=["vatten"])

    def lose(session: Any) -> None:
        session.execute(
            update(Delivery).where(Delivery.subject == "event_card:1").values(state="unreachable", error="gone")
        )
        groups.unbind(session, f"19:{VATTEN}@thread.tacv2")

    anna.app.database.play(lambda session: notices.spread(session, session.get_one(events.Event, 1), anna.clock.now))
    anna.app.database.play(lose)
    tick(anna, minutes=1)
    kansli.say("planera möten")
    shown = kansli.click("Skyfall i praktiken")
    assert "Vatten har ingen kanal i Teams, så där visas mötet inte. Skriv @SEKOM-boten koppla temagrupp" in shown
    assert len(rows(anna, "event_card:1")) == 1

    kansli.in_channel(VATTEN).say("koppla temagrupp Vatten")
    for _ in range(2):
        tick(anna, minutes=1)
    assert sorted(rows(anna, "event_card:1").values()) == ["sent", "unreachable"]
    assert "Skyfall i praktiken" in anna.in_channel(VATTEN).text
    kansli.click("Ändra")
    assert "Visas i: Vatten" in kansli.click("Tillbaka")


def test_people_hear_the_last_time_only_when_it_moves_before_the_message_went(anna: Chat) -> None:
    put_up(anna)
    anna.press(*REGISTER)
    for hours in (24, 48):
        change(anna, starts_at=STARTS + hours * HOUR, ends_at=STARTS + (hours + 1) * HOUR)
        anna.app.database.play(
            lambda session: notices.spread(session, session.get_one(events.Event, 1), anna.clock.now)
        )
    anna.deliver()
    assert sorted(rows(anna, "event_move:1").values()) == ["cancelled", "sent"]
    assert "Lördag den 5 december 2026" in anna.text


def test_a_cancelled_event_is_called_off_and_told_once_with_its_reason(anna: Chat) -> None:
    put_up(anna, themes=["vatten"])
    anna.press(*REGISTER)
    tick(anna)
    change(anna, state=EventState.CANCELLED, reason="Talaren är sjuk.", cancelled_at=anna.clock.now)
    spread(anna)
    tick(anna, minutes=1)
    assert entry(anna)[-1] == ("call_off", "Skyfall i praktiken är inställt. Talaren är sjuk.")
    assert "Inställt: Skyfall i praktiken" in anna.text
    assert "Talaren är sjuk." in anna.text
    assert len(rows(anna, "event_cancel:1")) == 1
    there = anna.in_channel(VATTEN)
    assert "Inställt. Talaren är sjuk." in there.text
    assert there.buttons == []


def test_the_cards_in_channels_change_at_most_once_a_minute(anna: Chat) -> None:
    put_up(anna, themes=["vatten"])
    tick(anna)
    people = [anna.as_(f"Person {letter}") for letter in "ABCDE"]
    for who in people:
        who.press(*REGISTER)
    tick(anna, minutes=1)
    tick(anna, minutes=1)
    assert "5 personer kommer." in anna.in_channel(VATTEN).text
    assert [state for key, state in rows(anna, "event_card:1").items() if ":v" in key] == ["sent"]
    anna.app.database.play(bind_climate)
    change(anna, themes=["vatten", "klimat"], title="Ny titel")
    spread(anna)
    assert "Ny titel" in anna.in_channel(VATTEN).text
    assert "Ny titel" in anna.in_channel("klimat").text
    assert anna.in_channel(GENERAL).shown == []


def test_a_draft_shows_nothing_anywhere(anna: Chat) -> None:
    put_up(anna, state=EventState.DRAFT, published_at=None, themes=["vatten"])
    spread(anna)
    tick(anna)
    assert rows(anna, "event") == {}


def test_each_decline_in_outlook_is_asked_about_once(anna: Chat) -> None:
    put_up(anna)
    bo, cia = anna.as_("Bo Ek"), anna.as_("Cia Ceder")
    for who in (anna, bo, cia):
        who.press(*REGISTER)

    def decline() -> None:
        declined = update(Invitation).values(answer="declined", answered_at=anna.clock.now)
        anna.app.database.play(lambda session: session.execute(declined.where(Invitation.person_id != person(cia).id)))

    decline()
    tick(anna, minutes=1)
    tick(anna, minutes=1)
    assert "Ska jag avanmäla dig?" in anna.text
    assert len(rows(anna, "event_decline:1")) == 2
    assert "Du är anmäld." in anna.click("Nej, jag kommer")
    assert "Du kommer inte." in bo.click("Ja, avanmäl")
    later = STARTS + 24 * HOUR
    change(anna, starts_at=later, ends_at=later + HOUR)  # the same decline, also of another time
    for _ in range(3):
        tick(anna, minutes=15)
    assert (state(anna), state(bo)) == ("registered", "left")
    assert len(rows(anna, "event_decline:1")) == 2
    decline()  # a second no is another question
    tick(anna, minutes=1)
    assert [key.rsplit(":", 1)[1] for key in rows(anna, "event_decline:1")].count(str(person(anna).id)) == 2
    assert "Ska jag avanmäla dig?" in anna.text
    assert stored(anna).card_version > 0
