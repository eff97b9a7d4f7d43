"""The information pack: what members see, and what the kansli may put there."""

from __future__ import annotations

import pytest

from storage.info_links import InfoLink
from storage.people import PersonRole
from tests.support.chat import Chat
from tests.support.newcomers import stored
from tests.support.people import audited, know

GOOD = {"heading": "Så fungerar mötesplatsen", "url": "https://www.sekom.se/motesplatsen", "track": "politician"}


def test_members_see_the_links_of_their_track(chat: Chat) -> None:
    assert "De gröna nyckeltalen" not in chat.say("informationspaket")
    assert "För dig som är tjänsteperson" in chat.text
    know(chat, role=PersonRole.POLITICIAN)
    chat.say("infopaket")
    assert "Mål och stadgar" in chat.text
    assert "nyckeltalen" not in chat.text
    know(chat, role=PersonRole.OFFICER)
    chat.say("informationspaket")
    assert "Om de gröna nyckeltalen" in chat.text
    assert "Ändra länkarna" not in chat.buttons


def test_an_empty_pack_says_the_way_on(chat: Chat) -> None:
    chat.app.database.play(lambda session: session.query(InfoLink).delete())
    assert "Skriv din fråga till mig" in chat.say("informationspaket")


def test_the_kansli_adds_changes_moves_and_removes(kansli: Chat) -> None:
    kansli.say("informationspaket")
    kansli.click("Ändra länkarna")
    kansli.click("Lägg till", **GOOD)
    assert "finns redan" in kansli.click("Lägg till", **GOOD)
    assert titles(kansli)[-1] == GOOD["heading"]
    number = stored(kansli, InfoLink)[-1].id
    kansli.press("welcome.pack.open", {"link": number})
    kansli.press("welcome.pack.up", {"link": number})
    assert titles(kansli).index(GOOD["heading"]) == len(titles(kansli)) - 2
    for _ in range(9):
        kansli.press("welcome.pack.up", {"link": number})
    assert titles(kansli)[0] == GOOD["heading"]
    kansli.press("welcome.pack.save", {"link": number, **GOOD, "heading": "Mötesplatsen"})
    assert titles(kansli)[0] == "Mötesplatsen"
    kansli.press("welcome.pack.remove", {"link": number})
    assert "Mötesplatsen" not in titles(kansli)
    assert "finns inte längre" in kansli.press("welcome.pack.save", {"link": number, **GOOD})
    assert audited(kansli.app.database)[0] == f"La till en länk i informationspaketet: {GOOD['heading']}"


@pytest.mark.parametrize(
    "bad",
    [
        {"heading": ""},
        {"heading": "x" * 81},
        {"url": ""},
        {"url": "http://www.sekom.se/"},
        {"url": "https://"},
        {"url": "https://sekom"},
        {"url": "https://www.sekom.se/a b"},
        {"url": "https://www.sekom.se/…"},
        {"url": "https://kansliet@spion.example/"},
        {"url": "javascript:alert(1)"},
        {"url": "mailto:kansliet@sekom.se"},
        {"url": f"https://www.sekom.se/{'x' * 500}"},
        {"heading": "www.sekom.se", "url": "https://spion.example/"},
        {"heading": "@Anna"},
        {"track": "kansli"},
        {"track": ""},
    ],
)
def test_links_that_do_not_open_or_that_fool_people_are_refused(kansli: Chat, bad: dict[str, str]) -> None:
    before = len(stored(kansli, InfoLink))
    kansli.press("welcome.pack.add", {**GOOD, **bad})
    assert len(stored(kansli, InfoLink)) == before


def test_markdown_in_a_title_is_shown_as_it_is_written(kansli: Chat) -> None:
    kansli.press("welcome.pack.add", {**GOOD, "heading": "**Fet** [x](https://spion.example)"})
    kansli.press("welcome.pack.add", {**GOOD, "heading": "**Fet**"})
    kansli.say("informationspaket")
    assert "spion" not in kansli.text
    assert "\\*\\*Fet" in kansli.text


def titles(chat: Chat) -> list[str]:
    """Return the links' titles in their order."""
    return [link.title for link in sorted(stored(chat, InfoLink), key=lambda link: (link.place, link.id))]
