"""`faq läge`: what is asked, how it goes, and what stays when the wordings go."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.bankfigures import months
from bot.turn import App
from storage import faq, faq_figures, faq_log
from storage.faq_figures import QuestionTally
from storage.faq_log import FaqQuestion, QuestionOutcome, QuestionText
from tests.support.chat import KANSLI, Chat, Clock, walk

THINGS = (
    "xylofoner gummibåtar kaktusar trumpeter fiskdammar hängmattor rullskidor pianon ormar dockor drakar vimplar"
).split()


def ask(session: Session, at: datetime, outcome: QuestionOutcome, theme: str = "", **more: Any) -> FaqQuestion:
    """Log a question with what became of it, as turns do over months."""
    asked = FaqQuestion(at=at, outcome=outcome, probability=0.5, theme=theme, **more)
    session.add(asked)
    session.flush()
    return asked


def numbers(chart: dict[str, Any]) -> dict[str, list[float]]:
    return {line["legend"]: [point["y"] for point in line["values"]] for line in chart["data"]}


def charts(chat: Chat, kind: str = "Chart.Line") -> list[dict[str, Any]]:
    return [part for part in walk(chat.card) if part["type"] == kind]


def test_the_months_begin_in_stockholm_and_cross_the_year() -> None:
    shown = months.of(datetime(2026, 12, 31, 23, 30, tzinfo=UTC))  # already January in Stockholm
    assert (shown[0].isoformat(), shown[-1].isoformat(), len(shown)) == ("2026-02-01", "2027-01-01", 12)
    begins = months.starts(shown)
    assert begins[-1].astimezone(UTC) == datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert begins[5].astimezone(UTC) == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert months.labels(shown)[:2] == ["feb 26", "mar 26"]
    letters = months.initials(shown)
    assert "".join(letters).replace("\N{ZERO WIDTH SPACE}", "") == "FMAMJJASONDJ"
    assert len(set(letters)) == len(letters)


def test_questions_asked_in_the_chat_are_counted(kansli: Chat, chat: Chat) -> None:
    assert "Hjälpte svaret?" in chat.say("Vad är SEKOM?")
    chat.click("Ja")
    chat.say("Vilken färg har katten i grannens trädgård?")
    shown = kansli.say("faq läge")

    assert "De senaste tolv månaderna: 2 frågor. 1 fick svar (50 %), 0 var osäkra och 1 visste jag inget om." in shown
    assert "1 läsare svarade att det hjälpte, 0 att det inte gjorde det." in shown
    first, second = charts(kansli)
    assert {name: values[-1] for name, values in numbers(first).items()} == {
        "Ställda": 2,
        "Fick svar": 1,
        "Hjälpte": 1,
    }
    assert {name: sum(values) for name, values in numbers(second).items()} == {"Osäkra": 0, "Vet inte": 1}
    assert [chart["fallback"]["type"] for chart in (first, second)] == ["Table", "Table"]
    assert len(json.dumps(kansli.card, ensure_ascii=False).encode()) < 28_000


def test_each_question_is_in_one_class_and_in_its_month(kansli: Chat) -> None:
    now = kansli.clock.now

    def work(session: Session) -> Sequence[QuestionTally]:
        entry = faq.by_state(session, faq.EntryState.PUBLISHED)[0].id
        ask(session, datetime(2026, 10, 31, 22, 59, tzinfo=UTC), QuestionOutcome.ANSWERED, entry_id=entry)  # October
        ask(session, datetime(2026, 10, 31, 23, 0, tzinfo=UTC), QuestionOutcome.OFFERED)  # November in Stockholm
        ask(session, now, QuestionOutcome.OFFERED, chosen_id=entry)
        ask(session, now, QuestionOutcome.OFFERED, rejected=True)
        ask(session, now, QuestionOutcome.UNKNOWN)
        ask(session, datetime(2025, 11, 30, 22, 59, tzinfo=UTC), QuestionOutcome.UNKNOWN)  # before the twelve months
        return faq_figures.by_month(session, months.starts(months.of(now)))

    tallies = kansli.app.database.play(work)
    assert tallies[-2:] == [QuestionTally(asked=1, answered=1), QuestionTally(asked=4, answered=1, unknown=2)]
    assert tallies[:-2] == [QuestionTally()] * 10
    assert tallies[-1].unsure == 1


def test_the_numbers_behind_the_charts_are_told_in_words(kansli: Chat, chat: Chat) -> None:
    chat.say("Vad är SEKOM?")
    chat.click("Ja")
    kansli.say("faq läge")
    shown = kansli.click("Per månad")
    assert "November 2026 1 fråga. 1 fick svar (100 %), 0 var osäkra" in shown.replace("\n", " ")
    assert shown.count("Inga frågor.") == 11
    assert kansli.click("Till läget").startswith("Läget i kunskapsbanken")


def test_the_themes_and_the_answers_that_are_read_most(kansli: Chat, chat: Chat) -> None:
    for _ in range(3):
        chat.say("Vad är SEKOM?")
    chat.click("Nej")
    chat.say("Vad kostar det att vara medlem?")
    kansli.say("faq läge")
    shown = kansli.click("Mest lästa svar")
    assert "1. Vad är Sveriges Ekokommuner" in shown
    assert "Läst 3 gånger. Hjälpte 0, hjälpte inte 1." in shown
    assert kansli.click("Till läget").startswith("Läget i kunskapsbanken")

    shown = kansli.click("Per tema")
    [bars] = charts(kansli, "Chart.HorizontalBar")
    assert sum(point["y"] for point in bars["data"]) == 4
    assert "Flest frågor handlade om" in shown
    row = next(part for part in walk(kansli.card) if part["type"] == "Table")
    assert row["firstRowAsHeaders"] is True


def test_the_ten_gaps_lead_to_the_form_for_their_answer(kansli: Chat, chat: Chat) -> None:
    for number in range(12):
        for _ in range(1 + (number == 7)):
            chat.say(f"Hur sköter man {THINGS[number]} i simhallen?")
    kansli.say("faq läge")
    shown = kansli.click("De tio största luckorna")
    assert "Frågat 2 gånger." in shown
    assert shown.index("1. ") < shown.index("Frågat 2 gånger.") < shown.index("2. ")
    title = next(title for title in kansli.buttons if title.startswith("1. "))
    assert THINGS[7] in title
    assert "Skriv svaret" in kansli.click(title)


def test_figures_stay_when_the_wordings_go(kansli: Chat, chat: Chat) -> None:
    chat.say("Vilken färg har katten i grannens trädgård?")
    kansli.clock.forward(days=200)
    later = kansli.clock.now

    def forget(session: Session) -> int:
        faq_log.forget_texts(session, later - timedelta(days=180), later)
        return session.query(QuestionText).count()

    assert kansli.app.database.play(forget) == 0
    shown = kansli.say("faq läge")
    assert "1 fråga. 0 fick svar (0 %), 0 var osäkra och 1 visste jag inget om." in shown
    assert "Det medlemmarna skrev tar jag bort efter 180 dagar" in shown
    assert "Inga luckor just nu." in kansli.click("De tio största luckorna")


def test_an_empty_bank_and_no_questions(empty_app: App, clock: Clock) -> None:
    karin = Chat(empty_app, clock).as_("Karin Kansli", entra_id=KANSLI)
    shown = karin.say("faq läge")
    assert "Kunskapsbanken är tom än så länge." in shown
    assert "Ingen har frågat något de senaste tolv månaderna" in shown
    assert charts(karin) == []
    assert {"Per tema", "Mest lästa svar"}.isdisjoint(karin.buttons)
    for verb in ("themes", "most_read"):
        assert "Ingen har frågat" in karin.press(f"bankfigures.{verb}", {})


def test_only_the_kansli_sees_the_figures(chat: Chat) -> None:
    assert "bara för kansliet" in chat.say("faq läge")
    for verb in ("show", "themes", "most_read"):
        assert "bara kansliet" in chat.press(f"bankfigures.{verb}", {})
