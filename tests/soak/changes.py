"""An announcement corrected, stopped, taken back and sent again while it is sent, by two people of the kansli at once.

``python -m tests.soak.changes [trials] [seed]``; 20 trials on each database take about six minutes. In each, processes
are killed and the Connector fails in every way. At the end, every card that anybody has is the newest version, or is
taken back; or the report names the person, because Teams gave no id for the card or never answered.
``tests/announcements/test_kill.py`` makes one trial.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from time import monotonic
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import conversation
from bot.announcements import cards, outcomes, send_cards
from bot.announcements.cards import Edition
from bot.announcements.send_cards import Progress
from bot.message import Incoming, Json, Kind, Place, Scope, Sender
from bot.register.target import Target
from storage import roles
from storage.announcements import Announcement, AnnouncementState
from storage.audiences import EVERYBODY
from storage.database import Database
from storage.outbox import WITHOUT_ID, Delivery, State
from storage.outgoing import digest_of
from storage.people import Person, PersonRole
from storage.places import Conversation
from tests.soak.announcement_worker import Workers, app_on, now
from tests.soak.announcements import is_announcement
from tests.soak.outbox import databases
from tests.soak.teams import RATE, Teams, weather

PEOPLE = 250
"""They take five seconds. All presses come while they are sent."""
EVERY = 0.5
"""Seconds between the job's runs."""
WITHIN = 120.0
"""Seconds for a trial to come to rest."""
KANSLI = (1, 2)
"""The people who press. They get the announcement too."""
MOVING = (State.WAITING, State.SENDING)


@dataclass
class Seen:
    """What the trials did, and what was wrong."""

    presses: Counter[str] = field(default_factory=Counter)
    """Verbs that changed something, and how many presses were refused."""
    ends: Counter[str] = field(default_factory=Counter)
    """Where the announcements stood at the end."""
    kills: int = 0
    cards: Counter[str] = field(default_factory=Counter)
    """What became of the cards: right, deleted, or why it could not be changed."""
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.kills} kills; presses {dict(self.presses)}; ends {dict(self.ends)}; cards {dict(self.cards)}"


async def trial(url: str, *, people: int, presses: int, kills: int, replicas: int, seed: int, seen: Seen) -> None:
    """Send one announcement on an empty database, and press twice at once at random moments."""
    chance = random.Random(seed)
    database = Database(url)
    async with Teams() as teams:
        await database.run(lambda: database.play(partial(_begin, people=people, url=teams.url)))
        teams.chaos = partial(weather, random.Random(seed))
        workers = await asyncio.to_thread(Workers, url, replicas, EVERY)
        try:
            await _press_and_kill(
                database, workers, teams, chance, seen, moments=_moments(chance, people, presses, kills)
            )
            await _at_rest(database, teams, seen)
        finally:
            await asyncio.to_thread(workers.close)
        await database.run(lambda: database.play(partial(_judge, teams=teams, people=people, seen=seen)))
    database.close()


def _begin(session: Session, people: int, url: str) -> None:
    moment = now()
    for number in range(1, people + 1):
        session.add(Person(id=number, teams_id=f"29:p{number}", name=f"P{number}", first_seen_at=moment))
    session.flush()
    for number in range(1, people + 1):
        place = {"scope": "personal", "service_url": url, "tenant_id": "t-1", "seen_at": moment}
        session.add(Conversation(id=f"a:p{number}", person_id=number, **place))
    for number in KANSLI:
        roles.give(session, number, PersonRole.KANSLI, None, moment)
    row = {"kind": "news", "heading": "Rubrik 0", "text": "Läs.", "created_at": moment, "changed_at": moment}
    audience = Target(people=EVERYBODY).json
    session.add(Announcement(id=1, state="scheduled", send_at=moment, sender_id=KANSLI[0], audience=audience, **row))


