"""Who may press what about whose object, and where: a table, tried with real objects in both databases.

On PostgreSQL a press takes four times as long, and the rules are the same. There, every press that is allowed is tried,
since it writes, and every fourth other one.

Questions have a table of their own, with every state, in ``tests/questions/test_refusals.py``.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import select

from bot.conversation import ROUTES
from bot.message import Incoming, Kind
from bot.register.change import Change
from bot.schedule import life
from bot.schedule.plans import EventPlan
from storage import contacts, faq_history, faq_votes, groups, offers, participations, people
from storage.contacts import ProposalKind
from storage.duties import DutyState, DutyStatus
from storage.events import EventKind
from storage.faq import Entry, EntryState
from storage.faq_history import EntryChange, EntryChangeKind
from storage.faq_log import QuestionText
from storage.faq_votes import Vote
from storage.outbox import Delivery
from storage.participations import ParticipationSource
from storage.questions import Question
from tests.support import rehearsal
from tests.support.chat import Chat, actions
from tests.support.duties import make_duty
from tests.support.events import HOUR, change, put_up, tick
from tests.support.people import LUND, SOTENAS, appoint, know, person, set_up
from tests.support.questions import GENERAL, VATTEN, ask
from tests.support.rehearsal import Rehearsed

CHAT, ITS_CHANNEL, ELSEWHERE = "1:1", "its channel", "another channel"
PRIVATE, PRIVATE_ANSWER = "Får vi lämna nätverket i smyg?", "Det kan ni göra vid årsskiftet."
MOVED, MOVED_ANSWER = "Vem har råd med vattenprov?", "Ni får pengar av oss i tysthet."
LOGGED, DRAFT = "vad säger ni om drönare över badplatsen", "Utkast som ingen läst"
EVERYBODY = frozenset({"anna", "bo", "cia", "mia", "karin"})
KANSLI, NOBODY = frozenset({"karin"}), frozenset[str]()
ANNA, SOTENAS_PEOPLE = frozenset({"anna"}), frozenset({"anna", "bo"})
MIA = frozenset({"mia"})
"""Mia moderates the group of vatten."""
BO = frozenset({"bo"})
"""Bo is offered a seat, which Anna has."""
GONE = frozenset({"lena", "eva"})
"""Lena has left, Eva was erased."""
READERS: Mapping[str, frozenset[str]] = {
    PRIVATE: ANNA | KANSLI,
    PRIVATE_ANSWER: ANNA | KANSLI,
    MOVED_ANSWER: ANNA | KANSLI,
    LOGGED: ANNA | KANSLI,
    DRAFT: KANSLI,
    "siri@sotenas.se": SOTENAS_PEOPLE | KANSLI,
    "lasse@lund.se": frozenset({"cia"}) | KANSLI,
    "Anna Andersson": EVERYBODY,
}
"""What is private, and who may be shown it."""
SEAT = {"seat": "officer", "name": "Nina Ny", "mail": "nina@sotenas.se"}
RIGHT = {"right_name": "Siri Steen", "right_mail": "siri@sotenas.se"}
FORM = {
    "question": "Vad?",
    "answer": "Så.",
    "phrasings": "",
    "theme": "",
    "sources": "",
    "valid_until": "",
    "certainty": "hög",
}

DUTY = {
    "kind": "survey",
    "heading": "Enkäten",
    "year": "2026",
    "due": "2026-12-20",
    "seats": "officer",
    "ladder": "-14, 1",
}

TABLE: tuple[tuple[str, dict[str, Any], frozenset[str], frozenset[str]], ...] = (
    # button, what is written in its form, who may in 1:1, who may in a channel
    *(
        (f"people.{verb}", {}, KANSLI, NOBODY)
        for verb in ("contact", "ask_end", "end", "add", "open", "edit", "history")
    ),
    *((f"people.{verb}", {"role": "board"}, KANSLI, NOBODY) for verb in ("give", "ask_take", "take")),
    *((f"people.{verb}", {}, KANSLI, NOBODY) for verb in ("accept", "decline", "proposals", "overview", "roles")),
    ("people.replace", SEAT, KANSLI, NOBODY),
    ("people.save_contact", SEAT, KANSLI, NOBODY),
    ("people.correct", RIGHT, KANSLI, NOBODY),
    ("people.save", {"state": "member", "seen": ""}, KANSLI, NOBODY),
    ("people.propose", {"seat": "officer"}, SOTENAS_PEOPLE, NOBODY),
    ("people.choose", {}, EVERYBODY, NOBODY),
    ("people.propose_seat", {"seat": "officer"}, EVERYBODY, NOBODY),
    ("people.is_member", {}, EVERYBODY, EVERYBODY),
    *((f"privacy.{verb}", {}, KANSLI, NOBODY) for verb in ("ask_person", "sure_person", "erase_person", "log_link")),
    *((f"privacy.{verb}", {}, ANNA, NOBODY) for verb in ("sure", "erase")),
    ("privacy.overview", {}, EVERYBODY | {"lena"}, NOBODY),
    ("privacy.show", {}, EVERYBODY | {"lena"}, NOBODY),
    *((f"groups.{verb}", {}, KANSLI, NOBODY) for verb in ("edit", "close", "open", "appoint", "dismiss")),
    ("groups.save", {"name": "Vatten", "about": "", "words": ""}, KANSLI, NOBODY),
    ("groups.search", {"who": "Anna"}, KANSLI, NOBODY),
    ("groups.bind", {}, NOBODY, KANSLI),
    *((f"groups.{verb}", {}, EVERYBODY, NOBODY) for verb in ("follow", "unfollow")),
    *((verb, {}, EVERYBODY, EVERYBODY) for verb in ("groups.list", "help.start", "help.commands")),
    *((f"agenda.{verb}", {}, KANSLI, NOBODY) for verb in ("show", "do", "open", "skip")),
    *(
        (f"event.desk.{verb}", {"kind": "forum", "heading": "Träff", "version": 1}, KANSLI, NOBODY)
        for verb in ("list", "new", "open", "edit", "save", "copy", "audience", "discard", "publish", "participants")
    ),
    *(
        (f"attendance.{verb}", {"people": "Bo Ek", "others": "0", "unknown": 0}, KANSLI, NOBODY)
        for verb in ("list", "open", "preview", "save", "figures", "figures_of", "export")
    ),
    *((f"attendance.{verb}", {"stars": 4}, ANNA, NOBODY) for verb in ("ask", "rate", "comment", "miss")),
    *((f"nudges.{verb}", {"gap": "politician"}, KANSLI, NOBODY) for verb in ("preview", "send")),
    *(
        (f"faq.{verb}", {}, KANSLI, NOBODY)
        for verb in ("edit", "ended", "write", "no_gap", "skip_solved", "gaps", "top_gaps", "opinions")
    ),
    *((f"bankfigures.{verb}", {}, KANSLI, NOBODY) for verb in ("show", "by_month", "themes", "most_read")),
    ("faq.save", FORM, KANSLI, NOBODY),
    ("faq.move", {"state": "archived"}, KANSLI, NOBODY),
    *((f"care.{verb}", {"words": "vatten"}, KANSLI | MIA, NOBODY) for verb in ("find", "search", "show", "confirm")),
    *((f"care.{verb}", {}, KANSLI, NOBODY) for verb in ("history", "undo", "ask_clear", "clear", "compare", "merge")),
    ("care.expired", {}, KANSLI, NOBODY),
    ("faq.publish", {}, KANSLI, NOBODY),
    ("faq.answer", FORM | {"publish": True}, KANSLI, NOBODY),
    *(
        (f"faq.{verb}", {"helpful": False, "reason": "?"}, EVERYBODY, EVERYBODY)
        for verb in ("choose", "vote", "reason")
    ),
    *((f"faq.{verb}", {}, EVERYBODY, EVERYBODY) for verb in ("none", "show", "again")),
    *((f"questions.offer_{verb}", {}, ANNA, ANNA) for verb in ("send", "decline")),
    *((f"questions.{verb}", {}, KANSLI, NOBODY) for verb in ("to_faq", "not_now")),
    *((f"event.{verb}", {"text": "Hur dyrt?"}, EVERYBODY, EVERYBODY) for verb in ("list", "open", "register", "ask")),
    ("event.decline", {}, ANNA | BO, ANNA | BO),
    *((f"event.{verb}", {}, BO, BO) for verb in ("accept_offer", "pass_offer")),
    ("event.leave", {}, ANNA | BO, ANNA | BO),
    ("event.names", {}, ANNA, NOBODY),
    ("event.questions", {}, ANNA | KANSLI, NOBODY),
    *((f"reminding.{verb}", {"pause": "week"}, EVERYBODY, NOBODY) for verb in ("open", "pause", "resume")),
    ("duties.show", {}, SOTENAS_PEOPLE | {"cia"}, NOBODY),  # the others have no municipality
    ("duties.wheel", {}, EVERYBODY, NOBODY),
    *(
        (f"duties.{verb}", {"until": "2026-12-01", "unknown": True}, SOTENAS_PEOPLE, NOBODY)
        for verb in ("open", "done", "begin", "undo", "ask_postpone", "postpone", "ask_help")
    ),
    *((f"duties.{verb}", {"unknown": True}, SOTENAS_PEOPLE, NOBODY) for verb in ("ask_instead", "instead", "mine")),
    *(
        (f"duties.desk.{verb}", DUTY | {"version": 1}, KANSLI, NOBODY)
        for verb in ("year", "open", "new", "edit", "save", "ask_extend", "extend", "copy", "close")
    ),
    *(
        (f"duties.report.{verb}", {"by": "county", "until": "2026-12-20", "reason": "Ny"}, KANSLI, NOBODY)
        for verb in ("year", "open", "groups", "list", "place", "confirm", "exempt", "reset", "postpone", "extend")
    ),
    *((f"duties.report.{verb}", {}, KANSLI, NOBODY) for verb in ("begin", "help")),
    ("duties.report.excel", {}, KANSLI, NOBODY),
    ("statuslist.start", {}, KANSLI, NOBODY),
    *((f"bankfiles.{verb}", {}, KANSLI, NOBODY) for verb in ("export", "import")),
    *((f"statuslist.{verb}", {}, ANNA, NOBODY) for verb in ("still_done", "not_done")),
)


@dataclass
class World:
    """Everybody, and the numbers of what belongs to them."""

    chats: dict[str, Chat]
    numbers: dict[str, Any]
    private: int
    moved: int

    @property
    def sqlite(self) -> bool:
        return self.chats["anna"].app.database.sqlite

    def at(self, who: str, place: str) -> Chat:
        chat = self.chats[who]
        return {CHAT: chat, ITS_CHANNEL: chat.in_channel(VATTEN), ELSEWHERE: chat.in_channel(GENERAL)}[place]

    def leaks(self, who: str, said: Rehearsed) -> Iterator[str]:
        """What a press shows or sends to people who may not read it."""
        everyone = {chat.sender.teams_id: name for name, chat in self.chats.items()}
        for secret, readers in READERS.items():
            if secret in said.shown and who not in readers:
                yield f"shows {secret!r}"
            for to, text in said.sent.items():
                if secret in text and secret != "Anna Andersson" and everyone.get(to) not in readers:
                    yield f"sends {secret!r} to {everyone.get(to, to)}"


@pytest.fixture
def world(chat: Chat, kansli: Chat) -> World:
    chats = {"anna": chat, "bo": chat.as_("Bo Ek"), "cia": chat.as_("Cia Ceder"), "mia": chat.as_("Mia Mod")}
    chats |= {"lena": chat.as_("Lena Lämnat"), "eva": chat.as_("Eva Exner"), "karin": kansli}
    for name, code in (("anna", SOTENAS), ("bo", SOTENAS), ("cia", LUND), ("lena", SOTENAS)):
        know(chats[name], municipality_code=code)
    database = chat.app.database
    set_up(database)
    contact = appoint(database, "officer", "Siri Sten", "siri@sotenas.se")
    appoint(database, "officer", "Lasse Lund", "lasse@lund.se", LUND)
    private = ask(chat, PRIVATE, "Vet inte – till kansliet", "Visa inte mitt namn")
    kansli.press("questions.desk_answer", {"question": private, "answer": PRIVATE_ANSWER})
    moved = ask(chat, MOVED, name="Visa inte mitt namn")
    kansli.press("questions.move", {"question": moved, "to": "kansli"})
    kansli.press("questions.desk_answer", {"question": moved, "answer": MOVED_ANSWER})
    solved = ask(chat, "Hur mäter ni flöden?", name="Visa inte mitt namn")
    chats["bo"].in_channel(VATTEN).click("Svara")
    chats["bo"].in_channel(VATTEN).click("Skicka svaret", answer="Med mätare.")
    chat.click("Det löste det")
    chat.say(LOGGED)
    chat.click("Nej, en ny fråga")
    put_up(chat, seats=1, organiser_id=person(chat).id)
    for who in ("anna", "bo"):
        chats[who].press("event.register", {"event": 1})
    change(chat, seats=2)
    tick(chat)
    held = put_up(chat, "Dammar", starts_at=chat.clock.now - 2 * HOUR, ends_at=chat.clock.now - HOUR)
    database.play(
        lambda session: participations.note(session, held, [person(chat).id], ParticipationSource.SELF, chat.clock.now)
    )
    database.play(lambda session: participations.rate(session, held, person(chat).id, 3, chat.clock.now))
    numbers = database.play(lambda session: _made(session, chats, contact, solved)) | {"event_held": held}
    know(chats["lena"], left_at=chat.clock.now)
    chats["eva"].say("ta bort mig")
    chats["eva"].click("Ja, gå vidare")
    chats["eva"].click("Ta bort mina uppgifter")
    return World(chats, numbers, private, moved)


def _made(session: Any, chats: dict[str, Chat], contact: int, solved: int) -> dict[str, Any]:
    anna, mia = (people.find(session, chats[name].sender.teams_id) for name in ("anna", "mia"))
    group = groups.by_theme(session, "vatten")
    assert anna
    assert mia
    assert group
    groups.appoint(session, group.id, mia.id)
    now = chats["anna"].clock.now
    entry = session.scalars(select(Entry).where(Entry.state == EntryState.PUBLISHED)).first()
    draft = session.scalars(select(Entry).where(Entry.state == EntryState.DRAFT)).first()
    draft.question = draft.answer = DRAFT
    entry.theme = "vatten"
    old = {**faq_history.content_of(entry), "answer": "Så var det."}
    faq_history.keep(session, entry, EntryChangeKind.EDITED, old, by=anna.id, now=now)
    proposal = contacts.propose(session, ProposalKind.SEAT, anna.id, SOTENAS, now, seat="reporter")
    logged = session.scalars(select(QuestionText.question_id).order_by(QuestionText.question_id.desc())).first()
    duty, doubted = make_duty(session), make_duty(session, title="Enkäten")
    session.add(
        DutyStatus(
            duty_id=doubted.id,
            municipality_code=SOTENAS,
            state=DutyState.SAYS_DONE,
            since=now,
            by_id=anna.id,
            doubted_at=now,
        )
    )
    plan = EventPlan(EventKind.FORUM, "Träff om vatten")
    made = life.create(Change(session, None, now), plan)
    session.flush()
    return {
        "person": anna.id,
        "contact": contact,
        "code": SOTENAS,
        "proposal": proposal.id,
        "seen": proposal.created_at.isoformat(),
        "group": group.id,
        "which": str(group.id),
        "entry": entry.id,
        "draft": draft.id,
        "change": session.scalars(select(EntryChange.id).order_by(EntryChange.id.desc())).first(),
        "published_seen": entry.changed_at.isoformat(),
        "event_draft": made.id,
        "entry_seen": draft.changed_at.isoformat(),
        "offer": offers.add(session, solved, anna.id, "Ett svar i tråden", now).id,
        "question": logged,
        "solved": solved,
        "event": 1,
        "duty": duty.id,
        "doubted": doubted.id,
        "gap": [logged],
    }


def _data(world: World, verb: str, form: dict[str, Any]) -> dict[str, Any]:
    """The right data of a button, as the one it was shown to would send it."""
    data = dict(world.numbers)
    if verb.startswith("faq.") and verb.removeprefix("faq.") in {"edit", "save", "move", "publish"}:
        data |= {"entry": data["draft"], "seen": data["entry_seen"]}
        data.pop("question")
    if verb.startswith("care."):
        data |= {"other": data["draft"], "seen": data["published_seen"], "other_seen": data["entry_seen"]}
    if verb.startswith("event.desk."):
        data["event"] = data["event_draft"]
    if verb.startswith("attendance."):
        data["event"] = data["event_held"]
    if verb in {"statuslist.still_done", "statuslist.not_done"}:
        data["duty"] = data["doubted"]
    if verb in {"questions.to_faq", "questions.not_now", "faq.skip_solved"}:
        data["question"] = data["solved"]
    return data | form


def test_the_table_holds_for_everybody_everywhere(world: World) -> None:
    wrong: list[str] = []
    presses = [
        (who, place, verb, form, who in allowed)
        for verb, form, here, in_a_channel in TABLE
        for who in world.chats
        for place, allowed in ((CHAT, here), (ITS_CHANNEL, in_a_channel), (ELSEWHERE, in_a_channel))
    ]
    for number, (who, place, verb, form, allowed) in enumerate(presses):
        if not (world.sqlite or allowed or number % 4 == 0):
            continue
        said = rehearsal.press(world.at(who, place), verb, _data(world, verb, form))
        done = not said.refusal and "borttagna. Skriv till mig om du vill börja om" not in said.shown
        if done != allowed:
            wrong.append(f"{who} {verb} in {place}: {said.refusal or 'done'}")
        wrong += [f"{who} {verb} in {place} {leak}" for leak in world.leaks(who, said)]

    assert wrong == []
    assert len(presses) > 1000


@pytest.mark.parametrize("place", [CHAT, ITS_CHANNEL, ELSEWHERE])
def test_no_button_shows_a_private_question_to_anybody_else(world: World, place: str) -> None:
    verbs = sorted(verb for verb in ROUTES.actions if verb.startswith(("questions.", "faq.", "dialog.")))
    forms = {"answer": 1, "more": "Mer?", "reason": "?", "to": "klimat", "helpful": False, "post": 9, "pasted": True}
    wrong = []
    presses = list(itertools.product((world.private, world.moved), verbs, world.chats))
    for number, verb, who in presses if world.sqlite else presses[::4]:
        said = rehearsal.press(world.at(who, place), verb, {**world.numbers, **forms, "question": number})
        wrong += [f"{who} {verb} of {number} {leak}" for leak in world.leaks(who, said)]

    assert wrong == []


def test_a_leak_would_be_seen(world: World) -> None:
    karin = world.chats["karin"]
    for number, answer in ((world.private, PRIVATE_ANSWER), (world.moved, MOVED_ANSWER)):
        said = rehearsal.press(karin, "questions.desk_one", {"question": number})
        assert not list(world.leaks("karin", said))
        assert f"shows {answer!r}" in set(world.leaks("cia", said))
        told = rehearsal.press(karin, "questions.desk_answer", {"question": number, "answer": PRIVATE_ANSWER + "!"})
        assert not list(world.leaks("karin", told))
        assert "Frågan" in told.sent[world.chats["anna"].sender.teams_id]


def test_people_who_have_left_may_do_nothing_but_see_and_erase_their_own_data(world: World) -> None:
    lena = world.chats["lena"]
    done = {verb for verb in ROUTES.actions if not rehearsal.press(lena, verb, world.numbers).refusal}
    allowed = {verb for verb, action in ROUTES.actions.items() if action.leavers}

    assert done <= allowed
    assert {"privacy.overview", "privacy.show"} <= done
    assert {verb for verb in allowed if not verb.startswith("privacy.")} == {"introductions.take_back"}
    for said in ("hej", "hjälp", "hur blir vi medlem?", "min kommun", "fråga kollegor om pfas", "temagrupper"):
        assert "Jag ser dig inte i något av nätverkets team längre." in lena.say(said)
    here = lena.in_channel(VATTEN)
    assert here.press("questions.follow", {"question": world.numbers["solved"]}).startswith("Jag ser")
    assert here.say("hur blir vi medlem?").startswith("Det tar vi i din egen chatt.")  # others need not know
    assert replace(here, private=True).say("hur blir vi medlem?").startswith("Jag ser")
    assert "Dina uppgifter" in lena.say("mina uppgifter")
    lena.say("ta bort mig")
    lena.click("Ja, gå vidare")
    assert "Dina uppgifter är borttagna" in lena.click("Ta bort mina uppgifter")


def test_a_stranger_who_presses_follow_hears_nothing_of_the_answer(world: World) -> None:
    cia, karin = world.chats["cia"], world.chats["karin"]
    for chat in (cia, cia.in_channel(VATTEN), cia.in_channel(GENERAL)):
        for number in (world.private, world.moved):
            chat.press("questions.follow", {"question": number})
            chat.press("questions.answer", {"question": number, "answer": "Jag stänger den."})
    karin.press("questions.desk_answer", {"question": world.private, "answer": "Ännu ett svar."})

    told = [row.key for row in cia.app.database.play(lambda s: s.query(Delivery).all()) if row.person_id]
    assert not [key for key in told if key.endswith(f":person:{person(cia).id}") and f":{world.private}:" in key]
    texts = cia.app.database.play(lambda s: [row.text for row in s.query(Question)])
    assert PRIVATE in texts
    assert "Ännu ett svar." not in str(cia.shown)


def test_a_person_votes_once_on_an_entry_with_numbers_that_are_not_theirs(world: World) -> None:
    bo, anna, entry = world.chats["bo"], world.chats["anna"], world.numbers["entry"]
    for number in range(30):
        anna.say(f"hur blir vi medlem? {number}")
        for chat in (bo, bo.in_channel(VATTEN)):
            chat.press("faq.vote", {"question": number + 1, "entry": entry, "helpful": False})

    database = bo.app.database
    mine = database.play(lambda s: s.query(Vote).filter_by(person_id=person(bo).id, entry_id=entry).count())
    opinion = next(one for one in database.play(faq_votes.opinions) if one.entry_id == entry)
    assert (mine, opinion.unhelpful, opinion.helpful) == (1, 1, 0)
    bo.press("faq.vote", {"question": 3, "entry": entry, "helpful": True})
    opinion = next(one for one in database.play(faq_votes.opinions) if one.entry_id == entry)
    assert (opinion.unhelpful, opinion.helpful) == (0, 1)


def test_a_press_replaces_no_card_but_the_pressers_own(chat: Chat) -> None:
    ask(chat)
    there = chat.as_("Bo Ek").in_channel(VATTEN)
    card = there.shown[-1]
    there.say("Vilka nyckeltal finns det i nätverket")
    offer = there.shown[-1]
    choose = next(one for one in actions(offer.message.card or {}) if one["verb"] == "faq.choose")

    for named in (card.id, "b0", "made up"):
        pressed = Incoming(f"x{named}", Kind.ACTION, there.sender, there.place, "", "faq.choose", choose["data"], named)
        reply = there.send(pressed)
        assert (reply.state, reply.view is not None) == (None, True)
    assert "Jag tar den" in str(card.message.card)

    cia = chat.as_("Cia Ceder").in_channel(VATTEN)
    assert "Hjälpte svaret?" in cia.press("faq.choose", choose["data"], card_id=offer.id)
    assert offer.message.card == there.shown[-1].message.card
    there.press("faq.choose", choose["data"], card_id=offer.id)  # their own is replaced for everybody
    assert "Hjälpte svaret?" in str(offer.message.card)
