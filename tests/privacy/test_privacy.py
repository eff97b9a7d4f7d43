"""Own data: seen, taken away, erased, and staying erased."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from threading import Barrier, Event
from time import sleep
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot import conversation, downloads
from bot.conversation import ROUTES
from bot.imports.plans import ImportOutcome
from bot.memberlist import columns, imports
from bot.message import Kind, UserError
from bot.ports import Listed
from bot.privacy import words
from bot.register import rosters, spreadsheet
from bot.routes import Routes
from storage import audit, content, links, outbox, people, privacy
from storage.contacts import Contact
from storage.database import Database
from storage.erasure import hashes
from storage.outgoing import Outgoing, ToChannel, ToPerson
from storage.people import Person, PersonRole
from tests.conftest import NOON, make_app
from tests.support.chat import KANSLI, Chat, Clock
from tests.support.erasure import erase, traces
from tests.support.people import IN_TEAM, SOTENAS, appoint, audited, data_of, held, know, person, set_up
from tests.support.questions import VATTEN, ask

MAIL = "wilhelmina.öqvist@sotenas.se"
NAME = "Wilhelmina Öqvist"


pytestmark = pytest.mark.usefixtures("filled")


@pytest.fixture
def mina(chat: Chat) -> Chat:
    """A member with something in every class."""
    mina = chat.as_(NAME)
    know(mina, mail=MAIL, guest=True, helps_with="grundvatten", municipality_code=SOTENAS)
    set_up(chat.app.database)
    appoint(chat.app.database, "politician", NAME, MAIL)
    mina.say("Hur blir vår kommun medlem?")
    mina.click("Ja")
    mina.say("min kommun")
    return mina


# what is kept


def test_everything_kept_is_shown_with_why_and_how_long(mina: Chat) -> None:
    shown = mina.say("mina uppgifter")

    assert "Namn och kontaktuppgifter" in shown
    assert "Uppdrag och roller (1 rad)" in shown
    assert f"{NAME}. {MAIL}. Sotenäs kommun." in shown
    assert "Så att kommunen, kansliet och andra medlemmar vet vem som är kontaktperson." in shown
    assert "180 dagar" in shown
    assert mina.buttons == [
        "Läs allt",
        "Hämta som fil",
        "Rätta mina val",
        "Min kommun",
        "Ta bort mig",
        "Så hanterar vi personuppgifter",
    ]


def test_all_of_it_can_be_read_in_the_chat(mina: Chat) -> None:
    mina.say("mina uppgifter")
    read = mina.click("Läs allt")
    while "Nästa" in mina.buttons:
        read += mina.click("Nästa")

    assert f"Namn: {NAME}" in read
    assert f"Mejladress: {MAIL}" in read
    assert "Uppdrag: kontaktpolitiker" in read
    assert "Kan hjälpa till med: grundvatten" in read
    assert "Dina uppgifter" in mina.click("Tillbaka")


def test_own_data_is_shown_in_ones_own_chat_only(mina: Chat) -> None:
    channel = mina.in_channel()

    assert "Det tar vi i din egen chatt" in channel.say("mina uppgifter")
    for verb in ("privacy.overview", "privacy.show", "privacy.links", "privacy.ask_erase", "privacy.erase"):
        shown = channel.press(verb, {"person": person(mina).id, "page": 0})
        assert shown == "Det tar vi i vår egen chatt. Skriv till mig där."


def test_what_points_at_others_is_not_exported(mina: Chat, kansli: Chat) -> None:
    karin, own = person(kansli).id, person(mina).id
    mina.app.database.play(lambda session: audit.record(session, karin, "Ny roll", "x:1", NOON, person_id=own))

    rows = mina.app.database.play(lambda session: privacy.export(session, own))

    assert [row["person_id"] for row in rows["audit_log"] if row["what"] == "Ny roll"] == [own]
    assert all("by_id" not in row for row in rows["audit_log"])


def test_every_table_about_people_is_described() -> None:
    described = {table for one in words.CLASSES for table in one.tables}
    tables = {key.table.name for key in privacy.person_keys()} | {"people", "contents"}

    assert tables - described == set(), "describe the table in bot/privacy/words.py"
    for one in words.CLASSES:
        anonymised = [key for key in privacy.person_keys() if not key.deletes and key.table.name in one.tables]
        assert bool(one.remains) >= bool([key for key in anonymised if key.table.name != "roles"]), one.title


# taking away


def token(chat: Chat, title: str) -> str:
    """What stands last in the address of a link on the newest card."""
    action = next(action for action in _actions(chat) if action["title"] == title)
    return str(action["url"]).rpartition("/")[2]


def _actions(chat: Chat) -> list[dict[str, Any]]:
    return list(chat.card["actions"])


def test_a_link_gives_the_file_once(mina: Chat, clock: Clock) -> None:
    mina.say("mina uppgifter")
    mina.click("Hämta som fil")
    database, older = mina.app.database, token(mina, "Hämta som JSON")
    mina.click("Nya länkar")
    one = token(mina, "Hämta som JSON")
    assert database.play(lambda session: downloads.look(mina.app, session, older, clock.now)) is None

    def fetch(session: Session) -> downloads.File | None:
        return downloads.fetch(mina.app, session, one, clock.now)

    for _ in range(3):
        assert database.play(lambda session: downloads.look(mina.app, session, one, clock.now)) == "mina-uppgifter.json"
    file = database.play(fetch)
    assert file is not None
    assert MAIL in file.content().decode()
    assert json.loads(file.content())["format"] == "sekom-bot personuppgifter 1"
    assert traces(database, one) == []  # the token itself is nowhere
    assert database.play(fetch) is None
    assert database.play(lambda session: downloads.look(mina.app, session, one, clock.now)) is None


def test_a_link_is_too_old_after_fifteen_minutes(mina: Chat, clock: Clock) -> None:
    mina.say("mina uppgifter")
    mina.click("Hämta som fil")
    database, one = mina.app.database, token(mina, "Hämta som text")

    clock.forward(minutes=15)

    assert database.play(lambda session: downloads.fetch(mina.app, session, one, clock.now)) is None
    assert database.play(lambda session: links.forget(session, clock.now)) == 2


@pytest.mark.parametrize("guess", ["", "a", "å" * 43, "a" * 43, "a" * 100_000, "../../etc/passwd"])
def test_a_guessed_link_gives_nothing(mina: Chat, clock: Clock, guess: str) -> None:
    assert mina.app.database.play(lambda session: downloads.fetch(mina.app, session, guess, clock.now)) is None


def test_where_no_browser_reaches_the_bot_the_chat_shows_it_all(database: Database, clock: Clock) -> None:
    identity = {
        "MicrosoftAppId": "5ec0a000-0000-4000-8000-000000000001",
        "MicrosoftAppPassword": "x",
        "MicrosoftAppTenantId": "5ec0a000-0000-4000-8000-000000000002",
        "SEKOM_CONTACT": "kansliet@sekom.example",
    }
    chat = Chat(make_app(database, **identity), clock)
    chat.say("mina uppgifter")

    assert "Hämta som fil" not in chat.buttons
    assert "Läs allt" in chat.press("privacy.links", {})


# being erased


def test_what_must_remain_is_named_and_has_no_person(mina: Chat) -> None:
    gone = erase(mina)

    assert "Att någon hade uppdraget, och när. Inte vem." in gone
    database = mina.app.database
    row = database.play(lambda session: session.scalars(select(Contact)).one())
    assert (row.person_id, row.until) == (None, NOON.date())
    assert held(database) == []
    assert audited(database)[-1] == "En person har tagit bort sina egna uppgifter"


def test_it_takes_two_confirmations_and_can_be_stopped_at_each(mina: Chat) -> None:
    mina.say("ta bort mig")
    assert "Dina uppgifter" in mina.click("Nej, behåll mig")
    mina.click("Ta bort mig")
    mina.click("Ja, gå vidare")
    assert "Dina uppgifter" in mina.click("Avbryt")
    assert person(mina).name == NAME


def test_who_is_erased_stays_so_until_they_write(mina: Chat) -> None:
    database, sender = mina.app.database, mina.sender
    erase(mina)

    def forgotten(session: Session) -> list[bool]:
        ids = sender.entra_id, sender.teams_id, MAIL, "nagon@annan.se", None
        return [hashes.is_erased(session, one) for one in ids]

    assert database.play(forgotten) == [True, True, True, False, False]
    assert "Dina uppgifter är borttagna" in mina.press("people.mine", {})
    assert mina.install() == ""
    assert database.play(lambda session: people.find(session, sender.teams_id)) is None

    assert "Hej" in mina.say("hej")
    assert database.play(forgotten) == [False] * 5
    assert person(mina).municipality_code is None


def test_the_same_press_twice_erases_once(mina: Chat) -> None:
    mina.say("ta bort mig")
    mina.click("Ja, gå vidare")
    data = data_of(mina, "Ta bort mina uppgifter")
    mina.press("privacy.erase", data, activity_id="e1")

    assert "Dina uppgifter är borttagna" in mina.press("privacy.erase", data, activity_id="e1")
    assert audited(mina.app.database).count("En person har tagit bort sina egna uppgifter") == 1


def test_a_card_from_before_does_not_erase_who_came_back(mina: Chat) -> None:
    mina.say("ta bort mig")
    mina.click("Ja, gå vidare")
    data = data_of(mina, "Ta bort mina uppgifter")
    mina.press("privacy.erase", data)
    mina.say("hej")

    assert "Det kortet gäller någon annan" in mina.press("privacy.erase", data)
    assert person(mina).id > data["person"]


def test_rows_of_the_same_person_go_together_and_those_of_a_shared_address_do_not(mina: Chat) -> None:
    def more(session: Session) -> None:
        session.add(Person(name=f"{NAME} (Gäst)", mail=MAIL, first_seen_at=NOON))
        session.add(Person(name="Bo Ek", mail=MAIL, first_seen_at=NOON))

    database = mina.app.database
    database.play(more)
    erase(mina)

    assert traces(database, NAME) == []
    left = database.play(lambda session: [one.name for one in session.scalars(select(Person)) if one.mail == MAIL])
    assert left == ["Bo Ek"]
    assert not database.play(lambda session: hashes.is_erased(session, MAIL))


def test_a_name_that_two_people_have_stays_in_texts(mina: Chat) -> None:
    database = mina.app.database

    def more(session: Session) -> None:
        session.add(Person(name=NAME, mail="annan@lund.se", first_seen_at=NOON))
        outbox.enqueue(session, Outgoing("post:1", "post:1", ToChannel("19:x"), text=f"Fråga {NAME}"), NOON)

    database.play(more)
    erase(mina)

    assert {table for table, _ in traces(database, NAME)} == {"people", "contents"}


# the kansli


def test_the_kansli_erases_somebody_who_has_left(mina: Chat, kansli: Chat) -> None:
    assert NAME in kansli.say("ta bort person wilhelmina")
    kansli.click(NAME)
    assert "Uppdrag och roller" in kansli.text
    kansli.click("Ja, gå vidare")
    done = kansli.click("Ta bort personen")

    assert "Personen är borttagen" in done
    assert traces(mina.app.database, NAME, MAIL, mina.sender.teams_id) == []
    last = mina.app.database.play(lambda session: audit.newest(session, 1)[0])
    assert (last.what, last.by_id, last.person_id) == ("Tagit bort en persons uppgifter", person(kansli).id, None)
    assert last.about.startswith("erased:")


def test_somebody_not_found_is_said(kansli: Chat) -> None:
    assert "Jag hittar ingen som heter Ingen Alls" in kansli.say("ta bort person Ingen Alls")
    assert "minst två tecken" in kansli.click("Sök", name="a")
    assert "finns inte kvar" in kansli.press("privacy.erase_person", {"person": 4711})


def test_two_of_the_kansli_erase_the_same_person(mina: Chat, kansli: Chat) -> None:
    own = person(mina).id
    kansli.press("privacy.erase_person", {"person": own})

    assert "finns inte kvar" in kansli.press("privacy.erase_person", {"person": own})


def test_the_last_of_the_kansli_is_not_erased(kansli: Chat) -> None:
    for verb in ("privacy.ask_erase", "privacy.erase", "privacy.ask_person", "privacy.erase_person"):
        assert "Någon måste vara kansli" in kansli.press(verb, {"person": person(kansli).id})
    assert person(kansli).name == "Karin Kansli"


def test_one_of_two_of_the_kansli_may_go(kansli: Chat, mina: Chat) -> None:
    kansli.press("people.give", {"person": person(mina).id, "role": PersonRole.KANSLI})

    assert "Dina uppgifter är borttagna" in erase(kansli)
    assert "Någon måste vara kansli" in mina.say("ta bort mig") or KANSLI in mina.app.settings.kansli


def test_a_member_erases_nobody_else(mina: Chat, chat: Chat) -> None:
    own = person(mina).id

    assert "bara kansliet" in chat.press("privacy.erase_person", {"person": own})
    assert "gäller någon annan" in chat.press("privacy.erase", {"person": own})
    assert person(mina).name == NAME


def test_the_log_says_who_changed_what(mina: Chat, kansli: Chat, clock: Clock) -> None:
    kansli.press("people.give", {"person": person(mina).id, "role": PersonRole.BOARD})
    shown = kansli.say("ändringslogg")
    assert "Gett rollen styrelse: Wilhelmina Öqvist" in shown
    assert "Karin Kansli" in shown

    kansli.click("Hämta allt som fil")
    database, one = kansli.app.database, token(kansli, "Hämta allt som CSV")
    file = database.play(lambda session: downloads.fetch(mina.app, session, one, clock.now))
    assert file is not None
    assert file.content().decode("utf-8-sig").splitlines()[0] == "När;Vem;Vad;Gäller;Person"


def test_a_questions_card_forgets_a_name_of_one_word_but_not_what_a_member_wrote(chat: Chat) -> None:
    maja, asker = chat.as_("Maja"), chat.as_("Ove")
    ask(chat)
    there = maja.in_channel(VATTEN)
    there.click("Jag tar den")
    ask(asker, "Hur mäter ni grundvatten?")
    there.click("Svara")
    there.click("Skicka svaret", answer="Hej Ove! Med rör.")
    ask(asker, "Hur många brunnar har ni?")
    sees = chat.in_channel(VATTEN)
    assert str([shown.message.card for shown in sees.shown]).count("Maja") >= 2

    erase(maja)
    gone = erase(asker)
    cards = str([shown.message.card for shown in sees.shown])
    assert "Maja" not in cards
    assert cards.replace("Hej Ove! Med rör.", "").count("Ove") == 0
    assert "Ett förnamn som en kollega skrev kan stå kvar" in gone
    assert traces(chat.app.database, "maja") == []
    assert "Jag tar den" in cards
    assert cards.count("Stängd: Den som frågade finns inte kvar.") == 1, "nobody waits for that one any more"


def test_a_link_to_the_log_dies_with_the_role(mina: Chat, kansli: Chat, clock: Clock) -> None:
    kansli.press("people.give", {"person": person(mina).id, "role": PersonRole.KANSLI})
    mina.say("ändringslogg")
    mina.click("Hämta allt som fil")
    one = token(mina, "Hämta allt som CSV")
    kansli.press("people.take", {"person": person(mina).id, "role": PersonRole.KANSLI})

    assert mina.app.database.play(lambda session: downloads.fetch(mina.app, session, one, clock.now)) is None


def test_an_id_is_never_given_twice(mina: Chat) -> None:
    before = person(mina).id
    erase(mina)

    assert person(mina.as_("Ny Person")).id > before


# staying erased


def test_neither_roster_nor_list_nor_kansli_brings_back_who_is_erased(mina: Chat) -> None:
    database, sender = mina.app.database, mina.sender
    erase(mina)

    listed = Listed(sender.teams_id, sender.entra_id, NAME, MAIL, guest=True)
    other = Listed("29:ny", None, NAME, MAIL.upper(), guest=True)  # the same person under a new account
    database.play(lambda session: rosters.keep(session, IN_TEAM, [listed, other], NOON))
    table = columns.understood(spreadsheet.read_text(f"kommun;roll;namn;mejl\nSotenäs;politiker;{NAME};{MAIL}"))
    plan = database.play(lambda session: imports.plan(session, table))
    assert [line.outcome for line in plan.lines] == [ImportOutcome.REFUSED]
    with pytest.raises(UserError, match="Be personen skriva hej"):
        appoint(database, "politician", NAME, MAIL)
    assert traces(database, NAME, MAIL) == []

    mina.say("hej")
    now = replace(listed, mail="wilhelmina@sotenas.se")
    database.play(lambda session: rosters.keep(session, IN_TEAM, [now], NOON))
    assert person(mina).mail == now.mail


# somebody erased while something of theirs is under way


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What these do when they start at the same moment, each on a thread of its own."""
    start = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        start.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(run, work) for work in works]]


