"""The bank out and in again: nothing changes, nothing is run, and nobody's name goes out."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from openpyxl import load_workbook
from sqlalchemy.orm import Session

import app
from bot import downloads
from bot.bankfiles import exports, files, imports
from bot.bankfiles.imports import BankPlan
from bot.imports.plans import ImportOutcome
from bot.register.change import Change
from bot.settings import Settings
from storage import links, people
from storage.audit import AuditRow
from storage.database import Database
from storage.faq import Entry, EntryKind, EntryState, Phrasing
from storage.people import Person
from tests.conftest import NOON
from tests.support.chat import Chat, Clock, actions
from tests.support.settings import settings

pytestmark = pytest.mark.clock

ODD = (
    "- en lista\n- till\n\n## Rubrik\n### Svar\n\\### Källor\n- ID: F01",
    "=cmd|' /C calc'!A0",
    "'=redan skyddat\n''+1",
    'Citat "här"; och, där\n\n   indraget  \nslut _x0041_ _x000D_ &amp; <b>',
    "@alla +46 70\t1",
    "",
)
FORMATS = {"xlsx": exports.excel, "csv": exports.separated, "md": exports.markdown}


@pytest.fixture
def bank(filled: Database) -> Database:
    """The starting content, and entries with what files get wrong."""

    def work(session: Session) -> None:
        siri = Person(name="Siri Sten", mail="siri@sotenas.se", first_seen_at=NOON)
        session.add(siri)
        session.flush()
        for number, answer in enumerate(ODD):
            session.add(
                Entry(
                    question=f"-{number} Vad är C#?",
                    answer=answer,
                    theme="udda",
                    sources=[{"title": "=1+1", "url": "https://sekom.se"}, {"title": "- punkt"}],
                    note="### Anteckning\n+1",
                    state=list(EntryState)[number % 3],
                    kind=EntryKind.TESTIMONY if number % 2 else EntryKind.FACT,
                    told_by_id=siri.id,
                    name_agreed=True,
                    reviewed_on=date(2026, 1, 2),
                    review_on=None if number % 2 else date(2027, 1, 2),
                    valid_until=date(2027, 12, 31) if number % 2 else None,
                    changed_at=NOON,
                    phrasings=[Phrasing(text="- punkt"), Phrasing(text="=2")],
                )
            )

    filled.play(work)
    return filled


def planned(database: Database, data: bytes) -> BankPlan:
    sheet = files.read(data)
    return database.play(lambda session: imports.prepared(Change(session, None, NOON), sheet))


def whole(database: Database) -> list[tuple[Any, ...]]:
    """Everything that is kept about entries."""
    columns = [column.key for column in Entry.__table__.columns]

    def work(session: Session) -> list[tuple[Any, ...]]:
        return [
            (*(getattr(entry, name) for name in columns), *(phrasing.text for phrasing in entry.phrasings))
            for entry in session.query(Entry).order_by(Entry.id)
        ]

    return database.play(work)


def fetched(chat: Chat, token: str) -> downloads.File | None:
    return chat.app.database.play(lambda session: downloads.fetch(chat.app, session, token, chat.clock.now))


@pytest.mark.parametrize("kind", FORMATS)
def test_a_round_trip_changes_nothing(kind: str, bank: Database) -> None:
    data = FORMATS[kind](bank.play(exports.rows))

    for plan in (planned(bank, data), planned(bank, files.as_text(files.read(data)).encode())):
        assert [line for line in plan.lines if line.outcome is not ImportOutcome.UNCHANGED] == []
        assert len(plan.lines) == len(whole(bank))
        assert plan.wanted == ()


@pytest.mark.parametrize("kind", FORMATS)
def test_nobody_who_told_something_goes_out(kind: str, bank: Database) -> None:
    data = FORMATS[kind](bank.play(exports.rows))
    text = (
        str([[cell.value for cell in row] for row in load_workbook(io.BytesIO(data)).active])
        if kind == "xlsx"
        else data.decode()
    )

    assert "en kollegas svar" in text
    assert "Siri" not in text
    assert "sotenas.se" not in text


def test_no_cell_is_a_formula(bank: Database) -> None:
    entries = bank.play(exports.rows)
    sheet: Any = load_workbook(io.BytesIO(exports.excel(entries))).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value]
    table = list(csv.reader(io.StringIO(exports.separated(entries).decode("utf-8-sig")), delimiter=";"))

    assert {cell.data_type for cell in cells} == {"s"}
    for text in (*(str(cell.value) for cell in cells), *(cell for row in table for cell in row)):
        assert not text.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert any("'=cmd|' /C calc'!A0" in row for row in table)


@pytest.mark.costly
@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice here")
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_libreoffice_opens_the_file_without_running_anything(kind: str, bank: Database, tmp_path: Path) -> None:
    """LibreOffice's CSV of what it opened has every text letter by letter: no result of a formula, and no error."""
    entries = bank.play(exports.rows)
    (tmp_path / f"bank.{kind}").write_bytes(FORMATS[kind](entries))
    out = tmp_path / "ut"
    read = "--infilter=CSV:59,34,76,1" if kind == "csv" else "--headless"
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profil", "--headless", read]
    written = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false"
    subprocess.run(
        [*command, "--convert-to", written, "--outdir", str(out), str(tmp_path / f"bank.{kind}")],
        check=True,
        capture_output=True,
        timeout=120,
    )
    opened = (out / "bank.csv").read_bytes()

    assert {line.outcome for line in planned(bank, opened).lines} == {ImportOutcome.UNCHANGED}
    assert b"'=cmd|' /C calc'!A0" in opened
    assert b"#NAME?" not in opened


