"""A year's programme as a file or a pasted list: shown first, saved whole, and the same twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import utc_now
from bot.__main__ import main
from bot.register import sheets
from storage import events
from storage.events import Event, EventState
from tests.programme.files import OUTLOOK
from tests.support.chat import Chat

pytestmark = pytest.mark.clock

LIST = (
    "SEKOM:s program 2027\n\n"
    "Titel\tDatum\tTid\tPlats\tLänk\tSort\tTema\tPlatser\tAnmälan senast\tAkademin\n"
    "Skyfall i praktiken\t14 januari 2027\t9–10.30\t\tTeams\twebbinarium\tvatten\t\t10 jan 2027\t\n"
    "Fördjupning i livsmedel\t2027-02-03\t13.00-15.00\tLund\t\tkurs\tLivsmedel\t25\t\tja\n"
    "Årskonferens i Sundsvall\tdatum inte satt\t\tSundsvall\t\t\t\t\t\t\n"
    "Tjänstepersonsforum\ttorsdag 3 mars 2027\t9–12\t\t\t\t\t\t\t\n"
    "Nattmöte\t28 mars 2027\t02.30–04.00\t\t\t\t\t\t\t\n"
    "Styrelsemöte\t2027-04-01\t10–9\t\t\t\t\tmånga\t\t\n"
    "Farligt\t=HYPERLINK(1)\t\t\t\t\t\t\t\t\n"
)


def stored(chat: Chat) -> list[Event]:
    return chat.app.database.play(lambda session: list(reversed(events.everything(session))))


@pytest.mark.usefixtures("filled")
def test_a_list_is_shown_then_saved_as_drafts_and_changes_nothing_twice(kansli: Chat) -> None:
    kansli.say("importera program")
    shown = kansli.say(LIST)

    assert "7 möten i filen: 3 nya möten och 4 stoppade." in shown
    assert "Rad 4. **Skyfall i praktiken**: torsdag den 14 januari 2027 kl. 09.00–10.30" in shown
    assert "Rad 6. **Årskonferens i Sundsvall**: datum inte satt" in shown
    assert "Rad 7. **Tjänstepersonsforum**: Den 3 mars 2027 är en onsdag, inte en torsdag." in shown
    assert "Rad 8. **Nattmöte**: Klockan 02.30 finns inte" in shown
    assert "Rad 9. **Styrelsemöte**" in shown
    assert "Rad 10. **Farligt**: En cell innehåller en formel." in shown
    assert stored(kansli) == []
    assert "Programmet är importerat" in kansli.click("Spara")
    assert {(event.title, event.kind, event.academy, event.seats, event.state) for event in stored(kansli)} == {
        ("Skyfall i praktiken", "webinar", False, None, EventState.DRAFT),
        ("Fördjupning i livsmedel", "course", True, 25, EventState.DRAFT),
        ("Årskonferens i Sundsvall", "annual_meeting", False, None, EventState.DRAFT),
    }

    kansli.say("importera program")
    again = kansli.say(LIST)
    assert "3 oförändrade och 4 stoppade" in again
    assert "Spara" not in again


@pytest.mark.usefixtures("filled")
def test_a_calendar_file_and_an_excel_file_are_taken_from_the_chat(kansli: Chat) -> None:
    shown = kansli.give("program.ics", OUTLOOK.replace("\n", "\r\n").encode())
    assert "**Webbinarium om skyfall, del 1**: torsdag den 14 januari 2027 kl. 09.00–10.30" in shown
    kansli.click("Spara")
    moved = OUTLOOK.replace("T090000", "T100000").replace("T103000", "T113000").encode()
    assert "Ändrar tiden. Torsdag den 14 januari 2027 kl. 10.00–11.30." in kansli.give("program.ics", moved)
    kansli.click("Spara")
    assert [event.starts_at.hour for event in stored(kansli) if event.starts_at] == [9]

    table = [["Titel", "Datum", "Tid", "Slut"], ["Vattenforum", "2027-05-03", "0.375", "0.4375"]]
    shown = kansli.give("program.xlsx", sheets.workbook("Program", table, ()))
    assert "**Vattenforum**: måndag den 3 maj 2027 kl. 09.00–10.30" in shown
    kansli.click("Avbryt")


@pytest.mark.usefixtures("filled")
def test_the_operator_imports_a_file(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)
    path, year = tmp_path / "program.csv", utc_now().year + 1
    path.write_text(f"Titel;Datum;Tid\nVattenforum;{year}-05-03;9-10\nKurs;?;\n", encoding="utf-8")

    assert main(["import-programme", str(path), "--dry-run"]) == 0
    assert "2 möten i filen: 2 nya möten." in capsys.readouterr().out
    assert main(["import-programme", str(path)]) == 0
    capsys.readouterr()
    assert main(["import-programme", str(path)]) == 0
    assert "2 oförändrade" in capsys.readouterr().out
    path.write_text("hej", encoding="utf-8")
    assert main(["import-programme", str(path)]) == 1


@pytest.mark.usefixtures("filled")
def test_what_is_no_programme_is_refused(chat: Chat, kansli: Chat) -> None:
    kansli.say("importera program")
    assert "Jag hittar inga rubriker" in kansli.say("hej\nhopp")
    assert "Kalenderfilen har inga händelser" in kansli.say("BEGIN:VCALENDAR\nEND:VCALENDAR")
    assert "bara för kansliet" in chat.say("importera program")
