"""An answer in a thread follows what its writer does to it in Teams; a deleted channel leaves no question behind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.message import Kind, Message, say
from bot.ports import Reason, Unreachable
from storage import groups, places
from storage.questions import Answer, Status
from tests.support import teams
from tests.support.chat import Chat, seen
from tests.support.erasure import erase, everything
from tests.support.questions import TEXT, VATTEN, ask, newest

SAID = "Vi tog prover i mars."
BETTER = "Vi tog prover i april."


def answered(chat: Chat) -> tuple[Chat, Chat]:
    """Ask, and have Bo answer in the thread as message m-1; Bo's chat and their view of the thread."""
    ask(chat)
    bo = chat.as_("Bo Ek")
    thread = bo.in_channel(VATTEN).shown[-1].id
    there = bo.in_channel(VATTEN, thread)
    assert "Tack! Ditt svar" in there.say(SAID, activity_id="m-1")
    return bo, there


def stored(chat: Chat) -> list[str]:
    return [one.text for one in chat.app.database.play(lambda session: session.query(Answer).all())]


def board(there: Chat) -> str:
    """The question's card in the channel."""
    return seen_card(there, 0)


def seen_card(chat: Chat, number: int) -> str:
    return seen(say(card=chat.shown[number].message.card))


def test_an_edited_answer_is_shown_everywhere_as_it_is_now(chat: Chat) -> None:
    cecilia = chat.as_("Cecilia")
    _, there = answered(chat)
    assert SAID in chat.text
    there.edit("m-1", BETTER)

    assert stored(chat) == [BETTER]
    assert BETTER in chat.text
    assert "Det löste det" in chat.buttons
    assert BETTER in board(there)
    assert SAID not in board(there)
    assert SAID not in str(chat.shown[-1])
    for other in (cecilia.in_channel(VATTEN, there.place.thread_id or ""), chat.in_channel(VATTEN, "2")):
        other.edit("m-1", "Någon annans ord")  # not the writer, or not the thread
    there.edit("m-2", "Ett annat meddelande")
    assert stored(chat) == [BETTER]


def test_an_edit_that_comes_twice_or_changes_nothing_changes_nothing(chat: Chat) -> None:
    _, there = answered(chat)
    there.edit("m-1", SAID)
    before = newest(chat).version
    there.edit("m-1", BETTER)
    there.edit("m-1", BETTER)
    assert newest(chat).version == before + 1


@pytest.mark.parametrize(("text", "told"), [("", "Skriv ditt svar"), ("a" * 4001, "Korta till högst")])
def test_an_edit_that_is_no_answer_says_why(chat: Chat, text: str, told: str) -> None:
    _, there = answered(chat)
    assert told in seen(there.edit("m-1", text))
    assert stored(chat) == [SAID]


def test_an_answer_that_becomes_like_another_one_is_kept_once(chat: Chat) -> None:
    _, there = answered(chat)
    there.say(BETTER, activity_id="m-2")
    there.edit("m-2", SAID)
    assert stored(chat) == [SAID]


def test_a_solution_stays_one_when_it_is_edited(chat: Chat) -> None:
    _, there = answered(chat)
    chat.click("Det löste det")
    there.edit("m-1", BETTER)
    assert BETTER in seen_card(chat, -1)
    assert (newest(chat).status, stored(chat)) == (Status.SOLVED, [BETTER])


def test_a_deleted_answer_is_gone_everywhere_and_the_question_waits(chat: Chat) -> None:
    _, there = answered(chat)
    there.delete("m-1")

    assert stored(chat) == []
    assert newest(chat).status == Status.OPEN
    assert "Ett svar har tagits bort" in chat.text
    assert "Frågan väntar på svar igen." in chat.text
    assert SAID not in board(there)
    there.delete("m-1")
    there.edit("m-1", BETTER)
    assert stored(chat) == []


def test_another_answer_keeps_the_question_answered(chat: Chat) -> None:
    _, there = answered(chat)
    cecilia = chat.as_("Cecilia").in_channel(VATTEN, there.place.thread_id or "")
    cecilia.say("Vi har filter.", activity_id="m-9")
    chat.click("Det löste det")
    cecilia.delete("m-9")
    assert (newest(chat).status, stored(chat)) == (Status.ANSWERED, [SAID])


