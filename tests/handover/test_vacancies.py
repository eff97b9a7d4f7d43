"""Days without a holder: counted, and shown to the kansli, the longest first."""

from __future__ import annotations

from datetime import date

import pytest

from bot.register import vacancies
from storage.contacts import Contact
from storage.people import Person
from tests.support.chat import Chat
from tests.support.handovers import appoint, end
from tests.support.people import LUND, SOTENAS, know, set_up

TODAY = date(2027, 3, 1)


def held(since: str, until: str = "", **more: object) -> Contact:
    last = date.fromisoformat(until) if until else None
    facts = {"municipality_code": SOTENAS, "seat": "politician", **more}
    return Contact(since=date.fromisoformat(since), until=last, **facts)


@pytest.mark.parametrize(
    ("contacts", "days"),
    [
        ([], [(True, None)]),
        ([held("2026-01-01")], []),
        ([held("2026-01-01", "2027-03-01")], []),  # the last day is today
        ([held("2026-01-01", "2027-02-28")], [(True, 1)]),
        ([held("2026-01-01", "2027-01-01")], [(True, 59)]),
        ([held("2026-01-01", "2026-12-31"), held("2026-12-31")], []),
        ([held("2026-01-01", "2026-12-31"), held("2027-01-01")], []),
        ([held("2026-01-01", "2026-12-31"), held("2027-01-05")], [(False, 4)]),
        ([held("2026-01-01", "2027-01-05"), held("2026-06-01", "2026-12-31"), held("2027-01-10")], [(False, 4)]),
        ([held("2026-01-01", "2026-02-01"), held("2026-01-05")], []),  # two at a time
        ([held("2026-01-01", "2026-01-31"), held("2026-02-03", "2027-02-19")], [(True, 10), (False, 2)]),
    ],
)
def test_days_are_counted(contacts: list[Contact], days: list[tuple[bool, int | None]]) -> None:
    found = vacancies.all_of([SOTENAS], [*contacts, held("2020-01-01", seat="officer")], TODAY)
    assert [(each.open, each.days) for each in found] == days


def test_a_person_who_left_the_network_fills_no_seat(chat: Chat) -> None:
    gone = held("2026-01-01")
    gone.person = Person(name="Per", left_at=chat.clock.now)
    found = vacancies.all_of([SOTENAS], [gone, held("2020-01-01", seat="officer")], TODAY)
    assert [each.days for each in found] == [(TODAY - date(2026, 11, 24)).days]


def test_the_kansli_sees_the_longest_first(kansli: Chat) -> None:
    for code in (SOTENAS, LUND):
        set_up(kansli.app.database, code)
        for seat in ("politician", "officer"):
            appoint(kansli, seat, f"{seat} {code}", f"{seat}@{code}.se", code)
    end(kansli, 1)
    kansli.clock.forward(days=20)
    end(kansli, 4)
    kansli.clock.forward(days=10)

    shown = kansli.say("medlemmar")
    assert "- Sotenäs: utan kontaktpolitiker i 30 dagar, sedan den 25 november 2026" in shown
    assert shown.index("Sotenäs: utan") < shown.index("Lund: utan tjänsteperson i 10 dagar")
    assert "Utan kontaktpolitiker i 30 dagar, sedan den 25 november 2026." in kansli.say("visa kommun Sotenäs")
    appoint(kansli, "politician", "Nina Ny", "nina@sotenas.se")
    kansli.say("medlemmar")
    shown = kansli.click("Dagar utan kontaktperson")
    assert "Dagar utan kontaktperson\n1 uppdrag är tomt nu." in shown
    assert shown.index("Lunds kommun: utan tjänsteperson i 10 dagar") < shown.index("Har varit tomma")
    assert "Sotenäs kommun: utan kontaktpolitiker i 29 dagar, till den 23 december 2026" in shown


def test_a_member_does_not_see_it(chat: Chat) -> None:
    know(chat, municipality_code=SOTENAS)
    assert "kansliet" in chat.press("people.vacant", {"page": 0}).casefold()
