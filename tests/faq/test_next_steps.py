"""The ways on from a question without a sure answer: to colleagues, to the kansli, or to the right command."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.help import smalltalk
from storage.faq_votes import Vote
from storage.questions import Status
from tests.support.chat import Chat, actions
from tests.support.questions import VATTEN, newest, row

ERRAND = "jag glömde lösenordet till miljöbarometern"
PFAS = "vad gör man mot hög halt av pfas i brunn nummer nio"


def primary(chat: Chat) -> str:
    """Return the title of the newest card's primary button, which is its first."""
    (title,) = (str(one["title"]) for one in actions(chat.card) if one.get("style") == "positive")
    return title


def test_an_errand_reaches_the_kansli_with_one_press_and_the_answer_comes_back(chat: Chat, kansli: Chat) -> None:
    chat.say(ERRAND)
    assert (primary(chat), chat.buttons[0]) == ("Skicka till kansliet", "Skicka till kansliet")
    assert ERRAND in chat.text
    shown = chat.click("Skicka till kansliet", errand=f"{ERRAND}. Jag heter Anna i Ale.")
    assert shown.startswith("Skickat till kansliet")
    assert "Bara kansliet läser det du skrev." in shown

    assert kansli.text.startswith(f"En fråga till kansliet\n{ERRAND}. Jag heter Anna i Ale.")
    kansli.click("Besvara")
    kansli.click("Skicka svaret", answer="Nu har du ett nytt.")
    assert "Nu har du ett nytt." in chat.text
    assert (row(chat).group_id, row(chat).show_name) == (None, True)


def test_an_errand_is_taken_back_with_one_press(chat: Chat, kansli: Chat) -> None:
    chat.say(ERRAND)
    chat.click("Skicka till kansliet")
    assert "Kansliet svarar inte på den." in chat.click("Dra tillbaka frågan")
    assert row(chat).status == Status.WITHDRAWN
    assert "Inga frågor väntar på svar." in kansli.say("öppna frågor")


def test_pressing_twice_sends_once(chat: Chat) -> None:
    chat.say(ERRAND)
    press = next(one for one in actions(chat.card) if one["title"] == "Skicka till kansliet")
    for _ in range(2):
        chat.press(press["verb"], {**press["data"], "errand": ERRAND}, card_id=chat.shown[-1].id)
    assert newest(chat).id == 1
    chat.click("Dra tillbaka frågan")
    again = chat.press(press["verb"], {**press["data"], "errand": ERRAND}, card_id=chat.shown[-1].id)
    assert "Du har tagit tillbaka det här." in again


def test_an_errand_from_a_channel_is_answered_in_private_alone(chat: Chat, kansli: Chat) -> None:
    here = chat.in_channel(VATTEN)
    here.say("kan ni skicka fakturan igen")
    shown = here.click("Skicka till kansliet", errand="kan ni skicka fakturan igen")
    assert "Jag skriver till dig i vår egen chatt" in shown
    kansli.click("Besvara")
    kansli.click("Skicka svaret", answer="Den kommer i dag.")

    asked = row(chat)
    assert (asked.group_id, asked.asked_conversation_id, asked.asked_thread_id) == (None, None, None)
    assert "Den kommer i dag." in chat.text
    assert "Den kommer i dag." not in here.text


@pytest.mark.parametrize("text", ["prata med en människa", "ring mig"])
def test_people_who_want_a_human_get_the_address_and_a_field(chat: Chat, text: str) -> None:
    shown = chat.say(text)
    assert "kansliet@ekokommuner.example" in shown
    assert "Skriv" in chat.click("Skicka till kansliet", errand=" ")
    assert "Skickat till kansliet" in chat.click("Skicka till kansliet", errand="Ring mig på måndag.")


def test_one_word_is_not_sent_before_it_says_what_is_wanted(chat: Chat) -> None:
    chat.say("solhatt")
    assert chat.click("Skicka till kansliet").startswith("Vad vill du säga till kansliet?")
    chat.click("Skicka till kansliet", errand="Får vi plantera solhatt?")
    assert newest(chat).text == "Får vi plantera solhatt?"


def test_a_question_for_peers_goes_to_the_named_group_in_three_presses(chat: Chat) -> None:
    chat.say(PFAS)
    assert (primary(chat), chat.buttons[0]) == ("Fråga i Vatten", "Fråga i Vatten")
    assert "Din fråga handlar om ”pfas” och ”brunn”." in chat.text
    assert chat.buttons == ["Fråga i Vatten", "Skicka till kansliet"]
    chat.click("Fråga i Vatten")
    chat.click("Visa mitt namn")
    assert PFAS in chat.text
    assert "Till: temagruppen Vatten." in chat.text
    chat.click("Skicka")
    assert chat.in_channel(VATTEN).text.startswith(f"Fråga till temagruppen Vatten\n{PFAS}")


