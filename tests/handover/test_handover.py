"""A seat changes hands: the successor gets the dossier and what was left open, and the person before is thanked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from bot import handover
from bot.handover import reminders
from storage import duties as stored_duties
from storage import invitations, questions
from storage.duties import DutyState
from storage.questions import Question, Status
from tests.support.chat import Chat, Clock, words
from tests.support.duties import OFFICER, POLITICIAN, add_duty, put
from tests.support.events import put_up, state
from tests.support.handovers import appoint, end, replace, settle, states, tick
from tests.support.newcomers import deliveries
from tests.support.people import LUND, SOTENAS, know, person, set_up
from tests.support.questions import ask, live_in


@pytest.fixture
def per(chat: Chat) -> Chat:
    """Per, politician of Sotenäs, whom the bot has met. His seat is contact 1."""
    per = chat.as_("Per Ek")
    know(per, mail="per@sotenas.se", municipality_code=SOTENAS)
    set_up(chat.app.database, programme_until=2027, programme_url="https://sotenas.se/program")
    assert appoint(per, "politician", "Per Ek", "per@sotenas.se") == 1
    tick(chat)
    return per


@pytest.fixture
def nina(per: Chat) -> Chat:
    """Nina, who works for Sotenäs and has met the bot."""
    nina = per.as_("Nina Ny")
    know(nina, mail="nina@sotenas.se", municipality_code=SOTENAS)
    return nina


def hand(per: Chat, contact: int = 1, name: str = "Nina Ny", mail: str = "nina@sotenas.se") -> int:
    return replace(per, contact, name, mail)


def dossiers(chat: Chat) -> int:
    return sum("Överlämning" in str(shown.message.card) for shown in chat.shown)


def thanks(chat: Chat) -> int:
    return sum("Tack för det du har gjort" in str(shown.message.card) for shown in chat.shown)


def test_the_first_holders_of_an_import_get_no_handover(per: Chat) -> None:
    settle(per)
    assert states(per.app.database) == [(1, None, "nobody")]
    assert dossiers(per) == 0


def test_a_successor_gets_the_dossier_and_the_person_before_is_thanked(per: Chat, nina: Chat) -> None:
    database = per.app.database
    appoint(per, "officer", "Ola Ost", "ola@sotenas.se")
    duty = add_duty(database)
    done = add_duty(database, title="Enkäten", due=date(2026, 11, 1))
    put(database, done, SOTENAS, DutyState.SAYS_DONE)
    assert duty.id

    hand(per)
    settle(per)

    assert "Överlämning: Sotenäs kommun" in nina.text
    assert "Du är kontaktpolitiker för Sotenäs kommun efter Per Ek." in nina.text
    assert "1. Hör av dig till Ola Ost, er tjänsteperson." in nina.text
    assert "2. Programmet gäller till och med 2027. Planera för nästa i tid." in nina.text
    assert "**Gröna nyckeltal 2026**. Senast tisdag den 8 december 2026." in nina.text
    assert "Klart: Enkäten 2026." in nina.text
    assert "Ola Ost, tjänsteperson, ola@sotenas.se" in nina.text
    assert "Nina Ny har tagit över efter dig som kontaktpolitiker för Sotenäs kommun." in per.text
    assert (dossiers(nina), thanks(per)) == (1, 1)

    tick(per, days=1)
    tick(per)
    assert (dossiers(nina), thanks(per)) == (1, 1)


def test_a_civil_servant_gets_another_version(per: Chat, nina: Chat) -> None:
    officer = appoint(per, "officer", "Ola Ost", "ola@sotenas.se")
    tick(per)
    add_duty(per.app.database)
    hand(per, officer)
    settle(per)

    assert "Du håller i det praktiska" in nina.text
    assert "1. Börja med Gröna nyckeltal 2026. Senast tisdag den 8 december 2026." in nina.text
    assert "Hör av dig till Per Ek, er kontaktpolitiker." in nina.text


def test_a_seat_that_stood_empty_gives_the_dossier_to_the_one_who_comes(per: Chat, nina: Chat, clock: Clock) -> None:
    end(per, 1)
    tick(per, days=69)
    assert thanks(per) == 0
    clock.forward(days=1)
    appoint(per, "politician", "Nina Ny", "nina@sotenas.se")
    settle(per)

    assert "Uppdraget stod tomt i 69 dagar." in nina.text
    assert thanks(per) == 1


def test_a_place_at_an_event_moves_and_the_calendar_with_it(per: Chat, nina: Chat) -> None:
    other = per.as_("Olle Annan")
    number = put_up(per, seats=2)
    for chat in (per, other):
        chat.press("event.register", {"event": number})
    waiting = per.as_("Vera Vän")
    waiting.press("event.register", {"event": number})

    hand(per)
    settle(per)

    assert (state(per), state(nina), state(other), state(waiting)) == ("left", "registered", "registered", "waiting")
    assert "Platser som är dina nu" in nina.text
    assert "Platser som har gått vidare" in per.text
    assert invited(per) == {person(nina).id, person(other).id}

    assert "Du är avanmäld från Skyfall i praktiken." in nina.click("Kan inte komma")
    tick(per, minutes=1)
    assert (state(nina), state(waiting)) == ("left", "offered")
    assert invited(per) == {person(other).id}


def invited(chat: Chat) -> set[int]:
    rows = chat.app.database.play(lambda session: invitations.of_event(session, "event:1"))
    return {row.person_id for row, _ in rows if row.person_id is not None}


@pytest.mark.parametrize(("own", "left"), [("event.register", "registered"), ("event.decline", "declined")])
def test_a_successors_own_answer_to_an_event_stands(per: Chat, nina: Chat, own: str, left: str) -> None:
    number = put_up(per, audience={"parts": [{}]})
    per.press("event.register", {"event": number})
    nina.press(own, {"event": number})
    hand(per)
    settle(per)

    assert (state(per), state(nina)) == ("left", left)


def test_a_better_place_replaces_the_successors_place_in_the_queue(per: Chat, nina: Chat) -> None:
    number = put_up(per, seats=1)
    per.press("event.register", {"event": number})
    nina.press("event.register", {"event": number})
    assert state(nina) == "waiting"
    hand(per)
    settle(per)

    assert (state(per), state(nina)) == ("left", "registered")


def test_an_offered_place_is_held_for_the_successor(per: Chat, nina: Chat) -> None:
    first = per.as_("Olle Annan")
    number = put_up(per, seats=1)
    first.press("event.register", {"event": number})
    per.press("event.register", {"event": number})
    first.press("event.leave", {"event": number})
    tick(per)
    assert state(per) == "offered"
    hand(per)
    settle(per)

    assert (state(per), state(nina)) == ("left", "offered")
    assert "En plats hålls för dig" in nina.text


def test_who_holds_another_seat_keeps_their_places(per: Chat, nina: Chat) -> None:
    number = put_up(per)
    per.press("event.register", {"event": number})
    set_up(per.app.database, LUND)
    appoint(per, "politician", "Per Ek", "per@sotenas.se", LUND)
    hand(per)
    settle(per)

    assert (state(per), state(nina)) == ("registered", "")
    assert "Från er kommer Per Ek." in nina.text


def test_questions_in_groups_follow_and_those_to_the_kansli_do_not(per: Chat, nina: Chat) -> None:
    live_in(per, "Sotenäs")
    number, now = ask(per), per.clock.now
    row: dict[str, Any] = {
        "origin": "x/errand",
        "asker_id": person(per).id,
        "municipality_code": SOTENAS,
        "show_name": True,
    }
    row |= {"text": "Får vi lämna?", "group_id": None, "asked_at": now, "waiting_since": now}
    per.app.database.play(lambda session: questions.add(session, **row))
    hand(per)
    settle(per)

    assert "Hur renar ni pfas i kommunala brunnen?” (väntar på svar)" in nina.text
    assert "lämna" not in nina.text
    assert per.app.database.play(lambda s: questions.followers(s, number)) == [person(nina).id]
    assert per.app.database.play(lambda s: questions.followers(s, number + 1)) == []


def test_a_question_of_somebody_who_left_gets_the_successor_as_asker(per: Chat, nina: Chat) -> None:
    live_in(per, "Sotenäs")
    number = ask(per)
    know(per, left_at=per.clock.now)
    hand(per)
    settle(per)

    row = per.app.database.play(lambda session: session.get_one(Question, number))
    assert (row.asker_id, row.show_name, row.status) == (person(nina).id, False, Status.OPEN)
    assert per.app.database.play(lambda s: questions.followers(s, number)) == [person(per).id]
    assert thanks(per) == 0


def test_what_was_put_aside_counts_again(per: Chat, nina: Chat) -> None:
    """A postponement, *Inte jag* of the person before, and what others had left to them."""
    database = per.app.database
    officer = per.as_("Ola Ost")
    know(officer, mail="ola@sotenas.se", municipality_code=SOTENAS)
    appoint(per, "officer", "Ola Ost", "ola@sotenas.se")
    duty = add_duty(database, seats=[POLITICIAN], ladder=[{"days": -14, "to": [POLITICIAN]}])
    later = add_duty(database, title="Enkäten", seats=[OFFICER], ladder=[{"days": -14, "to": [OFFICER]}])
    per.press("duties.postpone", {"duty": duty.id, "code": SOTENAS, "until": "2026-12-05", "reason": "Tid."})

    for what, who, instead in ((later, officer, person(per).id), (duty, nina, None)):
        hand_over = partial(stored_duties.hand_over, duty=what, code=SOTENAS, person_id=person(who).id)
        database.play(partial(hand_over, instead_id=instead, now=per.clock.now))
    assert database.play(lambda s: stored_duties.status(s, duty.id, SOTENAS)).state == DutyState.POSTPONED  # type: ignore[union-attr]
    hand(per)
    settle(per)
    assert "Den var uppskjuten, men det gäller inte dig." in nina.text

    assert per.tick() == 2, "both duties are Nina's now"
    assert [shown.message.card["body"][0]["text"] for shown in nina.shown[-2:] if shown.message.card] == [
        "Gröna nyckeltal 2026",
        "Enkäten 2026",
    ]


def test_a_change_that_is_undone_within_the_hour_is_never_heard_of(per: Chat, nina: Chat) -> None:
    second = hand(per)
    tick(per)
    tick(per, minutes=30)
    hand(per, second, "Per Ek", "per@sotenas.se")
    settle(per)

    assert [state for _, _, state in states(per.app.database)] == ["nobody", "dropped", "nobody"]
    assert (dossiers(nina), thanks(nina), dossiers(per)) == (0, 0, 0)


def test_a_change_undone_later_gives_back_what_moved(per: Chat, nina: Chat) -> None:
    number = put_up(per)
    per.press("event.register", {"event": number})
    second = hand(per)
    settle(per)
    hand(per, second, "Per Ek", "per@sotenas.se")
    settle(per)

    assert (state(per), state(nina)) == ("registered", "left")
    assert (dossiers(per), thanks(nina)) == (1, 1)
    assert "Platser som är dina nu" in "".join(words(one.message.card) for one in per.shown if one.message.card)


def test_two_changes_in_a_day_hand_over_once_from_the_first(per: Chat, nina: Chat) -> None:
    number = put_up(per)
    per.press("event.register", {"event": number})
    second = hand(per, name="Moa Mellan", mail="moa@sotenas.se")
    tick(per)
    hand(per, second)
    settle(per)

    assert [row[2] for row in states(per.app.database)] == ["nobody", "dropped", "done"]
    assert states(per.app.database)[2][1] == 1
    assert (state(per), state(nina)) == ("left", "registered")
    assert (dossiers(nina), thanks(per)) == (1, 1)


def test_a_successor_who_leaves_before_the_dossier_gets_it_when_back(per: Chat, nina: Chat) -> None:
    hand(per)
    tick(per)
    know(nina, left_at=per.clock.now)
    tick(per, hours=3)
    assert (dossiers(nina), thanks(per)) == (0, 0)
    know(nina, left_at=None)
    tick(per, minutes=1)
    assert (dossiers(nina), thanks(per)) == (1, 1)


def test_a_successor_who_is_erased_hands_on_to_the_next(per: Chat, nina: Chat) -> None:
    hand(per)
    tick(per)
    nina.say("ta bort mig")
    nina.click("Ja, gå vidare")
    nina.click("Ta bort mina uppgifter")
    tick(per, hours=2)
    assert states(per.app.database)[1][2] == "dropped"
    vera = per.as_("Vera Vän")
    know(vera, mail="vera@sotenas.se", municipality_code=SOTENAS)
    appoint(per, "politician", "Vera Vän", "vera@sotenas.se")
    settle(per)

    assert states(per.app.database)[2][1:] == (1, "done")
    assert "efter Per Ek" in vera.text


def test_an_erased_person_before_leaves_the_dossier(per: Chat, nina: Chat) -> None:
    per.say("ta bort mig")
    per.click("Ja, gå vidare")
    per.click("Ta bort mina uppgifter")
    appoint(per, "politician", "Nina Ny", "nina@sotenas.se")
    settle(per)

    assert "Du är kontaktpolitiker för Sotenäs kommun. " in nina.text


def test_what_the_job_foresees_is_what_then_goes(per: Chat, nina: Chat) -> None:
    hand(per)
    tick(per)
    now = per.clock.now
    ahead = per.app.database.look(
        lambda session: list(reminders.ahead(per.app, session, now, now + timedelta(days=14)))
    )
    assert [each.at for each in ahead] == [now + timedelta(hours=1)] * 2
    tick(per, hours=1)
    assert {each.outgoing.key for each in ahead} == {*deliveries(per, "contact"), *deliveries(per, "handover")}
    assert (dossiers(nina), thanks(per)) == (1, 1)


def test_quiet_times_wait_unless_an_event_begins_before_their_end(per: Chat, nina: Chat, clock: Clock) -> None:
    clock.forward(days=28)  # Tuesday 22 December
    second = hand(per)
    settle(per)
    assert (second, dossiers(nina), thanks(per)) == (2, 0, 0)
    number = put_up(per, starts_at=clock.now + timedelta(days=16), ends_at=clock.now + timedelta(days=17))
    per.press("event.register", {"event": number})
    tick(per, minutes=1)
    assert (state(nina), dossiers(nina)) == ("registered", 1)


def test_two_replicas_hand_over_once(per: Chat, nina: Chat) -> None:
    hand(per)
    tick(per)
    per.clock.forward(hours=2)
    replicas = [_due(per), _due(per)]
    assert [len(works) for works in replicas] == [1, 1]
    for works in replicas:
        per.app.database.play(works[0])
    per.deliver()
    assert (dossiers(nina), thanks(per)) == (1, 1)


def _due(chat: Chat) -> list[Callable[[Any], int]]:
    """Let a replica look. Return the transactions that it plays next."""
    steps = handover.run(chat.app, chat.clock)
    chat.app.database.play(next(steps))
    return list(steps)


def test_the_dossier_can_be_seen_again_and_by_nobody_else(per: Chat, nina: Chat, kansli: Chat) -> None:
    hand(per)
    settle(per)
    assert "Överlämning: Sotenäs kommun" in nina.say("överlämning")
    assert "du står inte som det" in per.say("överlämning")
    assert "du står inte som det" in per.press("handover.show", {"contact": 2})
    assert "avslutat" in nina.press("handover.show", {"contact": 1})
    assert "Skriv **överlämning** och kommunens namn." in kansli.say("överlämning")
    assert "Nina Ny, kontaktpolitiker" in kansli.say("överlämning sotenäs")
    assert "Det här får Nina Ny läsa" in kansli.press("handover.show", {"contact": 2})
    assert "du står inte som det" in kansli.press("handover.decline", {"contact": 2, "event": 1})
    assert "Jag hittar ingen kommun" in kansli.say("överlämning Atlantis")


def test_a_holder_of_two_seats_chooses(per: Chat) -> None:
    set_up(per.app.database, LUND)
    appoint(per, "reporter", "Per Ek", "per@sotenas.se", LUND)
    assert "Rapportör för nyckeltalen, Lunds kommun" in per.say("överlämning")
