"""Every press about a question, from every role, in every state and place: done where it may be, else refused in words.

A refusal shows none of the question, and what is shown of a private one is shown to the people it belongs to.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot import conversation
from bot.message import Incoming, Kind, Reply
from storage import groups, outbox, people
from storage.outbox import Delivery
from storage.outgoing import Outgoing, ToChannel
from storage.questions import Answer, AnswerWay, Question, QuestionFollower, Status
from tests.support.chat import KANSLI, Chat, actions, seen
from tests.support.questions import GENERAL, TEXT, VATTEN, ask, newest, row, texts

_numbers = itertools.count(1)
STATES = (
    *("open", "claimed", "at the kansli", "moved to the kansli"),
    *("open again", "answered", "solved", "closed", "withdrawn"),
)
PRIVATE = {"at the kansli", "moved to the kansli"}
WAITING = {"open", "claimed", "open again", *PRIVATE}
ROLES = ("asker", "answerer", "claimer", "follower", "bystander", "moderator", "kansli")
CHAT, ITS_CHANNEL, ELSEWHERE = "1:1", "its channel", "another channel"
PLACES = (CHAT, ITS_CHANNEL, ELSEWHERE)
SECRET = "Hur gör vi med hemlisen?"
FORMS: dict[str, dict[str, Any]] = {
    "questions.card": {},
    "questions.form": {},
    "questions.answer": {"answer": "Ett svar till."},
    "questions.claim": {},
    "questions.release": {},
    "questions.follow": {},
    "questions.wrong": {},
    "questions.misplaced": {},
    "questions.regroup": {},
    "questions.follow_up": {"text": "Vad kostar det?"},
    "questions.reply": {"answer": "Ett svar till."},
    "questions.unfollow": {},
    "questions.move": {"to": "klimat"},
    "questions.close": {"reason": "Dubblett."},
    "questions.close_form": {},
    "questions.move_form": {},
    "questions.desk_one": {},
    "questions.remind": {},
    "questions.withdraw": {},
    "questions.solve": {},
    "questions.need_more": {"more": "Vad kostar det?"},
    "questions.thank": {},
    "questions.desk_answer": {"answer": "Från tråden.", "pasted": True},
    "questions.mine_one": {},
    "questions.show": {},
}
AT_CARD = {f"questions.{verb}" for verb in ("card", "form", "answer", "claim", "release", "follow")}
AT_CARD |= {"questions.wrong", "questions.misplaced"}
MANAGED = {f"questions.{verb}" for verb in ("move", "close", "close_form", "move_form", "desk_one", "remind")}
MANAGED |= {"questions.desk_answer"}


def allowed(verb: str, role: str, state: str, place: str) -> bool:
    """What the rules say, written down once more. Doing again what is done already is no refusal."""
    held = place == ITS_CHANNEL and state != "at the kansli"
    if verb in AT_CARD:
        return held and ((state == "moved to the kansli" and verb != "questions.answer") or _at_card(verb, role, state))
    if verb in MANAGED:
        return (held or place == CHAT) and _managed(verb, role, state)
    asker, over = role == "asker", state in {"closed", "withdrawn"}
    has_answer = state not in {"open", "claimed", *PRIVATE}
    return {
        "questions.regroup": asker and state in WAITING,
        "questions.follow_up": asker and has_answer and not over and place == CHAT,
        "questions.reply": role == "answerer" and has_answer and not over and place == CHAT,
        "questions.unfollow": role in {"asker", "follower"},
        "questions.withdraw": asker and state not in {"solved", "closed"},
        "questions.solve": asker and has_answer and not over,
        "questions.need_more": asker and state in {"answered", "solved"},
        "questions.thank": role in {"asker", "follower"} and has_answer,
        "questions.mine_one": role in {"asker", "follower"},
        "questions.show": not over and state not in PRIVATE,
    }[verb]


def _at_card(verb: str, role: str, state: str) -> bool:
    """In the channel that has had the card."""
    asker, over = role == "asker", state in {"closed", "withdrawn"}
    keeps = role in {"kansli", "moderator"}
    return {
        "questions.card": True,
        "questions.form": True,
        "questions.answer": not over,
        "questions.claim": not asker and state in WAITING and (state != "claimed" or role == "claimer"),
        "questions.release": state != "claimed" or keeps or role == "claimer",
        "questions.follow": not asker and not over,
        "questions.wrong": True,
        "questions.misplaced": True,
    }[verb]


def _managed(verb: str, role: str, state: str) -> bool:
    """In 1:1, and in the channel that has had the card."""
    keeps, over = role == "kansli" or (role == "moderator" and state not in PRIVATE), state in {"closed", "withdrawn"}
    keeps = keeps or (role == "asker" and verb == "questions.move")
    return (
        keeps
        and {
            "questions.move": state in WAITING,
            "questions.close": not over and state != "solved",
            "questions.close_form": not over,
            "questions.move_form": not over,
            "questions.desk_one": True,
            "questions.remind": state in WAITING - PRIVATE,
            "questions.desk_answer": not over,
        }[verb]
    )


@dataclass(frozen=True)
class Case:
    """One press, and the question it is about."""

    verb: str
    role: str
    state: str
    place: str
    question: int = 0
    answer: int = 0

    def __str__(self) -> str:
        return f"{self.role} {self.verb} in {self.state} from {self.place}"

    @property
    def reads(self) -> bool:
        """Whether this person may read the question here."""
        if self.state not in PRIVATE or self.role in {"asker", "follower", "kansli"}:
            return True
        return self.state == "moved to the kansli" and self.place == ITS_CHANNEL  # it was asked there


@dataclass(frozen=True)
class Cast:
    """Everybody who may press."""

    chats: dict[str, Chat]
    ids: dict[str, int]

    def make(self, session: Session, cases: Sequence[Case]) -> list[Case]:
        """The cases, each with a new question in its state."""
        now, group = self.chats["asker"].clock.now, groups.by_theme(session, "vatten")
        assert group
        made = [self._question(case, group.id, now) for case in cases]
        session.add_all(made)
        session.flush()
        channel = ToChannel(self.chats["asker"].in_channel(VATTEN).place.conversation_id)
        held = [one.id for case, one in zip(cases, made, strict=True) if case.state != "at the kansli"]
        cards = [Outgoing(f"question:{number}:card:1", f"question:{number}", channel, "x") for number in held]
        outbox.enqueue_all(session, cards, now)
        session.add_all(QuestionFollower(question_id=one.id, person_id=self.ids["follower"]) for one in made)
        unanswered = {"open", "claimed", *PRIVATE}
        answers = {
            one.id: self._answer(one, now)
            for case, one in zip(cases, made, strict=True)
            if case.state not in unanswered
        }
        session.add_all(answers.values())
        session.flush()
        return [
            replace(case, question=one.id, answer=answers[one.id].id if one.id in answers else 0)
            for case, one in zip(cases, made, strict=True)
        ]

    def _question(self, case: Case, group_id: int, now: datetime) -> Question:
        claimed = case.state == "claimed"
        return Question(
            origin=f"test/{next(_numbers)}",
            asker_id=self.ids["asker"],
            show_name=True,
            text=SECRET,
            more="",
            reason="",
            status=Status.OPEN if case.state in WAITING else Status(case.state),
            posts=2 if case.state == "moved to the kansli" else 1,
            version=0,
            group_id=None if case.state in PRIVATE else group_id,
            claimed_by_id=self.ids["claimer"] if claimed else None,
            claimed_at=now if claimed else None,
            asked_at=now,
            waiting_since=now,
            asked_conversation_id=None,
        )

    def _answer(self, question: Question, now: datetime) -> Answer:
        values = {"municipality_code": None, "text": "Svar", "digest": "x", "way": AnswerWay.CARD, "at": now}
        return Answer(question_id=question.id, person_id=self.ids["answerer"], solved=False, **values)

    def press(self, case: Case) -> Reply:
        """Press without delivery, which is not what is tried here."""
        who = self.chats[case.role]
        chat = {CHAT: who, ITS_CHANNEL: who.in_channel(VATTEN), ELSEWHERE: who.in_channel(GENERAL)}[case.place]
        posts = 2 if case.state == "moved to the kansli" else 1
        data = {"question": case.question, "post": posts, "answer": case.answer, **FORMS[case.verb]}
        return _press(chat, case.verb, data)


@pytest.fixture
def cast(chat: Chat) -> Cast:
    chats = {role: chat.as_(role.title()) for role in ROLES if role != "kansli"}
    chats["kansli"] = chat.as_("Karin Kansli", entra_id=KANSLI)

    def ids(session: Session) -> dict[str, int]:
        met = {role: people.find(session, one.sender.teams_id) for role, one in chats.items()}
        found = {role: person.id for role, person in met.items() if person}
        group = groups.by_theme(session, "vatten")
        assert group
        groups.appoint(session, group.id, found["moderator"])
        return found

    return Cast(chats, chat.app.database.play(ids))


def standing(session: Session) -> dict[int, tuple[Any, ...]]:
    """Each question as it stands, with everything that has been sent about it."""
    rows = {one.id: (one.status, one.version, one.group_id, one.claimed_by_id) for one in session.query(Question)}
    told: dict[int, set[str]] = {number: set() for number in rows}
    for (key,) in session.query(Delivery.key):
        if key.startswith("question:"):
            told[int(key.split(":")[1])].add(key)
    return {number: (*row, frozenset(told[number])) for number, row in rows.items()}


def pairs(cases: Sequence[Case]) -> list[Case]:
    """Return every pair of button and state, of button and role, and of role and state, each in some case.

    They do for PostgreSQL: the rules are the same there, and a press takes four times as long.
    """
    orders = tuple(FORMS), ROLES, STATES
    at = {name: number for names in orders for number, name in enumerate(names)}
    return [one for one in cases if (at[one.verb] + at[one.state] - at[one.role]) % len(ROLES) == 0]


@pytest.mark.parametrize("place", PLACES)
def test_every_press_from_every_role_in_every_state(cast: Cast, place: str) -> None:
    database = cast.chats["asker"].app.database
    all_of_them = [Case(*one, place) for one in itertools.product(FORMS, ROLES, STATES)]
    cases = database.play(lambda session: cast.make(session, all_of_them if database.sqlite else pairs(all_of_them)))
    before = database.play(standing)
    replies = {case: cast.press(case) for case in cases}
    after = database.play(standing)
    refused = {case for case, reply in replies.items() if reply.notice and not reply.notice.startswith("Tack")}
    wrong = [
        f"{case}: {replies[case].notice or 'done'}"
        for case in cases
        if (case in refused) == allowed(case.verb, case.role, case.state, case.place)
    ]
    wrong += [f"{case} was refused, and did something" for case in refused if _differs(case, before, after)]
    wrong += [
        f"{case} shows the question"
        for case in cases
        if SECRET in seen(replies[case]) and (case in refused or not case.reads)
    ]
    done = [case for case in cases if case not in refused]
    for case in done:
        cast.press(case)  # again, as an impatient finger does
    again = database.play(standing)
    wrong += [f"{case} twice did it twice" for case in done if _differs(case, after, again)]

    assert wrong == []


def _differs(case: Case, one: dict[int, Any], other: dict[int, Any]) -> bool:
    return bool(one[case.question] != other[case.question])


@pytest.mark.parametrize("question", [None, True, -1, 2**40, "1", {"a": 1}, 99])
def test_a_question_that_is_none_is_refused(kansli: Chat, question: object) -> None:
    said = {verb: _press(kansli, verb, {**data, "question": question}).notice for verb, data in FORMS.items()}

    assert said == dict.fromkeys(FORMS, "Den frågan finns inte kvar.")


def test_an_answer_to_another_question_is_none_of_ours(chat: Chat) -> None:
    ask(chat)
    here = chat.as_("Bo Ek").in_channel(VATTEN)
    here.click("Svara")
    here.click("Skicka svaret", answer="Kolfilter.")
    second = ask(chat, "Dagvattenstrategi, har någon en att dela?")

    assert "Det svaret finns inte kvar." in chat.press("questions.solve", {"question": second, "answer": 1})
    assert row(chat, second).status == Status.OPEN


def test_a_form_that_was_opened_before_the_question_ended_says_why_not(chat: Chat) -> None:
    ask(chat)
    here = chat.as_("Bo Ek").in_channel(VATTEN)
    here.click("Svara")
    chat.click("Dra tillbaka frågan")

    late = here.press("questions.answer", {"question": 1, "post": 1, "answer": "Kolfilter."})
    assert late == "Den som frågade har dragit tillbaka frågan. Inget mer behövs."
    assert here.press("questions.form", {"question": 1, "post": 1}) == "Den som frågade har dragit tillbaka frågan."


def test_the_wrong_group_is_told_by_members_and_moved_by_its_keepers(chat: Chat, kansli: Chat) -> None:
    ask(chat)
    bo = chat.as_("Bo Ek").in_channel(VATTEN)
    assert bo.click("Fel grupp").startswith("Hör frågan till en annan grupp?")
    assert texts(kansli)[-1] != "Bo Ek tycker att frågan hör till en annan grupp", "asked first"
    assert bo.click("Tillbaka").startswith("Fråga till temagruppen Vatten")
    for said in ("Tack! Jag har sagt till dem som kan flytta frågan.", "Tack, det är redan framfört."):
        bo.click("Fel grupp")
        assert bo.click("Ja, säg till").startswith(said)
        bo.click("Tillbaka")
    assert kansli.text.startswith("Bo Ek tycker att frågan hör till en annan grupp")
    assert texts(kansli).count("Bo Ek tycker att frågan hör till en annan grupp") == 1

    first = next(part for part in actions(kansli.card) if part.get("style") == "positive")
    assert (kansli.buttons[0], first["title"]) == ("Flytta", "Flytta")
    kansli.click("Flytta")
    assert "Välj vart frågan ska." in kansli.click("Flytta frågan")
    kansli.click("Flytta frågan", to="klimat")
    assert bo.text == f"Frågan har flyttats till temagruppen Klimat.\n{TEXT}"
    assert chat.text.startswith("Din fråga har flyttats")
    new = chat.as_("Cecilia").in_channel("sekom-motesplats")
    assert new.text.startswith("Fråga till temagruppen Klimat")
    new.click("Svara")
    new.click("Skicka svaret", answer="Så här.")
    assert "Så här." in chat.text
    assert bo.text == f"Frågan har flyttats till temagruppen Klimat.\n{TEXT}"


@pytest.mark.parametrize("at_card", [True, False])
def test_the_asker_moves_the_question_to_another_group(chat: Chat, *, at_card: bool) -> None:
    ask(chat)
    there = chat.in_channel(VATTEN)
    if at_card:
        there.click("Fel grupp")
        there.click("Flytta frågan", to="klimat")
    else:
        chat.say("mina frågor")
        chat.click("Öppna")
        chat.click("Byt grupp")
        assert chat.click("Tillbaka").startswith("Fråga till temagruppen Vatten")
        chat.click("Byt grupp")
        assert chat.click("Flytta frågan", to="klimat").startswith("Frågan har flyttats till temagruppen Klimat.")
    assert there.text == f"Frågan har flyttats till temagruppen Klimat.\n{TEXT}"
    assert "Din fråga har flyttats" not in texts(chat), "the asker did it"
    assert chat.in_channel("sekom-motesplats").text.startswith("Fråga till temagruppen Klimat")


def test_a_question_moved_to_the_kansli_and_back_keeps_one_living_card(chat: Chat, kansli: Chat) -> None:
    ask(chat)
    kansli.in_channel(VATTEN).click("Fel grupp")
    kansli.in_channel(VATTEN).click("Flytta frågan", to="kansli")
    assert kansli.text.startswith("En fråga till kansliet")
    kansli.click("Flytta")
    kansli.click("Flytta frågan", to="vatten")

    shown = [text for text in texts(chat.in_channel(VATTEN)) if text.startswith("Fråga")]
    assert shown == ["Frågan har flyttats till kansliet.", "Fråga till temagruppen Vatten"]
    chat.say("mina frågor")
    chat.click("Öppna")
    chat.click("Dra tillbaka frågan")
    assert texts(chat.in_channel(VATTEN))[-2:] == ["Den som frågade har dragit tillbaka frågan."] * 2


def test_the_desk_is_for_the_kansli_and_for_moderators_of_their_group(chat: Chat, kansli: Chat) -> None:
    ask(chat)
    ask(chat, "Klimatbudget, hur började ni?", "Klimat")
    bo = chat.as_("Bo Ek")
    assert "Listan är för kansliet" in bo.say("öppna frågor")
    kansli.say("temagrupper")
    kansli.click("Ändra Vatten")
    kansli.click("Sök", who="Bo Ek")
    kansli.click("Välj Bo Ek")

    assert "Öppna frågor (1)" in bo.say("öppna frågor")
    assert "Klimatbudget" not in bo.text
    assert "bara kansliet och gruppens moderatorer" in bo.press("questions.desk_one", {"question": 2})
    shown = kansli.say("öppna frågor")
    assert "Öppna frågor (2)" in shown
    assert "Vatten, ställd i dag, väntar på svar" in shown
    assert shown.index("pfas") < shown.index("Klimatbudget")


def test_the_kansli_reminds_closes_and_hands_on_what_stood_in_the_thread(chat: Chat, kansli: Chat) -> None:
    ask(chat)
    kansli.say("öppna frågor")
    kansli.click("Öppna")
    assert "Jag har påmint gruppen" in kansli.click("Påminn")
    assert "redan fått en påminnelse i dag" in kansli.click("Påminn")
    assert "väntar fortfarande på svar" in chat.in_channel(VATTEN).shown[-1].message.text
    kansli.click("Besvarad i tråden")
    kansli.click("Skicka svaret", answer="Bo i Malmö: kolfilter.")
    assert "Från tråden, förmedlat av Karin Kansli" in chat.text
    assert "inte löst" in kansli.press("questions.to_faq", {"question": newest(chat).id})
    kansli.click("Stäng med orsak")
    kansli.click("Stäng frågan", reason="Det räcker så.")
    assert chat.text.startswith("Frågan har stängts\n")

    ask(chat, "Klimatbudget, hur började ni?", "Klimat")
    kansli.say("öppna frågor")
    kansli.click("Öppna")
    kansli.click("Stäng med orsak")
    assert "Skriv varför du stänger frågan." in kansli.click("Stäng frågan", reason=" ")
    kansli.click("Stäng frågan", reason="Se kunskapsbanken.")
    assert chat.text.startswith("Frågan har stängts utan svar")
    assert "Se kunskapsbanken." in chat.text
    assert newest(chat).status == Status.CLOSED


def _press(who: Chat, verb: str, data: dict[str, Any]) -> Reply:
    """Without delivery, which is not what is tried here."""
    pressed = Incoming(f"x{next(_numbers)}", Kind.ACTION, who.sender, who.place, verb=verb, data=data, card_id="1")
    return conversation.respond(who.app, pressed, who.clock.now).reply
