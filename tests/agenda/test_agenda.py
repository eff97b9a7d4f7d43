"""The week's card: when it comes, what it holds, and what a press does for everybody at the kansli."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot import agenda, jobs
from bot.bank import entries
from bot.privacy import retention
from bot.register.change import Change
from bot.turn import KANSLI_ONLY
from storage import contacts, faq, roles
from storage.agenda import AgendaChoice
from storage.audit import AuditRow
from storage.contacts import ProposalKind
from storage.faq import Entry, EntryState
from storage.outbox import Delivery
from storage.people import PersonRole
from tests.support.chat import Chat, Clock, actions
from tests.support.people import SOTENAS, know, person, set_up
from tests.support.questions import VATTEN, ask

MONDAY = datetime(2026, 11, 30, 7, 0, tzinfo=UTC)
"""Eight o'clock in Stockholm."""
QUESTION = "Hur sorterar vi textil?"


def draft(chat: Chat, question: str = QUESTION, answer: str = "I en egen kasse.") -> int:
    def work(session: Session) -> int:
        return entries.create(Change(session, None, chat.clock.now), entries.EntryContent(question, answer)).id

    return chat.app.database.play(work)


def entry(chat: Chat, number: int) -> Entry:
    return chat.app.database.play(lambda session: session.get_one(Entry, number))


def plan(chat: Chat) -> int:
    """Let the clock's job plan the week's card, on this replica; how many cards were new."""
    new = sum(chat.app.database.play(work) for work in agenda.run(chat.app, chat.clock))
    chat.deliver()
    return new


def colleague(kansli: Chat) -> Chat:
    other = kansli.as_("Kim Kansli")
    give = lambda session: roles.give(session, person(other).id, PersonRole.KANSLI, None, kansli.clock.now)  # noqa: E731
    kansli.app.database.play(give)
    return other


def choices(chat: Chat) -> Sequence[AgendaChoice]:
    return chat.app.database.play(lambda session: session.query(AgendaChoice).order_by(AgendaChoice.id).all())


def test_the_job_runs_with_the_clock() -> None:
    assert agenda.run in [job.run for job in jobs.JOBS]


def test_the_card_comes_once_to_each_on_monday_morning_and_not_when_nothing_waits(kansli: Chat, clock: Clock) -> None:
    other = colleague(kansli)
    clock.now = MONDAY
    assert plan(kansli) == 0
    draft(kansli)
    clock.now = MONDAY - timedelta(minutes=1)
    assert plan(kansli) == 0
    clock.now = MONDAY
    assert [plan(kansli) for _ in range(3)] == [2, 0, 0]
    for chat in (kansli, other):
        assert chat.text.startswith("Veckans beslut")
        assert f"Publicera ”{QUESTION}”" in chat.text
        assert "Medlemmarna hittar då svaret: ”I en egen kasse.”" in chat.text
        assert chat.buttons == ["Gör", "Hoppa över"]
    clock.forward(days=1)
    assert plan(kansli) == 0
    clock.now = MONDAY + timedelta(weeks=1)
    assert plan(kansli) == 2


@pytest.mark.parametrize(
    ("week_of", "mornings"),
    [
        (date(2026, 11, 30), [date(2026, 11, 30), date(2026, 12, 1)]),
        (date(2027, 3, 29), [date(2027, 3, 30), date(2027, 3, 31)]),  # annandag påsk
        (date(2027, 7, 12), []),  # the July pause
    ],
)
def test_a_week_begins_on_its_first_working_day_and_a_bot_that_was_down_is_a_day_late(
    kansli: Chat, clock: Clock, week_of: date, mornings: list[date]
) -> None:
    draft(kansli)
    came = []
    for number in range(0, 7 * 24, 1 if kansli.app.database.sqlite else 4):  # when it is due is the same on both
        clock.now = datetime(week_of.year, week_of.month, week_of.day, tzinfo=UTC) + timedelta(hours=number)
        if clock.now.date() == next(iter(mornings), None):
            continue  # down on the first day
        came += [clock.now] * plan(kansli)

    assert [(when.date(), when.astimezone().minute) for when in came] == [(day, 0) for day in mornings[1:]]


def test_a_pause_and_a_lost_role_send_nothing(kansli: Chat, clock: Clock) -> None:
    other = colleague(kansli)
    know(kansli, paused_until=date(2026, 12, 4))
    draft(kansli)
    clock.now = MONDAY
    assert plan(kansli) == 1
    assert "Veckans beslut" in other.text
    row = kansli.app.database.play(lambda session: session.query(Delivery).filter(Delivery.key.like("agenda:%")).one())
    wanted = jobs.STILL_WANTED["agenda"]
    assert kansli.app.database.play(lambda session: wanted(session, row))
    kansli.app.database.play(lambda session: roles.take(session, person(other).id, PersonRole.KANSLI))
    assert not kansli.app.database.play(lambda session: wanted(session, row))


