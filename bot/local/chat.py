"""``make chat``: a conversation in the terminal. A number presses a button, anything else is written to the bot."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any, TypeVar

from aiohttp import ClientConnectorError, ClientError

from bot.local.address import make, port
from bot.local.people import Player
from bot.local.render import BOLD, PLAIN, Button, Field, Shown, plain, render, wrapped
from bot.local.talk import Talk, talk
from bot.message import Json

T = TypeVar("T")
Ask = Callable[[str], str]
"""Shows a prompt and gives the line that was typed; :class:`EOFError` ends the conversation."""
Call = Callable[[Coroutine[Any, Any, list[Json]]], list[Json]]
"""Runs one step of the conversation and returns the messages it gave."""

QUIT = "/quit"
HELLO = f"Du är {{name}}. En siffra trycker på knappen med det numret; '1 skickar siffran. {QUIT} avslutar."


class Terminal:
    """The text on the screen, and the buttons that can be pressed."""

    def __init__(self, ask: Ask, show: Callable[[str], None]) -> None:
        self._ask = ask
        self._show = show
        self._buttons: list[tuple[str, Button, tuple[Field, ...]]] = []
        """The buttons of the newest messages: id of the card's message, the button, and the inputs it sends."""

    def converse(self, conversation: Talk, call: Call) -> None:
        """Talk until :data:`QUIT` or the end of the input."""
        greeting = call(conversation.arrive())
        self._show(HELLO.format(name=conversation.player.name))
        self.display(greeting)
        while True:
            line = self._read("\n> ").strip()
            if line == QUIT:
                return
            self.display(conversation.pending())
            if self._buttons and line.isascii() and line.isdigit():
                self._press(conversation, call, int(line))
            elif line:
                self.display(call(conversation.say(line.removeprefix("'"))))

    def display(self, messages: list[Json]) -> None:
        """Show messages. Their buttons replace the earlier ones."""
        if messages:
            self._buttons = []
        for message in messages:
            cards = [render(part["content"]) for part in message.get("attachments") or () if "content" in part]
            text = str(message.get("text") or "")
            if text and not cards:  # with a card, the text is only for notifications
                self._show("\n" + "\n".join(wrapped(plain(text))))
            for card in cards:
                self._display(str(message.get("id", "")), card)

    def _display(self, card_id: str, card: Shown) -> None:
        self._show("")
        for part in card.parts:
            match part:
                case Button():
                    self._buttons.append((card_id, part, card.fields))
                    self._show(f"│ [{len(self._buttons)}] {part.title}")
                case Field():
                    self._show(f"│ ▢ {part.label}")
                case line:
                    self._show(f"│ {line}")

    def _press(self, conversation: Talk, call: Call, number: int) -> None:
        if not 0 < number <= len(self._buttons):
            self._show(f"Det finns ingen knapp {number}.")
            return
        card_id, button, fields = self._buttons[number - 1]
        if button.url:
            self._show(button.url)
            return
        inputs = {field.name: self._fill(field) for field in fields} if button.with_inputs else {}
        self.display(call(conversation.press(card_id, button.verb, {**button.data, **inputs})))

    def _fill(self, field: Field) -> str:
        """Ask for one input. An empty line keeps its current value."""
        while True:
            for number, (title, _) in enumerate(field.choices, 1):
                self._show(f"  {number}. {title}")
            given = self._read(f"  {field.label}{f' [{field.value}]' if field.value else ''}: ").strip()
            if field.choices and given.isascii() and given.isdigit() and 0 < int(given) <= len(field.choices):
                return field.choices[int(given) - 1][1]
            if not given and (field.value or not field.required):
                return field.value
            if given and not field.choices:
                return given

    def _read(self, prompt: str) -> str:
        try:
            return self._ask(prompt)
        except EOFError:
            return QUIT


def chat(bot: str, player: Player, ask: Ask = input, show: Callable[[str], None] = print, *, bold: bool = False) -> int:
    """Talk as ``player`` with the bot at the address ``bot``. Return the exit code. ``bold`` shows bold words bold."""
    signs = str.maketrans({BOLD: "\x1b[1m", PLAIN: "\x1b[0m"} if bold else {BOLD: "", PLAIN: ""})

    def show_line(line: str) -> None:
        show(line.translate(signs))

    try:
        with _in_background(talk(bot, player)) as (conversation, call):
            Terminal(ask, show_line).converse(conversation, call)
    except ClientConnectorError:
        show(f"Ingen bot svarar på {bot}. Starta den med `{make('run', port(bot))}` i ett annat fönster.")
        return 1
    except (ClientError, TimeoutError) as error:
        show(f"Boten svarade inte som den ska: {error or 'för långsamt'}")
        return 1
    except KeyboardInterrupt:
        show("")
    return 0


@contextmanager
def _in_background(
    opened: AbstractAsyncContextManager[Talk],
) -> Iterator[tuple[Talk, Callable[[Coroutine[Any, Any, T]], T]]]:
    """Run the event loop in another thread, so that Ctrl-C can end the wait for a line."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def call(work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, loop).result()

    async def close() -> None:
        await opened.__aexit__(None, None, None)

    async def enter() -> Talk:
        return await opened.__aenter__()

    try:
        conversation = asyncio.run_coroutine_threadsafe(enter(), loop).result()
        try:
            yield conversation, call
        finally:
            asyncio.run_coroutine_threadsafe(close(), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
