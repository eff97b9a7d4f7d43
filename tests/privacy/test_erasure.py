"""What is left of an erased person: nothing that depends on what they were called, and nothing else is damaged."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from itertools import count, product
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import storage.kansli
from bot import conversation
from bot.cards import short
from bot.delivery.replies import Unsent
from bot.message import Message
from bot.privacy.personal_data import LOST
from bot.privacy.retention import carry_out
from bot.turn import App
from storage import absorption, faq, name_keys, outbox
from storage.contents import Content
from storage.faq import Entry
from storage.outgoing import Outgoing, ToChannel, ToPerson, ToThread
from storage.people import Person
from tests.conftest import NOON
from tests.support.chat import KANSLI, Chat, Clock, words
from tests.support.erasure import comparable, erase, in_files, rows, traces
from tests.support.people import SOTENAS, appoint, know, person, set_up
from tests.support.questions import VATTEN, ask
from tests.support.stage import Stage

BANK = ("faq_entries", "faq_phrasings", "faq_version", "theme_groups", "municipalities")
"""What erasing never changes."""
ORDINARY = (
    "Måste vi rapportera gröna nyckeltal till Sveriges Ekokommuner? Fråga Lund, Upplands Väsby, Sotenäs kommun eller "
    "kansliet@ekokommuner.example. Svara på temagruppen Vatten."
)
"""What others wrote, with words that may be somebody's name."""


@dataclass(frozen=True)
class Case:
    """A person and what they were called, the latest last."""

    names: tuple[str, ...]
    mails: tuple[str, ...] = ("qxz@sotenas.se",)


_NEUTRAL: dict[bool, dict[str, Any]] = {}
"""What is left of the neutral person, on SQLite or not."""
NEUTRAL = Case(("Qxzvara Wkvister",))
AWKWARD = (
    Case(("Wilhelmina Öqvist",), ("wilhelmina.öqvist@sotenas.se",)),
    Case(("Gröna nyckeltal",)),
    Case(("Måste vi",)),
    Case(("Sveriges Ekokommuner",), ("kansliet@ekokommuner.example",)),
    Case(("Sotenäs kommun",)),
    Case(("Upplands Väsby",)),
    Case(("Lund",)),
    Case(("Vatten",)),
    Case(("Svara",)),
    Case(("TextBlock",)),
    Case(("Container",), ("text@sotenas.se",)),
    Case(("Ingegerd",)),
    Case(("Ingegerd Ström", "Ingegerd Ahl"), ("ingegerd.strom@sotenas.se", "ingegerd.ahl@sotenas.se")),
    Case(("Anna Ek", "Anna Berg", "Anna Ask"), ("ae@sotenas.se", "ab@sotenas.se", "aa@sotenas.se")),
    Case(("Ingegerd", "Kansliet", "Ingegerd Ahl")),
    Case(("Bo Ek",)),
    Case(("Qxz Delad",), ("bo@lund.se",)),
    Case(("Åsa Öberg-Lind",), ("åsa.öberg@sotenas.se",)),
    Case(("O'Brien, Åke",)),
    Case(("pär.gast1",)),
    Case(("*Eva* [Ek](x) {{DATE()}}",)),
    Case(("En medlem",)),
)
"""Places, common words, the association, parts of a card, one word, changed once and twice, shared, Markdown."""
DISTINCT = {one.names for one in AWKWARD} - {
    (word,) for word in ("Gröna nyckeltal", "Måste vi", "Sveriges Ekokommuner", "Sotenäs kommun", "Upplands Väsby")
}


