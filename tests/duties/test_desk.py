"""The kansli plans duties: the starting content, the form, later days, copies, and closing."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.progress import plans
from storage import content, duties, roles
from storage.duties import Duty, DutyKind
from storage.people import PersonRole
from tests.conftest import NOON
from tests.support.chat import Chat, seen
from tests.support.duties import add_duty, change_duty, history
from tests.support.people import LUND, SOTENAS, audited, person, set_up
from tests.support.races import Press, at_once

FORM = {
    "kind": "survey",
    "heading": "Enkäten",
    "year": "2027",
    "opens": "2027-02-01",
    "due": "2027-03-03",
    "seats": "officer,politician",
    "counties": "",
    "size_groups": "",
    "towns": "",
    "why": "Svaren styr.",
    "how": "Svara på **enkäten**.",
    "link": "https://enkat.example.se/1",
    "minutes": "20",
    "ladder": "-30, −14, -3, +1, 7, 14",
}


def stored(chat: Chat, number: int = 1) -> Duty:
    return chat.app.database.play(lambda session: session.get_one(Duty, number))


def load(chat: Chat) -> int:
    return chat.app.database.play(lambda session: content.load_duties(session, NOON))


def test_the_plans_duties_are_loaded_once_without_any_date(kansli: Chat) -> None:
    assert (load(kansli), load(kansli)) == (7, 0)
    rows = kansli.app.database.play(lambda session: [*duties.of_year(session, 2026), *duties.of_year(session, 2027)])
    assert {(row.opens, row.due, row.minutes) for row in rows} == {(None, None, None)}
    assert {tuple(rung["days"] for rung in row.ladder) for row in rows} == {plans.RUNGS}
    assert all(rung["to"] == plans.told(rung["days"], DutyKind(row.kind)) for row in rows for rung in row.ladder)
    assert {row.source: row.copied_from_id for row in rows if row.copied_from_id} == {
        f"plan:{kind}:2027": row.id for row in rows if row.year == 2026 for kind in [row.kind]
    }

    shown = kansli.say("planera uppgifter")
    assert "Gröna nyckeltal: datum inte satt" in shown
    assert "Nyhetsbrevet: läs och sprid: datum inte satt" in shown
    assert "2 uppgifter utan datum påminner ingen." in shown
    assert "Aktuellt miljö- och hållbarhetsprogram: datum inte satt" in kansli.click("2027")
    assert "Skriv året med fyra siffror" in kansli.say("planera uppgifter 20266")


def test_a_duty_is_planned_changed_extended_copied_and_closed(kansli: Chat) -> None:
    for code in (SOTENAS, LUND):
        set_up(kansli.app.database, code)
    kansli.say("ny uppgift Enkäten")
    shown = kansli.click("Spara", **FORM)

    assert "Öppnar måndag den 1 februari 2027, vecka 5, sista dag onsdag den 3 mars 2027, vecka 9." in shown
    assert "Gäller: alla medlemmar." in shown
    assert "Tar ungefär 20 minuter." in shown
    assert "30 dagar före: rapportör" in shown
    assert "7 dagar efter: rapportör, tjänsteperson och kontaktpolitiker" in shown
    assert "14 dagar efter: på kansliets ringlista" in shown
    row = stored(kansli)
    assert (row.due, row.seats, row.audience, row.version) == (date(2027, 3, 3), ["officer", "politician"], {}, 1)

    kansli.click("Ändra")
    assert "Gäller: Sotenäs och Lund, Skåne län" not in kansli.click(
        "Spara", **FORM | {"towns": "Sotenäs, Lunds kommun"}
    )
    assert stored(kansli).audience == {"codes": [SOTENAS, LUND]}
    kansli.click("Förläng")
    assert "Sista dag för Lund är nu den 20 mars 2027." in kansli.click("Förläng", due="2027-03-20", towns="Lund")
    kansli.click("Förläng")
    assert "Sista dag för alla är nu den 10 mars 2027." in kansli.click("Förläng", due="2027-03-10", towns="")
    own = kansli.app.database.play(lambda session: duties.status(session, 1, LUND))
    assert own is not None
    assert (stored(kansli).due, own.due) == (date(2027, 3, 10), date(2027, 3, 20))

    assert "Kopierad till 2028. Sätt datum när du vet det." in kansli.click("Kopiera till 2028")
    copied = stored(kansli, 2)
    assert (copied.year, copied.opens, copied.due, copied.copied_from_id) == (2028, None, None, 1)
    kansli.click("Alla uppgifter")
    kansli.click("2027")
    kansli.click("Enkäten: senast onsdag den 10 mars 2027, vecka 10")
    assert "redan kopierad till 2028" in kansli.click("Kopiera till 2028")
    assert "Stängd" in kansli.click("Stäng")
    assert "Uppgiften är öppen igen." in kansli.click("Öppna igen")
    assert audited(kansli.app.database)[-6:] == [
        "Ändrade uppgiften: Enkäten 2027",
        "Förlängde Enkäten 2027",
        "Förlängde för alla: Enkäten 2027",
        "Kopierade uppgiften: Enkäten 2028",
        "Stängde uppgiften: Enkäten 2027",
        "Öppnade uppgiften igen: Enkäten 2027",
    ]


WRONG = (
    ({"due": "2027-01-31"}, "är före dagen då den öppnar"),
    ({"year": "1990"}, "Året ska vara mellan 2025 och 2031, inte 1990."),
    ({"year": "20266"}, "Året ska vara mellan 2025 och 2031, inte 20266."),
    ({"year": "tjugo"}, "Skriv året med fyra siffror"),
    ({"heading": "  "}, "Skriv vad uppgiften heter."),
    ({"heading": "x" * 200}, "Namnet är 200 tecken. Korta till högst 120."),
    ({"link": "enkäten"}, "Länken ska vara en hel webbadress"),
    ({"link": "javascript:alert(1)"}, "Länken ska vara en hel webbadress"),
    ({"minutes": "en kvart"}, "Skriv tiden i minuter med siffror"),
    ({"minutes": "99999"}, "mellan 1 och 3000 minuter"),
    ({"due": "i mars"}, "Jag förstår inte sista dagen"),
    ({"opens": "", "due": "2026-11-01"}, "har redan varit"),
    ({"due": "2030-03-03"}, "Uppgiften gäller 2027, men sista dagen är den 3 mars 2030."),
    ({"seats": ""}, "Välj vem i kommunen"),
    ({"seats": "kansli"}, "Valen har ändrats"),
    ({"kind": "annat"}, "Välj vilken sorts uppgift"),
    ({"ladder": "ofta"}, "Skriv påminnelserna som dagar"),
    ({"ladder": "1 2 3 4 5 6 7"}, "Högst 6 påminnelser"),
    ({"ladder": "-400"}, "från 90 dagar före till 60 dagar efter"),
    ({"towns": "Nora, Håboo"}, "Jag är inte säker på ”Håboo”"),
)


def test_a_form_that_can_not_be_is_refused_with_the_reason(kansli: Chat) -> None:
    kansli.say("ny uppgift")
    for given, refusal in WRONG:
        assert refusal in kansli.click("Spara", **FORM | given), given
    assert kansli.app.database.play(lambda session: duties.of_year(session, 2027)) == []


def test_the_order_of_the_seats_is_kept_when_the_form_is_saved(kansli: Chat) -> None:
    """The first seat does the duty. The form's list knows no order, so what was first stays first."""
    add_duty(kansli.app.database, seats=["politician", "reporter"], due=date(2027, 3, 3), year=2027)
    kansli.say("planera uppgifter 2027")
    kansli.click("Gröna nyckeltal: senast onsdag den 3 mars 2027, vecka 9")
    kansli.click("Ändra")
    shown = kansli.click("Spara", **FORM | {"seats": "officer,reporter,politician"})
    assert "Görs av: kontaktpolitiker, annars rapportör, annars tjänsteperson." in shown
    assert stored(kansli).seats == ["politician", "reporter", "officer"]
    assert [rung["to"] for rung in stored(kansli).ladder[:2]] == [["reporter"], ["reporter"]]


