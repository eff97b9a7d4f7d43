"""Every command and every button of the whole bot, used by those they are not for: nothing shown, nothing changed.

A new feature is walked through by itself. Where a button is meant to change what belongs to others, it is listed here
with the tables it may touch.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

import pytest
from sqlalchemy.orm import Session

from bot.cards import button, buttons, card
from bot.conversation import FORGOTTEN, ROUTES
from bot.message import Reply, say
from bot.routes import Routes
from bot.turn import App, Turn
from storage import contacts, participations, people, roles
from storage.announcements import Announcement, AnnouncementState
from storage.contacts import ProposalKind
from storage.database import Database
from storage.faq import Entry, EntryKind
from storage.participations import ParticipationSource
from storage.people import PersonRole
from storage.silences import Silence
from tests.conftest import make_app
from tests.support import walk
from tests.support.chat import KANSLI, Chat, Clock, seen
from tests.support.duties import add_duty
from tests.support.events import HOUR, put_up
from tests.support.matches import WISH, contact, set_profile
from tests.support.people import HABO, LUND, SOTENAS, appoint, know, person, set_up
from tests.support.questions import VATTEN, ask, newest
from tests.support.stage import SqliteStage
from tests.support.walk import Button, Change, Tables

_CARD = frozenset({"questions", "deliveries"})
SHARED = {
    "questions.answer": _CARD | {"theme_groups"},
    "questions.claim": _CARD,
    "questions.follow": _CARD,
    "questions.unfollow": _CARD,
    "questions.misplaced": frozenset({"deliveries"}),
    # any member may come to an event; its calendar entry has everybody
    **dict.fromkeys(
        (f"event.{verb}" for verb in ("register", "leave", "decline", "accept_offer", "pass_offer")),
        frozenset({"deliveries", "events", "invitations"}),
    ),
    "event.ask": frozenset({"deliveries"}),
    # the people of a municipality share its duties
    **dict.fromkeys(
        (f"duties.{verb}" for verb in ("done", "begin", "undo", "postpone", "ask_help", "instead")),
        frozenset({"duty_statuses", "deliveries"}),
    ),
    # a newcomer may choose any contact person who has offered; the person is asked
    "pair.ask": frozenset({"deliveries", "pairs", "pair_members"}),
    "questions.reply": _CARD | {"theme_groups"},
    **dict.fromkeys(("questions.to_kansli", "questions.here"), frozenset({"deliveries"})),  # the presser asks
    # the kansli is asked
    **dict.fromkeys(
        ("people.propose", "people.choose", "people.leave", "people.propose_seat"), frozenset({"deliveries"})
    ),
}
"""Buttons that any member may use on what is not theirs, and the tables that changes."""
ANONYMOUS = frozenset({"faq_questions", "faq_question_texts", "contents", "content_people"})
"""Where anything that somebody does may add a row: about nobody, or about the people whom a message names."""

REGISTER = ("Siri Sten", "siri@sotenas.se", "Lasse Lund", "lasse@lund.se", "eva@sotenas.se")
"""Those who have written nothing that others read: only their own municipality and the kansli may see them."""
SECRETS = {
    "Bo Ek": ("Lasse Lund", "lasse@lund.se", "Eva Exner", "eva@sotenas.se", "cia@lund.se", "karin@sekom.se"),
    "Cia Ceder": ("Anna Andersson", "anna@sotenas.se", "bo@sotenas.se", "karin@sekom.se", "Eva Exner", *REGISTER[:2]),
    "Eva Exner": ("Anna Andersson", "anna@sotenas.se", "bo@sotenas.se", *REGISTER),
    "Karin Kansli": ("anna@sotenas.se",),
}
"""What is not to be shown to a colleague, to somebody of another municipality, to somebody who was erased, and to the
kansli where it presses a member's own buttons."""
TOLD_TO_MEMBERS = frozenset({"people.contacts_of"})
"""Buttons that tell any member in 1:1 who the contact persons are (tests/members/test_register_answers.py)."""
ANNAS_OWN = frozenset({"privacy.erase"})
PRIVATE = "Får vi lämna nätverket i smyg?"
"""Anna's question to the kansli, which nobody else may read."""
SPEAKER = "Vad gick snett hos er?"
"""Anna's question to Bo, who speaks at an event."""
VIEW = "Vi tycker att målen är för svaga."
"""Anna's point of view on a consultation that every member may answer."""
CIAS = 2
"""Cia's question, which Bo's answer solved."""
LEFT = "Lena Lämnat"
"""Somebody of Sotenäs who has left the network, and follows Anna's question."""
SECRETS = {name: (*secrets, *([PRIVATE, VIEW] if name != "Karin Kansli" else [])) for name, secrets in SECRETS.items()}
SECRETS["Cia Ceder"] += (SPEAKER,)
SECRETS[LEFT] = (SPEAKER, *SECRETS["Bo Ek"], "Anna Andersson", "anna@sotenas.se", "bo@sotenas.se", *REGISTER)
KARINS_OWN = frozenset({"privacy.erase", "privacy.erase_person"})
"""Buttons that are attacked, but not pressed by those they belong to: nobody would be left to walk on as."""
GUESS = {
    **dict.fromkeys(
        ("person", "contact", "entry", "question", "proposal", "group", "answer", "id", "page", "event", "pair"), 1
    ),
    "announcement": 1,
    "duty": 1,
    "version": 1,
    "silence": 1,
    "code": SOTENAS,
    "role": "kansli",
    "seat": "officer",
    "state": "former",
    "name": "Siri",
    "step": "answer",
    **dict.fromkeys(("day", "kind", "send", "stop"), "question"),
}
"""The data of a press that somebody made up."""


