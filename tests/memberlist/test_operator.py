"""The operator's import and export of the list of members, and what a heavy file costs a process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from bot.__main__ import main
from storage.database import Database
from storage.municipalities import Municipality
from tests.support import lists
from tests.support.heavy_files import HEAVY
from tests.support.paths import ROOT
from tests.support.people import held, rows

pytestmark = pytest.mark.clock

LIST = "Kommun;Roll;Namn;Mejl"

SOME_HEAVY = ("strings of wide letters", "millions of empty cells", "millions of styles", "the same text in every cell")

MOST_MEMORY = 100_000


@pytest.mark.costly
@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("what", lists.HOSTILE)
def test_a_hostile_file_is_refused_by_the_operators_command(
    what: str, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)
    path = tmp_path / "lista.csv"
    path.write_bytes(lists.HOSTILE[what]())

    assert main(["import-members", str(path)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.strip()
    assert "Traceback" not in said.err


@pytest.mark.usefixtures("filled")
def test_a_database_that_was_only_migrated_takes_a_list(
    tmp_path: Path, database_url: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.play(lambda session: session.execute(delete(Municipality)))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)
    (tmp_path / "lista.csv").write_text("Kommun;Roll;Namn;Mejl\nSotenäs;politiker;Per Ek;per@sotenas.se\n", "utf-8")

    assert main(["import-members", "lista.csv"]) == 0
    assert held(database) == [("politician", "Per Ek")]


@pytest.mark.usefixtures("filled")
def test_what_is_no_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)

    assert main(["import-members", "/dev/zero"]) == 1
    assert main(["import-members", str(tmp_path)]) == 1
    assert main(["import-members", str(tmp_path / "saknas.csv")]) == 1


@pytest.mark.usefixtures("filled")
def test_the_operator_looks_first_then_imports_and_exports(
    tmp_path: Path,
    database_url: str,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)
    (tmp_path / "lista.xlsx").write_bytes(lists.as_excel())

    assert main(["import-members", "lista.xlsx", "--dry-run"]) == 0
    assert (
        "413 rader i listan: 400 lästa, 10 stoppade och 3 överhoppade (2 rubrikrader och 1 utan text). "
        "Utfall: 400 nya och 10 stoppade." in capsys.readouterr().out
    )
    assert rows(database) == (0, 0, 0)

    assert main(["import-members", "lista.xlsx"]) == 0
    assert "rad 404: stoppad: Anna Andersson, Upplands Väsby kommun: Dubblett" in capsys.readouterr().out
    for name in ("ut.xlsx", "ut.csv"):
        assert main(["export-members", name]) == 0
        assert main(["export-members", name]) == 1  # nothing is written over
        capsys.readouterr()
        assert main(["import-members", name]) == 0
        assert (
            "400 lästa, 0 stoppade och 1 överhoppad (1 rubrikrad). Utfall: 400 oförändrade." in capsys.readouterr().out
        )
    assert main(["export-members", "ut.pdf"]) == 1


@pytest.mark.usefixtures("filled")
def test_nothing_is_said_to_be_saved_when_all_rows_are_refused(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)
    (tmp_path / "lista.csv").write_text(f"{LIST}\nAtlantis;Politiker;Anna Ek;anna@lund.se\n", "utf-8")

    assert main(["import-members", "lista.csv"]) == 0
    shown = capsys.readouterr().out
    assert "Sparat." not in shown
    assert "Inget är sparat, för det finns inget att ändra." in shown


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory from /proc")
@pytest.mark.costly
@pytest.mark.parametrize("what", SOME_HEAVY)
def test_a_heavy_file_takes_little_memory(what: str, tmp_path: Path) -> None:
    (tmp_path / "lista.xlsx").write_bytes(HEAVY[what]())
    command: list[Any] = [sys.executable, "-m", "tests.support.heavy_files", tmp_path / "lista.xlsx"]
    before, after, outcome = subprocess.check_output(command, cwd=ROOT, text=True).rstrip("\n").split("\t")

    assert int(after) - int(before) < MOST_MEMORY
    assert outcome.startswith(("Excel-filen innehåller orimligt mycket.", "Listan innehåller orimligt mycket text."))