def test_two_of_the_kansli_press_at_once(kansli: Chat) -> None:
    """Of two changes to a duty only one is made, and the other is told. Both may set a municipality's state."""
    database = kansli.app.database
    elin = kansli.as_("Elin Extra")
    number = person(elin).id
    database.play(lambda session: roles.give(session, number, PersonRole.KANSLI, None, NOON))
    set_up(database, SOTENAS)
    add_duty(database)
    form = FORM | {"year": "2026", "opens": "", "due": "2026-12-20", "duty": 1, "version": 1}
    presses: list[Press] = [(kansli, "duties.desk.save", form), (elin, "duties.desk.close", {"duty": 1, "version": 1})]
    told = [seen(reply) for reply in at_once(presses)]
    assert sum("Ändringen är sparad." in text or "Stängd den" in text for text in told) == 1
    assert sum("har ändrats sedan kortet visades" in text for text in told) == 1
    assert stored(kansli).version == 2

    change_duty(database, stored(kansli), closed_at=None)
    named = {"duty": 1, "code": SOTENAS}
    states: list[Press] = [(kansli, "duties.report.confirm", named), (elin, "duties.report.exempt", named)]
    told = [seen(reply) for reply in at_once(states)]
    assert sum("Bekräftat." in text for text in told) == 1
    assert sum("Undantaget." in text for text in told) == 1
    said = {("confirmed", "kansli", ""), ("exempt", "kansli", "")}
    assert set(history(database, stored(kansli), SOTENAS)) == said


