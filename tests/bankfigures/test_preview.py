"""What an answer would have given, shown before it is published: the unanswered questions are asked again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bot.ports import Hit
from bot.search import replay
from bot.search.index import Index, SearchEntry
from bot.search.replay import InVain
from bot.teams import core
from storage.faq import Entry, EntryState
from tests.support.chat import Chat, walk

ASKED = "Hur ofta ska en kaktus vattnas?"
OTHER = "När öppnar isbanan i Borås?"


def draft(kansli: Chat, state: EntryState = EntryState.DRAFT, **more: Any) -> int:
    """Put an entry about cacti into the database."""

    def add(session: Any) -> int:
        entry = Entry(
            question="Hur ofta ska man vattna en kaktus?",
            answer="En kaktus ska vattnas en gång i månaden.",
            state=state,
            reviewed_on=date(2026, 11, 1),
            changed_at=kansli.clock.now,
            **more,
        )
        session.add(entry)
        session.flush()
        return entry.id

    return kansli.app.database.play(add)


def test_a_drafts_form_says_how_many_questions_it_would_have_answered(kansli: Chat, chat: Chat) -> None:
    for _ in range(3):
        assert "Det vet jag inte" in chat.say(ASKED)
    chat.say(OTHER)
    entry = draft(kansli)
    kansli.say("kunskapsbank")
    shown = kansli.press("faq.edit", {"entry": entry}, card_id=kansli.shown[-1].id)
    assert "Med det här svaret hade 3 av de senaste 90 dagarnas 4 obesvarade frågor fått svar." in shown
    assert f"Till exempel: ”{ASKED}”" in shown
    assert OTHER not in shown

    last_input = max(shown.index("Anteckning för kansliet"), 0)
    assert last_input < shown.index("Med det här svaret") < shown.index("Spara")
    assert "Publicerat." in kansli.click("Publicera", **filled(kansli))
    assert "En kaktus ska vattnas" in chat.say(ASKED)
    assert "Med det här svaret" not in kansli.press("faq.edit", {"entry": entry})  # it is published


def filled(chat: Chat) -> dict[str, Any]:
    inputs = [part for part in walk(chat.card) if str(part["type"]).startswith("Input.")]
    return {part["id"]: part.get("value", "") for part in inputs}


def test_saving_shows_it_for_the_words_that_were_saved(kansli: Chat, chat: Chat) -> None:
    chat.say(OTHER)
    entry = draft(kansli)
    kansli.say("kunskapsbank")
    kansli.click(next(title for title in kansli.buttons if title.startswith("Utkast (")))
    shown = kansli.press("faq.edit", {"entry": entry}, card_id=kansli.shown[-1].id)
    assert "hade ingen av de senaste 90 dagarnas 1 obesvarade fråga fått svar." in shown
    form = filled(kansli) | {
        "question": "När öppnar isbanan?",
        "answer": "Isbanan öppnar i december.",
        "phrasings": OTHER,
    }
    shown = kansli.click("Spara", **form)
    assert "Sparat." in shown
    assert "hade ingen av" in shown  # Borås is not in the answer, so it would be offered, not given
    shown = kansli.click("Spara", **form | {"answer": "Isbanan i Borås öppnar i december."})
    assert "Med det här svaret hade 1 av de senaste 90 dagarnas 1 obesvarade fråga fått svar." in shown


def test_the_form_for_a_gap_says_it_too(kansli: Chat, chat: Chat) -> None:
    chat.say(ASKED)
    chat.say("Hur ofta vattnar man gula kaktusar?")
    kansli.say("kunskapsluckor")
    assert "Med det här svaret hade 2 av de senaste 90 dagarnas 2 obesvarade frågor fått svar." in kansli.click(
        "Skriv svar"
    )


def test_nothing_is_said_where_nothing_can_be(kansli: Chat, chat: Chat) -> None:
    assert "Med det här svaret" not in kansli.press("faq.edit", {"entry": draft(kansli)})  # nobody has asked in vain
    chat.say(ASKED)
    testimony = draft(kansli, kind="testimony")
    assert "Med det här svaret" not in kansli.press("faq.edit", {"entry": testimony})  # it is never the answer
    kansli.clock.forward(days=91)
    assert "Med det här svaret" not in kansli.press("faq.edit", {"entry": draft(kansli)})


def test_errands_and_follow_ups_do_not_count(kansli: Chat, chat: Chat) -> None:
    chat.say(ASKED)
    chat.say("Kan ni ändra min mejladress i registret?")
    chat.say("och när då?")
    asked = kansli.app.database.look(lambda session: replay.in_vain(session, kansli.clock.now))
    assert asked == [InVain(ASKED, 1)]


def test_a_fault_in_it_costs_only_the_sentence(
    kansli: Chat, chat: Chat, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    chat.say(ASKED)
    entry = draft(kansli)

    def broken(*_: object) -> Any:
        raise RuntimeError

    monkeypatch.setattr(replay, "run", broken)
    shown = kansli.press("faq.edit", {"entry": entry})
    assert "Publicera" in shown
    assert "Med det här svaret" not in shown
    assert [record.message for record in caplog.records if record.name == core.__name__] == [
        "a reply's long work failed"
    ]


def test_a_repeated_press_gets_the_form(kansli: Chat, chat: Chat) -> None:
    chat.say(ASKED)
    entry = draft(kansli)
    first = kansli.press("faq.edit", {"entry": entry}, activity_id="same")
    again = kansli.press("faq.edit", {"entry": entry}, activity_id="same")
    assert "Med det här svaret" in first
    assert "Publicera" in again
    assert again in first or again.split("\n")[0] == first.split("\n")[0]


class Slow:
    """A bank whose every search takes a second of the clock in :mod:`bot.search.replay`."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds == replay.PAUSE

    def search(self, question: str, limit: int = 10, today: date = date.min) -> list[Hit]:
        del question, limit, today
        self.now += 1.0
        return [Hit(7, 0.9)]


def test_it_stops_when_its_time_is_up_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow()
    monkeypatch.setattr(replay, "time", slow)
    entry = SearchEntry(7, "Hur vattnar man?", "Med vatten.")
    replayed = replay.run(slow, entry, [InVain(f"hur vattnar man {n}", 2) for n in range(10)], 0.8, date(2026, 11, 24))
    assert (replayed.asked, replayed.answered, replayed.whole) == (20, 4, False)
    assert "hade minst 4 av de senaste 90 dagarnas 20 obesvarade frågor" in replay.sentence(replayed)


def test_the_bank_itself_is_not_changed(kansli: Chat) -> None:
    bank = kansli.app.bank
    entry = SearchEntry(-1, "Hur ofta ska man vattna en kaktus?", "En gång i månaden.")
    tried = bank.with_entry(entry)
    today = kansli.clock.now.date() + timedelta(days=1)
    assert isinstance(tried, Index)
    assert tried.search(entry.question, 1, today)[0].entry_id == -1
    assert all(hit.entry_id != -1 for hit in bank.search(entry.question, 10, today))
