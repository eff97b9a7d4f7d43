"""Talks to the bot as a person does: says things, presses buttons by their titles, sees what Teams would show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha1
from itertools import count
from typing import Any

from bot import conversation
from bot.delivery.tenant_routes import TenantRoutes
from bot.message import Incoming, Json, Kind, Place, ReceivedFile, Reply, Scope, Sender, Sent
from bot.search.live_bank import LiveBank
from bot.teams.core import finished
from bot.turn import App
from storage import faq
from tests.support.teams import History, Shown, Teams, deliver, is_due, plan

KANSLI = "aaaaaaaa-0000-0000-0000-00000000000a"
"""The Entra object id that the tests' settings make kansli."""
ANNA = Sender("29:anna", "aaaaaaaa-0000-0000-0000-000000000001", "Anna Andersson")
ANNAS = Place("a:anna", Scope.PERSONAL, "https://smba.trafficmanager.net/emea/", "t-1")
_ids = count(1)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def days_ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass(frozen=True)
class Chat:
    """One person in one conversation. Views of other people and places share what has been sent."""

    app: App
    clock: Clock
    sender: Sender = ANNA
    place: Place = ANNAS
    history: History = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    """Teams ids of people whom the bot can't write to of its own accord."""
    elsewhere: TenantRoutes | None = None
    """The ways through Graph, if there are any."""
    private: bool = False
    """Whether only the bot sees what they write and press here, in a channel."""

    def as_(self, name: str, *, entra_id: str | None = None, new: bool = False) -> Chat:
        """Somebody else in a 1:1 chat of their own, greeted already unless ``new``; a name is a person."""
        key = name.casefold().replace(" ", "-")
        entra_id = entra_id or f"bbbbbbbb-0000-0000-0000-{sha1(key.encode()).hexdigest()[:12]}"  # noqa: S324
        sender = Sender(f"29:{key}", entra_id, name)
        other = replace(self, sender=sender, place=replace(self.place, conversation_id=f"a:{key}"))
        if not new:
            other.install()
        return other

    def in_channel(self, name: str = "Vatten", thread: str = "1") -> Chat:
        """Return the same person in a thread of a channel."""
        place = replace(self.place, conversation_id=f"19:{name}@thread.tacv2", scope=Scope.CHANNEL)
        return replace(self, place=replace(place, team_id="19:team@thread.tacv2", thread_id=thread))

    # what a person does

    def say(self, text: str = "", *, activity_id: str = "", attachments: tuple[str, ...] = ()) -> str:
        """Write a message; what is shown for it, as text."""
        reply = self.send(self.message(text, activity_id=activity_id, attachments=attachments))
        return seen(reply)

    def give(self, name: str, data: bytes) -> str:
        """Send a file; what is shown for it, as text."""
        return seen(self.send(replace(self.message(""), file=ReceivedFile(name, data))))

    def overheard(self, text: str, *, activity_id: str = "") -> Reply:
        """Write in a channel's thread without mentioning the bot, where Teams lets it see that."""
        return self.send(replace(self.message(text, activity_id=activity_id), kind=Kind.OVERHEARD))

    def edit(self, message_id: str, text: str) -> Reply:
        """Edit a message in a channel's thread that this person wrote."""
        edited = replace(self.message(text), kind=Kind.EDITED, message_id=message_id)
        return self.send(edited)

    def delete(self, message_id: str) -> Reply:
        """Delete a message in a channel's thread that this person wrote."""
        return self.send(replace(self.message(""), kind=Kind.DELETED, message_id=message_id))

    def message(self, text: str, *, activity_id: str = "", attachments: tuple[str, ...] = ()) -> Incoming:
        """Return the activity of a written message, for those who want to send it themselves."""
        return Incoming(
            activity_id=activity_id or f"m{next(_ids)}",
            kind=Kind.MESSAGE,
            sender=self.sender,
            place=self.place,
            text=text,
            attachments=attachments,
            private=self.private,
        )

    def install(self) -> str:
        """Add the bot here; what is shown for it."""
        return seen(self.send(Incoming(f"i{next(_ids)}", Kind.INSTALLED, self.sender, self.place)))

    def click(self, title: str, **inputs: Any) -> str:
        """Press the newest button with this title that the person sees; what is shown for it."""
        shown, action = self._button(title)
        return self.press(str(action["verb"]), {**action.get("data", {}), **inputs}, card_id=shown.id)

    def press(self, verb: str, data: Json, *, card_id: str | None = None, activity_id: str = "") -> str:
        """Send a button's press as it is, also one that no card shows."""
        pressed = Incoming(
            activity_id=activity_id or f"p{next(_ids)}",
            kind=Kind.ACTION,
            sender=self.sender,
            place=self.place,
            verb=verb,
            data={name: tuple(value) if isinstance(value, list) else value for name, value in data.items()},  # the edge
            card_id=card_id,
            private=self.private or any(one.id == card_id and one.only for one in self.shown),
        )
        return seen(self.send(pressed))

    def send(self, incoming: Incoming) -> Reply:
        """Hand an activity to the bot and show what comes back, as the edge and Teams do."""
        answer = conversation.respond(self.app, incoming, self.clock.now)
        answer = replace(answer, reply=finished(answer.reply))
        if answer.unsent:
            conversation.sent(self.app, Sent(incoming, self._show(incoming, answer.reply)))
        version, due = self.app.database.look(lambda session: (faq.version(session), is_due(session, self.clock.now)))
        if isinstance(self.app.bank, LiveBank) and self.app.bank.indexed[0] != version:
            self.app.bank.rebuild()
        if due:
            self.deliver()
        return answer.reply

    def deliver(self) -> None:
        """Have what the bot starts itself arrive, as it does in Teams a moment after the turn."""
        deliver(self.app, Teams(self.history, self.blocked), self.clock.now, self.elsewhere)

    def tick(self) -> int:
        """Let the bot's clock tick: what has become due is planned and arrives; how many rows were new."""
        new, due = plan(self.app, self.clock.now)
        if due:
            self.deliver()
        return new

    # what a person sees

    @property
    def shown(self) -> list[Shown]:
        """The conversation's messages, oldest first."""
        return self.history.setdefault(self.place.conversation_id, [])

    @property
    def card(self) -> Json:
        """The newest card, as this person sees it."""
        return next(card for one in reversed(self.shown) if (card := one.card_for(self.sender.teams_id)))

    @property
    def text(self) -> str:
        """All the words of the newest card."""
        return words(self.card)

    @property
    def buttons(self) -> list[str]:
        """The titles of the newest card's buttons."""
        return [str(action["title"]) for action in actions(self.card)]

    def _button(self, title: str) -> tuple[Shown, Json]:
        for one in reversed(self.shown):
            for action in actions(one.card_for(self.sender.teams_id) or {}):
                if action["title"] == title and action["type"] == "Action.Execute":
                    return one, action
        raise AssertionError(f"{self.sender.name} sees no button {title!r}; the newest card has {self.buttons}")

    def _show(self, incoming: Incoming, reply: Reply) -> tuple[str, ...]:
        """Show what Teams shows; the ids of new messages."""
        pressed = next((one for one in self.shown if one.id == incoming.card_id), None)
        if pressed is not None and reply.state is not None:
            pressed.message, pressed.views = replace(pressed.message, card=reply.state), {}
        elif pressed is not None and reply.view is not None:
            pressed.views[self.sender.teams_id] = reply.view
        alone = {True: self.sender.teams_id, False: ""}
        sent = [
            Shown(f"b{next(_ids)}", message, only=alone[message.aside or incoming.private])
            for message in reply.messages
        ]
        self.shown.extend(sent)
        return tuple(one.id for one in sent)


