"""News as members see them: what is current, how they want it, and what the kansli is told about that."""

from __future__ import annotations

from bot.announcements import manuscript
from bot.register import subscriptions
from storage.announcements import Announcement
from storage.news import NewsChoice
from tests.support.announcements import Post, fields, rows
from tests.support.chat import Chat
from tests.support.news import choose, listings, member, send
from tests.support.people import know, person


def test_every_kind_has_its_words() -> None:
    assert {kind: one for kind, (one, _) in subscriptions.KINDS.items()} == {
        kind: facts.title for kind, facts in manuscript.KINDS.items()
    }


def test_what_is_current_is_listed_and_opened(kansli: Chat, post: Post) -> None:
    anna, bo = member(kansli, "Anna Ask"), kansli.as_("Bo Ek")
    assert "Det finns inget aktuellt för dig just nu." in anna.say("nytt")
    send(kansli, post, "vatten", "Nyhet ett", last_date="2026-11-30")
    send(kansli, post, "vatten", "Nyhet två")
    send(kansli, post, "alla", "Nyhet tre")

    shown = anna.say("nytt")
    assert shown.index("Nyhet tre") < shown.index("Nyhet två") < shown.index("Nyhet ett")
    assert "Nyhet · Sista dag: måndag den 30 november 2026" in shown
    assert "Nyhet ett" not in bo.say("nytt")
    assert "Nyhet tre" in bo.text
    opened = anna.press("announcements.read", {"announcement": 2})
    assert "Nyhet från kansliet\nNyhet två" in opened
    assert "Du har läst det här." in anna.click("Läst")
    assert "i vår egen chatt" in anna.in_channel().press("announcements.read", {"announcement": 2})
    assert "Nyhet" not in anna.in_channel().say("nytt")

    kansli.press("announcements.open", {"announcement": 3})
    kansli.click("Ta tillbaka")
    kansli.click("Visa Återtaget")
    assert "Nyhet tre" not in anna.say("nytt")
    post.work(days=7)
    assert "Nyhet ett" not in anna.say("nytt")
    post.work(days=90)
    assert "Det finns inget aktuellt" in anna.say("nytt")


def test_a_long_list_has_pages(kansli: Chat, post: Post) -> None:
    anna = member(kansli, "Anna Ask")
    for number in range(7):
        send(kansli, post, "vatten", f"Nyhet {number}")
    assert "Nyhet 0" not in anna.say("nytt")
    assert "Sida 1 av 2. 7 utskick i allt." in anna.text
    assert "Nyhet 0" in anna.click("Visa fler")
    assert "Nyhet 6" in anna.click("Till början")


def test_a_choice_is_saved_shown_and_goes_with_the_person(chat: Chat) -> None:
    chat.say("påminnelser")
    assert "Så får du kansliets utskick" in chat.click("Kansliets utskick")
    form = fields(chat, way_news="weekly", way_call="channel")
    assert "Sparat." in chat.click("Spara", **form)
    assert {kind: way for kind, way in fields(chat).items() if way != "direct"} == {
        "way_news": "weekly",
        "way_call": "channel",
    }
    chat.say("mina uppgifter")
    shown = chat.click("Läs allt")
    assert "Sort: nyhet" in shown
    assert "Väg: i veckobrevet" in shown
    chat.say("veckobrev")
    chat.click("Allt i veckobrevet")
    assert set(fields(chat).values()) == {"weekly"}
    chat.click("Allt direkt")
    assert set(fields(chat).values()) == {"direct"}
    for wrong in ({}, {"way": "aldrig"}, {"way": ["weekly"]}, {"way": 1}):
        assert "Välj direkt" in chat.press("news.all", wrong)
    assert "Välj direkt" in chat.press("news.save", {**form, "way_news": "x"})

    chat.press("news.all", {"way": "weekly"})
    assert len(chat.app.database.play(lambda session: session.query(NewsChoice).all())) == len(subscriptions.KINDS)
    chat.say("ta bort mig")
    chat.click("Ja, gå vidare")
    chat.click("Ta bort mina uppgifter")
    assert chat.app.database.play(lambda session: session.query(NewsChoice).all()) == []


