"""An announcement that is scheduled again and again, and its ends."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from storage.announcements import Announcement, AnnouncementState
from tests.support.announcements import Post, grant, limited, stored, tick
from tests.support.chat import Chat
from tests.support.people import person

WEEKLY = {"day": "2026-11-25", "time": "08.30", "repeats": "week"}
NEW = {"kind": "news", "heading": "Ny rubrik", "text": "Läs det här."}


def scheduled(kansli: Chat, text: str = "Något nytt. Läs det här.", **form: str) -> Chat:
    """Schedule something to Ada, each week from the 25th of November 2026 at 08.30. Return her chat."""
    ada = kansli.as_("Ada Ask")
    kansli.say(f"annonsera: {text}")
    kansli.click("Mottagare")
    kansli.click("Lägg till", pasted="Ada Ask")
    kansli.click("Klar")
    kansli.click("Schemalägg")
    kansli.click("Schemalägg", **{**WEEKLY, **form})
    return ada


def states(kansli: Chat) -> list[tuple[int, str]]:
    def work(session: Any) -> list[tuple[int, str]]:
        return [(row.id, row.state) for row in session.query(Announcement).order_by(Announcement.id)]

    return kansli.app.database.play(work)


def copies(chat: Chat) -> int:
    return sum("Läs det här." in str(one.message.card) for one in chat.shown)


def test_each_time_is_an_announcement_of_its_own(kansli: Chat, post: Post) -> None:
    ada = scheduled(kansli, times="3")
    assert "Upprepas varje vecka till och med den 9 december 2026." in kansli.text
    kansli.say("utskick")
    assert "Schemalagt · onsdag den 25 november 2026 kl. 08.30\nUpprepas varje vecka" in kansli.text
    post.work(days=1)
    assert states(kansli) == [(1, "scheduled"), (2, "sent")]
    assert copies(ada) == 1
    kansli.say("utskick")
    assert "Schemalagt · onsdag den 2 december 2026 kl. 08.30" in kansli.text

    # the first one is corrected and recalled alone
    kansli.press("announcements.send_correction", {**NEW, "announcement": 2, "version": 1})
    post.work(days=7)
    assert states(kansli) == [(1, "scheduled"), (2, "sent"), (3, "sent")]
    assert copies(ada) == 2
    assert stored(kansli, 3).heading == "Något nytt"
    kansli.press("announcements.recall", {"announcement": 2, "version": 2})
    post.work(days=7)
    assert states(kansli) == [(1, "sent"), (2, "recalled"), (3, "sent")]  # the last time is the row itself
    assert copies(ada) == 2
    post.work(days=30)
    assert len(states(kansli)) == 3


def test_one_press_ends_it_also_on_a_card_from_before_it_was_sent(kansli: Chat, post: Post) -> None:
    scheduled(kansli)
    assert "Upprepas varje vecka tills du avschemalägger." in kansli.text
    post.work(days=1)
    assert "Avschemalagt." in kansli.click("Avschemalägg")
    assert (stored(kansli).state, stored(kansli).repeats) == ("draft", None)
    post.work(days=30)
    assert states(kansli) == [(1, "draft"), (2, "sent")]


def test_after_a_month_of_silence_only_the_newest_goes_and_three_replicas_send_it_once(
    kansli: Chat, post: Post
) -> None:
    ada = scheduled(kansli)
    kansli.clock.forward(days=30)
    for _ in range(3):
        tick(kansli.app, kansli)
    post.work()
    assert states(kansli) == [(1, "scheduled"), (2, "sent")]
    assert copies(ada) == 1
    assert stored(kansli).send_at == datetime(2026, 12, 30, 7, 30, tzinfo=UTC)


def test_what_may_not_go_ends_the_repetition_and_the_sender_hears_why(kansli: Chat, post: Post) -> None:
    for number, change, told in (
        (1, {"text": "{{ månadens nyheter }}"}, "Det finns något kvar att fylla i"),
        (3, {"last_date": date(2026, 11, 30)}, "har redan varit"),
        (5, {"audience": {}}, "Utskicket har inga mottagare"),
    ):
        kansli.clock.now = datetime(2026, 11, 24, 11, tzinfo=UTC)
        scheduled(kansli)
        post.work(days=1)

        def write(session: Any, number: int = number, change: Any = change) -> None:
            session.query(Announcement).filter_by(id=number).update(change)

        kansli.app.database.play(write)
        post.work(days=7)
        halted = next(one for one in reversed(kansli.shown) if "upprepas inte mer" in str(one.message.card))
        assert told in str(halted.message.card).replace("\u200b", ""), told
        assert (stored(kansli, number).state, stored(kansli, number).repeats) == ("draft", None)
        post.work(days=7)
        assert len(states(kansli)) == number + 1


def test_an_edit_of_one_that_needs_approval_ends_it(kansli: Chat, post: Post) -> None:
    post.chat = strict = limited(kansli, 1)
    kim = strict.as_("Kim Kansli")
    grant(kansli, kim)
    kansli.as_("Bo Ek")
    strict.as_("Ada Ask")
    strict.say("annonsera: Något nytt. Läs det här.")
    strict.click("Mottagare")
    strict.click("Lägg till", pasted="Ada Ask\nBo Ek")
    strict.click("Klar")
    assert "ska granskas av en till" in strict.click("Schemalägg")
    kim.press("announcements.approve", {"announcement": 1, "version": 2})
    strict.press("announcements.schedule", {**WEEKLY, "announcement": 1, "version": 2})
    post.work(days=1)
    assert states(kansli) == [(1, "scheduled"), (2, "sent")]
    strict.press("announcements.save", {**NEW, "announcement": 1, "version": 3})
    post.work(days=7)
    assert states(kansli) == [(1, "draft"), (2, "sent")]
    assert "Utskick till fler än 1 personer ska granskas" in strict.text


ENDS = [
    ({"times": "1"}, "Skriv hur många gånger"),
    ({"times": "tre"}, "Skriv hur många gånger"),
    ({"times": "9" * 30}, "Skriv hur många gånger"),
    ({"until": "2026-11-30"}, "Andra gången blir den 2 december 2026."),
    ({"until": "snart"}, "Jag förstår inte sista dagen att upprepa."),
]


@pytest.mark.usefixtures("post")
def test_ends_that_can_not_be_used(kansli: Chat) -> None:
    scheduled(kansli, repeats="")
    assert "Upprepas" not in kansli.text
    kansli.click("Avschemalägg")
    kansli.click("Schemalägg")
    for form, told in ENDS:
        assert told in kansli.click("Schemalägg", **WEEKLY, **form), form
    assert stored(kansli).state == AnnouncementState.DRAFT
    kansli.click("Schemalägg", **{**WEEKLY, "repeats": "month", "times": "12", "until": "2027-02-28"})
    assert stored(kansli).repeat_until == date(2027, 2, 28)
    assert person(kansli).id == stored(kansli).sender_id
