"""Proposals: the kansli is asked in its own chat, one press decides, and those concerned are told; also at once."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import storage.kansli
from storage import roles
from storage.outbox import Delivery, State
from storage.people import Person, PersonRole
from tests.conftest import make_app
from tests.support.chat import Chat
from tests.support.people import SOTENAS, all_contacts, appoint, audited, data_of, held, know, person, set_up
from tests.support.races import at_once

pytestmark = pytest.mark.usefixtures("filled")


@pytest.fixture
def anna(chat: Chat) -> Chat:
    """Anna of Sotenäs, where Per, whom the bot has met, is the politician."""
    database = chat.app.database
    set_up(database)
    know(chat, mail="anna@sotenas.se", municipality_code=SOTENAS)
    know(chat.as_("Per Ek"), mail="per@sotenas.se", municipality_code=SOTENAS)
    appoint(database, "politician", "Per Ek", "per@sotenas.se")
    return chat


@pytest.fixture
def kajsa(kansli: Chat) -> Chat:
    """A second person of the kansli."""
    other = kansli.as_("Kajsa Kansli")
    kansli.app.database.play(lambda s: roles.give(s, person(other).id, PersonRole.KANSLI, None, kansli.clock.now))
    return other


def propose(who: Chat) -> None:
    who.say("Jag har tagit över efter Per")
    who.click("Ja, skicka förslaget")


def kansli_now(session: Session) -> list[Person]:
    return list(storage.kansli.everyone(session))


def deliveries(chat: Chat) -> list[tuple[str, str]]:
    """Subject's first word and state of whatever was enqueued."""

    def read(session: object) -> list[tuple[str, str]]:
        rows = session.scalars(select(Delivery).order_by(Delivery.id))  # type: ignore[attr-defined]
        return [(row.subject.partition(":")[0], row.state) for row in rows]

    return chat.app.database.play(read)


def test_one_press_decides_and_everybody_concerned_is_told_once(anna: Chat, kansli: Chat, kajsa: Chat) -> None:
    per = anna.as_("Per Ek")
    propose(anna)
    propose(anna)  # the same again tells nobody again

    for one in (kansli, kajsa):
        assert "Ny kontaktperson?" in one.text
        assert (
            "**Anna Andersson** (anna@sotenas.se) säger: jag är kontaktpolitiker för Sotenäs kommun efter Per Ek."
            in one.text
        )
        assert len([shown for shown in one.shown if "Ny kontaktperson?" in str(shown.message.card)]) == 1
    stale = data_of(kajsa, "Bekräfta")
    decided = kansli.click("Bekräfta")

    assert "**Anna Andersson** är kontaktpolitiker för Sotenäs kommun efter Per Ek." in decided
    for one in (kansli, kajsa):
        assert "Bekräftat av Karin Kansli." in one.text
        assert one.buttons == ["Öppna kommunen"]
    assert "Det är klart: du är kontaktpolitiker för Sotenäs kommun efter Per Ek." in anna.text
    assert "Anna Andersson har tagit över efter dig som kontaktpolitiker för Sotenäs kommun." in per.text
    assert kajsa.press("people.accept", stale) == "Det förslaget är redan avgjort eller återtaget."
    assert held(anna.app.database) == [("politician", "Anna Andersson")]
    assert {state for _, state in deliveries(anna)} == {State.SENT}


def test_what_is_declined_is_said_to_the_proposer_alone(anna: Chat, kansli: Chat, kajsa: Chat) -> None:
    per = anna.as_("Per Ek")
    propose(anna)
    before = len(per.shown)

    assert "Förslaget var att **Anna Andersson** är" in kansli.click("Avböj")
    assert "Avböjt av Karin Kansli." in kajsa.text
    assert "Kansliet har inte bekräftat ditt förslag" in anna.text
    assert "mailto:" in anna.text
    assert len(per.shown) == before
    assert held(anna.app.database) == [("politician", "Per Ek")]


def test_a_proposal_that_changed_is_not_decided_by_its_old_card(anna: Chat, kansli: Chat) -> None:
    propose(anna)
    old = data_of(kansli, "Bekräfta")
    anna.clock.forward(hours=1)
    anna.say("jag har tagit över")
    anna.click("Ny tjänsteperson")

    assert "Förslaget är ersatt av ett nyare." in str([shown.message.card for shown in kansli.shown])
    assert "jag är tjänsteperson för Sotenäs kommun." in kansli.text
    assert "Förslaget har ändrats" in kansli.press("people.accept", old)
    kansli.click("Bekräfta")
    assert held(anna.app.database) == [("officer", "Anna Andersson"), ("politician", "Per Ek")]


