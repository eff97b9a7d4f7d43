"""The rules of a newcomer's introduction: its draft, its groups, and what was posted."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from bot.message import UserError
from bot.register import words
from storage import deliveries, groups, municipalities, outbox
from storage.groups import ThemeGroup
from storage.outbox import Delivery, State
from storage.people import Person, VisibleTo

LONGEST = 700
"""Characters. A channel reads an introduction of a few lines."""
TICKED = 3
"""How many groups are ticked at first: the same text in many channels tires those who read them all."""
SUBJECT = "introduction"
_GONE = (State.CANCELLED, State.EXPIRED, State.UNREACHABLE, State.FAILED)


def subject(person_id: int) -> str:
    """Return the outbox subject of a person's introduction. It is the start of its keys too."""
    return f"{SUBJECT}:{person_id}"


def over(person_id: int) -> str:
    """Return the outbox subject of taking an introduction back. Nothing may stop that, so it is another one."""
    return f"over:{subject(person_id)}"


def key(person_id: int, group: ThemeGroup) -> str:
    """Return the key of the post in one group: there is one for ever."""
    return f"{subject(person_id)}:{group.id}"


def text(session: Session, person: Person, struggle: str) -> str:
    """Return a draft. It names the municipality only if that is confirmed."""
    place = municipalities.find(session, person.municipality_code)
    role = words.role(person.role) if person.role and person.role != "other" else ""
    what = " ".join(part for part in (role, f"i {place.full_name}" if place else "") if part)
    lines = [f"Hej! Jag heter {person.name}{f' och är {what}' if role else f' och arbetar {what}' if what else ''}."]
    lines += [f"Just nu brottas vi med: {struggle}"] if struggle else []
    lines += [f"Jag kan hjälpa till med: {person.helps_with}"] if person.helps_with else []
    return "\n".join(lines)[:LONGEST]


def open_to(session: Session, person: Person) -> list[ThemeGroup]:
    """Return the groups that the person follows and has not been introduced to, one for each channel.

    There are none for a person without a name, or one who does not want to be shown to the whole network.
    """
    if not person.name or person.visible_to != VisibleTo.NETWORK:
        return []
    followed = groups.followed_by(session, person.id)
    theirs = [group for group in groups.taking_questions(session) if group.theme in followed]
    before = outbox.known(session, [key(person.id, group) for group in theirs])
    done = {group.conversation_id for group in theirs if key(person.id, group) in before}
    by_channel = {group.conversation_id: group for group in reversed(theirs) if group.conversation_id not in done}
    return [group for group in theirs if by_channel.get(group.conversation_id) is group]


def chosen(offered: Sequence[ThemeGroup], ticked: Collection[str] | None = None) -> list[ThemeGroup]:
    """Return the ticked groups, or all that are offered. Raise :class:`UserError` if there are none."""
    wanted = [group for group in offered if ticked is None or str(group.id) in ticked]
    if not offered:
        raise UserError("Du har redan presenterat dig i dina grupper, eller så följer du ingen grupp med en kanal.")
    if not wanted:
        raise UserError("Välj minst en grupp, eller tryck Nej tack.")
    return wanted


def checked(text: str) -> str:
    """Return the approved text. Raise :class:`UserError` if it is empty or too long."""
    lines = "\n".join(" ".join(line.split()) for line in text.strip().splitlines())
    if not lines:
        raise UserError("Skriv något först, eller tryck Nej tack.")
    if len(lines) > LONGEST:
        raise UserError(f"Det var {len(lines)} tecken. Korta det till högst {LONGEST}.")
    return lines


def posts(session: Session, person_id: int) -> list[Delivery]:
    """Return the posts that stand in a channel, or may come there."""
    mine = subject(person_id)
    rows = deliveries.about(session, [mine, over(person_id)])
    removed = {row.target for row in rows[over(person_id)]}
    return [row for row in rows[mine] if row.state not in _GONE and row.key not in removed]
