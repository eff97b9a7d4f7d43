"""In a channel only the asker sees what the bot is not sure of, and may share the answer that they find there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot import conversation
from bot.delivery.replies import Unsent
from bot.message import Kind, Message, Place, Scope
from bot.swedish import date_of
from storage.faq import Entry
from storage.faq_log import RecentQuestion
from storage.faq_votes import Vote
from storage.outbox import Delivery, State
from tests.faq.test_gaps import filled
from tests.support.chat import Chat, Clock, actions
from tests.support.erasure import erase
from tests.support.questions import VATTEN

SURE = "Hur blir vår kommun medlem?"
UNSURE = "Vilka nyckeltal finns det i nätverket"
UNKNOWN = "vilken färg har månens baksida"
POSTED = "Svar på en fråga här i kanalen."
CANNOT = "Det svaret kan jag inte dela."


@pytest.fixture
def here(chat: Chat) -> Chat:
    """Anna in a channel of a bot that answers asides."""
    settings = chat.app.settings.model_copy(update={"private_replies": True})
    return replace(chat, app=replace(chat.app, settings=settings)).in_channel(VATTEN)


@pytest.fixture
def colleague(here: Chat) -> Chat:
    """Bo, who reads along in the same thread."""
    return here.as_("Bo Ek").in_channel(VATTEN)


def asides(chat: Chat) -> list[bool]:
    return [one.message.aside for one in chat.shown]


def seen_by(chat: Chat) -> list[str]:
    return [str(card["fallbackText"]) for one in chat.shown if (card := one.card_for(chat.sender.teams_id))]


def shares(chat: Chat) -> list[Any]:
    """Thread, person and state of what was shared."""
    columns = Delivery.thread_id, Delivery.person_id, Delivery.state
    return chat.app.database.look(lambda session: session.query(*columns).filter(Delivery.key.like("share:%")).all())


def _entry(chat: Chat) -> int:
    """An entry that has nothing to do with what was asked."""
    return chat.app.database.look(lambda session: session.query(Entry.id).filter_by(question=SURE).one()[0])


def picked(chat: Chat) -> str:
    """Ask what the bot is unsure of, and pick the first question that it offers; its title."""
    chat.say(UNSURE)
    title = chat.buttons[0]
    chat.click(title)
    return title


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (UNSURE, "Menade du"),
        (UNKNOWN, "Det vet jag inte"),
        ("jag glömde lösenordet till miljöbarometern", "Det hjälper kansliet dig med"),
        ("det hjälpte inte", "Vad bra att du säger till"),
        ("vem är kontaktperson i Lund?", "Det tar vi i din egen chatt"),
        ("mina frågor", ""),
    ],
)
def test_only_the_asker_sees_what_only_they_need(here: Chat, colleague: Chat, text: str, shown: str) -> None:
    assert shown in here.say(text)

    assert asides(here) == [True]
    assert len(seen_by(here)) == 1
    assert seen_by(colleague) == []


def test_everybody_sees_a_sure_answer(here: Chat, colleague: Chat) -> None:
    here.say(SURE)

    assert asides(here) == [False]
    assert seen_by(colleague) == seen_by(here)
    assert "Dela med kanalen" not in here.buttons


def test_each_question_of_a_message_goes_its_way(here: Chat) -> None:
    here.say(f"Hur många medlemmar har SEKOM? {UNKNOWN}?")

    assert asides(here) == [False, True]


@pytest.mark.parametrize(
    "where",
    [
        lambda chat: chat,
        lambda chat: replace(chat.in_channel(VATTEN), private=True),
        lambda chat: replace(chat.in_channel(VATTEN), place=_group(chat.place)),
    ],
    ids=["1:1", "private question", "group chat"],
)
def test_nothing_is_an_aside_elsewhere(here: Chat, chat: Chat, where: Callable[[Chat], Chat]) -> None:
    there = where(replace(chat, app=here.app))
    there.say(UNSURE)

    assert there.shown[-1].message.aside is False


def _group(place: Place) -> Place:
    return replace(place, conversation_id="19:grupp", scope=Scope.GROUP)


def test_without_the_setting_everybody_sees_it_as_before(chat: Chat) -> None:
    here, bo = chat.in_channel(VATTEN), chat.as_("Bo Ek").in_channel(VATTEN)
    here.say(UNSURE)
    assert seen_by(bo) == seen_by(here)

    here.click(here.buttons[0])
    assert seen_by(bo) == seen_by(here)
    assert "Dela med kanalen" not in here.buttons


def test_the_asker_shares_the_answer_that_they_found(here: Chat, colleague: Chat) -> None:
    title = picked(here)
    assert seen_by(colleague) == []
    assert "Bara du ser det här svaret." in here.text

    elsewhere = replace(here, place=replace(here.place, thread_id="2"))  # it goes where it was asked all the same
    assert "Svaret är delat med kanalen." in elsewhere.click("Dela med kanalen")
    assert "Dela med kanalen" not in here.buttons
    assert colleague.text.startswith(f"{POSTED}\n{title}")
    assert here.sender.name not in colleague.text
    assert UNSURE not in colleague.text
    assert not {"Dela med kanalen", "Inget av dessa"} & set(colleague.buttons)
    assert shares(here) == [("1", None, State.SENT)]

    colleague.click("Ja")
    assert here.app.database.look(lambda session: session.query(Vote.helpful).all()) == [(True,)]


def test_it_is_shared_once(here: Chat, colleague: Chat) -> None:
    picked(here)
    press = next(one for one in actions(here.card) if one["title"] == "Dela med kanalen")
    card = here.shown[-1].id
    here.press(press["verb"], press["data"], card_id=card)

    assert here.press(press["verb"], press["data"], card_id=card) == "Svaret är redan delat med kanalen."
    assert len(shares(here)) == len(seen_by(colleague)) == 1
    assert "Svaret är delat med kanalen." in here.press("faq.again", press["data"], card_id=card)


def test_a_related_answer_and_one_with_a_vote_can_be_shared_too(here: Chat, colleague: Chat) -> None:
    title = picked(here)
    here.click("Ja")
    assert "Dela med kanalen" in here.buttons
    question = {"question": 1, "entry": _entry(here)}
    here.press("faq.show", question, card_id=here.shown[-1].id)
    assert here.shown[-1].only == here.sender.teams_id

    here.click("Dela med kanalen")
    assert colleague.text.startswith(POSTED)
    assert not colleague.text.startswith(f"{POSTED}\n{title}\n")


@pytest.mark.parametrize("who", ["colleague", "own chat", "another channel", "later"])
def test_nobody_shares_what_is_not_their_question_here(here: Chat, chat: Chat, colleague: Chat, who: str) -> None:
    picked(here)
    press = next(one for one in actions(here.card) if one["title"] == "Dela med kanalen")
    if who == "later":
        here.say(SURE)
    chats = {
        "colleague": colleague,
        "own chat": replace(chat, app=here.app),
        "another channel": here.in_channel("Klimat"),
        "later": here,
    }

    assert chats[who].press(press["verb"], press["data"]).startswith(CANNOT)
    assert shares(here) == []


def test_a_private_question_is_not_shared(here: Chat) -> None:
    picked(replace(here, private=True))
    assert "Dela med kanalen" not in here.buttons

    press = {"question": 1, "entry": _entry(here)}
    for chat in (here, replace(here, private=True)):
        assert chat.press("faq.share", press).startswith(CANNOT)
    assert shares(here) == []


def test_an_erased_person_shares_nothing(here: Chat, chat: Chat) -> None:
    picked(here)
    press = next(one for one in actions(here.card) if one["title"] == "Dela med kanalen")
    erase(chat)

    assert "borttagna" in here.press(press["verb"], press["data"])
    assert shares(here) == []


def shared_later(here: Chat) -> dict[str, Any]:
    """Share the answer that was found, in a turn after which nothing is sent yet. Return the press."""
    press = next(one for one in actions(here.card) if one["title"] == "Dela med kanalen")
    shared = replace(here.message(""), kind=Kind.ACTION, verb=press["verb"], data=press["data"], private=True)
    conversation.respond(here.app, shared, here.clock.now)
    return press


def test_an_answer_that_is_taken_out_of_the_bank_is_not_posted(here: Chat, kansli: Chat) -> None:
    picked(here)
    press = shared_later(here)
    kansli.press("faq.move", {"entry": press["data"]["entry"], "state": "archived"})

    assert shares(here) == [("1", None, State.CANCELLED)]
    assert "Det svaret finns inte kvar" in here.press(press["verb"], press["data"])


def test_an_answer_that_has_changed_is_not_posted_as_it_was(here: Chat, kansli: Chat, clock: Clock) -> None:
    title = picked(here)
    kansli.say(f"faq sök {title}")
    kansli.click(title)
    press = shared_later(here)
    clock.forward(seconds=1)
    kansli.click("Spara", **filled(kansli, answer="Det är rättat nu."))
    assert shares(here) == [("1", None, State.CANCELLED)]

    here.press("faq.again", press["data"], card_id=here.shown[-1].id)
    assert "Svaret är delat med kanalen." in here.click("Dela med kanalen")
    assert [state for *_, state in shares(here)] == [State.CANCELLED, State.SENT]


def test_an_answer_that_has_ended_meanwhile_is_not_posted(here: Chat, clock: Clock) -> None:
    here.app.database.play(lambda session: session.query(Entry).update({"valid_until": date_of(clock.now)}))
    picked(here)
    shared_later(here)
    clock.forward(hours=14)
    here.deliver()

    assert shares(here) == [("1", None, State.CANCELLED)]


def test_none_of_these_still_leads_to_the_group_of_the_channel(here: Chat, colleague: Chat) -> None:
    here.say("vad gör man mot hög halt av pfas i brunn nummer nio")
    assert here.buttons[0] == "Fråga gruppen här"
    assert here.click("Fråga gruppen här").startswith("Din fråga är skickad")
    assert colleague.text.startswith("Fråga till temagruppen Vatten")

    here.say(UNSURE)
    here.click("Inget av dessa")
    assert "Fråga gruppen här" in here.buttons


def test_an_open_message_says_nothing_of_a_private_question(here: Chat) -> None:
    private = replace(here, private=True)
    private.say("Vad är tjänstepersonsforum?")
    assert "fyra gånger per år" not in here.say("och hur ofta då?")
    private.say("Vad är tjänstepersonsforum?")
    assert "fyra gånger per år" in private.say("och hur ofta då?")

    private.say(UNKNOWN)
    assert UNKNOWN not in here.say("det hjälpte inte")
    private.say(UNKNOWN)
    assert UNKNOWN in private.say("det hjälpte inte")


@pytest.mark.parametrize("text", ["visa inte mitt namn", "tillbaka", "avbryt", "hur hanterar man pfas?"])
def test_an_open_message_does_not_go_on_with_a_private_dialog(here: Chat, colleague: Chat, text: str) -> None:
    guest = here.as_("Cia Berg", new=True).in_channel(VATTEN)  # without a chat of their own, so it is asked here
    private = replace(guest, private=True)
    private.say("läckande pfas i brunnen hos en familj")
    private.click("Fråga i Vatten")

    guest.say(text)
    guest.press("dialog.continue", {})
    assert not any("läckande" in str(one.card_for(colleague.sender.teams_id)) for one in here.shown)
    assert "läckande" in private.say("tillbaka")


def test_a_pick_keeps_what_was_open_open(here: Chat) -> None:
    picked(here)
    kept = here.app.database.look(lambda session: session.query(RecentQuestion.thread_id, RecentQuestion.private).one())

    assert kept == ("1", False)


def test_what_the_turn_could_not_send_goes_to_their_own_chat(here: Chat, chat: Chat) -> None:
    unsent = Unsent((Message("Det vet jag inte", aside=True), Message("Ett säkert svar")))
    conversation.deliver_later(here.app, here.message("x"), unsent, here.clock.now)
    here.deliver()

    assert [one.message.text for one in here.shown] == ["Ett säkert svar"]
    assert chat.shown[-1].message.text == "Det vet jag inte"


def test_a_person_who_blocked_the_bot_gets_it_by_a_mention(here: Chat) -> None:
    here.say(UNSURE)
    here.blocked.add(here.sender.teams_id)
    unsent = Unsent((Message("Det vet jag inte", aside=True),))
    conversation.deliver_later(here.app, here.message("x"), unsent, here.clock.now)
    here.deliver()

    assert here.shown[-1].message.text == f"@{here.sender.name} Det vet jag inte"


def test_nobody_gets_what_an_erased_person_alone_needed(here: Chat, chat: Chat) -> None:
    asked = here.message("x")
    erase(chat)
    conversation.deliver_later(here.app, asked, Unsent((Message("Det vet jag inte", aside=True),)), here.clock.now)

    assert here.app.database.look(lambda session: session.query(Delivery).filter_by(subject="reply").all()) == []
