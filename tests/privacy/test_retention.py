"""What is old goes, class by class, in chunks; and the preview says the same without doing it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import utc_now
from bot import jobs
from bot.__main__ import main
from bot.ports import Listed
from bot.privacy import retention
from bot.register import rosters
from bot.swedish import date_of
from bot.turn import App
from storage import audit, content, dialogs, migrate, offers, outbox, people, questions, roles
from storage.audit import AuditRow
from storage.contacts import Contact
from storage.database import Database
from storage.dialogs import OpenDialog
from storage.offers import ThreadOffer
from storage.outbox import Delivery, State
from storage.outgoing import Outgoing, ThreadOf, ToChannel, ToPerson
from storage.people import Person, PersonRole
from storage.questions import Answer, Question, QuestionFollower, Status
from tests.conftest import NOON, make_app
from tests.support.chat import KANSLI, Clock
from tests.support.erasure import in_files
from tests.support.people import IN_TEAM, SOTENAS

pytestmark = pytest.mark.clock


def fill(session: Session, now: datetime = NOON) -> None:
    """Something old and something new in every class that is not tested elsewhere."""
    content.load_municipalities(session)
    anna = people.meet(session, "29:anna", None, "Anna Andersson", now)
    session.flush()
    for number, days in enumerate((31, 29)):
        at = now - timedelta(days=days)
        dialogs.save(session, anna.id, f"a:{number}", name="entry", answers={}, now=at)
    for number, days in enumerate((1826, 1824)):
        at = now - timedelta(days=days)
        audit.record(session, anna.id, f"{number}", "x:1", at, person_id=anna.id)
        session.add(
            Contact(municipality_code=SOTENAS, seat="officer", person_id=anna.id, since=at.date(), until=at.date())
        )
    sent = (("old", 1096), ("new", 1094), ("thread", 1096))
    for key, days in sent:
        outbox.enqueue(session, Outgoing(key, "x:1", ToPerson(anna.id), text=key), now)
        row = outbox.find(session, key)
        assert row is not None
        row.state, row.settled_at = State.SENT, now - timedelta(days=days)
    outbox.enqueue(session, Outgoing("reply", "x:1", ThreadOf("thread"), text="svar"), now)
    outbox.enqueue(session, Outgoing("waits", "x:1", ToChannel("19:x"), text="hej"), now)


def left(session: Session) -> dict[str, int | list[str]]:
    return {
        "dialogs": session.scalar(select(func.count()).select_from(OpenDialog)) or 0,
        "audit": session.scalar(select(func.count()).select_from(AuditRow)) or 0,
        "seats": session.scalar(select(func.count()).select_from(Contact)) or 0,
        "named": session.scalar(select(func.count()).select_from(Contact).where(Contact.person_id.is_not(None))) or 0,
        "deliveries": sorted(session.scalars(select(Delivery.key))),
    }


async def test_each_class_goes_after_its_own_time(empty_app: App, clock: Clock) -> None:
    database = empty_app.database
    database.play(fill)
    before = dict(retention.preview(database, empty_app.settings, clock.now))
    assert database.play(left)["dialogs"] == 2  # a preview changes nothing

    await jobs.run(jobs.JOBS[0], empty_app, clock)

    assert database.play(left) == {
        "dialogs": 1,
        "audit": 1,
        "seats": 2,
        "named": 1,
        "deliveries": ["new", "reply", "thread", "waits"],
    }
    counted = {one.name: rows for one, rows in before.items()}
    assert counted["conversations left half-way"] == 1
    assert counted["notes that a message was sent"] == 1
    assert counted["names of former contact persons"] == 1
    assert counted["log of the kansli's changes"] == 1
    assert sum(rows for _, rows in retention.preview(database, empty_app.settings, clock.now)) == 0


def test_questions_between_members_go_with_their_answers_when_they_have_ended(empty_app: App, clock: Clock) -> None:
    old, young, ancient = (NOON - timedelta(days=days) for days in (1096, 1094, 3000))
    cases = [  # status, ended, answered, whether it goes
        (Status.OPEN, None, None, False),
        (Status.OPEN, None, ancient, False),  # open again
        (Status.ANSWERED, None, old, True),
        (Status.ANSWERED, None, young, False),
        (Status.SOLVED, old, ancient, True),
        (Status.SOLVED, young, ancient, False),
        (Status.CLOSED, old, None, True),
        (Status.WITHDRAWN, old, None, True),
        (Status.CLOSED, old, None, False),  # the newest keeps its number
    ]

    def make(session: Session) -> None:
        anna = people.meet(session, "29:anna", None, "Anna Andersson", NOON)
        session.flush()
        for number, (status, ended, answered, _) in enumerate(cases, 1):
            given = {"asker_id": anna.id, "show_name": True, "text": "?", "asked_at": ancient, "waiting_since": ancient}
            one, _ = questions.add(session, origin=str(number), **given)
            one.status, one.ended_at = status, ended
            questions.follow(session, one.id, anna.id)
            offers.add(session, one.id, anna.id, "x", NOON)
            if answered:
                said = {"municipality_code": None, "text": "!", "digest": "d", "way": questions.AnswerWay.CARD}
                questions.add_answer(session, question_id=one.id, person_id=anna.id, at=answered, **said)

    def kept(session: Session) -> list[set[int]]:
        keys = Question.id, Answer.question_id, QuestionFollower.question_id, ThreadOffer.question_id
        return [set(session.scalars(select(key))) for key in keys]

    database = empty_app.database
    database.play(make)
    counted = {one.name: rows for one, rows in retention.preview(database, empty_app.settings, clock.now)}
    assert counted["questions between members that ended"] == 4
    for work in retention.run(empty_app, clock):
        database.play(work)

    stay = {number for number, (*_, goes) in enumerate(cases, 1) if not goes}
    answered = {number for number in stay if cases[number - 1][2]}
    assert database.play(kept) == [stay, answered, stay, stay]


def test_what_is_deleted_leaves_the_files_too(empty_app: App, clock: Clock) -> None:
    database, old = empty_app.database, clock.now - timedelta(days=4000)
    for number in range(50):
        what = f"Xyzzy {number} " * 10
        database.play(lambda session, what=what: audit.record(session, None, what, "x:1", old))  # type: ignore[misc]
    assert bool(in_files(database, "Xyzzy")) is database.sqlite

    for work in retention.run(empty_app, clock):
        database.play(work)

    assert in_files(database, "Xyzzy") == []


def test_more_than_a_chunk_goes_in_several(empty_app: App, clock: Clock) -> None:
    at = clock.now - timedelta(days=4000)

    def many(session: Session) -> None:
        for number in range(2 * retention.CHUNK + 1):
            audit.record(session, None, str(number), "x:1", at)

    database = empty_app.database
    database.play(many)
    played = [database.play(work) for work in retention.run(empty_app, clock)]

    assert [rows for rows in played if rows] == [retention.CHUNK, retention.CHUNK, 1]


@pytest.fixture
def operators(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database that the operator's commands find by their settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/bot.db")
    database = Database(f"sqlite:///{tmp_path}/bot.db")
    migrate.upgrade(database)
    database.play(partial(fill, now=utc_now()))
    return database


def test_the_operator_previews_before_deleting(operators: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["retention", "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert "       1  conversations left half-way (SEKOM_DIALOG_DAYS=30)" in shown
    assert "       0  people who left, or were replaced on a list (SEKOM_LEAVER_DAYS=365)" in shown
    assert "Nothing is deleted (--dry-run)." in shown
    assert operators.play(left)["dialogs"] == 2

    assert main(["retention"]) == 0
    assert operators.play(left)["dialogs"] == 1
    operators.close()


def test_the_operator_exports_and_erases_somebody(
    operators: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def know(session: Session) -> None:
        person = people.find(session, "29:anna")
        assert person is not None
        person.mail = "anna@sotenas.se"

    operators.play(know)
    file = tmp_path / "anna.txt"

    assert main(["export-person", "Anna@sotenas.se", str(file)]) == 0
    assert "Namn: Anna Andersson" in file.read_text("utf-8-sig")
    assert file.stat().st_mode & 0o777 == 0o600
    assert main(["export-person", "anna@sotenas.se", str(file)]) == 1
    assert main(["export-person", "ingen@sotenas.se", str(tmp_path / "b.json")]) == 1
    assert main(["export-person", "anna@sotenas.se", str(tmp_path / "b.pdf")]) == 1

    assert main(["erase-person", "anna@sotenas.se"]) == 0
    assert operators.play(lambda session: people.find(session, "29:anna")) is not None
    assert main(["erase-person", "anna@sotenas.se", "--yes"]) == 0
    assert operators.play(lambda session: people.find(session, "29:anna")) is None
    assert main(["export-audit", str(tmp_path / "logg.csv")]) == 0
    assert "Tagit bort en persons uppgifter" in (tmp_path / "logg.csv").read_text("utf-8-sig")
    assert "Nobody has that" in capsys.readouterr().err
    operators.close()


LONG, LATELY = 366, 364
"""Days ago: past SEKOM_LEAVER_DAYS, and not yet."""
LEAVERS: dict[str, tuple[dict[str, Any], bool]] = {
    "left": ({"left": LONG}, True),
    "left lately": ({"left": LATELY}, False),
    "writes though no roster has them": ({"left": LONG, "active": 10}, False),
    "has written before that": ({"left": LONG, "active": 400}, True),
    "left with a seat": ({"left": LONG, "seat": None}, False),
    "left, then replaced": ({"left": LONG, "seat": LATELY}, False),
    "replaced, then left": ({"left": LONG, "seat": LONG + 1}, True),
    "listed, with a seat": ({"listed": True, "seat": None}, False),
    "listed, replaced lately": ({"listed": True, "seat": LATELY}, False),
    "listed, replaced": ({"listed": True, "seat": LONG}, True),
    "listed lately": ({"listed": True, "seen": LATELY}, False),
    "listed, of the board": ({"listed": True, "seat": LONG, "role": PersonRole.BOARD}, False),
    "left, of the board": ({"left": LONG, "role": PersonRole.BOARD}, True),
    "left, of the kansli": ({"left": LONG, "role": PersonRole.KANSLI}, True),
    "left, named": ({"left": LONG, "entra": KANSLI}, False),
    "is here": ({}, False),
    "left under an old account": ({"left": LONG, "name": "is here", "mail": "is here"}, False),
    "left, was listed": ({"left": LONG, "mail": "was"}, True),
    "was listed": ({"listed": True, "name": "left, was listed", "mail": "was"}, True),
}


def add_leavers(session: Session) -> None:
    for number, (key, (how, _)) in enumerate(LEAVERS.items()):
        ago = {name: NOON - timedelta(days=days) for name, days in how.items() if isinstance(days, int)}
        ids = {} if how.get("listed") else {"teams_id": f"29:{number}", "entra_id": how.get("entra")}
        times = {"first_seen_at": ago.get("seen", NOON - timedelta(days=3000)), "last_active_at": ago.get("active")}
        mail = f"{how.get('mail', key)}@sotenas.se".replace(" ", ".").replace(",", "")
        one = Person(name=how.get("name", key), mail=mail, left_at=ago.get("left"), **ids, **times)
        session.add(one)
        session.flush()
        if "seat" in how:
            until = date_of(ago["seat"]) if how["seat"] else None
            seat = {"municipality_code": SOTENAS, "seat": "officer", "since": NOON.date(), "until": until}
            session.add(Contact(person_id=one.id, **seat))
        if "role" in how:
            roles.give(session, one.id, how["role"], None, NOON)


def names(session: Session) -> list[str]:
    return sorted(session.scalars(select(Person.name)))


def test_who_left_long_ago_is_erased_by_every_replica_once(empty_app: App, clock: Clock) -> None:
    database = empty_app.database
    database.play(content.load_municipalities)
    database.play(add_leavers)
    stay = sorted(how.get("name", key) for key, (how, goes) in LEAVERS.items() if not goes)
    people_that_go = sum(goes for _, goes in LEAVERS.values()) - 1  # one of them is two rows

    def replica() -> int:
        return [database.play(work) for work in retention.run(empty_app, clock)].count(1)

    counted = {one.name: rows for one, rows in retention.preview(database, empty_app.settings, clock.now)}
    assert counted["people who left, or were replaced on a list"] == people_that_go
    assert len(database.play(names)) == len(LEAVERS)
    with ThreadPoolExecutor(1 if database.sqlite else 3) as pool:
        assert sum(one.result() for one in [pool.submit(replica) for _ in range(3)]) == people_that_go

    assert database.play(names) == stay
    about = select(AuditRow.about).where(AuditRow.what == "Gallrat en person som har lämnat")
    assert database.play(lambda s: len(set(s.scalars(about)))) == people_that_go
    back = Listed("29:0", None, "left", "left@sotenas.se", guest=True)
    database.play(lambda session: rosters.keep(session, IN_TEAM, [back], NOON))
    assert database.play(names) == sorted([*stay, "left"])  # they did not ask to stay away


def test_the_last_of_the_kansli_stays_though_they_left_long_ago(database: Database, clock: Clock) -> None:
    def add(session: Session) -> int:
        one = people.meet(session, "29:karin", None, "Karin", NOON, active=False)
        roles.give(session, one.id, PersonRole.KANSLI, None, NOON)
        one.left_at = NOON - timedelta(days=LONG)
        return one.id

    alone = make_app(database, SEKOM_KANSLI="")
    database.play(add)
    for work in retention.run(alone, clock):
        database.play(work)
    assert database.play(names) == ["Karin"]
    for work in retention.run(make_app(database), clock):  # somebody is named now
        database.play(work)
    assert database.play(names) == []
