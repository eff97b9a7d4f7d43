"""Lists of members: read as people make them, shown before anything is saved, saved whole or not at all."""

from __future__ import annotations

import io
import json
import unicodedata
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from bot.imports.plans import ImportOutcome
from bot.memberlist import columns, exports, import_cards, imports
from bot.memberlist.imports import Plan
from bot.message import UserError
from bot.register import sheets, spreadsheet
from bot.register.change import Change
from bot.turn import KANSLI_ONLY
from storage.contacts import Contact
from storage.database import Database
from storage.municipalities import MemberState
from storage.people import Person
from tests.conftest import NOON
from tests.support import lists
from tests.support.chat import Chat
from tests.support.people import HABO, LUND, SOTENAS, appoint, audited, held, know, municipality, rows, set_up

REASONS = (
    "Dubblett: samma person och uppdrag som rad 4.",
    "Adressen innehåller #EXT#.",
    "En cell innehåller en formel.",
    "Koden 1427 är Sotenäs kommun, men namnet säger Lunds kommun.",
    "Det finns ingen kommun som heter ”Atlantis”.",
    "Rollen ”Vaktmästare” förstår jag inte.",
    "Mejladressen är inte en hel adress.",
    "Skriv personens namn.",
    "Samma adress som rad 4, men ett annat namn.",
    "Det finns ingen kommun med koden 7777.",
)


pytestmark = pytest.mark.usefixtures("filled")


def imported(database: Database, data: bytes) -> Plan:
    table = columns.understood(spreadsheet.read(data))

    def work(session: Any) -> Plan:
        plan = imports.plan(session, table, lock=True)
        imports.carry_out(Change(session, None, NOON), plan)
        return plan

    return database.play(work)


def planned(database: Database, text: str) -> Plan:
    table = columns.understood(spreadsheet.read_text(text))
    return database.play(lambda session: imports.plan(session, table))


@pytest.mark.parametrize("made", [lists.as_csv, partial(lists.as_csv, encoding="utf-16"), lists.as_excel])
def test_four_hundred_people_with_excels_habits(database: Database, made: Callable[[], bytes]) -> None:
    plan = imported(database, made())

    assert plan.counts == {ImportOutcome.NEW: 400, ImportOutcome.REFUSED: 10}
    refused = [line.what for line in plan.lines if line.outcome is ImportOutcome.REFUSED]
    assert [what for what, reason in zip(refused, REASONS, strict=True) if not what.startswith(reason)] == []
    assert len(plan.new_members) == 200
    assert plan.ignored == ()
    assert held(database, "0114") == [
        ("officer", "Björn Öhman"),
        ("politician", "Anna Andersson"),
    ]
    before = rows(database)
    assert before == (400, 400, 600)

    again = imported(database, made())
    assert again.counts == {ImportOutcome.UNCHANGED: 400, ImportOutcome.REFUSED: 10}
    assert not again.useful
    assert rows(database) == before


def test_the_old_windows_code_page_is_read(database: Database) -> None:
    data = "Kommun;Roll;Namn;Mejl\r\nÖrnsköldsvik;Ersättare;Åke Öst;ake@ovik.example.se".encode("cp1252")

    assert imported(database, data).counts == {ImportOutcome.NEW: 1}
    assert held(database, "2284") == [("substitute", "Åke Öst")]


def test_headings_in_two_rows_tell_of_several_people(database: Database) -> None:
    plan = imported(database, lists.two_rows_of_headings())

    assert plan.counts == {ImportOutcome.NEW: 3}
    assert held(database, SOTENAS) == [("officer", "Siri Sten"), ("politician", "Per Politiker")]
    assert held(database, HABO) == [("officer", "Hans Holm")]
    assert municipality(database, HABO).state == "prospect"


