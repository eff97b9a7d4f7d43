"""Faults in a newcomer's start: left for weeks, two devices, erased, a municipality that leaves, upgrades."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.cards import button, card, heading
from bot.dialog import Dialog, Step, controls
from bot.message import Json
from bot.privacy import retention
from bot.routes import Answers
from bot.turn import Turn
from storage import onboardings
from storage.dialogs import OpenDialog
from storage.municipalities import MemberState
from storage.onboardings import Origin
from tests.support.chat import Chat
from tests.support.onboarding import BY_BUTTONS, change_group, follows, press, profile, row
from tests.support.people import SOTENAS, know, person, set_up
from tests.support.races import at_once

SUMMARY = "Stämmer det här?"


@pytest.fixture
def anna(chat: Chat) -> Chat:
    """Anna, whose mail address says that she works for Sotenäs."""
    set_up(chat.app.database)
    know(chat, mail="anna@sotenas.se")
    return chat


def dialogs(chat: Chat) -> int:
    """Return how many dialogs are open."""
    return chat.app.database.play(lambda session: session.query(OpenDialog).count())


def forget_old(chat: Chat) -> None:
    """Let retention run."""
    for work in retention.run(chat.app, chat.clock):
        chat.app.database.play(work)


# left and resumed


def test_leaving_keeps_the_answers_and_says_how_to_go_on(anna: Chat) -> None:
    press(anna, *BY_BUTTONS[:5])
    told = anna.say("avbryt")
    assert "Dina svar finns kvar." in told
    assert "skriv kom igång" in told
    assert dialogs(anna) == 0
    assert person(anna).role == "", "nothing is in the register before the person has seen it whole"
    anna.clock.forward(days=12)
    assert anna.click("Kom igång").startswith("Fråga 4 av 6")
    press(anna, "Hoppa över", "Hoppa över", "Ja, gärna", "Klar")
    assert person(anna).role == "politician"


def test_leaving_at_once_keeps_nothing_and_says_so(anna: Chat) -> None:
    press(anna, "Kom igång", "Avbryt")
    assert "Jag har inte sparat några svar." in anna.text


def test_days_of_nothing_and_retention_lose_no_answers(anna: Chat) -> None:
    press(anna, *BY_BUTTONS[:4])
    for _ in range(3):
        anna.clock.forward(days=50)
        forget_old(anna)
    assert dialogs(anna) == 0
    assert anna.say("kom igång").startswith("Fråga 3 av 6")


def test_an_hour_of_nothing_changes_nothing(anna: Chat) -> None:
    press(anna, *BY_BUTTONS[:4])
    anna.clock.forward(hours=1)
    assert anna.say("vatten").startswith("Fråga 4 av 6")


def test_another_dialog_in_between_loses_no_answers(anna: Chat) -> None:
    press(anna, *BY_BUTTONS[:4])
    anna.say("fråga kollegor")
    anna.say("avbryt")
    assert anna.say("kom igång").startswith("Fråga 3 av 6")


def test_a_restart_loses_no_answers(anna: Chat) -> None:
    press(anna, *BY_BUTTONS[:4])
    anna.app.database.engine.dispose()
    again = replace(anna, app=replace(anna.app))
    assert again.click("Fortsätt", groups="1").startswith("Fråga 4 av 6")


def test_a_change_that_is_left_keeps_the_answer_as_it_was(anna: Chat) -> None:
    press(anna, *BY_BUTTONS[:-1], "Roll: kontaktpolitiker", "Avbryt")
    assert anna.click("Kom igång").startswith(SUMMARY)
    assert "Roll: kontaktpolitiker" in anna.text


# two devices and old cards


def test_a_button_pressed_twice_counts_once(anna: Chat) -> None:
    press(anna, "Kom igång", "Börja")
    data = {"step": "municipality", "answer": SOTENAS}
    first, second = (anna.press("dialog.answer", data) for _ in range(2))
    assert first == second
    skip = {"step": "role"}
    assert anna.press("dialog.skip", skip).startswith("Fråga 3 av 6")
    assert "hör inte till det vi håller på med nu" in anna.press("dialog.skip", skip)


def test_an_older_card_on_another_device_corrects_its_answer(anna: Chat) -> None:
    press(anna, *BY_BUTTONS[:-1])
    shown = anna.press("dialog.answer", {"step": "role", "answer": "reporter"})
    assert shown.startswith(SUMMARY)
    assert "Roll: rapportör" in shown


def test_a_later_card_than_the_open_step_is_refused(anna: Chat) -> None:
    press(anna, "Kom igång", "Börja")
    assert "hör inte till det vi håller på med nu" in anna.press("dialog.answer", {"step": "summary", "answer": "klar"})
    assert "hör inte till det vi håller på med nu" in anna.press("dialog.change", {"step": "role"})
    assert "hör inte till det vi håller på med nu" in anna.press("dialog.change", {})


def test_a_second_change_from_an_old_summary_leaves_the_first_as_it_was(anna: Chat) -> None:
    press(anna, *BY_BUTTONS[:-1], "Roll: kontaktpolitiker")
    assert anna.press("dialog.change", {"step": "contact"}).startswith("Fråga 6 av 6")
    shown = anna.press("dialog.answer", {"step": "contact", "answer": "no"})
    assert shown.startswith(SUMMARY)
    assert "Roll: kontaktpolitiker" in shown


def test_done_pressed_on_two_devices_at_the_same_moment(anna: Chat) -> None:
    press(anna, *BY_BUTTONS[:-1])
    done = (anna, "dialog.answer", {"step": "summary", "answer": "klar"})
    replies = at_once([done, done])
    told = [reply.notice or "done" for reply in replies]
    assert sorted(text[:12] for text in told) == ["Det där är r", "done"]
    assert row(anna).finished_at is not None


def test_cards_of_a_finished_start_say_that_it_is_over(anna: Chat) -> None:
    press(anna, *BY_BUTTONS)
    for verb in ("dialog.answer", "dialog.skip", "dialog.back", "dialog.change", "dialog.continue"):
        assert "redan klart eller avbrutet" in anna.press(verb, {"step": "role", "answer": "officer"})


@pytest.mark.parametrize(
    ("step", "data", "refusal"),
    [
        (2, {"step": "municipality", "answer": "9999"}, "Den kommunen hittar jag inte."),
        (2, {"step": "municipality", "answer": "other"}, "Skriv vilken kommun"),
        (3, {"step": "role", "answer": "kansli"}, "Den rollen kan bara kansliet ge."),
        (3, {"step": "role"}, "Välj en roll"),
        (1, {"step": "nonsense", "answer": "x"}, "hör inte till det"),
    ],
)
def test_a_made_up_press_is_refused(anna: Chat, step: int, data: Json, refusal: str) -> None:
    press(anna, *BY_BUTTONS[:step])
    assert refusal in anna.press("dialog.answer", data)


@pytest.mark.parametrize("most", ["99", "0", "-3", "x", None, ["1"], 7])
def test_a_made_up_number_of_newcomers_is_at_most_three(anna: Chat, most: object) -> None:
    press(anna, *BY_BUTTONS[:7])
    anna.press("dialog.answer", {"step": "contact", "answer": "offers", "most": most})
    anna.say("klar")
    wishes = profile(anna)
    assert wishes is not None
    assert 1 <= wishes.most <= 3


def test_made_up_groups_are_left_out(anna: Chat) -> None:
    press(anna, *BY_BUTTONS[:4])
    anna.click("Fortsätt", groups="1,999,x,,1")
    press(anna, *BY_BUTTONS[5:])
    assert follows(anna) == {"vatten"}


# the world changes meanwhile


def test_a_municipality_that_leaves_the_network_meanwhile(anna: Chat) -> None:
    press(anna, *BY_BUTTONS[:-2])
    set_up(anna.app.database, state=MemberState.FORMER)
    assert "Sotenäs kommun är inte längre medlem i nätverket" in anna.click("Ja, gärna")
    shown = anna.click("Klar")
    assert "Sotenäs kommun är inte längre medlem i nätverket, enligt registret." in shown
    assert "Skriv till kansliet" in anna.buttons
    assert person(anna).municipality_code == SOTENAS


def test_a_group_that_closes_meanwhile_is_left_out(anna: Chat) -> None:
    press(anna, *BY_BUTTONS[:4])
    anna.click("Fortsätt", groups="1,2")
    change_group(anna, "vatten", open=False)
    press(anna, *BY_BUTTONS[5:])
    assert follows(anna) == {"livsmedel"}


def test_a_person_who_left_the_network_goes_no_further(anna: Chat) -> None:
    press(anna, *BY_BUTTONS[:4])
    know(anna, left_at=anna.clock.now)
    assert "Jag ser dig inte i något av nätverkets team längre." in anna.click("Fortsätt")
    assert "Jag ser dig inte i något av nätverkets team längre." in anna.say("kom igång")
    know(anna, left_at=None)
    assert anna.say("kom igång").startswith("Fråga 3 av 6")


def test_a_person_who_is_erased_begins_from_nothing(anna: Chat) -> None:
    press(anna, *BY_BUTTONS[:4])
    anna.say("ta bort mig")
    press(anna, "Ja, gå vidare", "Ta bort mina uppgifter")
    assert dialogs(anna) == 0
    assert "Dina uppgifter är borttagna." in anna.press("dialog.answer", {"step": "groups"})
    assert "Dina uppgifter är borttagna." in anna.press("onboarding.start", {})
    assert "Välkommen till Sveriges Ekokommuner!" in anna.say("kom igång")
    assert "Arbetar du för Sotenäs" not in anna.click("Börja"), "their mail address is gone too"


def test_the_kansli_confirms_meanwhile(anna: Chat, kansli: Chat) -> None:
    know(anna, mail=None)
    press(anna, "Kom igång", "Börja")
    anna.say("Sotenäs")
    press(anna, *["Hoppa över"] * 5, "Klar")
    kansli.click("Bekräfta")
    assert person(anna).municipality_code == SOTENAS
    assert "kansliet får bekräfta" not in anna.say("kom igång")


def test_two_people_at_the_same_time_do_not_mix(anna: Chat) -> None:
    bo = anna.as_("Bo Ek")
    know(bo, mail="bo@lund.se")
    for title in ("Kom igång", "Börja", "Ja"):
        for one in (anna, bo):
            one.click(title)
    anna.click("Tjänsteperson")
    bo.click("Kontaktpolitiker")
    anna.click("Fortsätt", groups="1")
    assert "Brottas" not in bo.click("Fortsätt", groups="2")
    assert [part["answers"]["role"] for part in (vars(row(anna)), vars(row(bo)))] == ["officer", "politician"]


# upgrades


def ask_new(_turn: Turn, _answers: Answers) -> Json:
    """Ask a question that was added while people were mid-way."""
    yes = button("Jo", "dialog.answer", step="new", answer="jo")
    return card(heading("Äter du fisk?"), actions=[yes, *controls(skip="new")], summary="Äter du fisk?")


def with_step(chat: Chat, *, at: int) -> Chat:
    """Return the person's chat after an upgrade that put a step into the dialog."""
    old = chat.app.dialogs["onboarding"]
    new = Step("new", ask_new, lambda _turn, _answers, text: text, optional=True)
    dialog: Dialog = replace(old, steps=(*old.steps[:at], new, *old.steps[at:]))
    return replace(chat, app=replace(chat.app, dialogs={**chat.app.dialogs, "onboarding": dialog}))


