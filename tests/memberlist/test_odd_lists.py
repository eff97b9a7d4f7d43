"""Lists with the faults that real lists have: every row is read right, or refused in words that help."""

from __future__ import annotations

import pytest

from bot.memberlist import columns, import_cards, imports, records
from bot.memberlist.columns import Sheet
from bot.memberlist.imports import Plan
from bot.message import UserError
from bot.register import spreadsheet
from storage.database import Database
from tests.support import lists, odd_lists
from tests.support.chat import Chat
from tests.support.odd_lists import ANNA, BO, CIA, DAG, EVERYBODY, HEADINGS, book, noted, people, until
from tests.support.people import LUND, municipality

LIST = "Kommun;Roll;Namn;Mejl"


def read(data: bytes | str) -> Sheet:
    return columns.understood(spreadsheet.read(data) if isinstance(data, bytes) else spreadsheet.read_text(data))


def names(data: bytes | str) -> list[str]:
    return [record.name for record in read(data).records]


def planned(database: Database, data: bytes | str) -> Plan:
    table = read(data)
    return database.play(lambda session: imports.plan(session, table))


@pytest.mark.parametrize(
    "notes",
    [
        ("", '"återkommer i mars', "", ""),
        ('"återkommer i mars', "", "", 'ring"'),
        ('"', '"', '"', ""),
        ('"ring" efter tre', '"""', '""', ' "Lasse'),
        ("", '"återkommer\r\ni mars"', '"ett;två\r\noch tre"', ""),
    ],
)
@pytest.mark.parametrize("sign", [";", "\t", ","])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_a_stray_quotation_mark_swallows_no_row(notes: tuple[str, ...], sign: str, end: str) -> None:
    text = noted(*(note.replace("\r\n", end).replace(";", sign) for note in notes), sign=sign, end=end)
    sheet = read(text)

    assert [record.name for record in sheet.records] == EVERYBODY
    assert (sheet.rows, sheet.headings, sheet.empty) == (5, 1, 0)
    assert names(text.encode()) == EVERYBODY


def test_a_stray_quotation_mark_in_another_column_loses_no_row() -> None:
    text = f'{LIST};Anm\nLund;Politiker;"Anna Ek;anna@lund.se;\nAle;Politiker;Bo Åberg";bo@ale.se;\nUmeå;"P;C;c@u.se;x'

    assert names(text) == ["Anna Ek", "Bo Åberg", "C"]


@pytest.mark.parametrize(
    ("value", "year"),
    [
        ("2023-2031", 2031),
        ("2019 (förlängt till 2029)", 2029),
        ("20230101-20311231", 2031),
        ("2023–2031", 2031),
        ("1 jan 2023 - 31 december 2031", 2031),
        ("antogs 2019-05-02, gäller t.o.m. 2029", 2029),
        ("till och med år 2031", 2031),
        ("31/12/2030", 2030),
        ("2030-12-31 00:00:00", 2030),
        (2030, 2030),
        *((value, None) for value in ("från 2023", "2023-", "2026-30", "2009-12", "2031-2023", "2019, revideras 2026")),
        *((value, None) for value in ("2030, dnr 2023/117", "tills vidare", "#", "2031 eller 2032", "20311")),
    ],
)
def test_the_end_of_a_programme_is_the_end_of_its_period(value: object, year: int | None) -> None:
    (record,) = read(until(value)).records
    if year:
        assert records.facts(record) == {"programme_until": year}
    else:
        with pytest.raises(UserError, match="Det är oklart vilket år programmet slutar"):
            records.facts(record)


@pytest.mark.usefixtures("filled")
def test_the_preview_shows_the_year_and_the_sheet(database: Database) -> None:
    rows: dict[str, list[tuple[object, ...]]] = {"Läs mig": [("Så gör du",)], "Medlemmar": [("Kommun", "Gäller till")]}
    rows["Medlemmar"].append(("Lund", "2023-2031"))
    shown = import_cards.report(planned(database, book({"2019": rows["Medlemmar"], **rows}, hidden=["2019"])))

    assert "Lunds kommun: ändrar programmets sista år till 2031" in shown
    assert "Listan kommer från bladet ”Medlemmar”. Blad som inte lästes: ”2019” (dolt) och ”Läs mig”." in shown


