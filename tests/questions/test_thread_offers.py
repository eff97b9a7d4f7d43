"""Replies in a question's thread that mention nobody (SEKOM_READ_THREADS): asked about, or dropped without a trace."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.privacy import retention
from storage import migrate, outbox, people
from storage.erasure import hashes
from storage.outbox import Delivery
from storage.questions import Answer, Status
from tests.conftest import make_app
from tests.support.chat import Chat, Clock, words
from tests.support.edge import ANNA, BOT, TENANT, in_channel, mention, running
from tests.support.questions import TEXT, VATTEN, ask, row

SAID = "Vi kör kolfilter sedan 2022."
ASKED = "Ska jag skicka det här till frågeställaren?"


@pytest.fixture
def reading(chat: Chat) -> Chat:
    """Anna's chat with a bot that reads threads, and her question to Vatten."""
    chat = replace(chat, app=make_app(chat.app.database, SEKOM_READ_THREADS="true"))
    ask(chat)
    return chat


def thread(chat: Chat) -> str:
    """The id of the thread that the question's card began."""
    post = chat.app.database.play(lambda session: outbox.find(session, "question:1:card:1"))
    assert post
    assert post.sent_activity_id
    return post.sent_activity_id


def bo_in(chat: Chat, name: str = VATTEN) -> tuple[Chat, Chat]:
    """Bo's own chat, and Bo in the question's thread."""
    bo = chat.as_("Bo Ek")
    return bo, bo.in_channel(name, thread(chat))


def everything(chat: Chat) -> dict[str, int]:
    """How many rows each table has."""
    tables = migrate.metadata.sorted_tables
    return chat.app.database.play(
        lambda session: {one.name: session.scalar(select(func.count()).select_from(one)) or 0 for one in tables}
    )


def holds(chat: Chat, text: str) -> list[str]:
    """The tables that hold a text anywhere."""
    return chat.app.database.play(
        lambda session: [
            one.name for one in migrate.metadata.sorted_tables if text in str(session.execute(select(one)).all())
        ]
    )


def test_the_writer_is_asked_in_their_own_chat_and_sends_it(reading: Chat) -> None:
    bo, there = bo_in(reading)
    shown = len(there.shown)
    assert there.overheard(SAID, activity_id="r1").messages == ()
    assert there.overheard(SAID, activity_id="r1").messages == ()  # Teams repeats

    assert len(there.shown) == shown  # nobody else sees it
    assert sum(ASKED in words(one.message.card or {}) for one in bo.shown) == 1
    assert SAID in bo.text
    assert TEXT in bo.text
    assert "Tack! Ditt svar har gått till den som frågade (Anna Andersson)." in bo.click("Skicka")
    assert reading.text.startswith("Du har fått svar")
    assert SAID in reading.text
    assert row(reading).status == Status.ANSWERED
    assert sorted(holds(reading, SAID)) == ["answers", "contents"]  # the answer and its cards
    assert (
        reading.app.database.play(
            lambda session: session.query(Delivery).filter_by(subject="thread_offer:1").one()
        ).content_hash
        is None
    )
    there.overheard("Kostade 2 miljoner.")  # another answer is asked about too
    assert "Kostade 2 miljoner." in bo.text


def test_after_a_no_nothing_is_kept_and_nothing_more_is_asked(reading: Chat) -> None:
    bo, there = bo_in(reading)
    there.overheard("Vi har inte gjort något än.")
    there.overheard(SAID)
    assert "frågar inte igen" in bo.click("Nej tack")
    assert holds(reading, SAID) == holds(reading, "inte gjort något") == []
    before = everything(reading)

    there.overheard("Fast nu undrar jag själv.")
    assert everything(reading) == before
    assert ASKED not in bo.text
    number = {"offer": 1}
    assert bo.press("questions.offer_send", number).startswith("Det är redan avgjort")
    assert there.say(SAID).startswith("Tack! Ditt svar")  # with a mention it counts as before


def test_only_the_writer_may_choose_also_where_everybody_sees_it(reading: Chat, kansli: Chat) -> None:
    bo, there = bo_in(reading)
    bo.blocked.add("29:bo-ek")
    there.overheard(SAID)
    assert ASKED in there.text  # no 1:1: in the thread, with a mention
    assert there.shown[-1].message.text.startswith("@Bo Ek ")

    others = (reading.in_channel(VATTEN), kansli.in_channel(VATTEN), reading.as_("Cecilia").in_channel(VATTEN))
    for other in others:
        assert other.click("Skicka") == "Det är bara den som skrev svaret som kan välja."
        assert other.click("Nej tack") == "Det är bara den som skrev svaret som kan välja."
    assert reading.app.database.play(lambda session: session.query(Answer).count()) == 0
    for nonsense in (None, True, -1, "1", 99):
        assert bo.press("questions.offer_send", {"offer": nonsense}).startswith("Det är redan avgjort")
    there.click("Skicka")
    assert there.press("questions.offer_send", {"offer": 1}).startswith("Det är redan avgjort")
    assert there.press("questions.offer_decline", {"offer": 1}).startswith("Det är redan avgjort")
    assert reading.app.database.play(lambda session: session.query(Answer).count()) == 1


