"""The bank grows: solved questions become entries, gaps are answered, and picked wordings become phrasings."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.privacy import retention
from storage.faq import Entry, EntryState
from storage.faq_growth import Decision
from storage.faq_log import FaqQuestion, QuestionText
from tests.support.chat import Chat, walk
from tests.support.questions import VATTEN, ask, live_in, texts

MADE = "En fråga är löst. Ska den bli FAQ?"
ASKED = "Hej! Hur renar Lunds kommun pfas i brunnar? Mvh Anna Andersson"
GENERAL = "Hur renar kommunen pfas i brunnar?"


def filled(chat: Chat, **changes: str) -> dict[str, Any]:
    """What the form on the newest card holds, as Teams sends it."""
    inputs = [part for part in walk(chat.card) if str(part["type"]).startswith("Input.")]
    return {**{part["id"]: part.get("value", "") for part in inputs}, **changes}


def answered(chat: Chat, *answers: tuple[str, str, str], text: str = ASKED) -> int:
    """A question of Anna's with answers as (name, municipality, text)."""
    number = ask(chat, text)
    for name, home, said in answers:
        other = chat.as_(name)
        live_in(other, home)
        here = other.in_channel(VATTEN)
        here.click("Svara")
        here.click("Skicka svaret", answer=said)
    return number


def entries(chat: Chat) -> list[Entry]:
    def made(session: Session) -> list[Entry]:
        rows = session.query(Entry).filter(Entry.code.is_(None)).order_by(Entry.id).all()
        for row in rows:
            session.refresh(row, ["phrasings"])  # loaded before the session ends
        return rows

    return chat.app.database.play(made)


# a solved question becomes an entry


def test_a_solved_question_becomes_an_entry_without_whom_it_was_about(chat: Chat, kansli: Chat) -> None:
    live_in(chat, "Lund")
    assert "Det vet jag inte" in chat.say(ASKED)
    answered(chat, ("Bo Ek", "Sotenäs", "Vi i Sotenäs har kolfilter.\nRing Anna.\n/Bo Ek, 0523-123 45 67"))
    chat.click("Det löste det")

    assert texts(kansli).count(MADE) == 1
    assert "Bo Ek, Sotenäs kommun" in kansli.text
    assert kansli.buttons == ["Gör till FAQ", "Inte nu"]
    shown = kansli.click("Gör till FAQ")
    assert "Jag tog bort: ”Mvh Anna Andersson”, ”Lunds kommun”, ”Bo Ek, 0523-123 45 67” och ”Anna”." in shown
    assert filled(kansli) == {
        "question": GENERAL,
        "answer": "Vi i Sotenäs har kolfilter.\nRing …",
        "phrasings": GENERAL,
        "theme": "vatten",
        "sources": "",
        "valid_until": "",
        "told_in": "Sotenäs kommun",
        "certainty": "hög",
        "note": "",
    }
    kansli.clock.forward(minutes=1)
    form = filled(kansli, question="Hur renar man pfas ur en brunn?", answer="Med kolfilter.")
    assert "Det finns ett utkast." in kansli.say("kunskapsluckor")  # what the asker asked first was a gap
    kansli.click("Öppna utkastet")
    assert "Publicerat." in kansli.click("Publicera", **form)
    assert "Inga luckor just nu." in kansli.say("kunskapsluckor")

    (entry,) = entries(chat)
    assert (entry.question, entry.answer, entry.state) == (form["question"], "Med kolfilter.", EntryState.PUBLISHED)
    assert [phrasing.text for phrasing in entry.phrasings] == [GENERAL]
    found = chat.as_("Nästa Person").say("hur renar kommunen pfas i brunnar")
    assert found.startswith("En liknande fråga")
    assert "Så gjorde Sotenäs" in found
    assert "Med kolfilter." not in found
    assert "Bo Ek" not in found


