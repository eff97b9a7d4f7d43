"""Presses at the same moment."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier
from typing import Any

from bot import conversation
from bot.message import Incoming, Kind, Reply
from tests.support.chat import Chat

_numbers = count(1)


Press = tuple[Chat, str, dict[str, Any]]


def at_once(presses: Sequence[Press]) -> list[Reply]:
    """Press all of them at the same moment; the replies, as those who pressed see them."""
    barrier = Barrier(len(presses))

    def press(one: Press) -> Reply:
        who, verb, data = one
        pressed = Incoming(f"r{next(_numbers)}", Kind.ACTION, who.sender, who.place, verb=verb, data=data, card_id="1")
        barrier.wait()
        return conversation.respond(who.app, pressed, who.clock.now).reply

    with ThreadPoolExecutor(len(presses)) as pool:
        return list(pool.map(press, presses))
