"""Answers from a file: the habits of Excel, files that mean harm, conflicts, and all or nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from bot.__main__ import main
from bot.bank import entries
from bot.bankfiles import exports, files
from bot.imports.plans import ImportOutcome
from bot.message import UserError
from bot.register.change import Change
from storage.database import Database
from storage.faq import Entry, EntryState
from tests.conftest import NOON
from tests.support import banks, lists
from tests.support.chat import Chat
from tests.support.paths import ROOT
from tests.support.races import at_once

pytestmark = pytest.mark.clock


def count(database: Database) -> int:
    return database.play(lambda session: session.query(Entry).count())


def entry(database: Database, code: str = "F01") -> Entry:
    return database.play(lambda session: session.query(Entry).filter_by(code=code).one())


@pytest.mark.parametrize("made", [banks.as_excel, banks.as_csv])
def test_two_hundred_entries_with_the_habits_of_excel(made: object, kansli: Chat) -> None:
    database = kansli.app.database
    before = count(database)
    data = banks.as_excel() if made is banks.as_excel else banks.as_csv()

    assert "200 svar i filen: 200 nya." in kansli.give("bank", data)
    assert "Importen är klar" in kansli.click("Spara 200 nya")
    assert count(database) == before + 200
    new = database.play(lambda session: session.query(Entry).filter_by(question="Hur gör vi med punkt 2?").one())
    assert (new.theme, new.state, str(new.reviewed_on)) == ("vatten", EntryState.PUBLISHED, "2026-11-01")
    assert new.answer.splitlines()[2:] == ["- ”Först” det ena", "- sedan det andra; och, till sist, resten"]
    assert new.sources == [{"title": "Handbok 2", "url": "https://sekom.se/2"}]
    assert "200 svar i filen: 200 oförändrade." in kansli.give("bank", data)
    assert "Så här gör ni med punkt 7." in kansli.as_("Anna").say("hur gör vi med punkt 7?")


@pytest.mark.parametrize("what", banks.REFUSED)
def test_a_harmful_row_is_refused_with_the_reason(what: str, kansli: Chat) -> None:
    data, reason = banks.REFUSED[what]
    before = count(kansli.app.database)
    shown = kansli.give("bank.csv", banks.contents(data))

    assert "1 svar i filen: 1 stoppat." in shown
    assert reason in shown.replace("\\", "").replace("\N{ZERO WIDTH SPACE}", "")
    assert not [title for title in kansli.buttons if title.startswith("Spara")]
    assert count(kansli.app.database) == before


def test_the_preview_says_what_looks_wrong_in_the_new_texts_and_shows_those_rows_first(kansli: Chat) -> None:
    rows = (
        "Fråga;Svar;Läge",
        "Var lämnas kassen?;I grovsoprummet.;publicerat",
        "När hämtas kassen?;Den 3 maj. Se {{länk}}.;publicerat",
    )
    shown = kansli.give("bank.csv", "\n".join(rows).encode()).replace("\N{ZERO WIDTH SPACE}", "")
    first, second = (shown.index(f"Rad {number}.") for number in (3, 2))
    assert first < second
    assert "Blir publicerat. **Se över:** Det finns {{ }} att fylla i. Datumet ”3 maj” saknar år." in shown
    assert shown.count("Se över") == 1
    assert "Importen är klar" in kansli.click("Spara 2 nya")


@pytest.mark.parametrize("what", banks.BROKEN)
def test_a_harmful_file_is_refused_whole(what: str, kansli: Chat) -> None:
    data, reason = banks.BROKEN[what]
    kansli.say("faq importera")
    said = kansli.give("bank.csv", banks.contents(data))

    assert reason in said
    assert "Det här ändras" not in said


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("what", [*banks.BROKEN])
def test_the_operator_is_told_the_same(
    what: str, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)
    Path("bank.csv").write_bytes(banks.contents(banks.BROKEN[what][0]))

    assert main(["import-bank", "bank.csv"]) == 1
    said = capsys.readouterr()
    assert banks.BROKEN[what][1] in said.err
    assert said.err.strip()
    assert "Traceback" not in said.err


def test_signs_that_nobody_sees_are_left_out(kansli: Chat) -> None:
    kansli.give("bank.csv", banks.row(Svar="Det\u202e här\u200b är\ufeff rätt.", Tema="vat\u00adten"))
    kansli.click("Spara 1 nytt")
    new = kansli.app.database.play(
        lambda session: session.query(Entry).filter_by(theme="vatten", answer="Det här är rätt.").count()
    )

    assert new == 1


def test_twice_the_same_id_or_question_is_told(kansli: Chat) -> None:
    kept = kansli.app.database.play(exports.rows)[0]
    twice = exports.separated([kept, kept]) + ";Vad är nytt?;;Det här.\r\n;vad är  nytt;;Något annat.\r\n".encode()

    shown = kansli.give("bank.csv", twice)
    assert "Dubblett: samma ID som rad 2." in shown
    assert "Dubblett: samma fråga som rad 4." in shown


def test_a_question_that_the_bank_has_is_no_new_one(kansli: Chat) -> None:
    question = entry(kansli.app.database).question
    shown = kansli.give("bank.csv", banks.row(Fråga=question, Svar="Något annat."))

    assert "Frågan finns redan, med ID F01." in shown


def test_an_entry_that_was_changed_in_the_bot_is_not_written_over(kansli: Chat) -> None:
    database = kansli.app.database
    data = (
        exports.separated(database.play(exports.rows)).decode().replace("är ett nätverk", "är en förening", 1).encode()
    )

    def work(session: Session) -> None:
        change = Change(session, None, NOON)
        kept = session.query(Entry).filter_by(code="F01").one()
        kept.answer = "Ändrat i boten."
        kept.changed_at = change.now

    database.play(work)
    shown = kansli.give("bank.csv", data)
    assert "1 i konflikt" in shown
    assert "Svaret har ändrats i boten sedan filen hämtades, och filen säger annat om svaret." in shown
    assert not [title for title in kansli.buttons if title.startswith("Spara")]
    assert entry(database).answer == "Ändrat i boten."


def test_without_its_version_a_row_changes_nothing(kansli: Chat) -> None:
    shown = kansli.give("bank.csv", banks.row(ID="F01", Fråga=entry(kansli.app.database).question))

    assert "saknar Version" in shown
    assert "1 i konflikt" in shown


def test_a_review_in_the_bot_is_no_conflict_and_is_not_taken_back(kansli: Chat) -> None:
    database = kansli.app.database
    data = (
        exports.separated(database.play(exports.rows))
        .decode()
        .replace("berätta om nätverket", "ny formulering")
        .encode()
    )
    later = NOON + timedelta(days=3)

    def confirm(session: Session) -> None:
        reviewed = session.query(Entry).filter_by(code="F01").one()
        entries.confirm(Change(session, None, later), reviewed, by_kansli=True)

    database.play(confirm)
    kansli.clock.forward(days=4)

    assert "1 ändrat" in kansli.give("bank.csv", data)
    kansli.click("Spara 1 ändrat")
    assert entry(database).reviewed_on == kansli.clock.now.date()


def test_a_change_between_preview_and_save_is_told(kansli: Chat) -> None:
    database = kansli.app.database
    kansli.give("bank.csv", banks.row())
    kansli.as_("Karin Kansli").app.database.play(
        lambda session: setattr(session.query(Entry).filter_by(code="F01").one(), "question", "Vad är farligt?")
    )

    assert "Banken har ändrats sedan du såg listan." in kansli.click("Spara 1 nytt")
    assert count(database) == count(database)
    assert database.play(lambda session: session.query(Entry).filter_by(answer="Det här.").count()) == 0


def test_two_presses_at_once_save_once(kansli: Chat) -> None:
    kansli.give("bank.csv", banks.as_csv())
    before = count(kansli.app.database)
    data = {"step": "sure", "answer": fingerprint(kansli)}
    at_once([(kansli, "dialog.answer", data)] * 2)

    assert count(kansli.app.database) == before + 200


def fingerprint(kansli: Chat) -> str:
    return next(
        str(action["data"]["answer"]) for action in kansli.card["actions"] if action["title"].startswith("Spara")
    )


DIES = """
import os, signal, sys
from bot.bank import entries
from bot.__main__ import main

