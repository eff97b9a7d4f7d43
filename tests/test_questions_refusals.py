"""Every change of a question, from every role and in every state: done where it may be, refused in words where not."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot import conversation
from bot.turn import Incoming, Kind, Reply
from storage import groups, outbox, people, questions
from storage.outbox import Delivery
from storage.outgoing import Outgoing, ToChannel
from storage.questions import Status, Way
from tests.chat import KANSLI, Chat
from tests.questions_support import VATTEN, ask, newest, row, texts

_numbers = itertools.count(1)
STATES = ("open", "claimed", "answered", "solved", "closed", "withdrawn")
ROLES = ("asker", "answerer", "claimer", "follower", "bystander", "moderator", "kansli")
KEEPERS = {"moderator", "kansli"}
RUNNING = {"open", "claimed", "answered", "solved"}
WAITING = {"open", "claimed"}
FORMS: dict[str, dict[str, Any]] = {
    "questions.answer": {"answer": "Ett svar till."},
    "questions.claim": {},
    "questions.release": {},
    "questions.follow": {},
    "questions.move": {"to": "klimat"},
    "questions.close": {"reason": "Dubblett."},
    "questions.remind": {},
    "questions.withdraw": {},
    "questions.solve": {},
    "questions.need_more": {"more": "Vad kostar det?"},
    "questions.thank": {},
    "questions.desk_answer": {"answer": "Från tråden.", "pasted": True},
}


def allowed(verb: str, role: str, state: str) -> bool:
    """What the rules say, written down once more. Doing again what is done already is no refusal."""
    asker = role == "asker"
    return {
        "questions.answer": state in RUNNING,
        "questions.claim": not asker and (state == "open" or (state, role) == ("claimed", "claimer")),
        "questions.release": state != "claimed" or role in KEEPERS | {"claimer"},
        "questions.follow": not asker and state in RUNNING,
        "questions.move": role in KEEPERS and state in WAITING,
        "questions.close": role in KEEPERS and state in WAITING | {"answered"},
        "questions.remind": role in KEEPERS and state in RUNNING,
        "questions.withdraw": asker and state in WAITING | {"answered", "withdrawn"},
        "questions.solve": asker and state in {"answered", "solved"},
        "questions.need_more": asker and state in {"answered", "solved"},
        "questions.thank": role in {"asker", "follower"} and state in {"answered", "solved", "closed", "withdrawn"},
        "questions.desk_answer": role in KEEPERS and state in RUNNING,
    }[verb]


@dataclass
class Cast:
    """Everybody who may press, and the question they press about."""

    chats: dict[str, Chat]
    ids: dict[str, int]

    @property
    def any(self) -> Chat:
        return self.chats["asker"]

    def question(self, state: str, number: int) -> tuple[int, int]:
        """A new question in this state and its answer's id (0 for none)."""
        return self.any.app.database.play(lambda session: self._make(session, state, number))

    def _make(self, session: Session, state: str, number: int) -> tuple[int, int]:
        now, group = self.any.clock.now, groups.by_theme(session, "vatten")
        assert group
        claimed = {"claimed_by_id": self.ids["claimer"], "claimed_at": now} if state == "claimed" else {}
        made, _ = questions.add(
            session,
            origin=f"test/{number}",
            asker_id=self.ids["asker"],
            show_name=True,
            text="Hur gör ni?",
            group_id=group.id,
            asked_at=now,
            waiting_since=now,
            asked_conversation_id=None,
            **claimed,
        )
        made.status, made.posts = Status("open" if state == "claimed" else state), 1
        card = Outgoing(f"question:{made.id}:card:1", f"question:{made.id}", ToChannel(f"19:{VATTEN}"), "x")
        outbox.enqueue(session, card, now)
        questions.follow(session, made.id, self.ids["follower"])
        if state in WAITING:
            return made.id, 0
        digest, values = f"{number}", {"municipality_code": None, "text": "Svar", "way": Way.CARD, "at": now}
        kept = questions.add_answer(
            session, question_id=made.id, person_id=self.ids["answerer"], digest=digest, **values
        )
        return made.id, kept[0].id

    def deliveries(self) -> int:
        return self.any.app.database.play(lambda session: session.query(Delivery).count())


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


