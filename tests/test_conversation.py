"""What every conversation can count on: help, greetings, small talk, refusals, repeats and races."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from bot import conversation
from bot.help import smalltalk
from bot.message import Incoming, Message, Reply, Sent
from bot.routes import Where
from bot.turn import App
from storage import turns
from storage.people import Person
from storage.places import Conversation
from tests.conftest import make_app
from tests.support.chat import Chat, Clock


def test_help_shows_a_member_what_a_member_can_do(chat: Chat) -> None:
    shown = chat.say("Alla kommandon!")

    assert "- **hjälp**: Se vad du kan göra här." in shown
    assert "kunskapsbank**" not in shown


def test_help_shows_the_kansli_more(kansli: Chat) -> None:
    assert "- **kunskapsbank**: Läs, ändra och publicera svaren" in kansli.say("alla kommandon")


def test_help_in_a_channel_leaves_out_what_works_in_one_to_one_only(kansli: Chat) -> None:
    shown = kansli.in_channel().say("alla kommandon")

    assert "Nämn mig med @" in shown
    assert "kunskapsbank**" not in shown


def test_a_personal_command_in_a_channel_says_where_it_works(kansli: Chat) -> None:
    personal = [command for command in conversation.ROUTES if command.where is Where.PERSONAL]

    for command in personal:
        assert kansli.in_channel().say(command.word).startswith("Det tar vi i din egen chatt")


def test_a_member_cannot_use_the_kanslis_commands(chat: Chat) -> None:
    assert "bara för kansliet" in chat.say("kunskapsbank")
    assert "kan bara kansliet" in chat.press("faq.edit", {"entry": 1})


def test_an_unknown_button_is_explained(chat: Chat) -> None:
    assert "finns inte längre" in chat.press("no.such.verb", {})


def test_installing_greets_once_with_three_examples(app: App, clock: Clock) -> None:
    chat = Chat(app, clock)

    assert chat.install().startswith("Hej Anna! Jag är SEKOM-boten.")
    assert chat.buttons[0] == "Kom igång"
    assert len(chat.buttons[1:]) == len(["one example", "another", "a third"])
    assert not chat.install()


def test_a_first_message_is_greeted_and_answered(app: App, clock: Clock) -> None:
    chat = Chat(app, clock)
    chat.say("Kan en region bli medlem?")

    assert [one.message.text == "" for one in chat.shown] == [True, True]
    assert "både kommuner och regioner" in chat.text


def test_a_first_hello_gets_only_the_greeting(app: App, clock: Clock) -> None:
    chat = Chat(app, clock)
    chat.say("Hej!")

    assert len(chat.shown) == 1
    assert chat.say("hej") == smalltalk.HELLO


def test_a_team_is_greeted_once(chat: Chat) -> None:
    channel = chat.in_channel()

    assert "Nämn mig med @" in channel.install()
    assert not channel.install()


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("hej", smalltalk.HELLO),
        ("Hejsan!!", smalltalk.HELLO),
        ("heeeej", smalltalk.HELLO),
        ("Tack så mycket!", smalltalk.THANKS),
        ("tackkk", smalltalk.THANKS),
        ("Tack! det löste sig, Hudiksvall hade en mall :)", smalltalk.THANKS),
        ("ok", smalltalk.OKAY),
        ("👍", smalltalk.OKAY),
        ("👍🏻", smalltalk.OKAY),
        ("?", smalltalk.UNCLEAR),
        ("???", smalltalk.UNCLEAR),
        ("va?", smalltalk.UNCLEAR),
        ("hej då", smalltalk.GOODBYE),
        ("Är du en bot?", smalltalk.WHO),
        ("vad kan du göra?", smalltalk.WHO),
        ("Kan du hjälpa mig?", smalltalk.HELLO),
        ("", smalltalk.EMPTY),
        ("   ", smalltalk.EMPTY),
    ],
)
def test_small_talk_gets_a_short_answer(chat: Chat, text: str, answer: str) -> None:
    assert chat.say(text) == answer


def test_thanks_with_a_question_is_a_question(chat: Chat) -> None:
    assert "både kommuner" in chat.say("Tack! Kan en region bli medlem")
    assert chat.say("??") == smalltalk.UNCLEAR  # not even after an answer is it one


def test_a_picture_gets_a_helpful_sentence(chat: Chat) -> None:
    assert chat.say("", attachments=("image/png",)) == smalltalk.PICTURE
    assert "både kommuner" in chat.say("Kan en region bli medlem?", attachments=("image/png",))


def test_a_very_long_message_gets_a_helpful_sentence(chat: Chat) -> None:
    assert chat.say("ord " * 251).startswith("Det var långt. Jag läser högst 1000 tecken")


def test_a_command_that_goes_on_is_a_question(chat: Chat) -> None:
    assert chat.say("hjälp oss att bli medlem i SEKOM") != chat.say("hjälp")


def test_a_repeat_gets_the_kept_reply_and_only_once(chat: Chat) -> None:
    again = chat.message("Kan en region bli medlem?", activity_id="same")
    first = conversation.respond(chat.app, again, chat.clock.now)
    unsent = conversation.respond(chat.app, again, chat.clock.now)
    conversation.sent(chat.app, Sent(again))
    sent = conversation.respond(chat.app, again, chat.clock.now)

    assert first.reply == unsent.reply == sent.reply
    assert (first.unsent, unsent.unsent, sent.unsent) == (True, True, False)


def test_a_repeat_of_what_went_in_part_gets_the_rest(chat: Chat) -> None:
    new = chat.as_("Ny Person", new=True)
    incoming = new.message("hur blir vi medlem?")
    whole = conversation.respond(new.app, incoming, new.clock.now).reply
    assert len(whole.messages) == 2  # the greeting, and the answer
    conversation.partly_sent(new.app, incoming, whole.after(1))
    again = conversation.respond(new.app, incoming, new.clock.now)

    assert (again.unsent, again.reply.messages) == (True, whole.messages[1:])
    secret = Reply(messages=whole.messages, kept=Reply(messages=(Message("a"), Message("b"))))
    assert Reply.from_json(secret.after(1).to_json()).messages == (Message("b"),)


def test_a_repeated_refusal_is_kept_too(chat: Chat) -> None:
    again = chat.message("ord " * 300, activity_id="same")
    first = conversation.respond(chat.app, again, chat.clock.now)

    assert conversation.respond(chat.app, again, chat.clock.now) == first


def test_a_refusal_leaves_nothing_behind_but_who_wrote(app: App, clock: Clock) -> None:
    chat = Chat(app, clock)
    chat.press("no.such.verb", {})

    assert app.database.play(lambda session: session.query(Person.name, Person.greeted_at).all()) == [
        ("Anna Andersson", None)
    ]


def test_four_first_messages_at_once_make_one_person_and_one_greeting(app: App, clock: Clock) -> None:
    chat = Chat(app, clock)
    messages = [chat.message("Kan en region bli medlem?") for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda message: _turn(app, message, clock.now), messages))

    greetings = [
        message for reply in replies for message in reply.messages if "Jag är SEKOM-boten" in str(message.card)
    ]
    assert len(greetings) == 1
    assert [len(reply.messages) for reply in sorted(replies, key=lambda r: len(r.messages))] == [1, 1, 1, 2]
    assert app.database.play(lambda session: session.query(Person).count()) == 1


def test_the_same_message_twice_at_once_is_answered_once(chat: Chat) -> None:
    message = chat.message("Kan en region bli medlem?", activity_id="same")

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: conversation.respond(chat.app, message, chat.clock.now), range(2))

    assert first.reply == second.reply


def test_a_turn_that_loses_a_race_is_played_again(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = OperationalError("", {}, _conflict(chat.app))
    tries = iter([lost, lost])
    real = turns.claim

    def claim(*args: object, **kwargs: object) -> bool:
        error = next(tries, None)
        if error:
            raise error
        return real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(turns, "claim", claim)

    assert "både kommuner" in chat.say("Kan en region bli medlem?")


def test_a_conflict_that_does_not_end_is_a_fault(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    def claim(*_args: object, **_kwargs: object) -> bool:
        raise OperationalError("", {}, _conflict(chat.app))

    monkeypatch.setattr(turns, "claim", claim)

    with pytest.raises(OperationalError):
        chat.say("Kan en region bli medlem?")


def test_old_activities_are_forgotten(chat: Chat, clock: Clock) -> None:
    clock.forward(hours=25)

    assert chat.app.database.play(lambda session: turns.forget_old(session, clock.now)) == 1


def test_where_people_are_is_kept_up_to_date(chat: Chat) -> None:
    moved = replace(chat, place=replace(chat.place, service_url="https://smba.trafficmanager.net/amer/"))
    moved.say("hej")

    kept = moved.app.database.play(lambda session: session.query(Conversation.service_url).all())
    assert kept == [("https://smba.trafficmanager.net/amer/",)]


def test_a_new_name_is_kept(chat: Chat) -> None:
    replace(chat, sender=replace(chat.sender, name="Anna Berg")).say("hej")

    assert chat.app.database.play(lambda session: session.query(Person.name).all()) == [("Anna Berg",)]


def _turn(app: App, message: Incoming, now: datetime) -> Reply:
    return conversation.respond(app, message, now).reply


def _conflict(app: App) -> Exception:
    return sqlite3.OperationalError("database is locked") if app.database.sqlite else psycopg.errors.DeadlockDetected()


def test_what_works_elsewhere_leads_there_and_a_guest_to_the_right_tenant(chat: Chat) -> None:
    app, tenant = "6c9e9d3a-0000-4000-8000-000000000001", "6c9e9d3a-0000-4000-8000-000000000002"
    given = {"MicrosoftAppId": app, "MicrosoftAppTenantId": tenant, "MicrosoftAppPassword": "of nothing"}
    hosted = make_app(chat.app.database, SEKOM_CONTACT="kansliet@sekom.example", **given)
    there = replace(chat, app=hosted).in_channel()
    there.say("min kommun")

    assert [one["url"] for one in there.card["actions"]] == [
        f"https://teams.microsoft.com/l/chat/0/0?users=28:{app}&tenantId={tenant}"
    ]
