"""What happens when nobody answers: who is reminded, when, and how often."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from bot import swedish
from bot.questions import details, reminders
from storage.questions import Status
from tests.support.chat import Chat, Clock
from tests.support.people import know
from tests.support.questions import TEXT, VATTEN, ask, row, texts

TWO, FOUR = "Ingen har svarat på 2 arbetsdagar", "Ingen har svarat på 4 arbetsdagar"
ON_POSTGRESQL = {3, 7, 10, 11, 14, 15, 19}
"""The hours at which something may be due in these tests, those before them, and some others."""


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=swedish.STOCKHOLM)


@pytest.fixture
def bo(chat: Chat, kansli: Chat) -> Chat:
    """The moderator of Vatten."""
    bo = chat.as_("Bo Ek")
    kansli.say("temagrupper")
    kansli.click("Ändra Vatten")
    kansli.click("Sök", who="Bo Ek")
    kansli.click("Välj Bo Ek")
    return bo


def live(clock: Clock, chats: dict[str, Chat], until: str) -> list[tuple[str, str, str]]:
    """Let the clock tick every hour; when whom what reached, in Stockholm's time.

    On PostgreSQL it ticks at some hours only: each tick asks every feature, and the times are the same there.
    """
    seen, any_chat = {name: len(one.shown) for name, one in chats.items()}, next(iter(chats.values()))
    happened = []
    while clock.now < local(until):
        clock.forward(hours=1)
        if not any_chat.app.database.sqlite and clock.now.astimezone(swedish.STOCKHOLM).hour not in ON_POSTGRESQL:
            continue
        any_chat.tick()
        for name, one in chats.items():
            at = clock.now.astimezone(swedish.STOCKHOLM)
            happened += [(f"{at:%a %d %H.%M}", name, text) for text in texts(one)[seen[name] :]]
            seen[name] = len(one.shown)
    return happened


def test_two_weeks_with_a_weekend_and_two_red_days(chat: Chat, kansli: Chat, bo: Chat, clock: Clock) -> None:
    clock.now = local("2027-03-24T15:00")  # Wednesday; Good Friday is the 26th, Easter Monday the 29th
    ask(chat)
    happened = live(clock, {"asker": chat, "moderator": bo, "kansli": kansli}, "2027-04-07T15:00")

    assert happened == [("Tue 30 15.00", "moderator", TWO), ("Thu 01 15.00", "kansli", FOUR)]


def test_a_claim_runs_out_and_then_the_ladder_is_the_same(chat: Chat, kansli: Chat, bo: Chat, clock: Clock) -> None:
    clock.now = local("2027-03-24T15:00")
    ask(chat)
    cecilia = chat.as_("Cecilia")
    here = cecilia.in_channel(VATTEN)
    clock.now = local("2027-03-25T11:00")
    here.click("Jag tar den")
    assert "Cecilia har tagit frågan." in here.text
    assert "Du kan svara ändå" in chat.as_("David").in_channel(VATTEN).click("Lämna tillbaka (Cecilia)")
    here.click("Lämna tillbaka (Cecilia)")
    here.click("Jag tar den")
    people = {"claimer": cecilia, "moderator": bo, "kansli": kansli}
    happened = live(clock, people, "2027-03-31T10:00")
    assert happened == []
    assert "Cecilia har tagit frågan." in here.text

    happened = live(clock, people, "2027-04-07T15:00")
    assert happened == [
        ("Wed 31 11.00", "claimer", "Frågan du tog är ledig igen"),
        ("Wed 31 11.00", "moderator", TWO),
        ("Fri 02 11.00", "kansli", FOUR),
    ]
    assert "Väntar på svar." in here.text
    assert "Jag tar den" in here.buttons
    bo.in_channel(VATTEN).click("Jag tar den")
    assert "Bo Ek har tagit frågan." in here.text


@pytest.mark.parametrize("away", [{"paused_until": date(2027, 6, 30)}, {"left_at": local("2027-01-01T08:00")}])
def test_a_moderator_who_is_away_holds_up_nobody(
    chat: Chat, kansli: Chat, bo: Chat, clock: Clock, away: dict[str, object]
) -> None:
    know(bo, **away)
    clock.now = local("2027-03-24T15:00")
    ask(chat)
    assert live(clock, {"moderator": bo, "kansli": kansli}, "2027-04-01T10:00") == [("Tue 30 15.00", "kansli", TWO)]


def test_without_a_moderator_the_kansli_is_reminded_at_once(chat: Chat, kansli: Chat, clock: Clock) -> None:
    clock.now = local("2027-03-24T15:00")
    ask(chat)

    happened = live(clock, {"kansli": kansli}, "2027-04-07T15:00")
    assert happened == [("Tue 30 15.00", "kansli", TWO), ("Thu 01 15.00", "kansli", FOUR)]


@pytest.mark.usefixtures("kansli")
def test_july_counts_for_nothing(chat: Chat, clock: Clock) -> None:
    clock.now = local("2027-07-02T10:00")  # the Friday before the pause of weeks 27–32
    ask(chat)

    assert reminded(chat, "2027-08-17T09:59") == []
    assert reminded(chat, "2027-08-17T10:00") == [TWO]


def test_after_downtime_only_the_highest_rung_is_sent_and_not_at_night(
    chat: Chat, kansli: Chat, bo: Chat, clock: Clock
) -> None:
    clock.now = local("2026-11-24T10:00")
    ask(chat)
    clock.now = local("2026-12-03T03:00")

    assert chat.tick() == 1
    assert kansli.text.startswith("Temagruppen Vatten")
    clock.now = local("2026-12-03T08:00")
    assert chat.tick() == 0
    assert kansli.text.startswith(FOUR)
    assert texts(bo) == texts(bo)[:1]


def test_the_kansli_is_told_at_once_of_a_card_that_is_not_in_its_channel(
    chat: Chat, kansli: Chat, bo: Chat, clock: Clock
) -> None:
    clock.now, channel = local("2026-11-24T10:00"), chat.in_channel(VATTEN)
    chat.blocked.add(channel.place.conversation_id)
    bo.say("temagrupper")
    bo.click("Följ Vatten")
    ask(chat)
    assert (chat.tick(), chat.tick()) == (1, 0)
    assert kansli.text.startswith(f"Frågan kom inte fram till temagruppen Vatten\n{TEXT}")

    clock.forward(minutes=1)
    kansli.click("Lägg ut igen")
    assert (chat.tick(), chat.tick()) == (1, 0), "still not there"
    chat.blocked.clear()
    bo.say("öppna frågor")
    assert "Frågan kom inte fram till temagruppen Vatten." in bo.click("Öppna")
    bo.click("Lägg ut igen")
    assert "redan i kanalen" in kansli.click("Lägg ut igen")
    assert len(channel.shown) == 1
    assert "Väntar på svar." in channel.text
    assert chat.tick() == 0

    new = kansli.in_channel("ny")
    new.say("koppla temagrupp Vatten")
    assert (chat.tick(), chat.tick()) == (1, 0)
    assert kansli.text.startswith("Frågan står inte i den kanal som temagruppen Vatten hör till nu")
    kansli.click("Lägg ut igen")
    assert new.text.startswith("Fråga till temagruppen Vatten")
    assert channel.text.startswith("Frågan har flyttats till temagruppen Vatten.")
    new.click("Jag tar den")
    assert chat.tick() == 0
    assert texts(bo).count("Ny fråga i temagruppen Vatten") == 1

    clock.now = local("2026-11-24T20:00")
    kansli.in_channel("nyare").say("koppla temagrupp Vatten")
    assert chat.tick() == 1
    kansli.say("öppna frågor")
    kansli.click("Öppna")
    kansli.click("Lägg ut igen")
    told, clock.now = len(kansli.shown), local("2026-11-25T09:00")
    chat.tick()
    assert len(kansli.shown) == told, "what was mended in the evening is not told in the morning"


def test_no_update_takes_away_what_somebody_is_writing(chat: Chat, kansli: Chat, bo: Chat, clock: Clock) -> None:
    clock.now = local("2026-11-24T10:00")
    ask(chat)
    here, cecilia = bo.in_channel(VATTEN), chat.as_("Cecilia").in_channel(VATTEN)
    here.click("Svara")
    cecilia.click("Jag undrar också")
    assert "1 person undrar också." in cecilia.text
    assert here.text.startswith("Skriv ditt svar"), "the update waits"
    here.click("Tillbaka")
    assert "1 person undrar också." in chat.in_channel(VATTEN).text, "for everybody"

    here.click("Svara")
    cecilia.click("Svara")
    here.click("Skicka svaret", answer="Kolfilter.")
    assert "Har fått 1 svar." in here.text
    assert cecilia.text.startswith("Skriv ditt svar")
    assert chat.text.startswith("Du har fått svar"), "the asker does not wait"
    clock.forward(minutes=14)
    late = chat.as_("Dan").in_channel(VATTEN)
    late.click("Svara")
    clock.forward(minutes=1)
    chat.deliver()
    assert late.text.startswith("Skriv ditt svar"), "begun while the update waited for another"
    clock.forward(minutes=14)
    chat.deliver()
    assert "Har fått 1 svar." in cecilia.text, "who goes away holds up nobody for long"

    here.click("Svara")
    chat.click("Behöver mer hjälp")
    chat.click("Öppna frågan igen", more="Vad kostar det?")
    chat.say("mina frågor")
    chat.click("Öppna")
    chat.click("Dra tillbaka frågan")
    assert here.text == "Den som frågade har dragit tillbaka frågan."

    clock.now = local("2026-11-24T11:00")
    ask(chat)
    here.click("Jag tar den")
    clock.now = local("2026-11-26T11:00")
    here.click("Svara")
    chat.tick()
    assert here.text.startswith("Skriv ditt svar"), "though the claim has run out"
    kansli.say("öppna frågor")
    kansli.click("Öppna")
    kansli.click("Flytta")
    kansli.click("Flytta frågan", to="klimat")
    assert here.text.startswith("Skriv ditt svar"), "though the question was moved"
    here.click("Skicka svaret", answer="Kolfilter.")
    assert chat.text.startswith("Du har fått svar")
    assert chat.in_channel(VATTEN).text.startswith("Frågan har flyttats till temagruppen Klimat"), "at once"


def test_an_answer_stops_what_was_planned(chat: Chat, kansli: Chat, clock: Clock) -> None:
    clock.now = local("2026-11-24T10:00")
    ask(chat)
    clock.now = local("2026-11-27T03:00")
    assert chat.tick() == 1
    here = chat.as_("Bo Ek").in_channel(VATTEN)
    here.click("Svara")
    here.click("Skicka svaret", answer="Kolfilter.")
    clock.now = local("2026-11-27T09:00")
    chat.tick()

    assert TWO not in texts(kansli)
    assert row(chat).status == Status.ANSWERED


def test_what_needs_more_help_waits_anew(chat: Chat, kansli: Chat, clock: Clock) -> None:
    clock.now = local("2026-11-24T10:00")
    ask(chat)
    here = chat.as_("Bo Ek").in_channel(VATTEN)
    here.click("Svara")
    here.click("Skicka svaret", answer="Kolfilter.")
    clock.now = local("2026-11-30T10:00")
    chat.click("Behöver mer hjälp")
    chat.click("Öppna frågan igen", more="Vad kostar det?")

    happened = live(clock, {"kansli": kansli}, "2026-12-08T10:00")
    assert happened == [("Wed 02 10.00", "kansli", TWO), ("Fri 04 10.00", "kansli", FOUR)]


@pytest.mark.usefixtures("kansli")
def test_planning_twice_adds_nothing_and_the_plan_follows_from_the_time_alone(
    chat: Chat, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.now = local("2026-11-24T10:00")
    ask(chat)
    chat.as_("Cecilia").in_channel(VATTEN).click("Jag tar den")
    clock.forward(days=4)

    first, again = (chat.app.database.play(lambda session: reminders.due(session, clock.now)) for _ in range(2))
    assert first == again
    assert {outgoing.key for outgoing in first} >= {"question:1:card:1:released:2026-11-24T09:00:00"}
    chat.tick()
    assert chat.tick() == 0
    with monkeypatch.context() as patch:
        patch.setattr(details, "of", None)  # no card is made for those who are told, each minute anew
        assert chat.app.database.play(lambda session: reminders.due(session, clock.now)) == []


def reminded(chat: Chat, at: str) -> list[str]:
    """What would be due at a moment, by its heading."""
    due = chat.app.database.play(lambda session: reminders.due(session, local(at)))
    return [str((outgoing.card or {})["body"][0]["text"]) for outgoing in due]