def test_one_question_makes_one_entry_whoever_presses_and_when(chat: Chat, kansli: Chat) -> None:
    other = kansli.as_("Kim Kansli")
    kansli.say("roller")
    give = {"person": _person(other), "role": "kansli"}
    kansli.press("people.give", give)
    number = answered(chat, ("Bo Ek", "Sotenäs", "Kolfilter."))
    chat.click("Det löste det")
    chat.press("questions.solve", {"question": number, "answer": 1})  # twice
    assert (texts(kansli).count(MADE), texts(other).count(MADE)) == (1, 1)

    barrier = Barrier(2)

    def press(one: Chat) -> str:
        barrier.wait()
        return one.press("faq.from_question", {"question": number}, card_id=one.shown[-1].id)

    with ThreadPoolExecutor(2) as pool:
        seen = sorted(pool.map(press, (kansli, other)), key=len)
    assert "har redan gjort den till FAQ" in seen[0]
    assert "Den är ett utkast." in seen[0]
    assert len(entries(chat)) == 1
    late = next(one for one in (kansli, other) if one.text.startswith("Frågan finns redan"))
    assert "Sparat som utkast" not in late.click("Öppna svaret")
    assert late.text.startswith(GENERAL)
    assert "Jag tog bort: " in late.text
    assert "vilken kommun svaret kommer från" not in "".join(seen)


def test_of_several_answers_the_kansli_takes_one(chat: Chat, kansli: Chat) -> None:
    number = answered(chat, ("Bo Ek", "Sotenäs", "Kolfilter."), ("Cia Ceder", "Lund", "Membran."))
    chat.press("questions.solve", {"question": number, "answer": 1})
    choice = next(part for part in walk(kansli.card) if part["type"] == "Input.ChoiceSet")
    assert (choice["value"], [one["value"] for one in choice["choices"]]) == ("1", ["1", "2"])
    assert choice["choices"][1]["title"] == "Cia Ceder, Lunds kommun: Membran."
    chat.as_("Dan Dal").in_channel(VATTEN)

    assert "Det svaret finns inte kvar." in kansli.click("Gör till FAQ", answer="99")
    kansli.click("Gör till FAQ", answer="2")
    form = filled(kansli)
    assert (form["answer"], form["told_in"]) == ("Membran.", "Lunds kommun")


def test_a_lost_card_is_no_dead_end_and_some_questions_make_no_entry(chat: Chat, kansli: Chat) -> None:
    number = answered(chat, ("Bo Ek", "Sotenäs", "Kolfilter."))
    assert "öppen igen, så den är inte klar" in kansli.press("faq.from_question", {"question": number})
    assert "finns inte kvar" in kansli.press("faq.from_question", {"question": 999})
    chat.click("Det löste det")
    assert "Lösta frågor" in kansli.click("Inte nu")
    kansli.click("Lösta frågor")
    kansli.click("Gör till FAQ")
    assert kansli.text.startswith(MADE)
    chat.click("Behöver mer hjälp")
    chat.click("Öppna frågan igen", more="Vad kostar det?")
    assert "Frågan är öppen igen" in kansli.click("Gör till FAQ")
    kansli.say("kunskapsluckor")
    assert "Lösta frågor (0)" in kansli.buttons

    chat.press("questions.solve", {"question": number, "answer": 1})
    assert texts(kansli).count(MADE) <= 2  # the list's own; the outbox tells once
    kansli.say("kunskapsluckor")
    kansli.click("Lösta frågor (1)")
    assert "Alla lösta frågor är omhändertagna." in kansli.click("Behövs inte")
    assert "redan borta" in kansli.press("faq.skip_solved", {"question": number})
    assert "redan borta" in kansli.press("faq.skip_solved", {"question": "x"})


