"""The kansli's view: who is where, who stands still, and the one reminder."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.welcome.overview import Stage
from storage import guests, onboardings
from storage.onboardings import Onboarding, Origin
from storage.outbox import Delivery
from tests.support.chat import Chat, walk
from tests.support.newcomers import at, chat_of, deliveries, id_of, listed, read, stored, tick

RESUME = "Ska vi fortsätta?"


@pytest.fixture
def three(kansli: Chat) -> Chat:
    """The kansli, with three who were welcomed on a Tuesday."""
    at(kansli, "2026-11-10T10:00:00+01:00")
    read(kansli, [listed("Bo Berg"), listed("Cia Ceder"), listed("Dan Dahl")])
    tick(kansli)
    return kansli


def play(chat: Chat, work: Any) -> None:
    """Run something in a transaction."""
    chat.app.database.play(work)


def test_nobody_yet(kansli: Chat) -> None:
    assert "Inga nya medlemmar än" in kansli.say("onboarding")


def test_who_is_where(three: Chat) -> None:
    now = three.clock.now
    bo, cia, dan = (id_of(three, name) for name in ("Bo Berg", "Cia Ceder", "Dan Dahl"))
    play(three, lambda session: onboardings.keep(session, bo, {"a": 1}, now))
    play(three, lambda session: onboardings.finish(session, cia, {"a": 1}, now))
    play(three, lambda session: _lose(session, dan))
    read(three, [*(listed(name) for name in ("Bo Berg", "Cia Ceder", "Dan Dahl")), _guest()])
    play(three, lambda session: guests.mirror(session, {GUN: now - timedelta(days=5)}))
    text = three.say("onboarding")
    for line in (
        "Inte accepterat inbjudan: 1",
        "Välkomsten kom inte fram: 1",
        "Har börjat: 1",
        "Klara: 1",
        "3 personer har kommit sedan nov 26, och 1 av dem har gått igenom introduktionen.",
    ):
        assert line in text
    assert "Gun Gäst: sedan den 5 november 2026" in three.press("welcome.list", {"stage": "invited"})
    assert any(part["type"].startswith("Chart.") for part in walk(_overview(three)))


def test_the_step_of_the_dialog_is_shown(three: Chat) -> None:
    steps = three.app.dialogs["onboarding"].steps
    answers = {steps[0].name: True}
    play(three, lambda session: onboardings.keep(session, id_of(three, "Bo Berg"), answers, three.clock.now))
    assert f"Bo Berg: steg 2 av {len(steps)}, sedan" in three.press("welcome.list", {"stage": "started"})


def test_those_who_stand_still_are_reminded_once(three: Chat) -> None:
    play(three, lambda session: onboardings.keep(session, id_of(three, "Bo Berg"), {"a": 1}, three.clock.now))
    three.clock.forward(days=7)
    assert "Står still" not in three.say("onboarding")
    three.clock.forward(days=1)
    assert "Står still sedan mer än en vecka: 3" in three.say("onboarding")
    three.click("Står still sedan mer än en vecka: 3")
    bo = id_of(three, "Bo Berg")
    assert "på väg" in three.click("Påminn")
    assert "redan fått" in three.press("welcome.nudge", {"person": bo})
    assert "2 påminnelser är på väg" in three.click("Påminn alla (2)")
    assert "0 påminnelser" in three.press("welcome.nudge_all", {})
    three.deliver()
    assert [chat_of(three, name)[-1] for name in ("Bo Berg", "Cia Ceder")] == [RESUME, RESUME]
    assert len(deliveries(three, "resume:")) == 3


@pytest.mark.parametrize("asked", [None, "1", [], 10**30, 1])
def test_nobody_else_is_reminded(three: Chat, asked: object) -> None:
    three.clock.forward(days=8)
    assert "redan fått" in three.press("welcome.nudge", {"person": asked})
    assert deliveries(three, "resume:") == {}


def test_a_reminder_waits_for_working_hours_and_goes_to_nobody_who_got_done(three: Chat) -> None:
    at(three, "2026-11-21T12:00:00+01:00")
    three.press("welcome.nudge_all", {})
    three.deliver()
    assert set(deliveries(three, "resume:").values()) == {"waiting"}
    play(three, lambda session: onboardings.finish(session, id_of(three, "Bo Berg"), {}, three.clock.now))
    at(three, "2026-11-23T09:00:00+01:00")
    three.deliver()
    assert (RESUME in chat_of(three, "Bo Berg"), chat_of(three, "Cia Ceder")[-1]) == (False, RESUME)


def test_welcomes_that_did_not_arrive_are_sent_again(three: Chat) -> None:
    dan = id_of(three, "Dan Dahl")
    play(three, lambda session: _lose(session, dan))
    three.say("onboarding")
    assert "Dan Dahl" in three.click("Välkomsten kom inte fram: 1")
    assert "1 välkomst är på väg igen" in three.click("Skicka igen")
    assert deliveries(three)[f"welcome:{dan}"] == "sent"
    assert "0 välkomster" in three.press("welcome.again", {})


def test_long_lists_have_pages(kansli: Chat) -> None:
    read(kansli, [listed(f"Ny {number:02}") for number in range(20)])
    tick(kansli)
    kansli.press("welcome.list", {"stage": "welcomed"})
    kansli.say("onboarding")
    first = kansli.press("welcome.list", {"stage": Stage.WELCOMED})
    last = kansli.press("welcome.list", {"stage": Stage.WELCOMED, "page": 99})
    assert ("Sida 1 av 3" in first, "Sida 3 av 3" in last) == (True, True)


def test_people_who_were_here_before_are_left_out_until_they_begin(kansli: Chat) -> None:
    kansli.as_("Bo Berg")
    bo = id_of(kansli, "Bo Berg")
    play(kansli, lambda session: onboardings.begin(session, bo, Origin.BEFORE, kansli.clock.now))
    assert "Inga nya medlemmar än" in kansli.say("onboarding")
    play(kansli, lambda session: onboardings.keep(session, bo, {"a": 1}, kansli.clock.now))
    assert "Har börjat: 1" in kansli.say("onboarding")
    assert len(stored(kansli, Onboarding)) == 1


def test_months_without_anybody_stand_in_the_chart(three: Chat) -> None:
    at(three, "2027-02-10T10:00:00+01:00")
    read(three, [*(listed(name) for name in ("Bo Berg", "Cia Ceder", "Dan Dahl")), listed("Eva Ek")])
    tick(three)
    three.say("onboarding")
    chart = next(part for part in walk(three.card) if part["type"].startswith("Chart."))
    table = next(part for part in walk(chart["fallback"]) if part["type"] == "Table")
    rows = [[cell["items"][0]["text"] for cell in line["cells"]] for line in table["rows"][1:]]
    assert rows == [["nov 26", "3", "0"], ["dec 26", "0", "0"], ["jan 27", "0", "0"], ["feb 27", "1", "0"]]


GUN = "11111111-0000-4000-8000-000000000002"


def _guest() -> Any:
    return listed("Gun Gäst", "gun@lund.se", guest=True, entra_id=GUN)


def _lose(session: Session, person_id: int) -> None:
    session.query(Delivery).filter_by(key=f"welcome:{person_id}").one().state = "unreachable"


def _overview(chat: Chat) -> Any:
    chat.say("onboarding")
    return chat.card
