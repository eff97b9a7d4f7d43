"""The reminder of a duty, as a card and as a mail.

Building a card takes half a millisecond, so it is built once for a duty, a day and a rung. For each municipality, only
what differs is put into a copy: its name, its code and its norm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from bot.cards import buttons, card, escape, heading, markdown, plain
from bot.duties import cards
from bot.message import Json
from storage.duties import Duty
from storage.duty_facts import MemberPlace
from storage.outgoing import AsMail

_NAME = 1
"""Where the municipality's name stands in the card's body. The norm stands before the two rows of answers."""


@dataclass(frozen=True, slots=True)
class DutyLetter:
    """A reminder without what differs between municipalities."""

    card: Json
    mail: AsMail
    data: Json
    """The data of every button that answers it."""

    @classmethod
    def of(cls, duty: Duty, last: date, sent_on: date) -> DutyLetter:
        """Return the reminder of a duty with this last day, as it is read on the day it is sent."""
        summary = f"{cards.title(duty)}: {cards.by_when(last, sent_on)}"
        choices = cards.answers(duty, "")
        body = card(
            heading(cards.title(duty)),
            plain("", subtle=True),
            markdown(f"**{cards.by_when(last, sent_on)}**"),
            *cards.about(duty),
            plain("", subtle=True),
            buttons(*choices[:2]),
            buttons(*choices[2:]),
            actions=cards.link(duty),
            summary=summary,
        )
        return cls(body, _mail(duty, last, sent_on), body["body"][-1]["actions"][0]["data"])

    def to(self, place: MemberPlace, norm: str) -> tuple[Json, AsMail]:
        """Return the card and the mail for one municipality."""
        body = list(self.card["body"])
        body[_NAME] = _saying(body[_NAME], place.full_name)
        *above, line, first, second = body
        data = {**self.data, "code": place.code}
        body = [*above, *([_saying(line, norm)] if norm else []), _answering(first, data), _answering(second, data)]
        told = f"{self.mail.text}\n\n{norm}" if norm else self.mail.text
        return {**self.card, "body": body}, AsMail(self.mail.subject, told, _why(place.full_name))


def _saying(line: Json, text: str) -> Json:
    """Return a copy of a plain line with another text."""
    return {**line, "inlines": [{**line["inlines"][0], "text": text}]}


def _answering(row: Json, data: Json) -> Json:
    """Return a copy of a row of buttons with this data."""
    return {**row, "actions": [{**action, "data": data} for action in row["actions"]]}


@cache
def _why(name: str) -> str:
    return f"Du får mejlet för att du är kontaktperson för {escape(name)}."


def _mail(duty: Duty, last: date, sent_on: date) -> AsMail:
    link = f"[{escape(duty.title)}]({duty.link})" if duty.link else ""
    answer = "Skriv **att göra** till mig i Teams och säg att det är klart, skjut upp det eller be om hjälp."
    about = " ".join(filter(None, (cards.by_when(last, sent_on), escape(duty.why), cards.takes(duty.minutes))))
    return AsMail(
        subject=f"{cards.title(duty)}: senast {cards.short_day(last)}",
        text="\n\n".join(filter(None, (about, link, answer))),
        why="",
    )
