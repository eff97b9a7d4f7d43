"""Members: which municipality they speak for, what they see of it, what they propose and what they choose."""

from __future__ import annotations

import pytest

from storage.municipalities import MemberState
from tests.support.chat import Chat
from tests.support.people import LUND, SOTENAS, appoint, audited, data_of, held, know, person, set_up

pytestmark = pytest.mark.usefixtures("filled")


@pytest.fixture
def anna(chat: Chat) -> Chat:
    """Anna, whose mail address is Sotenäs's and who has said yes to it."""
    set_up(chat.app.database, programme_url="https://sotenas.se/program", programme_until=2030)
    know(chat, mail="anna.andersson@sotenas.se")
    chat.say("min kommun")
    chat.click("Ja")
    return chat


def test_the_municipality_of_the_mail_address_is_proposed_and_confirmed(chat: Chat) -> None:
    know(chat, mail="anna@sotenas.se")

    asked = chat.say("min kommun")
    assert "Är du från Sotenäs kommun?" in asked
    assert person(chat).municipality_code is None

    assert "Det här väntas av en medlem" in chat.click("Ja")
    assert person(chat).municipality_code == SOTENAS


@pytest.mark.parametrize("domain", ["so-tenas.se", "sotenas2024.se", "edu.sotenas.se", "sotenas-1.se"])
def test_an_address_that_only_looks_like_the_municipalitys_shows_nobody(chat: Chat, domain: str) -> None:
    appoint(chat.app.database, "officer", "Siri Sten", "siri@sotenas.se")
    know(chat, mail=f"anna@{domain}")

    said = chat.say("min kommun")
    waits = chat.click("Ja") if "Är du från" in said else chat.press("people.choose", {"code": SOTENAS})
    shown = said + waits + chat.say("min kommun") + chat.say("jag har tagit över efter Siri")

    assert "Kansliet bekräftar att du hör dit" in waits
    assert "Siri" not in shown
    assert "siri@sotenas.se" not in shown
    assert person(chat).municipality_code is None


def test_a_domain_that_the_kansli_has_written_gives_what_it_says_and_no_more(chat: Chat) -> None:
    set_up(chat.app.database, SOTENAS, mail_domains=["sotenas-kommun.se"])
    for mail, own in (("a@sotenas.se", False), ("a@x.sotenas-kommun.se", False), ("a@sotenas-kommun.se", True)):
        know(chat, mail=mail)
        assert ("bekräftar" not in chat.press("people.choose", {"code": SOTENAS})) == own


def test_the_kanslis_domain_goes_before_the_name(chat: Chat) -> None:
    set_up(chat.app.database, LUND, mail_domains=["sotenas.se"])
    know(chat, mail="anna@sotenas.se")

    assert "Är du från Lunds kommun?" in chat.say("min kommun")


def test_an_address_of_nobodys_asks(chat: Chat) -> None:
    know(chat, mail="anna@gmail.com")

    assert "Vilken kommun eller region arbetar du för?" in chat.say("min kommun")


def test_habo_is_asked_and_never_guessed(chat: Chat) -> None:
    chat.say("min kommun")

    assert "Vilken menar du?" in chat.click("Fortsätt", name="habo")
    assert chat.buttons == ["Håbo kommun", "Habo kommun", "Ingen av dem"]


def test_a_municipality_that_the_address_does_not_show_waits_for_the_kansli(chat: Chat, kansli: Chat) -> None:
    appoint(chat.app.database, "officer", "Siri Sten", "siri@sotenas.se")
    chat.say("min kommun")

    waits = chat.click("Fortsätt", name="sotenäs")
    assert "Kansliet bekräftar att du hör dit" in waits
    assert "Siri" not in chat.say("min kommun")
    assert person(chat).municipality_code is None

    kansli.say("medlemmar")
    assert "Anna Andersson" in kansli.click("Förslag (1)")
    assert "Bekräftat." in kansli.click("Bekräfta")
    assert "Siri Sten" in chat.say("min kommun")


def test_who_belongs_somewhere_sees_nothing_elsewhere_before_the_kansli_says_so(anna: Chat) -> None:
    appoint(anna.app.database, "officer", "Lasse Lund", "lasse@lund.se", LUND)
    anna.click("Fel kommun?")

    assert "Lasse" not in anna.click("Fortsätt", name="Lund")
    assert "Lasse" not in anna.say("min kommun")
    assert "Väntar på kansliet: att du hör till Lunds kommun." in anna.text


def test_my_municipality_shows_people_state_programme_and_what_is_expected(anna: Chat) -> None:
    appoint(anna.app.database, "politician", "Per Politiker", "per@sotenas.se")

    text = anna.say("min kommun")

    assert "**Medlemskap:** medlem" in text
    assert "[öppna programmet](https://sotenas.se/program), gäller till och med 2030" in text
    assert "**Kontaktpolitiker:** Per Politiker, [per@sotenas.se](mailto:per@sotenas.se)" in text
    assert "Hos er saknas: tjänsteperson och ersättare." in text
    assert "Rapportera de gröna nyckeltalen." in text
    assert "- Anna Andersson" in text

    set_up(anna.app.database, state=MemberState.FORMER)
    shown = anna.say("min kommun")
    assert "tidigare medlem" in shown
    assert "Hos er saknas" not in shown
    assert "väntas av" not in shown


