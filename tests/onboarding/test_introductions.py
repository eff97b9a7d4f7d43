"""A newcomer's introduction: posted only as approved, once in each channel, and taken back."""

from __future__ import annotations

import pytest

from bot.message import Json
from storage.contents import Content
from storage.outbox import Delivery, State
from storage.people import VisibleTo
from tests.support.chat import Chat, words
from tests.support.onboarding import BY_BUTTONS, change_group, press, row
from tests.support.people import know, person, set_up
from tests.support.races import at_once

VATTEN, LIVSMEDEL = "19:vatten@thread.tacv2", "19:livsmedel@thread.tacv2"
ASKED = "Vill du presentera dig för temagrupperna?"
MINE = "Hej! Jag heter Anna och är ny."


@pytest.fixture
def anna(chat: Chat) -> Chat:
    """Anna of Sotenäs, who has answered all questions and follows two groups with channels."""
    set_up(chat.app.database)
    know(chat, mail="anna@sotenas.se")
    change_group(chat, "vatten", conversation_id=VATTEN)
    change_group(chat, "livsmedel", conversation_id=LIVSMEDEL)
    press(chat, *BY_BUTTONS[:4])
    chat.click("Fortsätt", groups="1,2")
    chat.click("Fortsätt", answer="PFAS i en brunn")
    press(chat, *BY_BUTTONS[6:])
    return chat


def channel(chat: Chat, name: str) -> list[str]:
    """Return what stands in a channel."""
    return [words(card) for one in chat.history.get(name, []) if (card := one.card_for("29:anybody"))]


def deliveries(chat: Chat) -> list[tuple[str, str, str]]:
    """Return the introduction's rows: key, operation and state."""
    rows = chat.app.database.play(
        lambda session: (
            session.query(Delivery).where(Delivery.key.startswith("introduction:")).order_by(Delivery.id).all()
        )
    )
    return [(row.key, row.operation, row.state) for row in rows]


def texts(chat: Chat) -> str:
    """Return everything that is kept of what was sent."""
    return str(chat.app.database.play(lambda session: [content.body for content in session.query(Content)]))


def test_nothing_is_posted_before_the_exact_text_is_approved(anna: Chat) -> None:
    assert anna.text.startswith(ASKED)
    draft = "Hej! Jag heter Anna Andersson och är kontaktpolitiker i Sotenäs kommun."
    draft += "\nJust nu brottas vi med: PFAS i en brunn"
    assert f"Säg hej till Anna Andersson!\n{draft}\nSkicka till" in anna.text
    assert deliveries(anna) == []
    assert "Den står i Vatten och Livsmedel." in anna.click("Skicka", groups="1,2")
    for name in (VATTEN, LIVSMEDEL):
        (shown,) = channel(anna, name)
        assert shown.startswith(f"Säg hej till Anna Andersson!\n{draft}\n")


def test_a_changed_text_is_shown_before_it_is_posted(anna: Chat) -> None:
    anna.click("Ändra texten")
    assert deliveries(anna) == []
    assert f"Säg hej till Anna Andersson!\n{MINE}\nSkicka till" in anna.click("Visa texten", text=MINE)
    assert deliveries(anna) == []
    anna.click("Skicka", groups="1")
    (shown,) = channel(anna, VATTEN)
    assert MINE in shown
    assert "PFAS" not in shown
    assert channel(anna, LIVSMEDEL) == []


def test_no_is_no(anna: Chat) -> None:
    assert "Då skickar jag ingen presentation." in anna.click("Nej tack")
    assert deliveries(anna) == []


def test_it_is_posted_once_however_often_it_is_pressed(anna: Chat) -> None:
    data = {"text": MINE, "groups": "1,2"}
    at_once([(anna, "introductions.post", data)] * 2)
    assert "Du har redan presenterat dig" in anna.press("introductions.post", data | {"text": "En annan text"})
    anna.deliver()
    assert [len(channel(anna, name)) for name in (VATTEN, LIVSMEDEL)] == [1, 1]


def test_going_through_it_again_offers_only_new_groups(anna: Chat) -> None:
    anna.click("Skicka", groups="1")
    anna.say("kom igång")
    anna.click("Klar")
    assert anna.text.startswith(ASKED)
    assert "Vatten" not in anna.text.partition("Skicka till")[2]
    anna.click("Skicka", groups="2")
    anna.say("kom igång")
    anna.click("Klar")
    assert not anna.text.startswith(ASKED)


def test_two_groups_in_one_channel_get_one_post(anna: Chat) -> None:
    change_group(anna, "livsmedel", conversation_id=VATTEN)
    anna.click("Skicka", groups="1,2")
    assert len(channel(anna, VATTEN)) == 1
    assert "Du har redan presenterat dig" in anna.press("introductions.post", {"text": MINE, "groups": "2"})