OLD: dict[str, list[tuple[object, ...]]] = {"2019": [HEADINGS[:4], ("Lund", "Politiker", "Gammal Ek", "g@lund.se")]}
README: dict[str, list[tuple[object, ...]]] = {"Läs mig": [("Så här gör du",), ("Fyll i nästa blad",)]}


@pytest.mark.parametrize(
    ("data", "unread"),
    [
        (book({**OLD, **people()}, hidden=["2019"]), ("”2019” (dolt)",)),
        (book({**README, **people()}), ("”Läs mig”",)),
        (book({"Tomt": [], **people(), **OLD}), ("”Tomt”", "”2019”")),
        (book(people(), chart="Diagram"), ("”Diagram” (inget blad med celler)",)),
        (odd_lists.without_drawings(book(people(), chart="Diagram")), ("”Diagram” (inget blad med celler)",)),
        (odd_lists.strict(), ()),
        (odd_lists.as_excel_saves(book(people())), ()),
        (odd_lists.as_excel_saves(odd_lists.strict()), ()),
    ],
    ids=["hidden", "read me", "two lists", "chart", "bare chart", "strict", "strings", "strict strings"],
)
def test_the_visible_list_of_a_workbook_is_read(data: bytes, unread: tuple[str, ...]) -> None:
    sheet = read(data)

    assert [record.name for record in sheet.records] == EVERYBODY
    assert (sheet.name, sheet.unread, sheet.rows) == ("Lista", unread, 5)


def test_a_strict_workbook_has_its_dates_as_text() -> None:
    assert records.facts(read(odd_lists.strict()).records[0]) == {"programme_until": 2031}


def test_a_list_that_is_hidden_is_named() -> None:
    with pytest.raises(UserError, match="Bladen som syns är genomsökta, men inte ”Lista”"):
        read(book({**README, **people()}, hidden=["Lista"]))


@pytest.mark.parametrize("sign", [chr(code) for code in (0x200B, 0xAD, 0x2060, 0x202A, 0x202C, 0x200D, 0xFEFF, 0x2066)])
def test_invisible_signs_around_values_are_not_read(sign: str) -> None:
    rows = [(*HEADINGS[:4], "Kommunkod", "Program"), (*ANNA, "1281", "https://lund.se/program")]
    around: list[tuple[object, ...]] = [tuple(f"{sign}{cell}{sign}" for cell in row) for row in rows]
    for data in (book({"Lista": around}), "\n".join(";".join(map(str, row)) for row in around)):
        (record,) = read(data).records
        assert (record.name, record.mail, record.code) == ("Anna Ek", "anna@lund.se", "1281")
        assert records.municipality(record) == LUND
        assert records.facts(record) == {"programme_url": "https://lund.se/program"}


