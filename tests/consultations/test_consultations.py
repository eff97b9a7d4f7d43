"""Points of view on a consultation: from the member's card to the kansli's files, and every way to be refused."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from bot import downloads
from bot.consultations.cards import LONGEST
from bot.privacy import retention
from storage.viewpoints import Viewpoint
from tests.support.announcements import Post, grant, stored
from tests.support.chat import Chat
from tests.support.people import person
from tests.support.questions import VATTEN

SAVE = "consultations.save"
FORM = {"announcement": 1, "text": "Bra mål.", "behalf": "own"}


def views(chat: Chat) -> list[tuple[str, str, int | None]]:
    def work(session: Any) -> list[tuple[str, str, int | None]]:
        rows = session.scalars(select(Viewpoint).order_by(Viewpoint.id))
        return [(row.text, row.behalf, row.person_id) for row in rows]

    return chat.app.database.play(work)


def fetched(kansli: Chat, button: str) -> bytes:
    """Press a button that exports, and fetch the file once; the link then works no more."""
    kansli.click(button)
    url = next(action["url"] for action in kansli.card["actions"] if action["type"] == "Action.OpenUrl")
    database, now, token = kansli.app.database, kansli.clock.now, url.rpartition("/")[2]
    file = database.play(lambda session: downloads.fetch(kansli.app, session, token, now))
    assert file is not None
    assert database.play(lambda session: downloads.fetch(kansli.app, session, token, now)) is None
    kansli.click("Tillbaka")
    return file.content()


def test_a_point_of_view_is_left_changed_and_taken_back(anna: Chat, kansli: Chat) -> None:
    assert "Sista dag: fredag den 15 januari 2027. Till dess kan du ändra dig." in anna.click("Lämna synpunkt")
    thanks = anna.click("Lämna", text="Vi vill ha **fler** mål.\n<at>Alla</at> @kansliet", behalf="town")
    assert "Tack! Din synpunkt har kommit in." in thanks
    assert "Sotenäs kommuns synpunkt\nVi vill ha **fler** mål.\n<at>Alla</at> @kansliet" in thanks
    runs = [run for part in anna.card["body"] for run in part.get("inlines", [])]
    assert any("<at>Alla</at>" in run["text"] for run in runs)  # shown letter by letter

    assert "Ändra synpunkten" in anna.say("lämna synpunkt")
    anna.click("Ändra synpunkten")
    anna.clock.forward(minutes=1)
    assert "Din synpunkt är ändrad." in anna.click("Spara", text="Vi är nöjda.", behalf="own")
    assert views(anna) == [("Vi är nöjda.", "own", person(anna).id)]
    assert "Synpunkter: 1" in kansli.press("announcements.open", {"announcement": 1})
    assert "Synpunkter: 1" in kansli.click("Rapport")

    assert "Din synpunkt är borttagen." in anna.click("Ta tillbaka")
    assert views(anna) == []
    assert "Du har ingen synpunkt" in anna.press("consultations.take_back", {"announcement": 1})


def test_from_a_channel_the_form_comes_in_the_own_chat(anna: Chat, kansli: Chat) -> None:
    cia = kansli.as_("Cia Ceder")  # the channel is hers to read, though she follows nothing
    there = cia.in_channel(VATTEN)
    assert "Formuläret kommer i vår egen chatt." in there.click("Lämna synpunkt")
    assert "Remiss om nationella vattenmål" in cia.text
    assert "Jag vet inte" not in cia.text
    assert "skriv **min kommun**" in cia.text
    assert "Tack!" in cia.click("Lämna", text="Från mig.", behalf="own")
    assert "Jag vet inte vilken kommun" in cia.press(SAVE, {**FORM, "behalf": "town"})
    assert "i vår egen chatt" in there.press(SAVE, FORM)
    assert [text for text, _, _ in views(anna)] == ["Från mig."]


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        ({"text": ""}, "Synpunkten är tom."),
        ({"text": " \n\u200b "}, "Synpunkten är tom."),
        ({"text": None}, "Synpunkten är tom."),
        ({"text": "x" * (LONGEST + 1)}, f"Synpunkten är {LONGEST + 1} tecken. Korta till högst {LONGEST}"),
        ({"text": "x" * 50_000}, "mejla den till kansliet"),
        ({"behalf": "sverige"}, "Välj om det är din egen synpunkt eller kommunens."),
        ({"behalf": ["own"]}, "Välj om det är din egen synpunkt eller kommunens."),
        ({"announcement": 99}, "Remissen är inte skickad"),
        ({"announcement": "1 OR 1=1"}, "Remissen är inte skickad"),
        ({"announcement": None}, "Remissen är inte skickad"),
    ],
)
def test_a_form_that_is_wrong_is_refused(anna: Chat, data: dict[str, object], refusal: str) -> None:
    assert refusal in anna.press(SAVE, FORM | data)
    assert views(anna) == []


def test_the_last_day_counts_and_the_next_day_is_too_late(anna: Chat) -> None:
    anna.clock.now = datetime(2027, 1, 15, 22, 59, tzinfo=UTC)
    assert "Tack!" in anna.press(SAVE, FORM)
    again = anna.press(SAVE, FORM)
    assert "Tack!" in again  # the same press twice is one point of view
    anna.clock.forward(minutes=1)
    for verb in (SAVE, "consultations.write", "consultations.take_back"):
        refusal = anna.press(verb, FORM | {"text": "För sent."})
        assert "Sista dagen var fredag den 15 januari 2027, så remissen tar inte emot fler synpunkter." in refusal
        assert "Det du har skrivit är kvar" in refusal
        assert "Tryck Fråga kansliet" in refusal
    assert [text for text, _, _ in views(anna)] == ["Bra mål."]
    assert "ingen remiss" in anna.say("lämna synpunkt")


def test_those_who_have_answered_are_not_reminded_to_press(anna: Chat, kansli: Chat, post: Post) -> None:
    post.work(hours=25)
    kansli.press("announcements.open", {"announcement": 1})
    before = kansli.click("Rapport")
    anna.press(SAVE, FORM)
    kansli.click("Tillbaka")
    after = kansli.click("Rapport")
    assert _silent(before) == _silent(after) + 1


def _silent(report: str) -> int:
    match = re.search(r"Har inte tryckt och kan påminnas: (\d+)", report)
    return int(match[1]) if match else 0


def test_only_a_consultation_that_went_to_the_person_takes_their_press(anna: Chat, kansli: Chat, post: Post) -> None:
    kansli.say("annonsera: Kontoret flyttar. Vi ses i nya lokaler.")
    kansli.click("Mottagare")
    kansli.click("Lägg till", everyone="true")
    kansli.click("Klar")
    kansli.click("Skicka nu")
    kansli.say("annonsera: Remiss om budget, svara senast 20 januari 2027.")
    kansli.click("Mottagare")
    kansli.click("Lägg till", pasted="anna@sotenas.se")
    kansli.click("Klar")
    assert "Remissen är inte skickad" in anna.press(SAVE, FORM | {"announcement": 3})
    kansli.click("Skicka nu")
    post.work()

    bo = kansli.as_("Bo Ek")
    assert "ingen remiss" in anna.press(SAVE, FORM | {"announcement": 2})
    assert "har inte gått till dig" in bo.press(SAVE, FORM | {"announcement": 3})
    assert "Remiss om budget" not in bo.say("lämna synpunkt")
    assert "Remiss om budget" in anna.say("lämna synpunkt")
    for verb in ("list", "excel", "markdown"):
        assert "bara kansliet" in anna.press(f"consultations.{verb}", {"announcement": 1})
        assert "ingen remiss" in kansli.press(f"consultations.{verb}", {"announcement": 2})
    anna.press(SAVE, FORM)
    bo.press(SAVE, FORM | {"text": "Bos eget."})  # a captured press is the presser's own
    assert views(kansli) == [("Bra mål.", "own", person(anna).id), ("Bos eget.", "own", person(bo).id)]


def test_a_recalled_consultation_keeps_the_old_ones_and_takes_no_new(anna: Chat, kansli: Chat, post: Post) -> None:
    anna.press(SAVE, FORM)
    kansli.click("Ta tillbaka")
    kansli.click("Visa Återtaget")
    post.work()
    assert "Kansliet har tagit tillbaka remissen" in anna.press(SAVE, FORM | {"text": "Ny."})
    assert "Kansliet har tagit tillbaka remissen" in kansli.as_("Bo Ek").press(SAVE, FORM)
    kansli.say("utskick")
    kansli.click("Öppna")
    assert "1 synpunkt har kommit in." in kansli.click("Synpunkter")
    assert "Bra mål." in kansli.text


def test_the_kansli_reads_them_and_fetches_them_as_files(anna: Chat, kansli: Chat) -> None:
    anna.press(SAVE, FORM | {"text": "=cmd|' /C calc'!A0\n# Rubrik\n[länk](https://x.se)", "behalf": "town"})
    for number in range(6):
        chat = kansli.as_(f"Medlem {number}")
        chat.press(SAVE, FORM | {"text": f"Synpunkt {number}"})
    kansli.press("announcements.open", {"announcement": 1})
    below = len(kansli.shown)
    kansli.press("consultations.list", {"announcement": 1, "below": True})
    assert len(kansli.shown) == below + 1, "the card above goes on counting"
    kansli.press("announcements.open", {"announcement": 1})
    shown = kansli.click("Synpunkter")
    assert "7 synpunkter har kommit in." in shown
    assert "Anna Andersson, tjänsteperson, Sotenäs kommun" in shown
    assert "Kommunens synpunkt · 2026-11-24 12:00" in shown
    assert "Synpunkt 5" not in shown
    assert "Synpunkt 5" in kansli.click("Visa fler")
    assert "Anna Andersson" in kansli.click("Tillbaka")
    assert "Till utskicket" in kansli.buttons

    sheet: Any = load_workbook(io.BytesIO(fetched(kansli, "Hämta som Excel"))).active
    table = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert table[0] == ["Kommun", "Roll", "Namn", "Vems", "Synpunkt", "Kom in", "Ändrad"]
    assert table[1][:4] == ["Sotenäs kommun", "tjänsteperson", "Anna Andersson", "Kommunens synpunkt"]
    assert table[1][4].startswith("'=cmd|")
    assert len(table) == 8
    text = fetched(kansli, "Hämta som Markdown").decode()
    assert text.startswith("# Synpunkter: Remiss om nationella vattenmål\n\nAntal: 7\n\n## 1. Anna Andersson,")
    assert "\n> \\# Rubrik" in text.replace("  \n", "\n")
    assert "\\[länk\\](https://x.se)" in text


def test_the_kansli_is_told_once_when_the_last_day_has_passed(anna: Chat, kansli: Chat) -> None:
    anna.press(SAVE, FORM)
    grant(kansli, kansli.as_("Kim Kansli"))
    told = []
    kansli.clock.now = datetime(2027, 1, 15, 6, 30, tzinfo=UTC)
    while kansli.clock.now < datetime(2027, 2, 1, tzinfo=UTC):
        kansli.tick()
        if "har kommit in. Sista dagen" in kansli.text:
            told.append((f"{kansli.clock.now:%a %d %H:%M}", kansli.text, kansli.buttons))
            kansli.say("hjälp")
        kansli.clock.forward(hours=2, minutes=30)
    [(when, text, buttons)] = told
    assert when == "Mon 18 07:00"
    assert "1 synpunkt har kommit in. Sista dagen har passerat, så remissen tar inte emot fler." in text
    assert buttons == ["Läs synpunkterna", "Hämta som Excel", "Hämta som Markdown"]
    assert "Sista dagen" not in kansli.as_("Kim Kansli").text


@pytest.mark.usefixtures("anna")
def test_a_recalled_consultation_is_not_told_of(kansli: Chat, post: Post) -> None:
    kansli.click("Ta tillbaka")
    kansli.click("Visa Återtaget")
    post.work()
    kansli.clock.now = datetime(2027, 1, 18, 9, tzinfo=UTC)
    kansli.tick()
    assert "Sista dagen har passerat" not in kansli.text
    assert stored(kansli).kind == "consultation"


def test_erasing_deletes_own_views_and_keeps_the_municipality_s_without_the_person(anna: Chat, kansli: Chat) -> None:
    bo = kansli.as_("Bo Ek")
    anna.press(SAVE, FORM | {"text": "Jag säger nej."})
    bo.press(SAVE, FORM | {"text": "Lund säger ja. /Bo Ek", "behalf": "town"})
    assert "Synpunkter på remisser (1 rad)" in bo.say("mina uppgifter")
    for chat in (anna, bo):
        chat.say("ta bort mig")
        chat.click("Ja, gå vidare")
        chat.click("Ta bort mina uppgifter")

    assert views(kansli) == [("Lund säger ja. /[borttagen person]", "town", None)]
    kansli.say("utskick")
    kansli.click("Öppna")
    assert "Borttagen person, Lunds kommun" in kansli.click("Synpunkter")


def test_a_point_of_view_is_forgotten_long_after_its_last_change(anna: Chat) -> None:
    anna.press(SAVE, FORM)
    old = next(kind for kind in retention.OLD if kind.name == "points of view on consultations")
    settings, database = anna.app.settings, anna.app.database
    for days, gone in ((1095, 0), (1096, 1)):
        now = anna.clock.now + timedelta(days=days)
        with database.transaction() as session:
            assert old.forget(session, settings, now, 200) == gone
    assert views(anna) == []


def test_the_mail_says_where_to_answer(post: Post, anna: Chat) -> None:
    assert "Lämna synpunkt" in anna.buttons
    (mail,) = post.mails()
    assert "lämna synpunkt" in str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]
