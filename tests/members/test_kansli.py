"""The kansli: gaps found and filled, contact persons replaced, facts changed, roles given and taken."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from openpyxl import load_workbook

from bot import downloads
from bot.conversation import ROUTES
from bot.members import contact_commands
from bot.routes import Role
from bot.turn import KANSLI_ONLY, App
from storage import content, links, roles
from storage.database import Database
from storage.municipalities import Municipality
from storage.people import PersonRole
from tests.conftest import NOON, make_app
from tests.support.chat import KANSLI, Chat, Clock, actions
from tests.support.people import (
    LUND,
    SOTENAS,
    all_contacts,
    appoint,
    audited,
    data_of,
    held,
    know,
    municipality,
    person,
    set_up,
)

pytestmark = pytest.mark.usefixtures("filled")


def test_the_official_facts_are_loaded_again_without_touching_the_kanslis(database: Database) -> None:
    set_up(database, programme_until=2031, mail_domains=["sotenas.se"])

    def spoil(session: Any) -> None:
        session.get_one(Municipality, SOTENAS).full_name = "Gammalt namn"

    database.play(spoil)
    assert database.play(content.load_municipalities) == 1
    assert database.play(content.load_municipalities) == 0
    row = municipality(database)
    assert (row.full_name, row.state, row.programme_until) == ("Sotenäs kommun", "member", 2031)


def test_a_shared_address_gives_a_seat_to_nobody_else(chat: Chat, kansli: Chat) -> None:
    """Somebody known by another spelling, or by the address alone, is still found by it."""
    database = kansli.app.database
    set_up(database)
    for name, mail in (("Maja Gräddnos", "info@sotenas.se"), ("asa.oberg", "asa@sotenas.se")):
        know(chat.as_(name), mail=mail)
    form = {"code": SOTENAS, "seat": "politician"}

    refused = kansli.press("people.save_contact", {**form, "name": "Mats Ek", "mail": "info@sotenas.se"})
    assert "Adressen hör till Maja Gräddnos." in refused
    assert held(database) == []
    for name, mail in (("Maja Graddnos-Ek", "info@sotenas.se"), ("Åsa Öberg", "asa@sotenas.se")):
        assert "är nu kontaktperson" in kansli.press("people.save_contact", {**form, "name": name, "mail": mail})
    assert held(database) == [("politician", "Maja Gräddnos"), ("politician", "asa.oberg")]


def test_a_gap_is_found_and_filled(kansli: Chat) -> None:
    database = kansli.app.database
    set_up(database, programme_until=2030)
    set_up(database, LUND, programme_until=2020)
    appoint(database, "officer", "Siri Sten", "siri@sotenas.se")

    assert "**2 medlemmar.** 0 har både" in kansli.say("medlemmar")
    shown = kansli.click("Saknar kontaktpolitiker (2)")
    assert "Lund\nSaknar kontaktpolitiker, tjänsteperson, aktuellt program och ersättare." in shown
    kansli.click("Sotenäs")
    assert "Saknas: kontaktpolitiker och ersättare." in kansli.text
    kansli.click("Lägg till kontaktperson")
    shown = kansli.click("Spara", seat="politician", name="Per Politiker", mail="Per.Politiker@Sotenas.se ")

    assert "Per Politiker är nu kontaktperson." in shown
    assert "Saknas: ersättare." in shown
    assert held(database) == [("officer", "Siri Sten"), ("politician", "Per Politiker")]
    assert audited(database)[-1] == "Ny kontaktpolitiker"
    assert "1 har både" in kansli.say("medlemmar")


def test_the_list_filters_and_turns_pages(kansli: Chat) -> None:
    def members(session: Any) -> None:
        for one in session.query(Municipality).filter_by(county="Skåne län", kind="kommun"):
            one.state = "member"

    kansli.app.database.play(members)
    kansli.say("medlemmar")
    kansli.click("Medlem (33)")

    assert "Medlem (33)" in kansli.text
    assert "Sida 1 av 5" in kansli.text
    kansli.click("Nästa")
    assert "Sida 2 av 5" in kansli.text
    shown = kansli.click("Visa", state="member", gap="any", county="Skåne län", group="A1")
    assert "Medlem, saknar något, Skåne län, A1 (1)" in shown
    assert "Malmö\nSaknar" in shown
    assert len(json.dumps(kansli.card)) < 40_000
    assert "Ingen kommun passar" in kansli.click("Visa", state="member", gap="all", county="Hallands län", group="all")


@pytest.mark.parametrize("junk", [None, [], {"a": 1}, "x", -5, 2**70, True])
def test_a_list_made_by_hand_shows_something_sensible(kansli: Chat, junk: object) -> None:
    names = ("state", "gap", "county", "group", "page")

    assert "Medlem (0)" in kansli.press("people.list", dict.fromkeys(names, junk))


def test_a_municipality_is_found_by_any_spelling_or_asked(kansli: Chat) -> None:
    assert "Göteborgs kommun" in kansli.say("visa kommun göteborgs stad")
    assert "Vilken menar du?" in kansli.say("visa kommun habo")
    assert "Håbo kommun" in kansli.click("Håbo kommun")
    assert "Jag hittar ingen kommun" in kansli.say("visa kommun Atlantis")


def test_a_contact_person_is_replaced_and_kept_in_the_history(kansli: Chat, clock: Clock) -> None:
    database = kansli.app.database
    set_up(database)
    appoint(database, "politician", "Per Politiker", "per@sotenas.se")
    clock.forward(days=30)

    kansli.say("byt kontaktperson Sotenäs")
    kansli.click("Byt eller ändra Per Politiker")
    form = data_of(kansli, "Byt kontaktperson")
    shown = kansli.click("Byt kontaktperson", name="Nina Ny", mail="nina@sotenas.se")

    assert "Nina Ny har tagit över efter Per Politiker." in shown
    assert held(database) == [("politician", "Nina Ny")]
    assert "redan avslutat" in kansli.press("people.replace", {**form, "name": "Åter Igen", "mail": "a@sotenas.se"})
    history = kansli.click("Historik")
    assert "Per Politiker, kontaktpolitiker, från den 24 november 2026 till den 24 december 2026" in history
    assert "Ny kontaktpolitiker (Nina Ny), av Karin Kansli" in history


@pytest.mark.parametrize(
    ("name", "mail", "refusal"),
    [
        ("", "a@b.se", "Skriv personens namn."),
        ("=cmd|' /C calc'!A0", "a@b.se", "formel"),
        ("Anna", "anna", "inte en hel adress"),
        ("Anna", "anna_sotenas.se#EXT#@sekom.onmicrosoft.com", "#EXT#"),
        ("Anna", "a..b@sotenas.se", "inte en hel adress"),
        ("Anna", "anna@-sotenas.se", "inte en hel adress"),
        ("Anna", f"{'x' * 65}@sotenas.se", "inte en hel adress"),
        ("Anna", "åsa@sotenas.se", "å, ä eller ö före @"),
        ("x" * 121, "a@b.se", "inte ut som ett namn"),
    ],
)
def test_names_and_addresses_that_are_none_are_refused(kansli: Chat, name: str, mail: str, refusal: str) -> None:
    data = {"code": SOTENAS, "seat": "officer", "name": name, "mail": mail}

    assert refusal in kansli.press("people.save_contact", data)
    assert held(kansli.app.database) == []


def test_a_seat_is_left_empty_only_after_a_question(kansli: Chat) -> None:
    database = kansli.app.database
    appoint(database, "officer", "Siri Sten", "siri@sotenas.se")
    kansli.say("visa kommun sotenäs")
    kansli.click("Byt eller ändra Siri Sten")

    assert "Ska Siri Sten sluta som tjänsteperson?" in kansli.click("Avsluta utan efterträdare")
    assert held(database) != []
    kansli.click("Ja, avsluta")
    assert held(database) == []
    assert len(all_contacts(database)) == 1


def test_a_correction_does_not_make_two_people_one(kansli: Chat) -> None:
    database = kansli.app.database
    appoint(database, "officer", "Siri Sten", "siri@sotenas.se")
    appoint(database, "politician", "Per Politiker", "per@sotenas.se")
    kansli.say("visa kommun sotenäs")
    kansli.click("Byt eller ändra Siri Sten")

    assert "Adressen hör till Per Politiker" in kansli.click(
        "Spara rättelsen", right_name="Siri Sten", right_mail="per@sotenas.se"
    )
    kansli.click("Spara rättelsen", right_name="Siri Stén", right_mail="siri.sten@sotenas.se")
    assert ("officer", "Siri Stén") in held(database)


def test_a_new_contact_person_may_have_a_number(kansli: Chat) -> None:
    kansli.say("visa kommun sotenäs")
    kansli.click("Lägg till kontaktperson")
    given = {"seat": "officer", "name": "Siri Sten", "mail": "siri@sotenas.se"}
    assert "ser inte ut som ett telefonnummer" in kansli.click("Spara", **given, phone="växeln")
    assert held(kansli.app.database) == []
    kansli.click("Spara", **given, phone="0523-66 40 00")
    kansli.click("Byt eller ändra Siri Sten")
    assert "0523-66 40 00" in str(kansli.card)


def test_facts_are_changed_checked_and_audited(kansli: Chat) -> None:
    database = kansli.app.database
    kansli.say("visa kommun sotenäs")
    kansli.click("Ändra uppgifter")
    good = {
        "state": "member",
        "programme_url": "https://sotenas.se/p",
        "programme_until": "2030",
        "mail_domains": "@sotenas.se",
    }

    assert "https://" in kansli.click("Spara", **{**good, "programme_url": "javascript:alert(1)"})
    assert "fyra siffror" in kansli.click("Spara", **{**good, "programme_until": "snart"})
    assert "Vem som helst" in kansli.click("Spara", **{**good, "mail_domains": "gmail.com"})
    stale = data_of(kansli, "Spara")
    assert "Sparat." in kansli.click("Spara", **good)
    assert "Någon har ändrat kommunen" in kansli.press("people.save", {**stale, **good, "state": "former"})

    row = municipality(database)
    assert (row.state, row.programme_until, row.mail_domains) == ("member", 2030, ["sotenas.se"])
    assert audited(database)[0] == "Ändrat medlemskap: medlem"
    lund = {"code": LUND, "seen": "", **good}
    assert kansli.press("people.save", lund) == "Mejldomänen sotenas.se hör redan till Sotenäs kommun."


def test_roles_are_given_and_taken_with_audit(chat: Chat, kansli: Chat) -> None:
    assert "bara för kansliet" in chat.say("medlemmar")
    kansli.say("roller")
    kansli.click("Sök person", name="Anna", role="kansli")
    assert "Anna Andersson har nu rollen kansli." in kansli.click("Anna Andersson")
    assert "Medlemmar" in chat.say("medlemmar")

    chat.say("roller")
    chat.click("Ta bort rollen")
    own = chat.click("Ja, ta bort")
    assert own == "Du kan inte ta bort kansliets roll från dig själv. Be en kollega på kansliet."

    kansli.say("roller")
    kansli.click("Ta bort rollen")
    assert "har inte längre rollen kansli" in kansli.click("Ja, ta bort")
    assert "bara för kansliet" in chat.say("medlemmar")
    assert audited(kansli.app.database) == ["Gett rollen kansli", "Tagit bort rollen kansli"]


def test_every_role_that_was_given_can_be_reached(kansli: Chat) -> None:
    names = [f"Person {number:02}" for number in range(20)]
    ids = [person(kansli.as_(name)).id for name in names]
    kansli.app.database.play(
        lambda session: [roles.give(session, one, PersonRole.BOARD, None, kansli.clock.now) for one in ids]
    )

    shown = kansli.say("roller")
    assert "Roller (20)\nSida 1 av 3" in shown
    shown += kansli.click("Nästa") + kansli.click("Nästa")
    assert all(name in shown for name in names)
    assert "Nästa" not in kansli.buttons
    assert "Sida 3 av 3" in kansli.press("people.roles", {"page": 99})
    assert "Person 07" in kansli.click("Föregående") + kansli.click("Föregående")


def test_the_list_of_members_is_fetched_as_excel(chat: Chat, kansli: Chat) -> None:
    set_up(kansli.app.database)
    appoint(kansli.app.database, "officer", "=Siri Sten", "siri@sotenas.se")
    kansli.say("medlemmar")
    kansli.click("Hämta som Excel")
    address = next(action["url"] for action in actions(kansli.card) if action["type"] == "Action.OpenUrl")
    token = address.rpartition("/")[2]

    def fetch(session: Any) -> downloads.File | None:
        return downloads.fetch(kansli.app, session, token, kansli.clock.now)

    file = kansli.app.database.play(fetch)
    assert file is not None
    assert file.name == "medlemmar.xlsx"
    sheet = load_workbook(io.BytesIO(file.content())).active
    assert [[cell.value for cell in row][:9] for row in sheet.iter_rows(min_row=2)] == [
        ["1427", "Sotenäs kommun", "medlem", None, None, None, "tjänsteperson", "'=Siri Sten", "siri@sotenas.se"]
    ]
    assert kansli.app.database.play(fetch) is None
    assert chat.press("people.export", {}) == KANSLI_ONLY.replace("**", "”")
    theirs = kansli.app.database.play(lambda session: links.make(session, person(chat).id, "members", NOON))
    assert kansli.app.database.play(lambda session: downloads.fetch(kansli.app, session, theirs, NOON)) is None


def test_the_kanslis_role_needs_somebody_the_bot_has_met(kansli: Chat) -> None:
    appoint(kansli.app.database, "officer", "Siri Sten", "siri@sotenas.se")
    kansli.say("roller")
    kansli.click("Sök person", name="siri@", role="kansli")

    assert "har inte skrivit till mig än" in kansli.click("Siri Sten, siri@sotenas.se")


def test_a_role_given_in_the_chat_can_go_while_the_settings_name_somebody(app: App, clock: Clock) -> None:
    first = Chat(app, clock).as_("Karin Kansli", entra_id=KANSLI)
    first.say("roller")
    first.click("Sök person", name="Karin", role="kansli")
    first.click("Karin Kansli")
    bare = make_app(app.database, SEKOM_KANSLI="cccccccc-0000-0000-0000-00000000000c")
    other = Chat(bare, clock).as_("Bo Boss", entra_id="cccccccc-0000-0000-0000-00000000000c")
    other.say("roller")

    other.click("Ta bort rollen")
    assert "har inte längre rollen kansli" in other.click("Ja, ta bort")


def test_members_can_press_nothing_of_the_kanslis(chat: Chat, kansli: Chat) -> None:
    appoint(kansli.app.database, "officer", "Siri Sten", "siri@sotenas.se")
    verbs = [
        name for name, action in ROUTES.actions.items() if name.startswith("people.") and action.role is Role.KANSLI
    ]
    data = {
        "code": SOTENAS,
        "contact": 1,
        "person": 1,
        "role": "kansli",
        "seat": "officer",
        "name": "Siri",
        "mail": "a@b.se",
    }

    assert len(verbs) > 15
    for verb in verbs:
        assert chat.press(verb, data) == KANSLI_ONLY.replace("**", "”")
        assert kansli.in_channel().press(verb, data) == "Det tar vi i vår egen chatt. Skriv till mig där."
    assert contact_commands.routes.actions.keys() <= set(verbs)


def test_who_was_imported_and_then_writes_is_one_person(kansli: Chat, chat: Chat) -> None:
    know(chat, mail="anna@sotenas.se")
    kansli.press(
        "people.save_contact", {"code": SOTENAS, "seat": "officer", "name": "Anna A", "mail": "anna@sotenas.se"}
    )

    assert held(kansli.app.database) == [("officer", "Anna Andersson")]
    assert person(chat).municipality_code == SOTENAS
