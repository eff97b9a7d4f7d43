"""The start page: by job, with numbers for the kansli, short on a phone, and the whole list behind one press."""

from __future__ import annotations

from bot.conversation import ROUTES
from bot.features import START
from bot.help.cards import EXAMPLES
from bot.routes import Role
from bot.turn import App
from tests.support.chat import Chat, Clock, actions
from tests.support.people import know, set_up
from tests.support.questions import ask

MEMBERS = [
    *("Kom igång", "Fråga kollegor", "Mina frågor", "Nytt för dig", "Webbinarier", "Att göra"),
    *("Temagrupper", "Min kommun", "Min match", "Påminnelser", "Mina uppgifter"),
]
FITS = 22
"""Characters of a button that are not cut off on a phone."""


def test_a_member_sees_their_jobs_and_each_button_works(chat: Chat) -> None:
    shown = chat.say("hjälp")
    assert shown.startswith("Vad vill du göra?\nSkriv din fråga som vanligt, eller välj:")
    assert chat.buttons == [*MEMBERS, "Alla kommandon"]
    for title in chat.buttons:
        chat.say("hjälp")
        answer = chat.click(title)
        assert answer
        assert "finns inte" not in answer
    assert "- **hjälp**: Se vad du kan göra här." in chat.click("Alla kommandon")
    assert chat.click("Till start").startswith("Vad vill du göra?")


def test_the_greetings_examples_lead_a_guest_on_also_with_an_empty_bank(empty_app: App, clock: Clock) -> None:
    guest = Chat(empty_app, clock)
    guest.install()
    know(guest, guest=True)
    greeting = actions(guest.card)
    assert [action["title"] for action in greeting] == ["Kom igång", *EXAMPLES]
    for action in greeting[1:]:
        assert "Kunskapsbanken är tom än så länge." in guest.press(action["verb"], action["data"])
        assert {"Skicka till kansliet", "Fråga kollegor"} == set(guest.buttons)


def test_the_kansli_sees_what_waits_with_numbers_and_nothing_that_does_not(chat: Chat, kansli: Chat) -> None:
    kansli.say("hjälp")
    drafts = next(title for title in kansli.buttons if title.startswith("Utkast"))
    desk = [drafts, "Utskick", "Planera möten", "Veckans beslut", "Kommande utskick"]
    assert kansli.buttons == [*MEMBERS, *desk, "Alla kommandon"]
    ask(chat)
    chat.say("finns basturegler")
    set_up(chat.app.database)
    kansli.say("hjälp")
    for title in ("Öppna frågor (1)", "Kunskapsluckor (1)", "Saknar kontakt (1)"):
        assert title in kansli.buttons
    assert "Öppna frågor (1)" in kansli.click("Öppna frågor (1)")


def test_numbers_end_at_twenty(chat: Chat, kansli: Chat) -> None:
    for number in range(22):
        chat.say(f"finns {chr(97 + number)}zk{chr(97 + number)}regler{chr(97 + number) * 3}")
    kansli.say("hjälp")
    assert "Kunskapsluckor (20+)" in kansli.buttons


def test_in_a_channel_it_shows_what_works_there(chat: Chat, kansli: Chat) -> None:
    there = chat.in_channel()
    assert "Det som är ditt eget tar vi i en egen chatt." in there.say("hjälp")
    assert there.buttons == ["Fråga kollegor", "Webbinarier", "Temagrupper", "Alla kommandon"]
    assert "Temagrupper" in there.click("Temagrupper")
    assert "**kunskapsbank**" not in kansli.in_channel().say("alla kommandon")


def test_every_tile_is_short_and_leads_somewhere_that_its_reader_may_go() -> None:
    for tile in START:
        action = ROUTES.actions[tile.verb]
        assert len(f"{tile.title} (20+)" if tile.count else tile.title) <= FITS
        assert action.role is Role.MEMBER or tile.role is Role.KANSLI