create, made = entries.create, []

def die(change, content):
    made.append(content)
    if len(made) == 150:
        change.session.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    return create(change, content)

entries.create = die
sys.exit(main(["import-bank", sys.argv[1]]))
"""
"""The operator's command in a process that is killed in the middle of the 200 entries."""


@pytest.mark.costly
def test_a_killed_import_leaves_the_bank_as_it_was(filled: Database, database_url: str, tmp_path: Path) -> None:
    path = tmp_path / "bank.csv"
    path.write_bytes(banks.as_csv())
    before = filled.play(exports.rows)
    environ = {**os.environ, "DATABASE_URL": database_url, "PYTHONPATH": str(ROOT)}
    killed = subprocess.run(
        [sys.executable, "-c", DIES, str(path)], cwd=tmp_path, env=environ, timeout=120, check=False
    )

    assert killed.returncode == -signal.SIGKILL
    assert filled.play(exports.rows) == before
    whole = subprocess.run(
        [sys.executable, "-m", "bot", "import-bank", str(path)], cwd=tmp_path, env=environ, timeout=120, check=False
    )
    assert whole.returncode == 0
    assert count(filled) == len(before) + 200


def test_lists_of_other_things_are_not_the_banks(kansli: Chat) -> None:
    for data in (lists.as_csv(), lists.as_excel(), b"Titel;Datum\r\nM\xc3\xb6te;2027-01-01\r\n"):
        with pytest.raises(UserError):
            files.read(data)
    survey = "Kommun;Fråga;Svar\r\nLund;Hur går det?;Bra\r\n".encode()
    assert "200" not in kansli.give("enkät.csv", survey)
    with pytest.raises(UserError, match="Jag hittar inga rubriker"):
        files.read(survey)


