"""Audiences: each person once, how they are reached or why not, and the sentence that says whom it means."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, null, select, union_all

from bot.delivery.reach import to_person
from bot.delivery.tenant_routes import TenantRoutes
from bot.message import UserError
from bot.ports import DeliveryWay, Reason
from bot.register import audience as register_audience
from bot.register import words
from bot.register.audience import CONDITIONS, Addressees, Condition, addressees, from_json, pasted, sentence, to_json
from storage import people, privacy, roles
from storage.audiences import EVERYBODY, Audience, Part
from storage.contacts import Contact
from storage.database import Database
from storage.outgoing import AsMail, Outgoing, Reach, ToPerson
from storage.people import Person, PersonRole
from tests.conftest import NOON
from tests.support.chat import KANSLI, Chat, Clock
from tests.support.fakes import BLOCKED, refusal
from tests.support.outbox import Desk, desk, note
from tests.support.people import HABO, LUND, SOTENAS, appoint, know, municipality, person, set_up

MAIL = frozenset({DeliveryWay.MAIL})
FALUN = "2080"
POLITICIAN, OFFICER = PersonRole.POLITICIAN, PersonRole.OFFICER

pytestmark = pytest.mark.usefixtures("filled")


@pytest.fixture(name="desk")
async def _desk(filled: Database, clock: Clock) -> AsyncIterator[Desk]:
    async with desk(filled, clock, elsewhere=TenantRoutes()) as one:
        yield one


def look(database: Database, *parts: Part, unless: tuple[str, ...] = (), **more: Any) -> Addressees:
    def work(session: Any) -> Addressees:
        return addressees(session, Audience(parts, unless), NOON, MAIL, **more)

    return database.play(work)


def names(found: Addressees) -> list[str]:
    return [one.person.name for one in found.people]


def ways(found: Addressees) -> dict[str, DeliveryWay | Reason]:
    return {one.person.name: one.way for one in found.people}


def change(database: Database, name: str, **facts: Any) -> int:
    def work(session: Any) -> int:
        row = session.scalars(select(Person).where(Person.name == name)).one()
        for field, value in facts.items():
            setattr(row, field, value)
        return int(row.id)

    return database.play(work)


def follow(database: Database, name: str, theme: str) -> None:
    who = change(database, name)
    database.play(lambda session: people.follow(session, who, theme))


@pytest.fixture
def network(filled: Database) -> Database:
    """Politicians and officers of three municipalities, known from the kansli's list only."""
    for code, town in ((SOTENAS, "sotenas"), (LUND, "lund"), (FALUN, "falun")):
        set_up(filled, code, programme_until=2030)
        appoint(filled, "politician", f"Per {town.title()}", f"per@{town}.se", code)
    appoint(filled, "officer", "Siri Sotenas", "siri@sotenas.se")
    appoint(filled, "officer", "Åsa Falun", "asa@falun.se", FALUN)
    return filled


def test_parts_are_a_union_with_each_person_once(network: Database) -> None:
    follow(network, "Per Lund", "klimat")
    follow(network, "Siri Sotenas", "klimat")
    appoint(network, "reporter", "Siri Sotenas", "siri@sotenas.se")

    union = look(network, Part(roles=(POLITICIAN,)), Part(themes=("klimat",)), Part(municipalities=(SOTENAS, LUND)))
    assert names(union) == ["Per Falun", "Per Lund", "Per Sotenas", "Siri Sotenas"]
    assert names(look(network)) == []
    assert names(look(network, Part())) == ["Per Falun", "Per Lund", "Per Sotenas", "Siri Sotenas", "Åsa Falun"]


def test_the_fields_of_a_part_narrow_each_other(network: Database) -> None:
    follow(network, "Per Falun", "klimat")
    follow(network, "Åsa Falun", "klimat")

    def found(**fields: Any) -> list[str]:
        return names(look(network, Part(**fields)))

    assert found(roles=(POLITICIAN,), counties=("Dalarnas län",), themes=("klimat", "vatten")) == ["Per Falun"]
    assert found(counties=("Dalarnas län", "Skåne län")) == ["Per Falun", "Per Lund", "Åsa Falun"]
    assert found(counties=("Dalarnas län",), municipalities=(LUND,)) == []
    assert found(roles=(OFFICER,), municipalities=(SOTENAS,)) == ["Siri Sotenas"]
    group = municipality(network, FALUN).size_group
    assert found(roles=(OFFICER,), size_groups=(group,)) == ["Åsa Falun"]


