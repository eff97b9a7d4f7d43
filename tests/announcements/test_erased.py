"""A person who is erased between two chunks of an announcement that is prepared."""

from __future__ import annotations

from itertools import islice

from sqlalchemy import delete

from bot import announcements
from bot.announcements import notices
from storage.people import Person
from tests.announcements.test_faults import crowd
from tests.support.announcements import LINE, rows
from tests.support.chat import Chat


def test_somebody_erased_while_it_is_prepared_holds_up_nobody(kansli: Chat) -> None:
    ids = crowd(kansli, 2 * notices.CHUNK)
    kansli.say(LINE)
    kansli.click("Skicka nu")
    steps = announcements.run(kansli.app, kansli.clock)
    for step in islice(steps, 2):
        kansli.app.database.play(step)
    kansli.app.database.play(lambda session: session.execute(delete(Person).where(Person.id == ids[-1])))
    for step in steps:
        kansli.app.database.play(step)
    assert len(rows(kansli)) == len(ids)
