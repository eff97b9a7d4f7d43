"""Draft the newsletter. The draft is an announcement, and opens as any other."""

from __future__ import annotations

from dataclasses import replace

from bot.cards import button, card, heading, plain
from bot.message import Json, Message, Reply, say
from bot.newsletters import letter, sources
from bot.register import target
from bot.routes import Role, Routes, Where
from bot.swedish import date_of, day
from bot.turn import Turn

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)


@routes.command(
    "nyhetsbrev",
    help="Få ett utkast till nyhetsbrev med det som har hänt sedan det förra.",
    aliases=("nytt nyhetsbrev", "skriv nyhetsbrev", "skriv nyhetsbrevet", "utkast till nyhetsbrev"),
)
@routes.action("newsletters.draft")
def draft(turn: Turn) -> Reply:
    """Make a draft of what has happened and open it; open the one that is begun already."""
    begun = sources.unsent(turn.session)
    if begun is not None:
        told = "Det finns redan ett nyhetsbrev på gång. Här är det. Kasta utkastet om du vill ha ett nytt."
        return _opened(turn.press("announcements.open", {"announcement": begun.id}), told)
    after = sources.since(turn.session, turn.now)
    found = sources.sections(turn.session, after, turn.now, target.conditions(turn.app))
    if not found:
        return say(
            card=_empty(f"Jag hittar inget att berätta om sedan {day(after)}, så jag har inte gjort något utkast.")
        )
    content = {
        "kind": sources.NEWSLETTER,
        "heading": letter.heading(date_of(turn.now)),
        "text": letter.text(found),
    }
    told = f"Här är ett utkast med det som har hänt sedan {day(after)}. Läs igenom det, ändra och välj mottagare."
    return _opened(turn.press("announcements.save", content), told)


def _opened(reply: Reply, told: str) -> Reply:
    return replace(reply, messages=(Message(text=told), *reply.messages))


def _empty(text: str) -> Json:
    """Say that there is nothing to tell, and how to write one anyway."""
    return card(
        heading("Nyhetsbrev"),
        plain(text),
        actions=[button("Börja från en mall", "announcements.new", kind=sources.NEWSLETTER)],
        summary=text,
    )