def test_the_kansli_fetches_the_bank_by_one_time_links(kansli: Chat) -> None:
    database = kansli.app.database
    kansli.say("faq exportera")
    addresses = [action["url"] for action in actions(kansli.card) if "url" in action]
    before = whole(database)

    assert len(addresses) == len(FORMATS)
    for address, ending in zip(addresses, FORMATS, strict=True):
        token = address.rpartition("/")[2]
        file = fetched(kansli, token)
        assert file is not None
        assert file.name == f"kunskapsbanken.{ending}"
        assert f"{len(before)} oförändrade." in kansli.give(file.name, file.content())
        assert not [title for title in kansli.buttons if title.startswith("Spara")]
        assert fetched(kansli, token) is None
    assert whole(database) == before


async def test_a_browser_fetches_each_file_over_http(tmp_path: Path, clock: Clock) -> None:
    chosen = settings(tmp_path, SEKOM_KANSLI="5ec0a000-0000-4000-8000-000000000010")
    async with app.build(chosen, clock) as application, TestClient(TestServer(application)) as browser:
        for file, kind, ending in (
            ("bank_excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
            ("bank_csv", "text/csv; charset=utf-8", "csv"),
            ("bank_markdown", "text/markdown; charset=utf-8", "md"),
        ):
            async with browser.post(link(chosen, clock, file)) as given:
                assert (given.status, given.headers["Content-Type"]) == (200, kind)
                named = given.headers["Content-Disposition"]
                assert named == f'attachment; filename="kunskapsbanken.{ending}"'
                assert await given.read()


def link(chosen: Settings, clock: Clock, file: str) -> str:
    database = Database(chosen.database_url)

    def make(session: Session) -> str:
        person = people.meet(session, "29:karin", min(chosen.kansli), "Karin Ek", clock.now)
        session.flush()
        return links.make(session, person.id, file, clock.now)

    try:
        return f"/hamta/{database.play(make)}"
    finally:
        database.close()


def test_a_member_gets_no_link(chat: Chat) -> None:
    chat.say("faq exportera")
    assert "/hamta/" not in str(chat.card)


@pytest.mark.parametrize("kind", ["csv", "md"])
def test_what_is_changed_in_the_file_is_changed_in_the_bank_once(kind: str, kansli: Chat) -> None:
    database = kansli.app.database
    data = FORMATS[kind](database.play(exports.rows))
    text = data.decode().replace("Sveriges Ekokommuner (SEKOM) är ett nätverk", "SEKOM är ett nätverk", 1)
    new = text.replace("va e sekom för nåt", "vaddå sekom", 1).encode()

    shown = kansli.give(f"bank.{kind}", new)
    assert "1 ändrat" in shown
    assert "Ändrar sätten att fråga och svaret. Svaret blir: ”SEKOM är ett nätverk" in shown
    assert "Importen är klar" in kansli.click("Spara 1 ändrat")
    entry = database.play(lambda session: session.query(Entry).filter_by(code="F01").one())
    assert entry.answer.startswith("SEKOM är ett nätverk")
    assert entry.reviewed_on == NOON.date()
    assert "vaddå sekom" in kansli.app.database.play(
        lambda session: [phrasing.text for phrasing in session.query(Phrasing).filter_by(entry_id=entry.id)]
    )
    told = "Kunskapsbanken importerad: 0 nya, 1 ändrade"
    assert database.play(lambda session: session.query(AuditRow).filter_by(what=told).count()) == 1

    again = kansli.give(f"bank.{kind}", new)
    assert f"{len(whole(database))} oförändrade." in again
