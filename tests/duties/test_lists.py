"""Lists of who is done: eighty names as people write them, files, contradictions, and the same list twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.register import finder, sheets
from bot.statuslists import imports, names, operator
from bot.statuslists.imports import ListOutcome
from storage import content, municipalities
from storage.duties import Duty, DutyChange, DutyStatus
from storage.municipalities import MemberState, Municipality
from tests.conftest import NOON
from tests.support.chat import Chat
from tests.support.people import LUND, SOTENAS, audited, know, set_up

pytestmark = pytest.mark.clock

RIGHT = (
    *("Sotenäs", "Lunds kommun", "Falun", "Västervik", "Malmö stad", "GÖTEBORG", "Helsingborgs stad", "Eslöv", "Ystad"),
    *(
        "Vaggeryds kn",
        "Upplands-Väsby",
        "Upplands Bro",
        "  Hällefors ",
        "Ludvika kommun.",
        "1. Växjö",
        "- Umeå",
        "• Luleå",
    ),
    *("Övertorneå", "overkalix", "Strömstads kommun", "Tanum", "Orust", "Tjörn", "Mark", "mora", "eda", "Åre", "Ale"),
    *(
        "Region Skåne",
        "Region Gotland",
        "Västra Götalandsregionen",
        "Hallands län",
        "Södertälge",
        "Stokholm",
        "Sundsval",
    ),
    *("1460", "1485 Uddevalla", "Karlskrona (1080)", "Håbo", "Nora", "Norrtälje", "Kungälvs kommun, Anna Ek"),
    *("Hudiksval", "Ö-vik", "Jkpg", "Lidköpings komun", "Hammaro", "Dalarna"),
    *("Örebro kommun", "region Örebro län", "Kalmar kommun", "Linköping", "Norrköpings kommun", "Gävle", "Trollhättan"),
)
READINGS = {
    "Falun": "Falu kommun",
    "Malmö stad": "Malmö kommun",
    "Helsingborgs stad": "Helsingborgs kommun",
    "Vaggeryds kn": "Vaggeryds kommun",
    "Upplands-Väsby": "Upplands Väsby kommun",
    "Upplands Bro": "Upplands-Bro kommun",
    "Ludvika kommun.": "Ludvika kommun",
    "overkalix": "Överkalix kommun",
    "Region Gotland": "Gotlands kommun",
    "Hallands län": "Region Halland",
    "Södertälge": "Södertälje kommun",
    "Stokholm": "Stockholms kommun",
    "Sundsval": "Sundsvalls kommun",
    "1460": "Bengtsfors kommun",
    "1485 Uddevalla": "Uddevalla kommun",
    "Karlskrona (1080)": "Karlskrona kommun",
    "Kungälvs kommun, Anna Ek": "Kungälvs kommun",
    "Hudiksval": "Hudiksvalls kommun",
    "Ö-vik": "Örnsköldsviks kommun",
    "Jkpg": "Jönköpings kommun",
    "Lidköpings komun": "Lidköpings kommun",
    "Hammaro": "Hammarö kommun",
    "Dalarna": "Region Dalarna",
}
"""What the tolerant readings are. The other right rows are written as the municipality is called."""
ASKED = (
    ("Habo", {"Habo kommun", "Håbo kommun"}),
    ("Lund och Malmö", {"Lunds kommun", "Malmö kommun"}),
    ("Norra", {"Nora kommun"}),
    ("Vera", {"Vara kommun"}),
    ("Christianstad", {"Kristianstads kommun"}),
    ("Ysta", {"Ystads kommun"}),
    ("Tierb", {"Tierps kommun"}),
    ("Heby kommun (Uppsala län)", {"Heby kommun", "Uppsala kommun"}),
    ("Hofors/Ockelbo", {"Hofors kommun", "Ockelbo kommun"}),
)
REFUSED = (
    ("LUND", "Dubblett: Lunds kommun står redan på rad 3."),
    ("Falu kommun", "Dubblett: Falu kommun står redan på rad 4."),
    ("Gotland", "Dubblett: Gotlands kommun står redan på rad"),
    ("Göteborgs stad", "Dubblett: Göteborgs kommun står redan på rad 7."),
    ("Degerfors", "Degerfors kommun är inte medlem längre."),
    ("Boden", "Bodens kommun är inte medlem än."),
    ("Kiruna", "Kiruna kommun står inte som medlem i registret."),
    ("Atlantis", "Det finns ingen kommun som heter ”Atlantis”."),
    ("Summa", "Det finns ingen kommun som heter ”Summa”."),
    ("50 svar av 80", "Det finns ingen kommun som heter"),
    ('=HYPERLINK("http://ond.example")', "En cell innehåller en formel."),
    ("@Lund", "En cell innehåller en formel."),
    ("1427 Lund", "Koden 1427 är Sotenäs kommun, men namnet säger Lunds kommun."),
    ("9999", "Det finns ingen kommun"),
    ("anna.ek@kommunen.example", "Det finns ingen kommun som heter"),
    ("x" * 200, "Raden är för lång"),
)


def members(chat: Chat) -> None:
    """Make everybody a member, apart from three."""

    def work(session: Any) -> None:
        for place in municipalities.everyone(session):
            place.state = MemberState.MEMBER
        for name, state in (("Degerfors", "former"), ("Boden", "prospect"), ("Kiruna", "unknown")):
            found = finder.official().find(name)
            assert isinstance(found, finder.Found)
            session.get_one(Municipality, found.code).state = state

    chat.app.database.play(work)


def state_rows(chat: Chat) -> list[tuple[str, str, str]]:
    rows = select(DutyStatus).order_by(DutyStatus.municipality_code)
    return chat.app.database.play(
        lambda session: [(row.municipality_code, row.state, row.source) for row in session.scalars(rows)]
    )


def changes(chat: Chat) -> int:
    return chat.app.database.play(lambda session: session.scalar(select(func.count()).select_from(DutyChange)) or 0)


@pytest.fixture
def ready(kansli: Chat) -> Chat:
    """The kansli, with the plan's duties; the key figures of 2026 are duty 1."""
    kansli.app.database.play(lambda session: content.load_duties(session, NOON))
    return kansli


