"""Newcomers and contact persons in the chat: wish, choice, answer, introduction, day, and whether they met."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.matches import reminders
from bot.privacy import retention
from storage import outbox, pairs
from storage.pairs import PairMember, PairState
from tests.support.chat import Chat, Clock
from tests.support.erasure import erase, traces
from tests.support.matches import (
    HABO,
    LUND,
    SOTENAS,
    WISH,
    contact,
    everything,
    matched,
    newcomer,
    profile,
    set_profile,
    states,
    tick,
)
from tests.support.people import know, person
from tests.support.races import at_once


@pytest.fixture
def bo(chat: Chat) -> Chat:
    """A contact person in Lund, who can help with what Anna wrestles with."""
    newcomer(chat)
    return contact(chat, "Bo Ek")


def test_from_the_wish_to_the_chat(chat: Chat, clock: Clock) -> None:
    know(chat, municipality_code=SOTENAS, mail="anna@sotenas.se", role="politician")
    bo = contact(chat, "Bo Ek")
    chat.say("min match")
    shown = chat.click("Jag vill ha en kontaktperson", wrestles="Dagvatten i detaljplaner")
    assert "Bo Ek, tjänsteperson, Lunds kommun" in shown
    assert "• Du brottas med dagvatten, och Bo Ek kan hjälpa till med det" in shown
    assert "Jag har frågat Bo Ek" in chat.click("Välj Bo Ek")

    assert "Anna Andersson vill ha dig som kontaktperson" in bo.text
    assert "Dagvatten i detaljplaner" in bo.text
    assert "• Anna Andersson brottas med dagvatten, och det kan du hjälpa till med" in bo.text
    assert "Svara senast den 1 december 2026" in bo.text
    assert "Du och Anna Andersson är matchade" in bo.click("Ja, gärna")
    clock.forward(minutes=1)
    tick(chat)

    assert "Du och Bo Ek är matchade" in chat.text
    assert "• Hur har ni gjort med dagvatten?" in chat.text
    assert "Så gör du som kontaktperson" not in chat.text
    assert "Så gör du som kontaktperson" in bo.text
    assert "• Hur långt har ni kommit med dagvatten?" in bo.text
    assert "https://teams.microsoft.com/l/chat/0/0?users=bo@example.se" in str(chat.card)
    assert states(chat) == [PairState.MATCHED]


def test_a_no_brings_the_next_candidate(chat: Chat, bo: Chat) -> None:
    cia = contact(chat, "Cia Dal", HABO)
    chat.press("pair.ask", {"contact": person(bo).id})
    bo.click("Inte nu")

    assert "Bo Ek kan inte just nu" in chat.text
    assert "Välj Bo Ek" not in chat.buttons
    chat.click("Välj Cia Dal")
    assert "Anna Andersson vill ha dig" in cia.text
    assert states(chat) == [PairState.PASSED, PairState.ASKED]


def test_a_no_without_another_candidate_says_so(chat: Chat, bo: Chat) -> None:
    chat.press("pair.ask", {"contact": person(bo).id})
    bo.click("Inte nu")

    assert "Bo Ek kan inte just nu" in chat.text
    assert "Du står i kön igen" in chat.text
    chat.click("Min match")
    assert "Du står i kön" in chat.click("Visa förslag")


@pytest.mark.parametrize(
    "facts",
    [
        {"visible_to": "kansli"},
        {"visible_to": "municipality"},
        {"municipality_code": SOTENAS},
        {"left_at": datetime(2026, 11, 1, tzinfo=UTC)},
        {"paused_until": date(2026, 12, 24)},
    ],
)
def test_some_contact_persons_are_never_named(chat: Chat, bo: Chat, facts: dict[str, object]) -> None:
    know(bo, **facts)

    assert "Bo Ek" not in chat.press("pair.want", {})
    assert "Bo Ek" not in chat.press("pair.ask", {"contact": person(bo).id})
    assert states(chat) == []


def test_somebody_who_says_that_they_leave_is_not_named(chat: Chat, bo: Chat) -> None:
    assert "Bo Ek" in chat.press("pair.want", {})
    bo.press("people.leave", {"code": LUND})

    assert "Bo Ek" not in chat.press("pair.want", {})


@pytest.mark.parametrize("chosen", [None, "", 0, -1, 999, "1", True, [1], 2**40])
def test_a_made_up_contact_person_is_not_asked(chat: Chat, bo: Chat, chosen: object) -> None:
    assert "hann bli upptagen" in chat.press("pair.ask", {"contact": chosen})
    assert states(bo) == []


def test_two_newcomers_who_choose_the_last_place_at_once_get_one(chat: Chat, bo: Chat) -> None:
    cia = newcomer(chat.as_("Cia Dal"), HABO)
    wanted = {"contact": person(bo).id}

    at_once([(chat, "pair.ask", wanted), (cia, "pair.ask", wanted)])

    assert states(chat) == [PairState.ASKED]


def test_a_button_pressed_twice_asks_once(chat: Chat, bo: Chat) -> None:
    wanted = {"contact": person(bo).id}
    at_once([(chat, "pair.ask", wanted), (chat, "pair.ask", wanted)])
    assert "Du har redan frågat någon" in chat.press("pair.ask", wanted)
    assert states(chat) == [PairState.ASKED]

    request = {"pair": everything(chat)[0].pair.id}
    bo.deliver()
    bo.press("pair.accept", request)
    assert "gäller inte längre" in bo.press("pair.accept", request)
    assert "gäller inte längre" in bo.press("pair.decline", request)
    assert states(chat) == [PairState.MATCHED]


def test_the_newcomer_takes_a_request_back(chat: Chat, bo: Chat) -> None:
    chat.press("pair.ask", {"contact": person(bo).id})
    chat.say("min match")
    assert "Välj Bo Ek" in str(chat.click("Ta tillbaka frågan"))
    assert "gäller inte längre" in bo.click("Ja, gärna")
    assert states(chat) == [PairState.WITHDRAWN]


def test_a_request_that_nobody_answers_goes_on_after_five_working_days(chat: Chat, bo: Chat, clock: Clock) -> None:
    chat.press("pair.ask", {"contact": person(bo).id})
    clock.forward(days=6, hours=23)
    tick(chat)
    assert states(chat) == [PairState.ASKED]
    clock.forward(hours=1)
    tick(chat)

    assert states(chat) == [PairState.UNANSWERED]
    assert "Bo Ek hann inte svara" in chat.text
    assert profile(bo).unanswered == 1


def test_three_unanswered_requests_pause_a_contact_person_who_comes_back(chat: Chat, clock: Clock) -> None:
    bo = contact(chat, "Bo Ek", most=3)
    for at, name in enumerate(("Cia Dal", "Dan Ek", "Eva Flod")):
        newcomer(chat.as_(name), HABO).press("pair.ask", {"contact": person(bo).id})
        assert states(chat).count(PairState.ASKED) == at + 1
    clock.forward(days=7)
    tick(chat)

    assert profile(bo).paused
    assert "Jag har frågat tre gånger utan att höra något" in bo.text
    assert "Bo Ek" not in newcomer(chat).press("pair.want", {})
    bo.click("Jag är med igen")
    assert "Bo Ek" in chat.press("pair.want", {})


def test_a_newcomer_who_chooses_nobody_is_offered_three_times_and_paused(chat: Chat, bo: Chat, clock: Clock) -> None:
    del bo
    offered = []
    for _ in range(80):
        before = len(chat.shown)
        tick(chat)
        offered += [(clock.now.day, chat.card["fallbackText"]) for _ in chat.shown[before:]]
        clock.forward(days=1)

    offers = [text for _, text in offered if text == "Välj en kontaktperson."]
    assert len(offers) == 3
    assert offered[-1][1].startswith("Du tar paus från matchningen")
    assert profile(chat).paused


def test_they_choose_a_day_and_are_reminded_one_working_day_before(chat: Chat, bo: Chat, clock: Clock) -> None:
    matched(chat, bo)
    assert "Sparat: ni hörs måndagen den 7 december 2026" in chat.click("Spara dagen", day="2026-12-07")
    assert "Anna Andersson föreslår måndagen den 7 december 2026" in bo.text
    told = []
    while clock.now < datetime(2026, 12, 8, tzinfo=UTC):
        clock.forward(hours=1)
        if tick(chat):
            told.append(f"{clock.now:%a %d}")

    assert told == ["Fri 04"]
    assert "Du och Bo Ek hörs måndagen den 7 december 2026" in chat.text
    assert "Du och Anna Andersson hörs" in bo.text


@pytest.mark.parametrize("day", ["", "i morgon", "2026-11-23", "2028-01-01", None, 7])
def test_a_day_that_can_not_be_is_refused(chat: Chat, bo: Chat, day: object) -> None:
    matched(chat, bo)

    refused = chat.press("pair.day", {"pair": everything(chat)[0].pair.id, "day": day})
    assert "Välj en dag" in refused or "Jag förstår inte dagen" in refused


def test_after_two_weeks_both_are_asked_and_a_yes_frees_the_place(chat: Chat, bo: Chat, clock: Clock) -> None:
    matched(chat, bo)
    clock.forward(days=13)
    tick(chat)
    assert "Har du" not in chat.text
    clock.forward(days=1)
    tick(chat)
    assert "Har du och Bo Ek träffats?" in chat.text
    assert "Har du och Anna Andersson träffats?" in bo.text
    assert "Tack, vad roligt!" in chat.click("Ja", comment="Bra samtal")

    (meeting,) = everything(chat)
    own = meeting.own(person(chat).id)
    assert own is not None
    assert (meeting.pair.state, own.met, own.comment) == (PairState.MET, True, "Bra samtal")
    assert profile(chat).wanted_at is None
    assert "Tack, vad roligt!" in bo.click("Ja")
    assert "Bo Ek" in newcomer(chat.as_("Cia Dal"), HABO).press("pair.want", {})


def test_they_say_that_they_have_met_before_they_are_asked(chat: Chat, bo: Chat, clock: Clock) -> None:
    matched(chat, bo)
    assert "Tack, vad roligt!" in bo.click("Vi har träffats")
    clock.forward(days=14)

    assert tick(chat) == 0
    assert states(chat) == [PairState.MET]


@pytest.mark.parametrize("wish", ["", "Buller", "x" * 500])
def test_what_a_person_wrestles_with_is_saved_while_they_have_a_match(chat: Chat, bo: Chat, wish: str) -> None:
    matched(chat, bo)
    chat.say("min match")
    assert "Sparat." in chat.click("Spara texten", wrestles=wish)
    assert profile(chat).wrestles_with == wish
    assert "Skriv lite kortare" in chat.click("Spara texten", wrestles="x" * 501)


def test_a_no_shows_the_way_on(chat: Chat, bo: Chat, clock: Clock) -> None:
    cia = contact(chat, "Cia Dal", HABO)
    matched(chat, bo)
    clock.forward(days=14)
    tick(chat)
    assert "Välj en ny dag" in chat.click("Inte än")
    assert "Spara dagen" in chat.buttons
    shown = chat.click("Byt kontaktperson")

    assert "Cia Dal" in shown
    assert "Bo Ek" not in shown
    assert "Anna Andersson har avslutat matchningen" in bo.text
    chat.press("pair.ask", {"contact": person(cia).id})
    assert states(chat) == [PairState.OVER, PairState.ASKED]


def test_a_new_day_after_a_no_asks_again_after_that_day(chat: Chat, bo: Chat, clock: Clock) -> None:
    matched(chat, bo)
    clock.forward(days=14)
    tick(chat)
    chat.click("Inte än")
    chat.click("Spara dagen", day="2026-12-15")
    clock.forward(days=8)
    tick(chat)

    assert everything(chat)[0].pair.state == PairState.MATCHED
    assert "Har du och Anna Andersson träffats?" in bo.text


def test_a_match_of_which_nobody_says_anything_ends_and_counts(chat: Chat, bo: Chat, clock: Clock) -> None:
    matched(chat, bo)
    for _ in range(60):
        clock.forward(days=1)
        tick(chat)

    assert states(chat) == [PairState.OVER]
    assert profile(bo).unanswered == 1


def test_a_contact_person_who_leaves_after_accepting(chat: Chat, bo: Chat, clock: Clock) -> None:
    cia = contact(chat, "Cia Dal", HABO)
    matched(chat, bo)
    know(bo, left_at=clock.now)
    clock.forward(minutes=1)
    tick(chat)

    assert states(chat) == [PairState.OVER]
    assert "Bo Ek har lämnat nätverket" in chat.text
    chat.click("Välj Cia Dal")
    assert "Anna Andersson vill ha dig" in cia.text


def test_nobody_is_told_at_night_that_somebody_has_left(chat: Chat, bo: Chat, clock: Clock) -> None:
    matched(chat, bo)
    clock.now = datetime(2026, 12, 4, 23, tzinfo=UTC)  # a Friday
    know(bo, left_at=clock.now)
    tick(chat)
    assert "har lämnat" not in chat.text

    clock.now = datetime(2026, 12, 7, 8, tzinfo=UTC)
    tick(chat)
    assert "Bo Ek har lämnat nätverket" in chat.text


def test_a_newcomer_who_has_left_is_not_accepted(chat: Chat, bo: Chat, clock: Clock) -> None:
    chat.press("pair.ask", {"contact": person(bo).id})
    know(chat, left_at=clock.now)

    assert "gäller inte längre" in bo.click("Ja, gärna")
    assert states(chat) == [PairState.ASKED]
    tick(bo)
    assert states(chat) == [PairState.OVER]


@pytest.mark.parametrize("accepted", [False, True])
def test_a_contact_person_who_is_erased(chat: Chat, bo: Chat, clock: Clock, *, accepted: bool) -> None:
    chat.press("pair.ask", {"contact": person(bo).id})
    if accepted:
        bo.click("Ja, gärna")
    bo.say("ta bort mig")
    bo.click("Ja, gå vidare")
    bo.click("Ta bort mina uppgifter")
    clock.forward(minutes=1)
    tick(chat)

    assert states(chat) == [PairState.OVER]
    assert "Din match har lämnat nätverket" in chat.text
    assert "Bo Ek" not in str(chat.card)


def test_a_newcomer_who_is_erased_frees_the_place(chat: Chat, bo: Chat, clock: Clock) -> None:
    cia = newcomer(chat.as_("Cia Dal"), HABO)
    matched(chat, bo)
    assert "Bo Ek" not in cia.press("pair.want", {})
    chat.say("ta bort mig")
    chat.click("Ja, gå vidare")
    chat.click("Ta bort mina uppgifter")
    clock.forward(minutes=1)
    tick(bo)

    assert "har lämnat nätverket" in bo.text
    assert "Anna" not in bo.text
    assert "Bo Ek" in cia.press("pair.want", {})


def test_a_request_to_somebody_who_pauses_all_messages_goes_on_and_does_not_count(chat: Chat, bo: Chat) -> None:
    contact(chat, "Cia Dal", HABO)
    chat.press("pair.ask", {"contact": person(bo).id})
    know(bo, paused_until=date(2027, 1, 31))
    tick(chat)

    assert "Bo Ek kan inte just nu" in chat.text
    assert "Välj Cia Dal" in chat.buttons
    assert (states(chat), profile(bo).unanswered) == ([PairState.PASSED], 0)


def test_an_erased_newcomers_words_go_from_the_request(chat: Chat, bo: Chat) -> None:
    chat.press("pair.ask", {"contact": person(bo).id})
    assert WISH in bo.text
    erase(chat)
    tick(bo)

    assert "Förfrågan gäller inte längre" in bo.text
    assert bo.buttons == ["Min match"]
    assert traces(bo.app.database, "anna andersson", WISH) == []


def test_what_somebody_wrote_about_having_met_an_erased_person_goes(chat: Chat, bo: Chat) -> None:
    matched(chat, bo)
    bo.press("pair.met", {"pair": everything(chat)[-1].pair.id, "comment": "Anna Andersson var klok"})
    erase(chat)
    tick(bo)

    assert states(bo) == [PairState.MET]
    assert traces(bo.app.database, "anna andersson", "var klok") == []


def test_a_contact_person_who_pauses_passes_on_what_waits_and_tells_what_is_on(chat: Chat) -> None:
    newcomer(chat)
    bo, cia = contact(chat, "Bo Ek", most=2), newcomer(chat.as_("Cia Dal"), HABO)
    matched(chat, bo)
    cia.press("pair.ask", {"contact": person(bo).id})
    bo.say("min match")
    assert "Du tar paus" in bo.click("Ta paus")

    assert "Bo Ek tar paus som kontaktperson" in chat.text
    assert "Bo Ek kan inte just nu" in cia.text
    assert states(chat) == [PairState.MATCHED, PairState.PASSED]


def test_a_person_who_is_avoided_is_never_told_and_never_matched(chat: Chat, bo: Chat) -> None:
    assert "Noterat. Du matchas inte med Bo Ek." in chat.say("matcha mig inte med Bo Ek")
    assert "Bo Ek" not in chat.press("pair.want", {})
    assert "hann bli upptagen" in chat.press("pair.ask", {"contact": person(bo).id})
    assert "Anna" not in bo.say("min match")
    chat.say("min match")
    chat.click("Ta bort alla (1)")
    assert "Bo Ek" in chat.press("pair.want", {})


def test_a_contact_person_avoids_a_newcomer(chat: Chat, bo: Chat) -> None:
    chat.press("pair.ask", {"contact": person(bo).id})
    assert "Du matchas inte med Anna Andersson" in bo.click("Matcha mig inte med den här")

    assert "Bo Ek kan inte just nu" in chat.text
    assert "Bo Ek" not in chat.press("pair.want", {})


@pytest.mark.parametrize("name", ["", "   ", "Ingen Alls", "Anna Andersson", "Hemlig Person", "x" * 500])
def test_a_name_that_is_nobody_to_avoid_is_refused(chat: Chat, bo: Chat, name: str) -> None:
    del bo
    know(chat.as_("Hemlig Person"), visible_to="kansli")

    shown = chat.press("pair.avoid", {"name": name})
    assert "Jag hittar ingen" in shown or "Skriv namnet" in shown


def test_nobody_answers_a_request_or_ends_a_match_of_others(chat: Chat, bo: Chat) -> None:
    eve = chat.as_("Eva Flod")
    chat.press("pair.ask", {"contact": person(bo).id})
    number = {"pair": everything(chat)[0].pair.id, "day": "2026-12-07"}
    for verb in ("accept", "decline", "withdraw", "show", "day", "met", "not_met", "end"):
        assert "gäller inte längre" in eve.press(f"pair.{verb}", number)
    assert "gäller inte längre" in chat.press("pair.accept", number)
    assert "gäller inte längre" in bo.press("pair.withdraw", number)
    assert states(chat) == [PairState.ASKED]


def test_a_person_may_both_want_and_offer(chat: Chat, bo: Chat) -> None:
    set_profile(chat, most=1)
    set_profile(bo, wanted_at=bo.clock.now, wrestles_with="buller")
    assert "Anna Andersson" in bo.press("pair.want", {})
    matched(chat, bo)

    assert "Anna Andersson" not in bo.press("pair.want", {})


@pytest.mark.parametrize(("chosen", "kept"), [("0", 0), ("2", 2), ("5", 5), ("6", 1), ("-1", 1), ("två", 1), (None, 1)])
def test_a_contact_person_sets_how_many_at_a_time(chat: Chat, bo: Chat, chosen: object, kept: int) -> None:
    del chat
    bo.press("pair.offer", {"most": chosen})

    assert profile(bo).most == kept


def test_a_hidden_contact_person_is_told_why_nobody_comes(bo: Chat) -> None:
    know(bo, visible_to="kansli")

    assert "ingen annan kan välja dig" in bo.say("min match")


def test_old_matches_are_forgotten(chat: Chat, bo: Chat, clock: Clock) -> None:
    matched(chat, bo)
    chat.press("pair.end", {"pair": everything(chat)[0].pair.id})
    days = chat.app.settings.history_days
    for step in [30] * (days // 30) + [days % 30]:
        clock.forward(days=step)
        for work in retention.run(chat.app, clock):
            chat.app.database.play(work)
    assert len(everything(chat)) == 1
    clock.forward(days=1)
    for work in retention.run(chat.app, clock):
        chat.app.database.play(work)

    assert everything(chat) == []
    assert chat.app.database.play(lambda session: session.query(PairMember).count()) == 0


def test_a_match_is_own_data(chat: Chat, bo: Chat) -> None:
    matched(chat, bo)

    assert "Din start i nätverket" in chat.say("mina uppgifter")
    assert chat.app.database.play(lambda session: len(pairs.of_person(session, person(chat).id))) == 1


def test_what_the_job_foresees_is_what_then_goes(chat: Chat, bo: Chat, clock: Clock) -> None:
    def foreseen() -> list[tuple[datetime, str]]:
        until = clock.now + timedelta(days=14)
        ahead = chat.app.database.look(lambda session: list(reminders.ahead(chat.app, session, clock.now, until)))
        return [(each.at, each.outgoing.key) for each in ahead]

    def went(key: str) -> bool:
        return chat.app.database.play(lambda session: outbox.find(session, key)) is not None

    ((at, key),) = foreseen()
    assert at == clock.now
    tick(chat)
    assert went(key)
    assert foreseen() == []

    chat.press("pair.ask", {"contact": person(bo).id})
    ((at, key),) = foreseen()
    clock.now = at - timedelta(minutes=1)
    tick(chat)
    assert not went(key)
    clock.now = at
    tick(chat)
    assert went(key)
