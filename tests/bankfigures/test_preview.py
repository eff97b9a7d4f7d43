"""What an answer would have given, shown before it is published: the unanswered questions are asked again."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.search import replay
from bot.search.addition import Addition
from bot.search.index import Index, SearchEntry
from bot.search.live_bank import LiveBank
from bot.search.replay import InVain
from bot.teams import core
from storage import content
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
    asked = replay.in_vain(kansli.app.database, kansli.clock.now)
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
    """A bank that takes a second for each question, of the clock in :mod:`bot.search.replay`."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses = 0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds == replay.PAUSE
        self.pauses += 1

    def answers(self, question: str, sure: float, today: date) -> bool:
        del question, sure, today
        self.now += 1.0
        return True


def test_it_stops_when_its_time_is_up_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow()
    monkeypatch.setattr(replay, "time", slow)
    entry = SearchEntry(7, "Hur vattnar man?", "Med vatten.")
    replayed = replay.run(slow, entry, [InVain(f"hur vattnar man {n}", 2) for n in range(10)], 0.8, date(2026, 11, 24))
    assert (replayed.asked, replayed.answered, replayed.whole) == (20, 4, False)
    assert slow.pauses == 1  # after each stretch of work, turns go first
    assert "hade minst 4 av de senaste 90 dagarnas 20 obesvarade frågor" in replay.sentence(replayed)
    none = replace(replayed, answered=0)
    assert "hade kanske ingen av de senaste 90 dagarnas 20 obesvarade frågor" in replay.sentence(none)


def test_the_bank_itself_is_not_changed(kansli: Chat) -> None:
    bank, today = kansli.app.bank, kansli.clock.now.date() + timedelta(days=1)
    entry = SearchEntry(-1, "Hur ofta ska man vattna en kaktus?", "En gång i månaden.")
    assert bank.with_entry(entry).answers(entry.question, 0.8, today)
    assert all(hit.entry_id != -1 for hit in bank.search(entry.question, 10, today))


def test_where_the_encoder_joins_in_it_says_the_least(
    kansli: Chat, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat.say(ASKED)
    entry = draft(kansli)
    monkeypatch.setattr(LiveBank, "scorer", "semantic")
    assert "Med det här svaret hade minst 1 av de" in kansli.press("faq.edit", {"entry": entry})


ENTRIES = tomllib.loads(content._read("faq.toml"))["entry"]
REAL = [
    SearchEntry(number, entry["question"], entry["answer"], tuple(entry["phrasings"]), entry.get("theme", ""))
    for number, entry in enumerate(ENTRIES)
]


@pytest.mark.parametrize("sure", [0.8, 0.76, 0.5])
@pytest.mark.parametrize("at", range(0, len(REAL), 9))
def test_it_counts_what_the_whole_search_would_answer(at: int, sure: float) -> None:
    """Every phrasing of the bank is asked, and those of the entry that the entry does not have."""
    entry, today = replace(REAL[at], alternatives=REAL[at].alternatives[::2]), date(2026, 11, 24)
    bank = Index([*REAL[:at], *REAL[at + 1 :]])
    whole = Index([*bank.entries, entry])
    asked = [text for each in REAL for text in each.phrasings()]
    asked += [f"{text} Och {REAL[at].question.lower()}" for text in asked[::50]]  # two questions in one message
    nearest = ((text, next(iter(whole.search(text, 1, today)), None)) for text in asked)
    expected = [text for text, hit in nearest if hit and hit.entry_id == entry.id and hit.probability >= sure]
    added = Addition(bank, entry)
    assert [text for text in asked if added.answers(text, sure, today)] == expected != []


def test_most_questions_are_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    searched = list[str]()
    added, search = Addition(Index(REAL[:-1]), REAL[-1]), Index.search

    def noted(index: Index, question: str, *more: Any) -> Any:
        searched.append(question)
        return search(index, question, *more)

    monkeypatch.setattr(Index, "search", noted)
    asked = [text for each in REAL for text in each.phrasings()]
    answered = sum(added.answers(text, 0.8, date(2026, 11, 24)) for text in asked)
    assert 0 < answered <= len(searched) < len(asked) / 3
