"""The operator's files: what is refused, and who may read what is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from bot.imports.files import ending, export_file, import_file
from bot.message import UserError
from bot.register import spreadsheet


def read(data: bytes) -> str:
    if data == b"bad":
        raise UserError("Den går inte att läsa.")
    return data.decode()


def work(_: Session, text: str) -> str:
    if text == "no":
        raise UserError("Den går inte att spara.")
    return f"{text}: {ending(dry_run=False)}"


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"good", ""),
        (b"bad", "Den går inte att läsa."),
        (b"no", "Den går inte att spara."),
        (b"x" * (spreadsheet.MOST_BYTES + 1), "är ingen fil, eller större än 5 MB."),
    ],
)
def test_a_file_is_imported_or_refused(
    content: bytes, refusal: str, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "lista.csv"
    path.write_bytes(content)

    assert import_file(database_url, path, read, work) == int(bool(refusal))
    said = capsys.readouterr()
    assert refusal in said.err
    assert said.out == ("" if refusal else "good: Sparat.\n")


@pytest.mark.usefixtures("filled")
def test_an_export_is_a_new_file_for_its_owner_only(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    writers = {".csv": str.encode, ".md": str.encode}

    def export(name: str) -> int:
        return export_file(database_url, tmp_path / name, lambda _: "rader", writers)

    assert [export("ut.csv"), export("ut.csv"), export("ut.pdf")] == [0, 1, 1]
    assert ((tmp_path / "ut.csv").read_text(), (tmp_path / "ut.csv").stat().st_mode & 0o777) == ("rader", 0o600)
    said = capsys.readouterr()
    assert "ut.csv finns redan. Välj ett annat namn." in said.err
    assert "Filen ska heta något på .csv eller .md." in said.err


def test_a_database_of_another_version_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "lista.csv").write_text("good", "utf-8")

    assert import_file(f"sqlite:///{tmp_path}/ny.db", tmp_path / "lista.csv", read, work) == 1
    assert "Start the bot once" in capsys.readouterr().err


def test_the_last_line_says_whether_anything_was_saved() -> None:
    assert ending(dry_run=True) == "Inget är sparat (--dry-run)."
    assert ending(dry_run=False, useful=False) == "Inget är sparat, för det finns inget att ändra."
