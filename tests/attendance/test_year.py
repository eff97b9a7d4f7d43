"""A small programme around both changes of summer time: who is told what and when, compared whole."""

from __future__ import annotations

from datetime import date

from bot.turn import App
from tests.support.chat import Clock
from tests.support.programme import Meeting, Member, Programme, Time, difference, sv
from tests.support.programme_rules import expected
from tests.support.programme_run import Run

WAYS = ("", "chat", "mail", "both")


def members() -> list[Member]:
    """Return twenty people who want to be told in every way; some are late, pause or leave."""
    usual = [Member(f"Anna {n:02}", WAYS[n % 4], guest=n % 3 == 0, follows=n % 2 == 0) for n in range(14)]
    return [
        *usual,
        Member("Brevet", in_teams=False, guest=True, follows=True),
        Member("Sena", guest=True, follows=True, joins=sv("2027-03-15 10:11")),
        Member("Senare", joins=sv("2027-10-20 20:11")),
        Member("Pausad", pauses=((sv("2027-03-10 10:12"), date(2027, 3, 23)),)),
        Member("Ledig", "both", pauses=((sv("2027-10-25 10:13"), date(2027, 10, 31)),), follows=True),
        Member("Borta", "mail", leaves=sv("2027-04-02 12:14"), follows=True),
    ]


def spring() -> list[Meeting]:
    """Return a webinar on the Tuesday after Easter, and a small course that fills and is called off."""
    webinar = Meeting("Möte 01", sv("2027-03-02 09:01"), Time(sv("2027-03-30 09:00"), sv("2027-03-30 10:00")))
    webinar.acts = [
        *((sv(f"2027-03-0{3 + n % 5} 1{n % 7}:{20 + n}"), "register", f"Anna {n:02}") for n in range(6)),
        (sv("2027-03-17 09:31"), "decline", "Anna 06"),
        (sv("2027-03-18 09:32"), "register", "Pausad"),
        (sv("2027-03-24 09:33"), "leave", "Anna 01"),
        (sv("2027-03-26 09:34"), "register", "Anna 01"),  # after the reminder of the day before
        (sv("2027-03-30 08:30"), "register", "Sena"),
        (sv("2027-03-29 18:35"), "decline", "Anna 02"),
    ]
    time = Time(sv("2027-04-08 13:00"), sv("2027-04-08 15:00"), date(2027, 4, 1))
    course = Meeting("Möte 02", sv("2027-03-08 21:02"), time, for_whom="group", seats=2)
    course.acts = [
        (sv("2027-03-09 09:41"), "register", "Anna 00"),
        (sv("2027-03-09 09:42"), "register", "Anna 02"),
        (sv("2027-03-09 09:43"), "register", "Anna 04"),
        (sv("2027-03-09 09:44"), "register", "Brevlös"),
        (sv("2027-03-09 09:45"), "register", "Borta"),
        (sv("2027-03-27 22:46"), "leave", "Anna 00"),  # the night summer time begins: Anna 04 hears on Sunday at 8
        (sv("2027-03-29 11:47"), "accept", "Brevlös"),  # Anna 04 let it pass
    ]
    course.moves = [
        (sv("2027-04-05 10:51"), Time(sv("2027-04-08 09:00"), sv("2027-04-08 11:00"), date(2027, 4, 1))),
        (sv("2027-04-07 09:30"), Time(sv("2027-04-09 09:00"), sv("2027-04-09 11:00"), date(2027, 4, 1))),
    ]
    course.cancelled = sv("2027-04-08 16:52")
    return [webinar, course]


def autumn() -> list[Meeting]:
    """Return a webinar moved to and fro, a conference of whole days, and one that gets its date late."""
    first = Time(sv("2027-11-01 09:00"), sv("2027-11-01 10:00"), date(2027, 10, 29))
    other = Time(sv("2027-11-02 14:00"), sv("2027-11-02 15:00"), date(2027, 10, 29))
    webinar = Meeting("Möte 03", sv("2027-10-01 15:03"), first)
    webinar.acts = [(sv(f"2027-10-0{4 + n % 5} 1{n % 7}:{20 + n}"), "register", f"Anna {n:02}") for n in range(8)]
    webinar.acts += [(sv("2027-10-04 09:11"), "register", "Ledig"), (sv("2027-10-29 11:30"), "register", "Anna 09")]
    webinar.moves = [
        (sv("2027-10-20 10:01"), other),
        (sv("2027-10-20 10:05"), first),
        (sv("2027-10-21 10:06"), other),
        (sv("2027-10-30 12:07"), first),
    ]
    days = Time(sv("2027-10-31 00:00"), sv("2027-11-02 00:00"), date(2027, 10, 22))
    conference = Meeting("Möte 04", sv("2027-09-20 08:04"), days, for_whom="group")
    conference.acts = [(sv(f"2027-10-0{1 + n} 10:2{n}"), "register", f"Anna {2 * n:02}") for n in range(5)]
    undated = Meeting("Möte 05", sv("2027-09-21 08:05"), None)
    undated.moves = [(sv("2027-10-08 19:05"), Time(sv("2027-11-05 02:30"), sv("2027-11-05 04:00")))]
    undated.acts = [(sv("2027-10-12 10:31"), "register", f"Anna {n:02}") for n in (3, 5, 7)]
    return [webinar, conference, undated]


def programme() -> Programme:
    """Return the whole, with two days on which the bot is down."""
    people = [*members(), Member("Brevlös", "chat", follows=True)]
    down = [(sv("2027-03-24 18:00"), sv("2027-03-26 08:00"))]
    return Programme(sv("2027-03-01 08:00"), sv("2027-11-08 08:00"), people, [*spring(), *autumn()], down)


def test_everybody_is_told_what_the_rules_say_and_nothing_else(app: App, clock: Clock) -> None:
    plan = programme()
    rules = expected(plan)
    run = Run(plan, app, clock)

    seen = run.play(told.at for told in rules)

    assert difference(rules, seen) == []
    assert run.wrong == []
    assert {told.what for told in rules} >= {
        "Inbjudan",
        "Kommer du?",
        "Snart dags",
        "Om en timme",
        "Ny tid",
        "Inställt",
    }