@dataclass
class World:
    """People with something in every table, and those who try each other's buttons."""

    anna: Chat
    karin: Chat
    others: list[Chat]
    erased: Chat
    tables: Tables
    secrets: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: SECRETS)
    wrong: list[str] = field(default_factory=list)
    ids: dict[str, int | None] = field(default_factory=dict)

    def attack(self, button: Button) -> None:
        """Press a button as everybody it was not shown to; note what that shows or changes. Leave nothing behind."""
        image = self.tables.copy()
        for chat in self.others:
            reply, changes = self.tables.rehearse(chat, button, image)
            if button.verb not in TOLD_TO_MEMBERS or chat.sender.name == LEFT:
                echo = str(button.data)  # a text in the press itself is said back to the presser
                self.wrong += [f"{self._name(chat, button)} {it}" for it in self._shown(chat, reply, echo)]
            wrong = self._wrong_in(changes, chat, self._id(chat), button.verb)
            self.wrong += [f"{self._name(chat, button)} {it}" for it in wrong]
        if self.tables.rehearse(self.erased, button, image) != (FORGOTTEN, []):
            self.wrong.append(f"{self._name(self.erased, button)} does something")
        self._in_channel(button, image)
        image.close()

    def _in_channel(self, button: Button, image: sqlite3.Connection) -> None:
        """The one it was shown to presses it where everybody reads along."""
        for chat in (self.anna, self.karin):
            text = seen(self.tables.rehearse(chat.in_channel(VATTEN), button, image)[0])
            self.wrong += [f"{button.verb} shows {one} in a channel" for one in REGISTER if one in text]

    def _id(self, chat: Chat) -> int | None:
        if chat.sender.name not in self.ids:
            self.ids[chat.sender.name] = walk.person_id(chat)
        return self.ids[chat.sender.name]

    def _wrong_in(self, changes: list[Change], chat: Chat, who: int | None, verb: str = "") -> Iterator[str]:
        shared = SHARED.get(verb, frozenset()) if chat.sender.name != LEFT else frozenset()
        allowed = shared | ANONYMOUS
        if chat.sender == self.erased.sender:  # who writes again is remembered again
            allowed |= {"erased_identities"}
        for table, old, new in changes:
            own = all(walk.owned(table, row, who, chat.place.conversation_id) for row in (old, new))
            if not own and table not in allowed:
                yield f"changes {table}: {_difference(old, new)}"

    def say(self, chat: Chat, text: str) -> None:
        """Say something; note what that shows or changes."""
        image = self.tables.copy()
        reply = walk.say(chat, text)
        echoed = [f"shows {one}" for one in REGISTER if one in text]  # said back to the one who said it
        found = [it for it in self._shown(chat, reply) if it not in echoed]
        found += self._wrong_in(self.tables.changed(image), chat, walk.person_id(chat))
        self.wrong += [f"{text!r} said by {chat.sender.name} {it}" for it in found]
        self.tables.put_back(image)
        image.close()

    def _shown(self, chat: Chat, reply: Reply, echo: str = "") -> Iterator[str]:
        text = seen(reply)
        yield from (f"shows {one}" for one in self.secrets[chat.sender.name] if one in text and one not in echo)

    @staticmethod
    def _name(chat: Chat, button: Button) -> str:
        return f"{button.verb} ({button.title!r}, {button.data}) pressed by {chat.sender.name}"