def test_who_has_left_sees_nobody_elses_address_and_is_told_why(anna: Chat, kansli: Chat) -> None:
    appoint(anna.app.database, "politician", "Per Politiker", "per@sotenas.se")
    know(anna, left_at=anna.clock.now)

    for said in (anna.say("min kommun"), anna.say("jag har tagit över efter Per"), anna.press("people.mine", {})):
        assert "Jag ser dig inte i något av nätverkets team längre." in said
    assert "nätverkets team" in anna.press("people.propose", {"seat": "officer"})
    assert "nätverkets team" in anna.press("people.choose", {"code": LUND})
    assert "Dina uppgifter" in anna.say("mina uppgifter")
    kansli.say("medlemmar")
    assert "Inget väntar på dig." in kansli.click("Förslag (0)")


def test_nothing_personal_in_a_channel(anna: Chat) -> None:
    appoint(anna.app.database, "politician", "Per Politiker", "per@sotenas.se")
    channel = anna.in_channel()

    assert "egen chatt" in channel.say("min kommun")
    for verb in ("people.mine", "people.profile", "people.takeover"):
        assert channel.press(verb, {}) == "Det tar vi i vår egen chatt. Skriv till mig där."


def test_a_member_takes_over_and_the_kansli_confirms_with_one_click(anna: Chat, kansli: Chat) -> None:
    database = anna.app.database
    appoint(database, "politician", "Per Politiker", "per@sotenas.se")

    assert "Har du tagit över efter Per Politiker?" in anna.say("Jag har tagit över efter Per")
    assert "Väntar på kansliet: du som kontaktpolitiker" in anna.click("Ja, skicka förslaget")
    assert held(database) == [("politician", "Per Politiker")]

    kansli.say("medlemmar")
    assert "säger: jag är kontaktpolitiker för Sotenäs kommun efter Per Politiker" in kansli.click("Förslag (1)")
    kansli.click("Bekräfta")

    assert held(database) == [("politician", "Anna Andersson")]
    assert audited(database)[-2:] == ["Avslutat uppdrag: kontaktpolitiker", "Ny kontaktpolitiker"]
    assert "Inget väntar på dig." in kansli.text


def test_a_proposal_is_decided_once(anna: Chat, kansli: Chat) -> None:
    anna.say("byt kontaktperson")
    anna.click("Ny tjänsteperson")
    kansli.say("medlemmar")
    kansli.click("Förslag (1)")
    accepted = data_of(kansli, "Bekräfta")
    kansli.click("Bekräfta")

    assert kansli.press("people.accept", accepted) == "Det förslaget är redan avgjort eller återtaget."
    assert kansli.press("people.decline", accepted) == "Det förslaget är redan avgjort eller återtaget."
    assert held(anna.app.database) == [("officer", "Anna Andersson")]


def test_nobody_proposes_for_another_municipality(anna: Chat) -> None:
    elsewhere = appoint(anna.app.database, "politician", "Lasse Lund", "lasse@lund.se", LUND)

    refused = anna.press("people.propose", {"seat": "politician", "contact": elsewhere})

    assert refused == "Det uppdraget hör inte till din kommun."


@pytest.mark.parametrize("contact", [-1, 2**40, True, "1", [], {}, 9999])
def test_a_contact_that_is_none_is_refused(anna: Chat, contact: object) -> None:
    refused = anna.press("people.propose", {"seat": "politician", "contact": contact})

    assert refused == "Det uppdraget är redan avslutat. Öppna kommunen igen, så ser du vad som gäller nu."


def test_own_choices(anna: Chat) -> None:
    anna.click("Mina val")

    saved = anna.click("Spara", role="officer", helps_with="Vatten och PFAS")

    assert "Sparat." in saved
    row = person(anna)
    assert (row.role, row.helps_with) == ("officer", "Vatten och PFAS")
    assert "Anna Andersson, tjänsteperson. Kan hjälpa till med: Vatten och PFAS" in anna.say("min kommun")


def test_an_own_telephone_number_is_kept_shown_to_oneself_and_taken_back(anna: Chat) -> None:
    anna.click("Mina val")
    chosen = {"role": "officer", "helps_with": ""}
    assert "ser inte ut som ett telefonnummer" in anna.click("Spara", **chosen, phone="0523-SOTENÄS")
    anna.click("Spara", **chosen, phone="+46 (0)523 66 40 00")
    assert person(anna).phone == "+46 (0)523 66 40 00"
    anna.press("people.save_profile", chosen)  # a card from before the field existed
    assert person(anna).phone == "+46 (0)523 66 40 00"
    bo = anna.as_("Bo Ek")
    know(bo, mail="bo@sotenas.se", municipality_code=SOTENAS)
    assert "523 66" not in bo.say("min kommun")
    anna.say("mina uppgifter")
    assert "Telefon: +46 (0)523 66 40 00" in anna.click("Läs allt")
    anna.say("min kommun")
    anna.click("Mina val")
    anna.click("Spara", **chosen, phone=" ")
    assert person(anna).phone is None


@pytest.mark.parametrize("role", ["kansli", "board"])
def test_nobody_makes_themselves_kansli(anna: Chat, role: str) -> None:
    refused = anna.press("people.save_profile", {"role": role, "helps_with": ""})

    assert refused == "Den rollen kan bara kansliet ge."
    assert person(anna).role == ""
    assert "bara för kansliet" in anna.say("medlemmar")


def test_a_name_that_is_markdown_is_shown_as_it_is(anna: Chat) -> None:
    appoint(anna.app.database, "officer", "Å [klicka](https://ond.example)", "a@sotenas.se")

    assert r"Å \[klicka\](https://ond.example)" in anna.say("min kommun")
