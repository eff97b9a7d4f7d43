"""A question on its way: asked, posted, answered, back to the asker, solved."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from storage.outbox import State
from storage.questions import Status
from tests.support.chat import Chat, Clock, words
from tests.support.questions import GENERAL, TEXT, VATTEN, all_sent, ask, deliveries, live_in, newest, row, texts


def test_a_question_goes_to_the_channel_and_the_answer_comes_back(chat: Chat) -> None:
    live_in(chat, "Lund")
    chat.say("vad gör man mot hög halt av pfas i brunn nummer nio")
    assert "Fråga i Vatten" in chat.buttons
    chat.say(f"fråga kollegor {TEXT}")
    chat.click("Fortsätt", answer=TEXT)
    assert "Jag föreslår Vatten. Din fråga handlar om ”pfas” och ”brunn”." in chat.text
    chat.click("Vatten")
    assert "Med namn: Anna Andersson, Lunds kommun. Utan namn: Lunds kommun." in chat.text
    chat.click("Visa inte mitt namn")
    assert "Från: Lunds kommun. Till: temagruppen Vatten." in chat.text
    assert "Din fråga är skickad" in chat.click("Skicka")

    bo = chat.as_("Bo Ek")
    live_in(bo, "Malmö")
    here = bo.in_channel(VATTEN)
    assert here.text.startswith("Fråga till temagruppen Vatten\n" + TEXT)
    assert "Lunds kommun (Större stad, grupp B3), den 24 november 2026" in here.text
    assert "Anna" not in here.text
    assert "Ett svar som inte nämner mig går inte vidare" in here.text
    assert here.buttons == ["Svara", "Jag tar den", "Jag undrar också", "Fel grupp"]
    here.click("Svara")
    here.click("Skicka svaret", answer="Vi har kolfilter.")
    assert "Svar från Bo Ek, Malmö kommun" in here.text

    assert chat.text.startswith("Du har fått svar")
    assert "Vi har kolfilter.\nBo Ek, Malmö kommun, den 24 november 2026" in chat.text
    chat.click("Det löste det")
    assert "Löst." in here.text
    assert bo.text.startswith("Ditt svar hjälpte")
    assert "Lunds kommun säger att ditt svar löste frågan." in bo.text
    assert (row(chat).status, row(chat).show_name) == (Status.SOLVED, False)
    assert all_sent(chat)


@pytest.mark.parametrize("button", ["Nej", "Inget av dessa"])
def test_other_dead_ends_lead_to_colleagues_too(chat: Chat, button: str) -> None:
    text = "Kan en region bli medlem?" if button == "Nej" else "Vilka nyckeltal finns det i nätverket"
    chat.say(text)
    chat.click(button)

    assert text in chat.click("Fråga kollegor")


def test_a_question_to_the_kansli_reaches_each_of_them(chat: Chat, kansli: Chat) -> None:
    ask(chat, "Kan ni skicka ett intyg?", "Vet inte – till kansliet")

    assert kansli.text.startswith("En fråga till kansliet\nKan ni skicka ett intyg?")
    kansli.click("Besvara")
    kansli.click("Skicka svaret", answer="Det kommer i dag.")
    assert "Det kommer i dag." in chat.text
    assert all_sent(chat)


def test_another_group_is_chosen_from_the_list_or_written(chat: Chat) -> None:
    chat.say(f"fråga kollegor {TEXT}")
    chat.click("Fortsätt", answer=TEXT)
    assert "Välj en grupp i listan först." in chat.click("Välj annan grupp")
    chat.click("Välj annan grupp", other="cirkulärt")
    chat.say("utan namn")
    chat.say("skicka")

    assert "En medlem" in chat.in_channel(GENERAL).text
    chat.say(f"fråga kollegor {TEXT}")
    chat.click("Fortsätt", answer=TEXT)
    assert "Vad ska de andra se om dig?" in chat.say("temagruppen klimat")


@pytest.mark.parametrize(
    ("text", "seems"),
    [
        ("Vad gör vi med 19121212-1212 som klagar på ängen?", "personnummer"),
        ("Grannen heter Kalle Svensson, vad ska vi säga?", "ett personnamn"),
        ("Vem i Västra Götaland har en dagvattenplan?", ""),
    ],
)
def test_a_question_that_points_out_somebody_is_warned_about(chat: Chat, text: str, seems: str) -> None:
    chat.say("fråga kollegor")
    shown = chat.click("Fortsätt", answer=text)

    assert ("Ta bort det som pekar ut en enskild person" in shown) == bool(seems)
    assert seems in shown


def test_what_was_asked_before_is_shown_before_sending(chat: Chat) -> None:
    bo = chat.as_("Bo Ek")
    live_in(bo, "Malmö")
    ask(bo, "Hur renar man pfas i en kommunal brunn?")
    here = chat.as_("Cecilia").in_channel(VATTEN)
    here.click("Svara")
    here.click("Skicka svaret", answer="Byt kolfilter varje år.")

    chat.say("fråga kollegor")
    chat.click("Fortsätt", answer=TEXT)
    chat.click("Vatten")
    chat.click("Visa mitt namn")
    assert "1 kommun har frågat om detta. Läs gärna svaren först:" in chat.text
    assert "Byt kolfilter varje år." in chat.click("Hur renar man pfas i en kommunal brunn?")


def test_pressing_send_twice_makes_one_question(chat: Chat) -> None:
    chat.say(f"fråga kollegor {TEXT}")
    chat.click("Fortsätt", answer=TEXT)
    chat.click("Vatten")
    chat.click("Visa mitt namn")
    data = {"step": "send", "answer": "skicka"}
    chat.press("dialog.answer", data)
    assert "redan klart" in chat.press("dialog.answer", data)
    assert newest(chat).id == 1


def test_several_answers_are_kept_and_a_repeated_one_is_not(chat: Chat) -> None:
    ask(chat)
    bo, cecilia = (chat.as_(name).in_channel(VATTEN) for name in ("Bo Ek", "Cecilia"))
    for here, answer in ((bo, "Kolfilter."), (bo, "Kolfilter."), (cecilia, "Membran.")):
        here.click("Svara")
        here.click("Skicka svaret", answer=answer)

    assert "Har fått 2 svar." in bo.text
    assert texts(chat)[-2:] == ["Du har fått svar", "Du har fått svar"]
    assert texts(chat).count("Du har fått svar") == 2


def test_a_reply_in_the_thread_that_mentions_the_bot_is_an_answer(chat: Chat) -> None:
    ask(chat)
    channel = chat.as_("Bo Ek").in_channel(VATTEN)
    here = chat.as_("Bo Ek").in_channel(VATTEN, thread=channel.shown[-1].id)

    assert "Varsågod" in here.say("tack!")
    assert "Temagrupper" in here.say("temagrupper")
    assert row(chat).status == Status.OPEN
    assert "Skriv ditt svar med ord" in here.say("", attachments=("image/png",))
    said = here.say("Vi bytte kolfilter, " + "och det var dyrt. " * 80, attachments=("image/png",))
    assert said.startswith("Tack! Ditt svar har gått till")
    assert "Bilder och filer följer inte med" in said
    assert "Vi bytte kolfilter" in chat.text
    assert row(chat).status == Status.ANSWERED
    mine = chat.in_channel(VATTEN, thread=channel.shown[0].id)
    assert "Kansliet" not in mine.say("Kan en region bli medlem?")[:8]
    assert "Det vet jag inte" in chat.as_("Bo Ek").in_channel(VATTEN, thread="other").say("Vi har också månstoft")


def test_a_long_question_is_no_answer_elsewhere(chat: Chat) -> None:
    assert "Det var långt." in chat.in_channel(VATTEN).say("ord " * 400)


def test_followers_get_the_answer_too_and_the_answerer_does_not(chat: Chat) -> None:
    ask(chat)
    bo, cecilia = chat.as_("Bo Ek"), chat.as_("Cecilia")
    bo.in_channel(VATTEN).click("Jag undrar också")
    cecilia.in_channel(VATTEN).click("Jag undrar också")
    assert "2 personer undrar också." in bo.in_channel(VATTEN).text
    cecilia.in_channel(VATTEN).click("Svara")
    cecilia.in_channel(VATTEN).click("Skicka svaret", answer="Kolfilter.")

    assert bo.text.startswith("En fråga du följer har fått svar")
    assert bo.buttons == ["Tacka", "Sluta följa"]
    assert texts(cecilia) == texts(cecilia)[:1]
    bo.click("Tacka")
    assert cecilia.text.startswith("Du har fått ett tack")
    assert "Bo Ek tackar för ditt svar." in cecilia.text
    assert "Du har redan tackat" in bo.click("Tacka")
    assert texts(cecilia).count("Du har fått ett tack") == 1
    bo.click("Sluta följa")
    assert "1 person undrar också." in cecilia.in_channel(VATTEN).text

    own = chat.in_channel(VATTEN)
    own.click("Svara")
    own.click("Skicka svaret", answer="Jag hittade det i en rapport.")
    chat.say("mina frågor")
    chat.click("Öppna")
    chat.click("Det löste det")
    assert chat.buttons == ["Behöver mer hjälp"], "nobody thanks themselves"


def test_needing_more_help_opens_it_again_with_the_askers_words(chat: Chat) -> None:
    ask(chat)
    here = chat.as_("Bo Ek").in_channel(VATTEN)
    here.click("Svara")
    here.click("Skicka svaret", answer="Kolfilter.")
    chat.click("Behöver mer hjälp")
    assert chat.click("Tillbaka").startswith("Du har fått svar")
    chat.click("Behöver mer hjälp")
    chat.click("Öppna frågan igen", more="Vad *kostar* det?")

    question = row(chat)
    assert (question.status, question.more) == (Status.OPEN, "Vad *kostar* det?")
    assert here.shown[-1].message.text == "Frågan är öppen igen. Anna Andersson skriver: Vad \\*kostar\\* det?"
    card = here.shown[-2].message.card
    assert card
    assert "Det här behövs fortfarande:\nVad *kostar* det?" in words(card)
    chat.say("mina frågor")
    chat.click("Öppna")
    assert "Det här behövs fortfarande:\nVad *kostar* det?" in chat.text
    here.click("Svara")
    here.click("Skicka svaret", answer="En miljon.")
    assert "En miljon." in chat.text
    chat.click("Det löste det")
    solved = next(card for one in here.shown if (card := one.message.card))
    assert "Följdfråga:\nVad *kostar* det?" in words(solved)
    assert "behövs fortfarande" not in words(solved)


def test_a_question_asked_in_a_channel_goes_on_in_the_askers_own_chat(chat: Chat) -> None:
    here = chat.in_channel("annan", thread="7")
    assert "egen chatt" in here.say(f"fråga kollegor {TEXT}")
    assert here.shown[-1].message.card is None
    chat.click("Fortsätt", answer=TEXT)
    chat.click("Vatten")
    chat.click("Visa mitt namn")
    chat.click("Skicka")

    chat.blocked.add(chat.sender.teams_id)
    bo = chat.as_("Bo Ek").in_channel(VATTEN)
    bo.click("Svara")
    bo.click("Skicka svaret", answer="Kolfilter.")
    assert here.shown[-1].message.text == "@Anna Andersson "
    assert here.text.startswith("Du har fått svar")
    assert deliveries(chat)["question:1:answer:1:person:1"] == State.SENT
    bo.as_("Cecilia").in_channel("annan", thread="7").press("questions.solve", {"question": 1, "answer": 1})
    assert row(chat).status == Status.ANSWERED
    here.click("Det löste det")
    assert row(chat).status == Status.SOLVED


def test_who_has_no_chat_with_the_bot_asks_in_the_thread(chat: Chat) -> None:
    here = chat.as_("Ny Person", new=True).in_channel("annan", thread="7")

    assert "Vad vill du fråga kollegorna?" in here.say(f"fråga kollegor {TEXT}")


def test_mine_shows_own_and_followed_questions_and_takes_one_back(chat: Chat, clock: Clock) -> None:
    assert "Du har inga frågor här än." in chat.say("mina frågor")
    ask(chat)
    clock.forward(hours=1)
    bo = chat.as_("Bo Ek")
    ask(bo, "Dagvattenstrategi, har någon en att dela?")
    chat.in_channel(VATTEN).click("Jag undrar också")

    shown = chat.say("mina frågor")
    assert f"Du har frågat\n{TEXT}\nVäntar på svar, ställd den 24 november 2026\nÖppna\nDu följer\nDagvatten" in shown
    chat.click("Öppna")
    assert chat.buttons == ["Byt grupp", "Dra tillbaka frågan", "Till mina frågor"]
    chat.click("Dra tillbaka frågan")
    first = chat.in_channel(VATTEN).shown[0].message.card
    assert first
    assert words(first) == "Den som frågade har dragit tillbaka frågan."
    chat.click("Mina frågor")
    assert "Återtagen" in chat.text


def test_what_people_write_is_shown_letter_by_letter(chat: Chat) -> None:
    evil = "<b>x</b> [klicka](https://ond.example) {{DATE(2026-01-01T00:00:00Z)}} **fet**"
    ask(chat, evil, "Vet inte – till kansliet")
    ask(chat, evil, "Vatten")
    here = chat.as_("Bo **Ek**").in_channel(VATTEN)
    here.click("Svara")
    here.click("Skicka svaret", answer=evil)

    for shown in (*chat.shown, *here.shown):
        for part in _text_blocks(shown.message.card or {}):
            assert "ond.example" not in part
            assert "{{DATE" not in part


def test_long_texts_fit_in_every_card(chat: Chat) -> None:
    ask(chat, "å" * 1500)
    for number in range(5):
        here = chat.as_(f"Person {number}").in_channel(VATTEN)
        here.click("Svara")
        here.click("Skicka svaret", answer=f"{number}" + "ö" * 3999)
    chat.say("mina frågor")
    chat.click("Öppna")

    for shown in (*chat.shown, *here.shown):
        assert len(json.dumps(shown.message.card, ensure_ascii=False).encode()) < 40_000


def _text_blocks(card: object) -> list[str]:
    from tests.support.chat import walk  # noqa: PLC0415

    return [str(part.get("text")) for part in walk(card) if part["type"] == "TextBlock"]


@pytest.mark.parametrize("private", [True, False])
def test_an_answer_is_mentioned_only_where_the_question_was_asked_openly(chat: Chat, *, private: bool) -> None:
    chat.say("hej")
    there = replace(chat.in_channel("Klimat"), private=private)
    there.say("vad gör man mot hög halt av pfas i brunn nummer nio")
    there.click("Fråga i Vatten")
    for title in ("Visa inte mitt namn", "Skicka"):
        chat.click(title)

    asked = row(chat)
    assert (asked.asked_conversation_id, asked.asked_thread_id) == (
        (None, None) if private else ("19:Klimat@thread.tacv2", "1")
    )


def test_a_private_message_in_a_questions_thread_is_no_answer(chat: Chat) -> None:
    ask(chat)
    bo = chat.as_("Bo Ek").in_channel(VATTEN)
    thread = bo.shown[-1].id
    private = replace(bo, place=replace(bo.place, thread_id=thread), private=True)

    assert "Ditt svar har gått" not in private.say("Vi har kolfilter.")
    assert "Ditt svar har gått" in replace(private, private=False).say("Vi har kolfilter.")
