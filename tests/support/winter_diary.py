"""A messenger and a mailbox that write down who got which message of a winter."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, cast

from bot.delivery.tenant_routes import TenantRoutes
from bot.message import Message
from bot.ports import DeliveryWay, Posted, Route
from bot.tenant import Letter, Tenant
from tests.support import winter
from tests.support.chat import Clock, words
from tests.support.teams import Teams
from tests.support.winter import Told

_WHAT = {
    "Överlämning: |Välkommen som ": winter.DOSSIER,
    "Ditt uppdrag har gått vidare": winter.REPLACED,
    "Tack för din tid som kontaktperson": winter.THANKS,
    "Dina platser (?:på möten )?har gått vidare": winter.PLACES,
    "Gröna nyckeltal 2027": winter.DUTY,
    "Hur går det hos er": winter.HOW,
    "Stämmer era kontaktpersoner": winter.COLLEAGUE,
}
"""The titles of the messages that the plan is about."""


@dataclass
class Diary(Teams):
    """A messenger that writes down which message reached whom."""

    clock: Clock = field(kw_only=True)
    told: list[Told] = field(default_factory=list)

    async def send(self, route: Route, message: Message) -> Posted:
        posted = await super().send(route, message)
        self.note("chat", route.conversation_id.removeprefix("a:"), words(message.card) if message.card else "")
        return posted

    def note(self, way: str, who: str, text: str) -> None:
        title = text.partition("\n")[0]
        what = next((name for pattern, name in _WHAT.items() if re.match(pattern, title)), "")
        if what:
            self.told.append(Told(self.clock.now, who, way, what))


class Post(TenantRoutes):
    """Mail that arrives at once."""

    def __init__(self, diary: Diary) -> None:
        super().__init__()
        self.ways = frozenset({DeliveryWay.MAIL})
        self._diary, self.mail = diary, self
        self._tenant = cast("Tenant", self)

    async def send(self, *args: Any) -> Any:
        """Take a letter, as a tenant's mailbox does; or a row, as the routes do."""
        if isinstance(letter := args[0], Letter):
            who = letter.to.partition("@")[0].replace(".", " ").replace("tjanst", "tjänst").replace("ers", "Ers")
            self._diary.note("mail", who.capitalize(), letter.subject)
            return f"<{letter.key}>"
        return await super().send(*args)