def _moments(chance: random.Random, people: int, presses: int, kills: int) -> list[tuple[float, bool]]:
    """Return when something happens, in seconds, and whether it is a kill."""
    lasts = people / RATE
    moments = [(chance.uniform(0.2, lasts), False) for _ in range(presses)]
    return sorted([*moments, *((chance.uniform(0.2, lasts), True) for _ in range(kills))])


async def _press_and_kill(
    database: Database,
    workers: Workers,
    teams: Teams,
    chance: random.Random,
    seen: Seen,
    *,
    moments: list[tuple[float, bool]],
) -> None:
    while not teams.times:  # noqa: ASYNC110 - the stand-in counts, it does not tell
        await asyncio.sleep(0.02)
    app, started, numbers = app_on(database), monotonic(), count(1)
    for moment, kill in moments:
        await asyncio.sleep(max(0.0, started + moment - monotonic()))
        if kill:
            await asyncio.to_thread(workers.kill, chance.randrange(100))
            seen.kills += 1
            continue
        row = await database.run(lambda: database.look(_facts))
        pressed = [(person, *_choice(chance, row, next(numbers))) for person in KANSLI]
        replies = [
            database.run(partial(conversation.respond, app, _incoming(teams, *press, next(numbers)), now()))
            for press in pressed
        ]
        for (_, verb, _), turn in zip(pressed, await asyncio.gather(*replies), strict=True):
            changed = turn.reply.state is not None or turn.reply.view is not None
            seen.presses[verb if changed else "refused"] += 1


def _facts(session: Session) -> dict[str, Any]:
    row = session.scalars(select(Announcement)).one()
    return {"version": row.version, "state": row.state, "kind": row.kind, "text": row.text}


def _choice(chance: random.Random, row: dict[str, Any], number: int) -> tuple[str, Json]:
    """Return a press that fits a card shown just now: most often a correction."""
    known: Json = {"announcement": 1, "version": row["version"]}
    correction = {**known, "kind": row["kind"], "heading": f"Rubrik {number}", "text": row["text"]}
    verbs: list[tuple[str, Json]] = [
        ("announcements.send_correction", correction),
        ("announcements.stop", known),
        ("announcements.recall", {**known, "delete": chance.random() < 0.5}),
        ("announcements.resend", known),
        ("announcements.resend_uncertain", known),
    ]
    return chance.choices(verbs, (8, 1, 1, 1, 2))[0]


def _incoming(teams: Teams, person: int, verb: str, data: Json, number: int) -> Incoming:
    sender = Sender(f"29:p{person}", None, f"P{person}")
    place = Place(f"a:p{person}", Scope.PERSONAL, teams.url, "t-1")
    return Incoming(f"press-{number}", Kind.ACTION, sender, place, verb=verb, data=data, card_id="1")


async def _at_rest(database: Database, teams: Teams, seen: Seen) -> None:
    """Wait until nothing moves, and no copy has an old version."""
    end, still = monotonic() + WITHIN, 0
    while still < 3:  # looks in a row: the job has run in between
        teams.calls.clear()
        await asyncio.sleep(EVERY)
        rests = await database.run(lambda: database.look(_rests))
        still = still + 1 if rests else 0
        if monotonic() > end:
            seen.wrong.append("it did not come to rest")
            return


def _rests(session: Session) -> bool:
    row = session.scalars(select(Announcement)).one()
    moving = session.scalar(select(Delivery.id).where(Delivery.state.in_(MOVING)).limit(1))
    return row.state not in (AnnouncementState.SCHEDULED, AnnouncementState.SENDING) and moving is None


def _judge(session: Session, teams: Teams, people: int, seen: Seen) -> None:
    row = session.scalars(select(Announcement)).one()
    seen.ends[row.state] += 1
    seen.wrong += _wrong_copies(session, row, teams, seen)
    prepared = Counter(session.scalars(select(Delivery.person_id).where(Delivery.subject == row.subject)))
    if row.state == AnnouncementState.SENT and prepared != Counter(range(1, people + 1)):
        seen.wrong.append(f"{prepared.total()} rows for {people} people")
    seen.wrong += _wrong_desk(session, row, teams)