@pytest.mark.parametrize("kind", [Kind.ACTION, Kind.MESSAGE])
def test_a_turn_that_begins_while_its_person_is_erased_ends_well(mina: Chat, kansli: Chat, kind: Kind) -> None:
    locked, own = Event(), person(mina).id
    slow = Routes(ROUTES)

    @slow.erasing
    def hook(_session: Session, _person_id: int, _now: datetime) -> Callable[[], None]:
        locked.set()
        return lambda: sleep(0.5)

    app, now = replace(mina.app, routes=slow), mina.clock.now
    pressed = replace(kansli.message(""), kind=Kind.ACTION, verb="privacy.erase_person", data={"person": own})
    asked = replace(mina.message("hej"), kind=kind, verb="faq.ask", data={"text": "Vad kostar det?"})

    def ask_then() -> Any:
        locked.wait()
        return conversation.respond(app, asked, now)

    gone, answer = at_once(lambda: conversation.respond(app, pressed, now), ask_then)

    assert "Personen är borttagen" in str(gone.reply.state)
    assert traces(app.database, MAIL) == []
    if kind is Kind.ACTION:
        assert answer.reply == conversation.FORGOTTEN
        assert traces(app.database, NAME, mina.sender.teams_id, mina.place.conversation_id) == []
    else:  # they wrote after they were erased, so they are somebody new
        assert person(mina).id > own