@pytest.fixture
def begin(stage: Stage, app: App, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Begin in the same world each time: the same content, time and ids."""

    def begin() -> Chat:
        stage.fill()
        for module in ("chat", "teams"):
            monkeypatch.setattr(f"tests.support.{module}._ids", count(1))
        clock.now = NOON
        app.database.play(lambda session: storage.kansli.name(session, app.settings.kansli))
        chat = Chat(app, clock)
        chat.install()
        return chat

    return begin


def live(chat: Chat, case: Case) -> tuple[Chat, Chat, Chat]:
    """Let a person ask, answer, thank, propose and take over, and be renamed on the way: the person, Bo, the kansli."""
    kansli, bo = chat.as_("Karin Kansli", entra_id=KANSLI), chat.as_("Bo Ek")
    know(bo, mail="bo@lund.se")
    set_up(chat.app.database)
    appoint(chat.app.database, "politician", "Per Ek", "per@sotenas.se")
    per = chat.as_("Per Ek")
    know(per, name="Per E", mail=None)
    mina = replace(chat.as_("qxz"), sender=replace(chat.as_("qxz").sender, name=case.names[0]))
    mina.say("hej")
    know(mina, mail=case.mails[0], municipality_code=SOTENAS)
    ask(mina)
    there, his = mina.in_channel(VATTEN), bo.in_channel(VATTEN)
    his.click("Svara")
    his.click("Skicka svaret", answer="Vi har kolfilter.")
    mina.click("Tacka")
    ask(bo, ORDINARY)
    there.click("Jag tar den")
    for name in (case.names[1:] + case.names[-1:] * 2)[:2]:
        mina = replace(mina, sender=replace(mina.sender, name=name))
        mina.say("hej")
    for mail in case.mails[1:]:
        know(mina, mail=mail)
    there = mina.in_channel(VATTEN)
    there.click("Svara")
    there.click("Skicka svaret", answer="Med rör.")
    bo.click("Det löste det")
    ask(bo, "Hur många brunnar har ni?")
    there.click("Jag tar den")
    mina.say("Jag har tagit över efter Per")
    mina.click("Ja, skicka förslaget")
    kansli.click("Bekräfta")
    mina.say("jag har tagit över")
    mina.click("Ny tjänsteperson")
    kansli.say("visa kommun Sotenäs")
    bo.say("kontaktpersoner")
    return mina, bo, kansli


def end(chat: Chat, mina: Chat) -> dict[str, Any]:
    """Erase the person; what is left in every table, and in every message that the outbox sent to others."""
    before = {name: of for name, of in rows(chat.app.database).items() if name in BANK}
    assert "Dina uppgifter är borttagna" in erase(mina)
    after = rows(chat.app.database)
    assert {name: after[name] for name in before} == before
    own = f"a:{mina.sender.teams_id.removeprefix('29:')}"
    return comparable(chat.app.database) | {
        f"Teams {place}": [json.dumps([one.message.text, one.message.card]) for one in shown if one.id.startswith("o")]
        for place, shown in chat.history.items()
        if place != own
    }


ON_POSTGRESQL = AWKWARD[::4]
"""Names are looked for in Python. What PostgreSQL could do otherwise is told by some of them: ö, Markdown, renamed."""


@pytest.mark.parametrize(
    ("stage", "case"),
    [*product(["sqlite"], AWKWARD), *product(["postgresql"], ON_POSTGRESQL)],
    indirect=["stage"],
    ids=lambda value: value if isinstance(value, str) else value.names[-1],
)
def test_nothing_that_is_left_depends_on_what_they_were_called(
    begin: Any, case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever they were, the tables and the messages are the same afterwards, to the letter."""
    chat = begin()
    kind = chat.app.database.sqlite
    if kind not in _NEUTRAL:
        _NEUTRAL[kind] = end(chat, live(chat, NEUTRAL)[0])
        chat = begin()
    caplog.set_level(logging.DEBUG)
    mina, *_ = live(chat, case)
    row, chat_id = person(mina), mina.place.conversation_id
    ids = [row.teams_id or "", row.entra_id or "", chat_id]
    assert len({table for table, _ in traces(chat.app.database, *ids)}) >= 4

    left = end(chat, mina)

    assert left == _NEUTRAL[kind]
    assert traces(chat.app.database, *ids) == []
    ever = [*ids, *case.mails, *case.names] if case.names in DISTINCT and len(case.names[0].split()) > 1 else ids
    ever = [one for one in ever if one not in ("Bo Ek", "bo@lund.se", "En medlem")]
    assert in_files(chat.app.database, *ever) == []
    assert [one for one in ever if one.casefold() in caplog.text.casefold()] == []


def test_members_texts_lose_a_full_name_and_an_address_in_the_persons_questions_only(chat: Chat) -> None:
    mina, bo = chat.as_("Wilhelmina Öqvist"), chat.as_("Bo Ek")
    know(mina, mail="wilma@sotenas.se")
    know(bo, helps_with="Hör med Wilhelmina Öqvist")
    ask(mina, "Hej från Wilhelmina Öqvist!")
    there = bo.in_channel(VATTEN)
    there.click("Svara")
    there.click("Skicka svaret", answer="Öqvist, Wilhelmina: hej Wilhelmina! (WILMA@sotenas.se, Wilhelmina Öqvistsson)")
    ask(bo, "Vem är Wilhelmina Öqvist?")

    gone = erase(mina)

    left = "[borttagen person]: hej Wilhelmina! ([borttagen person], Wilhelmina Öqvistsson)"
    texts = "\n".join(words(shown.message.card) for shown in bo.in_channel(VATTEN).shown if shown.message.card)
    assert "Hej från [borttagen person]!" in texts
    assert left in texts
    assert "Vem är Wilhelmina Öqvist?" in texts
    assert "Ett förnamn som en kollega skrev kan stå kvar, och ditt namn i annat som någon har skrivit" in gone
    assert "borttaget ur 2 frågor och svar" in gone
    found = {name for name, _ in traces(chat.app.database, 'wilhelmina öqvist"', "wilhelmina öqvist?")}
    assert found == {"people", "questions", "contents"}
    assert traces(chat.app.database, "wilma@") == []


def test_the_kansli_is_asked_before_a_reviewed_text_changes(chat: Chat, kansli: Chat) -> None:
    mina, database = chat.as_("Wilhelmina Öqvist"), chat.app.database
    know(mina, mail="wilma@sotenas.se")

    def write(session: Session) -> str:
        entry = faq.by_state(session, faq.EntryState.PUBLISHED)[0]
        entry.answer += " Fråga Wilhelmina Öqvist."
        return entry.question

    question = database.play(write)
    bank = {name: of for name, of in rows(database).items() if name in BANK}
    mina.say("ta bort mig")
    assert "Kunskapsbanken (1)" in mina.text
    mina.click("Ja, gå vidare")
    gone = mina.click("Ta bort mina uppgifter")

    assert "Granskade svar i kunskapsbanken ändrar jag inte." in gone
    assert {name: of for name, of in rows(database).items() if name in BANK} == bank
    assert "Ska de här svaren ändras?" in kansli.text
    assert "Öqvist" not in kansli.text
    kansli.click(question)
    assert "Fråga Wilhelmina Öqvist." in str(kansli.card)


def test_earlier_names_and_addresses_are_kept_and_shown_as_long_as_the_person_is(chat: Chat) -> None:
    mina = chat.as_("Ingegerd Ström")
    know(mina, mail="strom@sotenas.se")
    know(mina, mail="ahl@sotenas.se")
    replace(mina, sender=replace(mina.sender, name="Ingegerd Ahl")).say("hej")

    former = [row["text"] for row in rows(chat.app.database)["people_names"]]
    assert sorted(former) == ["Ingegerd Ström", "strom@sotenas.se"]
    erase(replace(mina, sender=replace(mina.sender, name="Ingegerd Ahl")))
    assert rows(chat.app.database)["people_names"] == []


def test_a_listed_row_that_became_one_with_the_person_is_erased_with_its_messages(chat: Chat) -> None:
    database, mina = chat.app.database, chat.as_("Ada Lund-Ek")
    own = person(mina).id

    def fill(session: Session) -> None:
        listed = Person(name="Ada L", mail="ada@sotenas.se", first_seen_at=NOON)
        session.add(listed)
        session.flush()
        text = f"Ny: {listed.called} {name_keys.keyed(listed.id, 'ada@sotenas.se')}"
        outbox.enqueue(session, Outgoing("new", "new", ToChannel("19:x"), text=text), NOON)
        absorption.absorb(session, session.get_one(Person, own), listed)

    database.play(fill)
    chat.deliver()
    assert [shown.message.text for shown in chat.history["19:x"]] == ["Ny: Ada L ada@sotenas.se"]

    erase(mina)

    assert [shown.message.text for shown in chat.history["19:x"]] == ["Ny: [borttagen person] [borttagen person]"]
    assert traces(database, "ada l", "ada@") == []


def test_a_text_about_somebody_erased_since_it_was_written_names_nobody(chat: Chat) -> None:
    mina = chat.as_("Ada Lund-Ek")
    planned = Outgoing("late", "late", ToChannel("19:x"), text=f"Hej från {person(mina).called}!")
    erase(mina)

    chat.app.database.play(lambda session: outbox.enqueue(session, planned, NOON))
    chat.deliver()

    assert [shown.message.text for shown in chat.history["19:x"]] == ["Hej från [borttagen person]!"]
    assert traces(chat.app.database, "ada lund") == []


def test_a_mention_in_a_thread_is_taken_away(chat: Chat) -> None:
    mina = chat.as_("Ada Lund-Ek")
    chat.blocked.add(mina.sender.teams_id)
    answer = Outgoing("own", "own", ToPerson(person(mina).id, ToThread("19:x", "1")), text="Här är ditt svar.")
    chat.app.database.play(lambda session: outbox.enqueue(session, answer, NOON))
    chat.deliver()
    assert [shown.message.text for shown in chat.history["19:x"]] == ["@Ada Lund-Ek Här är ditt svar."]

    erase(mina)

    assert chat.history["19:x"] == []


def test_a_text_that_is_cut_off_shows_no_key_and_keeps_it() -> None:
    ada, shown = name_keys.keyed(12, "Ada Lund-Ek"), "Hej Ada Lund-Ek och Bo Ek!"
    text = f"Hej {ada} och {name_keys.keyed(7, 'Bo Ek')}!"

    assert name_keys.plain(text) == shown
    for length in range(len(shown) + 1):
        cut = name_keys.cut(text, length)
        assert name_keys.plain(f"{cut})") == f"{shown[:length]})"
        assert "Ad" not in name_keys.without(cut, [12, 7])
    for length in range(len(text)):  # by hand, without any care
        assert shown.startswith(name_keys.plain(text[:length]))
    assert short(text, 12) == f"Hej {name_keys.keyed(12, 'Ada Lun')}…"
    assert name_keys.without({"text": [text]}, [12]) == {"text": [text.replace(ada, name_keys.NOBODY)]}
    assert name_keys.keys({"a": [text, 5, None]}) == {12, 7}


def test_every_content_that_names_somebody_carries_their_key(begin: Any) -> None:
    """A card with a person's name that no key stands around would survive them."""
    chat = begin()
    case = Case(("Wilhelmina Öqvist", "Wilhelmina Ahl"), ("w.öqvist@sotenas.se", "w.ahl@sotenas.se"))
    live(chat, case)

    def unkeyed(session: Session) -> list[str]:
        names = [*case.names, *case.mails, "Bo Ek", "Karin Kansli", "Per E"]
        bodies = session.scalars(select(Content.body))
        texts = [json.dumps(name_keys.without(body, name_keys.keys(body)), ensure_ascii=False) for body in bodies]
        return [name for name in names for text in texts if name in text]

    assert chat.app.database.play(unkeyed) == []
    assert len(rows(chat.app.database)["content_people"]) >= 10


def test_a_reply_that_waits_for_teams_names_nobody_erased(chat: Chat, kansli: Chat) -> None:
    mina, database = chat.as_("Wilhelmina Öqvist"), chat.app.database
    set_up(database)
    know(mina, mail="wilma@sotenas.se", municipality_code=SOTENAS)
    appoint(database, "officer", "Wilhelmina Öqvist", "wilma@sotenas.se")
    asked = replace(kansli.message("visa kommun Sotenäs"), card_id="b0")
    reply = conversation.respond(chat.app, asked, NOON).reply
    assert "Öqvist" in str(reply)
    unsent = Unsent(reply.messages, reply.messages[0].card, wait=3600)
    conversation.deliver_later(chat.app, asked, unsent, NOON)

    erase(mina)

    assert traces(database, "öqvist", "wilma@") == []
    assert in_files(database, "Öqvist", "wilma@") == []
    chat.clock.forward(hours=2)
    chat.deliver()
    assert kansli.shown[-1].message == Message(LOST)


@pytest.mark.parametrize("gone", ["erased", "left"])
def test_a_late_receipt_reaches_its_chat_and_is_forgotten_in_a_day(chat: Chat, gone: str) -> None:
    mina, database = chat.as_("Wilhelmina Öqvist"), chat.app.database
    asked = mina.message("mina uppgifter")
    unsent = Unsent(conversation.respond(chat.app, asked, NOON).reply.messages)
    if gone == "erased":
        erase(mina)
        unsent = Unsent((Message("Dina uppgifter är borttagna"),))
    else:
        know(mina, left_at=NOON)
    conversation.deliver_later(chat.app, asked, unsent, NOON)
    chat.deliver()
    assert mina.shown[-1].message == unsent.messages[0]

    chat.clock.forward(days=1, seconds=1)
    carry_out(database, chat.app.settings, chat.clock.now, ())
    chat_id = mina.place.conversation_id
    assert [name for name, _ in traces(database, chat_id) if name == "deliveries"] == []


def test_a_private_reply_never_goes_to_a_channel(chat: Chat) -> None:
    mina = replace(chat.as_("Ada Lund-Ek").in_channel(VATTEN), private=True)
    asked = mina.message("hej")
    erase(chat.as_("Ada Lund-Ek"))
    conversation.deliver_later(chat.app, asked, Unsent((Message("hemligt"),)), NOON)

    assert traces(chat.app.database, "hemligt") == []


def test_what_goes_to_the_person_alone_is_gone(chat: Chat) -> None:
    mina = chat.as_("Ada Lund-Ek")
    own = Outgoing("own", "own", ToPerson(person(mina).id), text="Hej Ada!")
    chat.app.database.play(lambda session: outbox.enqueue(session, own, NOON))
    chat.deliver()

    erase(mina)

    assert traces(chat.app.database, "hej ada") == []
    assert chat.app.database.play(lambda session: session.get(Entry, 1)) is not None
