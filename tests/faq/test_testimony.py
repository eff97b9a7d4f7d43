"""What a colleague answered is offered as a similar question, with the municipality; with the name if they agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.orm import Session

from bot import conversation
from bot.message import Kind
from storage import migrate
from storage.faq import Entry, EntryKind
from storage.municipalities import Municipality
from storage.people import Person
from storage.questions import Answer, AnswerWay
from tests.faq.test_gaps import answered, filled
from tests.support.chat import Chat, actions
from tests.support.questions import VATTEN, ask

ASKED = "Hur gör man en klimatanpassningsplan?"
DONE = "Vi började med en riskanalys."
TOLD = date(2026, 11, 24)
BEFORE = "0017"
"""The version of the tables without testimony."""
FORM = "Får ditt namn stå med ditt svar?"


@pytest.fixture
def bo(chat: Chat, kansli: Chat) -> Chat:
    """Bo, whose answer the kansli has published."""
    kansli.say("hej")
    answered(chat, ("Bo Ek", "Sotenäs", DONE), text=ASKED)
    chat.click("Det löste det")
    kansli.click("Gör till FAQ")
    assert "En kollegas svar: det visas utan namn, som en liknande fråga." in kansli.text
    assert "Granskat" not in kansli.text
    kansli.click("Publicera")
    return chat.as_("Bo Ek")


def entry(chat: Chat) -> Entry:
    return chat.app.database.play(lambda session: session.query(Entry).filter_by(kind=EntryKind.TESTIMONY).one())


@pytest.mark.parametrize("asked", [ASKED, "har nån gjort en cykelplan?", "hur gör man en naturvårdsplan"])
def test_it_is_never_the_answer_however_near_it_is(bo: Chat, asked: str) -> None:
    member = bo.as_("Cia Ceder")
    shown = member.say(asked)

    assert DONE not in shown
    assert "Hjälpte svaret?" not in shown
    assert shown.startswith(("En liknande fråga", "Liknande frågor", "Det vet jag inte"))


def test_the_one_who_is_offered_it_reads_it_with_municipality_and_date_and_can_ask_on(bo: Chat) -> None:
    member = bo.as_("Cia Ceder")
    shown = member.say(ASKED)

    assert f"Du skrev: ”{ASKED}”" in shown
    assert "Så gjorde Sotenäs\nSvarade den 24 november 2026.\n" in shown
    assert {"Läs svaret", "Skicka till kansliet", "Inget av dessa"} <= set(member.buttons)
    read = member.click("Läs svaret")
    assert read.startswith(f"Så gjorde Sotenäs\nSvarade den 24 november 2026.\nFrågan var: {ASKED}\n{DONE}")
    assert "Det är en kollegas erfarenhet." in read
    assert "Hjälpte svaret?" in read
    assert ASKED in member.click("Fråga kollegor")


def test_a_vote_and_a_pick_leave_it_what_it_is(bo: Chat) -> None:
    member = bo.as_("Cia Ceder")
    member.say(ASKED)
    member.click("Läs svaret")

    assert member.click("Ja").startswith("Så gjorde Sotenäs")
    assert DONE not in bo.as_("Dan Dal").say(ASKED)  # the pick is not remembered as an answer


def test_the_name_is_shown_only_after_a_yes_and_goes_with_a_no(bo: Chat) -> None:
    member = bo.as_("Cia Ceder")
    assert "Bo Ek" not in _read(member)
    assert bo.text.startswith(FORM)
    assert "Där heter det ”Så gjorde Sotenäs”." in bo.text
    assert DONE in bo.text

    assert "Tack! Ditt namn står med svaret." in bo.click("Visa namnet")
    assert "Så gjorde Sotenäs\nBo Ek. Svarade den 24 november 2026." in _read(member)
    assert bo.buttons == ["Bara kommunen"]
    assert "Svaret visas utan ditt namn." in bo.click("Bara kommunen")
    assert "Bo Ek" not in _read(member)


def test_a_yes_is_to_the_words_that_were_shown(bo: Chat, kansli: Chat) -> None:
    bo.click("Visa namnet")
    kansli.clock.forward(minutes=1)
    kansli.click("Spara", **filled(kansli, phrasings="klimatplan"))
    assert "Bo Ek" in _read(bo.as_("Cia Ceder"))

    kansli.clock.forward(minutes=1)
    kansli.click("Spara", **filled(kansli, answer="Vi började inte alls."))
    assert "Bo Ek" not in _read(bo.as_("Cia Ceder"))
    first, second = (shown for shown in bo.shown if FORM in str(shown.message.card))
    old = next(action for action in actions(first.message.card or {}) if action["title"].startswith("Bara"))["data"]
    pressed = bo.press("faq.name", {**old, "agree": True, "seen": ""}, card_id=first.id)
    assert "Svaret har ändrats sedan jag frågade." in pressed
    assert "Vi började inte alls." in pressed
    assert entry(bo).name_agreed is None
    assert "Vi började inte alls." in str(second.message.card)
    assert "Tack!" in bo.click("Visa namnet")


def test_a_name_that_is_taken_back_is_not_posted_with_an_answer_that_waits(bo: Chat) -> None:
    bo.click("Visa namnet")
    settings = bo.app.settings.model_copy(update={"private_replies": True})
    here = replace(bo, app=replace(bo.app, settings=settings)).as_("Cia Ceder").in_channel("Klimat")
    here.say(ASKED)
    here.click("Läs svaret")
    press = next(one for one in actions(here.card) if one["title"] == "Dela med kanalen")
    shared = replace(here.message(""), kind=Kind.ACTION, verb=press["verb"], data=press["data"], private=True)
    conversation.respond(here.app, shared, here.clock.now)

    bo.click("Bara kommunen")
    here.deliver()
    assert not any("Bo Ek" in str(one.message.card) for one in here.shown if not one.only)


def test_nobody_else_decides_about_a_name(bo: Chat, kansli: Chat) -> None:
    data = {"entry": entry(bo).id, "agree": True, "seen": ""}

    for other in (bo.as_("Cia Ceder"), kansli):
        assert "så är det inte ditt" in other.press("faq.name", data)
    assert "så är det inte ditt" in bo.press("faq.name", {**data, "entry": "x"})
    assert entry(bo).name_agreed is None


def test_an_erased_colleague_leaves_the_municipality(bo: Chat) -> None:
    bo.click("Visa namnet")
    bo.say("ta bort mig")
    bo.click("Ja, gå vidare")
    bo.click("Ta bort mina uppgifter")

    read = _read(bo.as_("Cia Ceder"))
    assert read.startswith("Så gjorde Sotenäs\nSvarade den 24 november 2026.")
    assert "Bo Ek" not in read
    assert entry(bo).told_by_id is None


def test_a_pasted_answers_municipality_is_what_the_kansli_writes(chat: Chat, kansli: Chat) -> None:
    kansli.say("hej")
    number = answered(chat, ("Bo Ek", "Sotenäs", DONE), text=ASKED)
    chat.app.database.play(
        lambda session: session.query(Answer).filter_by(question_id=number).update({"way": AnswerWay.PASTED})
    )
    chat.click("Det löste det")
    assert "Jag vet inte vilken kommun svaret kommer från." in kansli.click("Gör till FAQ")

    assert "Jag vet inte vilken kommun ”Månby” är." in kansli.click("Publicera", **filled(kansli, told_in="Månby"))
    kansli.click("Publicera", **filled(kansli, told_in=""))
    assert _read(chat.as_("Cia Ceder")).startswith("Så gjorde en annan medlem")
    kansli.click("Spara", **filled(kansli, told_in="eslöv"))
    assert _read(chat.as_("Cia Ceder")).startswith("Så gjorde Eslöv")
    assert FORM not in chat.as_("Bo Ek").text  # nobody knows whose words they are


def test_what_the_kansli_answered_is_a_fact(chat: Chat, kansli: Chat) -> None:
    ask(chat, ASKED)
    channel = kansli.in_channel(VATTEN)
    channel.click("Svara")
    channel.click("Skicka svaret", answer=DONE)
    chat.click("Det löste det")
    kansli.click("Gör till FAQ")
    kansli.click("Publicera")

    assert DONE in chat.as_("Cia Ceder").say(ASKED)


def test_entries_from_before_become_testimony_and_stay_where_they_are(bo: Chat) -> None:
    database = bo.app.database

    def give_sources(session: Session) -> None:  # as entries had them before
        session.query(Entry).filter_by(kind=EntryKind.TESTIMONY).one().sources = [
            {"title": "Sotenäs kommun"},
            {"title": "Planen", "url": "https://sotenas.se/plan"},
        ]

    database.play(give_sources)
    migrate.downgrade(database, BEFORE)
    migrate.upgrade(database)

    row, code = (
        entry(bo),
        database.play(lambda session: session.query(Municipality).filter_by(name="Sotenäs").one().code),
    )
    teller = database.play(lambda session: session.query(Person).filter_by(name="Bo Ek").one().id)
    assert (row.state, row.municipality_code, row.told_by_id, row.told_on) == ("published", code, teller, TOLD)
    assert row.sources == [{"title": "Planen", "url": "https://sotenas.se/plan"}]
    assert row.name_agreed is None
    assert database.play(lambda session: session.query(Entry).filter_by(kind=EntryKind.FACT).count()) > 1


def _read(member: Chat) -> str:
    member.say(ASKED)
    return str(member.click("Läs svaret"))
