"""A newcomer's start: by buttons, by writing, with a question in the middle, changed in the summary."""

from __future__ import annotations

import pytest

from storage import contacts
from tests.support.chat import Chat
from tests.support.onboarding import (
    BY_BUTTONS,
    change_group,
    follow,
    follows,
    press,
    profile,
    row,
    ticked,
)
from tests.support.people import LUND, SOTENAS, appoint, know, person, set_up

GROUPS_STEP = "Vilka temagrupper vill du följa?"
TO_GROUPS = ("Kom igång", "Börja", "Ja", "Tjänsteperson")
SUMMARY = "Stämmer det här?"


@pytest.fixture
def anna(chat: Chat) -> Chat:
    """Anna, whose mail address says that she works for Sotenäs."""
    set_up(chat.app.database)
    know(chat, mail="anna@sotenas.se")
    return chat


def proposed(chat: Chat) -> list[tuple[str, str]]:
    """Return the kind and municipality of the proposals that the person waits for."""
    rows = chat.app.database.play(lambda session: contacts.proposed_by(session, person(chat).id))
    return [(one.kind, one.municipality_code) for one in rows]


def test_by_buttons_alone_in_nine_presses(anna: Chat) -> None:
    shown = press(anna, *BY_BUTTONS)

    assert shown.startswith("Välkommen, Anna! Nu är du igång.\nBörja här\n1. Säg till kansliet att du är kontaktpol")
    assert "Som förtroendevald håller du" in shown
    assert len(BY_BUTTONS) == 9
    assert (person(anna).municipality_code, person(anna).role) == (SOTENAS, "politician")
    assert follows(anna) == set(), "the press sent an empty form"
    wishes = profile(anna)
    assert wishes is not None
    assert (wishes.wanted_at, wishes.most) == (anna.clock.now, 0)
    assert row(anna).finished_at == anna.clock.now


def test_by_writing(chat: Chat) -> None:
    set_up(chat.app.database, LUND)
    chat.say("kom igång")
    assert chat.say("ja").startswith("Fråga 1 av 6")
    assert chat.say("Lunds kommun").startswith("Fråga 2 av 6\nVad är du i Lunds kommun?")
    assert GROUPS_STEP in chat.say("Tjänsteman")
    assert chat.say("vatten och livsmedel").startswith("Fråga 4 av 6")
    assert chat.say("Vi har PFAS i en brunn.").startswith("Fråga 5 av 6")
    assert chat.say("Skolmat").startswith("Fråga 6 av 6")
    shown = chat.say("jag kan vara kontaktperson åt två")
    assert shown.startswith(SUMMARY)
    assert "Temagrupper: Vatten och Livsmedel" in shown
    assert "Kontaktperson: jag kan ta emot två nya medlemmar" in shown
    assert "kansliet får bekräfta det" in shown
    assert "Kansliet bekräftar att du hör till Lunds kommun." in chat.say("klar")

    assert proposed(chat) == [("belongs", LUND)]
    assert (person(chat).municipality_code, person(chat).role, person(chat).helps_with) == (None, "officer", "Skolmat")
    assert follows(chat) == {"vatten", "livsmedel"}
    wishes = profile(chat)
    assert wishes is not None
    assert (wishes.wrestles_with, wishes.wanted_at, wishes.most) == ("Vi har PFAS i en brunn.", None, 2)


def test_everything_can_be_skipped_and_then_nothing_is_changed(anna: Chat) -> None:
    know(anna, role="officer", helps_with="Skolmat")
    follow(anna, "vatten")
    press(anna, "Kom igång", "Börja", *["Hoppa över"] * 6)
    assert anna.text.startswith(SUMMARY)
    assert "Jag vet inte vilken kommun du arbetar för än." in anna.click("Klar")
    now = person(anna)
    assert (now.municipality_code, now.role, now.helps_with) == (None, "officer", "Skolmat")
    assert (follows(anna), profile(anna)) == ({"vatten"}, None)


def test_skipping_can_be_written_and_the_first_card_is_not_skipped(anna: Chat) -> None:
    anna.say("kom igång")
    assert "går inte att hoppa över" in anna.say("hoppa över")
    anna.click("Börja")
    assert anna.say("hoppa över").startswith("Fråga 2 av 6")
    assert anna.say("tillbaka").startswith("Fråga 1 av 6")
    assert anna.say("ja").startswith("Fråga 2 av 6"), "Ja is the answer to the only proposal"