@pytest.mark.parametrize("state", STATES)
def test_every_change_from_every_role(cast: Cast, state: str) -> None:
    wrong = []
    for number, (verb, role) in enumerate(itertools.product(FORMS, ROLES)):
        question, answer = cast.question(state, number)
        before = row(cast.any, question)
        told = cast.deliveries()
        data = {"question": question, "post": 1, "answer": answer, **FORMS[verb]}
        reply = _press(cast.chats[role], verb, data)
        after = row(cast.any, question)
        refused = bool(reply.notice) and verb != "questions.thank"
        refused = refused or (verb == "questions.thank" and not reply.notice.startswith("Tacket"))
        if refused == allowed(verb, role, state):
            wrong.append(f"{role} {verb} in {state}: {reply.notice or 'done'}")
        if refused and (before.status, before.version, told) != (after.status, after.version, cast.deliveries()):
            wrong.append(f"{role} {verb} in {state} was refused, and did something")
        told = cast.deliveries()
        _press(cast.chats[role], verb, data)  # again, as an impatient finger does
        if cast.deliveries() != told:
            wrong.append(f"{role} {verb} in {state} told somebody twice")
    assert wrong == []


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
    assert bo.click("Fel grupp") == "Tack! Jag har sagt till dem som kan flytta frågan."
    assert bo.click("Fel grupp") == "Tack, det är redan framfört."
    assert kansli.text.startswith("Bo Ek tycker att frågan hör till en annan grupp")
    assert texts(kansli).count("Bo Ek tycker att frågan hör till en annan grupp") == 1

    kansli.click("Flytta")
    assert "Välj vart frågan ska." in kansli.click("Flytta frågan")
    kansli.click("Flytta frågan", to="klimat")
    assert bo.text == "Frågan har flyttats till temagruppen Klimat."
    assert chat.text.startswith("Din fråga har flyttats")
    new = chat.as_("Cecilia").in_channel("sekom-motesplats")
    assert new.text.startswith("Fråga till temagruppen Klimat")
    new.click("Svara")
    new.click("Skicka svaret", answer="Så här.")
    assert "Så här." in chat.text
    assert bo.text == "Frågan har flyttats till temagruppen Klimat."


def test_a_question_moved_to_the_kansli_and_back_keeps_one_living_card(chat: Chat, kansli: Chat) -> None:
    ask(chat)
    kansli.in_channel(VATTEN).click("Fel grupp")
    kansli.in_channel(VATTEN).click("Flytta frågan", to="kansli")
    assert kansli.text.startswith("En fråga till kansliet")
    kansli.click("Flytta")
    kansli.click("Flytta frågan", to="vatten")

    shown = [text for text in texts(chat.in_channel(VATTEN)) if text.startswith("Fråga")]
    assert shown == ["Frågan har flyttats till kansliet.", "Fråga till temagruppen Vatten"]


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
    kansli.click("Hur renar ni pfas i kommunala brunnen?")
    assert "Jag har påmint gruppen" in kansli.click("Påminn")
    assert "redan fått en påminnelse i dag" in kansli.click("Påminn")
    assert "väntar fortfarande på svar" in chat.in_channel(VATTEN).shown[-1].message.text
    kansli.click("Besvarad i tråden")
    kansli.click("Skicka svaret", answer="Bo i Malmö: kolfilter.")
    assert "Från tråden, förmedlat av Karin Kansli" in chat.text

    ask(chat, "Klimatbudget, hur började ni?", "Klimat")
    kansli.say("öppna frågor")
    kansli.click("Klimatbudget, hur började ni?")
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
