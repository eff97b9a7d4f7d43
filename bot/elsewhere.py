"""Mail and Teams' activity feed as ways of a delivery."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import mail
from bot.mail import Link
from bot.ports import Failed, Posted, Route, Way
from bot.tenant import Ping, Tenant
from storage.outbox import Delivery
from storage.outgoing import AsMail, Reach

GREETING: Mapping[str, str] = {Reach.REMINDER: "Hej! Det här är en påminnelse från SEKOM-boten."}
STOP: Mapping[str, str] = {
    Reach.REMINDER: (
        "Vill du ha påminnelser på ett annat sätt, eller ta en paus? Skriv ”påminnelser” till mig i chatten. "
        "Kommer du inte in i chatten? Svara på mejlet, så hjälper kansliet dig."
    ),
    Reach.ANNOUNCEMENT: "Vill du inte ha fler utskick? Svara på mejlet, så hjälper kansliet dig.",
}
"""How to get no more of it, by what it is. Answers go to the kansli (:func:`bot.mail.written`)."""
BACK = "Öppna chatten i Teams"


class Elsewhere:
    """What is open of it; nothing where there is no tenant."""

    def __init__(self, tenant: Tenant | None = None, chat: str = "") -> None:
        """``chat`` is the address of the bot's chat in Teams, which every mail and notification leads to."""
        self._tenant = tenant
        self._chat = chat
        self.ways = frozenset({Way.MAIL, Way.FEED} if tenant is not None else ())

    async def send(self, route: Route, row: Delivery, body: Mapping[str, Any]) -> Posted:
        """Send the row's content to ``route.member``. Raises as :class:`bot.ports.Messenger` does."""
        if self._tenant is None or route.member is None or "mail" not in body:
            raise Failed("nothing_to_mail")
        said = AsMail(**body["mail"])
        if route.way is Way.FEED:
            shown = body.get("text") or (body.get("card") or {}).get("fallbackText") or said.subject
            ping = Ping(str(shown), said.subject, self._chat)
            await self._tenant.feed.notify(route.member.id, ping)
            return Posted("")
        letter = mail.compose(
            key=row.key,
            to=route.member.id,
            name=route.member.name,
            subject=said.subject,
            greeting=GREETING.get(row.reach, "Hej!"),
            text=said.text,
            quote=said.quote,
            why=said.why,
            stop=STOP.get(row.reach, ""),
            link=Link(BACK, self._chat),
        )
        return Posted("", activity_id=await self._tenant.mail.send(letter))
