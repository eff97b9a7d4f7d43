"""Reminding everybody who lacks something: the preview, one press, each person's own way, and not again for a while."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.turn import KANSLI_ONLY
from storage.outbox import Delivery, State
from tests.support.chat import Chat, Clock
from tests.support.people import LUND, SOTENAS, appoint, know, set_up


def lacks_a_politician(chat: Chat) -> Chat:
    """Anna of Sotenäs, which has an officer; Lund, where nobody is known."""
    set_up(chat.app.database, programme_until=2030)
    set_up(chat.app.database, LUND, programme_until=2030)
    know(chat, municipality_code=SOTENAS)
    bo = chat.as_("Bo Ek")
    know(bo, municipality_code=SOTENAS, mail="bo@sotenas.se")
    appoint(chat.app.database, "officer", "Bo Ek", "bo@sotenas.se")
    appoint(chat.app.database, "officer", "Lasse Lund", "lasse@lund.se", LUND)
    return bo


def sent(chat: Chat) -> list[Delivery]:
    def work(session: Any) -> list[Delivery]:
        return list(session.query(Delivery).filter(Delivery.subject.like("lack:%")).order_by(Delivery.id))

    return chat.app.database.play(work)


def test_contact_persons_are_reminded_with_a_preview_and_one_press(chat: Chat, kansli: Chat) -> None:
    bo = lacks_a_politician(chat)
    kansli.say("medlemmar")
    kansli.click("Saknar kontaktpolitiker (2)")
    shown = kansli.click("Påminn alla")
    assert "Går till 2 personer i 2 kommuner: Lund och Sotenäs." in shown
    assert "Lunds kommun saknar kontaktpolitiker" in shown
    assert sent(chat) == []
    assert "Jag påminner 2 personer om att kontaktpolitiker saknas." in kansli.click("Skicka till 2")
    assert "Sotenäs kommun saknar kontaktpolitiker" in bo.text
    assert bo.buttons == ["Min kommun"]
    assert "saknar kontaktpolitiker" not in str(chat.shown)  # Bo holds a seat there, so Anna is left in peace
    assert "Påmint 2 om kontaktpolitiker" in kansli.say("ändringslogg")


def test_where_nobody_holds_a_seat_everybody_who_works_there_is_reminded(chat: Chat, kansli: Chat) -> None:
    set_up(chat.app.database)
    know(chat, municipality_code=SOTENAS)
    set_up(chat.app.database, LUND)
    kansli.say("medlemmar")
    kansli.click("Saknar aktuellt program (2)")
    shown = kansli.click("Påminn alla")
    assert "Går till 1 person i 1 kommun: Sotenäs." in shown
    assert "Här känner jag ingen att påminna: Lund." in shown
    kansli.click("Skicka till 1")
    assert "Sotenäs kommun saknar hållbarhetsprogram" in chat.text


def test_nobody_is_reminded_twice_in_four_weeks_however_often_it_is_pressed(
    chat: Chat, kansli: Chat, clock: Clock
) -> None:
    lacks_a_politician(chat)
    press = {"gap": "politician", "count": 2}
    kansli.press("nudges.send", press)
    kansli.press("nudges.send", press)
    assert len(sent(chat)) == 2
    clock.forward(days=27)
    assert "2 personer har fått påminnelsen de senaste fyra veckorna" in kansli.press("nudges.preview", press)
    assert "Påminn 2 kommuner" not in kansli.say("veckans beslut")
    clock.forward(days=2)
    assert "Påminn 2 kommuner som saknar kontaktpolitiker" in kansli.say("veckans beslut")
    kansli.press("nudges.send", press)
    assert len(sent(chat)) == 4


def test_it_waits_for_working_hours_and_goes_to_nobody_who_has_it_by_then(
    chat: Chat, kansli: Chat, clock: Clock
) -> None:
    bo = lacks_a_politician(chat)
    clock.now = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)  # a Saturday
    kansli.say("medlemmar")
    kansli.click("Saknar kontaktpolitiker (2)")
    assert "Det går den 30 november 2026" in kansli.click("Påminn alla")
    kansli.click("Skicka till 2")
    assert "saknar kontaktpolitiker" not in str(bo.shown)
    appoint(chat.app.database, "politician", "Pia Ek", "pia@lund.se", LUND)
    clock.now += timedelta(days=2)
    kansli.deliver()
    assert "saknar kontaktpolitiker" in str(bo.shown)
    assert sorted(row.state for row in sent(chat)) == [State.CANCELLED, State.SENT]


def test_a_preview_that_is_out_of_date_is_shown_again(chat: Chat, kansli: Chat) -> None:
    lacks_a_politician(chat)
    assert "Går till 2 personer" in kansli.press("nudges.send", {"gap": "politician", "count": 7})
    assert sent(chat) == []
    for made_up in ("substitute", None, ["politician"], "x"):
        assert "Det där kan jag inte påminna om" in kansli.press("nudges.preview", {"gap": made_up})
    assert chat.press("nudges.send", {"gap": "politician", "count": 2}) == KANSLI_ONLY.replace("**", "”")


def test_the_weeks_decision_opens_the_preview(chat: Chat, kansli: Chat) -> None:
    lacks_a_politician(chat)
    kansli.say("veckans beslut")
    assert "Går till 2 personer" in kansli.click("Förhandsgranska")  # two presses in all
    assert "Jag påminner 2 personer" in kansli.click("Skicka till 2")


def test_a_pause_longer_than_four_weeks_ends_with_one_reminder(chat: Chat, kansli: Chat, clock: Clock) -> None:
    bo = lacks_a_politician(chat)
    know(bo, paused_until=date(2027, 3, 1))
    kansli.press("nudges.send", {"gap": "politician", "count": 2})
    clock.forward(days=35)
    assert "1 person har fått påminnelsen" in kansli.press("nudges.preview", {"gap": "politician"})
    kansli.press("nudges.send", {"gap": "politician", "count": 2})
    clock.now = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)
    chat.deliver()
    kansli.press("nudges.send", {"gap": "politician", "count": 2})
    assert len([shown for shown in bo.shown if "Sotenäs kommun saknar" in str(shown.message)]) == 1


def test_who_has_moved_before_it_goes_is_not_reminded(chat: Chat, kansli: Chat, clock: Clock) -> None:
    set_up(chat.app.database)
    know(chat, municipality_code=SOTENAS)
    clock.now = datetime(2026, 11, 28, 20, 0, tzinfo=UTC)  # a Saturday
    kansli.press("nudges.send", {"gap": "programme", "count": 1})
    know(chat, municipality_code=LUND)
    clock.forward(days=3)
    chat.deliver()
    assert [(row.state, row.error) for row in sent(chat)] == [(State.CANCELLED, "not_wanted")]