def test_it_can_be_taken_back_and_is_then_forgotten(anna: Chat) -> None:
    anna.click("Skicka", groups="1,2")
    assert "PFAS i en brunn" in texts(anna)
    assert "Din presentation tas bort ur kanalerna." in anna.click("Ta bort min presentation")
    assert [channel(anna, name) for name in (VATTEN, LIVSMEDEL)] == [[], []]
    assert "PFAS i en brunn" not in texts(anna)
    assert "Det finns ingen presentation att ta bort." in anna.press("introductions.take_back", {})
    assert "Du har redan presenterat dig" in anna.press("introductions.post", {"text": MINE, "groups": "1"})


def test_a_post_that_is_on_its_way_loses_its_words(anna: Chat) -> None:
    anna.click("Skicka", groups="1")
    anna.app.database.play(lambda session: session.query(Delivery).update({"state": State.SENDING}))
    anna.click("Ta bort min presentation")
    assert "PFAS i en brunn" not in texts(anna)
    assert "En presentation har tagits bort." in texts(anna)
    assert ("introduction:1:1:gone", "delete", "waiting") in deliveries(anna)


def test_a_person_who_has_left_may_take_theirs_back(anna: Chat) -> None:
    anna.click("Skicka", groups="1")
    know(anna, left_at=anna.clock.now)
    assert "tas bort ur kanalerna" in anna.click("Ta bort min presentation")
    assert channel(anna, VATTEN) == []


def test_an_erased_persons_post_goes_with_its_words(anna: Chat) -> None:
    anna.as_("Bo Ek")  # while somebody is there, the bot knows the way to the channel
    anna.click("Skicka", groups="1,2")
    anna.say("ta bort mig")
    press(anna, "Ja, gå vidare", "Ta bort mina uppgifter")
    assert [channel(anna, name) for name in (VATTEN, LIVSMEDEL)] == [[], []]
    assert "PFAS i en brunn" not in texts(anna)
    assert "Anna Andersson" not in texts(anna)


def test_a_post_of_a_person_who_left_before_it_went_is_not_sent(anna: Chat) -> None:
    waiting = Delivery(subject=f"introduction:{person(anna).id}")

    def wanted() -> bool:
        check = anna.app.plan.still_wanted["introduction"]
        return anna.app.database.play(lambda session: check(session, waiting))

    assert wanted()
    know(anna, left_at=anna.clock.now)
    assert not wanted()


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        ({"groups": "1"}, "Skriv något först"),
        ({"text": "  \n ", "groups": "1"}, "Skriv något först"),
        ({"text": "x" * 701, "groups": "1"}, "Korta det till högst 700."),
        ({"text": MINE}, "Välj minst en grupp"),
        ({"text": MINE, "groups": "3,99,x"}, "Välj minst en grupp"),
    ],
)
def test_a_made_up_introduction_is_refused(anna: Chat, data: Json, refusal: str) -> None:
    assert refusal in anna.press("introductions.post", data)
    assert deliveries(anna) == []


def test_nobody_posts_in_a_group_that_they_do_not_follow(anna: Chat) -> None:
    bo = anna.as_("Bo Ek")
    assert "Du har redan presenterat dig i dina grupper, eller så följer du ingen" in bo.press(
        "introductions.post", {"text": MINE, "groups": "1"}
    )
    assert "Det finns ingen presentation att ta bort." in bo.press("introductions.take_back", {})


@pytest.mark.parametrize("facts", [{"visible_to": VisibleTo.KANSLI}, {"visible_to": VisibleTo.MUNICIPALITY}])
def test_a_person_whom_others_may_not_see_is_not_asked(anna: Chat, facts: Json) -> None:
    know(anna, **facts)
    assert "introductions" not in str(anna.press("introductions.show", {"text": MINE}))
    assert "Du har redan presenterat dig" in anna.press("introductions.post", {"text": MINE, "groups": "1"})


def test_a_group_without_a_channel_is_not_offered(anna: Chat) -> None:
    change_group(anna, "vatten", conversation_id=None)
    assert "Välj minst en grupp" in anna.press("introductions.post", {"text": MINE, "groups": "1"})


def test_markdown_in_the_text_is_shown_as_it_is_written(anna: Chat) -> None:
    anna.press("introductions.post", {"text": "**fet** <at>Alla</at>", "groups": "1"})
    (shown,) = channel(anna, VATTEN)
    assert "**fet** <at>Alla</at>" in shown


def test_the_answers_are_own_data(anna: Chat) -> None:
    assert "Din start i nätverket (2 rader)" in anna.say("mina uppgifter")
    assert row(anna).answers["wrestles"] == "PFAS i en brunn"
    assert State.SENT not in {state for _, _, state in deliveries(anna)}