def test_the_text_and_the_group_can_still_be_changed(chat: Chat) -> None:
    chat.say(PFAS)
    chat.click("Fråga i Vatten")
    chat.click("Tillbaka")
    assert chat.text.startswith("Vilken temagrupp ska få frågan?")
    chat.click("Tillbaka")
    chat.click("Fortsätt", answer="Hur renar ni brunnar?")
    assert "Hur renar ni brunnar?" in chat.text


def test_guesses_do_not_stand_in_the_way_of_a_question_for_peers(chat: Chat) -> None:
    shown = chat.say("kan ni hjälpa oss med upphandling av elbilar")

    assert "Menade du" not in shown
    assert "temagruppen **Transport och energi**" in shown
    assert chat.buttons == ["Fråga temagruppen", "Skicka till kansliet"]


def test_an_offer_has_the_ways_on_too(chat: Chat) -> None:
    chat.say("Vilka nyckeltal finns det i nätverket")

    assert chat.text.startswith("Menade du någon av de här frågorna?")
    assert chat.buttons[-3:] == ["Skicka till kansliet", "Fråga kollegor", "Inget av dessa"]
    assert primary(chat) == "Skicka till kansliet"
    chat.click("Inget av dessa")
    assert chat.buttons == ["Skicka till kansliet", "Fråga kollegor"]


def test_after_no_the_next_step_comes_first(chat: Chat) -> None:
    chat.say("Kan en region bli medlem?")
    chat.click("Nej")

    assert chat.buttons[0] == primary(chat) == "Skicka till kansliet"
    assert "Tack, det hjälper oss" in chat.click("Skicka", reason="Hur gör regionen?")


def test_in_the_groups_own_channel_one_press_asks_the_group(chat: Chat) -> None:
    here, bo = chat.in_channel(VATTEN), chat.as_("Bo Ek").in_channel(VATTEN)
    here.say(PFAS)
    assert primary(here) == "Fråga gruppen här"
    assert "Det är inte din fråga." in bo.click("Fråga gruppen här")
    assert here.click("Fråga gruppen här").startswith("Din fråga är skickad")

    asked = row(chat)
    assert (asked.text, asked.show_name, asked.asked_thread_id) == (PFAS, True, "1")
    assert bo.text.startswith(f"Fråga till temagruppen Vatten\n{PFAS}\nAnna Andersson")
    bo.click("Svara")
    bo.click("Skicka svaret", answer="Kolfilter.")
    assert "Kolfilter." in chat.text


def test_a_private_message_in_the_channel_is_not_posted_there(chat: Chat) -> None:
    here = replace(chat.in_channel(VATTEN), private=True)
    here.say(PFAS)

    assert primary(here) == "Fråga i Vatten"


def test_a_channel_without_a_group_cannot_be_asked(chat: Chat) -> None:
    assert "hör inte till någon temagrupp" in chat.press("questions.here", {"text": PFAS})


def test_thanks_after_a_colleagues_answer_solve_the_question_and_can_be_regretted(chat: Chat) -> None:
    bo = _answered(chat)
    shown = chat.say("tack så mycket, det löste sig")

    assert "Jag har markerat din fråga som löst och sagt till Bo Ek att svaret hjälpte." in shown
    assert row(chat).status == Status.SOLVED
    assert bo.text.startswith("Ditt svar hjälpte")
    chat.click("Ångra")
    assert row(chat).status == Status.ANSWERED
    assert "Det löste det" in chat.buttons


def test_thanks_are_about_what_came_last(chat: Chat) -> None:
    _answered(chat)
    chat.clock.forward(minutes=1)
    chat.say("Kan en region bli medlem?")
    assert "Jag har noterat att svaret hjälpte." in chat.say("tack, det löste sig")

    assert row(chat).status == Status.ANSWERED
    assert chat.app.database.play(lambda session: [one.helpful for one in session.query(Vote)]) == [True]
    assert chat.as_("Cia Ceder").say("tack, det löste sig") == smalltalk.THANKS


def test_an_errand_after_a_colleagues_answer_is_the_kanslis(chat: Chat) -> None:
    _answered(chat)

    assert chat.say(ERRAND).startswith("Det hjälper kansliet dig med")
    assert primary(chat) == "Skicka till kansliet"


def test_a_complaint_says_which_answer_is_meant(chat: Chat, kansli: Chat) -> None:
    chat.say("Kan en region bli medlem?")
    assert "Det gäller svaret ”Vad ingår i nyckeltalet om solceller (8a)?”." in chat.say(
        "det stämmer inte det du skrev om 8a"
    )
    chat.say("det stämmer inte")
    assert "Det gäller svaret ”Kan en region bli medlem?”." in chat.text
    field = next(part for part in chat.card["body"] if part["type"] == "Input.Text")["value"]
    chat.click("Skicka till kansliet", errand=field)

    assert "Det gäller svaret ”Kan en region bli medlem?”. det stämmer inte" in kansli.text
    assert chat.app.database.play(lambda session: [one.helpful for one in session.query(Vote)]) == [False]