def test_an_erased_askers_question_still_becomes_an_entry(chat: Chat, kansli: Chat) -> None:
    answered(chat, ("Bo Ek", "Sotenäs", "Kolfilter, säger Bo Ek."), text="Hur gör Anna Andersson i Lund med pfas?")
    chat.click("Det löste det")
    for one in (chat, chat.as_("Bo Ek")):
        one.say("ta bort mig")
        one.click("Ja, gå vidare")
        one.click("Ta bort mina uppgifter")

    assert "Anna" not in kansli.text  # what was sent is replaced
    kansli.click("Gör till FAQ")
    (entry,) = entries(chat)
    said = f"{entry.question} {entry.answer} {[phrasing.text for phrasing in entry.phrasings]} {entry.sources}"
    assert "Anna" not in said
    assert "Bo Ek" not in said
    assert "borttagen" not in said
    assert entry.question == "Hur gör … i kommunen med pfas?"


def test_a_very_long_question_is_cut_to_what_an_entry_takes(chat: Chat, kansli: Chat) -> None:
    long = "Vi har en lång historia. " * 55 + "Hur renar man brunnar?"
    number = answered(chat, ("Bo Ek", "Sotenäs", "ö" * 4000), text=long)
    chat.press("questions.solve", {"question": number, "answer": 1})
    kansli.click("Gör till FAQ")
    form = filled(kansli)

    assert form["question"] == "Hur renar man brunnar?"
    assert len(form["phrasings"]) <= 300
    assert "Publicerat." in kansli.click("Publicera", **form)


# gaps


def test_gaps_are_grouped_counted_answered_and_gone(chat: Chat, kansli: Chat) -> None:
    kansli.say("kunskapsluckor")
    assert "Inga luckor just nu." in kansli.text
    bo = chat.as_("Bo Ek")
    for one, text in (
        (bo, "hur sorterar ni textil"),
        (chat, "Sorterar ni textilier?"),
        (bo, "hur sorterar ni textil?"),
    ):
        one.say(text)
    chat.as_("Torborg Zätterqvist")
    chat.say("vad gör torborg zätterqvist åt drönare i Lund")
    chat.say("och när?")
    kansli.say("kunskapsluckor")

    assert kansli.text.count("Skriv svar") == 2
    assert "”hur sorterar ni textil?”\nFrågat 3 gånger. Också: ”Sorterar ni textilier?”." in kansli.text
    assert "”vad gör … åt drönare i Lund”\nFrågat 1 gång." in kansli.text
    kansli.click("Skriv svar")
    asked = {"question": "Hur sorterar ni textil?", "phrasings": "hur sorterar ni textil?\nSorterar ni textilier?"}
    assert filled(kansli) == {**asked, "answer": ""}
    kansli.click("Spara som utkast", **filled(kansli, answer="I en egen kasse."))
    assert "Det finns ett utkast." in kansli.text
    assert "Utkastet: ”Hur sorterar ni textil?” I en egen kasse." in kansli.text
    assert "Publicerat: ”Hur sorterar ni textil?”" in kansli.click("Publicera")
    assert "Hur sorterar ni textil?” I en" not in kansli.say("kunskapsluckor")
    assert "textil" not in kansli.text
    assert "I en egen kasse." in bo.say("sorterar ni textilier")

    form = _open(kansli, "Hur sorterar ni textil?")
    kansli.press("faq.move", {**form, "state": "archived"})
    assert "textil" in kansli.say("luckor")  # nobody is answered any more