def test_a_seat_counts_where_it_is_held_and_while_it_is(network: Database) -> None:
    """Per of Lund also sits in Habo, for which he does not speak; and the officer of Falun has ended."""
    set_up(network, HABO)
    appoint(network, "officer", "Per Lund", "per@lund.se", HABO)

    def end(session: Any) -> None:
        session.scalars(select(Contact).join(Contact.person).where(Person.name == "Åsa Falun")).one().until = NOON

    network.play(end)
    assert names(look(network, Part(municipalities=(HABO,)))) == ["Per Lund"]
    assert names(look(network, Part(roles=(OFFICER,), municipalities=(HABO, FALUN)))) == ["Per Lund"]
    assert names(look(network, Part(roles=(POLITICIAN,), municipalities=(HABO,)))) == []
    assert names(look(network, Part(municipalities=(FALUN,)))) == ["Per Falun", "Åsa Falun"]


def test_the_kansli_and_the_board_are_those_of_today(chat: Chat, kansli: Chat) -> None:
    database = chat.app.database
    bo, cia = (person(chat.as_(name)).id for name in ("Bo", "Cia"))
    know(chat, role=PersonRole.OTHER)

    def give(session: Any) -> None:
        roles.give(session, bo, PersonRole.BOARD, None, NOON)
        roles.give(session, cia, PersonRole.KANSLI, None, NOON)

    database.play(give)
    assert person(kansli).entra_id == KANSLI
    assert names(look(database, Part(roles=(PersonRole.KANSLI,)))) == ["Cia", "Karin Kansli"]
    assert names(look(database, Part(roles=(PersonRole.BOARD, PersonRole.OTHER)))) == ["Anna Andersson", "Bo"]
    assert names(look(database, Part(roles=(PersonRole.BOARD,), municipalities=(LUND,)))) == []


def test_people_who_left_or_were_erased_are_never_in_it(network: Database) -> None:
    picked = tuple(change(network, name) for name in ("Per Lund", "Per Falun", "Siri Sotenas"))
    change(network, "Per Lund", left_at=NOON)
    network.play(lambda session: privacy.erase(session, picked[1], NOON, NOON.date()))

    for part in (Part(people=picked), Part(roles=(POLITICIAN, OFFICER)), Part()):
        found = look(network, part)
        assert "Siri Sotenas" in names(found)
        assert not {"Per Lund", "Per Falun"} & set(names(found))
        assert found.left == 1
    assert names(look(network, Part(people=(picked[1],)))) == []
    assert names(look(network, Part(people=()))) == []


def test_guests_are_counted_and_a_roster_that_has_not_said_is_no_guest(network: Database) -> None:
    for name, guest in (("Per Lund", True), ("Per Falun", False), ("Åsa Falun", True)):
        change(network, name, guest=guest)

    assert look(network, Part()).guests == 2
    assert [one.person.guest for one in look(network, Part(municipalities=(SOTENAS,))).people] == [False, False]


KNOWN: list[tuple[str, dict[str, Any], bool, DeliveryWay | Reason]] = [
    ("chat", {}, True, DeliveryWay.CHAT),
    ("met in a team", {}, False, DeliveryWay.NEW_CHAT),
    ("of the directory", {"teams_id": None, "entra_id": "e-1"}, False, DeliveryWay.NEW_CHAT),
    ("on the list", {"teams_id": None, "mail": "a@b.se"}, False, DeliveryWay.MAIL),
    ("on the list without mail", {"teams_id": None}, False, Reason.NOT_INSTALLED),
    ("guest of a sign-in name", {"teams_id": None, "guest": True}, False, Reason.NO_ADDRESS),
]


async def test_the_way_is_the_first_that_the_outbox_would_try(desk: Desk) -> None:
    desk.hear_from_channel()
    for name, facts, chat, _ in KNOWN:
        desk.meet(name, chat=chat)
        change(desk.database, name, **facts)

    found = look(desk.database, Part())
    assert ways(found) == {name: way for name, _, _, way in KNOWN}
    assert found.unreached == {Reason.NOT_INSTALLED: 1, Reason.NO_ADDRESS: 1}
    said = AsMail("Nytt", "Nytt", "Du får mejlet för att …")
    for one in found.people:
        row = Outgoing(f"a:{one.person.id}", "a:1", ToPerson(one.person.id), "hej", reach=Reach.ANNOUNCEMENT, mail=said)
        desk.enqueue(row)
        delivery = desk.row(row.key)
        routes = desk.play(partial(to_person, row=delivery, now=NOON, opened=MAIL))
        if isinstance(one.way, DeliveryWay):
            assert routes[0].way is one.way, one
        else:
            assert routes.error == Reason.NO_ROUTE, one