def test_a_list_changes_facts_but_ends_nobodys_seat(database: Database) -> None:
    set_up(database, state="former")
    appoint(database, "politician", "Per Politiker", "per@sotenas.se")
    text = (
        "Kommun\tStatus\tProgram\tGäller till\tRoll\tNamn\tMejl\n"
        "Sotenäs\tMedlem\thttps://sotenas.se/p\t2030-12-31\tpolitiker\tNina Ny\tnina@sotenas.se\n"
        "Sotenäs\tTidigare\t\t\tpolitiker\tPer Politiker\tper@sotenas.se\n"
        "Lund\tmedlem\t\t\t\t\t\n"
    )

    plan = planned(database, text)
    assert [line.outcome for line in plan.lines] == ["new", "refused", "changed"]
    assert "kommunen har redan någon, som står kvar" in plan.lines[0].what
    assert plan.lines[1].what == "Raden säger något annat om kommunen än rad 2."
    assert rows(database) == (1, 1, 1)

    imported(database, text.encode())
    assert held(database) == [("politician", "Nina Ny"), ("politician", "Per Politiker")]
    assert (municipality(database).state, municipality(database).programme_until) == ("member", 2030)
    assert municipality(database, LUND).state == "member"


def test_a_list_gives_no_seat_to_another_person_with_the_same_address(database: Database) -> None:
    appoint(database, "officer", "Siri Sten", "kommunen@sotenas.se")
    rows = ("Kommun;Namn;E-post;Roll", "Sotenäs;Bo Ek;kommunen@sotenas.se;Politiker")

    plan = imported(database, "\n".join((*rows, "Sotenäs;Siri Sten;kommunen@sotenas.se;Ersättare")).encode())

    assert [line.outcome for line in plan.lines] == [ImportOutcome.REFUSED, ImportOutcome.REFUSED]
    assert plan.lines[0].what.startswith("Adressen hör till Siri Sten.")
    assert held(database) == [("officer", "Siri Sten")]


def test_a_list_without_marks_does_not_say_which_habo(database: Database) -> None:
    plan = planned(database, "Kommun;Roll;Namn;Mejl\nHabo;politiker;Bo Ek;bo@habo.se\n")

    assert plan.lines[0].what == "”Habo” kan vara Håbo kommun eller Habo kommun. Skriv kommunkoden."


def test_a_macs_letters_are_read_as_others(database: Database) -> None:
    text = unicodedata.normalize(
        "NFD", "Kommun;Roll;Förnamn;Efternamn;Mejl\nSotenäs;tjänsteperson;Örjan;Åberg;o@s.se\n"
    )

    plan = planned(database, text)
    assert (plan.counts, plan.ignored) == ({ImportOutcome.NEW: 1}, ())
    assert plan.wanted[0].name == "Örjan Åberg"


def test_a_mail_domain_is_one_municipalitys(database: Database) -> None:
    set_up(database, mail_domains=["sotenas.se"])
    plan = planned(
        database, "Kommun;Mejldomäner\nLund;sotenas.se\nEslöv;e.se\nUmeå;e.se\nEslöv;e.se\nSotenäs;sotenas.se\n"
    )

    assert [line.what for line in plan.lines if line.outcome is ImportOutcome.REFUSED] == [
        "Mejldomänen sotenas.se hör redan till Sotenäs kommun.",
        "Mejldomänen e.se står för en annan kommun på rad 3.",
    ]


def test_an_export_holds_nothing_that_is_run(database: Database) -> None:
    def evil(session: Any) -> None:
        session.add(Person(name="=cmd|' /C calc'!A0", mail="a@sotenas.se", first_seen_at=NOON))
        session.flush()
        person = session.scalars(select(Person)).one()
        session.add(Contact(municipality_code=SOTENAS, seat="officer", person_id=person.id, since=NOON.date()))

    database.play(evil)
    sheet: Any = load_workbook(io.BytesIO(exports.excel(database.play(exports.rows)))).active
    cells = [cell for row in sheet.iter_rows() for cell in row]

    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert sheet["H2"].value == "'=cmd|' /C calc'!A0"
    assert sheet["A2"].value == "1427"
    assert ";'=cmd|' /C calc'!A0;" in sheets.separated(database.play(exports.rows)).decode("utf-8-sig")


def phones(database: Database) -> dict[str, str | None]:
    return database.play(lambda session: {one.name: one.phone for one in session.scalars(select(Person))})