def test_a_gap_is_answered_with_two_presses_and_an_answer_like_another_is_warned_about(
    chat: Chat, kansli: Chat
) -> None:
    chat.say("hur sorterar ni textil")
    kansli.say("kunskapsluckor")
    kansli.click("Skriv svar")
    form = filled(kansli, answer="I en egen kasse.")
    press = next(action for action in _actions(kansli) if action["title"] == "Publicera")["data"]
    assert "Publicerat." in kansli.click("Publicera", **form)
    again = kansli.press("faq.answer", {**press, **form}, card_id=kansli.shown[-1].id)  # pressed twice
    assert "Det finns redan ett svar: ”Hur sorterar ni textil?”" in again
    assert [entry.state for entry in entries(chat)] == [EntryState.PUBLISHED]
    assert "I en egen kasse." in chat.as_("Bo Ek").say("hur sorterar ni textil")

    chat.say("sorterar ni textil i grovsoprummet")
    chat.click("Inget av dessa") if "Inget av dessa" in chat.buttons else None
    kansli.say("kunskapsluckor")
    kansli.click("Skriv svar")
    form = filled(kansli, question="Hur sorterar ni textilier?", answer="I grovsoprummet.")
    warned = kansli.click("Publicera", **form)
    assert "Det finns redan ett svar som liknar det här: ”Hur sorterar ni textil?”" in warned
    assert filled(kansli) == form
    assert len(entries(chat)) == 1
    assert "Publicerat." in kansli.click("Publicera ändå", **form)
    assert len(entries(chat)) == 2


def test_a_draft_about_the_same_is_named_and_published_from_the_gap(chat: Chat, kansli: Chat) -> None:
    kansli.say("nytt svar")
    kansli.click("Fortsätt", answer="Hur sorterar man textil?")
    kansli.click("Fortsätt", answer="I en egen kasse.")
    kansli.click("Hoppa över")
    kansli.click("Hoppa över")
    chat.say("sorterar ni textilier")
    kansli.say("kunskapsluckor")
    assert "Utkastet: ”Hur sorterar man textil?” I en egen kasse." in kansli.text
    old = next(action for action in _actions(kansli) if action["title"] == "Publicera")["data"]
    kansli.clock.forward(minutes=1)
    kansli.click("Öppna utkastet")
    kansli.click("Spara", **filled(kansli, answer="I en annan kasse."))
    assert "Någon har ändrat utkastet" in kansli.press("faq.publish", old)
    kansli.say("kunskapsbank")
    kansli.click(next(title for title in kansli.buttons if title.startswith("Utkast")))
    assert "I en annan kasse." in kansli.text
    assert "Publicerat: ”Hur sorterar man textil?”" in kansli.click("Publicera")
    kansli.say("nytt svar")
    kansli.click("Fortsätt", answer="Hur sorterar vi textilier?")
    kansli.click("Fortsätt", answer="Så här.")
    kansli.click("Hoppa över")
    assert "Det finns redan ett svar som liknar det här" in kansli.click("Hoppa över")


def test_questions_that_share_a_word_are_not_one_gap(chat: Chat, kansli: Chat) -> None:
    for text in ("har någon gjort en cykelplan", "har ni någon cykelplan?", "har någon gjort en bastuplan"):
        chat.say(text)
    kansli.say("kunskapsluckor")
    assert kansli.text.count("Skriv svar") == 2


@pytest.mark.parametrize("text", ["can i write in english to you here", "jag glömde lösenordet", "faktura"])
def test_english_and_errands_are_no_gaps(chat: Chat, kansli: Chat, text: str) -> None:
    chat.say(text)

    assert "Inga luckor just nu." in kansli.say("kunskapsluckor")


def test_a_dismissed_gap_stays_away_until_it_is_wanted_more(chat: Chat, kansli: Chat) -> None:
    chat.say("vilken pizza är godast")
    chat.say("vilken pizza är godast i dag")
    kansli.say("kunskapsluckor")
    gap = next(action for action in _actions(kansli) if action["title"] == "Inte en lucka")["data"]["gap"]
    assert "Inga luckor just nu." in kansli.click("Inte en lucka")
    assert "redan borta" not in kansli.press("faq.no_gap", {"gap": gap})  # twice is no harm
    for other in ("vilken pizza är godast här", "vilken pizza är godast nu"):
        chat.say(other)
        assert "Inga luckor" in kansli.say("kunskapsluckor")
    chat.say("vilken pizza är godast hos er")
    assert "”vilken pizza är godast hos er”" in kansli.say("kunskapsluckor")
    for made_up in (None, "x", [], ["x", True, -1, 2**40], [10**6], {"a": 1}):
        assert "redan" in kansli.press("faq.write", {"gap": made_up})
        assert "redan borta" in kansli.press("faq.no_gap", {"gap": made_up})


