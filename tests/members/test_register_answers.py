"""The register speaks: what people type, and what they are told. Nothing personal where others read along."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from storage.faq import Entry
from storage.municipalities import MemberState
from tests.support.chat import Chat, actions
from tests.support.people import LUND, SOTENAS, appoint, audited, data_of, held, know, person, set_up
from tests.support.questions import ask

pytestmark = pytest.mark.usefixtures("filled")

ESLOV, UPPSALA, FALUN, KIRUNA, DALARNA = "1285", "0380", "2080", "2584", "20"
PER = "**Kontaktpolitiker:** Per Ek, [skriv till Per](https://teams.microsoft.com/l/chat/0/0?users=per@eslov.se)"
SIRI = "**Tjänsteperson:** Siri Sten, [skriv till Siri](https://teams.microsoft.com/l/chat/0/0?users=siri@eslov.se)"
HIDDEN = "**Tjänsteperson:** anmäld, men vill inte visas här"
NOBODY = "Ingen är anmäld som kontaktperson för Lunds kommun."
HASSAN = "Hassan Nordin, [skriv till Hassan](https://teams.microsoft.com/l/chat/0/0?users=hassan@lund.se), Lunds kommun"
FOUR = "4 medlemmar, varav 1 region"
SKANE = "**Skåne län (2):** Eslöv, Lund"
LEFT = "Ska jag säga till kansliet att du har slutat"

SENTENCES: tuple[tuple[str, str], ...] = (
    # who is contact person
    ("vem är kontaktperson i Eslöv", PER),
    ("Vem är kontaktperson i Eslöv?", SIRI),
    ("vem e kontaktperson i eslöv", PER),
    ("Hej! Vem är kontaktpolitiker för Eslövs kommun?", PER),
    ("vem är Eslövs kontaktperson?", PER),
    ("vilka är eslövs kontaktpersoner", SIRI),
    ("kontaktperson eslöv", PER),
    ("kontaktpersoner i Eslöv", SIRI),
    ("eslövs kontaktperson", PER),
    ("vem kan jag prata med i Eslöv?", PER),
    ("vem ska jag kontakta i Eslöv", PER),
    ("har Eslöv någon kontaktperson", PER),
    ("hur når jag kontaktpersonen i Eslöv", PER),
    ("mejladress till kontaktpersonen i Eslöv", PER),
    ("vet du vem som är kontaktperson i Eslöv", PER),
    ("vem är kontaktperson i Eslv", "Eslöv"),
    ("vem är kontaktperson i Lund", NOBODY),
    ("vem är kontaktpolitiker i Lund", "Ingen är anmäld som kontaktpolitiker för Lunds kommun."),
    ("vem är ersättare i Eslöv", "Ingen är anmäld som ersättare för kontaktpolitikern för Eslövs kommun."),
    ("vem är kontaktperson i Sotenäs", HIDDEN),
    ("vem är kontaktperson i Habo", "Menar du Håbo kommun eller Habo kommun?"),
    ("vem är kontaktperson i Grönköping", "Menar du Jönköpings kommun?"),
    ("vem är kontaktperson i Ankeborg", "Jag hittar ingen kommun eller region som heter Ankeborg."),
    # is it a member
    ("är Eslöv medlem?", "Eslövs kommun är medlem."),
    ("är eslöv med", "Eslövs kommun är medlem."),
    ("e Eslöv medlem i sekom", "Eslövs kommun är medlem."),
    ("är Eslöv en ekokommun?", "Eslövs kommun är medlem."),
    ("Eslöv medlem?", "Eslövs kommun är medlem."),
    ("vet du om Eslöv är med", "Eslövs kommun är medlem."),
    ("har Eslöv gått med i nätverket", "Eslövs kommun är medlem."),
    ("tillhör Eslöv ekokommunerna", "Eslövs kommun är medlem."),
    ("är Region Dalarna med", "Region Dalarna är medlem."),
    # a name alone
    ("Eslöv", "Eslövs kommun är medlem. Vad vill du veta?"),
    ("eslövs kommun?", "Eslövs kommun är medlem."),
    ("uppsala", "Skriv hela frågan, till exempel: *vem är kontaktperson i Uppsala?*"),
    ("är Uppsala medlem?", "Uppsala kommun står inte som medlem i kansliets register."),
    ("är upsala medlem?", "Menar du Uppsala kommun?"),
    ("är Falun medlem", "Falu kommun är på väg att bli medlem."),
    ("är Kiruna fortfarande medlem", "Kiruna kommun är inte medlem längre."),
    ("är habo medlem", "Menar du Håbo kommun eller Habo kommun?"),
    ("är Ankeborg medlem?", "Jag hittar ingen kommun eller region som heter Ankeborg."),
    ("är vi medlemmar?", "Eslövs kommun är medlem."),
    ("när blev Eslöv medlem", "Eslövs kommun är medlem."),
    # how many, and which
    ("hur många e vi", FOUR),
    ("hur många är med", FOUR),
    ("Hur många medlemmar har SEKOM?", FOUR),
    ("hur många kommuner är med", FOUR),
    ("antal medlemmar", FOUR),
    ("hur många medlemmar finns i Skåne", "2 medlemmar i Skåne län."),
    ("hur många kommuner i Skåne län är med?", "2 medlemmar i Skåne län."),
    ("hur många är med i Norrbotten", "0 medlemmar i Norrbottens län."),
    ("vilka kommuner är med", SKANE),
    ("vilka är med?", "**Dalarnas län (1):** Region Dalarna"),
    ("vilka är medlemmar i nätverket", SKANE),
    ("vilka medlemmar har ni", SKANE),
    ("visa medlemmarna", SKANE),
    ("lista på medlemmar", SKANE),
    ("vilka kommuner i Skåne är med", SKANE),
    ("medlemmar i Skåne", SKANE),
    ("vilka är med i Norrbotten", "Ingen kommun där står som medlem"),
    # both
    ("är Uppsala medlem, hur många e vi", FOUR),
    # who can help
    ("vem kan hjälpa oss med dagvatten", HASSAN),
    ("vem har gjort en dagvattenplan", HASSAN),
    ("vilka kommuner har jobbat med skyfall?", HASSAN),
    ("finns det någon som har koll på skyfallskartering", HASSAN),
    ("vem kan jag fråga om dagvatten?", HASSAN),
    ("vem har erfarenhet av parkslide", "Eslövs kommun: ”Hur bekämpar ni parkslide?”"),
    ("vem kan hjälpa oss med jätteloka", "Ingen har sagt till mig att de kan hjälpa till med jätteloka."),
    ("vilka har gjort en cykelplan", "Ingen har sagt till mig"),
    # about oneself
    ("jag har slutat på kommunen", f"{LEFT} på Eslövs kommun?"),
    ("Jag slutar på fredag", f"{LEFT} på Eslövs kommun?"),
    ("jag går i pension", f"{LEFT} på Eslövs kommun?"),
    ("jag jobbar inte kvar på kommunen", f"{LEFT} på Eslövs kommun?"),
    ("jag är inte längre kontaktperson", "Du har inget uppdrag hos mig"),
    ("jag är kontaktpolitiker i lund", "Är du kontaktpolitiker för Lunds kommun?"),
    ("jag är ny kontaktperson i Sotenäs", "Vilket uppdrag har du för Sotenäs kommun?"),
    ("Jag är Lunds nya kontaktpolitiker", "Är du kontaktpolitiker för Lunds kommun?"),
    ("jag är kontaktpolitiker i Eslöv", "Vilket uppdrag har du tagit över?"),
    ("jag är ny kontaktperson", "Vilket uppdrag har du tagit över?"),
    ("jag är kontaktpolitiker i habo", "Menar du Håbo kommun eller Habo kommun?"),
)


@pytest.fixture
def anna(chat: Chat, kansli: Chat) -> Chat:
    """Anna of Eslöv, in a network of four members with people who hold seats, help and have answered."""
    database = chat.app.database
    set_up(database, ESLOV)
    set_up(database, LUND)
    set_up(database, SOTENAS)
    set_up(database, DALARNA)
    set_up(database, FALUN, state=MemberState.PROSPECT)
    set_up(database, KIRUNA, state=MemberState.FORMER)
    know(chat, mail="anna@eslov.se", municipality_code=ESLOV)
    appoint(database, "politician", "Per Ek", "per@eslov.se", ESLOV)
    appoint(database, "officer", "Siri Sten", "siri@eslov.se", ESLOV)
    stina = chat.as_("Stina Skygg")
    know(stina, mail="stina@sotenas.se", visible_to="kansli", helps_with="jätteloka")
    appoint(database, "officer", "Stina Skygg", "stina@sotenas.se", SOTENAS)
    know(chat.as_("Hassan Nordin"), mail="hassan@lund.se", municipality_code=LUND, helps_with="Dagvatten och skyfall")
    know(chat.as_("Bo Berg"), municipality_code=ESLOV)
    number = ask(kansli, "Hur bekämpar ni parkslide?")
    chat.as_("Bo Berg").press("questions.answer", {"question": number})
    bo = chat.as_("Bo Berg").in_channel("temagrupp-vatten")
    bo.click("Svara")
    bo.click("Skicka svaret", answer="Vi gräver.")
    return chat


def test_what_people_type_gets_an_outcome_to_stand_by(anna: Chat) -> None:
    wrong = []
    for sentence, outcome in SENTENCES:
        anna.clock.forward(minutes=6)  # each is judged alone
        shown = anna.say(sentence)
        if outcome not in shown:
            wrong.append((sentence, outcome, shown))

    assert len(SENTENCES) >= 60
    assert wrong == [], "\n".join(map(str, wrong))


def test_follow_ups_stay_with_the_register(anna: Chat) -> None:
    assert "står inte som medlem" in anna.say("är Uppsala medlem?")
    assert FOUR in anna.say("hur många e vi")
    assert "Lunds kommun är medlem." in anna.say("är Lund med")
    assert NOBODY in anna.say("vem är kontaktperson där?")
    assert PER in anna.say("och Eslöv?")
    assert "Lunds kommun är medlem." in anna.say("Lund")
    assert NOBODY in anna.say("vem är kontaktperson där?")
    assert "2 medlemmar i Skåne län." in anna.say("hur många är med i Skåne")
    assert SKANE in anna.say("vilka är det")
    assert SKANE in anna.click("Visa vilka")


def test_a_nobody_goes_to_the_kansli_and_a_subject_to_colleagues(anna: Chat) -> None:
    anna.say("vem är kontaktperson i Lund")
    assert anna.buttons == ["Skicka till kansliet"]
    assert data_of(anna, "Skicka till kansliet") == {"text": "Vem är kontaktperson för Lunds kommun?"}

    anna.say("vem kan hjälpa oss med jätteloka")
    assert anna.buttons == ["Fråga kollegor"]
    assert data_of(anna, "Fråga kollegor") == {"text": "vem kan hjälpa oss med jätteloka"}

    anna.say("vem har erfarenhet av parkslide")
    assert "Vi gräver." in anna.click("Visa svaret")


def test_the_day_of_the_kanslis_confirmation_is_told(anna: Chat, kansli: Chat) -> None:
    kansli.say("visa kommun Uppsala")
    kansli.click("Ändra uppgifter")
    kansli.click("Spara", state="member", programme_url="", programme_until="", mail_domains="")

    shown = anna.say("är Uppsala medlem?")

    assert "Uppsala kommun är medlem." in shown
    assert "Kansliet bekräftade det den 24 november 2026." in shown
    assert NOBODY.replace("Lunds", "Uppsala") in anna.click("Kontaktpersoner")


def test_the_register_is_asked_also_where_the_bank_has_an_entry_about_the_place(anna: Chat, kansli: Chat) -> None:
    form = {"phrasings": "", "theme": "", "source": "", "link": "", "certainty": "hög"}
    number = anna.app.database.play(lambda session: session.scalars(select(Entry.id).order_by(Entry.id)).first())
    kansli.say("kunskapsbank")
    kansli.press("faq.edit", {"entry": number}, card_id=kansli.shown[-1].id)
    kansli.click("Spara", **form, question="Är Eslöv värd för konferensen?", answer="Ja, Eslöv är värd.")
    assert "Ja, Eslöv är värd." in anna.say("Är Eslöv värd för konferensen?")

    assert "Eslövs kommun är medlem." in anna.say("är Eslöv medlem?")


def test_without_a_list_of_members_the_bank_gives_its_number_and_the_rest_is_not_known(chat: Chat) -> None:
    assert "Det vet jag inte än" in chat.say("vilka kommuner är med")
    assert "Det vet jag inte än" in chat.say("är Eslöv medlem?")
    assert "medlem" in chat.say("Hur många medlemmar har SEKOM?")
    assert "0 medlemmar" not in chat.text


def test_a_channel_gets_public_facts_and_nobodys_name(anna: Chat) -> None:
    channel = anna.in_channel()
    names = ("Per", "Siri", "Hassan", "Stina", "@eslov.se", "@lund.se")

    for sentence, _ in SENTENCES:
        anna.clock.forward(minutes=6)
        shown = channel.say(sentence)
        assert [name for name in names if name in shown] == [], sentence
        assert "people.contacts_of" not in str(actions(channel.card)), sentence
    assert "Eslövs kommun är medlem." in channel.say("är Eslöv medlem?")
    assert FOUR in channel.say("hur många är med")
    assert SKANE in channel.say("vilka är med")
    for personal in ("vem är kontaktperson i Eslöv", "vem kan hjälpa oss med dagvatten", "jag har slutat på kommunen"):
        assert "Det tar vi i din egen chatt" in channel.say(personal)
    assert channel.press("people.contacts_of", {"code": ESLOV}) == "Det tar vi i vår egen chatt. Skriv till mig där."


def test_a_person_who_asked_not_to_be_shown_is_named_to_nobody_but_the_kansli(anna: Chat, kansli: Chat) -> None:
    siri = anna.as_("Sven Sköld")
    know(siri, mail="sven@eslov.se", municipality_code=ESLOV)
    appoint(anna.app.database, "substitute", "Sven Sköld", "sven@eslov.se", ESLOV)
    cia = anna.as_("Cia Ceder")
    asked = ("vem är kontaktperson i Eslöv", "vem kan hjälpa oss med solceller")
    assert "Vill du inte visas?" in siri.say("mina uppgifter")

    for choice, seen_by in (("network", {"anna", "cia"}), ("municipality", {"anna"}), ("kansli", set())):
        siri.say("mina uppgifter")
        siri.click("Rätta mina val")
        siri.click("Spara", role="none", helps_with="solceller", visible_to=choice)
        for name, chat in (("anna", anna), ("cia", cia)):
            shown = "".join(chat.say(text) for text in asked)
            assert ("Sven" in shown, "sven@" in shown) == ((name in seen_by),) * 2, (choice, name)
        mine = anna.say("min kommun") + anna.say("jag har tagit över efter Sven") + anna.say("byt kontaktperson")
        assert ("Sven Sköld" in mine) == ("anna" in seen_by)
        assert "Sven Sköld" in kansli.say(asked[0])
        assert "Sven Sköld" in siri.say(asked[0])
    assert "Efter nuvarande ersättare" in anna.text
    assert "Visas för: kansli" in "".join([siri.say("mina uppgifter"), siri.click("Läs allt")])


def test_an_unknown_choice_is_refused(anna: Chat) -> None:
    refused = anna.press("people.save_profile", {"role": "none", "helps_with": "", "visible_to": "alla"})

    assert refused == "Välj vilka som ser dig när de frågar mig."
    assert person(anna).visible_to == "network"


def test_an_erased_person_and_a_leaver_are_not_named(anna: Chat) -> None:
    hassan = anna.as_("Hassan Nordin")
    hassan.say("ta bort mig")
    hassan.click("Ja, gå vidare")
    hassan.click("Ta bort mina uppgifter")
    assert "Hassan" not in anna.say("vem kan hjälpa oss med dagvatten")

    petra = anna.as_("Petra Lindh")
    know(petra, mail="petra@lund.se", helps_with="parkslide")
    appoint(anna.app.database, "politician", "Petra Lindh", "petra@lund.se", LUND)
    assert "Petra" in anna.say("vem är kontaktperson i Lund") + anna.say("vem har koll på parkslide")
    know(petra, left_at=anna.clock.now)
    assert "Petra" not in anna.say("vem är kontaktperson i Lund") + anna.say("vem har koll på parkslide")
    assert NOBODY in anna.say("vem är kontaktperson i Lund")


def test_a_person_who_has_left_is_told_nothing(anna: Chat) -> None:
    know(anna, left_at=anna.clock.now)

    for sentence in ("vem är kontaktperson i Eslöv", "är Eslöv medlem", "vem kan hjälpa oss med dagvatten"):
        assert "Jag ser dig inte i något av nätverkets team längre." in anna.say(sentence)
    for verb in ("people.contacts_of", "people.is_member", "people.leave", "people.propose_seat"):
        assert "nätverkets team" in anna.press(verb, {"code": ESLOV, "seat": "officer"})


def test_a_private_question_to_the_kansli_is_nobodys_knowledge(anna: Chat, kansli: Chat) -> None:
    number = ask(anna, "Får vi ha fladdermöss i rådhuset?", "Vet inte – till kansliet")
    kansli.press("questions.desk_answer", {"question": number, "answer": "Ja."})

    assert "rådhuset" not in anna.as_("Cia Ceder").say("vem har erfarenhet av fladdermöss")


def test_a_contact_without_an_address_has_no_link(anna: Chat) -> None:
    olle = anna.as_("Olle Ohm")
    know(olle, mail="olle@lund.se")
    appoint(anna.app.database, "officer", "Olle Ohm", "olle@lund.se", LUND)
    know(olle, mail=None)

    assert "**Tjänsteperson:** Olle Ohm" in anna.say("vem är kontaktperson i Lund")
    assert "l/chat" not in anna.text


def test_who_has_left_the_municipality_tells_the_kansli_which_confirms(anna: Chat, kansli: Chat) -> None:
    appoint(anna.app.database, "reporter", "Anna Andersson", "anna@eslov.se", ESLOV)
    anna.say("jag har slutat på kommunen")
    assert "avslutas ditt uppdrag: rapportör för nyckeltalen." in anna.text

    assert "Tack för det du har gjort för nätverket!" in anna.click("Ja, säg till kansliet")
    assert ("reporter", "Anna Andersson") in held(anna.app.database, ESLOV)
    assert "säger: jag har slutat på Eslövs kommun." in kansli.text
    kansli.click("Bekräfta")

    assert ("reporter", "Anna Andersson") not in held(anna.app.database, ESLOV)
    assert person(anna).municipality_code is None
    assert audited(anna.app.database)[-1] == "Bekräftat att en person har slutat"
    assert "Det är klart: du har slutat på Eslövs kommun." in anna.text


def test_who_is_no_contact_person_any_more_stays_in_the_municipality(anna: Chat, kansli: Chat) -> None:
    appoint(anna.app.database, "reporter", "Anna Andersson", "anna@eslov.se", ESLOV)
    anna.say("jag är inte längre kontaktperson för Eslöv")
    anna.click("Ja, säg till kansliet")
    assert "Väntar på kansliet: att du har slutat som kontaktperson för Eslövs kommun." in anna.say("min kommun")
    kansli.click("Bekräfta")

    assert ("reporter", "Anna Andersson") not in held(anna.app.database, ESLOV)
    assert person(anna).municipality_code == ESLOV


def test_nobody_leaves_a_municipality_that_is_not_theirs(anna: Chat, kansli: Chat) -> None:
    anna.press("people.leave", {"code": LUND})
    anna.press("people.leave", {"code": ESLOV, "seats_only": True})

    kansli.say("medlemmar")
    assert "Inget väntar på dig." in kansli.click("Förslag (0)")


def test_a_new_contact_politician_is_proposed_and_confirmed(anna: Chat, kansli: Chat) -> None:
    nora = anna.as_("Nora Nilsson")
    nora.say("jag är kontaktpolitiker i lund")
    assert "Kansliet får ditt förslag: du är kontaktpolitiker för Lunds kommun." in nora.click("Ja, skicka förslaget")
    assert NOBODY in anna.say("vem är kontaktperson i Lund")
    kansli.click("Bekräfta")

    assert held(anna.app.database, LUND) == [("politician", "Nora Nilsson")]
    assert person(nora).municipality_code == LUND
    assert "Det är klart: du är kontaktpolitiker för Lunds kommun." in nora.text
    assert "Du står redan som kontaktpolitiker för Lunds kommun." in nora.say("jag är kontaktpolitiker i Lund")


def test_a_seat_is_asked_for_and_a_name_with_two_meanings_too(anna: Chat) -> None:
    nora = anna.as_("Nora Nilsson")
    nora.say("jag är ny kontaktperson i habo")
    assert "Vilket uppdrag har du för Habo kommun?" in nora.click("Habo kommun")
    assert "Är du tjänsteperson för Habo kommun?" in nora.click("Tjänsteperson")
    assert "Kansliet får ditt förslag: du är tjänsteperson för Habo kommun." in nora.click("Ja, skicka förslaget")


def test_a_former_holder_is_not_told_the_name_of_a_successor_who_is_not_shown(anna: Chat, kansli: Chat) -> None:
    per = anna.as_("Per Ek")
    know(per, mail="per2@eslov.se", municipality_code=ESLOV)
    appoint(anna.app.database, "officer", "Per Ek", "per2@eslov.se", ESLOV)
    know(anna, visible_to="kansli")
    anna.say("jag har tagit över efter Per")
    anna.say("byt kontaktperson")
    anna.click("Efter Per Ek, tjänsteperson")
    kansli.click("Bekräfta")

    assert "En kollega har tagit över efter dig som tjänsteperson" in per.text