def test_a_step_that_was_added_before_the_position_is_asked_at_once(anna: Chat) -> None:
    press(anna, *BY_BUTTONS[:-1])
    upgraded = with_step(anna, at=2)
    assert upgraded.say("kom igång").startswith("Äter du fisk?")
    assert upgraded.click("Tillbaka").startswith("Fråga 1 av 6"), "the step before"
    assert upgraded.click("Ja").startswith("Äter du fisk?")
    assert upgraded.click("Jo").startswith(SUMMARY)
    assert "Roll: kontaktpolitiker" in upgraded.text


def test_a_step_that_was_taken_away_leaves_its_answer_unread(anna: Chat) -> None:
    upgraded = with_step(anna, at=1)
    press(upgraded, "Kom igång", "Börja", "Jo", "Ja", "Avbryt")
    assert anna.click("Kom igång").startswith("Fråga 2 av 6")
    press(anna, *BY_BUTTONS[3:])
    assert row(anna).finished_at is not None


def test_a_dialog_that_has_nowhere_to_keep_answers_loses_them_as_before(chat: Chat) -> None:
    chat.say("fråga kollegor")
    assert chat.say("avbryt") == "Avbrutet. Inget är sparat."


def test_people_from_before_are_asked_only_while_their_municipality_is_unknown(anna: Chat) -> None:
    number = person(anna).id
    anna.app.database.play(lambda session: onboardings.begin(session, number, Origin.BEFORE, anna.clock.now))
    anna.say("hjälp")
    assert "Kom igång" in anna.buttons
    know(anna, municipality_code=SOTENAS)
    anna.say("hjälp")
    assert "Kom igång" not in anna.buttons
    assert anna.say("kom igång").startswith("Välkommen till Sveriges Ekokommuner!")
    assert row(anna).origin == Origin.BEFORE


def test_who_was_met_goes_on_where_the_welcome_began(anna: Chat) -> None:
    number, met = person(anna).id, anna.clock.now - timedelta(days=4)
    anna.app.database.play(lambda session: onboardings.begin(session, number, Origin.MET, met, "19:team"))
    press(anna, *BY_BUTTONS)
    kept = row(anna)
    assert (kept.origin, kept.begun_at, kept.team_id, kept.finished_at) == (Origin.MET, met, "19:team", anna.clock.now)