def test_nothing_is_sent_later_to_somebody_erased(mina: Chat) -> None:
    own = person(mina).id
    erase(mina)
    late = Outgoing("late", "late:1", ToPerson(own), text="Hej")

    with pytest.raises(IntegrityError):
        mina.app.database.play(lambda session: outbox.enqueue(session, late, NOON))


def test_erased_by_two_at_once_is_erased_once(mina: Chat, kansli: Chat) -> None:
    own = person(mina).id
    press = [replace(kansli.message(""), kind=Kind.ACTION, verb="privacy.erase_person", data={"person": own})]
    press.append(replace(kansli.message(""), kind=Kind.ACTION, verb="privacy.erase_person", data={"person": own}))
    app, now = mina.app, mina.clock.now

    answers = at_once(*(lambda one=one: conversation.respond(app, one, now) for one in press))

    assert sorted(bool(answer.reply.state) for answer in answers) == [False, True]
    assert audited(app.database).count("Tagit bort en persons uppgifter") == 1


# what others see afterwards


def test_cards_in_a_channel_lose_the_name_and_later_versions_do_not_bring_it_back(mina: Chat) -> None:
    mina.app.database.play(lambda session: content.load_groups(session, NOON))
    ask(mina)
    bo = mina.as_("Bo Ek")
    bo.in_channel(VATTEN).click("Svara")
    bo.in_channel(VATTEN).click("Skicka svaret", answer="Vi har kolfilter.")
    here = mina.as_("Åsa Å").in_channel(VATTEN)
    assert NAME in here.text
    assert "Bo Ek" in here.text

    erase(mina)
    mina.deliver()
    assert NAME not in here.text
    assert "Bo Ek" in here.text
    erase(bo)
    mina.deliver()
    here.click("Jag undrar också")

    assert "Vi har kolfilter." in here.text
    assert "Bo Ek" not in here.text
    assert traces(mina.app.database, NAME, "Bo Ek") == []
