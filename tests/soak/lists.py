"""2,000 random lists through the reader and the plan: what became of every row (``python -m tests.soak.lists``)."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from functools import partial
from pathlib import Path

from bot.memberlist import columns, import_cards, imports
from bot.memberlist.columns import Sheet
from bot.message import UserError
from bot.register import spreadsheet
from storage import content, migrate
from storage.database import Database
from tests.support.heavy_files import HEAVY
from tests.support.odd_lists import as_excel_saves, book

LISTS = 2_000
MOST_MEMORY = 100_000
"""kB that reading a heavy file may add."""
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman", "cp850")
HEADINGS = (
    ("Kommun", "KOMMUN", "Kommun / region", "Kom\u00admun", " Kommun "),
    ("Roll", "Funktion:", "\u200bRoll", "Uppdrag"),
    ("Namn", "Kontaktperson", "Namn *", "För- och efternamn"),
    ("Mejl", "E-post 1", "E-mailadress", "E-post\nadress", "e‑post", "Mejladress"),
    ("Program gäller", "Gäller till", "Programmet gäller t.o.m."),
)
NOTES = ("", "", "ring efter tre", '"återkommer i mars', 'kallas "Ankan"', 'slut"', '"', "rad ett\nrad två", "a;b,c\td")
YEARS = (*[""] * 40, "2030", "2023-2031", "2019 (förlängt till 2029)", "20230101-20311231", "från 2023", "tills vidare")
SIGNS = ("", "", "", "\u200b", "\u00ad", "\u2060", "\u202a", "\u202c", "\xa0", " ")
NAMES = (*("Anna Ek", "Åke Öst", "Gun-Britt Ål", "André Ü") * 10, "=A1", "", "#N/A", "x" * 700)
TOWNS = (*("Lund", "Umeå", "Sotenäs", "Örnsköldsviks kommun") * 10, "Habo", "1281", "Atlantis", "")
SEATS = (*("Politiker", "Tjänsteperson", "Ersättare") * 10, "Vaktmästare", "")

Cells = list[tuple[object, ...]]


def table(chance: random.Random) -> Cells:
    """Return a title or none, headings, and rows of which some are empty, faulty or twice there."""
    rows: Cells = []
    if chance.random() < 0.3:
        rows += [("Medlemmar, kontaktpersoner, ersättare, 2026",), ()][: chance.randint(1, 2)]
    headings = tuple(chance.choice(spellings) for spellings in HEADINGS)
    rows.append((*headings, "Anteckning"))
    for number in range(chance.randint(1, 30)):
        sign = chance.choice(SIGNS)
        mail = f"{sign}person{number}@lund.se{sign}"
        if chance.random() < 0.1:
            mail = f"Anna Ek <person{number}@lund.se>"
        person = (chance.choice(TOWNS), chance.choice(SEATS), sign + chance.choice(NAMES), mail)
        rows.append((*person, chance.choice(YEARS), chance.choice(NOTES)))
        if chance.random() < 0.1:
            rows.append(chance.choice([(), rows[-1], (*headings, "Anteckning")]))
    return rows if any(rows[-1]) else rows[:-1]


def text(chance: random.Random, rows: Cells) -> tuple[bytes, int]:
    """Return the rows as a text file, and how many rows it has: without quoting, a line break makes two of one."""
    sign, end, quotes = chance.choice(";;\t,"), chance.choice(("\r\n", "\n", "\r")), chance.random() < 0.5
    lines = []
    for row in rows:
        cells = [str(cell) for cell in row]
        if quotes:
            cells = ['"' + cell.replace('"', '""') + '"' if set(cell) & set('"\n' + sign) else cell for cell in cells]
        else:
            cells = [cell.replace("\n", " ").replace(sign, " ") for cell in cells]
        lines.append(sign.join(cells))
    encoding = chance.choice(ENCODINGS)
    return end.join(lines).encode(encoding, "ignore") + chance.choice((b"", end.encode(encoding)[-2:])), len(rows)


def workbook(chance: random.Random, rows: Cells) -> tuple[bytes, int]:
    """Return the rows as a workbook with other sheets, and how many rows the list has."""
    sheets: dict[str, Cells] = {"Läs mig": [("Så gör du",)], "Gammal": table(chance)}
    chosen = {name: sheets[name] for name in chance.sample(sorted(sheets), chance.randint(0, 2))}
    chart = "Diagram" if chance.random() < 0.2 else ""
    data = book({**chosen, "Lista": rows}, hidden=["Gammal"] if "Gammal" in chosen else [], chart=chart)
    return (as_excel_saves(data) if chance.random() < 0.5 else data), len(rows)


def heavy() -> bool:
    """Print what each heavy file adds to a process. Return whether one adds too much."""
    worst = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, make in HEAVY.items():
            path = Path(folder) / "lista.xlsx"
            path.write_bytes(make())
            command = [sys.executable, "-m", "tests.support.heavy_files", str(path)]
            before, after, outcome = subprocess.check_output(command, text=True).rstrip("\n").split("\t")
            added = int(after) - int(before)
            worst = max(worst, added)
            print(f"  {path.stat().st_size // 1000:5} kB adds {added:6} kB: {name}: {outcome[:60]}")
    return worst > MOST_MEMORY


def main(lists: int = LISTS, seed: int = 1) -> int:
    """Print the sums. 1 where rows do not add up, a person is in no row, or a heavy file takes much memory."""
    chance, sums, reasons = random.Random(seed), Counter[str](), Counter[str]()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'bot.db'}")
        migrate.upgrade(database)
        database.play(content.load_municipalities)
        for number in range(lists):
            rows = table(chance)
            data, expected = (text if chance.random() < 0.6 else workbook)(chance, rows)
            sums["lists"] += 1
            try:
                sheet = columns.understood(spreadsheet.read(data))
            except UserError as refusal:
                sums["lists refused"] += 1
                reasons[str(refusal)[:60]] += 1
                continue
            plan = database.look(partial(imports.plan, table=sheet))
            skipped = sheet.headings + sheet.empty
            for name, figure in (("read", plan.read_rows), ("refused", plan.refused_rows), ("skipped", skipped)):
                sums[f"rows {name}"] += figure
            sums["rows in the files"] += expected
            lost = people(rows) - mails(sheet)
            if plan.read_rows + plan.refused_rows + skipped != expected or expected != sheet.rows or lost:
                wrong += 1
                print(f"list {number}: {expected} rows, {import_cards.counts(plan)} lost: {sorted(lost)}")
        database.close()
    print(f"{lists} lists, seed {seed}, {wrong} wrong: {dict(sums)}\n  refused: {dict(reasons)}")
    added = sums["rows read"] + sums["rows refused"] + sums["rows skipped"]
    print(f"  read + refused + skipped = {added} rows of {sums['rows in the files']}")
    return int(wrong > 0 or heavy())


def people(rows: Cells) -> set[str]:
    """Return the addresses that a list holds."""
    return {match[0] for row in rows for cell in row[3:4] if (match := re.search(r"person\d+@lund\.se", str(cell)))}


def mails(sheet: Sheet) -> set[str]:
    """Return the addresses that were read."""
    return {record.mail for record in sheet.records}


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