def test_a_disliked_answer_is_a_gap_until_it_is_rewritten(chat: Chat, kansli: Chat) -> None:
    chat.say("Kan en region bli medlem?")
    chat.click("Nej")
    assert "Svaret hjälpte inte." in kansli.say("kunskapsluckor")
    assert "Ändra svaret" in kansli.buttons
    kansli.clock.forward(minutes=1)
    kansli.click("Ändra svaret")
    kansli.click("Spara", **filled(kansli, theme="regioner"))
    assert "Svaret hjälpte inte." in kansli.say("kunskapsluckor")  # the answer says what it said
    kansli.click("Ändra svaret")
    kansli.click("Spara", **filled(kansli, answer="Ja, alla regioner är välkomna."))
    assert "Inga luckor just nu." in kansli.say("kunskapsluckor")
    kansli.clock.forward(minutes=1)
    chat.say("Kan en region bli medlem?")
    chat.click("Nej")
    assert "Svaret hjälpte inte." in kansli.say("kunskapsluckor")
    chat.click("Visa svaret igen")
    chat.click("Ja")
    assert "Inga luckor just nu." in kansli.say("kunskapsluckor")


def test_gaps_are_those_of_ninety_days_and_turned_page_by_page(chat: Chat, kansli: Chat) -> None:
    subjects = "bastu grävmaskin ridstig simhall julgran kolonilott".split()
    for subject in subjects:
        chat.say(f"finns {subject}regler")
    kansli.say("kunskapsluckor")
    assert kansli.text.count("Skriv svar") == 5
    kansli.click("Nästa")
    assert "”finns basturegler”" in kansli.text
    kansli.click("Föregående")
    assert "”finns kolonilottregler”" in kansli.text
    for page in (-1, 99, "x", None, True):
        assert "Kunskapsluckor" in kansli.press("faq.gaps", {"page": page})
    kansli.clock.forward(days=91)
    assert "Inga luckor just nu." in kansli.say("kunskapsluckor")


def test_a_gap_with_very_many_wordings_fills_in_what_the_form_takes(chat: Chat, kansli: Chat) -> None:
    for number in range(45):
        chat.say(f"finns drönarregler {'för drönare ' * 12} nummer {number}")
    kansli.say("kunskapsluckor")
    kansli.click("Skriv svar")
    lines = filled(kansli)["phrasings"].split("\n")
    assert 10 < len(lines) <= 40
    assert len("\n".join(lines)) <= 4000
    assert "Publicerat." in kansli.click("Publicera", **filled(kansli, answer="Nej."))
    assert "Inga luckor just nu." in kansli.say("kunskapsluckor")  # also the wordings that did not fit


def test_the_list_is_reached_from_help_and_the_bank_and_only_by_the_kansli(chat: Chat, kansli: Chat) -> None:
    assert "kunskapsluckor" in kansli.say("alla kommandon")
    assert "kunskapsluckor" not in chat.say("alla kommandon")
    kansli.say("kunskapsbank")
    assert "Inga luckor" in kansli.click("Kunskapsluckor")
    assert "bara för kansliet" in chat.say("kunskapsluckor")
    assert "egen chatt" in kansli.in_channel().say("kunskapsluckor")


# wordings that were picked


