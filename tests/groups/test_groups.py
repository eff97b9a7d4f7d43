"""Theme groups: what members see and follow, and what the kansli changes."""

from __future__ import annotations

import re
import tomllib

import pytest

from bot.turn import KANSLI_ONLY, App
from storage import content, groups
from storage.groups import ThemeGroup
from tests.support.chat import Chat
from tests.support.paths import ROOT
from tests.support.questions import GENERAL, VATTEN, ask


def named(chat: Chat, name: str) -> ThemeGroup:
    found = chat.app.database.play(lambda session: groups.named(session, name))
    assert found
    return found


def test_the_starting_groups_are_those_of_the_plan_and_are_loaded_once(app: App) -> None:
    made = app.database.play(groups.everyone)

    assert [group.name for group in made] == [
        "Vatten",
        "Livsmedel",
        "Biologisk mångfald",
        "Klimat",
        "Transport och energi",
        "Cirkulärt",
        "Styrning och ledning",
    ]
    assert app.database.play(lambda session: content.load_groups(session, made[0].created_at)) == 0


def test_the_starting_groups_stand_in_the_playgrounds_channels() -> None:
    written = (ROOT / ".m365agentsplayground.yml").read_text(encoding="utf-8")
    channels = set(re.findall(r"19:[\w-]+@thread\.tacv2", written))  # the team's own, which is General, and one more
    given = tomllib.loads(content._read("groups.toml"))["group"]

    assert {group.get("channel", content.GENERAL) for group in given} == channels


def test_members_see_what_goes_on_and_follow(chat: Chat) -> None:
    shown = chat.say("temagrupper")
    assert "Vatten\nDricksvatten, dagvatten, PFAS" in shown
    assert "Ändra Vatten" not in chat.buttons
    chat.click("Följ Vatten")
    assert "Sluta följa Vatten" in chat.buttons
    bo = chat.as_("Bo Ek")
    ask(bo)

    assert chat.text.startswith("Ny fråga i temagruppen Vatten")
    assert "1 fråga väntar på svar." in chat.say("temagrupper")
    here = chat.in_channel(VATTEN)
    here.click("Svara")
    here.click("Skicka svaret", answer="Kolfilter.")
    assert "Senaste svaret kom den 24 november 2026" in chat.say("temagrupper")
    chat.click("Sluta följa Vatten")
    before = len(chat.shown)
    ask(bo, "Dagvattenstrategi, har någon en att dela?")
    assert len(chat.shown) == before


def test_in_a_channel_nobodys_choices_are_shown(chat: Chat) -> None:
    here = chat.in_channel(VATTEN)
    here.say("temagrupper")

    assert here.buttons == []
    assert "egen chatt" in here.press("groups.follow", {"group": 1})
    assert "egen chatt" in here.press("groups.unfollow", {"group": 1})


def test_the_kansli_ties_a_group_to_the_channel_it_stands_in(chat: Chat, kansli: Chat) -> None:
    here = kansli.in_channel("nya")
    assert "hör nu till den här kanalen" in here.say("koppla temagrupp Klimat")
    assert named(chat, "Klimat").conversation_id == "19:nya@thread.tacv2"
    here.say("koppla temagrupp")
    assert "Välj en grupp i listan" in here.click("Koppla")
    here.click("Koppla", which=str(named(chat, "Livsmedel").id))
    assert named(chat, "livsmedel").conversation_id == "19:nya@thread.tacv2"
    here.say("koppla temagrupp Kemikalier")
    assert named(chat, "temagrupp kemikalier").theme == "kemikalier"
    ask(chat, "Kemikaliesmart förskola, hur går ni vidare?", "Vatten")
    ask(chat, "Klimatbudget, hur började ni?", "Klimat")
    assert "Klimatbudget" in here.text

    assert "Skriv det i gruppens kanal" in kansli.say("koppla temagrupp Klimat")
    assert "bara för kansliet" in chat.in_channel("nya").say("koppla temagrupp Vatten")


def test_the_kansli_renames_describes_closes_and_opens(chat: Chat, kansli: Chat) -> None:
    kansli.say("temagrupper")
    kansli.click("Ändra Vatten")
    assert "Det finns redan en temagrupp som heter Klimat." in kansli.click("Spara", name="klimat", about="", words="")
    kansli.click("Spara", name="Rent vatten", about="Allt\nom vatten", words="PFAS, pfas,\nvåtmark")
    group = named(chat, "rent vatten")
    assert (group.theme, group.about, group.words) == ("vatten", "Allt om vatten", ["pfas", "våtmark"])

    kansli.click("Stäng gruppen")
    assert "Rent vatten" not in chat.say("temagrupper")
    assert "stängd" in chat.press("groups.follow", {"group": group.id})
    chat.say("fråga kollegor")
    chat.click("Fortsätt", answer="Hur mäter ni pfas?")
    assert "Rent vatten" not in chat.text
    assert "tar inte emot frågor" in chat.press("dialog.answer", {"step": "group", "answer": "vatten"})
    assert "Öppna gruppen" in kansli.buttons
    kansli.click("Öppna gruppen")
    assert "Rent vatten" in chat.say("temagrupper")


def test_a_group_that_is_closed_before_the_question_is_sent_gets_none(chat: Chat, kansli: Chat) -> None:
    chat.say("fråga kollegor")
    chat.click("Fortsätt", answer="Hur mäter ni pfas?")
    chat.click("Vatten")
    chat.click("Visa mitt namn")
    kansli.say("temagrupper")
    kansli.click("Ändra Vatten")
    kansli.click("Stäng gruppen")

    assert "Gå tillbaka och välj en annan." in chat.click("Skicka")
    chat.click("Tillbaka")
    chat.click("Tillbaka")
    chat.click("Välj annan grupp", other="livsmedel")
    assert "Vad ska de andra se om dig?" in chat.text


def test_moderators_are_found_by_name_among_those_who_have_met_the_bot(chat: Chat, kansli: Chat) -> None:
    chat.as_("Bo Ek")
    kansli.say("temagrupper")
    kansli.click("Ändra Vatten")
    assert "Jag hittar ingen" in kansli.click("Sök", who="Kalle")
    assert "Skriv personens namn." in kansli.click("Sök", who="")
    kansli.click("Sök", who="Bo Ek")
    kansli.click("Välj Bo Ek")
    assert "Ta bort Bo Ek" in kansli.buttons
    kansli.click("Ta bort Bo Ek")
    assert "Påminnelser om frågor utan svar går till kansliet." in kansli.text
    assert "finns inte längre" in kansli.press("groups.appoint", {"group": 1, "person": 999})


@pytest.mark.parametrize("verb", ["groups.edit", "groups.save", "groups.close", "groups.appoint", "groups.bind"])
def test_members_change_nothing(chat: Chat, verb: str) -> None:
    assert chat.press(verb, {"group": 1, "which": "1", "person": 1}) == KANSLI_ONLY.replace("**", "”")


@pytest.mark.parametrize("group", [None, True, -1, 2**40, "1", 99])
def test_a_group_that_is_none_is_refused(kansli: Chat, group: object) -> None:
    for verb in ("groups.edit", "groups.save", "groups.close", "groups.open", "groups.follow", "groups.unfollow"):
        assert "finns inte längre" in kansli.press(verb, {"group": group})


def test_the_kanslis_forms_stay_out_of_channels(kansli: Chat) -> None:
    assert "egen chatt" in kansli.in_channel(GENERAL).press("groups.edit", {"group": 1})