def _difference(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, object]:
    return {name: (old.get(name), new.get(name)) for name in {**old, **new} if old.get(name) != new.get(name)}


def told_entry(session: Session) -> int:
    """Return the id of the only entry that a colleague's answer has become."""
    return session.query(Entry).filter_by(kind=EntryKind.TESTIMONY).one().id


def consultation(clock: Clock) -> Announcement:
    """Return a consultation that stands in a channel."""
    return Announcement(
        kind="consultation",
        heading="Remiss om vattenmål",
        state=AnnouncementState.SENT,
        audience={"channels": ["vatten"], "people": {}},
        last_date=date(2027, 1, 15),
        created_at=clock.now,
        changed_at=clock.now,
        sent_at=clock.now,
    )


def doubt_a_duty(anna: Chat, karin: Chat) -> None:
    """Give everybody two duties. Anna says that hers is done, and the kansli's list contradicts her."""
    add_duty(anna.app.database)
    duty = add_duty(anna.app.database, title="Enkäten")
    anna.press("duties.done", {"duty": duty.id})
    karin.say("läs in lista")
    karin.click("Enkäten 2026")
    karin.click("Visa vad som ändras", answer="Lund")
    karin.click("Spara", complete="true")


def matching(anna: Chat, cia: Chat) -> None:
    """Let Anna ask a contact person of Habo, whom every member may be told of, and Cia wait for one."""
    contact(anna, "Hugo Habo", HABO)
    for waiting in (anna, cia):
        set_profile(waiting, wanted_at=anna.clock.now, wrestles_with=WISH)
    anna.press("pair.ask", {"contact": person(anna.as_("Hugo Habo")).id})


@pytest.fixture
def walked(sqlite_stage: SqliteStage) -> Iterator[App]:
    """The bot on SQLite, whose whole database is copied and put back in milliseconds."""
    sqlite_stage.fill()
    database = Database(sqlite_stage.url)
    yield make_app(database)
    database.close()


@pytest.fixture
def world(walked: App, clock: Clock) -> World:
    """Anna and Eva of Sotenäs, where Siri is a contact person; Cia of Lund, where Lasse is; Karin of the kansli."""
    anna = Chat(walked, clock)
    anna.install()
    lena = anna.as_(LEFT)
    bo, cia, eva = anna.as_("Bo Ek"), anna.as_("Cia Ceder"), anna.as_("Eva Exner")
    karin = anna.as_("Karin Kansli", entra_id=KANSLI)
    for chat, mail, code in (
        (anna, "anna@sotenas.se", SOTENAS),
        (bo, "bo@sotenas.se", SOTENAS),
        (cia, "cia@lund.se", LUND),
        (eva, "eva@sotenas.se", SOTENAS),
        (lena, "lena@sotenas.se", SOTENAS),
    ):
        know(chat, mail=mail, municipality_code=code)
    know(karin, mail="karin@sekom.se")
    database = walked.database
    set_up(database)
    set_up(database, LUND)
    appoint(database, "politician", "Anna Andersson", "anna@sotenas.se")
    appoint(database, "officer", "Siri Sten", "siri@sotenas.se")
    appoint(database, "substitute", "Eva Exner", "eva@sotenas.se")
    appoint(database, "officer", "Lasse Lund", "lasse@lund.se", LUND)
    database.play(lambda session: roles.give(session, person(bo).id, PersonRole.BOARD, None, clock.now))
    database.play(lambda session: people.follow(session, person(anna).id, "vatten"))
    database.play(
        lambda session: contacts.propose(
            session, ProposalKind.SEAT, person(anna).id, SOTENAS, clock.now, seat="reporter"
        )
    )
    ask(anna, name="Visa inte mitt namn")
    bo.in_channel(VATTEN).click("Svara")
    bo.in_channel(VATTEN).click("Skicka svaret", answer="Vi har kolfilter.")
    ask(cia, "Hur gör ni med dagvatten?", name="Visa inte mitt namn")
    bo.in_channel(VATTEN).click("Svara")
    bo.in_channel(VATTEN).click("Skicka svaret", answer="Vi har dammar.")
    cia.click("Det löste det")
    lena.in_channel(VATTEN).click("Jag undrar också")
    put_up(anna, seats=2, audience={"parts": [{}]}, organiser_id=person(bo).id)
    for chat in (anna, lena):
        chat.press("event.register", {"event": 1})
    anna.press("event.ask", {"event": 1, "text": SPEAKER})
    held = put_up(anna, "Dammar", starts_at=clock.now - 2 * HOUR, ends_at=clock.now - HOUR)
    database.play(
        lambda session: participations.note(session, held, [person(anna).id], ParticipationSource.SELF, clock.now)
    )
    quiet = {"asked_at": clock.now, "listed_at": clock.now, "note": "no_answer", "colleague_id": person(bo).id}
    database.play(partial(lambda session, who: session.add(Silence(person_id=who, **quiet)), who=person(anna).id))
    know(lena, left_at=clock.now)
    ask(anna, PRIVATE, "Vet inte – till kansliet", "Visa inte mitt namn")
    cia.say("vad säger ni om drönare")
    cia.click("Nej, en ny fråga")
    cia.say("Vilka nyckeltal finns det i nätverket")
    cia.click(cia.buttons[0])
    ask(eva, "Hur mäter ni grundvatten?")
    cia.in_channel(VATTEN).click("Jag undrar också")  # so that it stays open without Eva
    database.play(lambda session: session.add(consultation(clock)))
    anna.press("consultations.save", {"announcement": 1, "text": VIEW, "behalf": "own"})
    doubt_a_duty(anna, karin)
    matching(anna, cia)
    eva.say("ta bort mig")
    eva.click("Ja, gå vidare")
    eva.click("Ta bort mina uppgifter")
    return World(anna, karin, [bo, cia, lena], eva, Tables(database))