def test_a_step_is_changed_from_the_summary_and_the_others_stay(anna: Chat) -> None:
    press(anna, *BY_BUTTONS[:-1])
    assert anna.click("Roll: kontaktpolitiker").startswith("Fråga 2 av 6")
    assert "Du har svarat kontaktpolitiker." in anna.text
    assert anna.click("Tjänsteperson").startswith(SUMMARY)
    anna.click("Brottas med: inte angivet")
    assert anna.say("PFAS").startswith(SUMMARY)
    anna.click("Brottas med: PFAS")
    assert next(part for part in anna.card["body"] if part["type"] == "Input.Text")["value"] == "PFAS"
    assert anna.click("Tillbaka").startswith(SUMMARY), "back from a change is to the summary, with the answer as it was"
    assert "Brottas med: PFAS" in anna.text
    anna.click("Klar")
    assert person(anna).role == "officer"


def test_a_text_is_emptied_by_an_empty_form(anna: Chat) -> None:
    know(anna, helps_with="Skolmat")
    press(anna, *TO_GROUPS, "Fortsätt")
    anna.click("Fortsätt", answer="PFAS")
    assert next(part for part in anna.card["body"] if part["type"] == "Input.Text")["value"] == "Skolmat"
    anna.click("Fortsätt", answer="")
    press(anna, "Nej tack", "Klar")
    assert person(anna).helps_with == ""


@pytest.mark.parametrize("step", range(1, 8))
def test_a_question_in_the_middle_is_answered_and_the_step_is_asked_again(anna: Chat, step: int) -> None:
    press(anna, *BY_BUTTONS[: step + 1])
    asked = anna.text
    shown = anna.say("Vad krävs för att vara medlem?")
    if "Är det svaret på min fråga, eller frågar du mig?" in shown:
        shown = anna.click("Jag frågar dig")
    assert "kommun" in shown
    assert "Din start i nätverket ligger kvar." in shown
    assert anna.click("Fortsätt") == asked


@pytest.mark.parametrize("text", ["tack!", "hej", "👍"])
def test_small_talk_is_no_answer(anna: Chat, text: str) -> None:
    press(anna, *TO_GROUPS, "Fortsätt")
    assert "ligger kvar" in anna.say(text)
    assert anna.click("Fortsätt").startswith("Fråga 4 av 6")


def test_what_is_kept_is_shown_beside_the_question(anna: Chat) -> None:
    anna.click("Kom igång")
    assert "Det här har jag sparat om dig" in anna.click("Det här sparar jag") or "sparat" in anna.text
    assert anna.click("Börja").startswith("Fråga 1 av 6")


def test_a_text_that_is_too_long_says_how_long_it_may_be(anna: Chat) -> None:
    press(anna, *TO_GROUPS, "Fortsätt")
    assert "Korta det till högst 500." in anna.say("ord " * 200)
    assert "Korta det till högst 500." in anna.click("Fortsätt", answer="ord " * 200)
    assert anna.click("Fortsätt", answer="ord " * 100).startswith("Fråga 5 av 6")


# where they belong


def test_a_wrong_proposal_is_replaced_by_what_the_person_writes(anna: Chat) -> None:
    press(anna, "Kom igång", "Börja")
    assert "Jag hittar ingen kommun eller region som heter ”Kattegatt”" in anna.click(
        "Välj den jag skrev", name="Kattegatt"
    )
    assert "Vilken menar du?" in anna.click("Fortsätt", name="Habo eller Håbo")
    assert anna.click("Håbo kommun").startswith("Fråga 2 av 6\nVad är du i Håbo kommun?")
    press(anna, *["Hoppa över"] * 5, "Klar")
    assert proposed(anna) == [("belongs", "0305")]


def test_a_name_that_nobody_has_is_asked_about_also_when_it_is_written(anna: Chat) -> None:
    press(anna, "Kom igång", "Börja")
    assert "heter ”Kattegatt”" in anna.say("Kattegatt")
    assert "heter ”Ja”" in anna.say("Ja"), "the proposal is not on the card any more"
    assert anna.say("Sotenäs").startswith("Fråga 2 av 6")


