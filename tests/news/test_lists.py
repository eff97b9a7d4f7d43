"""The weekly digest and the list for newcomers: once, right when they go, and kept right afterwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest

from bot.announcements.manuscript import Manuscript
from storage import news, rosters
from storage.announcements import Announcement
from storage.outbox import Delivery
from storage.people import Person
from tests.support.announcements import Post, fields, stored
from tests.support.chat import Chat, Clock
from tests.support.news import MONDAY, choose, listings, member, send, tick, work
from tests.support.people import IN_TEAM, know, person


def digests(chat: Chat, name: str = "digest") -> dict[str, str]:
    """Return the state of every list by the start of its key."""

    def work(session: Any) -> dict[str, str]:
        found = session.query(Delivery).filter(Delivery.subject.startswith(f"{name}:")).order_by(Delivery.id)
        return {row.key: row.state for row in found}

    return chat.app.database.play(work)


def recall(kansli: Chat, number: int) -> None:
    assert "tas tillbaka" in kansli.press("announcements.recall", newest(kansli, number))


def correct(kansli: Chat, number: int, heading: str) -> None:
    content = Manuscript.of(stored(kansli, number)).data | {"heading": heading}
    assert "på väg" in kansli.press("announcements.send_correction", content | newest(kansli, number))


def newest(kansli: Chat, number: int) -> dict[str, int]:
    return {"announcement": number, "version": stored(kansli, number).version}


def report(kansli: Chat, number: int = 1) -> str:
    return kansli.press("announcements.report", {"announcement": number})


def test_a_digest_comes_once_a_week_when_there_is_something(kansli: Chat, post: Post, clock: Clock) -> None:
    anna, bo = member(kansli, "Anna Ask"), member(kansli, "Bo Ek")
    choose(anna, "weekly")
    send(kansli, post, "vatten", "Första nyheten")
    send(kansli, post, "vatten", "Andra nyheten")
    tick(post)
    assert digests(kansli) == {}
    clock.now = MONDAY - timedelta(minutes=6)
    tick(post)
    assert digests(kansli) == {}

    clock.now = MONDAY
    tick(post, replicas=3)
    (key,) = digests(kansli)
    assert key.startswith("digest:2026-W49:")
    assert key.endswith(f":person:{person(anna).id}")
    assert "Veckobrev från kansliet\nDet här har kommit sedan sist.\nAndra nyheten\nNyhet" in anna.text
    assert "Första nyheten" in anna.text
    assert "Andra nyheten" not in bo.text.partition("Veckobrev")[2]
    assert "Framme: 3" in report(kansli)
    assert "Första nyheten" in anna.press("announcements.read", {"announcement": 1})

    send(kansli, post, "vatten", "Tredje nyheten")
    clock.forward(days=2)
    tick(post)
    assert len(digests(kansli)) == 1
    clock.now = MONDAY + timedelta(days=14, hours=5)  # the bot was down for a Monday, and late on the next
    tick(post, replicas=2)
    assert len(digests(kansli)) == 2
    assert "Tredje nyheten" in anna.text
    assert "Andra nyheten" not in anna.text
    clock.forward(days=7)
    tick(post)
    assert len(digests(kansli)) == 2


def test_a_digest_holds_only_what_is_still_valid(kansli: Chat, post: Post, clock: Clock) -> None:
    anna, bo = member(kansli, "Anna Ask"), member(kansli, "Bo Ek")
    choose(anna, "weekly")
    choose(bo, "weekly")
    know(bo, paused_until=(MONDAY + timedelta(days=3)).date())
    send(kansli, post, "vatten", "Går ut", last_date="2026-12-02")
    send(kansli, post, "vatten", "Tas tillbaka")
    send(kansli, post, "vatten", "Rättas")
    recall(kansli, 2)
    correct(kansli, 3, "Rättad rubrik")
    clock.now = MONDAY
    tick(post)
    assert "Rättad rubrik\nNyhet · Rättad\nÖppna\nGår ut" in anna.text
    assert "Tas tillbaka" not in anna.text
    assert "Stoppat: 2" in report(kansli, 2)
    assert "Stoppades innan veckobrevet gick." in report(kansli, 2)

    clock.forward(days=7)  # after Bo's pause
    tick(post)
    assert "Rättad rubrik" in bo.text
    assert "Går ut" not in bo.text


@pytest.mark.parametrize("way", ["recall", "correct"])
def test_what_changes_before_a_digest_goes_is_right_in_it(kansli: Chat, post: Post, clock: Clock, way: str) -> None:
    anna = member(kansli, "Anna Ask")
    choose(anna, "weekly")
    send(kansli, post, "vatten", "Första nyheten")
    send(kansli, post, "vatten", "Andra nyheten")
    clock.now = MONDAY
    work(kansli)  # planned, and not sent yet

    def change(session: Any) -> None:
        row = session.get(Announcement, 2)
        row.version += 1
        row.changed_at = clock.now
        row.heading = "Ny rubrik"
        row.state = "recalled" if way == "recall" else row.state

    kansli.app.database.play(change)
    kansli.deliver()
    assert list(digests(kansli).values()) == ["cancelled"]
    tick(post)
    assert list(digests(kansli).values()) == ["cancelled", "sent"]
    assert "Första nyheten" in anna.text
    assert "Andra nyheten" not in anna.text
    assert ("Ny rubrik" in anna.text) is (way == "correct")


def test_a_recall_changes_the_digests_that_have_gone(kansli: Chat, post: Post, clock: Clock) -> None:
    anna, bo = member(kansli, "Anna Ask"), member(kansli, "Bo Ek", "bo@sotenas.se")
    know(bo, guest=True)
    for chat in (anna, bo):
        choose(chat, "weekly")
    send(kansli, post, "vatten", "Första nyheten")
    send(kansli, post, "vatten", "Andra nyheten")
    clock.now = MONDAY
    tick(post)
    post.work()
    assert ("Veckobrev från kansliet: 2 utskick", "Bo Ek <bo@sotenas.se>") in post.mailed()
    clock.forward(hours=1)
    recall(kansli, 2)
    correct(kansli, 1, "Ny rubrik")
    begun = Manuscript.of(stored(kansli)).data | {"heading": "Igen"} | newest(kansli, 1)
    looked_over = kansli.press("announcements.look_over", begun)
    assert "Rättelsen når inte mejlen till Bo Ek, där utskicket stod i en lista." in looked_over
    post.work()
    tick(post)
    post.work()
    tick(post)

    for chat in (anna, bo):
        assert "Återtaget: Andra nyheten" in chat.text
        assert "Ny rubrik\nNyhet · Rättad" in chat.text
    lines = report(kansli, 2)
    assert "1 kopia gick inte att ändra: Bo Ek." in lines
    assert "Kansliet har tagit tillbaka" in anna.press("announcements.read", {"announcement": 2})


def test_a_digest_that_does_not_arrive_is_reported_and_sent_again(kansli: Chat, post: Post, clock: Clock) -> None:
    anna = member(kansli, "Anna Ask")
    choose(anna, "weekly")
    send(kansli, post, "vatten", "En nyhet")
    clock.now = MONDAY
    kansli.blocked.add(anna.sender.teams_id)
    tick(post)
    assert "Anna Ask, Sotenäs: gick inte fram\nHar blockerat eller tagit bort boten" in report(kansli)
    kansli.blocked.clear()
    again = kansli.press("announcements.resend", {"announcement": 1})
    assert "Skickar om till 1 mottagare." in again
    kansli.deliver()
    post.work()
    assert "Framme: 2" in report(kansli)
    assert "En nyhet" in anna.text


def test_a_newcomer_is_told_once_what_still_concerns_them(kansli: Chat, post: Post, clock: Clock) -> None:
    member(kansli, "Anna Ask")
    marked = {"evergreen": "true"}
    send(kansli, post, "alla", "Så fungerar nätverket", **marked)
    send(kansli, post, "vatten", "Sök bidrag", last_date="2026-12-03", **marked)
    send(kansli, post, "energi", "Bara energi", **marked)
    send(kansli, post, "alla", "Bara för er som var med")
    clock.forward(days=1)
    bo = member(kansli, "Bo Ek")
    tick(post)
    assert digests(kansli, "newcomer") == {}
    clock.forward(days=1)
    tick(post, replicas=3)
    assert list(digests(kansli, "newcomer").values()) == ["sent"]
    assert "Det här gäller fortfarande" in bo.text
    assert "Sök bidrag\nUtlysning · Sista dag: torsdag den 3 december 2026" in bo.text
    assert "Så fungerar nätverket" in bo.text
    assert "Bara" not in bo.text
    assert "Så fungerar nätverket" in bo.say("nytt")
    assert "Framme" in report(kansli)
    assert "Så fungerar" in bo.press("announcements.read", {"announcement": 1})

    send(kansli, post, "alla", "Nästa", **marked)
    clock.forward(days=4)
    tick(post)
    assert len(digests(kansli, "newcomer")) == 1
    recall(kansli, 1)
    tick(post)
    bo_lists = [shown for shown in bo.shown if "Det här gäller fortfarande" in str(shown.message.card)]
    assert "Återtaget: Så fungerar nätverket" in str(bo_lists[-1].message.card)


def test_people_who_return_get_what_they_never_got(kansli: Chat, post: Post, clock: Clock) -> None:
    anna, bo = member(kansli, "Anna Ask"), member(kansli, "Bo Ek")
    send(kansli, post, "alla", "Alla fick det", evergreen="true")
    know(bo, left_at=clock.now)
    clock.forward(days=7)
    send(kansli, post, "alla", "Medan Bo var borta", evergreen="true")
    clock.forward(days=14)
    tick(post)
    assert digests(kansli, "newcomer") == {}

    ids = [person(chat).id for chat in (anna, bo)]

    def back(session: Any) -> None:
        rosters.begin(session, IN_TEAM.id)
        for number in ids:
            rosters.see(session, IN_TEAM.id, session.get(Person, number), clock.now)

    kansli.app.database.play(back)
    clock.forward(days=1)
    tick(post)
    assert len(digests(kansli, "newcomer")) == 1
    assert "Medan Bo var borta" in bo.text
    assert "Alla fick det" not in bo.text


def test_one_with_a_last_day_concerns_newcomers_unless_the_kansli_says_no(kansli: Chat) -> None:
    kansli.say("annonsera vatten: Ny utlysning om dagvatten, sök senast 3 mars https://www.vinnova.se/dagvatten")
    kansli.click("Ändra")
    assert fields(kansli)["evergreen"] == "true"
    kansli.say("annonsera nyhet")
    assert fields(kansli)["evergreen"] == "false"


def test_a_digest_goes_on_the_first_working_day(kansli: Chat, post: Post, clock: Clock) -> None:
    anna = member(kansli, "Anna Ask")
    clock.now = datetime(2027, 3, 24, 11, tzinfo=UTC)  # before Easter, whose Monday is a red day
    choose(anna, "weekly")
    send(kansli, post, "vatten", "En nyhet")
    clock.now = datetime(2027, 3, 29, 10, tzinfo=UTC)
    tick(post)
    assert digests(kansli) == {}
    clock.now = datetime(2027, 3, 30, 10, tzinfo=UTC)
    tick(post)
    assert len(digests(kansli)) == 1
    assert listings(kansli) == {(1, person(anna).id, "weekly", True)}


def test_replicas_that_work_at_the_same_moment_send_one(kansli: Chat, post: Post, clock: Clock) -> None:
    anna, bo = member(kansli, "Anna Ask"), member(kansli, "Bo Ek")
    for chat in (anna, bo):
        choose(chat, "weekly")
    send(kansli, post, "vatten", "En nyhet", evergreen="true")
    clock.forward(hours=1)
    cia = member(kansli, "Cia Ceder")
    clock.now = MONDAY
    barrier = Barrier(3)

    def replica(_: int) -> None:
        barrier.wait()
        work(kansli)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(replica, range(3)))
    assert [key.rpartition(":")[2] for key in digests(kansli)] == [str(person(chat).id) for chat in (anna, bo)]
    assert [key.rpartition(":")[2] for key in digests(kansli, "newcomer")] == [str(person(cia).id)]


def test_listings_are_forgotten_with_the_notes_of_what_was_sent(kansli: Chat, post: Post, clock: Clock) -> None:
    anna = member(kansli, "Anna Ask")
    choose(anna, "weekly")
    send(kansli, post, "vatten", "En nyhet")
    days = kansli.app.settings.delivery_days
    now = clock.now
    for left, later in ((1, days - 1), (0, days + 1)):
        clock.now = now + timedelta(days=later)
        gone = kansli.app.database.play(lambda session: news.forget_old(session, clock.days_ago(days), 200))
        assert (gone, len(listings(kansli))) == (1 - left, left)