def _wrong_copies(session: Session, row: Announcement, teams: Teams, seen: Seen) -> Iterator[str]:
    rows = session.scalars(select(Delivery).where(Delivery.subject == row.subject)).all()
    lines = {line.name: line for line in outcomes.lines(session, row, {})}
    arrived: dict[str, list[Any]] = {}
    for message in filter(is_announcement, teams.sent):
        arrived.setdefault(message.conversation, []).append(message)
    recalled = row.state == AnnouncementState.RECALLED
    right = {digest_of({"card": cards.recalled(row)})} if recalled else _editions(row)
    for copy in rows:
        messages, line = arrived.pop(f"a:p{copy.person_id}", []), lines.get(f"P{copy.person_id}")
        if len(messages) > 1 + copy.doubts:
            yield f"{copy.key} came {len(messages)} times and is marked {copy.doubts} times"
        if copy.state == State.SENT and not messages:
            yield f"{copy.key} never came"
        if line is None:
            yield f"{copy.key} is not in the report"
        for message in messages:
            ours = message.id == copy.sent_activity_id
            gone = recalled and row.delete_copies
            if message.deleted and gone:
                seen.cards["deleted"] += 1
            elif digest_of({"card": message.card}) in right and not (ours and gone):
                seen.cards["right"] += 1
            elif why := _excuse(copy, line, ours=ours):
                seen.cards[why] += 1
            else:
                yield f"{copy.key} ({copy.state} {copy.error}) has a wrong card: {str(message.card)[:300]}"
    yield from (f"{conversation} got it without a row" for conversation in arrived)


def _excuse(copy: Delivery, line: outcomes.Line | None, *, ours: bool) -> str:
    """Return why an old card could not be changed, if the report says so; empty for a card that should be new."""
    if copy.error == WITHOUT_ID and line is not None and line.change:
        return "old: Teams gave no id"
    return "old: Teams never answered" if copy.doubts and not ours else ""


def _editions(row: Announcement) -> set[str]:
    """Return the newest version, with and without the words that it was corrected."""
    return {digest_of({"card": cards.announcement(Edition.of(row, again=again))}) for again in (False, True)}


def _wrong_desk(session: Session, row: Announcement, teams: Teams) -> Iterator[str]:
    """Compare the kansli's card with the numbers as they are."""
    right = send_cards.progress(row, Progress.of(session, row, RATE))
    ours = Delivery.subject == f"announcement_desk:{row.id}", Delivery.operation == "person"
    desk = session.scalars(select(Delivery).where(*ours)).one()
    if desk.state != State.SENT or desk.error == WITHOUT_ID:
        return
    shown = teams.message(desk.sent_activity_id or "").card
    if shown != right:
        yield f"the kansli's card is old ({row.state}): {str(shown)[:600]}"


async def on(name: str, url: str, trials: int, seed: int) -> int:
    """Run the trials on one database. Return how much was wrong."""
    seen, started, replicas = Seen(), monotonic(), 1 if name == "sqlite" else 3
    database = Database(url)
    for number in range(trials):
        await database.run(lambda: database.play(_empty))
        await trial(url, people=PEOPLE, presses=4, kills=3, replicas=replicas, seed=seed + number, seen=seen)
    database.close()
    print(f"{name}, {replicas} replica(s), {trials} trials of {PEOPLE}, {monotonic() - started:.0f} s: {seen}")
    print("\n".join(seen.wrong[:20]) or "no wrong card left; all named in the report", flush=True)
    return len(seen.wrong)


def _empty(session: Session) -> None:
    for table in reversed(Person.metadata.sorted_tables):
        session.execute(table.delete())


def main() -> int:
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with databases() as urls:
        return 1 if sum([asyncio.run(on(name, url, trials, seed)) for name, url in urls.items()]) else 0


if __name__ == "__main__":
    sys.exit(main())