def test_who_belongs_where_is_asked_too_and_taken_back(anna: Chat, kansli: Chat) -> None:
    anna.say("min kommun")
    anna.click("Fel kommun?")
    anna.click("Fortsätt", name="Lund")
    assert "Hör personen hit?" in kansli.text
    assert "säger: jag arbetar för Lunds kommun." in kansli.text

    anna.press("people.choose", {"code": SOTENAS})
    assert "Förslaget är återtaget." in kansli.text
    assert "Förslag från medlemmar (0)" in kansli.click("Visa alla förslag")


def test_no_card_asks_about_somebody_erased(anna: Chat, kansli: Chat) -> None:
    propose(anna)
    accept = data_of(kansli, "Bekräfta")
    anna.say("ta bort mig")
    anna.click("Ja, gå vidare")
    anna.click("Ta bort mina uppgifter")

    assert "Förslaget är återtaget." in kansli.text
    assert "Anna" not in kansli.text
    assert kansli.press("people.accept", accept) == "Det förslaget är redan avgjort eller återtaget."


def test_the_card_says_that_its_proposer_has_left_and_is_back(anna: Chat, kansli: Chat, kajsa: Chat) -> None:
    propose(anna)
    left = "Personen har lämnat nätverkets team"
    for gone in (True, False, True):
        anna.clock.forward(minutes=1)
        know(anna, left_at=anna.clock.now if gone else None)
        assert [anna.tick(), anna.tick()] == [2, 0]
        assert [left in one.text for one in (kansli, kajsa)] == [gone, gone]
        assert "Bekräfta" in kansli.buttons
    kansli.say("medlemmar")
    assert left in kansli.click("Förslag (1)")

    kansli.press("people.take", {"person": person(kajsa).id, "role": PersonRole.KANSLI})
    kansli.click("Avböj")
    assert "Förslaget är avgjort." in kajsa.text  # whose card was sent before, and who may see no name now


def test_the_seat_that_somebody_else_has_taken_over_is_not_given_twice(anna: Chat, kansli: Chat) -> None:
    bo = anna.as_("Bo Berg")
    know(bo, municipality_code=SOTENAS)
    propose(anna)
    propose(bo)
    kansli.say("medlemmar")
    kansli.click("Förslag (2)")
    kansli.click("Bekräfta")
    refused = kansli.click("Bekräfta")

    assert "har redan tagit över uppdraget" in refused
    assert len(held(anna.app.database)) == 1
    kansli.click("Avböj")
    assert "Inget väntar på dig." in kansli.text


def test_whom_the_kansli_replaces_is_told_and_nobody_else_is(anna: Chat, kansli: Chat) -> None:
    per = anna.as_("Per Ek")
    kansli.say("byt kontaktperson Sotenäs")
    kansli.click("Byt eller ändra Per Ek")
    kansli.click("Byt kontaktperson", name="Nina Ny", mail="nina@sotenas.se")
    assert "Nina Ny har tagit över efter dig" in per.text

    sent = len(deliveries(anna))
    kansli.click("Byt eller ändra Nina Ny")  # the bot has not met her
    kansli.click("Byt kontaktperson", name="Moa Ny", mail="moa@sotenas.se")
    assert len(deliveries(anna)) == sent


def test_two_of_the_kansli_at_once_decide_once(anna: Chat, kansli: Chat, kajsa: Chat) -> None:
    propose(anna)
    data = data_of(kansli, "Bekräfta")
    replies = at_once([(kansli, "people.accept", data), (kajsa, "people.decline", data)])
    anna.deliver()

    assert sorted(reply.notice for reply in replies) == ["", "Det förslaget är redan avgjort eller återtaget."]
    accepted = replies[0].notice == ""
    assert held(anna.app.database) == [("politician", "Anna Andersson" if accepted else "Per Ek")]
    assert [subject for subject, _ in deliveries(anna)].count("outcome") == 1

    new = {"code": SOTENAS, "seat": "officer", "name": "Ada Ek", "mail": "ada@sotenas.se"}
    at_once([(one, "people.save_contact", new) for one in (kansli, kajsa)])
    assert [seat for seat, _ in held(anna.app.database)].count("officer") == 1, "one person in one seat"


def test_a_proposal_changed_while_it_is_decided_is_one_or_the_other(anna: Chat, kansli: Chat) -> None:
    propose(anna)
    accept = data_of(kansli, "Bekräfta")
    anna.clock.forward(minutes=1)
    replies = at_once([(kansli, "people.accept", accept), (anna, "people.propose", {"seat": "officer"})] * 2)
    anna.deliver()

    decided = [reply.notice for reply in replies[::2]].count("")
    assert decided <= 1
    assert held(anna.app.database) == [("politician", "Anna Andersson" if decided else "Per Ek")]
    kansli.say("medlemmar")
    assert "säger: jag är tjänsteperson" in kansli.click("Förslag (1)")
    assert kansli.click("Bekräfta") == "Förslag från medlemmar (0)\nBekräftat.\nInget väntar på dig.\nTill översikten"