def test_eighty_names_as_people_write_them(ready: Chat) -> None:
    members(ready)
    written = [*RIGHT, *(text for text, _ in ASKED), *(text for text, _ in REFUSED)]
    text = "\n".join(["Kommun", *written])
    plan = ready.app.database.play(lambda session: imports.prepared(session, session.get_one(Duty, 1), text))

    assert len(plan.lines) == len(written)
    assert len(written) >= 80
    wrong = [(line.text, line.reason, line.codes) for line in plan.lines[: len(RIGHT)] if line.outcome != "confirms"]
    assert wrong == []
    asked = {line.text: {names.full_name(code) for code in line.codes} for line in plan.of(ListOutcome.ASKED)}
    assert asked == dict(ASKED)
    refused = {line.text: line.reason for line in plan.of(ListOutcome.REFUSED)}
    assert len(refused) == len(REFUSED)
    for (_, reason), said in zip(REFUSED, refused.values(), strict=True):
        assert reason in said
    assert {line.text: line.reading for line in plan.of(ListOutcome.CONFIRMS) if line.reading} == READINGS
    plain = {finder.official().find(line.text) for line in plan.lines[: len(RIGHT)] if not line.reading}
    assert plain == {finder.Found(line.codes[0]) for line in plan.lines[: len(RIGHT)] if not line.reading}


def test_a_list_confirms_asks_and_changes_nothing_twice(ready: Chat, chat: Chat) -> None:
    for code in (SOTENAS, LUND, "1280", "0643", "0305"):
        set_up(ready.app.database, code)
    know(chat, mail="anna@sotenas.se", municipality_code=SOTENAS)
    chat.say("att göra")
    chat.click("Gröna nyckeltal 2026: datum inte satt. Inte påbörjat.")
    chat.click("Klart")
    assert state_rows(ready) == [(SOTENAS, "says_done", "click")]

    ready.say("läs in lista")
    ready.click("Gröna nyckeltal 2026")
    shown = ready.say("Lund\nMalmo\nHabo\nAtlantis")
    assert "4 rader i listan: 2 bekräftas, 1 osäker och 1 stoppad." in shown
    assert "Rad 4. Atlantis: Det finns ingen kommun som heter ”Atlantis”." in shown
    assert "Säger klart, men saknas i listan: Sotenäs kommun." in shown
    assert "Välj kommun för rad 3, ”Habo”, eller ”Ingen av dem”." in ready.click("Spara", complete="true")
    assert changes(ready) == 1
    told = ready.click("Spara", row3="0643", complete="true")
    assert "3 kommuner är bekräftade." in told
    assert "Jag frågar dem som tryckte Klart i Sotenäs kommun." in told
    assert state_rows(ready) == [
        *(("0643", "confirmed", "list"), ("1280", "confirmed", "list"), ("1281", "confirmed", "list")),
        (SOTENAS, "says_done", "click"),
    ]
    assert audited(ready.app.database)[-1] == "Läste in en lista: 3 bekräftade, 1 frågas"
    assert "Du sa klart den 24 november 2026, men Sotenäs kommun finns inte" in chat.text

    before = changes(ready)
    ready.say("läs in lista")
    ready.click("Gröna nyckeltal 2026")
    again = ready.say("Lund\nMalmö\nHabo kommun\nHåbo kommun")
    assert "1 bekräftas och 3 redan bekräftade" in again
    assert "saknas i listan" not in again
    ready.click("Tillbaka")
    assert "Spara" not in ready.say("Lund\nMalmö\nHabo kommun")
    assert "Spara" not in ready.buttons
    assert changes(ready) == before