def test_the_kansli_sees_who_gets_it_another_way(kansli: Chat, post: Post) -> None:
    anna, bo, cia = (member(kansli, name) for name in ("Anna Ask", "Bo Ek", "Cia Ceder"))
    choose(anna, "weekly")
    choose(bo, "channel")
    kansli.say("annonsera vatten: En nyhet. Läs mer.")
    assert "1 person har valt bara kanalen." in kansli.text
    assert "1 person får det i veckobrevet." in kansli.text
    listed = kansli.click("Visa listan")
    assert "Anna Ask, Sotenäs: får det i veckobrevet" in listed
    assert "Bo Ek, Sotenäs: har valt bara kanalen" in listed
    assert "Cia Ceder, Sotenäs: i chatten" in listed
    kansli.click("Tillbaka")
    kansli.click("Skicka nu")
    post.work()

    here = [person(chat).id for chat in (anna, bo, cia)]
    assert set(rows(kansli)) & {f"person:{number}" for number in here} == {f"person:{here[2]}"}
    assert listings(kansli) == {(1, here[0], "weekly", False), (1, here[1], "channel", False)}
    assert "En nyhet" in bo.say("nytt")
    assert "Framme: 2\nVäntar: 1\nI kanalen: 1" in kansli.press("announcements.report", {"announcement": 1})
    for _ in range(2):  # nothing more, however often the job runs
        post.work()
    assert "Framme: 2\nVäntar: 1\nI kanalen: 1" in kansli.press("announcements.report", {"announcement": 1})


MEANINGS: tuple[tuple[str, str, dict[str, str], str | None], ...] = (
    ("weekly", "alla", {}, "weekly"),
    ("weekly", "alla", {"important": "true"}, None),
    ("weekly", "alla", {"last_date": "2026-11-30"}, None),  # the day of the digest
    ("weekly", "alla", {"last_date": "2026-12-01"}, "weekly"),
    ("weekly", "alla", {"kind": "information"}, None),  # the member chose for news only
    ("channel", "alla", {}, "weekly"),  # no channel gets it
    ("channel", "alla", {"last_date": "2026-11-30"}, None),
    ("channel", "vatten", {"last_date": "2026-11-30"}, "channel"),
    ("channel", "vatten", {"important": "true"}, None),
)
"""The choice for news, to whom it goes, what else it is, and why Anna gets no message; None if she gets one."""


def test_what_a_choice_means_for_one_announcement(kansli: Chat, post: Post) -> None:
    anna = member(kansli, "Anna Ask")
    for number, (way, to, changes, why) in enumerate(MEANINGS, 1):
        anna.say("veckobrev")
        anna.click("Spara", **fields(anna, way_news=way))
        send(kansli, post, to, "En nyhet", **changes)

        reasons = {reason for row, who, reason, _ in listings(kansli) if (row, who) == (number, person(anna).id)}
        assert reasons == ({why} if why else set()), number
        assert (f"person:{person(anna).id}" in rows(kansli, f"announcement:{number}")) is (why is None), number


def test_a_choice_made_while_it_is_prepared_changes_nothing_for_that_person(kansli: Chat, post: Post) -> None:
    anna, bo = member(kansli, "Anna Ask"), member(kansli, "Bo Ek")
    choose(bo, "weekly")
    send(kansli, post, "vatten", "En nyhet")
    choose(anna, "weekly")
    choose(bo, "direct")
    know(anna, mail=None)

    def again(session: object) -> None:
        row = session.get(Announcement, 1)  # type: ignore[attr-defined]
        row.state, row.prepared_at = "sending", None

    kansli.app.database.play(again)  # as after a process that was killed
    post.work()
    assert listings(kansli) == {(1, person(bo).id, "weekly", False)}
    assert f"person:{person(bo).id}" not in rows(kansli)
