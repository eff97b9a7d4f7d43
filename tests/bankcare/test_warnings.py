"""What looks wrong is said on the entry's form; what may not be read by members is asked about before publishing."""

from __future__ import annotations

import pytest

from storage.faq import EntryState
from tests.support.bankcare import TEXTILE, filled, open_form, read, save, write
from tests.support.chat import Chat, Clock


@pytest.mark.parametrize(
    ("answer", "warning"),
    [
        ("Kassen hämtas den 3 maj.", "Datumet ”3 maj” saknar år."),
        ("Fråga Anna Andersson.", "Texten har namnet Anna Andersson."),
        ("Ange 850709-9805.", "ser ut att ha ett personnummer"),
        ("Se [listan](https://lund).", "har en adress som inte går att öppna"),
        ("Se [lund.se](https://malmo.se/textil).", "visar lund.se men leder till malmo.se"),
        ("Skriv <b>fet</b>.", "HTML-taggar"),
        ("Se {{länk}}. Annars i kassen.", "att fylla i"),
    ],
)
def test_a_flaw_is_named_when_the_entry_is_saved(kansli: Chat, answer: str, warning: str) -> None:
    number = write(kansli)
    assert warning not in open_form(kansli, number)
    assert warning in kansli.click("Spara", **{**filled(kansli), "answer": answer})
    assert warning in open_form(kansli, number)


@pytest.mark.parametrize(
    "answer",
    [
        "Den 3 maj 2027.",
        "Senast 3 maj varje år.",
        "2027 års kasse hämtas den 3 maj.",
        "Se [lund.se](https://www.lund.se/a).",
    ],
)
def test_a_good_answer_has_no_warning(kansli: Chat, answer: str) -> None:
    save(kansli, write(kansli), answer=answer)
    assert [part for part in kansli.card["body"] if part.get("style") == "warning"] == []


def test_a_bad_link_of_a_source_is_named(kansli: Chat) -> None:
    assert "Källan ”Listan” har en adress" in save(kansli, write(kansli), sources="Listan https://lund")


def test_publishing_a_name_is_asked_about_once_and_keeps_the_text(kansli: Chat) -> None:
    number = write(kansli, state=EntryState.DRAFT)
    open_form(kansli, number)
    asked = kansli.click("Publicera", **{**filled(kansli), "answer": "Fråga Anna Andersson."})
    assert "inte publicerat. Läs varningarna först." in asked
    assert read(kansli, number).state == EntryState.DRAFT
    assert read(kansli, number).answer == "Fråga Anna Andersson."
    assert "Publicerat." in kansli.click("Publicera ändå", **filled(kansli))
    assert read(kansli, number).published


def test_publishing_with_something_left_to_fill_in_is_asked_about_once(chat: Chat, kansli: Chat) -> None:
    number = write(kansli, answer="I kassen. Se {{länk}}.", state=EntryState.DRAFT)
    open_form(kansli, number)
    assert "inte publicerat. Läs varningarna först." in kansli.click("Publicera", **filled(kansli))
    assert "Publicerat." in kansli.click("Publicera ändå", **filled(kansli))
    assert chat.say(TEXTILE).startswith(f"{TEXTILE}\nI kassen.")


def test_a_draft_with_a_name_is_not_published_with_one_press_from_a_list(kansli: Chat) -> None:
    number = write(kansli, answer="Fråga Anna Andersson.", state=EntryState.DRAFT)
    seen = read(kansli, number).changed_at.isoformat()
    refused = kansli.press("faq.publish", {"entry": number, "seen": seen, "back": "drafts"})
    assert "Öppna utkastet och publicera det där." in refused
    assert read(kansli, number).state == EntryState.DRAFT


@pytest.mark.parametrize("button", ["Spara", "Publicera"])
def test_two_edits_at_once_lose_no_text_and_the_second_sees_both(kansli: Chat, clock: Clock, button: str) -> None:
    number = write(kansli, state=EntryState.DRAFT)
    open_form(kansli, number)
    mine = {**filled(kansli), "answer": "Min text om textil.", "phrasings": "min fråga"}
    data = next(action["data"] for part in [kansli.card] for action in part["actions"] if action["title"] == button)
    verb = "faq.save" if button == "Spara" else "faq.move"
    clock.forward(minutes=1)
    save(kansli, number, answer="Den andras text.")
    clock.forward(minutes=1)

    stale = kansli.press(verb, {**data, **mine})
    assert "Någon har ändrat svaret" in stale
    assert "Svaret som står nu\nDen andras text." in stale
    assert read(kansli, number).answer == "Den andras text."
    open_form(kansli, number)
    again = next(action["data"] for action in kansli.card["actions"] if action["title"] == button)
    kansli.press(verb, {**again, **mine})
    assert read(kansli, number).answer == "Min text om textil."


def test_the_text_stays_in_the_form_of_an_entry_archived_meanwhile(kansli: Chat, clock: Clock) -> None:
    number = write(kansli)
    open_form(kansli, number)
    mine = {**filled(kansli), "answer": "Min text."}
    data = next(action["data"] for action in kansli.card["actions"] if action["title"] == "Spara")
    clock.forward(minutes=1)
    kansli.press("faq.move", {"entry": number, "state": "archived"})
    card_id = kansli.shown[-1].id
    kansli.press("faq.save", {**data, **mine}, card_id=card_id)

    assert kansli.text.startswith(TEXTILE)
    assert "Arkiverat." in kansli.text
    assert filled(kansli)["answer"] == "Min text."
    kansli.click("Spara", **filled(kansli))
    assert read(kansli, number).answer == "Min text."
    assert read(kansli, number).state == EntryState.ARCHIVED