@pytest.mark.parametrize("answer", ["Jo, vi har rapporterat", "Nej, inte än"])
def test_the_person_who_pressed_answers_a_doubt_once(ready: Chat, chat: Chat, answer: str) -> None:
    for code in (SOTENAS, LUND):
        set_up(ready.app.database, code)
    know(chat, mail="anna@sotenas.se", municipality_code=SOTENAS)
    bo = chat.as_("Bo Ek")
    know(bo, mail="bo@sotenas.se", municipality_code=SOTENAS)
    chat.say("att göra")
    chat.click("Gröna nyckeltal 2026: datum inte satt. Inte påbörjat.")
    chat.click("Klart")
    ready.say("läs in lista")
    ready.click("Gröna nyckeltal 2026")
    shown = ready.say("Kommun;Svarat\nLund;ja\nSotenäs;nej\nMalmö;kanske")
    assert "Säger klart, men listan säger nej: Sotenäs kommun." in shown
    assert "Jag förstår inte om ”kanske” betyder klar." in shown
    ready.click("Spara")

    data = {"duty": 1, "code": SOTENAS}
    assert "redan besvarat" in bo.press("statuslist.not_done", data)
    told = chat.click(answer)
    state = next(row for row in state_rows(ready) if row[0] == SOTENAS)
    if answer.startswith("Jo"):
        assert ("Jag säger det till kansliet" in told, state) == (True, (SOTENAS, "says_done", "click"))
    else:
        assert ("jag påminner er som vanligt" in told, state) == (True, (SOTENAS, "in_progress", "click"))
        assert "redan besvarat" in chat.press("statuslist.still_done", data)
    ready.say("läs in lista")
    ready.click("Gröna nyckeltal 2026")
    assert "Spara" not in ready.say("Kommun;Svarat\nLund;ja\nSotenäs;nej")


def test_files_and_what_is_no_list(ready: Chat, chat: Chat) -> None:
    set_up(ready.app.database, LUND)
    table = [["Kommun", "Rapporterat"], ["Lunds kommun", "2026-11-01"], ["Atlantis", "ja"]]
    ready.give("svar.xlsx", sheets.workbook("Svar", table, ()))
    ready.click("Gröna nyckeltal 2026")
    assert "2 rader i listan: 1 bekräftas och 1 stoppad." in ready.text
    ready.click("Spara")
    ready.say("läs in lista")
    ready.click("Enkäten till medlemmarna 2027")
    assert "1 rad i listan: 1 bekräftas." in ready.give("svar.csv", "Kommun;Svarat\nLund;x\n".encode("cp1252"))
    ready.click("Avbryt")
    people = "Kommun;Roll;Namn;Mejl\nLund;Politiker;Bo Ek;bo@lund.se\n"
    assert "Det här ändras" in ready.give("medlemmar.csv", people.encode())
    ready.click("Avbryt")

    ready.say("läs in lista")
    ready.click("Gröna nyckeltal 2026")
    for wrong in ("Namn\tMejl\nAnna Ek\tanna@ek.example\nBo Ek\tbo@ek.example", "Svar\n1\n5\n3\n2\n4", "a, b, c"):
        assert "Jag hittar ingen kolumn med kommuner" in ready.say(wrong), wrong
    assert "bara för kansliet" in chat.say("läs in lista")
    assert "bara kansliet" in chat.press("statuslist.start", {"duty": 1})


def test_the_operator_reads_a_list_whole_or_not_at_all(
    ready: Chat, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "svar.csv"
    for code in (LUND, "0643", "0305"):
        set_up(ready.app.database, code)

    def run(text: str, number: int | None = 1, *, dry_run: bool = False) -> tuple[int, str]:
        path.write_text(text, encoding="utf-8")
        status = operator.import_statuses(database_url, path, number, NOON, complete=True, dry_run=dry_run)
        told = capsys.readouterr()
        return status, told.out + told.err

    status, told = run("Kommun\nLund\nHabo\n")
    assert (status, state_rows(ready)) == (1, [])
    assert "rad 3: Habo: Håbo kommun eller Habo kommun?" in told
    status, told = run("Kommun\nLund\n", dry_run=True)
    assert (status, state_rows(ready)) == (0, [])
    assert "Inget är sparat (--dry-run)." in told
    assert run("Kommun\nLund\n") == (0, "1 rad i listan: 1 bekräftas.\nSparat.\n")
    assert run("Kommun\nLund\n") == (0, "1 rad i listan: 1 redan bekräftad.\nSparat.\n")
    assert state_rows(ready) == [(LUND, "confirmed", "list")]
    status, told = run("Kommun\nLund\n", None)
    assert (status, "1: Gröna nyckeltal 2026" in told) == (1, True)
    assert run("Svar\nja\n")[0] == 1
