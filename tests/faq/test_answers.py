"""Questions to the knowledge bank, and the buttons under the answers."""

from __future__ import annotations

from typing import Any

import pytest

from bot.help.cards import EXAMPLES
from bot.turn import App
from storage import faq_log
from storage.faq_log import FaqQuestion, QuestionText, RecentQuestion
from storage.faq_votes import Vote
from tests.support.chat import Chat, Clock, actions

OFFERED = "Vilka nyckeltal finns det i nätverket"
"""A wording that the starting content is unsure of."""


def test_a_known_question_is_answered_with_its_source(chat: Chat) -> None:
    shown = chat.say("Hur blir vår kommun medlem?")

    assert "Kommunfullmäktige eller kommunstyrelsen" in shown
    assert "Kansliet har inte bekräftat det här svaret än." in shown
    assert "Källa: [Medlemskap, sekom.se](https://www.sekom.se/medlemmar/medlemskap/)." in shown
    assert "Granskat" not in shown
    assert chat.buttons[-2:] == ["Ja", "Nej"]


@pytest.mark.parametrize(("title", "question"), EXAMPLES.items())
def test_the_examples_of_the_greeting_are_answered(chat: Chat, title: str, question: str) -> None:
    shown = chat.click(title)

    assert shown.startswith(question)
    assert "Hjälpte svaret?" in shown


def test_an_unknown_question_gets_an_honest_no(chat: Chat) -> None:
    shown = chat.say("vilken färg har månens baksida")

    assert shown.startswith("Det vet jag inte")
    assert "kansliet@ekokommuner.example" in shown


def test_an_empty_bank_answers_politely(empty_app: App, clock: Clock) -> None:
    shown = Chat(empty_app, clock).say("Hur blir vår kommun medlem?")

    assert "Kunskapsbanken är tom än så länge." in shown


def test_a_question_about_a_place_we_know_nothing_of_is_not_answered_as_fact(chat: Chat) -> None:
    shown = chat.say("Vilka kontaktpersoner ska Östersund ha?")

    assert "Jag har inget svar om just Östersund." in shown
    assert "Hjälpte svaret?" not in shown


def test_two_questions_in_one_message_get_both_answers(chat: Chat) -> None:
    shown = chat.say("Hur många medlemmar har SEKOM? Kan en region bli medlem?")

    assert "räknar med 80 kommuner" in shown
    assert "både kommuner och regioner" in shown
    assert len(chat.shown) == len(["the greeting", "one answer", "another answer"])
    shown = chat.say("hur många medlemmar har sekom å vad kostar det")
    assert "räknar med 80 kommuner" in shown
    assert "den fasta delen angetts till 4 000 kronor" in shown


def test_a_follow_up_is_searched_with_the_question_before(chat: Chat, clock: Clock) -> None:
    chat.say("Vad är tjänstepersonsforum?")

    assert "fyra gånger per år" in chat.say("och hur ofta då?")
    assert "fyra gånger per år" in chat.say("och när?")
    assert "fyra gånger per år" in chat.say("när är nästa?")  # also in the words of another entry
    clock.forward(minutes=6)
    assert "fyra gånger per år" not in chat.say("och hur ofta då?")
    assert "Du skrev: ”hur länge då?”" in chat.say("hur länge då?")  # "och hur ofta då?" says nothing to lean on
    chat.say("Vad är tjänstepersonsforum?")
    chat.say("påminnelser")
    assert "fyra gånger per år" not in chat.say("hur ofta?")  # the reminders, rather


@pytest.mark.parametrize("asked_on", ["och när?", "hur gör vi då?", "var är det?"])
def test_a_follow_up_that_the_answer_before_does_not_hold_gets_no_parrot(chat: Chat, asked_on: str) -> None:
    chat.say("Hur blir man medlem?")

    shown = chat.say(asked_on)
    assert shown.startswith("Menade du någon av de här frågorna?")
    assert f"Du skrev: ”{asked_on}”" in shown
    picked = chat.buttons[0]
    chat.click(picked)
    assert "valdes förra gången" not in chat.as_("Bo").say(asked_on)
    chat.say("Vad är gröna nyckeltal?")
    assert not chat.say(asked_on).startswith(picked)  # a pick is remembered for what says it all


@pytest.mark.parametrize("asked_on", ["hur många e vi", "vad är det för mening", "hur gör man"])
def test_a_question_of_its_own_is_not_joined_with_the_one_before(chat: Chat, asked_on: str) -> None:
    chat.say("Vad är tjänstepersonsforum?")
    chat.say(asked_on)

    texts = chat.app.database.play(
        lambda session: session.query(QuestionText.text).order_by(QuestionText.question_id).all()
    )
    assert [text for (text,) in texts] == ["Vad är tjänstepersonsforum?", asked_on]


def test_inget_av_dessa_quotes_only_what_was_written(chat: Chat) -> None:
    chat.say("Hur blir man medlem?")
    chat.say("hur gör vi då?")

    assert "Du skrev" not in chat.click("Inget av dessa")
    assert "Hur blir man medlem, hur gör vi då?" in chat.click("Fråga kollegor")


def test_a_follow_up_without_an_answer_goes_to_colleagues_with_what_it_is_about(chat: Chat) -> None:
    chat.say("hur sorterar ni textil")
    chat.say("och när?")

    assert "Du skrev: ”och när?”" in chat.text
    assert "hur sorterar ni textil, och när?" in chat.click("Fråga i Cirkulärt")


