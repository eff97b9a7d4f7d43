"""Helpers for tests about announcements: the job's ticks, mail on paper, and what each recipient's row says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot import announcements
from bot.delivery.tenant_routes import TenantRoutes
from bot.papers import on_paper
from bot.turn import App
from storage import people, roles
from storage.announcements import Announcement
from storage.outbox import Delivery
from storage.people import Person, PersonRole
from tests.support import mail
from tests.support.chat import Chat, walk
from tests.support.people import person

LINE = "annonsera vatten: Ny utlysning om dagvatten, sök senast 3 mars https://www.vinnova.se/dagvatten"


@dataclass
class Post:
    """Mail on paper, and the bot's own clock."""

    chat: Chat
    folder: Path

    @property
    def routes(self) -> TenantRoutes:
        return TenantRoutes(on_paper(self.folder, "kansliet@sekom.se", self.chat.clock))

    def mails(self) -> list[EmailMessage]:
        return [mail.read(path.read_bytes()) for path in sorted(self.folder.glob("*.eml"))]

    def mailed(self) -> list[tuple[str, str]]:
        """Return the subject and recipient of every mail."""
        return sorted((str(one["Subject"]), str(one["To"])) for one in self.mails())

    def work(self, **later: float) -> None:
        """Let the clock run, have the job do its work and everything arrive, until nothing moves."""
        self.chat.clock.forward(**later)
        for _ in range(4):
            tick(self.chat.app, self.chat)
            self.chat.deliver()
            self.chat.clock.forward(seconds=2)


def tick(app: App, chat: Chat) -> None:
    """Run the job once, as each replica does every 15 seconds."""
    for step in announcements.run(app, chat.clock):
        app.database.play(step)


def rows(chat: Chat, subject: str = "announcement:1") -> dict[str, tuple[str, str]]:
    """Return the state, and the route or error, of every delivery of a subject by its key without the subject."""

    def work(session: Any) -> dict[str, tuple[str, str]]:
        found = session.scalars(select(Delivery).where(Delivery.subject == subject).order_by(Delivery.id))
        return {
            row.key.removeprefix(subject.removeprefix("over:")).strip(":"): (row.state, row.route or row.error)
            for row in found
        }

    return chat.app.database.play(work)


def stored(chat: Chat, number: int = 1) -> Announcement:
    """Return the announcement's row."""
    return chat.app.database.play(lambda session: session.get_one(Announcement, number))


def listed(chat: Chat, name: str, **facts: Any) -> int:
    """Add a person whom the bot has not met, as the kansli's list does. Return their id."""

    def work(session: Any) -> int:
        row = Person(name=name, first_seen_at=chat.clock.now, **facts)
        session.add(row)
        session.flush()
        return int(row.id)

    return chat.app.database.play(work)


def follow(chat: Chat, person_id: int, theme: str = "vatten") -> None:
    """Have somebody follow a theme."""
    chat.app.database.play(lambda session: people.follow(session, person_id, theme))


def fields(chat: Chat, **changes: Any) -> dict[str, Any]:
    """Return the inputs of the newest form, with changes."""
    inputs = (part for part in walk(chat.card) if str(part["type"]).startswith("Input."))
    return {**{str(part["id"]): part.get("value") or "" for part in inputs}, **changes}


def grant(kansli: Chat, colleague: Chat) -> None:
    """Give somebody the kansli's role."""
    given = person(colleague).id, PersonRole.KANSLI, None, kansli.clock.now
    kansli.app.database.play(lambda session: roles.give(session, *given))


def limited(chat: Chat, review_above: int) -> Chat:
    """Return the same person where announcements to more people than this need a second person's approval."""
    settings = chat.app.settings.model_copy(update={"review_above": review_above})
    return replace(chat, app=replace(chat.app, settings=settings))
