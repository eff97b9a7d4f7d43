"""Several people press at the same moment. On PostgreSQL they really do; on SQLite they come one after the other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage import questions
from storage.questions import Status
from tests.conftest import make_app
from tests.support.chat import Chat
from tests.support.questions import GENERAL, TEXT, VATTEN, all_sent, ask, deliveries, row, texts
from tests.support.races import Press, at_once


@pytest.fixture
def four(chat: Chat) -> list[Chat]:
    """Four people in the channel where a question stands."""
    ask(chat)
    return [chat.as_(f"Person {number}").in_channel(VATTEN) for number in range(4)]


def test_answers_at_once_are_all_kept_and_all_arrive(chat: Chat, four: list[Chat]) -> None:
    at_once([(who, "questions.answer", {"question": 1, "answer": f"Svar {at}"}) for at, who in enumerate(four)])
    chat.deliver()

    assert "Har fått 4 svar." in four[0].text
    assert texts(chat).count("Du har fått svar") == 4
    assert all_sent(chat)


def test_the_same_answer_twice_at_once_is_one(chat: Chat, four: list[Chat]) -> None:
    at_once([(four[0], "questions.answer", {"question": 1, "answer": "Kolfilter."})] * 4)
    chat.deliver()

    assert "Har fått 1 svar." in four[0].text
    assert texts(chat).count("Du har fått svar") == 1


def test_one_of_several_claims_wins_and_the_others_are_told(chat: Chat, four: list[Chat]) -> None:
    replies = at_once([(who, "questions.claim", {"question": 1}) for who in four])
    chat.deliver()

    refused = [reply.notice for reply in replies if reply.notice]
    assert refused == ["Någon har redan tagit frågan. Du kan ändå svara på den."] * 3
    winner = next(who for who, reply in zip(four, replies, strict=True) if not reply.notice)
    assert f"{winner.sender.name} har tagit frågan." in four[0].text


@pytest.mark.parametrize("verb", ["questions.answer", "questions.claim", "questions.follow"])
def test_against_a_withdrawal_the_card_ends_withdrawn_and_nothing_is_lost(
    chat: Chat, four: list[Chat], verb: str
) -> None:
    presses: list[Press] = [(who, verb, {"question": 1, "answer": who.sender.name}) for who in four[:3]]
    replies = at_once([*presses, (chat, "questions.withdraw", {"question": 1})])
    chat.deliver()

    kept = chat.app.database.play(lambda session: questions.answers(session, 1))
    done = [reply for reply in replies[:3] if not reply.notice]
    assert row(chat).status == Status.WITHDRAWN
    assert four[0].text == "Den som frågade har dragit tillbaka frågan."
    if verb == "questions.answer":
        assert len(kept) == len(done) == texts(chat).count("Du har fått svar")
    assert all_sent(chat)


def test_sending_and_thanking_many_times_at_once_does_it_once(chat: Chat, four: list[Chat]) -> None:
    chat.say(f"fråga kollegor {TEXT} igen")
    chat.click("Fortsätt", answer=f"{TEXT} igen")
    chat.click("Vatten")
    chat.click("Visa mitt namn")
    at_once([(chat, "dialog.answer", {"step": "send", "answer": "skicka"})] * 4)
    chat.deliver()
    cards = [key for key in deliveries(chat) if key.endswith(":card:1")]
    assert sorted(cards) == ["question:1:card:1", "question:2:card:1"]

    at_once([(four[0], "questions.answer", {"question": 1, "answer": "Kolfilter."})])
    at_once([(chat, "questions.thank", {"question": 1, "answer": 1})] * 4)
    at_once([(chat, "questions.solve", {"question": 1, "answer": 1})] * 4)
    chat.deliver()
    told = texts(chat.as_("Person 0", new=True))
    assert (told.count("Du har fått ett tack"), told.count("Ditt svar hjälpte")) == (1, 1)


def test_keepers_who_move_it_at_once_leave_one_living_card(chat: Chat, four: list[Chat], kansli: Chat) -> None:
    there = kansli.in_channel(VATTEN)
    to = ("klimat", "livsmedel", "kansli", "klimat")
    replies = at_once([(there, "questions.move", {"question": 1, "post": 1, "to": one}) for one in to])
    chat.deliver()

    moves = sum(not reply.notice for reply in replies)
    living = [
        text for place in (VATTEN, GENERAL) for text in texts(chat.in_channel(place)) if text.startswith("Fråga t")
    ]
    assert texts(chat).count("Din fråga har flyttats") == moves
    assert len(living) == (row(chat).group_id is not None)
    assert "har flyttats till" in four[0].text
    assert all_sent(chat)


def test_solving_and_opening_again_at_once_come_one_after_the_other(chat: Chat, four: list[Chat]) -> None:
    at_once([(four[0], "questions.answer", {"question": 1, "answer": "Kolfilter."})])
    again = {"question": 1, "answer": 1, "more": "Vad kostar det?"}
    at_once([(chat, verb, again) for verb in ("questions.solve", "questions.need_more") * 2])
    chat.deliver()

    now = row(chat)
    told = texts(chat.as_("Person 0", new=True)).count("Ditt svar hjälpte")
    assert (now.status == Status.SOLVED) == ("Löst." in four[0].text)
    assert (now.status == Status.OPEN) == ("Det här behövs fortfarande:" in four[0].text)
    assert told == 1
    assert all_sent(chat)


def test_a_reply_that_is_sent_on_many_times_at_once_is_one_answer(chat: Chat, four: list[Chat]) -> None:
    app = make_app(chat.app.database, SEKOM_READ_THREADS="true")
    bo = replace(four[0], app=app, place=replace(four[0].place, thread_id=four[0].shown[0].id))
    bo.overheard("Kolfilter.")
    choices = ("questions.offer_send", "questions.offer_send", "questions.offer_decline", "questions.offer_send")
    replies = at_once([(bo, verb, {"offer": 1}) for verb in choices])
    chat.deliver()

    assert sum(not reply.notice for reply in replies) == 1
    assert texts(chat).count("Du har fått svar") == bool(replies[2].notice)


def test_a_card_that_is_updated_before_it_was_posted_ends_with_the_newest_state(chat: Chat) -> None:
    chat.say(f"fråga kollegor {TEXT}")
    chat.click("Fortsätt", answer=TEXT)
    chat.click("Vatten")
    chat.click("Visa mitt namn")
    at_once([(chat, "dialog.answer", {"step": "send", "answer": "skicka"})])
    at_once([(chat.in_channel(VATTEN), "questions.answer", {"question": 1, "answer": "Jag löste det själv."})])
    chat.deliver()

    assert "Har fått 1 svar." in chat.in_channel(VATTEN).text
    assert len(chat.in_channel(VATTEN).shown) == 1