def test_plain_markdown_is_pasted(kansli: Chat) -> None:
    kansli.say("faq importera")
    shown = kansli.say("## Vad kostar en kurs?\n\nDen är gratis.\n\n- för alla\n\n## Får vi\xa0komma?\n\nJa.\n")

    assert "2 svar i filen: 2 nya." in shown
    kansli.click("Spara 2 nya")
    made = kansli.app.database.play(
        lambda session: session.query(Entry).filter_by(question="Vad kostar en kurs?").one()
    )
    assert (made.answer, made.state) == ("Den är gratis.\n\n- för alla", EntryState.DRAFT)
    kansli.say("importera faq")
    assert "2 oförändrade" in kansli.click(
        "Visa vad som ändras",
        answer='Fråga\tSvar\nVad kostar en kurs?\t"Den är gratis.\n\n- för alla"\nFår vi komma?\tJa.',
    )


@pytest.mark.usefixtures("filled")
def test_the_operator_exports_and_imports(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)
    for name in ("bank.xlsx", "bank.csv", "bank.md"):
        assert main(["export-bank", name]) == 0
        assert main(["export-bank", name]) == 1
        assert Path(name).stat().st_mode & 0o777 == 0o600
        assert main(["import-bank", name]) == 0
        assert "Inget är sparat, för det finns inget att ändra." in capsys.readouterr().out
    assert main(["export-bank", "bank.pdf"]) == 1
    assert main(["import-bank", "finns-inte.csv"]) == 1
    Path("bank.csv").write_bytes(banks.as_csv())
    assert main(["import-bank", "bank.csv", "--dry-run"]) == 0
    assert "200 svar i filen: 200 nya." in capsys.readouterr().out
    assert main(["import-bank", "bank.csv"]) == 0
    assert "Sparat." in capsys.readouterr().out
    assert main(["import-bank", "bank.csv"]) == 0
    assert "200 oförändrade." in capsys.readouterr().out


def test_each_outcome_has_its_words() -> None:
    from bot.bankfiles import cards  # noqa: PLC0415 - only here

    assert set(cards.NAMES) == set(ImportOutcome)
