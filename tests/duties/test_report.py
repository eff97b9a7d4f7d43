"""The kansli's view: a year, one duty with its chart, groups, one municipality, and the Excel file."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

from openpyxl import load_workbook

from bot.duties import report_commands
from bot.progress import states
from bot.register.change import Change
from bot.routes import FileRequest
from storage import people
from storage.duties import Duty, DutySource, DutyState
from tests.conftest import NOON
from tests.support.chat import Chat, walk, words
from tests.support.duties import add_duty, put
from tests.support.people import LUND, SOTENAS, appoint, audited, know, set_up

MALMO, ESLOV = "1280", "1285"


def four(chat: Chat) -> None:
    """Four members; last year two of them were done, and this year Lund is."""
    database = chat.app.database
    for code in (SOTENAS, LUND, MALMO, ESLOV):
        set_up(database, code)
    before = add_duty(database, year=2025, due=None, created_at=NOON - timedelta(days=500))

    def confirm(session: Any) -> None:
        for days, code in ((400, LUND), (399, MALMO)):
            change = Change(session, None, NOON - timedelta(days=days))
            states.set_state(change, session.merge(before), code, DutyState.CONFIRMED, DutySource.LIST)

    database.play(confirm)
    duty = add_duty(database, copied_from_id=before.id, created_at=NOON - timedelta(days=80), due=date(2026, 11, 1))
    put(database, duty, LUND, DutyState.SAYS_DONE, DutySource.CLICK)
    appoint(database, "officer", "Siri Sten", "siri@sotenas.se")
    appoint(database, "reporter", "=cmd|Rut", "rut@lund.se", LUND)


def test_the_kansli_goes_from_the_year_to_one_municipality(kansli: Chat) -> None:
    four(kansli)
    shown = kansli.say("rapportering")
    assert "Gröna nyckeltal: 1 av 4 klara. Senast söndag den 1 november 2026, vecka 44." in shown
    assert "3 kommuner på ringlistan." in shown

    shown = kansli.click("Gröna nyckeltal: 1 av 4 klara. Senast söndag den 1 november 2026, vecka 44.")
    assert "1 av 4 klara, 3 kvar. 0 är bekräftade." in shown
    assert "Nu är 1 av 4 klara. Vid samma tid förra året var 2 klara." in shown
    chart = next(part for part in walk(kansli.card) if part["type"] == "Chart.Line")
    assert [(line["legend"], [point["y"] for point in line["values"]]) for line in chart["data"]] == [
        ("Klara 2026", [0, 0, 1]),
        ("Kvar", [4, 4, 3]),
        ("Klara 2025", [0, 2, 2]),
    ]
    assert chart["fallback"]["type"] == "Table"
    assert {"Kvar (3)", "Ring (3)", "Ingen rapportör (3)"} <= set(kansli.buttons)
    assert "Skåne län: 1 av 3 klara" in kansli.click("Per län")
    assert "Sotenäs" not in kansli.click("Skåne län: 1 av 3 klara")
    kansli.click("Tillbaka")
    assert "B3 Större stad: 1 av 1 klara" in kansli.click("Per kommungrupp")
    kansli.click("Tillbaka")
    assert "Lunds kommun: Säger klart" in kansli.click("Alla kommuner")
    kansli.click("Tillbaka")
    kansli.click("Ring (3)")
    shown = kansli.click("Sotenäs kommun: Inte påbörjat")
    assert "Ingen rapportör. Påminnelserna går till den som finns." in shown
    assert "1. Hej! Jag ringer från Sveriges Ekokommuner om Gröna nyckeltal 2026 för Sotenäs kommun." in shown
    assert "3. Vad behöver ni för att bli klara, och vilken dag är det gjort?" in shown
    assert "Siri Sten, tjänsteperson, siri@sotenas.se" in shown


def test_the_kansli_sees_who_wants_help_who_postponed_and_where_nobody_is_reached(kansli: Chat) -> None:
    four(kansli)
    put(kansli.app.database, Duty(id=2), MALMO, DutyState.HELP_WANTED, DutySource.CLICK)
    named: dict[str, Any] = {"duty": 2, "version": 1, "code": ESLOV}
    kansli.press("duties.report.postpone", named | {"until": "2026-12-20", "reason": "Ny rapportör"})
    kansli.say("rapportering")
    kansli.click("Gröna nyckeltal: 1 av 4 klara. Senast söndag den 1 november 2026, vecka 44.")
    assert {"Behöver hjälp (1)", "Uppskjutet (1)", "Kvar (3)"} <= set(kansli.buttons)
    assert max(map(len, kansli.buttons)) <= 22
    assert "Eslövs kommun: Uppskjutet till den 20 december 2026" in kansli.click("Uppskjutet (1)")
    kansli.click("Tillbaka")
    assert "Lund" not in kansli.click("Behöver hjälp (1)")
    shown = kansli.click("Malmö kommun: Behöver hjälp")
    assert "Ingen rapportör. Ingen nås av påminnelser." in shown
    assert "Personer\nIngen." in shown
    assert "Jag har inget nummer till någon där." in shown


def test_the_call_list_has_the_numbers_that_people_gave(kansli: Chat) -> None:
    four(kansli)
    kansli.say("visa kommun sotenäs")
    kansli.click("Byt eller ändra Siri Sten")
    given = {"right_name": "Siri Sten", "right_mail": "siri@sotenas.se"}
    for wrong in ("ring mig", "123", "=1+1+1+1+1+1", "+46 70 123 45 67 89 01 23 45", "0523-66 40 00 (Siri)", "²²²²²²²"):
        assert "ser inte ut som ett telefonnummer" in kansli.click("Spara rättelsen", **given, right_phone=wrong), wrong
    kansli.click("Spara rättelsen", **given, right_phone=" 0523-66 40 00 ")
    shown = kansli.press("duties.report.place", {"duty": 2, "code": SOTENAS})
    assert "Siri Sten, tjänsteperson, 0523-66 40 00, siri@sotenas.se" in shown
    assert "Växelns nummer" not in shown
    assert audited(kansli.app.database)[-1] == "Rättat uppgifter om tjänsteperson"
    assert "0523" not in str(audited(kansli.app.database))


def test_the_kansli_sets_the_state_of_a_municipality(kansli: Chat, chat: Chat) -> None:
    four(kansli)
    named: dict[str, Any] = {"duty": 2, "version": 1, "code": SOTENAS}
    kansli.press("duties.report.place", named)
    assert "tidigast i morgon" in kansli.press("duties.report.postpone", named | {"until": "2026-11-01", "reason": "x"})
    assert "Skriv varför" in kansli.press("duties.report.postpone", named | {"until": "2026-12-20", "reason": ""})
    told = kansli.press("duties.report.postpone", named | {"until": "2026-12-20", "reason": "Ny rapportör"})
    assert "Läge: Uppskjutet till den 20 december 2026. Skäl: Ny rapportör" in told
    assert "Sista dagen är redan den 1 november 2026" in kansli.press(
        "duties.report.extend", named | {"until": "2026-10-01"}
    )
    assert "Förlängt." in kansli.press("duties.report.extend", named | {"until": "2027-01-15"})
    assert "Bekräftat." in kansli.press("duties.report.confirm", named)
    assert "Ändrat till inte påbörjat." in kansli.press("duties.report.reset", named)
    told = kansli.press("duties.report.exempt", named)
    assert "Undantaget. Ingen där påminns." in told
    assert "den 24 november 2026: Klart och bekräftat, Karin Kansli" in told
    assert audited(kansli.app.database)[-1] == "Gröna nyckeltal 2026: Undantaget. Ingen där påminns."

    put(
        kansli.app.database,
        add_duty(kansli.app.database, title="Enkät", kind="survey"),
        LUND,
        DutyState.CONFIRMED,
        DutySource.LIST,
    )
    assert "En lista har bekräftat" in kansli.press("duties.report.reset", named | {"duty": 3, "code": LUND})
    assert "gäller inte den kommunen" in kansli.press("duties.report.confirm", named | {"code": "2584"})
    know(chat, municipality_code=SOTENAS)
    assert "bara kansliet" in chat.press("duties.report.confirm", named)
    assert "bara för kansliet" in chat.say("rapportering")


def test_the_kansli_sets_that_somebody_works_on_it_or_needs_help_and_takes_it_back(kansli: Chat, chat: Chat) -> None:
    four(kansli)
    named: dict[str, Any] = {"duty": 2, "version": 1, "code": SOTENAS}
    kansli.say("rapportering")
    kansli.press("duties.report.place", named, card_id=kansli.shown[-1].id)
    assert "Läge: Pågår." in kansli.click("Pågår")
    assert audited(kansli.app.database)[-1] == "Gröna nyckeltal 2026: Ändrat till pågår. De påminns som vanligt."
    assert "Läge: Behöver hjälp." in kansli.click("Behöver hjälp")
    kansli.click("Tillbaka")
    assert "Behöver hjälp (1)" in kansli.buttons
    kansli.click("Behöver hjälp (1)")
    know(chat, municipality_code=SOTENAS)
    assert "Behöver hjälp (Karin Kansli, den 24 november 2026)" in chat.press(
        "duties.open", {"duty": 2, "code": SOTENAS}
    )
    kansli.click("Sotenäs kommun: Behöver hjälp")
    told = kansli.click("Inte påbörjat")
    assert "Läge: Inte påbörjat." in told
    assert "den 24 november 2026: Behöver hjälp, Karin Kansli" in told
    for verb in ("begin", "help"):
        assert "bara kansliet" in chat.press(f"duties.report.{verb}", named)
        assert "gäller inte den kommunen" in kansli.press(f"duties.report.{verb}", named | {"code": "2584"})


def test_what_a_list_confirmed_or_a_closed_duty_keeps_its_state(kansli: Chat) -> None:
    four(kansli)
    put(kansli.app.database, Duty(id=2), LUND, DutyState.CONFIRMED, DutySource.LIST)
    lund: dict[str, Any] = {"duty": 2, "version": 1, "code": LUND}
    for verb in ("begin", "help"):
        assert "En lista har bekräftat" in kansli.press(f"duties.report.{verb}", lund)
    kansli.press("duties.desk.close", {"duty": 2, "version": 1})
    for verb in ("begin", "help"):
        assert "Uppgiften stängdes" in kansli.press(f"duties.report.{verb}", lund)


def test_the_excel_file_runs_nothing(kansli: Chat) -> None:
    four(kansli)

    def rows(session: Any) -> list[list[str | None]]:
        who = people.find(session, kansli.sender.teams_id)
        assert who is not None
        made = report_commands.excel(FileRequest(session, kansli.app.settings, who, NOON, about=2))()
        return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(made)).active.rows]

    table = kansli.app.database.play(rows)
    assert [row[1] for row in table] == ["Kommun", "Eslövs kommun", "Lunds kommun", "Malmö kommun", "Sotenäs kommun"]
    assert table[2] == [
        *(LUND, "Lunds kommun", "Skåne län", "B3", "Säger klart", "2026-11-01", None, None, "2026-11-24"),
        "'=cmd|Rut (rapportör)",
    ]


def test_a_summary_comes_once_on_the_months_first_working_day(kansli: Chat) -> None:
    four(kansli)
    add_duty(kansli.app.database, title="Enkäten", kind="survey", due=None)
    add_duty(kansli.app.database, title="Årsmötet", kind="other", year=2027, due=date(2027, 3, 1))
    kansli.clock.now = datetime(2026, 12, 1, 6, 59, tzinfo=UTC)
    kansli.tick()
    assert not [
        one for one in kansli.shown if one.message.card and "Rapporteringen i december" in words(one.message.card)
    ]

    kansli.clock.forward(minutes=1)
    kansli.tick()
    shown = kansli.text
    assert (
        "Rapporteringen i december 2026\nGröna nyckeltal 2026\n1 av 4 klara (1 nya sedan förra månaden), 3 kvar."
        in shown
    )
    assert "3 kommuner har ingen rapportör. Inget mer skickas." in shown
    assert "Datum inte satt, så ingen påminns." in shown
    assert "Nästa påminnelse går fredag den 29 januari 2027, vecka 4: rapportör." in shown
    number = len(kansli.shown)
    kansli.clock.forward(days=1)
    kansli.tick()
    assert len(kansli.shown) == number


def test_dates_and_calls_stand_among_the_weeks_decisions(kansli: Chat) -> None:
    four(kansli)
    add_duty(kansli.app.database, year=2027, due=None)
    shown = kansli.say("veckans beslut")
    assert "3 kommuner på ringlistan: Gröna nyckeltal 2026" in shown
    assert "Datum inte satt för Gröna nyckeltal 2027" in shown
    kansli.click("Sätt datum")
    assert "Sista dag (tomt: datum inte satt)" in kansli.text
    kansli.click("Visa ringlistan")
    assert "Gröna nyckeltal 2026: Ring" in kansli.text