def seen(reply: Reply) -> str:
    """Everything a reply shows, as text."""
    cards = [card for card in (reply.view, reply.state) if card]
    parts = [reply.notice, *(words(card) for card in cards)]
    parts += [text for message in reply.messages for text in (words(message.card) if message.card else message.text,)]
    return "\n".join(part for part in parts if part)


def words(card: Json) -> str:
    """Return all the text that a card shows, a line for each part."""
    return "\n".join(_words(card))


def actions(card: Json) -> list[Json]:
    """Return every button of a card, in the order they are shown."""
    return [part for part in walk(card) if str(part.get("type", "")).startswith("Action.")]


def walk(part: Any) -> Iterator[Json]:
    """Yield every object of a card that has a type, depth first."""
    if isinstance(part, dict):
        if "type" in part:
            yield part
        for key, value in part.items():
            if key != "data":
                yield from walk(value)
    elif isinstance(part, list):
        for item in part:
            yield from walk(item)


def _words(card: Json) -> Iterator[str]:
    for part in walk(card):
        if "inlines" in part:
            yield "".join(str(run["text"]) for run in part["inlines"])
        elif part["type"] != "TextRun":
            for key in ("text", "title", "label", "value", "altText"):
                if isinstance(part.get(key), str):
                    yield part[key]
