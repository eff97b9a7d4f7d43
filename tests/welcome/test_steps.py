"""The timed steps: what each person gets when, what stops it, and what a low answer leads to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy.orm import Session

from storage import absorption, groups, onboardings, people, questions, rosters
from storage.check_ins import CheckIn
from storage.duties import Duty
from storage.onboardings import Origin
from storage.people import PersonRole, VisibleTo
from tests.conftest import NOON
from tests.support.announcements import Post, follow
from tests.support.chat import Chat
from tests.support.events import put_up
from tests.support.newcomers import at, chat_of, deliveries, id_of, listed, read, stored, tick
from tests.support.people import IN_TEAM, LUND, SOTENAS, appoint, audited, know, set_up

WELCOME = "Välkommen till Sveriges Ekokommuner!"
TRY = "Prova att fråga"
HOW = "Hur går det?"


@pytest.fixture
def bo(chat: Chat) -> Chat:
    """Bo, who came on a Tuesday in November 2026: none of the steps is in quiet times."""
    at(chat, "2026-11-10T10:00:00+01:00")
    read(chat, [listed("Bo Berg")])
    tick(chat)
    return chat.as_("Bo Berg", new=True)


def days(chat: Chat, number: int) -> None:
    """Let so many days pass, with a tick each noon."""
    for _ in range(number):
        chat.clock.forward(days=1)
        tick(chat)


def test_each_step_comes_once_on_its_day(bo: Chat) -> None:
    set_up(bo.app.database)
    appoint(bo.app.database, "officer", "Bo Berg", "bo-berg@sotenas.se")
    seen = {}
    for day in range(1, 120):
        before = len(bo.shown)
        days(bo, 1)
        for one in bo.shown[before:]:
            seen[day] = one.message.card["body"][0]["text"] if one.message.card else ""
    assert seen == {3: TRY, 14: "Så är Sotenäs kommun med i år", 30: HOW, 90: HOW}


def test_a_bot_that_was_down_sends_the_highest_step_only(bo: Chat) -> None:
    bo.clock.forward(days=36)
    tick(bo, replicas=3)
    assert chat_of(bo, "Bo Berg") == [WELCOME, HOW]
    assert "en månad" in bo.text
    days(bo, 10)
    assert len(bo.shown) == 2


def test_a_step_waits_for_the_end_of_a_weekend_and_of_christmas(chat: Chat) -> None:
    at(chat, "2026-11-25T10:00:00+01:00")
    read(chat, [listed("Bo Berg")])
    tick(chat)
    shown: dict[int, str] = {}
    for _ in range(50 * 4):
        chat.clock.forward(hours=6)
        tick(chat)
        shown.setdefault(len(chat_of(chat, "Bo Berg")), str(chat.clock.now.date()))
    assert shown == {1: "2026-11-25", 2: "2026-11-30", 3: "2026-12-09", 4: "2027-01-11"}


def test_a_pause_puts_the_step_off_and_leaving_ends_it(bo: Chat) -> None:
    bo.say("påminnelser")
    know(bo, paused_until=bo.clock.now.date().replace(day=17))
    shown = len(bo.shown)
    days(bo, 7)
    assert len(bo.shown) == shown
    at(bo, "2026-11-18T12:00:00+01:00")
    tick(bo)
    assert chat_of(bo, "Bo Berg")[-1] == TRY
    know(bo, left_at=bo.clock.now)
    days(bo, 20)
    assert chat_of(bo, "Bo Berg")[-1] == TRY


def test_somebody_who_says_that_they_leave_gets_no_more_steps(bo: Chat) -> None:
    know(bo, municipality_code=SOTENAS)
    assert "Kansliet får veta" in bo.press("people.leave", {"code": SOTENAS})
    days(bo, 31)
    assert not {TRY, HOW} & set(chat_of(bo, "Bo Berg"))


def test_two_rows_that_become_one_get_each_step_once(bo: Chat) -> None:
    days(bo, 3)
    known = id_of(bo, "Bo Berg")

    def work(session: Session) -> None:
        fresh = people.Person(teams_id="29:bo-ny", name="Bo Ny", first_seen_at=bo.clock.now)
        session.add(fresh)
        session.flush()
        absorption.absorb(session, fresh, session.get_one(people.Person, known))

    bo.app.database.play(work)
    days(bo, 1)
    assert len(deliveries(bo, "settling")) == 1
    days(bo, 11)
    assert len(deliveries(bo, "settling")) == 2


def test_people_known_before_get_no_steps_and_those_who_asked_do(chat: Chat) -> None:
    for name, origin in (("Bo Berg", Origin.BEFORE), ("Cia Ceder", Origin.ASKED)):
        chat.as_(name)
        chat.app.database.play(
            partial(onboardings.begin, person_id=id_of(chat, name), origin=origin, now=chat.clock.now)
        )
    days(chat, 3)
    assert (len(chat_of(chat, "Bo Berg")), chat_of(chat, "Cia Ceder")[1:]) == (1, [TRY])


def test_day_three_shows_what_is_on_for_this_person(bo: Chat, kansli: Chat) -> None:
    follow(kansli, id_of(kansli, "Bo Berg"))
    put_up(kansli, starts_at=datetime(2026, 12, 3, 8, tzinfo=UTC), ends_at=datetime(2026, 12, 3, 9, tzinfo=UTC))
    kansli.app.database.play(_ask_in_vatten)
    days(bo, 3)
    assert bo.card["body"][0]["text"] == TRY
    assert "Skyfall i praktiken, torsdag den 3 december 2026 kl. 09.00–10.00" in bo.text
    assert "Vatten: 1 fråga i kanalen" in bo.text
    assert "Kom igång" in bo.buttons
    assert "Mål och stadgar" in bo.text
    assert "medlem" in bo.click("Bli medlem").casefold()


def _ask_in_vatten(session: Session) -> None:
    group = groups.by_theme(session, "vatten")
    assert group is not None
    facts = {"origin": "test", "asker_id": None, "show_name": False, "text": "Hur gör ni?", "group_id": group.id}
    questions.add(session, **facts, asked_at=NOON, waiting_since=NOON)


def test_day_fourteen_asks_for_the_municipality_of_somebody_without_one(bo: Chat) -> None:
    bo.clock.forward(days=14)
    tick(bo)
    assert (bo.card["body"][0]["text"], bo.buttons) == ("Vilken kommun arbetar du för?", ["Min kommun"])


def test_day_fourteen_names_colleagues_who_may_be_named(bo: Chat) -> None:
    for code in (SOTENAS, LUND):
        set_up(bo.app.database, code, size_group="C6")
    know(bo, municipality_code=SOTENAS, role=PersonRole.POLITICIAN)
    appoint(bo.app.database, "officer", "Tea Törn", "tea@sotenas.se")
    appoint(bo.app.database, "politician", "Pia Pil", "pia@lund.se", LUND)
    bo.app.database.play(
        lambda session: session.add(
            Duty(kind="other", year=2026, title="Skicka in nyckeltalen", seats=["officer"], created_at=bo.clock.now,
                 changed_at=bo.clock.now)
        )
    )  # fmt: skip
    bo.clock.forward(days=14)
    tick(bo)
    assert "Skicka in nyckeltalen" in bo.text
    assert "Andra från din kommun" in bo.text
    assert "Tea Törn, tjänsteperson" in bo.text
    assert "Pia" not in bo.text


def test_day_fourteen_names_somebody_in_a_municipality_of_the_same_size(bo: Chat) -> None:
    for code in (SOTENAS, LUND):
        set_up(bo.app.database, code, size_group="C6")
    know(bo, municipality_code=SOTENAS, role=PersonRole.POLITICIAN)
    appoint(bo.app.database, "politician", "Pia Pil", "pia@lund.se", LUND)
    bo.clock.forward(days=14)
    tick(bo)
    assert "Kollegor i kommuner av samma storlek" in bo.text
    assert "Pia Pil, kontaktpolitiker, Lunds kommun" in bo.text


@pytest.mark.parametrize("visible", [VisibleTo.MUNICIPALITY, VisibleTo.KANSLI])
def test_day_fourteen_names_nobody_who_is_hidden(bo: Chat, visible: VisibleTo) -> None:
    for code in (SOTENAS, LUND):
        set_up(bo.app.database, code, size_group="C6")
    know(bo, municipality_code=SOTENAS, role=PersonRole.POLITICIAN)
    appoint(bo.app.database, "politician", "Pia Pil", "pia@lund.se", LUND)
    bo.app.database.play(lambda session: setattr(people.with_mail(session, "pia@lund.se")[0], "visible_to", visible))
    bo.clock.forward(days=14)
    tick(bo)
    assert "Pia" not in bo.text


def test_an_answer_is_kept_once_and_may_be_changed(bo: Chat) -> None:
    days(bo, 30)
    assert "Tack för att du svarade" in bo.click("4")
    bo.click("Ändra svaret")
    assert "höra av sig" in bo.click("1 – inte alls", comment="Hittar inte i Teams")
    bo.press("welcome.answer", {"day": 30, "stars": 1})
    assert [(row.stars, row.comment, row.day) for row in stored(bo, CheckIn)] == [(1, "Hittar inte i Teams", 30)]


@pytest.mark.parametrize(
    "data", [{"stars": 9}, {"stars": "5"}, {}, {"stars": True, "day": []}, {"stars": 3, "comment": "x" * 501}]
)
def test_bad_answers_are_refused(bo: Chat, data: dict[str, object]) -> None:
    said = bo.press("welcome.answer", {"day": 30, **data})
    assert "Välj en siffra" in said or "Skriv högst" in said or data.get("stars") is True
    assert all(1 <= row.stars <= 5 for row in stored(bo, CheckIn))


def test_a_low_answer_becomes_a_decision_and_the_kansli_writes_once(bo: Chat, kansli: Chat) -> None:
    days(bo, 30)
    bo.click("2", comment="Ingen svarar")
    assert "Bo Berg gav 2 av 5 efter 30 dagar" in kansli.say("veckans beslut")
    kansli.click("Skriv till medlemmen")
    assert "Ingen svarar" in kansli.text
    assert "Skriv ett meddelande" in kansli.click("Skicka", text=" ")
    assert "Skickat till Bo Berg" in kansli.click("Skicka", text="Vi ringer dig i morgon.")
    assert "Vi ringer dig i morgon." in bo.text
    other = kansli.as_("Kia Kansli", entra_id="aaaaaaaa-0000-0000-0000-00000000000a")
    again = {"check_in": stored(bo, CheckIn)[0].id, "text": "En gång till"}
    assert "redan hanterat" in other.press("welcome.send", again)
    assert "Bo Berg" not in kansli.say("veckans beslut")
    assert audited(bo.app.database)[-1] == "Skrev till en ny medlem som hade det trögt"


def test_a_member_cannot_open_a_low_answer(bo: Chat) -> None:
    days(bo, 30)
    bo.click("2")
    for verb in (
        "welcome.write",
        "welcome.send",
        "welcome.settle",
        "welcome.list",
        "welcome.nudge",
        "welcome.pack.add",
    ):
        assert "kansliet" in bo.press(verb, {"check_in": stored(bo, CheckIn)[0].id, "text": "hej"})


def test_the_kansli_puts_an_answer_aside(bo: Chat, kansli: Chat) -> None:
    days(bo, 30)
    bo.click("2")
    kansli.say("onboarding")
    kansli.click("Bo Berg gav 2 av 5, den 10 december 2026")
    assert "undanlagt" in kansli.press("welcome.settle", {"check_in": stored(bo, CheckIn)[0].id})
    assert "Bo Berg" not in kansli.say("veckans beslut")


def test_somebody_who_has_said_how_it_goes_is_not_asked(bo: Chat) -> None:
    bo.say("så går det")
    bo.click("5 – mycket bra")
    shown = len(bo.shown)
    days(bo, 31)
    assert HOW not in [one.message.card["body"][0]["text"] for one in bo.shown[shown:] if one.message.card]
    assert deliveries(bo, "settling:rung:30") == {f"settling:rung:30:person:{id_of(bo, 'Bo Berg')}": "cancelled"}


def test_a_guest_gets_the_steps_by_mail_too(post: Post) -> None:
    chat = post.chat
    read(chat, [listed("Gun Gäst", "gun@lund.se", guest=True)])
    tick(chat)
    days(chat, 14)
    assert [subject for subject, _ in post.mailed()] == [
        "Prova att fråga SEKOM-boten",
        "Vilken kommun arbetar du för?",
        WELCOME,
    ]
    text = "\n".join(str(mail.get_body(("plain",)).get_content()) for mail in post.mails())  # type: ignore[union-attr]
    assert "kom igång" in text


def test_erasing_ends_the_steps(bo: Chat) -> None:
    bo.say("glöm mig")
    bo.click("Ja, gå vidare")
    bo.click("Ta bort mina uppgifter")
    shown = len(bo.shown)
    days(bo, 100)
    assert len(bo.shown) == shown


def test_somebody_who_left_and_came_back_goes_on_where_they_were(bo: Chat) -> None:
    others = [listed("Cia Ceder"), listed("Dan Dahl"), listed("Eva Ek")]
    read(bo, [listed("Bo Berg"), *others])
    bo.clock.forward(days=1)
    read(bo, others)
    days(bo, 5)
    assert chat_of(bo, "Bo Berg") == [WELCOME]
    read(bo, [listed("Bo Berg"), *others], replace(IN_TEAM))
    days(bo, 10)
    assert chat_of(bo, "Bo Berg") == [WELCOME, TRY, "Vilken kommun arbetar du för?"]
    assert bo.app.database.play(rosters.any_read)
