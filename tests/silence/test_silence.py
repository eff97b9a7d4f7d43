"""Silent members: asked how it goes, then their colleague, then the kansli; any sign of life ends it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot import silence as feature
from bot.silence import reminders
from storage import contacts, onboardings, participations, people, roles, silences
from storage.contacts import ProposalKind
from storage.faq import Entry, EntryState
from storage.onboardings import Onboarding
from storage.participations import ParticipationSource
from storage.people import PersonRole
from storage.silences import Silence
from tests.support.chat import Chat, Clock, actions
from tests.support.events import put_up
from tests.support.handovers import appoint
from tests.support.newcomers import deliveries
from tests.support.people import SOTENAS, know, set_up
from tests.support.questions import VATTEN, ask

BEGAN = datetime(2026, 11, 24, 11, tzinfo=UTC)


def look(chat: Chat, **later: float) -> None:
    """Let the clock run, and the job do its work."""
    chat.clock.forward(**later)
    for step in feature.run(chat.app, chat.clock):
        chat.app.database.play(step)
    chat.deliver()


def rows(chat: Chat) -> list[tuple[str, str, str, str]]:
    """Return each silence as: asked, colleague asked, listed, and how it ended or why it waits."""

    def work(session: Any) -> list[Silence]:
        return list(session.query(Silence).order_by(Silence.id))

    def shown(at: datetime | None) -> str:
        return f"{at:%y-%m-%d}" if at else ""

    return [
        (
            shown(row.asked_at),
            shown(row.colleague_asked_at),
            shown(row.listed_at),
            f"{row.note}{'.' if row.ended_at else ''}",
        )
        for row in chat.app.database.play(work)
    ]


def asked(chat: Chat) -> int:
    return sum("Hur går det hos er?" in str(shown.message.card) for shown in chat.shown)


@pytest.fixture
def anna(chat: Chat, kansli: Chat) -> Chat:
    """Anna, politician of Sotenäs, met on 24 November 2026; only she may become silent."""
    assert kansli.shown
    know(chat, mail="anna@sotenas.se", municipality_code=SOTENAS)
    set_up(chat.app.database)
    appoint(chat, "politician", "Anna Andersson", "anna@sotenas.se")
    chat.app.database.play(lambda session: session.query(Onboarding).update({"origin": onboardings.Origin.BEFORE}))
    return chat


@pytest.fixture
def bo(anna: Chat) -> Chat:
    """Bo, the civil servant there, who is heard of all the time."""
    bo = anna.as_("Bo Ek")
    know(bo, mail="bo@sotenas.se", municipality_code=SOTENAS, last_active_at=BEGAN + timedelta(days=200))
    appoint(anna, "officer", "Bo Ek", "bo@sotenas.se")
    return bo


def test_a_silent_person_is_asked_once_and_with_what_is_new_to_them(anna: Chat, bo: Chat) -> None:
    anna.app.database.play(lambda session: people.follow(session, person_of(session, anna), "vatten"))
    ask(bo)
    anna.clock.forward(days=30)
    eva = anna.as_("Eva Svarar")
    know(eva, last_active_at=BEGAN + timedelta(days=300))
    eva.in_channel(VATTEN).click("Svara")
    eva.in_channel(VATTEN).click("Skicka svaret", answer="Vi har kolfilter.")
    put_up(
        anna,
        "Framtidens vatten",
        themes=["vatten"],
        starts_at=BEGAN + timedelta(days=120),
        ends_at=BEGAN + timedelta(days=121),
    )
    put_up(
        anna,
        "Bara om mat",
        themes=["livsmedel"],
        starts_at=BEGAN + timedelta(days=120),
        ends_at=BEGAN + timedelta(days=121),
    )
    add_entry(anna)
    look(anna, days=59)
    assert asked(anna) == 0

    look(anna, days=1)
    assert asked(anna) == 1
    assert "Besvarad fråga: ”Hur renar ni pfas i kommunala brunnen?”" in anna.text
    assert "Framtidens vatten" in anna.text
    assert "Hur mycket vatten?" in anna.text
    assert "mat" not in anna.text
    look(anna)
    look(anna, days=1)
    assert asked(anna) == 1
    for word in ("tyst", "inaktiv", "senast", "länge sedan", "inte hörts"):
        assert word not in anna.text.casefold()


def person_of(session: Any, chat: Chat) -> int:
    found = people.find(session, chat.sender.teams_id)
    assert found
    return found.id


def add_entry(chat: Chat) -> None:
    facts = {"answer": "Lagom.", "theme": "vatten", "state": EntryState.PUBLISHED, "changed_at": chat.clock.now}
    entry = Entry(question="Hur mycket vatten?", reviewed_on=date(2026, 12, 1), **facts)
    chat.app.database.play(lambda session: session.add(entry))


def test_the_colleague_and_then_the_kansli(anna: Chat, bo: Chat, kansli: Chat) -> None:
    know(kansli, last_active_at=BEGAN)
    for days in (90, 29):
        look(anna, days=days)
    assert "Stämmer" not in bo.text
    look(anna, days=7)  # the thirtieth day is before Easter
    assert "Är Anna Andersson fortfarande er kontaktpolitiker för Sotenäs kommun?" in bo.text
    assert not any(month in bo.text for month in ("november", "februari", "mars"))
    assert "Ingen väntar" in kansli.say("tysta")
    know(bo, last_active_at=anna.clock.now)
    look(anna, days=30)
    assert rows(anna) == [("27-02-22", "27-03-30", "27-04-29", "no_answer")]

    shown = kansli.say("tysta")
    assert "Anna Andersson, kontaktpolitiker för Sotenäs kommun" in shown
    assert "Varken personen eller kollegan i kommunen har svarat." in shown
    assert {"Skriv till", "Byt kontaktperson", "Klart"} <= set(kansli.buttons)
    assert "Hör av dig till Anna Andersson, kontaktpolitiker för Sotenäs kommun" in kansli.say("veckans beslut")
    kansli.say("tysta")
    assert "Vem tar över?" in kansli.click("Byt kontaktperson")
    kansli.say("tysta")
    assert "Ingen väntar" in kansli.click("Klart")
    look(anna, days=1)
    assert len(rows(anna)) == 1, "90 days from the kansli's word"


@pytest.mark.parametrize(("press", "outcome"), [("Ja, det stämmer", "vouched."), ("Nej, vi behöver byta", "replace")])
def test_the_colleague_answers(anna: Chat, bo: Chat, press: str, outcome: str) -> None:
    look(anna, days=90)
    look(anna, days=36)  # after Easter
    assert "Tack för hjälpen" in bo.click(press)
    assert rows(anna)[0][3] == outcome


def test_the_question_to_the_colleague_is_foreseen(anna: Chat, bo: Chat) -> None:
    def foreseen() -> list[tuple[datetime, str]]:
        now, until = anna.clock.now, anna.clock.now + timedelta(days=14)
        ahead = anna.app.database.look(lambda session: list(reminders.ahead(anna.app, session, now, until)))
        return [(each.at, each.outgoing.key) for each in ahead]

    look(anna, days=90)
    assert foreseen() == []
    anna.clock.forward(days=25)
    ((at, key),) = foreseen()
    anna.clock.now = at
    look(anna)
    assert "Stämmer era kontaktpersoner?" in bo.text
    assert key in deliveries(anna, "silence_colleague")
    assert foreseen() == []


def test_without_a_colleague_the_kansli_is_next(anna: Chat) -> None:
    look(anna, days=90)
    look(anna, days=36)  # after Easter
    assert rows(anna)[0][3] == "alone"


@pytest.mark.parametrize("say", ["Allt är bra", "hej", "Fråga något"])
def test_any_sign_of_life_ends_it(anna: Chat, bo: Chat, say: str) -> None:
    look(anna, days=90)
    anna.clock.forward(minutes=5)
    anna.click(say) if say in anna.buttons else anna.say(say)
    look(anna, minutes=1)
    assert rows(anna) == [("27-02-22", "", "", "heard.")]
    look(anna, days=40)
    assert "Stämmer" not in bo.text


def test_a_pause_and_leaving_are_honoured(anna: Chat) -> None:
    look(anna, days=90)
    anna.click("Pausa till den dagen", last="2027-06-30")
    look(anna, minutes=1)
    assert rows(anna) == [("27-02-22", "", "", "paused.")]
    look(anna, days=120)  # 22 June
    look(anna, days=90)  # 20 September
    assert len(rows(anna)) == 1, "90 days are counted from the end of the pause"
    look(anna, days=14)
    assert len(rows(anna)) == 2
    assert "Jag säger till kansliet" in anna.click("Lämna")
    anna.click("Ja, säg till kansliet")
    look(anna, days=200)
    assert rows(anna)[1:] == [("27-10-04", "", "", "gone.")]


@pytest.mark.parametrize("seated", [True, False])
def test_a_person_whose_leaving_is_confirmed_is_not_asked_until_they_come_back(
    anna: Chat, kansli: Chat, *, seated: bool
) -> None:
    if not seated:
        anna.app.database.play(lambda session: session.query(contacts.Contact).delete())
    look(anna, days=97)
    anna.click("Lämna")
    anna.click("Ja, säg till kansliet")
    anna.clock.forward(minutes=5)
    kansli.click("Bekräfta")
    assert [note for *_, note in rows(anna)] == ["resigned."]
    assert "Ingen väntar" in kansli.say("tysta")
    know(kansli, last_active_at=BEGAN + timedelta(days=900))
    look(anna, days=300)
    look(anna, days=7)
    assert len(rows(anna)) == 1
    assert anna.app.database.play(lambda s: silences.forget_old(s, anna.clock.now, 10)) == 0

    anna.say("hej")
    look(anna, days=60)
    assert len(rows(anna)) == 1
    look(anna, days=33)
    assert asked(anna) == 1


def test_a_new_seat_brings_a_person_back_who_had_left(anna: Chat, kansli: Chat) -> None:
    look(anna, days=97)
    anna.click("Lämna")
    anna.click("Ja, säg till kansliet")
    anna.clock.forward(minutes=5)
    kansli.click("Bekräfta")
    appoint(anna, "reporter", "Anna Andersson", "anna@sotenas.se")
    look(anna, days=106)
    assert asked(anna) == 1


def test_at_most_two_in_half_a_year(anna: Chat) -> None:
    def ended(number: int, at: datetime) -> Any:
        long_ago = {"asked_at": at, "ended_at": at, "note": "heard"}
        return lambda s: s.add(Silence(person_id=number, **long_ago))

    number = anna.app.database.play(lambda s: person_of(s, anna))
    anna.clock.forward(days=400)  # 29 December 2027
    for days in (181, 100):
        anna.app.database.play(ended(number, anna.clock.now + timedelta(days=13 - days)))
    look(anna, days=13)
    assert asked(anna) == 0
    look(anna, days=1)
    assert asked(anna) == 1, "the first of the two was 182 days ago"


def forget_seat(chat: Chat) -> None:
    def work(session: Any) -> None:
        for contact in contacts.everybody(session):
            contact.since = date(2020, 1, 1)

    chat.app.database.play(work)


def test_nobody_is_asked_in_quiet_times(anna: Chat) -> None:
    forget_seat(anna)
    know(anna, last_active_at=BEGAN - timedelta(days=63), greeted_at=BEGAN - timedelta(days=63))
    look(anna, days=29)  # 23 December
    assert rows(anna) == []
    look(anna, days=18)  # Sunday 10 January
    assert rows(anna) == []
    look(anna, days=1)
    assert asked(anna) == 1


def test_who_is_never_asked(anna: Chat, bo: Chat, kansli: Chat) -> None:
    """The kansli, the board, people whom the bot has not met, people who left or are about to."""
    session = anna.app.database.play
    session(lambda s: roles.give(s, person_of(s, anna), PersonRole.BOARD, None, BEGAN))
    appoint(anna, "reporter", "Siri Sten", "siri@sotenas.se")
    know(bo, left_at=BEGAN, last_active_at=BEGAN)
    eva = anna.as_("Eva Exner")
    know(eva, municipality_code=SOTENAS)
    session(lambda s: contacts.propose(s, ProposalKind.LEAVES, person_of(s, eva), SOTENAS, BEGAN))
    look(anna, days=120)
    assert rows(anna) == []
    assert kansli.shown


def test_somebody_met_who_never_wrote_is_asked_too(anna: Chat) -> None:
    know(anna, last_active_at=None)
    look(anna, days=90)
    assert asked(anna) == 1


def test_coming_to_a_webinar_and_a_new_seat_are_signs_of_life(anna: Chat) -> None:
    number = put_up(anna)
    when = BEGAN + timedelta(days=60)
    anna.app.database.play(
        lambda s: participations.note(s, number, [person_of(s, anna)], ParticipationSource.GRAPH, when)
    )
    look(anna, days=97)
    assert rows(anna) == []
    anna.clock.forward(days=30)
    appoint(anna, "reporter", "Anna Andersson", "anna@sotenas.se")
    look(anna, days=27)
    assert rows(anna) == []
    look(anna, days=64)
    assert len(rows(anna)) == 1


def test_nobody_answers_for_another(anna: Chat, bo: Chat, kansli: Chat) -> None:
    look(anna, days=90)
    look(anna, days=36)  # after Easter
    eva = anna.as_("Eva Exner")
    for verb in ("silence.fine", "silence.leave", "silence.yes", "silence.no"):
        assert "redan ordnat" in eva.press(verb, {"silence": 1})
        assert "redan ordnat" in kansli.press(verb, {"silence": 1})
    assert "redan ordnat" in bo.press("silence.fine", {"silence": 1})
    assert "kansliet" in eva.press("silence.handled", {"silence": 1}).casefold()
    assert rows(anna)[0][3] == ""


def test_a_new_member_is_asked_by_the_introduction_first(anna: Chat) -> None:
    number = anna.app.database.play(lambda session: person_of(session, anna))
    anna.app.database.play(lambda session: session.query(Onboarding).filter_by(person_id=number).delete())
    anna.app.database.play(lambda session: onboardings.begin(session, number, onboardings.Origin.MET, BEGAN))
    look(anna, days=97)
    assert rows(anna) == []
    look(anna, days=29)  # after Easter
    assert len(rows(anna)) == 1


def test_two_replicas_ask_once(anna: Chat) -> None:
    anna.clock.forward(days=90)
    replicas = []
    for _ in range(2):
        steps = feature.run(anna.app, anna.clock)
        anna.app.database.play(next(steps))
        replicas.append(list(steps))
    assert [len(steps) for steps in replicas] == [1, 1]
    for works in replicas:
        anna.app.database.play(works[0])
    anna.deliver()
    assert asked(anna) == 1


def test_a_silence_is_own_data_and_goes_with_the_person(anna: Chat) -> None:
    look(anna, days=90)
    anna.say("ta bort mig")
    anna.click("Ja, gå vidare")
    anna.click("Ta bort mina uppgifter")
    assert rows(anna) == []


def test_old_silences_are_forgotten(anna: Chat, clock: Clock) -> None:
    look(anna, days=90)
    anna.click("Allt är bra")
    forget = silences.forget_old
    assert anna.app.database.play(lambda s: forget(s, clock.now - timedelta(days=1), 10)) == 0
    assert anna.app.database.play(lambda s: forget(s, clock.now + timedelta(days=1), 10)) == 1


def test_the_buttons_fit_the_card(anna: Chat) -> None:
    look(anna, days=90)
    titles = [action["title"] for action in actions(anna.card)]
    assert titles == ["Allt är bra", "Fråga något", "Pausa till den dagen", "Lämna"]