def test_a_decision_is_done_with_one_press_and_shows_for_the_other(kansli: Chat, clock: Clock) -> None:
    other = colleague(kansli)
    number = draft(kansli)
    clock.now = MONDAY
    plan(kansli)

    shown = kansli.click("Gör")  # publish a draft: one press
    assert f"Publicerat: ”{QUESTION}”" in shown
    assert entry(kansli, number).state == EntryState.PUBLISHED
    assert "I en egen kasse." in kansli.as_("Anna Ek").say("hur sorterar vi textil")
    assert f"Klart: Publicerat: ”{QUESTION}” (Karin Kansli)" in other.text.replace("**", "")
    assert other.buttons == []
    assert [choice.outcome for choice in choices(kansli)] == [f"Publicerat: ”{QUESTION}”"]


def test_a_press_on_what_was_taken_says_who_took_it_and_changes_nothing(kansli: Chat, clock: Clock) -> None:
    other = colleague(kansli)
    draft(kansli)
    clock.now = MONDAY
    plan(kansli)
    kansli.click("Gör")
    (choice,) = choices(kansli)

    for verb in ("agenda.do", "agenda.skip", "agenda.open"):
        assert "Det är redan gjort av Karin Kansli: Publicerat" in other.press(
            verb, {"decision": choice.key, "week": "x"}
        )
    assert "avgjort på ett annat sätt" in other.press("agenda.do", {"decision": ["made up"]})
    assert len(choices(kansli)) == 1


def test_a_draft_that_changed_or_lost_its_answer_is_not_published_by_an_old_press(kansli: Chat, clock: Clock) -> None:
    number = draft(kansli)
    clock.now = MONDAY
    plan(kansli)
    clock.forward(minutes=1)

    def change(session: Session) -> None:
        content = entries.EntryContent(QUESTION, "Nej, så är det inte.")
        entries.revise(Change(session, None, clock.now), session.get_one(Entry, number), content)

    kansli.app.database.play(change)
    assert "något ändrats" in kansli.click("Gör")
    assert "Nej, så är det inte." in kansli.text  # the list has it as it is now
    assert entry(kansli, number).state == EntryState.DRAFT


def test_what_is_put_off_rests_for_four_weeks_or_until_it_changes(kansli: Chat, clock: Clock) -> None:
    number = draft(kansli)
    clock.now = MONDAY
    plan(kansli)
    assert "Uppskjutet i fyra veckor" in kansli.click("Hoppa över")
    assert "Inget väntar på beslut just nu." in kansli.say("veckans beslut")
    clock.forward(days=1)

    def change(session: Session) -> None:
        content = entries.EntryContent(QUESTION, "I en annan kasse.")
        entries.revise(Change(session, None, clock.now), session.get_one(Entry, number), content)

    kansli.app.database.play(change)
    assert "annan kasse" in kansli.say("veckans beslut")
    kansli.click("Hoppa över")
    clock.forward(days=27)
    assert "Inget väntar" in kansli.say("veckans beslut")
    clock.forward(days=2)
    assert "annan kasse" in kansli.say("veckans beslut")


def test_at_most_seven_the_most_useful_first_and_of_each_kind_three(chat: Chat, kansli: Chat, clock: Clock) -> None:
    for number in range(5):
        draft(kansli, f"Hur gör vi med sak {number}?")
        chat.say(f"finns {'bastu ridstig simhall julgran kolonilott'.split()[number]}regler")
    set_up(kansli.app.database)
    know(chat, municipality_code=SOTENAS)
    propose = lambda session: contacts.propose(  # noqa: E731
        session, ProposalKind.SEAT, person(chat).id, SOTENAS, clock.now, seat="officer"
    )
    kansli.app.database.play(propose)
    clock.now = MONDAY
    plan(kansli)

    begins = ("Bekräfta att", "Publicera ”", "Svara på ”")
    lines = [line for line in kansli.text.splitlines() if line.startswith(begins)]
    assert len(lines) == 7
    assert lines[0] == "Bekräfta att Anna Andersson är tjänsteperson för Sotenäs kommun"
    assert sum("Publicera" in line for line in lines) == 3
    assert sum("Svara på" in line for line in lines) == 3
    assert "till väntar. Skriv **veckans beslut**" in kansli.text
    assert "Förslaget för Sotenäs kommun är bekräftat." in kansli.click("Gör")
    assert "Kansliet har bekräftat" in chat.text


