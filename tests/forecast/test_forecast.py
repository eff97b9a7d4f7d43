"""What the bot is going to send: foreseen as it then goes, by day and cause, stopped and undone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot import agenda, announcements, jobs
from bot.delivery.ladder import Ladder, Rung, Unit
from bot.forecast import lookahead, operator, sendings
from bot.forecast.sendings import Sending, SendingWay
from bot.forecast.words import KINDS
from bot.plan import SendingPlan
from bot.privacy import retention
from bot.swedish import STOCKHOLM
from storage import announcements as stored
from storage import credentials, outbox
from storage.announcements import Announcement, AnnouncementState, Mark
from storage.outbox import Delivery, State
from storage.outgoing import Operation, Outgoing, ToPerson
from tests.support.announcements import Post, follow
from tests.support.bankcare import without_drafts
from tests.support.chat import Chat, Clock, actions
from tests.support.people import know, person
from tests.support.questions import VATTEN, ask

pytestmark = pytest.mark.clock

DAYS = timedelta(days=14)
STEP = timedelta(hours=9)
"""How often the simulated clock ticks besides the minutes at which something is foreseen, and those before them."""


def local(moment: datetime) -> str:
    return f"{moment.astimezone(STOCKHOLM):%a %d %H.%M}"


def foreseen(chat: Chat) -> list[Sending]:
    now = chat.clock.now
    return chat.app.database.look(lambda session: sendings.between(chat.app, session, now, now + DAYS))


def announce(chat: Chat, number: int, sender: Chat, **facts: Any) -> None:
    """Store an announcement to everybody who follows Vatten."""
    about = {"kind": "news", "heading": f"Utskick {number}", "text": "Hej.", "links": [], "important": False}
    to = {"channels": [], "people": {"parts": [{"themes": ["vatten"]}]}}
    times = {"created_at": chat.clock.now, "changed_at": chat.clock.now}
    row = Announcement(**{**about, "id": number, "audience": to, "sender_id": person(sender).id, **times, **facts})
    chat.app.database.play(lambda session: session.add(row))


@pytest.fixture
def world(chat: Chat, kansli: Chat, clock: Clock, tmp_path: Path) -> Chat:
    """Everything that the bot sends by itself, about to happen: the secret, questions, announcements, the week."""
    chat = Chat(chat.app, clock, history=chat.history, elsewhere=Post(chat, tmp_path).routes)
    bo, cia, eva = chat.as_("Bo Ek"), chat.as_("Cia Dal"), chat.as_("Eva Flod")
    know(bo, mail="bo@lund.se", remind_by="mail")
    know(cia, mail="cia@lund.se", guest=True)
    know(eva, mail="eva@lund.se", paused_until=date(2026, 12, 3))
    know(kansli, mail="karin@sekom.se", remind_by="both")
    ask(chat)
    for each in (chat, bo, cia, eva):
        follow(chat, person(each).id)
    chat.app.database.play(lambda session: credentials.note(session, datetime(2026, 12, 16, 9, tzinfo=UTC)))
    due = datetime(2026, 12, 2, 8, 30, tzinfo=UTC)
    announce(chat, 1, kansli, state=AnnouncementState.SCHEDULED, send_at=due)
    announce(chat, 2, kansli, state=AnnouncementState.SCHEDULED, send_at=due + timedelta(days=1), heading="")
    out = {"state": AnnouncementState.SENT, "spread_version": 1, "last_date": date(2026, 12, 4)}
    announce(chat, 3, kansli, kind="call", sent_at=clock.now, prepared_at=clock.now, ended_at=clock.now, **out)
    for each in (bo, cia, eva):
        marked = partial(stored.mark, number=3, person_id=person(each).id, which=Mark.INTERESTED, now=clock.now)
        chat.app.database.play(marked)
    return chat


def row_about(kansli: Chat, word: str) -> str:
    """Turn the pages to the first row with this word. Return its title."""
    while not (rows := [title for title in kansli.buttons if word in title]):
        kansli.click("Nästa")
    return rows[0]


def live(chat: Chat, moments: set[datetime], until: datetime) -> None:
    """Let the clock run as :mod:`bot.jobs` does, with nobody doing anything."""
    moment = chat.clock.now
    while moment < until:
        moments.add(moment)
        moment += STEP
    for moment in sorted(each for each in moments if each < until):
        chat.clock.now = moment
        for run in (retention.run, agenda.run, announcements.run):
            for work in run(chat.app, chat.clock):
                chat.app.database.play(work)
        chat.tick()
        for work in announcements.run(chat.app, chat.clock):
            chat.app.database.play(work)
        chat.deliver()


def sent(chat: Chat, since: datetime) -> list[tuple[str, str, str]]:
    """Return what went after ``since`` and is a message: its key, when, and by which way."""
    rows = chat.app.database.play(lambda session: session.query(Delivery).order_by(Delivery.id).all())
    return sorted(
        (row.key, local(row.claimed_at), sendings._WAYS.get(row.route, row.route))  # type: ignore[call-overload]
        for row in rows
        if row.state == State.SENT
        and row.claimed_at
        and row.claimed_at > since
        and row.operation not in (Operation.UPDATE, Operation.DELETE)
    )


def test_what_is_foreseen_for_14_days_is_what_then_goes(world: Chat, clock: Clock) -> None:
    began = clock.now
    clock.forward(minutes=7)
    ahead = foreseen(world)
    goes = sorted((each.key, local(each.at), each.way) for each in ahead if each.way is not SendingWay.NONE)

    moments = {each.at - timedelta(minutes=late) for each in ahead for late in (0, 1) if each.at > clock.now}
    live(world, moments, clock.now + DAYS)

    assert sent(world, began + timedelta(minutes=6)) == goes
    assert {each.kind for each in ahead} == {
        *("agenda", "announcement", "announcement_desk", "announcement_reminder", "app_credential"),
        *("question_reminder",),
    }
    assert {each.way for each in ahead} == {SendingWay.CHAT, SendingWay.MAIL, SendingWay.NONE}
    assert {str(each.reason) for each in ahead} == {"usual", "chosen", "guest", "unopened", "old"}


def test_the_kansli_sees_opens_stops_and_undoes(world: Chat, kansli: Chat) -> None:
    world.tick()  # the first warning goes at once
    kansli.say("hjälp")
    assert "Kommande utskick" in kansli.buttons
    kansli.say("utskick")
    shown = kansli.click("Kommande utskick")

    assert "De närmaste 14 dagarna skickar jag " in shown
    assert "onsdag 2 december\n09.30 Utskick: " in shown
    assert "Räknat just nu av samma kod som skickar" in shown

    title = row_about(kansli, "hemlighet")
    assert title == "10.00 Varning: botens hemlighet går ut: 2 meddelanden till 1 person"
    opened = kansli.click(title)
    assert "1 i chatten (eget val).\n1 med mejl (eget val)." in opened
    assert "10.00 Karin Kansli\nI chatten (eget val)" in opened
    before = foreseen(world)
    asked = kansli.click("Stoppa alla")
    assert "2 meddelanden till 1 person skickas inte." in asked
    stopped = kansli.click("Ja, stoppa")
    assert "Stoppat: Varning: botens hemlighet går ut, den " in stopped
    assert "Stoppat av Karin Kansli." in stopped
    assert "Stoppat innan det gick: Varning" in kansli.say("ändringslogg")
    assert {each.kind for each in before} - {each.kind for each in foreseen(world)} == {"app_credential"}

    kansli.say("kommande utskick")
    assert "Ångrat: 2 meddelanden går ändå." in kansli.click("Ångra")
    assert [(each.key, each.at) for each in foreseen(world)] == [(each.key, each.at) for each in before]


def test_a_stopped_message_does_not_go_and_cannot_be_undone_when_its_time_has_come(
    world: Chat, kansli: Chat, clock: Clock
) -> None:
    world.tick()  # the first warning goes at once
    secret = next(each for each in foreseen(world) if each.kind == "app_credential")
    kansli.say("kommande utskick")
    kansli.click(row_about(kansli, "hemlighet"))
    kansli.click("Stoppa")  # the first of two: the message, and so its mail too
    kansli.click("Ja, stoppa")
    kansli.say("kommande utskick")
    undo = next(action for action in actions(kansli.card) if action["title"] == "Ångra")["data"]
    began, clock.now = clock.now, secret.at + timedelta(hours=1)
    world.tick()

    assert [key for key, _, _ in sent(world, began) if "app_credential" in key] == []
    assert "Det går inte att ångra längre." in kansli.press("forecast.undo", undo)


def test_an_answer_and_a_scheduled_announcement_are_not_stopped_here(world: Chat, kansli: Chat, clock: Clock) -> None:
    member = world.as_("Bo Ek")
    member.in_channel(VATTEN).click("Svara")
    answer = Outgoing("q:1", "question:1", ToPerson(person(member).id), text="Svar", not_before=clock.now + DAYS / 2)
    world.app.database.play(lambda session: outbox.enqueue(session, answer, clock.now))
    days = {each.kind: each.day.isoformat() for each in foreseen(world)}

    opened = kansli.press("forecast.open", {"day": days["question"], "kind": "question"})
    assert "Det här stoppas inte: det svarar på något som en medlem har gjort." in opened
    for data in ({"kind": "question"}, {"kind": "announcement"}):
        shown = {"day": days[data["kind"]], **data}
        assert "går inte att stoppa" in kansli.press("forecast.stop", shown) or data["kind"] == "announcement"
    opened = kansli.press("forecast.open", {"day": "2026-12-02", "kind": "announcement"})
    assert "Öppna utskicket" in opened
    assert "Schemalagt" in kansli.press("announcements.open", {"announcement": 1})
    assert "Det där kan bara kansliet göra." in member.press("forecast.open", {"day": "x", "kind": "question"})
    assert "redan skickat eller stoppat" in kansli.press("forecast.stop", {"day": [1], "kind": None})


def test_nothing_is_said_to_come_where_nothing_comes(kansli: Chat) -> None:
    without_drafts(kansli.app)
    shown = kansli.say("kommande utskick")

    assert shown == "Kommande utskick\nDe närmaste 14 dagarna skickar jag ingenting av mig själv, om inget mer händer."


@pytest.mark.parametrize("minutes", [0, 1, 61, 239, 1439, 7777])
def test_what_appears_between_two_looks_is_found_to_the_minute(chat: Chat, clock: Clock, minutes: int) -> None:
    """No ladder: only the fixed moments, and the search between them. It stays due for 18 hours."""
    appears = clock.now + timedelta(minutes=minutes)

    def due(_session: Session, now: datetime) -> list[Outgoing]:
        there = appears <= now < appears + timedelta(hours=18)
        return [Outgoing("x:1", "x:1", ToPerson(1), text=f"{now}", not_before=now)] if there else []

    app = replace(chat.app, plan=SendingPlan(due=(due,)))
    found = chat.app.database.look(lambda session: lookahead.foresee(app, session, clock.now, clock.now + DAYS))

    assert [(each.at, each.outgoing.not_before) for each in found] == [(appears, appears)]


def test_a_rung_of_an_hour_is_found_between_two_looks(chat: Chat, clock: Clock) -> None:
    starts = clock.now + timedelta(days=2, hours=14, minutes=23)  # 02.23 in the night
    ladder = Ladder((Rung(-1, Unit.HOURS),))

    def due(_session: Session, now: datetime) -> list[Outgoing]:
        step = ladder.due(starts, now)
        return [Outgoing(step.key("x:1", 1), "x:1", ToPerson(1), text="Snart")] if step else []

    app = replace(chat.app, plan=SendingPlan(due=(due,)))
    found = chat.app.database.look(lambda session: lookahead.foresee(app, session, clock.now, clock.now + DAYS))

    assert [each.at for each in found] == [starts - timedelta(hours=1)]


def test_the_operator_reads_numbers_and_no_names(world: Chat, clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    assert operator.due(world.app, clock.now, "2026-12-02T09:00", None) == 0
    shown = capsys.readouterr().out
    assert "2026-12-02 09:30       1  mail      chosen    announcement:1\n" in shown
    assert shown.endswith(" messages from 2026-12-02 09:00 to 2026-12-02 10:00, if nobody does anything.\n")
    assert operator.due(world.app, clock.now, None, None) == 0
    every = capsys.readouterr().out
    assert not [name for name in ("Bo", "Karin", "@", "Eva") if name in every]
    assert f"{len(foreseen(world))} messages from 2026-11-24 12:00 to 2026-12-08 12:00" in every


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (("i morgon", None), "Write the time as"),
        (("2026-11-24T11:59", None), "has passed"),
        (("2027-03-28T02:30", None), "There is no 02:30"),
        ((None, 0), "at least one day"),
        ((None, 93), "within 92 days"),
        (("2027-02-24T13:00", 1), "within 92 days"),
    ],
)
def test_the_operators_time_is_one_that_can_be_foreseen(
    chat: Chat, clock: Clock, capsys: pytest.CaptureFixture[str], asked: tuple[str | None, int | None], why: str
) -> None:
    assert operator.due(chat.app, clock.now, *asked) == 1
    assert why in capsys.readouterr().err


def test_every_job_that_sends_says_what_it_foresees() -> None:
    silent = ["clean", "bank care"]  # one deletes, and ends cards about the erased; the other archives, and DUE tells
    assert [job.name for job in jobs.JOBS if job.ahead is None] == silent
    assert jobs.PLAN.due == jobs.DUE
    assert jobs.PLAN.still_wanted == jobs.STILL_WANTED


def _subjects(source: str) -> Iterator[str]:
    """Yield the first words of the subjects that a module spells out."""
    texts: list[ast.expr] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign):
            to, value = node.targets[0], node.value
            several = isinstance(to, ast.Tuple) and isinstance(value, ast.Tuple)
            pairs = zip(to.elts, value.elts, strict=False) if several else [(to, value)]  # type: ignore[attr-defined]
            texts += [text for name, text in pairs if ast.unparse(name) == "subject"]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "Outgoing":
            texts += node.args[1:2]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "Living.of":
            texts += node.args
    for text in texts:
        first = text.values[0] if isinstance(text, ast.JoinedStr) else text
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value.partition(":")[0]


def test_everything_that_is_sent_has_a_title() -> None:
    spelt = {word for module in Path("bot").rglob("*.py") for word in _subjects(module.read_text(encoding="utf-8"))}
    assert {"agenda", "contact", "event_card", "outcome"} <= spelt
    assert {*spelt, *jobs.STILL_WANTED} - {"over"} - set(KINDS) == set()
    assert len(set(KINDS.values())) == len(KINDS)