def test_telephone_numbers_are_read_and_an_odd_one_stops_nobody(kansli: Chat) -> None:
    database = kansli.app.database
    appoint(database, "officer", "Siri Sten", "siri@sotenas.se")
    pasted = (
        "Kommun;Roll;Namn;Mejl;Tel.nr;Mobil\n"
        "Sotenäs;tjänsteperson;Siri Sten;siri@sotenas.se;+46 523 66 40 00;x\n"
        "Sotenäs;rapportör;Siri Sten;siri@sotenas.se;0523-66 40 01;\n"
        "Lund;politiker;Per Ek;per@lund.se;461234567;\n"
        "Lund;ersättare;Eva Ek;eva@lund.se;=1+1111111;\n"
        "Lund;tjänsteperson;Bo Ek;bo@lund.se;växeln;\n"
        "Lund;rapportör;Ida Ek;ida@lund.se;-;070\n"
        "Sala;tjänsteperson;Ulf Ek;ulf@sala.se;19800101-1234;\n"
        "Sala;politiker;Åsa Ek;asa@sala.se;8001011234;\n"
    )
    kansli.say("importera medlemmar")
    shown = kansli.click("Visa vad som ändras", answer=pasted)
    assert "9 rader i listan: 3 lästa, 5 stoppade och 1 överhoppad" in shown
    odd = "Telefonnumret sparas inte, men resten av raden."
    assert f"Rad 3. Siri Sten, Sotenäs kommun: {odd} Personen har ett annat nummer på rad 2." in shown
    assert f"Rad 5. Eva Ek, Lunds kommun: {odd} Det ser inte ut som ett telefonnummer." in shown
    assert f"Rad 6. Bo Ek, Lunds kommun: {odd}" in shown
    assert f"Rad 8. Ulf Ek, Sala kommun: {odd} Det ser ut som ett personnummer." in shown
    assert f"Rad 9. Åsa Ek, Sala kommun: {odd} Det ser ut som ett personnummer." in shown
    assert "Rad 2. Siri Sten, Sotenäs kommun: nytt telefonnummer" in shown
    assert "Kolumner som inte läses: Mobil." in shown
    kansli.click("Spara ändringarna")

    numbers = {name: number for name, number in phones(database).items() if number}
    assert numbers == {"Siri Sten": "+46 523 66 40 00", "Per Ek": "0461234567"}
    assert "Bo Ek" in phones(database)
    assert "Nytt telefonnummer (import)" in audited(database)
    assert "66 40 00" not in str(audited(database))
    kansli.say("importera medlemmar")
    assert "Spara ändringarna" not in kansli.click("Visa vad som ändras", answer=pasted)


def test_an_export_is_read_back_unchanged_with_its_numbers(database: Database) -> None:
    imported(database, b"Kommun;Roll;Namn;Mejl;Telefon\nLund;politiker;Per;per@lund.se;+46 46 12 34 56\n")

    for made in (exports.excel, sheets.separated):
        plan = imported(database, made(database.play(exports.rows)))
        assert (plan.counts, plan.useful) == ({ImportOutcome.UNCHANGED: 1}, False)
        assert plan.ignored == ("Sedan", "Anmärkning")
    assert phones(database) == {"Per": "+46 46 12 34 56"}


def test_a_list_replaces_no_number_that_somebody_who_uses_the_bot_has_given(kansli: Chat, chat: Chat) -> None:
    pasted = f"Kommun;Roll;Namn;Mejl;Telefon\nLund;politiker;{chat.sender.name};anna@lund.se;046-12 34 56\n".encode()
    know(chat, mail="anna@lund.se", phone="070-123 45 67")

    imported(kansli.app.database, pasted)
    assert phones(kansli.app.database)[chat.sender.name] == "070-123 45 67"
    know(chat, phone=None)
    assert imported(kansli.app.database, pasted).lines[0].what == "nytt telefonnummer"
    assert phones(kansli.app.database)[chat.sender.name] == "046-12 34 56"


def test_the_kansli_pastes_a_list_looks_and_saves(kansli: Chat) -> None:
    database = kansli.app.database
    pasted = (
        "Kommun\tRoll\tNamn\tMejladress\n"
        "Sotenäs\tpolitiker\tPer Politiker\tper@sotenas.se\n"
        "Sotenäs\ttjänsteperson\tSiri\tsiri\n"
    )
    kansli.say("importera medlemmar")

    shown = kansli.say(pasted)
    assert "3 rader i listan: 1 läst, 1 stoppad och 1 överhoppad (1 rubrikrad)." in shown
    assert "Rad 3. Siri, Sotenäs: Mejladressen är inte en hel adress." in shown
    assert "1 kommun blir medlem" in shown
    assert held(database) == []

    assert "Importen är klar" in kansli.click("Spara ändringarna")
    assert held(database) == [("politician", "Per Politiker")]
    set_up(database, state=MemberState.FORMER)
    kansli.say("importera medlemmar")
    again = kansli.click("Visa vad som ändras", answer=pasted)
    assert "Spara ändringarna" not in again
    assert "Står som tidigare medlem, och gör det även efter importen: Sotenäs kommun." in again


