"""Entries that need care come on the kansli's Monday, the most useful first, and are settled with one press."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.bankcare import needs
from storage.faq import Certainty, EntryState
from tests.support.bankcare import (
    TEXTILE,
    asked,
    filled,
    moderate,
    open_form,
    open_history,
    read,
    rest_is_quiet,
    save,
    write,
)
from tests.support.chat import Chat, Clock, actions


def dislike(chat: Chat, question: str = TEXTILE) -> None:
    assert chat.say(question).startswith(question)
    chat.click("Nej")


def reasons(chat: Chat) -> dict[str, list[str]]:
    def work(session: Session) -> dict[str, list[str]]:
        return {need.entry.question: need.reasons for need in needs.of_bank(session, chat.clock.now)}

    return chat.app.database.play(work)


def test_a_disliked_answer_is_mended_from_the_card(chat: Chat, kansli: Chat, clock: Clock) -> None:
    number = write(kansli)
    rest_is_quiet(kansli, number)
    assert reasons(kansli) == {}
    clock.forward(hours=1)
    dislike(chat)
    dislike(chat.as_("Bo Ek"))

    shown = kansli.say("veckans beslut")
    assert f"Stämmer ”{TEXTILE}” fortfarande?" in shown
    assert "2 läsare fick inte hjälp av svaret." in shown
    assert kansli.buttons == ["Stämmer fortfarande", "Ändra", "Arkivera", "Hoppa över"]
    clock.forward(hours=1)
    kansli.click("Ändra")
    kansli.click("Spara", **{**filled(kansli), "answer": "I en egen kasse vid dörren."})
    assert chat.as_("Cia Ceder").say(TEXTILE).startswith(f"{TEXTILE}\nI en egen kasse vid dörren.")
    assert TEXTILE not in kansli.say("veckans beslut")


def test_one_press_says_that_it_still_holds_and_the_reader_sees_the_day(chat: Chat, kansli: Chat) -> None:
    number = write(kansli, review_on=date(2026, 11, 1), reviewed_on=date(2025, 11, 1))
    rest_is_quiet(kansli, number)
    assert "Det är dags att läsa om svaret. Granskat den 1 november 2025." in kansli.say("veckans beslut")
    assert "Stämmer fortfarande: ”" in kansli.click("Stämmer fortfarande")
    assert "Granskat den 24 november 2026." in chat.say(TEXTILE)
    assert reasons(kansli) == {}


def test_saying_that_it_holds_confirms_an_answer_that_was_not_and_can_be_undone(chat: Chat, kansli: Chat) -> None:
    number = write(kansli, review_on=date(2026, 11, 1), certainty=Certainty.CHECK)
    rest_is_quiet(kansli, number)
    assert "Inte bekräftat. Om det stämmer får svaret dagens datum" in kansli.say("veckans beslut")
    assert "Kansliet har inte bekräftat" in chat.say(TEXTILE)
    kansli.click("Stämmer fortfarande")
    assert "Granskat den 24 november 2026." in chat.say(TEXTILE)
    assert "Säkerhet: inte bekräftat → säkert" in open_history(kansli, number)
    kansli.click("Ångra")
    assert "Kansliet har inte bekräftat" in chat.say(TEXTILE)


def test_the_card_quotes_an_answer_without_its_signs(kansli: Chat) -> None:
    answer = "I en **egen** kasse. Se [listan](https://sekom.se/lista)."
    rest_is_quiet(kansli, write(kansli, answer=answer, review_on=date(2026, 11, 1)))
    assert "får svaret dagens datum: ”I en egen kasse. Se listan.”" in kansli.say("veckans beslut")


def test_the_form_says_what_readers_missed_until_the_answer_is_another(chat: Chat, kansli: Chat, clock: Clock) -> None:
    number = write(kansli)
    clock.forward(hours=1)
    dislike(chat)
    chat.click("Skicka", reason="Vilken färg har kassen?")
    assert "En läsare saknade: ”Vilken färg har kassen?”" in open_form(kansli, number)
    clock.forward(hours=1)
    assert "En läsare saknade" not in save(kansli, number, answer="I en egen, grön kasse.")


def test_one_press_archives_and_the_history_takes_it_back(kansli: Chat, clock: Clock) -> None:
    number = write(kansli, review_on=date(2026, 11, 1))
    rest_is_quiet(kansli, number)
    kansli.say("veckans beslut")
    clock.forward(minutes=1)
    assert "Arkiverat: ”" in kansli.click("Arkivera")
    assert read(kansli, number).state == EntryState.ARCHIVED
    shown = kansli.press("care.history", {"entry": number})
    assert "Arkiverat den 24 november 2026 kl. 12.01 av Karin Kansli" in shown


def test_a_card_from_before_a_change_does_nothing(kansli: Chat, clock: Clock) -> None:
    number = write(kansli, review_on=date(2026, 11, 1))
    rest_is_quiet(kansli, number)
    kansli.say("veckans beslut")
    old = {action["title"]: (action["verb"], action["data"]) for action in actions(kansli.card)}
    clock.forward(minutes=1)
    save(kansli, number, answer="Ny text.")
    for title in ("Stämmer fortfarande", "Arkivera", "Ändra"):
        assert "redan avgjort" in kansli.press(*old[title])
    assert read(kansli, number).published


def test_often_none_of_these_counts_from_three_and_until_somebody_has_looked(kansli: Chat, clock: Clock) -> None:
    number = write(kansli)
    rest_is_quiet(kansli, number)
    clock.forward(hours=1)
    asked(kansli, number, 2, rejected=True)
    assert reasons(kansli) == {}
    asked(kansli, number, 1, rejected=True)
    assert reasons(kansli) == {TEXTILE: ["3 gånger valde läsaren Inget av dessa."]}
    clock.forward(hours=1)
    kansli.say("veckans beslut")
    kansli.click("Stämmer fortfarande")
    assert reasons(kansli) == {}


def test_an_unused_entry_is_named_after_a_year_of_questions(kansli: Chat, clock: Clock) -> None:
    number, used = write(kansli), write(kansli, "Tar ni emot skor?")
    rest_is_quiet(kansli, number)
    asked(kansli, used)
    clock.forward(days=364)
    assert reasons(kansli) == {}
    clock.forward(days=2)
    assert "Ingen har fått svaret på ett år." in reasons(kansli)[TEXTILE]
    asked(kansli, number)
    assert "Ingen har fått svaret på ett år." not in reasons(kansli)[TEXTILE]


def test_a_draft_with_gaps_is_filled_in_from_the_card_and_asked_at_once(chat: Chat, kansli: Chat) -> None:
    number = write(kansli, answer="Den {{dag}} i kassen.", state=EntryState.DRAFT)
    rest_is_quiet(kansli, number)
    shown = kansli.say("veckans beslut")
    assert f"Fyll i det som saknas i ”{TEXTILE}”" in shown
    assert kansli.buttons == ["Ändra", "Arkivera", "Hoppa över"]
    kansli.click("Ändra")
    kansli.click("Publicera", **{**filled(kansli), "answer": "Varje måndag i kassen."})
    assert chat.say(TEXTILE).startswith(f"{TEXTILE}\nVarje måndag i kassen.")
    assert TEXTILE not in kansli.say("veckans beslut")


def test_the_most_useful_comes_first_and_three_are_shown(chat: Chat, kansli: Chat, clock: Clock) -> None:
    due: dict[str, Any] = {"review_on": date(2026, 11, 1)}
    number = write(kansli, "Tar ni emot skor?", **due)
    rest_is_quiet(kansli, number)
    for question in ("Hur källsorterar ni glas?", "Vart går pantburkar?", "Vad gör vi av gamla båtar?"):
        write(kansli, question, **due)
    write(kansli)
    clock.forward(hours=1)
    dislike(chat)
    shown = kansli.say("veckans beslut")
    assert shown.count("fortfarande?") == 3
    assert shown.index(TEXTILE) < shown.index("skor")


def test_a_member_takes_no_decision_by_any_way(chat: Chat, kansli: Chat) -> None:
    number = write(kansli, review_on=date(2026, 11, 1))
    rest_is_quiet(kansli, number)
    kansli.say("veckans beslut")
    moderate(chat)
    for action in actions(kansli.card):
        assert "bara kansliet" in chat.press(action["verb"], action["data"])
    odd = next(action["data"] for action in actions(kansli.card) if action["title"] == "Arkivera")
    for way in ("x", None, 3, ["archive"]):  # a way that there is not is the first one
        assert read(kansli, number).published
        kansli.press("agenda.skip" if way is None else "agenda.open", {**odd, "way": way})


def test_a_second_reason_makes_a_new_decision(chat: Chat, kansli: Chat, clock: Clock) -> None:
    number = write(kansli, review_on=date(2026, 11, 1))
    rest_is_quiet(kansli, number)
    kansli.say("veckans beslut")
    kansli.click("Hoppa över")
    assert TEXTILE not in kansli.say("veckans beslut")
    clock.now += timedelta(hours=1)
    dislike(chat)
    assert TEXTILE in kansli.say("veckans beslut")
