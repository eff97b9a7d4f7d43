"""Reminders to people who have pressed nothing on an announcement."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.support.announcements import LINE, Post, follow, listed, rows, stored
from tests.support.chat import Chat
from tests.support.people import know, person

NEW = {"kind": "call", "heading": "Ny rubrik", "text": "Sök nu.", "last_date": "2027-03-03"}


def press(kansli: Chat, verb: str, version: int = 1) -> str:
    return kansli.press(f"announcements.{verb}", {"announcement": 1, "version": version})


def test_those_who_have_not_pressed_are_reminded_once_for_each_version(kansli: Chat, post: Post) -> None:
    ada, bo, cia = (kansli.as_(name) for name in ("Ada Ask", "Bo Ek", "Cia Ceder"))
    for chat in (ada, bo, cia):
        follow(kansli, person(chat).id)
    know(ada, mail="ada@sotenas.se", guest=True)
    follow(kansli, listed(kansli, "Siri Sten", mail="siri@sotenas.se", guest=True))
    kansli.say(LINE)
    kansli.click("Skicka nu")
    post.work()
    bo.click("Intresserad")
    assert "Påminn om att trycka" not in kansli.click("Rapport")
    assert "mindre än ett dygn sedan" in press(kansli, "ask_nudge")
    post.work(hours=25)
    mails = len(post.mails())
    kansli.click("Tillbaka")

    assert "Har inte tryckt och kan påminnas: 3" in kansli.click("Rapport")
    assert "3 personer har inte tryckt på någon knapp." in kansli.click("Påminn om att trycka")
    report = kansli.click("Ja, påminn")
    assert "Påminner 3 personer." in report
    assert "Påminn om att trycka" not in kansli.buttons
    assert "redan påminda" in press(kansli, "nudge")
    cia.click("Delat hos oss")  # before the reminder goes
    post.work()

    assert "Påminnelse · Utlysning\nNy utlysning om dagvatten" in ada.text
    assert "Påminnelse" not in bo.text + cia.text
    assert post.mailed()[-2:] == [
        ("Påminnelse: Ny utlysning om dagvatten", "Ada Ask <ada@sotenas.se>"),
        ("Påminnelse: Ny utlysning om dagvatten", "Siri Sten <siri@sotenas.se>"),
    ]
    assert len(post.mails()) == mails + 2
    assert "Sök senast 3 mars 2027." in ada.click("Visa utskicket")
    assert "Du är intresserad." in ada.click("Intresserad")
    assert "Påminda: 2" in press(kansli, "report")

    kansli.press("announcements.send_correction", {**NEW, "announcement": 1, "version": 1})
    post.work(hours=1)
    assert "Du är intresserad." in ada.text  # the corrected card goes on saying it
    assert "Har inte tryckt och kan påminnas: 1" in press(kansli, "report")
    press(kansli, "nudge", version=2)
    post.work()
    assert [state for key, (state, _) in rows(kansli, "announcement_nudge:1").items() if key.startswith("v2")] == [
        "sent"
    ]


def test_nobody_is_reminded_after_the_last_day_or_of_what_is_taken_back(kansli: Chat, post: Post) -> None:
    ada = kansli.as_("Ada Ask")
    follow(kansli, person(ada).id)
    kansli.say(LINE)
    assert "Utskicket är ett utkast." in press(kansli, "ask_nudge")
    kansli.click("Skicka nu")
    post.work(hours=25)
    press(kansli, "nudge")
    press(kansli, "recall")
    post.work()
    assert rows(kansli, "announcement_nudge:1") == {f"v1:person:{person(ada).id}": ("cancelled", "not_wanted")}
    assert "Utskicket är återtaget." in press(kansli, "nudge")

    kansli.press("announcements.copy", {"announcement": 1})
    kansli.press("announcements.save", {**NEW, "announcement": 2, "version": 1})
    kansli.press("announcements.send", {"announcement": 2, "version": 2})
    post.work()
    kansli.clock.now = datetime(2027, 3, 4, 11, tzinfo=UTC)
    assert "har varit. Därför går det inte att påminna" in kansli.press(
        "announcements.ask_nudge", {"announcement": 2, "version": 2}
    )
    assert "Påminn om att trycka" not in kansli.press("announcements.report", {"announcement": 2})
    assert stored(kansli, 2).nudge_at is None