def test_no_button_of_a_members_works_for_another_or_for_the_kansli(world: World) -> None:
    world.others.append(world.karin)
    met = walk.explore(world.anna, world.tables, world.attack, ANNAS_OWN)

    assert sorted(set(world.wrong)) == []
    assert {"privacy.erase", "people.save_profile", "faq.vote", "questions.withdraw", "questions.solve"} <= met
    assert {f"event.{verb}" for verb in ("open", "register", "leave", "names", "ask", "calendar")} <= met
    assert {"consultations.write", "consultations.save", "consultations.take_back"} <= met
    assert {"attendance.rate", "attendance.comment", "attendance.miss"} <= met
    assert {
        f"duties.{verb}" for verb in ("done", "begin", "undo", "ask_postpone", "ask_help", "instead", "mine")
    } <= met
    assert {"statuslist.still_done", "statuslist.not_done"} <= met
    assert {"handover.decline"} <= met
    assert {"pair.ask", "pair.withdraw", "pair.want", "pair.avoid", "pair.pause"} <= met


def test_no_button_of_the_kanslis_works_for_a_member(world: World) -> None:
    met = walk.explore(world.karin, world.tables, world.attack, KARINS_OWN)

    assert sorted(set(world.wrong)) == []
    assert {"privacy.erase_person", "people.give", "people.save_contact", "faq.save"} <= met
    assert {"event.desk.save", "event.desk.publish", "event.desk.invite", "event.desk.copy"} <= met
    assert {"event.open", "event.questions"} <= met
    assert {"attendance.open", "attendance.preview", "attendance.save", "attendance.figures_of"} <= met
    assert {f"duties.desk.{verb}" for verb in ("save", "extend", "copy", "close", "reopen")} <= met
    assert {
        f"duties.report.{verb}" for verb in ("place", "confirm", "exempt", "begin", "help", "extend", "excel")
    } <= met
    assert {"statuslist.start", "bankfiles.export", "bankfiles.import"} <= met
    assert {"care.find", "care.search", "care.history", "care.ask_clear", "care.clear"} <= met
    assert {"faq.from_question", "faq.write", "faq.no_gap", "faq.add_phrasing"} <= met
    assert {"consultations.list", "newsletters.draft"} <= met
    assert {"handover.show", "silence.handled", "people.vacant"} <= met
    assert {"pair.desk.show", "pair.desk.preview", "pair.desk.make"} <= met