def test_a_later_day_is_within_the_duty(kansli: Chat) -> None:
    set_up(kansli.app.database, LUND)
    add_duty(kansli.app.database)
    data = {"duty": 1, "version": 1, "towns": ""}
    for day_, told in (
        ("9999-12-31", "men sista dagen är den 31 december 9999"),
        ("2026-12-08", "Sista dagen är redan den 8 december 2026."),
        ("", "Välj den nya sista dagen."),
        ("snart", "Jag förstår inte den nya dagen"),
    ):
        for towns in ("", "Lund"):
            assert told in kansli.press("duties.desk.extend", data | {"due": day_, "towns": towns}), (day_, towns)
    assert "gäller inte Håbo kommun" in kansli.press(
        "duties.desk.extend", data | {"due": "2027-01-01", "towns": "Håbo"}
    )
    place = {"duty": 1, "code": LUND, "reason": "Ny person"}
    told = kansli.press("duties.report.postpone", place | {"until": "9999-12-31"})
    assert "Välj en dag senast den 31 december 2027." in told


def test_two_who_edit_at_once_and_old_cards(kansli: Chat, chat: Chat) -> None:
    kansli.say("ny uppgift")
    kansli.click("Spara", **FORM)
    kansli.click("Ändra")
    kansli.app.database.play(lambda session: setattr(session.get_one(Duty, 1), "version", 2))
    assert "Uppgiften har ändrats sedan kortet visades" in kansli.click("Spara", **FORM)
    kansli.say("planera uppgifter 2027")
    kansli.click("Enkäten: senast onsdag den 3 mars 2027, vecka 9")
    old: Any = kansli.card
    assert "Stängd" in kansli.click("Stäng")
    data = next(
        action["data"] for part in old["body"] for action in part.get("actions", ()) if action["title"] == "Stäng"
    )
    assert "har ändrats sedan kortet visades" in kansli.press("duties.desk.close", data)
    assert "Uppgiften stängdes" in kansli.press("duties.desk.close", data | {"version": 3})
    assert "bara för kansliet" in chat.say("planera uppgifter")
