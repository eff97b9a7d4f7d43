"""Moderators are asked once a month whether their theme's answers still hold, and may say so about no others."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from storage import groups
from storage.faq import Certainty, EntryState
from tests.support.bankcare import TEXTILE, moderate, read, rest_is_quiet, write
from tests.support.chat import Chat, Clock, actions
from tests.support.people import know, person

DUE: dict[str, Any] = {"review_on": date(2026, 11, 1), "reviewed_on": date(2025, 11, 1)}
WAITING = "Stämmer svaren fortfarande?"


def test_a_moderator_is_asked_in_their_own_chat_and_answers_with_one_press(chat: Chat, kansli: Chat) -> None:
    number = write(kansli, **DUE)
    rest_is_quiet(kansli, number)
    write(kansli, "Hur gör skolan?", theme="skola", **DUE)
    moderate(chat)
    kansli.tick()

    assert chat.text.startswith(WAITING)
    assert "Granskat den 1 november 2025. Tema: vatten." in chat.text
    assert "skolan" not in chat.text
    assert WAITING not in kansli.text
    assert "Inga fler svar väntar." in chat.click("Stämmer fortfarande")
    assert read(kansli, number).reviewed_on == date(2026, 11, 24)
    assert "det stämmer fortfarande" in kansli.say("ändringslogg")
    assert "Stämmer fortfarande den 24 november 2026 kl. 12.00 av Anna Andersson" in kansli.press(
        "care.history", {"entry": number}
    )
    assert "Granskat den 24 november 2026." in chat.as_("Bo Ek").say(TEXTILE)


def test_a_moderator_does_not_confirm_for_the_kansli(chat: Chat, kansli: Chat) -> None:
    rest_is_quiet(kansli, write(kansli, certainty=Certainty.CHECK, **DUE))
    moderate(chat)
    kansli.tick()
    chat.click("Stämmer fortfarande")

    assert "Kansliet har inte bekräftat det här svaret än." in chat.as_("Bo Ek").say(TEXTILE)


def test_they_are_asked_once_a_month_in_working_hours_and_not_while_away(
    chat: Chat, kansli: Chat, clock: Clock
) -> None:
    number = write(kansli, **DUE)
    rest_is_quiet(kansli, number)
    moderate(chat)
    clock.now = datetime(2026, 11, 28, 11, tzinfo=UTC)  # a Saturday
    assert kansli.tick() == 0
    clock.now = datetime(2026, 11, 30, 8, tzinfo=UTC)
    assert [kansli.tick() for _ in range(3)] == [1, 0, 0]
    clock.now = datetime(2026, 12, 1, 8, tzinfo=UTC)
    know(chat, paused_until=date(2026, 12, 2))
    assert kansli.tick() == 0
    clock.now = datetime(2026, 12, 3, 8, tzinfo=UTC)
    assert kansli.tick() == 1


def test_whoever_stops_moderating_is_refused_and_not_asked(chat: Chat, kansli: Chat) -> None:
    number = write(kansli, **DUE)
    rest_is_quiet(kansli, number)
    moderate(chat)
    kansli.tick()
    press = next(action["data"] for action in actions(chat.card) if action["title"] == "Stämmer fortfarande")
    anna = person(chat).id
    kansli.app.database.play(
        lambda session: [groups.dismiss(session, group.id, anna) for group in groups.everyone(session)]
    )
    assert "moderatorer för svarets temagrupp" in chat.press("care.confirm", press)
    assert read(kansli, number).reviewed_on == date(2025, 11, 1)


def test_no_other_theme_and_no_draft_is_a_moderators(chat: Chat, kansli: Chat) -> None:
    moderate(chat)
    other = write(kansli, "Hur gör skolan?", theme="skola")
    draft = write(kansli, "Hemligt utkast?", state=EntryState.DRAFT)
    for number in (other, draft, 10**6, None, "x"):
        for verb in ("care.show", "care.confirm"):
            refused = chat.press(verb, {"entry": number, "seen": ""})
            assert "moderatorer för svarets temagrupp" in refused
            assert "utkast?" not in refused


def test_a_press_on_an_answer_that_changed_shows_what_it_says_now(chat: Chat, kansli: Chat) -> None:
    number = write(kansli, **DUE)
    moderate(chat)
    chat.say("faq sök textil")
    chat.click(TEXTILE)
    kansli.clock.forward(minutes=1)
    kansli.press("faq.save", {"entry": number, "seen": read(kansli, number).changed_at.isoformat(), **FORM})
    shown = chat.click("Stämmer fortfarande")
    assert "Någon har ändrat svaret sedan du såg det" in shown
    assert "Ny text." in shown
    assert "Tack!" in chat.click("Stämmer fortfarande")
    assert "Tack!" in chat.click("Stämmer fortfarande")  # twice does no harm


FORM = {"question": TEXTILE, "answer": "Ny text.", "phrasings": "", "theme": "vatten", "certainty": "hög"}


def test_a_moderator_says_what_is_wrong_to_the_kansli(chat: Chat, kansli: Chat) -> None:
    write(kansli, **DUE)
    moderate(chat)
    chat.say("faq sök textil")
    chat.click(TEXTILE)
    chat.click("Något är fel")
    assert f"Svaret ”{TEXTILE}” behöver ändras:" in str(chat.card)