@pytest.mark.parametrize("page", ["mac_roman", "cp850", "cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_a_code_page_is_read_right(page: str) -> None:
    assert names(noted("Örebro", "älv", "é", "").encode(page)) == EVERYBODY


@pytest.mark.parametrize(
    "data",
    [
        noted("", "", "", "").encode().decode("cp1252", "replace").encode(),
        noted("", "", "", "").encode().decode("latin-1").encode(),
        noted("", "", "", "").encode("ascii", "replace").replace(b"?", "\ufffd".encode()),
        f"{LIST}\nLund;Politiker;Łukasz Żak;l@lund.se".encode("cp1250"),
        f"{LIST}\nLund;Politiker;Andr\x8e;a@lund.se".encode("latin-1"),
        b"\xff\xfe" + f"{LIST}\nLund;Politiker;\ud800;a@lund.se".encode("utf-16-le", "surrogatepass"),
    ],
    ids=["saved twice", "saved twice in latin-1", "replaced", "cp1250", "mac or dos", "half a letter"],
)
def test_a_code_page_that_is_unsure_is_refused(data: bytes) -> None:
    with pytest.raises(UserError, match="CSV UTF-8"):
        read(data)


@pytest.mark.parametrize(
    "heading",
    ["E-mailadress", "E-post 1", '"E-post\nadress"', "E‑post", "E-POST (arbete)", "Mejl:", "e post", '"E-\npost"'],
)
def test_headings_are_known_by_their_letters(heading: str) -> None:
    sheet = read(f"Kommun;Roll;Namn;{heading};E-post 2\nLund;Politiker;Anna Ek;anna@lund.se;annan@lund.se")

    assert [record.mail for record in sheet.records] == ["anna@lund.se"]
    assert sheet.ignored == ("E-post 2",)


@pytest.mark.parametrize(
    ("copied", "name", "mail"),
    [
        ("Anna Ek <anna@lund.se>", "Anna Ek", "anna@lund.se"),
        ("'Anna Ek' <anna@lund.se>;", "Anna Ek", "anna@lund.se"),
        ('"Anna Ek" <mailto:anna@lund.se>', "Anna Ek", "anna@lund.se"),
        ("Anna Ek (anna@lund.se)", "Anna Ek", "anna@lund.se"),
        ("<anna@lund.se>", "", "anna@lund.se"),
    ],
)
def test_an_address_copied_from_outlook_is_read(copied: str, name: str, mail: str) -> None:
    (alone,) = read(f"Kommun\tRoll\tMejl\nLund\tPolitiker\t{copied}").records
    (named,) = read(f"Kommun\tRoll\tNamn\tMejl\nLund\tPolitiker\tEget Namn\t{copied}").records

    assert (alone.name, alone.mail, named.name, named.mail) == (name, mail, "Eget Namn", mail)


def test_a_title_with_commas_does_not_part_the_list() -> None:
    title = "Medlemmar, kontaktpersoner, ersättare, rapportörer, 2026, Sekom"

    assert names(f"{title}\n{LIST}\n{';'.join(ANNA)}") == ["Anna Ek"]


@pytest.mark.usefixtures("filled")
def test_refused_rows_say_why(database: Database) -> None:
    link = "https://lund.se/" + "x" * 500
    odd = [
        (HEADINGS[0], "Program", *HEADINGS[1:4]),
        ("Lund", link, *ANNA[1:]),
        ("Lund", "", "Politiker", "=B2", "bo@lund.se"),
        ("Lund", "", "Politiker", "#NAMN?", "cia@lund.se"),
        ("", "", *BO[1:]),
        ("Umeå", "", *CIA[1:]),
        ("Umeå", "", *CIA[1:]),
        ("Umeå", "", "Politiker", "x" * 3_000, "x@umea.se"),
    ]
    plan = planned(database, book({"Lista": list(odd)}))

    assert [line.what[:46] for line in plan.lines] == [
        "En cell är för lång, 516 tecken eller fler. Sk",
        "En cell innehåller en formel. Skriv bara värde",
        "En cell innehåller ett fel från Excel (#NAMN?)",
        "Raden säger inte vilken kommun det gäller. Sam",
        "ny person, ny ersättare för kontaktpolitikern",
        "Dubblett: samma person och uppdrag som rad 6.",
        "En cell är för lång, 3000 tecken eller fler. S",
    ]
    assert import_cards.counts(plan) == (
        "8 rader i listan: 1 läst, 6 stoppade och 1 överhoppad (1 rubrikrad). Utfall: 1 ny och 6 stoppade."
    )
    assert "Sammanfogade celler" in planned(database, odd_lists.merged()).lines[1].what


@pytest.mark.usefixtures("filled")
def test_a_link_of_five_hundred_letters_is_saved(kansli: Chat) -> None:
    link = "https://lund.se/" + "x" * 484
    kansli.say("importera medlemmar")
    shown = kansli.say(f"Kommun;Program\nLund;{link}\nAle;{link}x\n")

    assert "3 rader i listan: 1 läst, 1 stoppad och 1 överhoppad" in shown
    assert "Importen är klar" in kansli.click("Spara ändringarna")
    assert municipality(kansli.app.database, LUND).programme_url == link


@pytest.mark.parametrize("rows", [4_999, 5_000])
def test_a_list_has_at_most_five_thousand_rows(rows: int) -> None:
    text = "\n".join([LIST, *[";".join(DAG)] * rows])
    if rows < spreadsheet.MOST_ROWS:
        assert len(names(text)) == rows
    else:
        with pytest.raises(UserError, match="fler än 5000 rader"):
            read(text)


def test_a_list_as_excel_saves_it_is_the_list() -> None:
    assert read(odd_lists.as_excel_saves(lists.as_excel())) == read(lists.as_excel())