async def test_nothing_reaches_anybody_where_the_bot_is_nowhere_and_sends_no_mail(desk: Desk) -> None:
    desk.meet("Anna", chat=False)
    desk.meet("Bo", chat=False)
    change(desk.database, "Bo", mail="bo@b.se")

    def work(session: Any) -> Addressees:
        return addressees(session, EVERYBODY, NOON, frozenset())

    assert ways(desk.play(work)) == {"Anna": Reason.NO_ROUTE, "Bo": Reason.NOT_SET_UP}


async def test_a_refusal_stands_until_they_write_or_a_message_arrives(desk: Desk) -> None:
    for name in ("Anna", "Bo", "Cia", "Dan", "Eva"):
        desk.meet(name)
        change(desk.database, name, last_active_at=desk.clock.days_ago(3), mail=f"{name.casefold()}@b.se")
    change(desk.database, "Cia", mail=None)
    ids = {name: change(desk.database, name) for name in ("Anna", "Bo", "Cia", "Dan", "Eva")}
    blocked, removed = BLOCKED, refusal(403, "ForbiddenOperationException")
    why = {"Anna": blocked, "Bo": removed, "Cia": removed, "Dan": blocked, "Eva": blocked}
    desk.connector.refuses.update({f"a:{name.casefold()}": reply for name, reply in why.items()})
    desk.enqueue(*(note(person_id, key=f"one:{person_id}") for person_id in ids.values()))
    await desk.courier.deliver()
    desk.connector.refuses.clear()

    refused = {"Anna": Reason.BLOCKED, "Bo": DeliveryWay.MAIL, "Cia": Reason.NOT_INSTALLED}
    assert ways(look(desk.database, Part())) == {**refused, "Dan": Reason.BLOCKED, "Eva": Reason.BLOCKED}
    desk.clock.forward(hours=2)
    change(desk.database, "Dan", last_active_at=desk.clock())
    desk.enqueue(note(ids["Eva"], key="two"))
    await desk.courier.deliver()
    assert ways(look(desk.database, Part())) == {**refused, "Dan": DeliveryWay.CHAT, "Eva": DeliveryWay.CHAT}


def test_every_reason_has_its_words() -> None:
    assert set(words.UNREACHED) == set(Reason)
    assert set(words.ROLE_PLURALS) == set(PersonRole)


def test_gaps_of_members_are_conditions(network: Database) -> None:
    set_up(network, FALUN, programme_until=2025)
    appoint(network, "officer", "Hans Habo", "hans@habo.se", HABO)  # no member, so it lacks nothing

    assert names(look(network, Part(conditions=("lacks:officer",)))) == ["Per Lund"]
    assert names(look(network, Part(conditions=("lacks:programme",), roles=(POLITICIAN,)))) == ["Per Falun"]
    assert names(look(network, Part(roles=(OFFICER,)), unless=("lacks:programme",))) == ["Hans Habo", "Siri Sotenas"]
    with pytest.raises(UserError):
        look(network, Part(conditions=("lacks:money",)))


def test_a_feature_offers_conditions_of_its_own(network: Database) -> None:
    ids = {name: change(network, name) for name in ("Per Lund", "Siri Sotenas")}

    def done(_session: Any, argument: str, _now: Any) -> Any:  # a null, as of a person who was erased
        assert argument == "12"
        return union_all(select(Person.id).where(Person.id.in_(list(ids.values()))), select(null()))

    own = {**CONDITIONS, "done": Condition(done, lambda _session, it: f"har gjort uppgift {it}")}
    everybody = ["Per Falun", "Per Lund", "Per Sotenas", "Siri Sotenas", "Åsa Falun"]
    assert names(look(network, Part(conditions=("done:12",)), conditions=own)) == sorted(ids)
    left = look(network, Part(), unless=("done:12",), conditions=own)
    assert names(left) == [name for name in everybody if name not in ids]
    with pytest.raises(UserError, match="villkor som inte finns"):
        look(network, Part(), unless=("done:12",))
    unless = Audience((Part(roles=(POLITICIAN,)),), ("done:12",))
    said = network.play(lambda session: sentence(session, unless, own))
    assert said == "Kontaktpolitiker, utom de som har gjort uppgift 12"