def test_a_picked_wording_is_offered_once_without_names_and_added(chat: Chat, kansli: Chat) -> None:
    wording = "Vilka nyckeltal finns det i nätverket"
    bo = chat.as_("Bo Ek")
    bo.say(wording)
    bo.click(bo.buttons[0])
    entry = kansli.app.database.play(lambda session: session.query(FaqQuestion).first().chosen_id)  # type: ignore[union-attr]
    kansli.say("kunskapsluckor")
    shown = kansli.click("Nya sätt att fråga (1)")
    assert f"”{wording}”\nValde: " in shown
    assert "Frågat 1 gång." in shown
    assert "Bo Ek" not in shown
    data = next(action for action in _actions(kansli) if action["title"] == "Lägg till")["data"]
    with ThreadPoolExecutor(2) as pool:  # both of the kansli at once
        replies = list(pool.map(lambda _: kansli.press("faq.add_phrasing", data), range(2)))
    assert sum("Tillagt." in reply for reply in replies) == 1
    assert "Här finns inget" in kansli.press("faq.phrasings", {})
    assert "redan avgjort" in kansli.press("faq.add_phrasing", data)
    assert "redan avgjort" in kansli.press("faq.no_phrasing", data)

    def last(session: Session) -> list[str]:
        return [phrasing.text for phrasing in session.get_one(Entry, entry).phrasings]

    assert chat.app.database.play(last).count(wording) == 1
    assert "Menade du" not in chat.as_("Dan Dal").say(wording.upper())


def test_a_declined_or_disliked_wording_is_not_offered(chat: Chat, kansli: Chat) -> None:
    bo = chat.as_("Bo Ek")
    bo.say("Vilka nyckeltal finns det i nätverket")
    bo.click(bo.buttons[0])
    kansli.press("faq.phrasings", {})
    kansli.say("kunskapsluckor")
    kansli.click("Nya sätt att fråga (1)")
    kansli.click("Nej")
    cia = chat.as_("Cia Ceder")
    cia.say("vilka nyckeltal finns det i nätverket??")
    assert "Nya sätt att fråga (0)" in _luckor(kansli)

    dan = chat.as_("Dan Dal")
    dan.say("vilka nyckeltal finns det för nätverket i Lund")
    dan.click(dan.buttons[0])
    assert "Nya sätt att fråga (1)" in _luckor(kansli)
    dan.click("Nej")
    assert "Nya sätt att fråga (0)" in _luckor(kansli)
    wrong: tuple[object, ...] = (None, "x", 10**6, -1, True, [])
    for made_up in wrong:
        assert "redan avgjort" in kansli.press("faq.add_phrasing", {"question": made_up})


# what is kept


def test_decisions_and_texts_point_to_nobody_and_go_in_time(chat: Chat, kansli: Chat) -> None:
    chat.say("ring 070-123 45 67 eller bo@lund.se om drönare")
    kansli.say("kunskapsluckor")
    kansli.click("Inte en lucka")

    def kept(session: Session) -> tuple[list[str], int]:
        rows = session.query(QuestionText).all()
        return [f"{row.text} {row.wording}" for row in rows], session.query(Decision).count()

    said, decisions = chat.app.database.play(kept)
    assert decisions == 1
    assert not any("lund.se" in one or "070" in one for one in said)
    app, later = chat.app, kansli.clock.now + timedelta(days=1826)
    gone = {one.name: rows for one, rows in retention.carry_out(app.database, app.settings, later, ())}
    assert gone["the kansli's decisions about wordings"] == 1


def _luckor(kansli: Chat) -> list[str]:
    kansli.say("kunskapsluckor")
    return kansli.buttons


def _actions(chat: Chat) -> list[dict[str, Any]]:
    return [part for part in walk(chat.card) if part["type"] == "Action.Execute"]


def _open(kansli: Chat, question: str) -> dict[str, Any]:
    entry = next(one for one in entries(kansli) if one.question == question)
    kansli.say("kunskapsbank")
    kansli.press("faq.edit", {"entry": entry.id}, card_id=kansli.shown[-1].id)
    return {**filled(kansli), "entry": entry.id}


def _person(chat: Chat) -> int:
    from tests.support.people import person  # noqa: PLC0415

    return person(chat).id