def test_only_the_colleague_decides_about_the_name_with_their_answer(world: World) -> None:
    bo, cia, lena = world.others
    walk.press(world.karin, Button("Gör till FAQ", "faq.from_question", {"question": CIAS}))
    made = {"entry": world.anna.app.database.play(told_entry), "state": "published"}
    walk.press(world.karin, Button("Publicera", "faq.move", made))
    bo.deliver()
    world.others = [cia, lena, world.karin]

    shown = [one for one in walk.buttons(bo.card) if one.verb == "faq.name"]
    assert [one.title for one in shown] == ["Visa namnet", "Bara kommunen"]
    for one in shown:
        world.attack(one)
    assert world.wrong == []


def test_only_the_asker_shares_an_answer_with_the_channel(world: World) -> None:
    settings = world.anna.app.settings.model_copy(update={"private_replies": True})
    app = replace(world.anna.app, settings=settings)
    here = replace(world.anna, app=app).in_channel(VATTEN)
    here.say("Vilka kontaktpersoner ska Östersund ha?")
    here.click(here.buttons[0])
    world.others = [
        replace(chat, app=app, place=place)
        for chat in (*world.others, world.karin)
        for place in (chat.place, chat.in_channel(VATTEN).place)
    ]

    [share] = [one for one in walk.buttons(here.card) if one.verb == "faq.share"]
    world.attack(share)
    assert world.wrong == []
    assert "Svaret är delat med kanalen." in here.click("Dela med kanalen")


def test_buttons_in_a_channel_show_nobody_and_change_only_what_is_shared(world: World) -> None:
    world.others = [chat.in_channel(VATTEN) for chat in world.others]
    signed = "Anna Andersson"  # who takes a question in a channel does so by name
    world.secrets = {name: tuple(one for one in secret if one != signed) for name, secret in SECRETS.items()}
    met = walk.explore(world.anna.in_channel(VATTEN), world.tables, world.attack, ANNAS_OWN)

    assert sorted(set(world.wrong)) == []
    assert {"questions.answer", "questions.claim", "questions.follow"} <= met


class Guess(dict[str, object]):
    """Data that notes whether the number of the question was read."""

    read = False

    def __getitem__(self, key: str) -> object:
        self.read |= key == "question"
        return super().__getitem__(key)

    def get(self, key: str, default: object = None) -> object:
        self.read |= key == "question"
        return super().get(key, default)

    def __iter__(self) -> Iterator[str]:  # also for `{**data}` and `dict(data)`
        self.read = True
        return super().__iter__()


def test_no_made_up_press_works(world: World) -> None:
    read = set[str]()
    for verb in ROUTES.actions:
        data = Guess(GUESS, person=person(world.anna).id)
        world.attack(Button("made up", verb, data))
        if data.read:  # another question, which only the kansli may read
            read.add(verb)
            world.attack(Button("made up", verb, {**data, "question": newest(world.anna).id}))

    assert sorted(set(world.wrong)) == []
    assert {"questions.answer", "questions.solve", "faq.vote"} <= read < set(ROUTES.actions)


def test_no_command_shows_or_changes_what_is_not_for_the_one_who_says_it(world: World) -> None:
    for chat in (*world.others, *(one.in_channel(VATTEN) for one in world.others), world.erased):
        for command in ROUTES:  # its other words reach the same handler
            world.say(chat, walk.sentence(command))

    for word, command in ROUTES.commands.items():
        assert ROUTES.find(walk.sentence(command, word)) == ROUTES.find(walk.sentence(command)), word
    assert sorted(set(world.wrong)) == []


def test_a_leak_is_found(world: World) -> None:
    leaky = Routes[Turn]()

    @leaky.command("läck", help="Läcker.")
    def leak(turn: Turn) -> Reply:
        return say(card=card(buttons(button("Läck", "leak.press", person=turn.person.id)), summary="Läcka"))

    @leaky.action("leak.press")
    def press(turn: Turn) -> Reply:
        other = people.by_id(turn.session, turn.data["person"])
        assert other
        other.helps_with = "allt"
        return say(f"{other.name}, {other.mail} och siri@sotenas.se")

    app = replace(world.anna.app, routes=Routes[Turn](ROUTES, leaky))
    world.anna, world.karin, world.erased = (replace(chat, app=app) for chat in (world.anna, world.karin, world.erased))
    world.others = [replace(chat, app=app) for chat in world.others]
    world.attack(Button("Läck", "leak.press", {"person": person(world.anna).id}))

    for told in ("Bo Ek changes people", "Cia Ceder changes people", "Cia Ceder shows anna@", "in a channel"):
        assert any(told in wrong for wrong in world.wrong), told