def test_what_is_asked_about_is_kept_for_a_day(reading: Chat, clock: Clock) -> None:
    bo, there = bo_in(reading)
    there.overheard(SAID)
    clock.forward(hours=23, minutes=59)
    clean(reading, clock)
    assert holds(reading, SAID)
    clock.forward(minutes=1)
    assert bo.click("Skicka").startswith("Det är redan avgjort")
    clean(reading, clock)
    assert holds(reading, SAID) == []
    assert everything(reading)["thread_offers"] == 0
    there.overheard("Något annat.")  # silence is no no
    assert ASKED in bo.text


def test_a_question_that_ended_meanwhile_takes_no_answer(reading: Chat) -> None:
    bo, there = bo_in(reading)
    there.overheard(SAID)
    reading.click("Dra tillbaka frågan")

    assert bo.click("Skicka") == "Den som frågade har dragit tillbaka frågan. Inget mer behövs."
    bo.click("Nej tack")
    assert holds(reading, SAID) == []


def asker(chat: Chat) -> Chat:
    return chat.in_channel(VATTEN, thread(chat))


def erased(chat: Chat) -> Chat:
    _, there = bo_in(chat)
    chat.app.database.play(lambda session: session.delete(people.find(session, "29:bo-ek")))
    chat.app.database.play(lambda session: hashes.remember(session, ["29:bo-ek"], chat.clock.now))
    return there


def stranger(name: str, thread_id: str) -> Callable[[Chat], Chat]:
    return lambda chat: chat.as_("Ny Person", new=True).in_channel(name, thread_id)


def off(chat: Chat) -> Chat:
    return replace(chat.as_("Ny", new=True).in_channel(VATTEN, thread(chat)), app=make_app(chat.app.database))


def withdrawn(chat: Chat) -> Chat:
    chat.click("Dra tillbaka frågan")
    return chat.as_("Ny", new=True).in_channel(VATTEN, thread(chat))


def new(chat: Chat) -> Chat:
    return chat.as_("Ny", new=True).in_channel(VATTEN, thread(chat))


@pytest.mark.parametrize(
    ("who", "text"),
    [
        (asker, "Någon som vet?"),
        (erased, SAID),
        (stranger(VATTEN, "1"), SAID),
        (stranger("annan-kanal", "o1"), SAID),
        (off, SAID),
        (withdrawn, SAID),
        (new, "Tack!"),
        (new, "👍"),
        (new, ""),
        (new, "x" * 4001),
    ],
)
def test_everything_else_leaves_no_trace(
    reading: Chat, who: Callable[[Chat], Chat], text: str, caplog: pytest.LogCaptureFixture
) -> None:
    chat = who(reading)
    before = everything(reading)
    with caplog.at_level(logging.DEBUG):
        assert chat.overheard(text).messages == ()

    assert everything(reading) == before
    assert not text or text not in caplog.text


def test_somebody_unknown_who_answers_is_remembered_because_they_are_written_to(reading: Chat) -> None:
    there = new(reading)
    there.overheard(SAID)

    ny = replace(there, place=replace(reading.place, conversation_id="a:ny"))
    assert ASKED in ny.text
    person = reading.app.database.play(lambda session: people.find(session, "29:ny"))
    assert person
    assert person.last_active_at is None


def test_erasing_the_writer_takes_the_reply_with_it(reading: Chat) -> None:
    bo, there = bo_in(reading)
    there.overheard(SAID)
    bo.say("mina uppgifter")
    bo.click("Ta bort mig")
    bo.click("Ja, gå vidare")
    bo.click("Ta bort mina uppgifter")

    assert everything(reading)["thread_offers"] == 0
    assert holds(reading, SAID) == []


async def test_the_edge_hands_on_replies_only_with_the_setting_and_only_of_people_in_threads() -> None:
    async with running() as edge:
        plain: dict[str, Any] = {"entities": None, "text": "Vi kör kolfilter."}
        reply = in_channel(edge.service_url, **plain)
        await edge.post(reply)
        assert edge.core.seen == []
        edge.bot._reads_threads = True
        root = "1001"
        group = {"conversationType": "groupChat", "tenantId": TENANT, "id": "19:x@thread.v2"}
        for dropped in (
            in_channel(edge.service_url, id=root, root=root, **plain),  # begins a thread
            in_channel(edge.service_url, **{**plain, "from": BOT}),
            in_channel(edge.service_url, **{**plain, "from": {"id": "28:other", "name": "Annan bot"}}),
            in_channel(edge.service_url, **plain, conversation=group),
            in_channel(edge.service_url, **plain, type="messageUpdate"),
        ):
            assert (await edge.post(dropped)).status == 201
        assert edge.core.seen == []
        await edge.post({**reply, "id": "r-1", "entities": [mention({"id": "29:bo", "name": "Bo"})]})
        await edge.post(in_channel(edge.service_url, id="r-2"))
        assert [(one.kind.value, one.activity_id, one.sender.teams_id) for one in edge.core.seen] == [
            ("overheard", "r-1", ANNA["id"]),
            ("message", "r-2", ANNA["id"]),
        ]


async def test_a_fault_about_something_overheard_says_nothing_in_the_thread() -> None:
    async with running() as edge:
        edge.bot._reads_threads = True

        def fail(_: object) -> None:
            raise RuntimeError

        edge.core.script = fail  # type: ignore[assignment]
        await edge.post(in_channel(edge.service_url, entities=None, text="hej"))
        assert edge.connector.calls == []


def clean(chat: Chat, clock: Clock) -> None:
    for work in retention.run(chat.app, clock):
        chat.app.database.play(work)