def test_a_form_comes_in_a_message_of_its_own_and_the_answer_is_published_with_two_presses(
    chat: Chat, kansli: Chat, clock: Clock
) -> None:
    chat.say("finns basturegler")
    clock.now = MONDAY
    plan(kansli)
    before = len(kansli.shown)
    kansli.click("Skriv svar")
    assert len(kansli.shown) == before + 1
    assert kansli.text.startswith("Skriv svaret")
    assert "Publicerat." in kansli.click("Publicera", question="Finns basturegler?", answer="Nej.", phrasings="")
    assert "Inget väntar" in kansli.say("veckans beslut")


def test_a_group_is_reminded_of_a_question_with_one_press(chat: Chat, kansli: Chat, clock: Clock) -> None:
    ask(chat)
    clock.now = MONDAY + timedelta(days=1)
    shown = kansli.say("veckans beslut")
    assert "Påminn Vatten om ”" in shown
    assert "Jag har påmint gruppen i frågans tråd." in kansli.click("Gör")
    reminded = [message.message.text for message in chat.in_channel(VATTEN).shown]
    assert sum("Frågan väntar fortfarande på svar" in text for text in reminded) == 1
    kansli.say("öppna frågor")
    assert "redan fått en påminnelse i dag" in kansli.click("Påminn gruppen")  # one press from the list too


def test_an_answer_past_its_review_day_is_confirmed_with_one_press(kansli: Chat, clock: Clock) -> None:
    number = draft(kansli)
    kansli.app.database.play(
        lambda session: entries.move(
            Change(session, None, clock.now), faq.lock(session, number) or Entry(), EntryState.PUBLISHED
        )
    )
    clock.forward(days=366)
    others = lambda session: session.query(Entry).filter(Entry.id != number).update({"review_on": None})  # noqa: E731
    kansli.app.database.play(others)
    assert f"Stämmer ”{QUESTION}” fortfarande?" in kansli.say("veckans beslut")
    assert "Stämmer fortfarande: ”" in kansli.click("Stämmer fortfarande")
    assert entry(kansli, number).reviewed_on == date(2027, 11, 25)
    assert "det stämmer fortfarande: ”Hur sorterar vi textil?”" in kansli.say("ändringslogg")


def test_only_the_kansli_sees_and_takes_decisions(chat: Chat, kansli: Chat) -> None:
    draft(kansli)
    kansli.say("veckans beslut")
    key = kansli.card["body"][-1]["actions"][0]["data"]["decision"]
    assert "bara för kansliet" in chat.say("veckans beslut")
    for verb in ("agenda.do", "agenda.skip", "agenda.open", "agenda.show"):
        assert chat.press(verb, {"decision": key}) == KANSLI_ONLY.replace("**", "”")


def test_old_choices_go(kansli: Chat, clock: Clock) -> None:
    draft(kansli)
    kansli.say("veckans beslut")
    kansli.click("Gör")
    clock.forward(days=36)
    for work in retention.run(kansli.app, clock):
        kansli.app.database.play(work)
    assert choices(kansli) == []


def test_the_change_of_an_entry_is_in_the_log(kansli: Chat) -> None:
    draft(kansli)
    kansli.say("veckans beslut")
    kansli.click("Gör")
    shown = kansli.say("ändringslogg")
    assert f"Publicerat svar i kunskapsbanken: ”{QUESTION}”" in shown
    assert f"Nytt svar i kunskapsbanken, som utkast: ”{QUESTION}”" in shown
    assert "Karin Kansli" in shown
    assert not kansli.app.database.play(
        lambda session: [row.what for row in session.query(AuditRow) if "textil" in row.what]
    )


def test_a_decision_that_others_push_off_the_list_can_still_be_taken(kansli: Chat, clock: Clock) -> None:
    clock.now = MONDAY
    last = [draft(kansli, f"Hur sorterar vi {what}?") for what in ("textil", "glas", "metall")][-1]
    assert plan(kansli) == 1
    press = [action["data"] for action in actions(kansli.card) if action["title"] == "Gör"]
    first = draft(kansli, "Hur sorterar vi batterier?")

    def changed_before(session: Session) -> None:
        session.get_one(Entry, first).changed_at = clock.days_ago(9)

    kansli.app.database.play(changed_before)
    third = next(data for data in press if str(data["decision"]).startswith(f"draft:{last}:"))
    assert "Publicerat: ”Hur sorterar vi metall?”" in kansli.press("agenda.do", third)
    assert entry(kansli, last).published