def test_an_answer_to_something_else_leads_on_with_the_question_before(chat: Chat) -> None:
    chat.say("hur gör ni med skyfall om en region bli medlem")
    shown = chat.say("tack, men det var inte svar på frågan")

    assert "Du skrev: ”hur gör ni med skyfall om en region bli medlem”" in shown
    assert "Vad bra att du säger till" in chat.as_("Cia Ceder").say("det var inte svar på frågan")


def test_a_draft_is_named_and_its_wish_is_counted(chat: Chat, kansli: Chat) -> None:
    shown = chat.say("när är årsmötet?")

    assert shown.startswith("Det svaret är inte klart än\nFrågan: När är nästa årsmöte och årskonferens?")
    assert primary(chat) == "Skicka till kansliet"
    assert "när är årsmötet?" in kansli.say("kunskapsluckor")


def test_a_draft_made_from_a_members_question_is_not_named(chat: Chat, kansli: Chat) -> None:
    _answered(chat)
    chat.say("tack, det löste sig")
    kansli.click("Gör till FAQ")

    assert "inte klart än" not in chat.as_("Cia Ceder").say(PFAS)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("hjäp", "Vad vill du göra?"), ("minauppgifter", "Dina uppgifter"), ("Temagruper!", "Temagrupper")],
)
def test_a_misspelt_command_is_run(chat: Chat, text: str, shown: str) -> None:
    assert chat.say(text).startswith(shown)


def test_what_follows_a_misspelt_command_goes_along(chat: Chat) -> None:
    chat.say(f"fråga kolegor {PFAS}")

    assert chat.text.startswith("Vad vill du fråga kollegorna?")
    assert PFAS in chat.text


def test_a_misspelt_command_that_does_something_is_asked_about(chat: Chat) -> None:
    assert chat.say("ta bort mej").startswith("Menade du kommandot **ta bort mig**?")
    assert chat.click("Ta bort mig").startswith("Vill du att jag tar bort dig?")


def test_several_commands_are_offered(chat: Chat) -> None:
    assert chat.say("mina val").startswith("Menade du något av de här kommandona?")
    assert {"Mina frågor", "Mina uppgifter", "Min kommun"} <= set(chat.buttons)
    assert chat.click("Mina frågor").startswith("Mina frågor")


def test_the_kanslis_commands_are_guessed_for_the_kansli_alone(chat: Chat, kansli: Chat) -> None:
    assert kansli.say("kunskapsbnk").startswith("Menade du kommandot **kunskapsbank**?")
    assert "kommandot" not in chat.say("kunskapsbnk")
    assert "bara för kansliet" in chat.press("help.command", {"word": "kunskapsbank"})
    assert "finns inte längre" in chat.press("help.command", {"word": "fel"})


def test_a_misspelt_command_about_personal_things_goes_to_the_own_chat(chat: Chat) -> None:
    assert "Det tar vi i din egen chatt" in chat.in_channel().say("mina upgifter")


def _answered(chat: Chat) -> Chat:
    """Have Bo answer a question of this person's. Return Bo's own chat."""
    chat.say(PFAS)
    chat.click("Fråga i Vatten")
    chat.click("Visa mitt namn")
    chat.click("Skicka")
    bo = chat.as_("Bo Ek")
    bo.in_channel(VATTEN).click("Svara")
    bo.in_channel(VATTEN).click("Skicka svaret", answer="Vi har kolfilter.")
    return bo


def test_nobody_sends_anothers_errand_but_everybody_their_own_words(chat: Chat) -> None:
    here, bo = chat.in_channel(VATTEN), chat.as_("Bo Ek").in_channel(VATTEN)
    here.say("kan ni skicka fakturan igen")
    assert "Det är inte din fråga." in bo.click("Skicka till kansliet", errand="kan ni skicka fakturan igen")

    here.say("Kan en region bli medlem?")
    bo.click("Nej")
    bo.click("Skicka till kansliet")
    assert bo.click("Skicka till kansliet", errand="Gäller det kommunalförbund?").startswith("Skickat till kansliet")
    assert newest(chat).text == "Gäller det kommunalförbund?"


def test_what_only_the_kansli_reads_is_never_moved_to_a_group_by_others(chat: Chat, kansli: Chat) -> None:
    chat.say(ERRAND)
    chat.click("Skicka till kansliet", errand="Min chef vill säga upp medlemskapet.")
    number = newest(chat).id
    assert "Flytta" not in kansli.buttons
    assert "bara kansliet läser det" in kansli.press("questions.move", {"question": number, "to": "vatten"})
    assert chat.in_channel(VATTEN).shown == []

    chat.press("questions.move", {"question": number, "to": "vatten"})
    assert "Min chef" in chat.in_channel(VATTEN).text
    assert "Anna" not in chat.in_channel(VATTEN).text  # the name was for the kansli