def test_a_person_with_seats_in_two_municipalities_chooses(anna: Chat) -> None:
    set_up(anna.app.database, LUND)
    appoint(anna.app.database, "officer", "Anna Andersson", "anna@sotenas.se", LUND)
    shown = press(anna, "Kom igång", "Börja")
    assert "Vilken av dem talar du för i nätverket?" in shown
    assert "Lunds kommun: Så står det i registret." in shown
    assert "Sotenäs kommun: Jag föreslår det utifrån din mejladress." in shown
    anna.click("Sotenäs kommun")
    shown = press(anna, *["Hoppa över"] * 5)
    assert "Du arbetar också för Lunds kommun." in shown
    anna.click("Klar")
    assert person(anna).municipality_code == SOTENAS


def test_a_person_can_say_that_they_work_for_two(anna: Chat) -> None:
    press(anna, "Kom igång", "Börja")
    assert "Vilken av dem talar du för i nätverket?" in anna.say("Sotenäs och Lysekil")
    anna.click("Lysekils kommun")
    assert "Du arbetar också för Sotenäs kommun." in press(anna, *["Hoppa över"] * 5)


# the groups


def test_a_persons_groups_and_those_of_colleagues_are_ticked(anna: Chat) -> None:
    bo, cia = anna.as_("Bo Ek"), anna.as_("Cia Ceder")
    know(bo, municipality_code=SOTENAS)
    know(cia, municipality_code=LUND, role="officer")
    follow(bo, "klimat")
    follow(cia, "vatten", "cirkulärt")
    follow(anna, "livsmedel")
    press(anna, *TO_GROUPS)
    assert ticked(anna) == "1,2,4,6", "her own, Bo's first and then Cia's, in the groups' order"
    anna.click("Fortsätt", groups="1,4")
    press(anna, "Hoppa över", "Hoppa över", "Nej tack", "Klar")
    assert follows(anna) == {"vatten", "klimat"}


def test_without_colleagues_the_groups_marked_for_the_role_are_ticked(anna: Chat) -> None:
    press(anna, *TO_GROUPS)
    assert ticked(anna) == "7", "its key words have miljöstrateg"
    press(anna, "Tillbaka", "Rapportör")
    assert ticked(anna) == ""


def test_at_most_three_groups_are_proposed_and_no_closed_one(anna: Chat) -> None:
    bo = anna.as_("Bo Ek")
    know(bo, municipality_code=SOTENAS)
    follow(bo, "vatten", "livsmedel", "klimat", "cirkulärt", "biologisk mångfald")
    change_group(anna, "vatten", open=False)
    press(anna, *TO_GROUPS)
    assert len(ticked(anna).split(",")) == 3
    assert "Vatten." not in anna.text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("Styrning och ledning", {"styrning och ledning"}), ("vatten, klimat", {"vatten", "klimat"}), ("inga", set())],
)
def test_groups_are_written(anna: Chat, text: str, wanted: set[str]) -> None:
    press(anna, *TO_GROUPS)
    assert anna.say(text).startswith("Fråga 4 av 6")
    press(anna, *["Hoppa över"] * 3, "Klar")
    assert follows(anna) == wanted


def test_a_group_that_does_not_exist_is_no_answer(anna: Chat) -> None:
    press(anna, *TO_GROUPS)
    assert "Fråga 4" not in anna.say("vatten och rymden")


# what is offered, and to whom


def test_it_is_offered_until_it_is_finished(anna: Chat) -> None:
    anna.say("hjälp")
    assert "Kom igång" in anna.buttons
    press(anna, *BY_BUTTONS)
    anna.say("hjälp")
    assert "Kom igång" not in anna.buttons
    assert "**kom igång**" in anna.say("alla kommandon")


def test_after_it_everything_can_be_changed(anna: Chat) -> None:
    press(anna, *BY_BUTTONS)
    finished = row(anna).finished_at
    know(anna, role="officer", helps_with="Skolmat")
    follow(anna, "klimat")
    anna.clock.forward(days=3)
    shown = anna.say("kom igång")
    assert shown.startswith(SUMMARY)
    assert "Roll: tjänsteperson" in shown
    assert "Temagrupper: Klimat" in shown
    assert "Kan hjälpa till med: Skolmat" in shown
    anna.click("Kontaktperson: ja, gärna")
    press(anna, "Nej tack", "Klar")
    wishes = profile(anna)
    assert wishes is not None
    assert wishes.wanted_at is None
    assert row(anna).finished_at == finished


def test_it_is_in_ones_own_chat_only(anna: Chat) -> None:
    assert "Det tar vi i din egen chatt" in anna.in_channel().say("kom igång")
    assert "vår egen chatt" in anna.in_channel().press("onboarding.start", {})