def test_a_choice_under_menade_du_is_shown_and_remembered(chat: Chat) -> None:
    chat.say(OFFERED)
    assert chat.text.startswith("Menade du någon av de här frågorna?")
    choice = chat.buttons[0]

    assert chat.click(choice).startswith(choice)
    assert "Hjälpte svaret?" in chat.text
    again = chat.as_("Bo").say(OFFERED.upper() + "??")
    assert again.startswith(choice)
    assert "det svar som valdes förra gången" in again


def test_a_wording_that_was_chosen_two_ways_is_asked_about_again(chat: Chat) -> None:
    bo = chat.as_("Bo")
    chat.say(OFFERED)
    bo.say(OFFERED)
    chat.click(chat.buttons[0])
    bo.click(bo.buttons[1])

    assert chat.as_("Cecilia").say(OFFERED).startswith("Menade du någon")


def test_none_of_these_is_an_honest_no_and_ends_the_remembering(chat: Chat) -> None:
    chat.say(OFFERED)
    chat.click(chat.buttons[0])
    bo = chat.as_("Bo")
    bo.press("faq.none", {"question": 1})
    chat.press("faq.none", {"question": 1})

    assert bo.say(OFFERED).startswith("Menade du någon")


def test_somebody_elses_wording_is_not_shown(chat: Chat) -> None:
    chat.say("min hemliga fråga om nyckeltal")
    chat.say(OFFERED)

    assert OFFERED not in chat.as_("Bo").press("faq.none", {"question": 2})
    assert OFFERED in chat.press("faq.none", {"question": 2})


def test_yes_replaces_the_buttons_and_can_be_changed(chat: Chat) -> None:
    chat.say("Kan en region bli medlem?")

    assert "Tack! Du har svarat att det hjälpte." in chat.click("Ja")
    chat.click("Ändra mitt svar")
    assert "Tack för att du säger till." in chat.click("Nej")
    votes = chat.app.database.play(lambda session: session.query(Vote).all())
    assert [(vote.helpful, vote.reason) for vote in votes] == [(False, "")]


def test_no_takes_an_optional_line_why(chat: Chat) -> None:
    chat.say("Kan en region bli medlem?")
    chat.click("Nej")

    assert "Skriv vad du saknade i rutan" in chat.click("Skicka", reason="  ")
    assert "Tack, det hjälper oss att bli bättre." in chat.click("Skicka", reason="Hur lång tid tar det?")
    votes = chat.app.database.play(lambda session: session.query(Vote).all())
    assert [(vote.helpful, vote.reason) for vote in votes] == [(False, "Hur lång tid tar det?")]
    assert chat.click("Visa svaret igen").startswith("Kan en region bli medlem?")


def test_a_vote_pressed_twice_counts_once(chat: Chat) -> None:
    chat.say("Kan en region bli medlem?")
    data = _vote_data(chat)
    chat.press("faq.vote", {**data, "helpful": True})
    chat.press("faq.vote", {**data, "helpful": True})

    assert chat.app.database.play(lambda session: session.query(Vote).count()) == 1


def test_in_a_channel_everybody_votes_on_their_own_view(chat: Chat) -> None:
    anna, bo = chat.in_channel(), chat.as_("Bo").in_channel()
    anna.say("Kan en region bli medlem?")
    anna.click("Ja")

    assert "Du har svarat" in anna.text
    assert bo.buttons[-2:] == ["Ja", "Nej"]


def test_a_related_question_opens_beside_the_answer(chat: Chat) -> None:
    chat.say("Vad är gröna nyckeltal?")
    related = chat.buttons[0]

    assert chat.click(related).startswith(related)
    assert len(chat.shown) == len(["the greeting", "the answer", "the related answer"])


@pytest.mark.parametrize("verb", ["faq.choose", "faq.show", "faq.vote", "faq.reason", "faq.again", "faq.none"])
@pytest.mark.parametrize("value", [None, "1", 0, -1, 2**40, True, 1.5, [1], {"a": 1}, 999])
def test_a_button_with_made_up_ids_is_refused(chat: Chat, verb: str, value: object) -> None:
    shown = chat.press(verb, {"question": value, "entry": value, "related": value})

    assert "finns inte" in shown


def test_the_log_keeps_figures_and_a_text_apart_from_people(chat: Chat) -> None:
    chat.say("Kan en region bli medlem? Mitt nummer är 19900101-1234 och mejlen a.b@kommun.se")

    question = chat.app.database.play(lambda session: session.query(FaqQuestion).one())
    text = chat.app.database.play(lambda session: session.query(QuestionText).one())
    assert (question.outcome, question.theme) == ("answered", "medlemskap")
    assert text.text == "Kan en region bli medlem? Mitt nummer är … och mejlen …"
    assert not {"person_id"} & set(FaqQuestion.__table__.c.keys()) | set(QuestionText.__table__.c.keys()) & {"person"}


def test_wordings_go_after_the_retention_time_and_figures_stay(chat: Chat, clock: Clock) -> None:
    chat.say("Kan en region bli medlem?")
    clock.forward(days=181)
    chat.say("Vad är gröna nyckeltal?")
    now = clock.now

    gone = chat.app.database.play(lambda session: faq_log.forget_texts(session, clock.days_ago(180), now))

    assert gone == 1
    assert chat.app.database.play(lambda session: session.query(FaqQuestion).count()) == len(["old", "new"])
    assert chat.app.database.play(lambda session: session.query(QuestionText.text).all()) == [
        ("Vad är gröna nyckeltal?",)
    ]
    assert chat.app.database.play(lambda session: session.query(RecentQuestion).count()) == 1


def _vote_data(chat: Chat) -> dict[str, Any]:
    data: dict[str, Any] = next(action["data"] for action in actions(chat.card) if action.get("verb") == "faq.vote")
    return data