def test_after_erasure_an_edit_of_an_old_answer_leaves_no_trace(chat: Chat) -> None:
    bo, there = answered(chat)
    erase(bo)
    before = everything(chat.app.database)
    there.edit("m-1", "Bo Ek igen")
    there.delete("m-1")
    assert everything(chat.app.database) == before
    assert "m-1" not in before["answers"]


def test_a_question_in_a_deleted_channel_lies_with_the_kansli(chat: Chat, kansli: Chat) -> None:
    ask(chat)
    there = chat.as_("Bo Ek").in_channel(VATTEN)
    there.send(replace(there.message(""), kind=Kind.CHANNEL_GONE))
    lost_channel(chat, kansli)


def test_a_channel_that_teams_does_not_know_is_not_offered(chat: Chat, kansli: Chat) -> None:
    async def send(self: teams.Teams, route: object, message: Message) -> object:
        if getattr(route, "conversation_id", "").startswith("19:"):
            raise Unreachable(Reason.GONE)
        return await real(self, route, message)  # type: ignore[arg-type]

    real = teams.Teams.send
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(teams.Teams, "send", send)
        ask(chat)
    lost_channel(chat, kansli)


def test_a_channel_that_is_deleted_twice_is_lost_once(chat: Chat, kansli: Chat) -> None:
    ask(chat)
    there = chat.as_("Bo Ek").in_channel(VATTEN)
    for _ in range(2):
        there.send(replace(there.message(""), kind=Kind.CHANNEL_GONE))
    lost_channel(chat, kansli)


def test_a_deleted_team_takes_all_its_channels_with_it(chat: Chat, kansli: Chat) -> None:
    ask(chat)
    vatten = chat.as_("Bo Ek").in_channel(VATTEN)
    vatten.say("hej")
    general = kansli.in_channel("19:team@thread.tacv2")
    for _ in range(2):  # Teams may tell it twice
        general.send(replace(general.message(""), kind=Kind.TEAM_GONE))
    lost_channel(chat, kansli)
    assert chat.app.database.play(lambda session: places.channels(session, "19:team@thread.tacv2")) == []


def test_another_team_that_is_deleted_changes_nothing(chat: Chat) -> None:
    ask(chat)
    chat.as_("Bo Ek").in_channel(VATTEN).say("hej")
    other = chat.as_("Bo Ek").in_channel("19:other@thread.tacv2")
    other = replace(other, place=replace(other.place, team_id="19:other@thread.tacv2"))
    other.send(replace(other.message(""), kind=Kind.TEAM_GONE))
    chat.tick()
    assert newest(chat).status == Status.OPEN
    bound = chat.app.database.play(lambda session: [one.name for one in groups.taking_questions(session)])
    assert "Vatten" in bound


def test_a_deleted_channel_that_is_no_groups_changes_nothing(chat: Chat) -> None:
    ask(chat)
    other = chat.as_("Bo Ek").in_channel("19:other@thread.tacv2")
    other.send(replace(other.message(""), kind=Kind.CHANNEL_GONE))
    chat.tick()
    bound = chat.app.database.play(lambda session: [one.name for one in groups.taking_questions(session)])
    assert "Vatten" in bound
    assert newest(chat).status == Status.OPEN


def test_a_group_whose_channel_was_deleted_takes_questions_again_in_a_new_one(chat: Chat, kansli: Chat) -> None:
    there = chat.as_("Bo Ek").in_channel(VATTEN)
    there.send(replace(there.message(""), kind=Kind.CHANNEL_GONE))
    new = "19:new@thread.tacv2"
    kansli.in_channel(new).say("koppla temagrupp Vatten")
    ask(chat)
    assert TEXT in seen_card(chat.as_("Bo Ek").in_channel(new), -1)


def lost_channel(chat: Chat, kansli: Chat) -> None:
    """Check that the kansli and the asker know, and that the group is not offered."""
    chat.tick()
    assert kansli.text.startswith("Kanalen för temagruppen Vatten finns inte längre\n" + TEXT)
    assert "Lägg ut igen" not in kansli.buttons
    assert "Din fråga ligger hos kansliet" in chat.text
    assert chat.tick() == 0
    chat.say(f"fråga kollegor {TEXT}")
    chat.click("Fortsätt", answer=TEXT)
    assert "Vatten" not in chat.buttons
    chat.click("Avbryt")
    bound = chat.app.database.play(lambda session: [one.name for one in groups.taking_questions(session)])
    assert "Vatten" not in bound