SENTENCES: list[tuple[Audience, str]] = [
    (EVERYBODY, "Alla i nätverket"),
    (Audience(), "Ingen"),
    (
        Audience((Part(roles=(POLITICIAN,), counties=("Dalarnas län",), themes=("klimat",)),)),
        "Kontaktpolitiker i Dalarnas län som följer Klimat",
    ),
    (
        Audience((Part(themes=("klimat", "vatten")), Part(roles=(PersonRole.BOARD, PersonRole.KANSLI)))),
        "Alla som följer Klimat eller Vatten samt styrelsen och kansliet",
    ),
    (
        Audience((Part(roles=(OFFICER,), municipalities=(LUND, SOTENAS), size_groups=("A2", "B3")),)),
        "Tjänstepersoner i Lund och Sotenäs i kommungrupp A2 och B3",
    ),
    (Audience((Part(municipalities=("0114", "0115", "0117", "0120", "0123", "0125")),)), "Alla i 6 kommuner"),
    (Audience((Part(people=(1, 2)),)), "Personer i en lista"),
    (
        Audience((Part(themes=("klimat",), conditions=("lacks:officer",)),), ("lacks:politician",)),
        """Alla som följer Klimat och hör till en kommun utan tjänsteperson, \
utom de som hör till en kommun utan kontaktpolitiker""",
    ),
]


def test_an_audience_is_said_in_a_sentence(filled: Database) -> None:
    for wanted, text in SENTENCES:
        assert filled.play(partial(sentence, audience=wanted)) == text


def test_json_holds_all_of_an_audience() -> None:
    for wanted, _ in SENTENCES:
        assert from_json(to_json(wanted)) == wanted
    assert from_json(to_json(Audience((Part(people=()),)))) == Audience((Part(people=()),))
    assert to_json(EVERYBODY) == {"parts": [{}]}


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "alla",
        {"part": []},
        {"parts": [{"rolls": ["politician"]}]},
        {"parts": [{"roles": ["king"]}]},
        {"parts": [{"roles": "politician"}]},
        {"parts": [{"themes": [7]}]},
        {"parts": [{"people": ["1"]}]},
        {"parts": [{"people": [True]}]},
        {"parts": [{"people": [2**31]}]},
        {"parts": [{"people": [0]}]},
        {"parts": [{"people": list(range(1, 2_002))}]},
        {"parts": [{"conditions": ["done:12"]}]},
        {"parts": [{}], "unless": ["done"]},
        {"parts": {1, 2}},
    ],
)
def test_unknown_json_is_refused(data: object) -> None:
    with pytest.raises(UserError):
        from_json(data)


def test_a_pasted_list_is_people_and_what_means_nobody(network: Database) -> None:
    erased = change(network, "Åsa Falun")
    network.play(lambda session: privacy.erase(session, erased, NOON, NOON.date()))
    appoint(network, "reporter", "Per Lund", "per.lund@sotenas.se")
    text = """Per Falun <PER@falun.se>, siri  sotenas;
        per@falun.se\tFalu kommun\r\n\n
        Per Lund
        asa@falun.se, Åsa Falun,ingen@b.se"""

    part, unknown = network.play(lambda session: pasted(session, text))
    assert names(look(network, part)) == ["Per Falun", "Siri Sotenas"]
    assert part.people is not None
    assert len(part.people) == 2
    assert unknown == ("Per Lund", "asa@falun.se", "Åsa Falun", "ingen@b.se")
    for bad in ("", " ;\n", "a@b.se\n" * (register_audience.MOST_PICKED + 1)):
        with pytest.raises(UserError):
            network.play(partial(pasted, text=bad))


@pytest.fixture
def statements(network: Database) -> Iterator[list[str]]:
    """What is sent to the database."""
    sent: list[str] = []

    def note_statement(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("SELECT", "WITH")):
            sent.append(statement)

    event.listen(network.engine, "before_cursor_execute", note_statement)
    yield sent
    event.remove(network.engine, "before_cursor_execute", note_statement)


def test_the_cost_does_not_grow_by_statements(network: Database, statements: list[str]) -> None:
    look(network, Part(roles=(POLITICIAN,)), Part(themes=("klimat",)), Part(counties=("Dalarnas län",)))
    few = len(statements)

    def fill(session: Any) -> None:
        session.add_all(Person(name=f"Person {n}", mail=f"p{n}@b.se", first_seen_at=NOON) for n in range(300))

    network.play(fill)
    statements.clear()
    assert len(look(network, Part(), Part(roles=(POLITICIAN,)), Part(themes=("klimat",))).people) == 305
    assert len(statements) == few == 3


def test_erasing_leaves_a_list_without_the_person(network: Database) -> None:
    part, _ = network.play(lambda session: pasted(session, "per@lund.se"))
    stored = to_json(Audience((part,)))
    assert "per" not in str(stored)
    network.play(lambda session: privacy.erase(session, (part.people or (0,))[0], NOON, NOON.date()))
    assert look(network, *from_json(stored).parts).people == ()
