"""A second route only for what was not opened in the first: against the Graph stand-in, with the clock moved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot import swedish
from bot.delivery.tenant_routes import TenantRoutes
from storage import outbox, people
from storage.database import Database
from storage.outgoing import AsMail, Outgoing, Reach, Repeat, ToPerson
from storage.people import Person
from tests.support.chat import Clock
from tests.support.fakes import BLOCKED, refusal
from tests.support.graph import ANNA, CHAT, Office, office
from tests.support.outbox import Desk, desk, reminder

TUESDAY = datetime(2026, 11, 24, 10, tzinfo=swedish.STOCKHOLM)
GUEST: dict[str, Any] = {"guest": True, "mail": "anna@tranemo.example", "entra_id": ANNA}
MEMBER: dict[str, Any] = {**GUEST, "guest": False}
HOUR = timedelta(hours=1)
LATER = timedelta(days=7)
SENT, MAILED, OPENED = ("sent", "chat"), ("sent", "mail"), ("cancelled", "opened")


@dataclass
class Post:
    """An outbox with Teams and Graph behind it."""

    desk: Desk
    office: Office

    def meet(self, name: str = "Anna", *, chat: bool = True, **about: Any) -> int:
        """Add a person, with these facts about them. The last time they wrote was an hour ago."""
        anna = self.desk.meet(name, chat=chat)
        values: dict[Any, Any] = {"name": name, "last_active_at": self.desk.clock() - HOUR, **about}
        self.desk.play(lambda session: session.query(Person).filter_by(id=anna).update(values))
        return anna

    def tell(self, person: int, key: str = "t", **more: Any) -> None:
        """Enqueue an answer whose mail goes after an hour, unless ``more`` says something else."""
        mail = AsMail("Du har fått svar", "Så gör vi.", "Du får mejlet för att du frågade.")
        row = {"text": "Så gör vi.", "mail": mail, "mail_after": HOUR, **more}
        self.desk.enqueue(Outgoing(key, "note:1", ToPerson(person), **row))

    async def deliver(self, **later: float) -> dict[str, tuple[str, str]]:
        """Send what is due at a later time. Return each row by its key, with its state and its route or error."""
        self.desk.clock.forward(**later)
        for _ in range(3):  # a mail waits a second for the chat message that is being sent
            await self.desk.courier.deliver()
            self.desk.clock.forward(seconds=1.1)
        rows = self.desk.play(lambda session: session.query(outbox.Delivery).all())
        return {row.key: (row.state, row.route or row.error) for row in rows}

    def press(self, name: str = "Anna") -> None:
        """Have the person press a button somewhere."""
        teams_id, now = f"29:{name.casefold()}", self.desk.clock()
        self.desk.play(lambda session: people.meet(session, teams_id, None, name, now) and None)

    @property
    def mails(self) -> list[str]:
        return [str(mail["To"]) for mail in self.office.standin.state.mails]


@pytest.fixture
async def post(database: Database, clock: Clock) -> AsyncIterator[Post]:
    clock.now = TUESDAY
    async with office() as one, desk(database, clock, elsewhere=TenantRoutes(one.tenant, CHAT)) as outgoing:
        yield Post(outgoing, one)
        assert one.standin.violations == []


async def test_a_guest_who_does_not_open_it_gets_the_mail_after_the_time(post: Post) -> None:
    post.tell(post.meet(**GUEST))
    assert await post.deliver() == {"t": SENT, "t:mail": ("waiting", "")}
    assert (await post.deliver(minutes=59))["t:mail"] == ("waiting", "")
    assert await post.deliver(minutes=1) == {"t": SENT, "t:mail": MAILED}
    assert await post.deliver(hours=9) == {"t": SENT, "t:mail": MAILED}

    [mail] = post.office.standin.state.mails
    part = mail.get_body(("plain",))
    assert part is not None
    assert "Vill du inte ha sådana mejl? Skriv ”påminnelser” till mig i chatten" in str(part.get_content())


@pytest.mark.parametrize("minutes", [1, 59])
async def test_a_press_or_a_message_after_it_counts_as_opened(post: Post, minutes: int) -> None:
    post.tell(post.meet(**GUEST))
    await post.deliver()
    post.desk.clock.forward(minutes=minutes)
    post.press()
    assert await post.deliver(hours=2) == {"t": SENT, "t:mail": OPENED}
    assert post.mails == []


async def test_being_active_before_it_is_not_opening_it(post: Post) -> None:
    anna = post.meet(**GUEST)
    post.press()
    post.desk.clock.forward(minutes=2)
    post.tell(anna)
    await post.deliver()
    assert (await post.deliver(minutes=61))["t:mail"] == MAILED


CHOICES: list[tuple[dict[str, Any], dict[str, Any], list[tuple[str, str]], list[tuple[str, str]]]] = [
    (GUEST, {}, [SENT, ("waiting", "")], [SENT, MAILED]),
    (GUEST, {"remind_by": "chat"}, [SENT], [SENT]),
    (GUEST, {"remind_by": "mail"}, [MAILED], [MAILED]),
    (GUEST, {"remind_by": "both"}, [SENT, MAILED], [SENT, MAILED]),
    (GUEST, {"mail": None}, [SENT], [SENT]),
    (MEMBER, {}, [SENT], [SENT]),
    (MEMBER, {"remind_by": "both"}, [SENT, MAILED], [SENT, MAILED]),
]
"""Facts about a person, more of them, and what becomes of an answer and its mail at once and at last."""


async def test_an_answer_follows_the_person_s_choice(post: Post) -> None:
    for number, (about, more, _, _) in enumerate(CHOICES):
        post.tell(post.meet(f"Anna{number}", **{**about, **more}), f"t{number}")
    for at_once, later in ((True, 0), (False, 2)):
        went = await post.deliver(hours=later)
        for number, (about, more, first, last) in enumerate(CHOICES):
            shown = [went[key] for key in (f"t{number}", f"t{number}:mail") if key in went]
            assert shown == (first if at_once else last), (about, more)


ANNOUNCED = {"reach": Reach.ANNOUNCEMENT, "repeat": Repeat.ASK}


async def test_an_announcement_has_the_same_rule_for_everybody(post: Post) -> None:
    guest, member = post.meet(**GUEST), post.meet("Bo", **{**MEMBER, "mail": "bo@tranemo.example"})
    chose_chat = post.meet("Cia", **{**GUEST, "mail": "cia@tranemo.example", "remind_by": "chat"})
    for person, key in ((guest, "g"), (member, "m"), (chose_chat, "c")):
        post.tell(person, key, **ANNOUNCED)
    assert set((await post.deliver()).values()) == {SENT, ("waiting", "")}
    assert await post.deliver(hours=2) == {"g": SENT, "g:mail": MAILED, "m": SENT, "m:mail": MAILED, "c": SENT}


@pytest.mark.parametrize("choice", ["", "chat", "mail", "both"])
async def test_no_time_means_both_at_once(post: Post, choice: str) -> None:
    post.tell(post.meet(**{**GUEST, "remind_by": choice}), **ANNOUNCED, mail_after=timedelta())
    assert await post.deliver() == {"t": SENT, "t:mail": MAILED}


async def test_what_teams_does_not_take_goes_by_mail_at_once_and_only_once(post: Post) -> None:
    post.desk.hear_from_channel()
    post.desk.connector.refuses["29:anna"] = refusal(403, "ForbiddenOperationException")
    post.tell(post.meet(chat=False, **GUEST))
    assert (await post.deliver())["t"] == MAILED
    assert await post.deliver(hours=2) == {"t": MAILED, "t:mail": ("cancelled", "not_in_teams")}
    assert len(post.mails) == 1


async def test_people_who_blocked_the_bot_get_no_mail(post: Post) -> None:
    post.desk.connector.refuses["a:anna"] = BLOCKED
    post.tell(post.meet(**GUEST))
    await post.deliver()
    assert await post.deliver(hours=2) == {"t": ("unreachable", "blocked"), "t:mail": ("cancelled", "blocked")}


async def test_the_hour_begins_when_the_message_has_gone(post: Post) -> None:
    post.desk.connector.throttle(times=1, retry_after=5400)
    post.tell(post.meet(**GUEST))
    assert (await post.deliver())["t"] == ("waiting", "429 Throttled")
    assert (await post.deliver(minutes=70))["t:mail"] == ("waiting", "")
    assert await post.deliver(minutes=25) == {"t": SENT, "t:mail": ("waiting", "")}
    assert (await post.deliver(minutes=50))["t:mail"] == ("waiting", "")
    assert (await post.deliver(minutes=15))["t:mail"] == MAILED


async def test_in_quiet_times_the_mail_waits_for_the_morning(post: Post) -> None:
    post.desk.clock.now = datetime(2026, 11, 27, 16, 30, tzinfo=swedish.STOCKHOLM)  # a Friday
    post.tell(post.meet(**GUEST))
    await post.deliver()
    assert await post.deliver(hours=30) == {"t": SENT, "t:mail": ("waiting", "")}
    monday = datetime(2026, 11, 30, 9, tzinfo=swedish.STOCKHOLM)
    assert await post.deliver(seconds=(monday - post.desk.clock()).total_seconds()) == {"t": SENT, "t:mail": MAILED}


async def test_after_the_summer_the_mail_is_still_worth_sending(post: Post) -> None:
    post.desk.clock.now = datetime(2026, 7, 1, 10, tzinfo=swedish.STOCKHOLM)
    post.tell(post.meet(**GUEST))
    await post.deliver()
    assert (await post.deliver(days=20))["t:mail"] == ("waiting", "")
    assert (await post.deliver(days=20, hours=4))["t:mail"] == MAILED


async def test_an_uncertain_message_is_mailed_only_if_twice_is_better_than_never(post: Post) -> None:
    anna = post.meet(**GUEST)
    post.desk.connector.fail(504, times=20)
    for key, repeat in (("again", Repeat.AGAIN), ("ask", Repeat.ASK)):
        post.tell(anna, key, repeat=repeat)
    went = await post.deliver()
    while went["again"][0] == "waiting":
        went = await post.deliver(hours=1)
    went = await post.deliver(hours=2)
    assert [went[key][0] for key in ("again", "ask")] == ["uncertain", "uncertain"]
    assert (went["again:mail"], went["ask:mail"]) == (MAILED, ("cancelled", "not_in_teams"))


async def test_ending_the_cause_or_choosing_the_chat_ends_the_mail(post: Post) -> None:
    anna = post.meet(**GUEST)
    post.tell(anna)
    await post.deliver()
    post.desk.play(lambda session: setattr(session.get_one(Person, anna), "remind_by", "chat"))
    assert (await post.deliver(hours=2))["t:mail"] == ("cancelled", "chose_chat")

    post.desk.play(lambda session: setattr(session.get_one(Person, anna), "remind_by", ""))
    post.tell(anna, "u")
    await post.deliver()
    post.desk.play(lambda session: outbox.cancel(session, "note:1", post.desk.clock()))
    assert (await post.deliver(hours=2))["u:mail"] == ("cancelled", "cause_ended")


async def test_two_replicas_send_one_mail(post: Post, database: Database, clock: Clock) -> None:
    post.tell(post.meet(**GUEST))
    await post.deliver()
    await post.desk.courier.drain()
    async with desk(database, clock, elsewhere=TenantRoutes(post.office.tenant, CHAT)) as other:
        clock.forward(hours=2)
        await post.desk.courier.deliver()
        await other.courier.deliver()
        await other.courier.deliver()
    assert len(post.mails) == 1


def test_only_an_answer_or_an_announcement_has_a_later_mail() -> None:
    for wrong in ({"mail_after": HOUR}, {"mail_after": -HOUR, "reach": Reach.ANSWER}):
        good = reminder(1, "r")
        values = {name: getattr(good, name) for name in ("key", "subject", "to", "text", "reach", "mail")}
        with pytest.raises(ValueError, match="mail after it"):
            Outgoing(**{**values, **wrong})
