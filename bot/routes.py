"""What people can say and press, and which handler answers; refuses duplicates.

Everything here is generic in the turn ``T``, so that :mod:`bot.turn` can hold the routes without a circle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy.orm import Session

from bot.message import Json, Reply, Scope, in_place
from bot.settings import Settings
from storage.people import Person
from storage.privacy import EraseHook


class Placed(Protocol):
    """What the registry must know of a turn."""

    @property
    def personal(self) -> bool:
        """Whether this is the person's own chat with the bot."""


T = TypeVar("T", bound=Placed)

_AROUND = " .,:;!?…/"
"""What may surround a command."""


class Role(StrEnum):
    """The role that a route needs."""

    MEMBER = "member"
    KANSLI = "kansli"


class Where(StrEnum):
    """Where a command is answered. ``PERSONAL`` is for what shows personal data."""

    ANY = "any"
    PERSONAL = "personal"


@dataclass(frozen=True, slots=True)
class Command(Generic[T]):
    """A word or phrase that people write first in a message."""

    word: str
    help: str
    """One Swedish line: what you get by writing it."""
    handler: Callable[[T], Reply]
    role: Role = Role.MEMBER
    where: Where = Where.ANY
    aliases: tuple[str, ...] = ()
    takes: str = ""
    """What may follow the word, for ``hjälp``; empty means the word must stand alone."""
    menu: bool = False
    """Whether it is in Teams' own command menu (at most 12)."""
    leavers: bool = False
    """Whether people who have left the network may use it."""

    def allowed(self, *, kansli: bool, scope: Scope) -> bool:
        """Return whether this person may use it in this kind of conversation."""
        return (kansli or self.role is Role.MEMBER) and (scope is Scope.PERSONAL or self.where is Where.ANY)


@dataclass(frozen=True, slots=True)
class Action(Generic[T]):
    """A button's verb."""

    name: str
    handler: Callable[[T], Reply]
    role: Role = Role.MEMBER
    where: Where = Where.ANY
    """``PERSONAL`` refuses a press elsewhere; no card with such a button is ever shown there."""
    leavers: bool = False
    """Whether people who have left the network may press it."""


@dataclass(frozen=True, slots=True)
class FileRequest:
    """What a file is made from: an open transaction, and the person who fetches it."""

    session: Session
    settings: Settings
    person: Person
    now: datetime
    about: int | None = None
    """The number of the row that the file is about, if its link named one. The link was made for this person."""


Writer = Callable[[FileRequest], Callable[[], bytes]]
"""Reads what the file needs; what it returns makes the bytes when the transaction is over."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file that people can fetch by a one-time link (:mod:`bot.downloads`)."""

    name: str
    """As it is kept with the link, at most 20 characters."""
    saved_as: str
    content_type: str
    """The type alone: texts are always UTF-8."""
    write: Writer
    role: Role = Role.MEMBER


Answers = Mapping[str, Any]
"""Step name → the answer, as the step's ``accept`` gave it (JSON)."""


@dataclass(frozen=True)
class Step(Generic[T]):
    """One question of a dialog.

    ``ask(turn, answers)`` is the card that asks. ``accept(turn, answers, text)`` turns the written text, or the
    form's inputs, into the answer to keep; a ``UserError`` tells what was wrong, and the step is asked again.
    """

    name: str
    ask: Callable[[T, Answers], Json]
    accept: Callable[[T, Answers, str], Any]
    optional: bool = False
    question: bool = False
    """Whether it asks for a question, so that a written question is its answer and not one to the bot."""


@dataclass(frozen=True)
class Dialog(Generic[T]):
    """Steps in the order they are asked, and what to do with the answers (:mod:`bot.dialog` runs them)."""

    name: str
    """Kept in the database; don't change it."""
    steps: tuple[Step[T], ...]
    finish: Callable[[T, Answers], Reply]
    role: Role = Role.MEMBER
    """The role that the dialog needs: its steps show data for that role only."""
    title: str = "Det vi höll på med"
    """What it is about, at the start of a sentence: "Din fråga till kollegorna"."""
    unsure: str = "Är det svaret på min fråga, eller frågar du mig?"
    """Asked when a written answer looks like a new question."""
    takes: str = "Det är svaret"
    """The button that says it was an answer."""
    keep: Callable[[T, Answers], None] | None = None
    """Keeps the answers elsewhere too, after each step, so that the dialog can go on after it was left."""
    left: Callable[[T, Answers], Json] | None = None
    """Return the card that is shown when it was cancelled. Without it, its answers are gone."""

    def position(self, answers: Answers) -> Step[T] | None:
        """Return the first unanswered step; None when all are answered."""
        return next((step for step in self.steps if step.name not in answers), None)


class DuplicateRouteError(Exception):
    """Two routes have the same word or name; raised when the program starts."""