def test_a_file_in_the_kanslis_own_chat_is_shown_before_it_is_saved(chat: Chat, kansli: Chat) -> None:
    """The rows above the headings and the empty ones keep their numbers."""
    data = "Våra kontakter;;;\n\nKommun;Roll;Namn;Mejl\n\nSotenäs;politiker;Per Ek;per@sotenas.se\nSotenäs;;Siri;x\n"

    assert "Rad 6." in kansli.give("lista.csv", data.encode("cp1252"))
    assert "Importen är klar" in kansli.click("Spara ändringarna")
    assert held(kansli.app.database) == [("politician", "Per Ek")]
    kansli.give("lista.xlsx", sheets.workbook("Blad", [["Kommun", "Roll", "Namn", "Mejl"], ["Lund", "", "", ""]], ()))
    assert "Avbrutet" in kansli.click("Avbryt")
    assert "Jag känner inte igen vad filen innehåller" in kansli.give("bild.png", b"\x89PNG\r\n")
    assert "läser jag bara åt kansliet" in chat.give("lista.csv", data.encode())


def test_what_was_shown_is_what_is_saved(kansli: Chat) -> None:
    kansli.say("importera medlemmar")
    kansli.click("Visa vad som ändras", answer="Kommun;Roll;Namn;Mejl\nSotenäs;politiker;Per Ek;per@sotenas.se\n")
    appoint(kansli.app.database, "politician", "Annan Person", "annan@sotenas.se")

    assert "Registret har ändrats" in kansli.click("Spara ändringarna")
    assert held(kansli.app.database) == [("politician", "Annan Person")]
    assert "kommunen har redan någon" in kansli.click("Tillbaka") or kansli.click(
        "Visa vad som ändras", answer="Kommun;Roll;Namn;Mejl\nSotenäs;politiker;Per Ek;per@sotenas.se\n"
    )


def test_a_question_in_the_middle_is_answered_and_the_list_waits(kansli: Chat) -> None:
    kansli.say("importera medlemmar")

    assert "Importen av medlemslistan ligger kvar." in kansli.say("Hur blir vår kommun medlem?")
    assert "klistra in dem här" in kansli.click("Fortsätt")
    assert "Jag hittar inga rubriker." in kansli.say("det här är\ningen lista")


def test_somebody_who_is_kansli_no_more_saves_nothing(chat: Chat, kansli: Chat) -> None:
    kansli.say("roller")
    kansli.click("Sök person", name="Anna", role="kansli")
    kansli.click("Anna Andersson")
    chat.say("importera medlemmar")
    chat.click("Visa vad som ändras", answer="Kommun;Roll;Namn;Mejl\nSotenäs;politiker;Per Ek;per@sotenas.se\n")
    kansli.say("roller")
    kansli.click("Ta bort rollen")
    kansli.click("Ja, ta bort")

    assert chat.click("Spara ändringarna") == KANSLI_ONLY.replace("**", "”")
    assert chat.click("Tillbaka") == KANSLI_ONLY.replace("**", "”"), "nor sees what would change"
    assert chat.click("Avbryt") == "Vi håller inte på med något just nu."
    assert held(chat.app.database) == []


def test_a_long_preview_fits_a_card(database: Database) -> None:
    table = columns.understood(spreadsheet.read(lists.as_csv()))
    plan = database.play(lambda session: imports.plan(session, table))

    assert len(json.dumps(import_cards.preview(plan, []))) < 40_000
    assert "och 388 till" in json.dumps(import_cards.preview(plan, []), ensure_ascii=False)


@pytest.mark.parametrize("text", ["", "\n\n", "Kommun", "Kommun;Namn\n", "a;b;c\n1;2;3"])
def test_what_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        columns.understood(spreadsheet.read_text(text))