def test_two_successors_at_once_make_one(anna: Chat, kansli: Chat, kajsa: Chat) -> None:
    seat = all_contacts(anna.app.database)[0].id
    forms = [{"contact": seat, "name": f"Ny {name}", "mail": f"{name}@sotenas.se"} for name in ("ett", "två")]
    replies = at_once([(kansli, "people.replace", forms[0]), (kajsa, "people.replace", forms[1])])
    anna.deliver()

    assert sorted(bool(reply.notice) for reply in replies) == [False, True]
    assert len(held(anna.app.database)) == 1
    assert audited(anna.app.database).count("Avslutat uppdrag: kontaktpolitiker") == 1
    assert sum("Ditt uppdrag har gått vidare" in str(shown.message.card) for shown in anna.as_("Per Ek").shown) == 1


def test_the_same_proposal_twice_at_once_is_one(anna: Chat, kansli: Chat) -> None:
    seat = all_contacts(anna.app.database)[0].id
    replies = at_once([(anna, "people.propose", {"seat": "politician", "contact": seat})] * 3)
    anna.deliver()

    assert [reply.notice for reply in replies] == ["", "", ""]
    assert sum("Ny kontaktperson?" in str(shown.message.card) for shown in kansli.shown) == 1


def test_two_who_take_the_kanslis_role_from_each_other_leave_one(chat: Chat) -> None:
    bare = make_app(chat.app.database, SEKOM_KANSLI="")
    both = [Chat(bare, chat.clock).as_(name) for name in ("Karin K", "Kajsa K")]
    ids = [person(one).id for one in both]
    bare.database.play(lambda s: [roles.give(s, one, PersonRole.KANSLI, None, chat.clock.now) for one in ids])

    takes = [
        (one, "people.take", {"person": other, "role": "kansli"}) for one, other in zip(both, ids[::-1], strict=True)
    ]
    replies = at_once(takes)

    assert sorted(bool(reply.notice) for reply in replies) == [False, True]
    left = bare.database.play(lambda session: [grant.person_id for grant in roles.given(session)])
    assert len(left) == 1
    (last,) = (one for one in both if person(one).id in left)
    assert "bara kansliet" in both[1 - both.index(last)].press("people.take", {"person": left[0], "role": "kansli"})
    own = last.press("people.take", {"person": left[0], "role": "kansli"})
    assert own == "Du kan inte ta bort kansliets roll från dig själv. Be en kollega på kansliet."


def test_a_role_that_was_given_rests_while_its_holder_has_left(kajsa: Chat) -> None:
    assert "bara för kansliet" not in kajsa.say("medlemmar")
    know(kajsa, left_at=kajsa.clock.now)
    assert "nätverkets team längre" in kajsa.say("medlemmar")
    database = kajsa.app.database
    assert [one.name for one in database.play(kansli_now)] == ["Karin Kansli"]
    know(kajsa, left_at=None)
    assert [one.name for one in database.play(kansli_now)] == ["Kajsa Kansli", "Karin Kansli"]
    assert "bara för kansliet" not in kajsa.say("medlemmar")


def test_the_last_of_the_kansli_who_can_act_is_not_erased(chat: Chat) -> None:
    bare = make_app(chat.app.database, SEKOM_KANSLI="")
    karin, kajsa = (Chat(bare, chat.clock).as_(name) for name in ("Karin K", "Kajsa K"))
    ids = [person(one).id for one in (karin, kajsa)]
    bare.database.play(lambda s: [roles.give(s, one, PersonRole.KANSLI, None, chat.clock.now) for one in ids])
    know(kajsa, left_at=chat.clock.now)

    assert "Någon måste vara kansli" in karin.press("privacy.erase", {"person": ids[0]})
    # another account of the only one would take that one along
    again = Chat(bare, chat.clock).as_("Karin K (Gäst)")
    know(karin, mail="k@sotenas.se")
    know(again, mail="k@sotenas.se")
    assert "Någon måste vara kansli" in again.press("privacy.erase", {"person": person(again).id})
    know(again, mail="k2@sotenas.se")
    know(karin, left_at=chat.clock.now)  # the roles of both rest: neither may go for good
    for one, own in ((karin, ids[0]), (kajsa, ids[1])):
        assert "skriva in någon annan i SEKOM_KANSLI" in one.press("privacy.erase", {"person": own})
    know(karin, left_at=None)
    know(kajsa, left_at=None)
    assert "Dina uppgifter är borttagna" in karin.press("privacy.erase", {"person": ids[0]})
