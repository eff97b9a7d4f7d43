"""Entries that nobody has used or reviewed for long archive themselves, are listed, and come back with one press."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest

from bot import bankcare, jobs
from bot.bankcare import archive
from storage.faq import Entry, EntryState
from tests.conftest import make_app
from tests.support.bankcare import TEXTILE, asked, read, rest_is_quiet, write
from tests.support.chat import Chat, Clock


def run(chat: Chat) -> int:
    return sum(chat.app.database.play(work) for work in bankcare.run(chat.app, chat.clock))


def forgotten(kansli: Chat, clock: Clock, count: int = 1) -> list[int]:
    """Return entries that nobody has used or reviewed for 25 months, although there were questions."""
    first = write(kansli, "Tar ni emot skor?")
    rest_is_quiet(kansli, first)
    kansli.app.database.play(
        lambda session: session.query(Entry).filter_by(id=first).update({"reviewed_on": date(2040, 1, 1)})
    )
    asked(kansli, first)
    numbers = [write(kansli, TEXTILE if not number else f"Vad gör vi med sak {number}?") for number in range(count)]
    clock.now = datetime(2029, 1, 9, 10, tzinfo=UTC)
    return numbers


def test_the_job_runs_with_the_clock() -> None:
    assert bankcare.run in [job.run for job in jobs.JOBS]


def test_a_forgotten_entry_is_archived_listed_and_taken_back(kansli: Chat, clock: Clock) -> None:
    (number,) = forgotten(kansli, clock)
    assert [run(kansli) for _ in range(3)] == [1, 0, 0]
    assert read(kansli, number).state == EntryState.ARCHIVED
    kansli.tick()
    assert kansli.text.startswith("Arkiverat av sig självt")
    assert TEXTILE in kansli.text
    shown = kansli.text
    assert kansli.tick() == 0
    assert kansli.say("arkiverade svar").split("\n")[0] == shown.split("\n")[0]
    assert "Ångrat." in kansli.click("Ångra")
    entry = read(kansli, number)
    assert entry.published
    assert entry.reviewed_on == date(2029, 1, 9)
    clock.forward(days=1)
    assert run(kansli) == 0
    assert "Inget svar är arkiverat av sig självt nu." in kansli.say("arkiverade svar")


def test_what_is_used_reviewed_or_changed_stays(kansli: Chat, clock: Clock) -> None:
    used, reviewed, changed = forgotten(kansli, clock, 3)
    asked(kansli, used)
    for number, column, value in (
        (reviewed, "reviewed_on", date(2028, 6, 1)),
        (changed, "changed_at", clock.now - timedelta(days=30)),
    ):
        kansli.app.database.play(lambda s, n=number, c=column, v=value: s.query(Entry).filter_by(id=n).update({c: v}))
    assert run(kansli) == 0


def test_at_most_ten_a_day_and_only_in_working_hours(kansli: Chat, clock: Clock) -> None:
    forgotten(kansli, clock, 12)
    clock.now = datetime(2029, 1, 9, 22, tzinfo=UTC)
    assert run(kansli) == 0
    clock.now = datetime(2029, 1, 10, 10, tzinfo=UTC)
    assert [run(kansli), run(kansli)] == [archive.MOST, 0]
    clock.forward(days=1)
    assert run(kansli) == 2


def test_a_young_log_archives_nothing(kansli: Chat, clock: Clock) -> None:
    write(kansli)
    clock.now = datetime(2029, 1, 9, 10, tzinfo=UTC)
    asked(kansli, None)
    assert run(kansli) == 0


def test_the_setting_0_archives_nothing(kansli: Chat, clock: Clock) -> None:
    forgotten(kansli, clock)
    app = make_app(kansli.app.database, SEKOM_ARCHIVE_MONTHS="0")
    assert list(bankcare.run(app, clock)) == []


def test_two_replicas_archive_the_same_ten_once(kansli: Chat, clock: Clock) -> None:
    forgotten(kansli, clock, 12)
    barrier = Barrier(2)

    def replica(_: int) -> int:
        barrier.wait()
        return run(kansli)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(replica, range(2))) == [0, archive.MOST]


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2028, 2, 29), 24, date(2026, 2, 28)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2027, 1, 15), 1, date(2026, 12, 15)),
        (date(2027, 12, 31), 12, date(2026, 12, 31)),
    ],
)
def test_months_before_a_day(day: date, months: int, before: date) -> None:
    assert archive.months_before(day, months) == before