class Routes(Generic[T]):
    """A registry of commands, buttons and files. Each module owns one; features and ``conversation`` join them.

    ``role`` and ``where`` are what its commands and buttons have unless they say otherwise; ``leavers`` holds for all.
    """

    def __init__(
        self, *parts: Routes[T], role: Role = Role.MEMBER, where: Where = Where.ANY, leavers: bool = False
    ) -> None:
        """Join ``parts``. Raises :class:`DuplicateRouteError` where two of them share a word or a name."""
        self.role, self.where, self.leavers = role, where, leavers
        self._longest = 1
        """Words of the longest command."""
        self.commands: dict[str, Command[T]] = {}
        self.actions: dict[str, Action[T]] = {}
        self.downloads: dict[str, Download] = {}
        self.erase_hooks: list[EraseHook] = []
        for part in parts:
            self.erase_hooks += part.erase_hooks
            for command in part:
                self._add_command(command)
            for action in part.actions.values():
                self._add_action(action)
            for download in part.downloads.values():
                self._add_download(download)

    def command(
        self,
        word: str,
        *,
        help: str,
        role: Role | None = None,
        where: Where | None = None,
        aliases: tuple[str, ...] = (),
        takes: str = "",
        menu: bool = False,
        button: str = "",
    ) -> Callable[[Callable[[T], Reply]], Callable[[T], Reply]]:
        """Register the decorated handler for ``word``; see :class:`Command` for the arguments.

        ``button`` is the verb of a button that answers the same, in place of the pressed card.
        """
        role, where = role or self.role, where or self.where

        def register(handler: Callable[[T], Reply]) -> Callable[[T], Reply]:
            self._add_command(Command(word, help, handler, role, where, aliases, takes, menu, self.leavers))
            if button:

                def press(turn: T) -> Reply:
                    return in_place(handler(turn), personal=turn.personal)

                self._add_action(Action(button, press, role, where, self.leavers))
            return handler

        return register

    def action(
        self, name: str, *, role: Role | None = None, where: Where | None = None
    ) -> Callable[[Callable[[T], Reply]], Callable[[T], Reply]]:
        """Register the decorated handler for buttons whose verb is ``name``; see :class:`Action`."""

        def register(handler: Callable[[T], Reply]) -> Callable[[T], Reply]:
            self._add_action(Action(name, handler, role or self.role, where or self.where, self.leavers))
            return handler

        return register

    def download(
        self, name: str, *, saved_as: str, content_type: str, role: Role | None = None
    ) -> Callable[[Writer], Writer]:
        """Register the decorated function as the maker of a file; see :class:`Download` for the arguments."""

        def register(write: Writer) -> Writer:
            self._add_download(Download(name, saved_as, content_type, write, role or self.role))
            return write

        return register

    def erasing(self, hook: EraseHook) -> EraseHook:
        """Register the feature's own part of erasing a person; see :data:`storage.privacy.EraseHook`."""
        self.erase_hooks.append(hook)
        return hook

    def __iter__(self) -> Iterator[Command[T]]:
        """The commands, each once, in the order they were registered."""
        return (command for word, command in self.commands.items() if word == command.word)

    def find(self, text: str) -> tuple[Command[T], str] | None:
        """Return the command that ``text`` starts with and what follows it, or None.

        Case, surrounding punctuation and a leading slash do not matter. A command that takes nothing matches
        only when it stands alone, so that "hjälp oss med PFAS" is a question. Longer words win. Only as many words
        are looked at as the longest command has, so that a long text costs no more than a short one.
        """
        first = text.strip(" /").split(None, self._longest)
        begins = [word.casefold() for word in first[: self._longest]]
        if len(first) <= self._longest and (whole := " ".join(begins).strip(_AROUND)) in self.commands:
            return self.commands[whole], ""
        for length in range(min(len(begins), len(first) - 1), 0, -1):
            command = self.commands.get(" ".join(begins[:length]))
            if command is not None and command.takes:
                return command, " ".join(text.strip(" /").split(None, length)[length].split())
        return None

    def _add_command(self, command: Command[T]) -> None:
        for word in (command.word, *command.aliases):
            if word in self.commands:
                raise DuplicateRouteError(f"the command {word!r} is registered twice")
            self.commands[word] = command
            self._longest = max(self._longest, len(word.split()))

    def _add_action(self, action: Action[T]) -> None:
        if action.name in self.actions:
            raise DuplicateRouteError(f"the action {action.name!r} is registered twice")
        self.actions[action.name] = action

    def _add_download(self, download: Download) -> None:
        if ";" in download.content_type:  # the page would fail after it has used up the link
            raise ValueError(f"the download {download.name!r} says more than its type: {download.content_type}")
        if download.name in self.downloads:
            raise DuplicateRouteError(f"the download {download.name!r} is registered twice")
        self.downloads[download.name] = download
