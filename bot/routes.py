"""What people can say and press, and which handler answers; refuses duplicates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.turn import Handler, Scope, Wanted
from storage.privacy import EraseHook


class Role(StrEnum):
    """Who may use a route."""

    MEMBER = "member"
    KANSLI = "kansli"


class Where(StrEnum):
    """Where a command is answered. ``PERSONAL`` is for what shows personal data."""

    ANY = "any"
    PERSONAL = "personal"


@dataclass(frozen=True, slots=True)
class Command:
    """A word or phrase that people write first in a message."""

    word: str
    help: str
    """One Swedish line: what you get by writing it."""
    handler: Handler
    role: Role = Role.MEMBER
    where: Where = Where.ANY
    aliases: tuple[str, ...] = ()
    takes: str = ""
    """What may follow the word, for ``hjälp``; empty means the word must stand alone."""
    menu: bool = False
    """Whether it is in Teams' own command menu (at most 12)."""

    def allowed(self, *, kansli: bool, scope: Scope) -> bool:
        """Whether this person may use it in this kind of conversation."""
        return (kansli or self.role is Role.MEMBER) and (scope is Scope.PERSONAL or self.where is Where.ANY)


@dataclass(frozen=True, slots=True)
class Action:
    """A button's verb."""

    name: str
    handler: Handler
    role: Role = Role.MEMBER
    where: Where = Where.ANY
    """``PERSONAL`` refuses a press elsewhere; no card with such a button is ever shown there."""


Writer = Callable[[Wanted], Callable[[], bytes]]
"""Reads what the file needs; what it returns makes the bytes when the transaction is over."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file that people can fetch by a one-time link (:mod:`bot.downloads`)."""

    name: str
    """As it is kept with the link, at most 20 characters."""
    saved_as: str
    content_type: str
    write: Writer
    role: Role = Role.MEMBER


class DuplicateRouteError(Exception):
    """Two routes have the same word or name; raised when the program starts."""


class Routes:
    """A registry of commands and actions. Each feature owns one; ``conversation`` joins them."""

    def __init__(self, *parts: Routes) -> None:
        """Join ``parts``. Raises :class:`DuplicateRouteError` where two of them share a word or a name."""
        self.commands: dict[str, Command] = {}
        self.actions: dict[str, Action] = {}
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
        role: Role = Role.MEMBER,
        where: Where = Where.ANY,
        aliases: tuple[str, ...] = (),
        takes: str = "",
        menu: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Register the decorated handler for ``word``; see :class:`Command` for the arguments."""

        def register(handler: Handler) -> Handler:
            self._add_command(Command(word, help, handler, role, where, aliases, takes, menu))
            return handler

        return register

    def action(self, name: str, *, role: Role = Role.MEMBER, where: Where = Where.ANY) -> Callable[[Handler], Handler]:
        """Register the decorated handler for buttons whose verb is ``name``; see :class:`Action`."""

        def register(handler: Handler) -> Handler:
            self._add_action(Action(name, handler, role, where))
            return handler

        return register

    def download(
        self, name: str, *, saved_as: str, content_type: str, role: Role = Role.MEMBER
    ) -> Callable[[Writer], Writer]:
        """Register the decorated function as the maker of a file; see :class:`Download` for the arguments."""

        def register(write: Writer) -> Writer:
            self._add_download(Download(name, saved_as, content_type, write, role))
            return write

        return register

    def erasing(self, hook: EraseHook) -> EraseHook:
        """Register the feature's own part of erasing a person; see :data:`storage.privacy.EraseHook`."""
        self.erase_hooks.append(hook)
        return hook

    def __iter__(self) -> Iterator[Command]:
        """The commands, each once, in the order they were registered."""
        return (command for word, command in self.commands.items() if word == command.word)

    def find(self, text: str) -> tuple[Command, str] | None:
        """The command that ``text`` starts with and what follows it, or None.

        Case, surrounding punctuation and a leading slash do not matter. A command that takes nothing matches
        only when it stands alone, so that "hjälp oss med PFAS" is a question. Longer words win.
        """
        plain = " ".join(text.split()).strip(" .!?/").casefold()
        if plain in self.commands:
            return self.commands[plain], ""
        words = plain.split(" ")
        for length in range(len(words) - 1, 0, -1):
            command = self.commands.get(" ".join(words[:length]))
            if command is not None and command.takes:
                rest = " ".join(text.strip(" /").split()).split(" ")[length:]
                return command, " ".join(rest).strip()
        return None

    def _add_command(self, command: Command) -> None:
        for word in (command.word, *command.aliases):
            if word in self.commands:
                raise DuplicateRouteError(f"the command {word!r} is registered twice")
            self.commands[word] = command

    def _add_action(self, action: Action) -> None:
        if action.name in self.actions:
            raise DuplicateRouteError(f"the action {action.name!r} is registered twice")
        self.actions[action.name] = action

    def _add_download(self, download: Download) -> None:
        if download.name in self.downloads:
            raise DuplicateRouteError(f"the download {download.name!r} is registered twice")
        self.downloads[download.name] = download
